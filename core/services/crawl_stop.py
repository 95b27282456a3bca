"""A reading that a person ends: the wish stands in the run row, and whoever reads looks for it every second.

The wish is in the row and not with the scheduler, so that a reading of ``lamro crawl`` or of another machine ends as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.queries import source_state
from core.records.account import Account
from core.records.source import CrawlRun, Source
from core.rules.permissions import require
from core.services import audit, crawl, leases
from core.services.desk import Actor, Desk


def ask(desk: Desk, actor: Actor, run_id: int) -> str:
    """Ask for this reading to end; asked twice, the first stands. Returns the source's id.

    A reading whose process is gone is closed at once. Raises :class:`Forbidden`, :class:`NotFound`, and :class:`Conflict` when the
    reading is over.
    """
    with audit.attempt(desk, actor, "source.end_reading", "run", run_id), desk.store.write() as session:
        require(actor, "source.end_reading")
        run = session.get(CrawlRun, run_id)
        if run is None:
            raise NotFound("Không có lần đọc này. Xem lại trang nguồn tin.", f"There is no run {run_id}.")
        if run.state != "running":
            raise Conflict(
                "Lần đọc này đã xong trước khi dừng kịp. Tải lại trang để xem kết quả.",
                "This reading was over before it could be stopped. Load the page again to see the result.",
            )
        if run.stop_asked_by is None:
            run.stop_asked_by = actor.account_id
            audit.record(
                session, desk, actor, "source.end_reading", "source", run.source_id, detail={"run": run.id}
            )
        source = session.get_one(Source, run.source_id)
        if source.lease_until is None or source.lease_until <= leases.PROCESS_CLOCK.now():
            _close(session, desk, run, source)
        return run.source_id


def asked(desk: Desk, run_ids: Iterable[int]) -> set[str]:
    """Source ids of those runs that somebody asked to end and that are still open."""
    with desk.store.read() as session:
        return set(
            session.scalars(
                select(CrawlRun.source_id).where(
                    CrawlRun.id.in_(list(run_ids)),
                    CrawlRun.state == "running",
                    CrawlRun.stop_asked_by.is_not(None),
                )
            )
        )


def close(desk: Desk, run_id: int) -> tuple[str, str]:
    """Close a run that was asked to end and give its source back; what was stored stays. Returns the sentence in both languages.

    It is nobody's failure: the source is read again at its usual time.
    """
    with desk.store.write() as session:
        run = session.get_one(CrawlRun, run_id)
        if run.state == "running":
            _close(session, desk, run, session.get_one(Source, run.source_id))
        return run.error_vi, run.error_en


def _close(session: Session, desk: Desk, run: CrawlRun, source: Source) -> None:
    now = desk.clock.now()
    person = session.get(Account, run.stop_asked_by) if run.stop_asked_by is not None else None
    name = person.display_name if person is not None else "?"
    run.state, run.finished_at, run.outcome, run.code = "interrupted", now, "interrupted", "stopped"
    run.error_vi = f"{name} đã dừng lần đọc này. Tin đọc được trước đó vẫn giữ."
    run.error_en = f"{name} stopped this reading. What was read before is kept."
    source.last_run_at, source.last_outcome = now, "interrupted"
    if int(run.counts.get("new", 0)):
        source.last_new_item_at = now
    source.next_due_at = now + source_state.poll_interval(source)
    source.lease_owner, source.lease_until = "", None
    crawl.leave_in_peace(session, desk, source.url)
    source.state = source_state.health(source, now).state
