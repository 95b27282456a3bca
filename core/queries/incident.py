"""Incidents for their list and their page: clocks, claims, facts, documents, approvals, moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import denials, offices, people
from core.queries.claim import ClaimPage, EvidenceRow, page
from core.queries.denials import Denial, Outlet, Spread
from core.records.claim import Claim
from core.records.document import Approval, Dispatch, Document, DocumentVersion
from core.records.incident import Deadline, FactLine, Incident, IncidentMove
from core.records.item import Story
from core.rules.four_eyes import STEPS
from core.rules.vocabulary import (
    ApprovalStep,
    Decision,
    DocumentState,
    IncidentState,
    Role,
)

#: an office has a few dozen open incidents; a year's closed ones are paged
PAGE = 40


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock of an incident."""

    kind: str
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None
    basis: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """A line of the list."""

    id: int
    number: int
    year: int
    title: str
    state: str
    received_at: datetime
    owner: str
    verdict: str
    sub_verdict: str
    claims: int
    clock: ClockRow | None
    """The clock that runs out next."""
    documents: int
    waiting: int
    silent: bool
    result: str


@dataclass(frozen=True, slots=True)
class FactRow:
    """A line of the table tuyên bố – sự thật – bằng chứng."""

    id: int
    claim_part: str
    fact: str
    evidence: EvidenceRow | None
    as_of: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of approval of the present version."""

    step: str
    name: str
    at: datetime | None
    comment: str
    turn: bool
    who: tuple[people.Name, ...]
    """Who may do it when it is not done: holders of the role who never edited the document."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of the incident."""

    id: int
    kind: str
    subject: str
    state: str
    version: int
    content_sha256: str
    drafter: str
    updated_at: datetime
    number: str
    issued_at: datetime | None
    editors: frozenset[int]
    steps: tuple[StepRow, ...]
    returned: str
    returned_by: str
    sent: int
    queued: int
    failed: int
    recipients: int


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move of the incident."""

    at: datetime
    from_state: str
    to_state: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story of the incident."""

    id: int
    title: str
    items: int


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Everything on the page of an incident."""

    id: int
    number: int
    year: int
    version: int
    unit_id: int
    title: str
    state: str
    resume_state: str
    opened_by: str
    received_at: datetime
    impact_at: datetime | None
    spread: str
    harm: str
    assessed_by: str
    suggested: tuple[str, ...]
    chosen: tuple[str, ...]
    silent: bool
    choice_reason: str
    chosen_by: str
    chosen_at: datetime | None
    result: str
    clocks: tuple[ClockRow, ...]
    claims: tuple[ClaimPage, ...]
    facts: tuple[FactRow, ...]
    documents: tuple[DocumentRow, ...]
    moves: tuple[MoveRow, ...]
    stories: tuple[StoryRow, ...]
    views: int
    sources: int
    reach_tier: int
    press: int
    holders: dict[Role, tuple[people.Name, ...]]
    denials: tuple[Denial, ...]
    """Items that deny its claims, those still unanswered last; they are in none of the figures above."""
    outlets: tuple[Outlet, ...]
    """The press that carried it, each with its own correction where one was found."""
    loose_claims: tuple[tuple[int, str], ...]
    """Claims of the office that belong to no incident: (id, quote)."""

    @property
    def evidence(self) -> tuple[EvidenceRow, ...]:
        """Every piece of evidence of its claims."""
        return tuple(row for claim in self.claims for row in claim.evidence)

    @property
    def ready(self) -> bool:
        """The dossier's least: a claim, a piece of evidence, a fact line that names its evidence."""
        return bool(self.claims) and any(fact.evidence is not None for fact in self.facts)


