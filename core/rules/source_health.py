"""The state of a source and its one sentence for staff, from its last runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from core.clock import VIETNAM
from core.rules.vocabulary import SourceState

#: a source is silent after four times its usual gap between items, within these limits
_TIMES = 4
_LEAST, _MOST, _UNKNOWN = timedelta(days=3), timedelta(days=30), timedelta(days=14)
#: fewer items than this say nothing about a usual gap
_ENOUGH = 5


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What the state rests on. ``arrivals``: when its latest items were first seen, any order."""

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


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """The state and its sentence."""

    state: SourceState
    vi: str
    en: str


def silent_after(arrivals: Sequence[datetime]) -> timedelta:
    """How long without a new item is unusual for this source."""
    if len(arrivals) < _ENOUGH:
        return _UNKNOWN
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(arrivals))]
    return min(_MOST, max(_LEAST, timedelta(seconds=_TIMES * median(gaps))))


def source_health(facts: SourceFacts, now: datetime) -> SourceHealth:
    """The state of a source now (aware)."""
    if not facts.enabled:
        if facts.crashes >= 3:
            return SourceHealth(
                SourceState.DISABLED,
                "Đã tạm ngừng: bộ đọc tin dừng đột ngột ba lần khi đọc nguồn này. Kiểm tra địa chỉ rồi bật lại.",
                "Stopped: the crawler died three times reading it. Check the address, then switch it on again.",
            )
        return SourceHealth(
            SourceState.DISABLED, "Đã tắt, không đọc theo lịch.", "Switched off, not read on schedule."
        )
    if facts.last_run_at is None:
        return SourceHealth(SourceState.NEW, "Chưa đọc lần nào.", "Not read yet.")
    if facts.failures:
        since = "" if facts.last_success_at is None else f" Lần cuối đọc được: {_day(facts.last_success_at)}."
        since_en = "" if facts.last_success_at is None else f" Last read well: {_day(facts.last_success_at)}."
        times = "" if facts.failures == 1 else f" ({facts.failures} lần liên tiếp)"
        times_en = "" if facts.failures == 1 else f" ({facts.failures} times in a row)"
        return SourceHealth(
            SourceState.FAILING,
            f"Không đọc được{times}: {facts.error_vi or 'không rõ lý do.'}{since}",
            f"Cannot be read{times_en}: {facts.error_en or 'unknown reason.'}{since_en}",
        )
    if facts.last_outcome == "empty":
        return SourceHealth(
            SourceState.EMPTY,
            f"Đọc được nhưng không có bài nào. {facts.error_vi}".strip(),
            f"It can be read but holds no entry. {facts.error_en}".strip(),
        )
    since_when = facts.last_new_item_at or facts.created_at
    if now - since_when > silent_after(facts.arrivals):
        days = (now - since_when).days
        return SourceHealth(
            SourceState.SILENT,
            f"Im lặng bất thường: {days} ngày chưa có tin mới. Xem nguồn còn hoạt động hay đã đổi địa chỉ.",
            f"Unusually silent: no new item for {days} days. See whether it moved.",
        )
    if facts.last_new_item_at is None:
        return SourceHealth(SourceState.WORKING, "Đang đọc tốt, chưa có tin nào.", "Reads well, no item yet.")
    return SourceHealth(
        SourceState.WORKING,
        f"Đang đọc tốt, tin mới nhất thấy lúc {_day(facts.last_new_item_at)}.",
        f"Reads well, latest item seen {_day(facts.last_new_item_at)}.",
    )


def _day(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
