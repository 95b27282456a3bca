"""What waits for an approver: incidents with submitted documents at a step that this person may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.queries import people
from core.queries.incident import ClockRow, DocumentRow, document_row
from core.records.document import Document
from core.records.incident import Deadline, Incident
from core.rules.vocabulary import DocumentState


@dataclass(frozen=True, slots=True)
class WaitingIncident:
    """An incident with documents whose turn it is for this person."""

    id: int
    number: int
    title: str
    received_at: datetime
    clock: ClockRow | None
    mine: tuple[DocumentRow, ...]
    others: int
    """Submitted documents that wait for somebody else."""


def my_step(row: DocumentRow, account_id: int) -> str:
    """The step of a submitted document whose turn it is and that this person may do; "" otherwise."""
    return next(
        (step.step for step in row.steps if step.turn and any(one.id == account_id for one in step.who)), ""
    )


def waiting(session: Session, unit_id: int, account_id: int) -> tuple[WaitingIncident, ...]:
    """Incidents of the office that wait for this person, by their next clock; those that wait for others last."""
    holders = people.holders(session, unit_id)
    found: dict[int, list[DocumentRow]] = {}
    incidents: dict[int, Incident] = {}
    rows = session.execute(
        select(Document, Incident)
        .join(Incident, Incident.id == Document.incident_id)
        .where(Incident.unit_id == unit_id, Document.state == DocumentState.SUBMITTED)
        .order_by(Document.kind)
        .limit(200)
    )
    for document, incident in rows:
        incidents[incident.id] = incident
        found.setdefault(incident.id, []).append(document_row(session, document, holders))
    clocks: dict[int, ClockRow] = {}
    running = select(Deadline).where(Deadline.incident_id.in_(incidents), Deadline.met_at.is_(None))
    for row in session.scalars(running.order_by(Deadline.due_at)):
        clocks.setdefault(
            row.incident_id, ClockRow(row.kind, row.starts_at, row.due_at, row.met_at, row.basis)
        )
    made = []
    for key, documents in found.items():
        mine = tuple(one for one in documents if my_step(one, account_id))
        made.append(
            WaitingIncident(
                id=key,
                number=incidents[key].number,
                title=incidents[key].title,
                received_at=incidents[key].received_at,
                clock=clocks.get(key),
                mine=mine,
                others=len(documents) - len(mine),
            )
        )
    far = max((row.due_at.timestamp() for row in clocks.values()), default=0.0) + 1
    return tuple(
        sorted(
            made, key=lambda row: (not row.mine, row.clock.due_at.timestamp() if row.clock else far, row.id)
        )
    )