def index(
    session: Session, unit_id: int, *, closed: bool = False, offset: int = 0
) -> tuple[IncidentRow, ...]:
    """Incidents of an office: open ones by their next clock, closed ones newest first."""
    over = Incident.state.in_([IncidentState.CLOSED, IncidentState.TRANSFERRED])
    running = (
        select(Deadline.incident_id, func.min(Deadline.due_at).label("due"))
        .where(Deadline.met_at.is_(None))
        .group_by(Deadline.incident_id)
        .subquery()
    )
    query = (
        select(Incident)
        .outerjoin(running, running.c.incident_id == Incident.id)
        .where(Incident.unit_id == unit_id, over if closed else ~over)
    )
    order = (
        [Incident.id.desc()]
        if closed
        else [case((running.c.due.is_(None), 1), else_=0), running.c.due, Incident.id]
    )
    found = session.scalars(query.order_by(*order).offset(offset).limit(PAGE)).all()
    ids = [incident.id for incident in found]
    clocks = _clocks(session, ids)
    claims: dict[int, list[Claim]] = {}
    for claim in session.scalars(select(Claim).where(Claim.incident_id.in_(ids)).order_by(Claim.id)):
        claims.setdefault(claim.incident_id or 0, []).append(claim)
    documents: dict[int, list[str]] = {}
    for incident_id, state in session.execute(
        select(Document.incident_id, Document.state).where(Document.incident_id.in_(ids))
    ):
        documents.setdefault(incident_id, []).append(state)
    known = people.names(session, [incident.owner_id for incident in found])
    rows = []
    for incident in found:
        judged = next((claim for claim in claims.get(incident.id, []) if claim.verdict), None)
        states = documents.get(incident.id, [])
        rows.append(
            IncidentRow(
                id=incident.id,
                number=incident.number,
                year=incident.year,
                title=incident.title,
                state=incident.state,
                received_at=incident.received_at,
                owner=known[incident.owner_id].name if incident.owner_id in known else "",
                verdict=judged.verdict if judged is not None else "",
                sub_verdict=judged.sub_verdict if judged is not None else "",
                claims=len(claims.get(incident.id, [])),
                clock=next((row for row in clocks.get(incident.id, []) if row.met_at is None), None),
                documents=len(states),
                waiting=sum(state == DocumentState.SUBMITTED for state in states),
                silent=incident.silent,
                result=incident.result,
            )
        )
    return tuple(rows)


def show(session: Session, incident_id: int, unit_id: int) -> IncidentPage:
    """The page of an incident of the office. Raises :class:`NotFound` for another office's."""
    incident = session.get(Incident, incident_id)
    if incident is None or incident.unit_id != unit_id:
        raise NotFound(f"Không tìm thấy vụ việc số {incident_id}.", f"No incident {incident_id}.")
    every = people.units(session)
    claims = tuple(
        page(session, claim, every)
        for claim in session.scalars(select(Claim).where(Claim.incident_id == incident.id).order_by(Claim.id))
    )
    evidence = {row.id: row for claim in claims for row in claim.evidence}
    moves = session.scalars(
        select(IncidentMove).where(IncidentMove.incident_id == incident.id).order_by(IncidentMove.id.desc())
    ).all()
    stories = session.scalars(
        select(Story).where(Story.id.in_(offices.of_incident(incident.id))).order_by(Story.id)
    ).all()
    ids = [story.id for story in stories]
    spread = {
        story.id: Spread(story.items, story.views, story.sources, story.reach_tier) for story in stories
    } | denials.spread(session, incident.id, ids)
    denied = sorted(
        (row for rows in denials.of_claims(session, [claim.id for claim in claims]).values() for row in rows),
        key=lambda row: (row.said_at is None, -row.item_id),
    )
    outlets = denials.outlets(session, incident.id, ids, denied)
    holders = people.holders(session, unit_id)
    known = people.names(
        session,
        [incident.opened_by, incident.assessed_by, incident.chosen_by, *(move.account_id for move in moves)],
    )

    def name(account_id: int | None) -> str:
        return known[account_id].name if account_id in known else ""

    return IncidentPage(
        id=incident.id,
        number=incident.number,
        year=incident.year,
        version=incident.version,
        unit_id=incident.unit_id,
        title=incident.title,
        state=incident.state,
        resume_state=incident.resume_state,
        opened_by=name(incident.opened_by),
        received_at=incident.received_at,
        impact_at=incident.impact_at,
        spread=incident.spread,
        harm=incident.harm,
        assessed_by=name(incident.assessed_by),
        suggested=tuple(incident.suggested),
        chosen=tuple(incident.chosen),
        silent=incident.silent,
        choice_reason=incident.choice_reason,
        chosen_by=name(incident.chosen_by),
        chosen_at=incident.chosen_at,
        result=incident.result,
        clocks=tuple(_clocks(session, [incident.id]).get(incident.id, [])),
        claims=claims,
        facts=_facts(session, incident.id, evidence),
        documents=documents(session, incident.id, holders),
        moves=tuple(
            MoveRow(move.at, move.from_state, move.to_state, name(move.account_id), move.reason)
            for move in moves
        ),
        stories=tuple(StoryRow(story.id, story.title, spread[story.id].items) for story in stories),
        views=max((one.views for one in spread.values()), default=0),
        sources=max((one.sources for one in spread.values()), default=0),
        reach_tier=max((one.reach_tier for one in spread.values()), default=0),
        press=len(outlets),
        holders=holders,
        denials=tuple({row.item_id: row for row in reversed(denied)}.values())[::-1],
        outlets=outlets,
        loose_claims=tuple(
            (key, quote)
            for key, quote in session.execute(
                select(Claim.id, Claim.quote)
                .where(Claim.unit_id == unit_id, Claim.incident_id.is_(None), Claim.withdrawn_at.is_(None))
                .order_by(Claim.id.desc())
                .limit(20)
            )
        ),
    )


