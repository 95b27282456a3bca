"""The state of a source in one sentence for staff, and what to do as a second. From its last runs, pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from core.clock import VIETNAM
from core.rules.source_failures import STOP_AFTER, is_hard, sentences
from core.rules.vocabulary import SourceState

#: silent after so many times the usual longest gap, within these limits; the lower one lets a night pass
_TIMES = 1.5
LEAST_SILENCE = timedelta(hours=18)
_MOST, _UNKNOWN = timedelta(days=30), timedelta(days=14)
#: fewer fresh readings than this say nothing about a usual gap
_ENOUGH = 5
#: with so many gaps the longest one is left out: one holiday, or a week in which our own machine stood still
_MANY = 10
#: arrivals older than this no longer describe a source, when there are enough younger ones
_MEMORY = timedelta(days=60)
#: a new item whose own date is older than this is not news
FRESH = timedelta(days=7)
#: soft failures in a row, or hours of them, until staff are asked to look
_SOFT_RUNS, _SOFT_TIME = 3, timedelta(hours=24)
#: readings without any entry, of a source that had some
EMPTY_RUNS = 3

_LOGIN = frozenset({"login_redirect", "http_401"})
_REFUSED = frozenset({"http_403", "http_429", "robots", "http_451"})


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What the state rests on. ``arrivals``: when readings found something fresh, any order; ``expected`` is staff's word."""

    enabled: bool
    crashes: int
    failures: int
    last_outcome: str
    last_run_at: datetime | None
    last_success_at: datetime | None
    last_new_item_at: datetime | None
    created_at: datetime
    error_vi: str = ""
    error_en: str = ""
    arrivals: Sequence[datetime] = ()
    hard_failures: int = 0
    code: str = ""
    failing_since: datetime | None = None
    stopped: bool = False
    empties: int = 0
    last_fresh_at: datetime | None = None
    expected: timedelta | None = None
    own_portal: bool = False
    next_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The state, its sentence, and what to do (empty when nothing). ``since``: from when it is not watched as it should be.

    ``ask``: a person is needed now; a first time-out or one empty reading is shown, but nobody is called for it.
    ``retrying``: the last reading failed in a way that passes by itself; the state is the one from before, until it lasts.
    """

    state: SourceState
    vi: str
    en: str
    advice_vi: str = ""
    advice_en: str = ""
    ask: bool = False
    since: datetime | None = None
    retrying: bool = False


def usual_gap(arrivals: Sequence[datetime]) -> timedelta | None:
    """The longest time without anything new that is usual for this source (nights and week-ends are in it); None: not known."""
    moments = sorted(set(arrivals))
    if len(moments) < _ENOUGH:
        return None
    recent = [moment for moment in moments if moment >= moments[-1] - _MEMORY]
    moments = recent if len(recent) >= _ENOUGH else moments
    gaps = sorted(later - earlier for earlier, later in pairwise(moments))
    return gaps[-2] if len(gaps) >= _MANY else gaps[-1]


def silent_after(arrivals: Sequence[datetime], expected: timedelta | None = None) -> timedelta:
    """How long without a new item is unusual for this source; staff's word wins."""
    if expected is not None:
        return expected
    gap = usual_gap(arrivals)
    return _UNKNOWN if gap is None else min(_MOST, max(LEAST_SILENCE, _TIMES * gap))


def source_health(facts: SourceFacts, now: datetime) -> SourceHealth:
    """The state of a source now (aware)."""
    if not facts.enabled:
        return _off(facts)
    if facts.last_run_at is None:
        return SourceHealth(
            SourceState.NEW,
            "Chưa đọc lần nào.",
            "Not read yet.",
            "Chờ lượt đọc tới, hoặc bấm Đọc ngay.",
            "Wait for the next round, or press Read now.",
        )
    if facts.failures or facts.stopped:
        return _retrying(facts, now) or _failing(facts, now)
    if facts.last_outcome == "empty":
        had = facts.last_new_item_at is not None
        return SourceHealth(
            SourceState.EMPTY,
            "Đọc được nhưng không có bài nào." if not had else "Đọc được nhưng nay không có bài nào.",
            "It can be read but holds no entry."
            if not had
            else "It can be read but holds no entry any more.",
            "Mở địa chỉ bằng trình duyệt; nếu thấy bài, nguồn đã đổi cách trình bày: sửa địa chỉ hoặc quy tắc đọc."
            if had
            else "Chưa cần làm gì nếu trang mới lập; nếu trang có bài, kiểm tra lại địa chỉ.",
            "Open the address in a browser; if it shows articles, its layout changed: correct the address or the rules."
            if had
            else "Nothing to do if the page is new; if it has articles, check the address.",
            ask=had and facts.empties >= EMPTY_RUNS,
            since=facts.last_new_item_at,
        )
    return _silent(facts, now) or _working(facts)


