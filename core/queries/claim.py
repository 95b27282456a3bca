"""A claim for its page: the sentence, where it stands, whom it concerns, its evidence, its verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import denials, offices, people
from core.queries.denials import Denial
from core.queries.origin import Origin, origins
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.incident import Incident
from core.records.item import Capture, Item, Story
from core.records.source import Source
from core.records.unit import Unit
from core.rules import evidence as rules
from core.rules.vocabulary import Level, Verdict, VerdictState


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A piece of evidence. ``number`` counts the pieces that were not removed; 0 for a removed one."""

    id: int
    number: int
    kind: str
    title: str
    body: str
    source_name: str
    source_unit: str
    competent: bool
    own_word: bool
    url: str
    as_of: str
    sha256: str
    obtained_at: datetime
    added_by: str
    file: str
    """Relative path of the kept file, "" without one."""
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict of the history."""

    id: int
    verdict: str
    sub_verdict: str
    reason: str
    state: str
    proposed_by_id: int
    proposed_by: str
    proposed_at: datetime
    reviewed_by_id: int | None
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str
    decided_by: str
    decided_by_unit: str
    decided_at: datetime | None
    comment: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Who withdrew a claim that was opened by mistake, when, and why."""

    name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything on the page of a claim, and what the incident page shows of it."""

    id: int
    version: int
    unit_id: int
    unit_name: str
    quote: str
    neutral_text: str
    story_id: int
    story_title: str
    story_items: int
    item_id: int
    item_title: str
    item_at: datetime
    item_language: str
    source_name: str
    origin: Origin
    created_by: str
    created_at: datetime
    declared: str
    """Short name of the office that the claim was declared to be about, "" for none."""
    own: bool
    """The claim is about the working office itself, as declared or as detected: nobody of it may confirm Sai lệch."""
    cues: tuple[str, ...]
    sensitive: bool
    incident_id: int | None
    incident_number: int | None
    story_incident_id: int | None
    """The office's incident that the claim's story stands in, whether or not the claim was taken into it."""
    verdict: str
    sub_verdict: str
    evidence: tuple[EvidenceRow, ...]
    removed: tuple[EvidenceRow, ...]
    origins: int
    """Independent origins among the evidence that is not the concerned office's own word alone."""
    missing_accurate: int
    """Independent origins still needed before Chính xác may be proposed; 0: enough."""
    missing_misleading: int
    """The same for Sai lệch, for which the concerned office's own word is never enough."""
    verdicts: tuple[VerdictRow, ...]
    denials: tuple[Denial, ...]
    """Later items that deny or correct it; ``story_items`` leaves them out."""
    withdrawn: Withdrawn | None

    @property
    def proposed(self) -> VerdictRow | None:
        """The verdict that waits for a second person."""
        return next((row for row in self.verdicts if row.state == VerdictState.PROPOSED), None)

    @property
    def confirmed(self) -> VerdictRow | None:
        """The verdict that was confirmed last."""
        return next((row for row in self.verdicts if row.state == VerdictState.CONFIRMED), None)


@dataclass(frozen=True, slots=True)
class WaitingClaim:
    """A line of "chờ người thứ hai"."""

    id: int
    quote: str
    unit_name: str
    verdict: str
    sub_verdict: str
    proposed_by: str
    proposed_at: datetime
    other_office: bool


def show(session: Session, claim_id: int, unit_id: int) -> ClaimPage:
    """The page of a claim, for its own office and the related ones. Raises :class:`NotFound` for anybody else."""
    claim = session.get(Claim, claim_id)
    every = people.units(session)
    if claim is None or not may_see(every, claim, unit_id):
        raise NotFound(f"Không tìm thấy tuyên bố số {claim_id}.", f"No claim {claim_id}.")
    return page(session, claim, every)


def may_see(every: dict[int, Unit], claim: Claim, unit_id: int) -> bool:
    """True for the claim's own office, those that may help to judge it, and those related to the office that it is about."""
    about = claim.concerns_unit_id
    return unit_id in people.related(every, claim.unit_id) or (
        about is not None and unit_id in people.related(every, about)
    )


