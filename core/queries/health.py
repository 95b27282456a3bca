"""Tình trạng máy: what the administrator must know of the parts, from the store alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.records.audit import AuditRow
from core.records.document import Dispatch
from core.records.item import Item, OutboxRow, Story
from core.records.source import CrawlRequest, CrawlRun, JobRun, Lease, Quarantine
from core.rules.vocabulary import DispatchState


@dataclass(frozen=True, slots=True)
class JobRow:
    """The last slot of a scheduled job."""

    job: str
    slot: str
    started_at: datetime
    finished_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """A named lock: who holds it, until when."""

    name: str
    owner: str
    until: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Something that was refused."""

    id: int
    kind: str
    source_id: str
    reason_vi: str
    reason_en: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """The parts as the store sees them."""

    items: int
    stories: int
    newest_item_at: datetime | None
    last_outbox: int
    oldest_request_at: datetime | None
    waiting_requests: int
    runs_last_hour: int
    failed_last_hour: int
    dispatches: dict[str, int]
    audit_rows: int
    audit_head: str
    jobs: tuple[JobRow, ...]
    leases: tuple[LeaseRow, ...]
    quarantine: tuple[QuarantineRow, ...]


def health(session: Session, now: datetime) -> Health:
    """A look at the store; ids are arrival order, so that counts of large tables cost nothing."""
    waiting = session.execute(
        select(func.count(), func.min(CrawlRequest.requested_at)).where(CrawlRequest.state == "queued")
    ).one()
    runs = session.execute(
        select(func.count(), func.sum(case((CrawlRun.outcome.in_(["failed", "refused"]), 1), else_=0))).where(
            CrawlRun.started_at >= now - timedelta(hours=1)
        )
    ).one()
    newest = select(JobRun.job, func.max(JobRun.started_at).label("at")).group_by(JobRun.job).subquery()
    jobs = session.scalars(
        select(JobRun)
        .join(newest, (JobRun.job == newest.c.job) & (JobRun.started_at == newest.c.at))
        .order_by(JobRun.job)
        .limit(50)
    )
    # Who holds a part of the program; that a host rests ("pace:") is nobody's.
    leases = session.scalars(
        select(Lease).where(Lease.name.not_like("pace:%")).order_by(Lease.name).limit(50)
    )
    quarantine = session.scalars(select(Quarantine).order_by(Quarantine.id.desc()).limit(20))
    last = session.execute(select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)).first()
    return Health(
        items=session.scalar(select(func.max(Item.id))) or 0,
        stories=session.scalar(select(func.max(Story.id))) or 0,
        newest_item_at=session.scalar(select(Item.first_seen_at).order_by(Item.id.desc()).limit(1)),
        last_outbox=session.scalar(select(func.max(OutboxRow.seq))) or 0,
        oldest_request_at=waiting[1],
        waiting_requests=waiting[0],
        runs_last_hour=runs[0],
        failed_last_hour=runs[1] or 0,
        dispatches={
            row.state: row.waiting
            for row in session.execute(
                select(Dispatch.state, func.count().label("waiting"))
                .where(Dispatch.state != DispatchState.SENT)
                .group_by(Dispatch.state)
            )
        },
        audit_rows=last.id if last else 0,
        audit_head=last.hash if last else "",
        jobs=tuple(JobRow(job.job, job.slot, job.started_at, job.finished_at, job.error) for job in jobs),
        leases=tuple(
            LeaseRow(lease.name, lease.owner, lease.until, lease.until is not None and lease.until > now)
            for lease in leases
        ),
        quarantine=tuple(
            QuarantineRow(row.id, row.kind, row.source_id or "", row.reason_vi, row.reason_en, row.at)
            for row in quarantine
        ),
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the index has yet to see: how many changes, and since when the oldest waits (None: nothing waits)."""

    changes: int
    since: datetime | None


def backlog(session: Session, last_seq: int) -> Backlog:
    """The outbox beyond the number that an index says it was brought to."""
    first = session.execute(
        select(OutboxRow.at).where(OutboxRow.seq > last_seq).order_by(OutboxRow.seq).limit(1)
    ).scalar()
    if first is None:
        return Backlog(0, None)
    newest = session.scalar(select(func.max(OutboxRow.seq))) or last_seq
    return Backlog(newest - last_seq, first)


def alive(session: Session) -> None:
    """Raises when the database does not answer."""
    session.execute(select(1))
