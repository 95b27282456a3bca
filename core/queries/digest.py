"""The weekly digest of an office (D12) as data: accurate criticism that waits first, then incidents, then trends (G2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import NotFound
from core.ports import WeeklyDigest
from core.queries.blind_sample import figures
from core.queries.criticism import BuriedCriticism, WaitingCriticism, answered, buried, waiting
from core.queries.frame import watched
from core.queries.week_figures import WeekCounts, counts
from core.queries.week_incidents import day_words, incidents, last_day, upcoming
from core.queries.week_sources import not_watched
from core.records.audit import AuditRow
from core.records.document import DigestRecord
from core.records.engine import Store
from core.records.unit import Unit
from core.rules.deadlines import is_working_day
from core.rules.weeks import span_of

METHOD = (
    "Cách tính: tin được tính theo lúc máy thấy lần đầu, giờ Việt Nam; tin đã gắn “Không liên quan” không tính. "
    "Một câu chuyện gồm các tin cùng nội dung. Kết luận gắn với một tuyên bố, do hai người xác nhận, không gắn với người hay tờ báo. "
    "Hạn trả lời phản ánh là 15 ngày làm việc."
)
_DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_TOP_SOURCES = 5
_TIMES = ("starts_on", "ends_on", "made_at")


def content(session: Session, unit_id: int, week: str, now: datetime) -> WeeklyDigest:
    """The digest of a week as it stands ``now`` (aware). Raises :class:`Invalid` for no week, :class:`NotFound` for no office."""
    start, end = span_of(week)
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(f"Không tìm thấy đơn vị số {unit_id}.", f"No unit {unit_id}.")
    localities = watched(session, unit_id)
    codes = list(localities) or [unit.locality]
    here = counts(session, unit_id, codes, start, end)
    before = counts(session, unit_id, codes, start - timedelta(days=7), start)
    open_criticism = waiting(session, unit_id, codes, end)
    put_aside = buried(session, unit_id, codes, now)
    cases = incidents(session, unit_id, start, end, now)
    monday = start.astimezone(VIETNAM)
    year = datetime.combine(date((monday + timedelta(days=6)).year, 1, 1), time.min, tzinfo=VIETNAM)
    on_time, due = answered(session, unit_id, start, end)
    before_on_time, _ = answered(session, unit_id, start - timedelta(days=7), start)
    year_on_time, year_due = answered(session, unit_id, year, end)
    head = session.scalar(select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1))
    return WeeklyDigest(
        unit_name=unit.name,
        week=week.strip(),
        starts_on=start,
        ends_on=end,
        made_at=now,
        headline=_headline(open_criticism, put_aside, cases, now),
        figures=(
            ("tin báo chí về địa bàn", here.press, before.press),
            ("tin mạng xã hội, nhận trực tiếp", here.social, before.social),
            ("câu chuyện cần xử lý", here.action, before.action),
            ("phản ánh đã trả lời đúng hạn", on_time, before_on_time),
        ),
        criticism=tuple(_waiting_row(row, now) for row in open_criticism),
        buried=tuple(_buried_row(row, now) for row in put_aside),
        incidents=cases,
        trends=_trends(here, before),
        upcoming=(*upcoming(session, unit_id, now), *_coming_answers(open_criticism, now)),
        not_watched=not_watched(session, start, end, now),
        method=METHOD,
        audit_head=head or "0" * 64,
        answered=(on_time, due, year_on_time, year_due),
        localities=tuple(localities.values()),
        missed=figures(session, unit_id, start, end).sentence("trong tuần"),
    )


def _working_days_left(now: datetime, due_at: datetime) -> int:
    """Working days from tomorrow to the last day, both counted, in Viet Nam; 0 when today is the last."""
    day, end = now.astimezone(VIETNAM).date(), last_day(due_at).astimezone(VIETNAM).date()
    left = 0
    while day < end:
        day += timedelta(days=1)
        left += is_working_day(day)
    return left


def _days_late(now: datetime, due_at: datetime) -> int:
    return (now.astimezone(VIETNAM).date() - last_day(due_at).astimezone(VIETNAM).date()).days


def _waiting_row(row: WaitingCriticism, now: datetime) -> dict[str, Any]:
    left = _working_days_left(now, row.due_at)
    late = row.due_at <= now
    words = (
        f"Quá hạn {_days_late(now, row.due_at)} ngày"
        if late
        else f"Còn {left} ngày làm việc"
        if left
        else "Hạn hôm nay"
    )
    return {
        "story_id": row.story_id,
        "title": row.title,
        "source": row.source,
        "items": row.items,
        "unit": row.unit,
        "due": row.due_at.isoformat(),
        "due_day": day_words(last_day(row.due_at)),
        "due_words": words,
        "tone": "late" if late else "soon" if left <= 3 else "open",
        "days_waiting": max(0, (now - row.received_at).days),
        "incident_id": row.incident_id,
        "url_path": f"/stories/{row.story_id}",
    }


def _buried_row(row: BuriedCriticism, now: datetime) -> dict[str, Any]:
    return {
        "story_id": row.story_id,
        "title": row.title,
        "source": row.source,
        "since": row.since.isoformat(),
        "since_day": day_words(row.since),
        "days": (now - row.since).days,
        "url_path": f"/stories/{row.story_id}",
    }


def _named(titles: list[str]) -> str:
    """At most three titles, and how many more."""
    shown = "; ".join(f"“{title}”" for title in titles[:3])
    return shown + (f" và {len(titles) - 3} việc nữa" if len(titles) > 3 else "")


def _headline(
    criticism: list[WaitingCriticism],
    put_aside: list[BuriedCriticism],
    cases: tuple[dict[str, Any], ...],
    now: datetime,
) -> tuple[str, ...]:
    """Two to four sentences: what a manager must know when nothing else is read."""
    late = [row.title for row in criticism if row.due_at <= now]
    said = []
    if late:
        said.append(f"{len(late)} phản ánh đúng đang quá hạn trả lời: {_named(late)}.")
    elif criticism:
        said.append(f"{len(criticism)} phản ánh đúng chờ trả lời, chưa việc nào quá hạn.")
    else:
        said.append("Không có phản ánh đúng nào chờ trả lời.")
    if put_aside:
        said.append(
            f"{len(put_aside)} phản ánh để “Theo dõi” quá 7 ngày: {_named([row.title for row in put_aside])}."
        )
    undecided = [str(case["title"]) for case in cases if case["tone"] == "none" and not case["closed"]]
    if undecided:
        said.append(f"{len(undecided)} vụ còn chờ kết luận: {_named(undecided)}.")
    overdue = [
        str(case["title"])
        for case in cases
        if not case["closed"] and any(c["words"].find("quá hạn từ") >= 0 for c in case["clocks"])
    ]
    if overdue:
        said.append(f"{len(overdue)} vụ có việc quá hạn: {_named(overdue)}.")
    return tuple(said)


def _trends(here: WeekCounts, before: WeekCounts) -> tuple[dict[str, Any], ...]:
    """Rows of kind "day" (seven), then of kind "source" (at most five, most items first)."""
    days = [
        {"kind": "day", "label": label, "this": here.days[n], "before": before.days[n]}
        for n, label in enumerate(_DAYS)
    ]
    top = sorted(here.sources.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP_SOURCES]
    sources = [
        {"kind": "source", "label": name, "this": number, "before": before.sources.get(name, 0)}
        for name, number in top
    ]
    return tuple(days + sources)


def _coming_answers(criticism: list[WaitingCriticism], now: datetime) -> list[str]:
    """Answers due in seven days to criticism over which no incident was opened; incidents tell theirs by their clocks."""
    return [
        f"{day_words(last_day(row.due_at))}: hạn trả lời phản ánh “{row.title}”, chưa mở vụ việc."
        for row in criticism
        if row.incident_id is None and now < row.due_at <= now + timedelta(days=7)
    ]


# --- frozen ---------------------------------------------------------------------------------------------------------


def as_json(digest: WeeklyDigest) -> dict[str, Any]:
    """The digest as it is stored: moments as ISO-8601 text in UTC."""
    made: dict[str, Any] = asdict(digest)
    for name in _TIMES:
        made[name] = made[name].isoformat()
    return made


def from_json(stored: dict[str, Any]) -> WeeklyDigest:
    """A stored digest."""
    values = dict(stored)
    for name in _TIMES:
        values[name] = datetime.fromisoformat(values[name])
    for name in (
        "headline",
        "criticism",
        "buried",
        "incidents",
        "trends",
        "upcoming",
        "not_watched",
        "answered",
        "localities",
    ):
        values[name] = tuple(values[name])
    values["figures"] = tuple((label, this, before) for label, this, before in values["figures"])
    return WeeklyDigest(**values)


def frozen(session: Session, unit_id: int, week: str) -> tuple[int, WeeklyDigest] | None:
    """The stored digest of an office's week with its id, final or interim (made before the week was over); None without one."""
    row = session.scalar(
        select(DigestRecord).where(DigestRecord.unit_id == unit_id, DigestRecord.week == week.strip())
    )
    return None if row is None else (row.id, from_json(row.content))