def page(session: Session, claim: Claim, every: dict[int, Unit]) -> ClaimPage:
    """The rows of a claim that the caller may see."""
    item = session.get_one(Item, claim.item_id)
    story = session.get_one(Story, claim.story_id)
    source = session.get(Source, item.source_id) if item.source_id else None
    incident = session.get(Incident, claim.incident_id) if claim.incident_id is not None else None
    concerned = {claim.unit_id} if claim.concerns_own else set()
    if claim.concerns_unit_id is not None:
        concerned.add(claim.concerns_unit_id)
    rows, pieces, own = _evidence(session, claim, every, concerned)
    verdicts = _verdicts(session, claim, every)
    known = people.names(session, [claim.created_by, claim.withdrawn_by])
    return ClaimPage(
        id=claim.id,
        version=claim.version,
        unit_id=claim.unit_id,
        unit_name=every[claim.unit_id].short_name,
        quote=claim.quote,
        neutral_text=claim.neutral_text,
        story_id=claim.story_id,
        story_title=story.title,
        story_items=session.scalar(
            select(func.count(Item.id)).where(
                Item.story_id == claim.story_id, Item.id.not_in(denials.of_claim(claim.id))
            )
        )
        or 0,
        item_id=item.id,
        item_title=item.title,
        item_at=item.published_at or item.first_seen_at,
        item_language=item.language,
        source_name=source.name if source is not None else "",
        origin=origins(session, [item.id]).get(item.id, Origin()),
        created_by=known[claim.created_by].name,
        created_at=claim.created_at,
        declared=every[claim.concerns_unit_id].short_name if claim.concerns_unit_id in every else "",
        own=claim.unit_id in concerned,
        cues=tuple(cue for cue in claim.concern_cues if not cue.startswith("tag:")),
        sensitive=claim.sensitive,
        incident_id=claim.incident_id,
        incident_number=incident.number if incident is not None else None,
        story_incident_id=offices.view(session, story.id, claim.unit_id).incident_id,
        verdict=claim.verdict,
        sub_verdict=claim.sub_verdict,
        evidence=tuple(row for row in rows if row.removed_at is None),
        removed=tuple(row for row in rows if row.removed_at is not None),
        origins=len(rules.origins(pieces, own=own)),
        missing_accurate=rules.missing_origins(Verdict.ACCURATE, pieces, own=own),
        missing_misleading=rules.missing_origins(Verdict.MISLEADING, pieces, own=own),
        verdicts=verdicts,
        denials=denials.of_claims(session, [claim.id]).get(claim.id, ()),
        withdrawn=withdrawn(claim, known),
    )


def withdrawn(claim: Claim, names: Mapping[int, people.Name]) -> Withdrawn | None:
    """What is said of a withdrawn claim; None for one that stands."""
    if claim.withdrawn_at is None:
        return None
    who = names.get(claim.withdrawn_by or 0)
    return Withdrawn("" if who is None else who.name, claim.withdrawn_at, claim.withdrawn_reason)


def _evidence(
    session: Session, claim: Claim, every: dict[int, Unit], concerned: set[int]
) -> tuple[list[EvidenceRow], list[rules.Piece], set[int]]:
    found = session.execute(
        select(Evidence, Capture.path)
        .outerjoin(Capture, Capture.id == Evidence.capture_id)
        .where(Evidence.claim_id == claim.id)
        .order_by(Evidence.id)
    ).all()
    known = people.names(session, [row.added_by for row, _ in found])
    offices = [
        (
            rules.Office(one, Level(every[one].level), every[one].short_name, every[one].name),
            people.below(every, one),
        )
        for one in concerned
        if one in every
    ]
    made: list[EvidenceRow] = []
    pieces: list[rules.Piece] = []
    own: set[int] = set()
    for row, path in found:
        piece = rules.Piece(
            row.id,
            row.source_name,
            row.source_unit_id,
            row.competent_authority,
            row.url,
            row.sha256,
            row.title,
            row.body,
        )
        said_by_itself = any(rules.is_own_word(piece, office, own_units=units) for office, units in offices)
        if row.removed_at is None:
            pieces.append(piece)
            own |= {row.id} if said_by_itself else set()
        made.append(
            EvidenceRow(
                id=row.id,
                number=len(pieces) if row.removed_at is None else 0,
                kind=row.kind,
                title=row.title,
                body=row.body,
                source_name=row.source_name,
                source_unit=every[row.source_unit_id].short_name if row.source_unit_id in every else "",
                competent=row.competent_authority,
                own_word=said_by_itself,
                url=row.url,
                as_of=row.as_of,
                sha256=row.sha256,
                obtained_at=row.obtained_at,
                added_by=known[row.added_by].name,
                file=path or "",
                removed_at=row.removed_at,
            )
        )
    return made, pieces, own


