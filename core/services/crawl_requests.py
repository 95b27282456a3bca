"""What the app asks of the scheduler: read a source now, fetch one address. A request is a row, taken within a second (decision 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.records.source import CrawlRequest
from core.rules.permissions import require
from core.services import audit, leases
from core.services.desk import Actor, Desk
from core.services.sources import NewSource, source_row

_MAX_TAKEN = 10
_MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A wish of the app that this scheduler must fulfil; ``kind`` is source, link or preview."""

    request_id: int
    kind: str
    source_id: str | None
    url: str
    details: Mapping[str, Any]


def request_crawl(desk: Desk, actor: Actor, source_id: str) -> int:
    """Ask for a source to be read now. A request that waits already is returned again.

    Raises :class:`Forbidden`, :class:`NotFound`.
    """
    with audit.attempt(desk, actor, "source.crawl", "source", source_id), desk.store.write() as session:
        require(actor, "source.crawl")
        source_row(session, source_id)
        waiting = session.scalar(
            select(CrawlRequest.id).where(CrawlRequest.source_id == source_id, CrawlRequest.state == "queued")
        )
        if waiting is not None:
            return waiting
        request = CrawlRequest(
            kind="source",
            source_id=source_id,
            requested_by=actor.account_id,
            requested_at=desk.clock.now(),
            details={},
        )
        session.add(request)
        session.flush()
        audit.record(
            session, desk, actor, "source.crawl", "source", source_id, detail={"request": request.id}
        )
        return request.id


def request_preview(desk: Desk, actor: Actor, source: NewSource) -> int:
    """Ask what a source would give, before it is saved. The same wish of the same person that waits already is returned again.

    The request's ``result`` is what :mod:`config.preview` says. Raises :class:`Forbidden`, :class:`Invalid` (kind, url, rules).
    """
    with audit.attempt(desk, actor, "source.crawl", "source", "-"):
        require(actor, "source.add")
        checked = desk.kinds.check(source.kind, source.url, source.rules)
        wanted = {
            "kind": source.kind,
            "rules": dict(checked.rules),
            "language": source.language,
            "social": source.social or checked.social,
        }
        with desk.store.write() as session:
            waiting = session.scalars(
                select(CrawlRequest).where(
                    CrawlRequest.kind == "preview",
                    CrawlRequest.state == "queued",
                    CrawlRequest.requested_by == actor.account_id,
                    CrawlRequest.url == checked.url,
                )
            )
            for request in waiting:
                if all(request.details.get(name) == value for name, value in wanted.items()):
                    return request.id
            request = CrawlRequest(
                kind="preview",
                url=checked.url,
                details=wanted,
                requested_by=actor.account_id,
                requested_at=desk.clock.now(),
            )
            session.add(request)
            session.flush()
            audit.record(
                session,
                desk,
                actor,
                "source.crawl",
                "source",
                "-",
                detail={"preview": checked.url[:300], "kind": source.kind, "request": request.id},
            )
            return request.id


def take_requests(desk: Desk, owner: str) -> list[TakenRequest]:
    """The waiting requests, oldest first, now marked as this owner's. Cheap when there is none: no write lock is taken."""
    with desk.store.read() as session:
        if session.scalar(select(CrawlRequest.id).where(CrawlRequest.state == "queued").limit(1)) is None:
            return []
    with desk.store.write() as session:
        rows = list(
            session.scalars(
                select(CrawlRequest)
                .where(CrawlRequest.state == "queued")
                .order_by(CrawlRequest.id)
                .limit(_MAX_TAKEN)
            )
        )
        for row in rows:
            row.state, row.taken_at = "running", desk.clock.now()
            row.details = {**row.details, "owner": owner, "tries": int(row.details.get("tries", 0)) + 1}
        return [TakenRequest(row.id, row.kind, row.source_id, row.url, dict(row.details)) for row in rows]


def put_back(desk: Desk, request_id: int) -> None:
    """Let a taken request wait: its host is being read just now. That try does not count."""
    with desk.store.write() as session:
        row = session.get(CrawlRequest, request_id)
        if row is not None and row.state == "running":
            row.state, row.taken_at = "queued", None
            row.details = {**row.details, "tries": int(row.details.get("tries", 1)) - 1}


def finish_request(desk: Desk, request_id: int, result: Mapping[str, Any], *, failed: bool = False) -> None:
    """Close a request with what the app shows. A request that was closed before is left alone."""
    with desk.store.write() as session:
        close_request(session, request_id, result, desk.clock.now(), failed=failed)


def close_request(
    session: Session, request_id: int, result: Mapping[str, Any], now: datetime, *, failed: bool = False
) -> None:
    """The same, inside the caller's transaction."""
    session.execute(
        update(CrawlRequest)
        .where(CrawlRequest.id == request_id, CrawlRequest.state.in_(("queued", "running")))
        .values(state="failed" if failed else "done", finished_at=now, result=dict(result))
    )


def requeue_stale(session: Session, owner: str, now: datetime) -> None:
    """Put the requests of processes that are gone back into the queue; after three tries they are closed with a sentence."""
    for request in session.scalars(select(CrawlRequest).where(CrawlRequest.state == "running")):
        if not leases.superseded(str(request.details.get("owner", "")), owner):
            continue
        if int(request.details.get("tries", 1)) >= _MAX_TRIES:
            request.state, request.finished_at = "failed", now
            request.result = {
                "error_vi": "Đã thử ba lần mà chương trình đều dừng giữa chừng. Hãy kiểm tra địa chỉ.",
                "error_en": "Tried three times; the program stopped each time. Check the address.",
            }
        else:
            request.state, request.taken_at = "queued", None