def final(digest: WeeklyDigest) -> bool:
    """True when the week was over as the digest was made: it then stands for ever."""
    return digest.made_at >= digest.ends_on


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A stored digest as a line of a list, newest week first. ``made_at`` in UTC."""

    id: int
    week: str
    made_at: datetime
    final: bool


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A stored digest with its files, as they were made."""

    id: int
    unit_id: int
    week: str
    made_at: datetime
    html: str
    docx: bytes
    digest: WeeklyDigest


class HasStore(Protocol):
    """A desk, as far as reading goes."""

    @property
    def store(self) -> Store:
        """The database."""
        ...


def rows(session: Session, unit_id: int, limit: int = 60) -> tuple[DigestRow, ...]:
    """The stored digests of an office, newest week first."""
    found = session.execute(
        select(DigestRecord.id, DigestRecord.week, DigestRecord.made_at)
        .where(DigestRecord.unit_id == unit_id)
        .order_by(DigestRecord.week.desc())
        .limit(limit)
    )
    return tuple(DigestRow(key, week, made_at, made_at >= span_of(week)[1]) for key, week, made_at in found)


def file(desk: HasStore, digest_id: int) -> DigestFile:
    """A stored digest. Raises :class:`NotFound`."""
    with desk.store.read() as session:
        row = session.get(DigestRecord, digest_id)
        if row is None:
            raise NotFound(f"Không tìm thấy bản tin số {digest_id}.", f"No digest {digest_id}.")
        return DigestFile(
            row.id, row.unit_id, row.week, row.made_at, row.html, row.docx, from_json(row.content)
        )
