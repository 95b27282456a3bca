"""Leases of sources and their runs.

A source is leased, not a process (decision 3): whoever holds the lease reads it, writes one run row, and gives it back. Every run
leaves a row that an officer can read, also when the process died.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core import faults
from core.errors import NotFound
from core.messages import CrawlJob, SourceResult
from core.queries import source_state
from core.records.source import CrawlRun, KnownEntry, Lease, Quarantine, Source
from core.rules import polling
from core.rules.politeness import polite_host
from core.services import audit, crawl_requests, leases, source_course
from core.services.desk import Desk

#: the crawler died this often on one source: it is switched off until a person looks (reliability.md §3 row 31)
MAX_CRASHES = 3
#: leases of this name say that a host rests, by its own published pace
PACE = "pace:"
_KNOWN_SENT = 1500
_INTAKE = ("new", "seen", "edited", "off_topic", "quarantined")


def due(desk: Desk, limit: int) -> list[str]:
    """Ids of enabled sources whose time has come and whose host nobody is reading, the longest waiting first."""
    now, real = desk.clock.now(), leases.PROCESS_CLOCK.now()
    with desk.store.read() as session:
        busy = _busy_hosts(session, real)
        waiting = session.execute(
            select(Source.id, Source.url)
            .where(
                Source.enabled,
                or_(Source.next_due_at.is_(None), Source.next_due_at <= now),
                or_(Source.lease_until.is_(None), Source.lease_until <= real),
            )
            .order_by(Source.next_due_at.is_not(None), Source.next_due_at, Source.id)
        )
        return [row.id for row in waiting if polite_host(row.url) not in busy][:limit]


def lease(desk: Desk, owner: str, source_ids: Iterable[str], minutes: float) -> list[CrawlJob]:
    """Take the lease of those sources that are free and return their jobs. A source somebody else reads is left out.

    So is one whose host is being read in another round: within a round the crawler keeps its own order. Switched-off sources can be leased too (a person asked); ``due`` leaves them out.
    """
    real = leases.PROCESS_CLOCK.now()
    jobs: list[CrawlJob] = []
    with desk.store.write() as session:
        busy = _busy_hosts(session, real)
        wanted = list(dict.fromkeys(source_ids))
        hosts = {
            row.id: polite_host(row.url)
            for row in session.execute(select(Source.id, Source.url).where(Source.id.in_(wanted)))
        }
        for source_id in wanted:
            if hosts.get(source_id, "") in busy:
                continue
            taken = session.execute(
                update(Source)
                .where(Source.id == source_id, or_(Source.lease_until.is_(None), Source.lease_until <= real))
                .values(lease_owner=owner, lease_until=real + timedelta(minutes=minutes))
                .returning(Source.id)
                .execution_options(synchronize_session=False)
            ).first()
            if taken is not None:
                jobs.append(_job(session, session.get_one(Source, source_id)))
    if jobs:
        faults.point("crawl.leased")
    return jobs


def host_is_busy(desk: Desk, source_id: str) -> bool:
    """Whether another source of the same host is being read, so that this one must wait its turn."""
    with desk.store.read() as session:
        url = session.scalar(select(Source.url).where(Source.id == source_id))
        return url is not None and polite_host(url) in _busy_hosts(
            session, leases.PROCESS_CLOCK.now(), source_id
        )


def renew(desk: Desk, owner: str, source_ids: Iterable[str], minutes: float) -> list[CrawlJob]:
    """Hold the leases of sources that ``owner`` reads for longer; the jobs anew, with what was stored since as known."""
    until = leases.PROCESS_CLOCK.now() + timedelta(minutes=minutes)
    jobs: list[CrawlJob] = []
    with desk.store.write() as session:
        for source_id in source_ids:
            source = session.get_one(Source, source_id)
            if source.lease_owner == owner:
                source.lease_until = until
                jobs.append(_job(session, source))
    return jobs


def begin_round(desk: Desk, owner: str, jobs: Sequence[CrawlJob]) -> dict[str, int]:
    """Write a run row "running" for each job; returns source id → run id."""
    round_id = f"{uuid4().hex[:12]}:{owner}"[:40]
    now = desk.clock.now()
    with desk.store.write() as session:
        runs = [
            CrawlRun(source_id=job.source_id, round_id=round_id, state="running", started_at=now, counts={})
            for job in jobs
        ]
        session.add_all(runs)
        session.flush()
        return {run.source_id: run.id for run in runs}


def finish(desk: Desk, run_id: int, result: SourceResult, counts: Mapping[str, int] | None = None) -> None:
    """Close a run, move the source on and give its lease back. A run that was closed before is left alone.

    What intake stored is counted in the run row by intake itself, in the transaction that stored it; ``counts`` is used for a run
    whose candidates were taken without its number.
    """
    faults.point("crawl.before_finish")
    now = desk.clock.now()
    with desk.store.write() as session:
        run = session.get(CrawlRun, run_id)
        if run is None or run.state != "running":
            return
        source = session.get_one(Source, run.source_id)
        taken = {
            word: max(int(run.counts.get(word, 0)), int((counts or {}).get(word, 0))) for word in _INTAKE
        }
        taken["seen"] += result.seen
        outcome = result.outcome
        if outcome in {"new", "seen"}:
            outcome = "new" if taken["new"] or taken["edited"] else "seen"
        failed = outcome in {"failed", "refused", "interrupted", "quarantined"}
        run.state = "failed" if failed else "done"
        run.finished_at = now
        run.outcome, run.code = outcome, result.code[:40]
        run.error_vi, run.error_en = result.error_vi, result.error_en
        run.counts = {**taken, "failed": len(result.page_errors), "entries": result.entries}
        run.page_errors = list(result.page_errors[:100])
        source.last_run_at, source.last_outcome, source.crashes = now, outcome, 0
        if failed:
            source_course.read_badly(
                session, desk, source, result.code, result.error_vi, result.error_en, now
            )
        else:
            source_course.read_well(session, desk, source, run, result, now)
        if result.retry_after_seconds and source.next_due_at is not None:
            wait = min(polling.LONGEST_WAIT, timedelta(seconds=result.retry_after_seconds))
            source.next_due_at = max(source.next_due_at, now + wait)
        source.state = source_state.health(source, now).state
        source.lease_owner, source.lease_until = "", None
        leave_in_peace(session, desk, source.url)


def crashed(desk: Desk, source_id: str, run_id: int | None = None) -> None:
    """The crawler died while it read this source alone. After three such times in a row the source is switched off."""
    now = desk.clock.now()
    vi = "Bộ đọc tin dừng đột ngột khi đọc nguồn này."
    en = "The crawler died while reading this source."
    with desk.store.write() as session:
        source = session.get(Source, source_id)
        if source is None:
            raise NotFound("Không có nguồn tin này.", f"No source {source_id}.")
        source.crashes += 1
        quarantined = source.crashes >= MAX_CRASHES
        outcome = "quarantined" if quarantined else "failed"
        for run in session.scalars(
            select(CrawlRun).where(CrawlRun.source_id == source_id, CrawlRun.state == "running")
        ):
            if run_id is None or run.id == run_id:
                run.state, run.finished_at, run.outcome, run.code = "failed", now, outcome, "crawler_died"
                run.error_vi, run.error_en = vi, en
        source.last_run_at, source.last_outcome = now, outcome
        source_course.read_badly(session, desk, source, "crawler_died", vi, en, now)
        source.lease_owner, source.lease_until = "", None
        leave_in_peace(session, desk, source.url)
        if quarantined and source.enabled:
            source.enabled, source.off_since = False, now
            session.add(
                Quarantine(
                    kind="source",
                    source_id=source_id,
                    reason_vi=f"{vi} Đã xảy ra {source.crashes} lần liên tiếp nên nguồn được tạm ngừng.",
                    reason_en=f"{en} It happened {source.crashes} times in a row, so the source was stopped.",
                    payload=source.url,
                    at=now,
                )
            )
            audit.record(
                session,
                desk,
                None,
                "source.quarantine",
                "source",
                source_id,
                detail={"crashes": source.crashes},
            )
        source.state = source_state.health(source, now).state


def interrupt_stale(desk: Desk, owner: str = "") -> int:
    """At the start of a scheduler: close the runs of processes that are gone, free their sources, put their requests back.

    A run is stale when the lease of its source ran out, or its owner had the same role as ``owner`` (there is one scheduler, and it
    is this one), or was a process of this machine that no longer exists. Returns how many runs were closed.
    """
    real = leases.PROCESS_CLOCK.now()
    return _interrupt(
        desk,
        lambda source: (
            source.lease_until is None
            or source.lease_until <= real
            or leases.superseded(source.lease_owner, owner)
        ),
        lambda session, now: crawl_requests.requeue_stale(session, owner, now),
    )


def give_back(desk: Desk, owner: str) -> int:
    """At the end of a process that reads: close what it was reading and free its sources at once. Returns how many runs were closed."""
    return _interrupt(desk, lambda source: source.lease_owner == owner)


def _interrupt(
    desk: Desk,
    over: Callable[[Source], bool],
    also: Callable[[Session, datetime], None] = lambda _session, _now: None,
) -> int:
    """Free the leased sources that are ``over``, close the runs of sources that nobody holds."""
    now = desk.clock.now()
    closed = 0
    with desk.store.write() as session:
        for source in session.scalars(select(Source).where(Source.lease_owner != "")):
            if over(source):
                source.lease_owner, source.lease_until = "", None
                leave_in_peace(session, desk, source.url)
                source.next_due_at = now
        session.flush()
        query = (
            select(CrawlRun, Source)
            .join(Source, Source.id == CrawlRun.source_id)
            .where(CrawlRun.state == "running")
        )
        for run, source in session.execute(query):
            if source.lease_owner:
                continue
            run.state, run.finished_at, run.outcome, run.code = (
                "interrupted",
                now,
                "interrupted",
                "interrupted",
            )
            run.error_vi = (
                "Lần đọc này bị ngắt giữa chừng (chương trình hoặc máy đã dừng). Nguồn sẽ được đọc lại."
            )
            run.error_en = (
                "This run was interrupted (the program or the machine stopped). The source is read again."
            )
            source.last_outcome = "interrupted"
            source.next_due_at = now
            closed += 1
        also(session, now)
    return closed


def _busy_hosts(session: Session, real: datetime, but: str = "") -> set[str]:
    """Hosts that are being read, and those that were just read and ask for a pause."""
    urls = session.scalars(select(Source.url).where(Source.lease_until > real, Source.id != but))
    resting = session.scalars(select(Lease.name).where(Lease.name.startswith(PACE), Lease.until > real))
    return ({polite_host(url) for url in urls} | {name.removeprefix(PACE) for name in resting}) - {""}


def leave_in_peace(session: Session, desk: Desk, url: str) -> None:
    """A host with a pace of its own (GDELT: one question each five seconds) was just asked: no other round asks before that is over.

    Within a round the crawler keeps the pace; this holds it over rounds and processes, in the machine's time.
    """
    seconds = desk.kinds.pace(url)
    if seconds:
        _rest(session, polite_host(url), seconds)


def claim_host(desk: Desk, url: str, seconds: float) -> bool:
    """For a reading without a source (a try before saving): take a host that has a pace of its own for ``seconds``.

    False when it is being read or rests; True, without taking anything, for every other host.
    """
    if not desk.kinds.pace(url):
        return True
    with desk.store.write() as session:
        if polite_host(url) in _busy_hosts(session, leases.PROCESS_CLOCK.now()):
            return False
        _rest(session, polite_host(url), seconds)
        return True


def release_host(desk: Desk, url: str) -> None:
    """That reading is over: the host rests for its pace."""
    if desk.kinds.pace(url):
        with desk.store.write() as session:
            leave_in_peace(session, desk, url)


def _rest(session: Session, host: str, seconds: float) -> None:
    name = f"{PACE}{host}"[:60]
    row = session.get(Lease, name)
    if row is None:
        row = Lease(name=name, owner="", until=None)
        session.add(row)
    row.until = leases.PROCESS_CLOCK.now() + timedelta(seconds=seconds)


def _job(session: Session, source: Source) -> CrawlJob:
    known = session.execute(
        select(KnownEntry.canonical_url, KnownEntry.entry_hash)
        .where(KnownEntry.source_id == source.id)
        .order_by(KnownEntry.seen_at.desc(), KnownEntry.url_sha256)
        .limit(_KNOWN_SENT)
    )
    return CrawlJob.model_validate(
        {
            "source_id": source.id,
            "kind": source.kind,
            "url": source.url,
            "language": source.language,
            "rules": source.rules,
            "etag": source.etag,
            "last_modified": source.last_modified,
            "body_sha256": source.body_sha256,
            "known": {row.canonical_url: row.entry_hash for row in known},
            "social": source.social,
        }
    )
