"""What leaves the house: rows taken under a lease, sent by a channel, recorded; never before the recorded approval (decision 8).

The scheduler calls :func:`take_due`, hands each message to its channel and calls :func:`record`. A process that dies between leaves
rows "sending"; :func:`recover` queues them again and marks them, because the other side may have them already: the Message-ID is the
same, so the repeat can be recognised (reliability.md §3 rows 4 and 26).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import faults
from core.errors import NotFound, RuleBroken
from core.ports import Attachment, Delivery, OutgoingMessage
from core.records.document import Dispatch, Document
from core.records.incident import Incident
from core.rules import guardrails
from core.rules.vocabulary import DOCUMENT_VI, DispatchState, DocumentKind, IncidentState
from core.rules.workflow import DISPATCH_STATES
from core.services import audit, gates, publish, standing
from core.services.acting import get, perform
from core.services.desk import Desk
from core.text.normalise import fold

#: a row "sending" longer than this was left by a process that died
LEASE = timedelta(minutes=10)
#: a message that could not be delivered for this long is given up and shown
GIVE_UP = timedelta(hours=24)
#: a paused incident's messages are looked at again after this
HELD = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=4)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def take_due(
    desk: Desk, owner: str, limit: int = 10, channels: Collection[str] | None = None
) -> list[tuple[int, str, OutgoingMessage]]:
    """Messages to send now: (dispatch id, channel, message). Each is marked "sending" for ten minutes before it is handed out.

    ``channels``: those that the caller can serve. The law is read again for each row: a document whose verdict no longer stands
    fails here, with its reason and an audit row; one whose incident is paused is held.
    """
    with desk.store.read() as session:
        query = (
            select(Dispatch.id)
            .where(Dispatch.state == DispatchState.QUEUED, Dispatch.next_try_at <= desk.clock.now())
            .order_by(Dispatch.id)
        )
        if channels is not None:
            query = query.where(Dispatch.channel.in_(list(channels)))
        ids = list(session.scalars(query.limit(limit)))
    taken = []
    for dispatch_id in ids:
        message = _take(desk, owner, dispatch_id)
        if message is not None:
            taken.append(message)
    if taken:
        faults.point("dispatch.before_send")
    return taken


def record(desk: Desk, dispatch_id: int, delivery: Delivery) -> None:
    """How a try ended. Sent: clocks stop, the document is published. Retry: a growing wait, given up after 24 h. Failed: shown."""
    if delivery.state == "sent":
        faults.point("dispatch.after_send")

    def work(session: Session) -> None:
        row = get(session, Dispatch, dispatch_id, "lượt gửi")
        if row.state != DispatchState.SENDING:
            return
        now = desk.clock.now()
        row.detail = delivery.detail[:2000]
        if delivery.state == "sent":
            row.state, row.sent_at = DispatchState.SENT, now
            if row.document_id is not None:
                document = get(session, Document, row.document_id, "văn bản")
                incident = get(session, Incident, document.incident_id, "vụ việc")
                publish.went_out(session, desk, None, document, incident, now)
        elif delivery.state == "retry" and now - row.queued_at < GIVE_UP:
            row.state = DispatchState.QUEUED
            row.next_try_at = min(now + wait(row.attempts), row.queued_at + GIVE_UP)
        else:
            row.state = DispatchState.FAILED
        audit.record(
            session,
            desk,
            None,
            f"dispatch.{row.state}",
            "dispatch",
            row.id,
            detail={
                "document": row.document_id,
                "attempt": row.attempts,
                "maybe_twice": row.maybe_twice,
                "detail": delivery.detail[:500],
            },
        )

    perform(
        desk, None, "dispatch.record", "dispatch", dispatch_id, work, before_commit="approve.before_commit"
    )


def recover(desk: Desk, *, expired_only: bool = False) -> int:
    """Queue again what a dead process left "sending", marked "maybe sent twice". Returns how many.

    For the start of the one scheduler; ``expired_only`` leaves alone what is within its lease, for a running one.
    """
    with desk.store.write() as session:
        now = desk.clock.now()
        query = select(Dispatch).where(Dispatch.state == DispatchState.SENDING)
        if expired_only:
            query = query.where(Dispatch.next_try_at <= now)
        rows = session.scalars(query.order_by(Dispatch.id)).all()
        for row in rows:
            row.state, row.maybe_twice, row.next_try_at = DispatchState.QUEUED, True, now
            row.detail = (
                "Tiến trình gửi dừng giữa chừng; có thể nơi nhận đã nhận, thư gửi lại cùng mã Message-ID."
            )
            audit.record(
                session,
                desk,
                None,
                "dispatch.recover",
                "dispatch",
                row.id,
                detail={"document": row.document_id},
            )
        return len(rows)


def wait(attempts: int) -> timedelta:
    """The wait before the next try: 1, 2, 4 … minutes, four hours at most."""
    return (
        min(timedelta(minutes=2 ** max(attempts - 1, 0)), _LONGEST_WAIT) if attempts < 12 else _LONGEST_WAIT
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _take(desk: Desk, owner: str, dispatch_id: int) -> tuple[int, str, OutgoingMessage] | None:
    def work(session: Session) -> tuple[int, str, OutgoingMessage] | None:
        now = desk.clock.now()
        row = get(session, Dispatch, dispatch_id, "lượt gửi")
        if row.document_id is None:
            raise RuleBroken("workflow", "Lượt gửi không có văn bản.", "The dispatch has no document.")
        document = get(session, Document, row.document_id, "văn bản")
        incident = get(session, Incident, document.incident_id, "vụ việc")
        guardrails.require_clarifiable(standing.verdicts(session, incident), DocumentKind(document.kind))
        if incident.state not in DISPATCH_STATES and incident.state != IncidentState.CLOSED:
            row.next_try_at = now + HELD
            row.detail = "Vụ việc đang tạm dừng, đã chuyển hoặc đang xem xét lại; thư được giữ lại, chưa gửi."
            return None
        publish.require_sendable(session, document, incident)
        if row.version != document.version:
            raise RuleBroken(
                "approval", "Lượt gửi thuộc bản cũ của văn bản.", "The dispatch is of another version."
            )
        done = session.execute(
            update(Dispatch)
            .where(Dispatch.id == row.id, Dispatch.state == DispatchState.QUEUED, Dispatch.next_try_at <= now)
            .values(
                state=DispatchState.SENDING,
                attempts=Dispatch.attempts + 1,
                next_try_at=now + LEASE,
                detail=f"đang gửi ({owner[:60]})",
            )
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            return None
        return row.id, row.channel, _message(session, document, row, now)

    try:
        return perform(
            desk, None, "dispatch.send", "dispatch", dispatch_id, work, before_commit="approve.before_commit"
        )
    except NotFound:
        return None
    except RuleBroken as error:
        _fail(desk, dispatch_id, error)
        return None


def _fail(desk: Desk, dispatch_id: int, error: RuleBroken) -> None:
    with desk.store.write() as session:
        row = session.get(Dispatch, dispatch_id)
        if row is not None and row.state == DispatchState.QUEUED:
            row.state, row.detail = DispatchState.FAILED, f"Không được gửi: {error.vi} {error.lawful}".strip()


def _message(session: Session, document: Document, row: Dispatch, now: datetime) -> OutgoingMessage:
    version = gates.version_row(session, document, row.version)
    if version.docx is None:
        raise RuleBroken("integrity", "Bản phát hành không có tệp .docx.", "The issued version has no file.")
    kind = re.sub(r"[^a-z0-9]+", "-", fold(DOCUMENT_VI[DocumentKind(document.kind)])).strip("-")
    year = document.issued_on.year if document.issued_on is not None else now.year
    return OutgoingMessage(
        message_id=row.message_id,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        attachments=(Attachment(f"{kind}-{document.number}-{year}.docx", DOCX, version.docx),),
        sent_at=now,
    )
