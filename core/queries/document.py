"""Documents for their list and their page: versions, approvals, dispatches. The words themselves come from ``core.services.draft``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import people
from core.queries.claim import EvidenceRow, page
from core.queries.incident import ClockRow, DocumentRow, document_row
from core.records.claim import Claim
from core.records.document import Approval, Dispatch, Document, DocumentVersion
from core.records.incident import Deadline, Incident
from core.rules.vocabulary import DocumentKind, DocumentState

PAGE = 60


@dataclass(frozen=True, slots=True)
class ListRow:
    """A line of the list."""

    id: int
    kind: str
    subject: str
    state: str
    version: int
    number: str
    issued_on: date | None
    drafter: str
    updated_at: datetime
    incident_id: int
    incident_number: int
    incident_title: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A saved version."""

    number: int
    edited_by: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision of the history, of any version."""

    step: str
    decision: str
    name: str
    at: datetime
    version: int
    comment: str


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """One recipient."""

    id: int
    name: str
    channel: str
    address: str
    state: str
    attempts: int
    sent_at: datetime | None
    queued_at: datetime
    next_try_at: datetime
    maybe_twice: bool
    detail: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """What stands around the words of a document."""

    row: DocumentRow
    incident_id: int
    incident_number: int
    incident_title: str
    incident_state: str
    clock: ClockRow | None
    checked_by: str
    checked_at: datetime | None
    issued_on: date | None
    signer_name: str
    override_reason: str
    versions: tuple[VersionRow, ...]
    decisions: tuple[DecisionRow, ...]
    dispatches: tuple[DispatchRow, ...]
    evidence: tuple[EvidenceRow, ...]


def index(session: Session, unit_id: int, *, offset: int = 0) -> tuple[ListRow, ...]:
    """Documents of an office: those that wait for somebody first, then the newest."""
    order = case(
        (Document.state == DocumentState.RETURNED, 0),
        (Document.state == DocumentState.APPROVED, 1),
        (Document.state == DocumentState.DRAFT, 2),
        (Document.state == DocumentState.SUBMITTED, 3),
        else_=4,
    )
    rows = session.execute(
        select(Document, Incident)
        .join(Incident, Incident.id == Document.incident_id)
        .where(Incident.unit_id == unit_id)
        .order_by(order, Document.updated_at.desc(), Document.id)
        .offset(offset)
        .limit(PAGE)
    ).all()
    known = people.names(session, [document.drafter_id for document, _ in rows])
    return tuple(
        ListRow(
            id=document.id,
            kind=document.kind,
            subject=document.subject,
            state=document.state,
            version=document.version,
            number=document.number,
            issued_on=document.issued_on,
            drafter=known[document.drafter_id].name,
            updated_at=document.updated_at,
            incident_id=incident.id,
            incident_number=incident.number,
            incident_title=incident.title,
        )
        for document, incident in rows
    )


def show(session: Session, document_id: int, unit_id: int) -> DocumentPage:
    """What stands around a document of the office. Raises :class:`NotFound` for another office's."""
    document = session.get(Document, document_id)
    incident = session.get(Incident, document.incident_id) if document is not None else None
    if document is None or incident is None or incident.unit_id != unit_id:
        raise NotFound(f"Không tìm thấy văn bản số {document_id}.", f"No document {document_id}.")
    versions = session.scalars(
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document.id)
        .order_by(DocumentVersion.number.desc())
    ).all()
    approvals = session.scalars(
        select(Approval).where(Approval.document_id == document.id).order_by(Approval.id.desc())
    ).all()
    sent = session.scalars(
        select(Dispatch).where(Dispatch.document_id == document.id).order_by(Dispatch.id)
    ).all()
    known = people.names(
        session,
        [
            document.checked_fields_by,
            *(version.edited_by for version in versions),
            *(approval.approver_id for approval in approvals),
        ],
    )
    every = people.units(session)
    claims = session.scalars(select(Claim).where(Claim.incident_id == incident.id).order_by(Claim.id)).all()
    return DocumentPage(
        row=document_row(session, document, people.holders(session, unit_id)),
        incident_id=incident.id,
        incident_number=incident.number,
        incident_title=incident.title,
        incident_state=incident.state,
        clock=_clock(session, incident.id, DocumentKind(document.kind)),
        checked_by=known[document.checked_fields_by].name if document.checked_fields_by in known else "",
        checked_at=document.checked_fields_at,
        issued_on=document.issued_on,
        signer_name=document.signer_name,
        override_reason=document.override_reason,
        versions=tuple(
            VersionRow(version.number, known[version.edited_by].name, version.edited_at)
            for version in versions
        ),
        decisions=tuple(
            DecisionRow(one.step, one.decision, known[one.approver_id].name, one.at, one.version, one.comment)
            for one in approvals
        ),
        dispatches=tuple(
            DispatchRow(
                one.id,
                one.recipient_name,
                one.channel,
                one.recipient,
                one.state,
                one.attempts,
                one.sent_at,
                one.queued_at,
                one.next_try_at,
                one.maybe_twice,
                one.detail,
            )
            for one in sent
        ),
        evidence=tuple(row for claim in claims for row in page(session, claim, every).evidence),
    )


def _clock(session: Session, incident_id: int, kind: DocumentKind) -> ClockRow | None:
    """The clock that this document stops, or the next of the incident."""
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.incident_id == incident_id, Deadline.met_at.is_(None))
        .order_by(Deadline.due_at)
    ).all()
    wanted = {"C"} if kind == DocumentKind.NOTICE else {"A", "B"}
    found = next((row for row in rows if row.kind in wanted), rows[0] if rows else None)
    if found is None:
        return None
    return ClockRow(found.kind, found.starts_at, found.due_at, found.met_at, found.basis)