def _off(facts: SourceFacts) -> SourceHealth:
    if facts.crashes >= 3:
        return SourceHealth(
            SourceState.DISABLED,
            "Đã tạm ngừng: bộ đọc tin dừng đột ngột ba lần khi đọc nguồn này.",
            "Stopped: the crawler died three times reading it.",
            "Kiểm tra địa chỉ rồi bật lại.",
            "Check the address, then switch it on again.",
            ask=True,
            since=facts.last_success_at,
        )
    return SourceHealth(
        SourceState.DISABLED,
        "Đã tắt, không đọc theo lịch.",
        "Switched off, not read on schedule.",
        "Bật lại khi cần theo dõi.",
        "Switch it on when it is to be watched again.",
    )


def _lasts(facts: SourceFacts, now: datetime) -> bool:
    """Whether it failed often or long enough to call a person."""
    long_ago = facts.failing_since is not None and now - facts.failing_since >= _SOFT_TIME
    return facts.hard_failures >= 2 or facts.failures >= _SOFT_RUNS or (long_ago and facts.failures > 1)


def _retrying(facts: SourceFacts, now: datetime) -> SourceHealth | None:
    """A source that was read before and failed just now, softly: it is not failing yet, and if it is silent, it is still that."""
    if facts.stopped or is_hard(facts.code) or facts.hard_failures or facts.last_success_at is None:
        return None
    if _lasts(facts, now):
        return None
    if (silent := _silent(facts, now)) is not None:
        return silent
    what_vi, what_en = sentences(facts.error_vi)[0], sentences(facts.error_en)[0]
    times_vi, times_en = ("Một", "Once") if facts.failures == 1 else ("Hai", "Twice")
    at = facts.last_run_at or now
    due = facts.next_due_at if facts.next_due_at is not None and facts.next_due_at > now else None
    again_vi = f"sẽ thử lại lúc {day(due)}" if due else "sẽ thử lại ở lượt đọc tới"
    again_en = f"it is tried again at {day(due)}" if due else "it is tried again in the next round"
    return SourceHealth(
        SourceState.WORKING,
        f"{times_vi} lần không đọc được, lúc {day(at)}{f' ({what_vi})' if what_vi else ''}; {again_vi}.",
        f"{times_en} it could not be read, at {day(at)}{f' ({what_en})' if what_en else ''}; {again_en}.",
        "Chưa cần làm gì, máy tự thử lại.",
        "Nothing to do yet, it is tried again by itself.",
        since=facts.last_success_at,
        retrying=True,
    )


