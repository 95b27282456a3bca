"""Nguồn tin: every source with its last fourteen days, broken ones first; one source with its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import NotFound
from core.queries import source_state
from core.records.item import Item
from core.records.source import CrawlRequest, CrawlRun, Quarantine, Source
from core.rules.vocabulary import SourceState

DAYS = 14
#: outcomes of a run that read the source
_GOOD = ("new", "seen", "unchanged", "empty", "truncated")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as a row. ``days`` holds items first seen a day, oldest first; None is a day on which every reading failed."""

    id: str
    version: int
    name: str
    kind: str
    url: str
    language: str
    country: str
    domestic: bool
    social: bool
    reach_tier: int
    locality: str
    enabled: bool
    state: str
    """As of now, never the stored one: silence comes with time alone."""
    retrying: bool
    interval_minutes: int
    last_outcome: str
    last_run_at: datetime | None
    last_success_at: datetime | None
    last_new_item_at: datetime | None
    next_due_at: datetime | None
    error_vi: str
    error_en: str
    failures: int
    crashes: int
    days: tuple[int | None, ...]
    asked: bool
    rules: tuple[tuple[str, str], ...]
    sentence_vi: str
    sentence_en: str
    advice_vi: str
    """What to do; empty when nothing."""
    advice_en: str
    needs_person: bool
    stopped_at: datetime | None
    """Disabled after failures; a daily probe still tries it."""
    interval_fixed: bool
    """Staff chose the interval; otherwise ``poll_minutes`` is learned between the two bounds."""
    poll_minutes: int
    poll_least_minutes: int
    poll_most_minutes: int
    expected_hours: int | None
    """Staff's word on how long it may be without a new item; None: learned."""
    silent_after_hours: int
    """What counts now, learned or given."""
    own_portal: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """All sources, in groups as the screen shows them."""

    broken: tuple[SourceRow, ...]
    silent: tuple[SourceRow, ...]
    working: tuple[SourceRow, ...]
    off: tuple[SourceRow, ...]
    last_run_at: datetime | None
    next_due_at: datetime | None

    @property
    def total(self) -> int:
        """How many sources there are."""
        return len(self.broken) + len(self.silent) + len(self.working) + len(self.off)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One reading of a source."""

    id: int
    state: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    code: str
    error_vi: str
    error_en: str
    counts: tuple[tuple[str, int], ...]
    page_errors: tuple[tuple[str, str, str], ...]
    """(address, Vietnamese sentence, English sentence)."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One source and what was last refused of it."""

    source: SourceRow
    items: int
    quarantined: tuple[tuple[datetime, str, str], ...]


def listing(session: Session, now: datetime) -> Listing:
    """Every source. Installations hold tens to a few hundred; more than 1,000 are not shown."""
    sources = list(session.scalars(select(Source).order_by(Source.name, Source.id).limit(1000)))
    rows = _rows(session, sources, now)
    groups: dict[str, list[SourceRow]] = {"broken": [], "silent": [], "working": [], "off": []}
    for row in rows:
        groups[_group(row)].append(row)
    due = [row.next_due_at for row in rows if row.enabled and row.next_due_at]
    ran = [row.last_run_at for row in rows if row.last_run_at]
    return Listing(
        tuple(groups["broken"]),
        tuple(groups["silent"]),
        tuple(groups["working"]),
        tuple(groups["off"]),
        max(ran, default=None),
        min(due, default=None),
    )


def _group(row: SourceRow) -> str:
    if not row.enabled or row.state == SourceState.DISABLED:
        # One that was stopped after failures, or because it kept killing the crawler, needs a person, not a corner.
        return "broken" if row.crashes >= 3 or (row.enabled and row.stopped_at) else "off"
    if row.state == SourceState.FAILING:
        return "broken"
    return "silent" if row.state in {SourceState.SILENT, SourceState.EMPTY} else "working"


def _rows(session: Session, sources: Sequence[Source], now: datetime) -> list[SourceRow]:
    ids = [source.id for source in sources]
    bars = _days(session, ids, now)
    asked = set(
        session.scalars(
            select(CrawlRequest.source_id).where(
                CrawlRequest.kind == "source", CrawlRequest.state.in_(["queued", "running"])
            )
        )
    )
    return [_row(source, bars[source.id], source.id in asked, now) for source in sources]