def _verdicts(session: Session, claim: Claim, every: dict[int, Unit]) -> tuple[VerdictRow, ...]:
    from core.records.account import Account

    rows = session.scalars(
        select(VerdictRecord).where(VerdictRecord.claim_id == claim.id).order_by(VerdictRecord.id.desc())
    ).all()
    known = people.names(
        session, [one for row in rows for one in (row.proposed_by, row.reviewed_by, row.decided_by)]
    )
    offices = {
        account_id: every[office].short_name
        for account_id, office in session.execute(
            select(Account.id, Account.unit_id).where(
                Account.id.in_([row.decided_by for row in rows if row.decided_by])
            )
        )
        if office in every
    }

    def name(account_id: int | None) -> str:
        return known[account_id].name if account_id in known else ""

    return tuple(
        VerdictRow(
            id=row.id,
            verdict=row.verdict,
            sub_verdict=row.sub_verdict,
            reason=row.reason,
            state=row.state,
            proposed_by_id=row.proposed_by,
            proposed_by=name(row.proposed_by),
            proposed_at=row.proposed_at,
            reviewed_by_id=row.reviewed_by,
            reviewed_by=name(row.reviewed_by),
            reviewed_at=row.reviewed_at,
            review_note=row.review_note,
            decided_by=name(row.decided_by),
            decided_by_unit=offices.get(row.decided_by, "") if row.decided_by is not None else "",
            decided_at=row.decided_at,
            comment=row.comment,
        )
        for row in rows
    )


def file_of(session: Session, evidence_id: int, unit_id: int) -> tuple[str, str]:
    """(relative path, title) of the kept file of a piece of evidence. Raises :class:`NotFound` without one."""
    row = session.get(Evidence, evidence_id)
    if row is not None and row.capture_id is not None:
        show(session, row.claim_id, unit_id)
        return session.get_one(Capture, row.capture_id).path, row.title
    raise NotFound(
        f"Bằng chứng số {evidence_id} không có tệp kèm theo.", f"Evidence {evidence_id} has no file."
    )


def claim_of_evidence(session: Session, evidence_id: int) -> int:
    """Which claim a piece of evidence belongs to. Raises :class:`NotFound`."""
    row = session.get(Evidence, evidence_id)
    if row is None:
        raise NotFound(f"Không tìm thấy bằng chứng số {evidence_id}.", f"No evidence {evidence_id}.")
    return row.claim_id


def claim_of_verdict(session: Session, verdict_id: int) -> int:
    """Which claim a verdict belongs to. Raises :class:`NotFound`."""
    row = session.get(VerdictRecord, verdict_id)
    if row is None:
        raise NotFound(f"Không tìm thấy kết luận số {verdict_id}.", f"No verdict {verdict_id}.")
    return row.claim_id


def other_offices(session: Session) -> tuple[tuple[str, str], ...]:
    """(unit code, name) of every office here, for "bằng chứng do cơ quan nào cung cấp"."""
    rows = session.execute(select(Unit.locality, Unit.short_name).order_by(Unit.short_name))
    return tuple((locality, name) for locality, name in rows)


def waiting(session: Session, unit_id: int, limit: int = 50) -> tuple[WaitingClaim, ...]:
    """Verdicts that wait for a second person, of this office and of the offices it may help, oldest first."""
    every = people.units(session)
    ours = {other for other in every if unit_id in people.related(every, other)}
    rows = session.execute(
        select(Claim, VerdictRecord)
        .join(VerdictRecord, VerdictRecord.claim_id == Claim.id)
        .where(VerdictRecord.state == VerdictState.PROPOSED, Claim.unit_id.in_(ours))
        .order_by(VerdictRecord.proposed_at)
        .limit(limit)
    ).all()
    known = people.names(session, [row.proposed_by for _, row in rows])
    return tuple(
        WaitingClaim(
            id=claim.id,
            quote=claim.quote,
            unit_name=every[claim.unit_id].short_name,
            verdict=row.verdict,
            sub_verdict=row.sub_verdict,
            proposed_by=known[row.proposed_by].name,
            proposed_at=row.proposed_at,
            other_office=claim.unit_id != unit_id,
        )
        for claim, row in rows
    )