def _clocks(session: Session, ids: Sequence[int]) -> dict[int, list[ClockRow]]:
    found: dict[int, list[ClockRow]] = {}
    for row in session.scalars(
        select(Deadline).where(Deadline.incident_id.in_(ids)).order_by(Deadline.due_at)
    ):
        found.setdefault(row.incident_id, []).append(
            ClockRow(row.kind, row.starts_at, row.due_at, row.met_at, row.basis)
        )
    return found


def _facts(session: Session, incident_id: int, evidence: dict[int, EvidenceRow]) -> tuple[FactRow, ...]:
    rows = session.scalars(
        select(FactLine)
        .where(FactLine.incident_id == incident_id, FactLine.removed_at.is_(None))
        .order_by(FactLine.position, FactLine.id)
    )
    return tuple(
        FactRow(row.id, row.claim_part, row.fact, evidence.get(row.evidence_id or 0), row.as_of)
        for row in rows
    )


def documents(
    session: Session, incident_id: int, holders: dict[Role, tuple[people.Name, ...]]
) -> tuple[DocumentRow, ...]:
    """The documents of an incident with the steps of their present version."""
    rows = session.scalars(
        select(Document).where(Document.incident_id == incident_id).order_by(Document.kind)
    ).all()
    return tuple(document_row(session, row, holders) for row in rows)


def document_row(
    session: Session, document: Document, holders: dict[Role, tuple[people.Name, ...]]
) -> DocumentRow:
    """One document with the steps of its present version."""
    editors = frozenset(
        [
            document.drafter_id,
            *session.scalars(
                select(DocumentVersion.edited_by).where(DocumentVersion.document_id == document.id)
            ),
        ]
    )
    approvals = session.scalars(
        select(Approval).where(Approval.document_id == document.id).order_by(Approval.id)
    ).all()
    known = people.names(session, [document.drafter_id, *(row.approver_id for row in approvals)])
    present = {
        row.step: row
        for row in approvals
        if row.version == document.version
        and row.content_sha256 == document.content_sha256
        and row.decision == Decision.APPROVED
        and row.approver_id not in editors
    }
    returned = next((row for row in reversed(approvals) if row.decision == Decision.RETURNED), None)
    turn = next((step for step in STEPS if step not in present), None)
    sent: dict[str, int] = {}
    for state in session.scalars(select(Dispatch.state).where(Dispatch.document_id == document.id)):
        sent[state] = sent.get(state, 0) + 1
    version = session.get(DocumentVersion, (document.id, document.version))
    draft = version.content.get("draft", {}) if version is not None else {}
    return DocumentRow(
        id=document.id,
        kind=document.kind,
        subject=document.subject,
        state=document.state,
        version=document.version,
        content_sha256=document.content_sha256,
        drafter=known[document.drafter_id].name,
        updated_at=document.updated_at,
        number=document.number,
        issued_at=document.updated_at if document.number else None,
        editors=editors,
        steps=tuple(
            StepRow(
                step=step,
                name=known[present[step].approver_id].name if step in present else "",
                at=present[step].at if step in present else None,
                comment=present[step].comment if step in present else "",
                turn=step == turn and document.state == DocumentState.SUBMITTED,
                who=tuple(
                    one
                    for one in holders.get(
                        Role.SPOKESPERSON if step == ApprovalStep.SPOKESPERSON else Role.CONTENT_APPROVER, ()
                    )
                    if one.id not in editors
                ),
            )
            for step in STEPS
        ),
        returned=returned.comment
        if returned is not None and document.state == DocumentState.RETURNED
        else "",
        returned_by=known[returned.approver_id].name if returned is not None else "",
        sent=sent.get("sent", 0),
        queued=sent.get("queued", 0) + sent.get("sending", 0),
        failed=sent.get("failed", 0),
        recipients=len(draft.get("addressees", ())) + len(draft.get("recipients", ())),
    )


def open_incident_of(session: Session, story_id: int, unit_id: int) -> int | None:
    """The office's incident that a story belongs to already."""
    own = offices.views(session, [story_id], unit_id).get(story_id)
    return own.incident_id if own is not None else None