def _failing(facts: SourceFacts, now: datetime) -> SourceHealth:
    what_vi, advice_vi = sentences(facts.error_vi or "không rõ lý do.")
    what_en, advice_en = sentences(facts.error_en or "unknown reason.")
    hard = is_hard(facts.code)
    if not advice_vi or not advice_en:
        advice_vi = "Mở địa chỉ bằng trình duyệt, rồi sửa lại nguồn."
        advice_en = "Open the address in a browser, then correct the source."
    since = facts.last_success_at or facts.failing_since
    from_vi = f", từ {day(since)}" if since is not None else ""
    from_en = f", since {day(since)}" if since is not None else ""
    if facts.stopped:
        return SourceHealth(
            SourceState.DISABLED,
            f"Đã ngừng đọc theo lịch sau {max(facts.failures, STOP_AFTER)} lần hỏng liền nhau{from_vi}: {what_vi}.",
            f"Disabled after {max(facts.failures, STOP_AFTER)} failures in a row{from_en}: {what_en}.",
            f"{advice_vi} Máy vẫn thử mỗi ngày một lần, đọc được thì tự chạy lại.".strip(),
            f"{advice_en} It is still tried once a day and starts again by itself when it can be read.".strip(),
            ask=True,
            since=since,
        )
    times_vi = "" if facts.failures == 1 else f" {facts.failures} lần liên tiếp"
    times_en = "" if facts.failures == 1 else f" {facts.failures} times in a row"
    head_vi, head_en = _family(facts.code)
    ask = _lasts(facts, now)
    if not hard and not ask:
        advice_vi, advice_en = (
            "Chưa cần làm gì, máy tự thử lại.",
            "Nothing to do yet, it is tried again by itself.",
        )
    elif not hard:
        advice_vi = "Mở địa chỉ bằng trình duyệt: mở được thì kiểm tra mạng của máy chủ, không mở được thì chờ hoặc tìm địa chỉ mới."
        advice_en = "Open the address in a browser: if it opens, check this server's network; if not, wait or find the new address."
    return SourceHealth(
        SourceState.FAILING,
        f"{head_vi}{times_vi}{from_vi}: {what_vi}.",
        f"{head_en}{times_en}{from_en}: {what_en}.",
        advice_vi,
        advice_en,
        ask=ask,
        since=since,
    )


def _family(code: str) -> tuple[str, str]:
    if code in _LOGIN:
        return "Bị chuyển sang trang đăng nhập", "Redirected to a log-in page"
    if code in _REFUSED:
        return "Bị từ chối", "Refused"
    return "Không đọc được", "Cannot be read"


def _silent(facts: SourceFacts, now: datetime) -> SourceHealth | None:
    since = facts.last_fresh_at or facts.last_new_item_at or facts.created_at
    limit = silent_after(facts.arrivals, facts.expected)
    # A good reading shows all that came before it. What came after it nobody has seen: a machine that was off calls nothing silent.
    if (facts.last_success_at or now) - since <= limit:
        return None
    long_vi, long_en = span(now - since)
    usual_vi, usual_en = span(limit)
    if facts.last_new_item_at is not None and now - facts.last_new_item_at <= limit:
        return SourceHealth(
            SourceState.SILENT,
            f"Chỉ còn đưa bài có ngày cũ: {long_vi} không có bài nào đăng trong bảy ngày gần đây.",
            f"It gives only old dates: for {long_en} nothing of the last seven days.",
            "Mở địa chỉ bằng trình duyệt; nếu trang có bài mới, nguồn cấp tin đã bị bỏ quên: tìm địa chỉ RSS khác.",
            "Open the address in a browser; if the site has new articles, this feed was abandoned: find another one.",
            ask=True,
            since=since,
        )
    own_vi = " Bài cơ quan tự đăng đang không được thấy." if facts.own_portal else ""
    own_en = " The office's own posts are not being seen." if facts.own_portal else ""
    return SourceHealth(
        SourceState.SILENT,
        f"Im lặng bất thường: {long_vi} chưa có tin mới (thường không quá {usual_vi}).",
        f"Unusually silent: no new item for {long_en} (usually not more than {usual_en}).",
        f"Mở địa chỉ bằng trình duyệt: có bài mới thì sửa lại địa chỉ, không có thì nới thời gian chờ của nguồn.{own_vi}",
        f"Open the address in a browser: correct it if there are new articles, else lengthen its expected period.{own_en}",
        ask=True,
        since=since,
    )


def _working(facts: SourceFacts) -> SourceHealth:
    if facts.last_new_item_at is None:
        return SourceHealth(SourceState.WORKING, "Đang đọc tốt, chưa có tin nào.", "Reads well, no item yet.")
    return SourceHealth(
        SourceState.WORKING,
        f"Đang đọc tốt, tin mới nhất thấy lúc {day(facts.last_new_item_at)}.",
        f"Reads well, latest item seen {day(facts.last_new_item_at)}.",
    )


def day(moment: datetime) -> str:
    """A moment for a sentence, Viet Nam's time: "14:20 18/11/2026"."""
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


def span(length: timedelta) -> tuple[str, str]:
    """A length of time in words, Vietnamese and English: hours up to two days, then days."""
    hours = round(length.total_seconds() / 3600)
    if hours < 48:
        return f"{hours} giờ", f"{hours} hours"
    return f"{hours // 24} ngày", f"{hours // 24} days"
