"""What is being read at this moment, source by source, for a screen that looks every other second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.records.account import Account
from core.records.source import CrawlRequest, CrawlRun, Source

#: a reading that ended within this time is still news for the person who waits for it
FRESH = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A source within a round: ``state`` as in the run row, counts so far; ``stopping`` when somebody asked for its end."""

    run_id: int
    source_id: str
    name: str
    state: str
    outcome: str
    counts: dict[str, int]
    error_vi: str
    error_en: str
    started_at: datetime
    stopping: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """All rounds at work. ``waiting`` names sources that were asked for and not begun; ``just_read`` counts those read a moment ago."""

    rows: tuple[ReadingRow, ...]
    waiting: tuple[str, ...]
    just_read: int

    @property
    def done(self) -> int:
        """How many sources of the rounds at work are read."""
        return sum(row.state != "running" for row in self.rows)

    @property
    def new(self) -> int:
        """New items of the rounds at work, so far."""
        return sum(row.counts.get("new", 0) for row in self.rows)

    @property
    def moving(self) -> bool:
        """True while a page about it should look again soon."""
        return bool(self.rows or self.waiting)


def reading(session: Session, now: datetime) -> Reading:
    """The rounds at work. Found through the leases of sources, so that the long table of runs is only asked by its index."""
    rounds = session.execute(
        select(CrawlRun.round_id, CrawlRun.started_at)
        .join(Source, Source.id == CrawlRun.source_id)
        .where(
            Source.lease_owner != "",
            CrawlRun.started_at >= now - timedelta(days=1),
            CrawlRun.state == "running",
        )
        .distinct()
    ).all()
    rows: list[ReadingRow] = []
    for round_id, started_at in rounds:
        found = session.execute(
            select(CrawlRun, Source.name)
            .join(Source, Source.id == CrawlRun.source_id)
            .where(
                CrawlRun.source_id.in_(select(Source.id)),
                CrawlRun.started_at == started_at,
                CrawlRun.round_id == round_id,
            )
            .order_by(CrawlRun.id)
            .limit(500)
        )
        rows += [_row(run, name) for run, name in found]
    # What is at work first, then what ended last.
    rows.sort(key=lambda row: row.state != "running")
    waiting = session.scalars(
        select(Source.name)
        .join(CrawlRequest, CrawlRequest.source_id == Source.id)
        .where(CrawlRequest.kind == "source", CrawlRequest.state == "queued")
        .distinct()
        .limit(50)
    )
    just_read = session.scalar(
        select(func.count()).select_from(Source).where(Source.last_run_at >= now - FRESH)
    )
    return Reading(tuple(rows), tuple(waiting), int(just_read or 0))


@dataclass(frozen=True, slots=True)
class Latest:
    """The last reading of one source, for the sentence on its page."""

    row: ReadingRow | None
    finished_at: datetime | None
    first: bool
    waiting: bool
    stopped_by: str

    @property
    def moving(self) -> bool:
        """True while the page should look again soon."""
        return self.waiting or (self.row is not None and self.row.state == "running")


def latest(session: Session, source_id: str) -> Latest:
    """The last reading of a source, whether it is its first, and whether another is waiting."""
    runs = session.execute(
        select(CrawlRun, Source.name)
        .join(Source, Source.id == CrawlRun.source_id)
        .where(CrawlRun.source_id == source_id)
        .order_by(CrawlRun.started_at.desc(), CrawlRun.id.desc())
        .limit(2)
    ).all()
    never = session.get(Source, source_id)
    waiting = session.scalar(
        select(CrawlRequest.id)
        .where(
            CrawlRequest.source_id == source_id,
            CrawlRequest.kind == "source",
            CrawlRequest.state.in_(["queued", "running"]),
        )
        .limit(1)
    )
    if not runs:
        due = never is not None and never.enabled
        return Latest(None, None, first=True, waiting=due or waiting is not None, stopped_by="")
    run, name = runs[0]
    person = session.get(Account, run.stop_asked_by) if run.stop_asked_by is not None else None
    return Latest(
        row=_row(run, name),
        finished_at=run.finished_at,
        first=len(runs) == 1,
        waiting=waiting is not None,
        stopped_by=person.display_name if person is not None else "",
    )


def _row(run: CrawlRun, name: str) -> ReadingRow:
    return ReadingRow(
        run_id=run.id,
        source_id=run.source_id,
        name=name,
        state=run.state,
        outcome=run.outcome,
        counts={str(word): int(number) for word, number in run.counts.items() if isinstance(number, int)},
        error_vi=run.error_vi,
        error_en=run.error_en,
        started_at=run.started_at,
        stopping=run.stop_asked_by is not None and run.state == "running",
    )