def _row(source: Source, days: tuple[int | None, ...], asked: bool, now: datetime) -> SourceRow:
    health = source_state.health(source, now)
    return SourceRow(
        id=source.id,
        version=source.version,
        name=source.name,
        kind=source.kind,
        url=source.url,
        language=source.language,
        country=source.country,
        domestic=source.domestic,
        social=source.social,
        reach_tier=source.reach_tier,
        locality=source.locality or "",
        enabled=source.enabled,
        state=health.state,
        retrying=health.retrying,
        interval_minutes=source.interval_minutes,
        last_outcome=source.last_outcome,
        last_run_at=source.last_run_at,
        last_success_at=source.last_success_at,
        last_new_item_at=source.last_new_item_at,
        next_due_at=source.next_due_at,
        error_vi=source.error_vi,
        error_en=source.error_en,
        failures=source.failures,
        crashes=source.crashes,
        days=days,
        asked=asked,
        rules=tuple((str(key), str(value)) for key, value in source.rules.items()),
        sentence_vi=health.vi,
        sentence_en=health.en,
        advice_vi=health.advice_vi,
        advice_en=health.advice_en,
        needs_person=health.ask,
        stopped_at=source.stopped_at,
        interval_fixed=source.interval_fixed,
        poll_minutes=source_state.poll_interval(source) // timedelta(minutes=1),
        poll_least_minutes=source.poll_least_minutes,
        poll_most_minutes=source.poll_most_minutes,
        expected_hours=source.expected_hours,
        silent_after_hours=source_state.silence(source) // timedelta(hours=1),
        own_portal=source.own_portal,
    )


def _days(session: Session, ids: Sequence[str], now: datetime) -> dict[str, tuple[int | None, ...]]:
    """Items a day in Viet Nam's days: two grouped queries for all sources together."""
    midnight = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    edges = [midnight - timedelta(days=DAYS - 1 - day) for day in range(DAYS)]

    def bucket(column: Any) -> Any:
        return case(*[(column < edge, number) for number, edge in enumerate(edges[1:])], else_=DAYS - 1)

    bars: dict[str, list[int | None]] = {source_id: [0] * DAYS for source_id in ids}
    seen = bucket(Item.first_seen_at).label("day")
    for source_id, day, number in session.execute(
        select(Item.source_id, seen, func.count())
        .where(Item.first_seen_at >= edges[0], Item.source_id.is_not(None))
        .group_by(Item.source_id, seen)
    ):
        if source_id in bars:
            bars[source_id][day] = number
    ran = bucket(CrawlRun.started_at).label("day")
    good = func.max(case((CrawlRun.outcome.in_(_GOOD), 1), else_=0)).label("good")
    for source_id, day, read in session.execute(
        select(CrawlRun.source_id, ran, good)
        .where(CrawlRun.started_at >= edges[0], CrawlRun.state != "running")
        .group_by(CrawlRun.source_id, ran)
    ):
        if source_id in bars and not read and not bars[source_id][day]:
            bars[source_id][day] = None
    return {source_id: tuple(days) for source_id, days in bars.items()}


def show(session: Session, source_id: str, now: datetime) -> SourcePage:
    """One source. Raises :class:`NotFound`."""
    source = session.get(Source, source_id)
    if source is None:
        raise NotFound("Không có nguồn tin này. Xem danh sách nguồn tin.", "There is no such source.")
    refused = session.execute(
        select(Quarantine.at, Quarantine.reason_vi, Quarantine.reason_en)
        .where(Quarantine.source_id == source_id)
        .order_by(Quarantine.id.desc())
        .limit(10)
    )
    return SourcePage(
        source=_rows(session, [source], now)[0],
        items=session.scalar(
            select(func.count()).select_from(
                select(Item.id).where(Item.source_id == source_id).limit(10_000).subquery()
            )
        )
        or 0,
        quarantined=tuple((row.at, row.reason_vi, row.reason_en) for row in refused),
    )


def run_row(run: CrawlRun) -> RunRow:
    """A reading as a row; of its failed pages the first twenty."""
    errors = []
    for error in run.page_errors[:20]:
        if isinstance(error, dict):
            vi = str(
                error.get("error_vi") or error.get("vi") or error.get("error") or error.get("code") or ""
            )
            errors.append(
                (str(error.get("url", ""))[:300], vi, str(error.get("error_en") or error.get("en") or vi))
            )
    return RunRow(
        id=run.id,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        outcome=run.outcome,
        code=run.code,
        error_vi=run.error_vi,
        error_en=run.error_en,
        counts=tuple(
            (str(name), int(number)) for name, number in run.counts.items() if isinstance(number, int)
        ),
        page_errors=tuple(errors),
    )
