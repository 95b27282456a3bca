"""A claim that was opened by mistake is withdrawn by its office, with a reason, and the withdrawal can be taken back.

It stays in the record and the log, counts for nothing, and nothing is done with it. Not while a verdict on it is proposed or confirmed:
what a second person looks at, or has judged, is not withdrawn but judged otherwise.

A claim in an incident leaves it, as long as the incident is received or verifying, has no document and no fact line that rests on the
claim's evidence. Other claims of the incident go on, and conclude it when they all have their verdict. An incident that holds nothing else
stays open without a claim: the matter was received, its clocks run, and another claim may be put into it; a head hands it over otherwise.
"""

from __future__ import annotations

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.errors import RuleBroken
from core.records.audit import AuditRow
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.document import Document
from core.records.incident import FactLine, Incident
from core.records.item import TagEvent
from core.rules.vocabulary import IncidentState, Tag, VerdictState
from core.services import acting, audit, judge, office_rows
from core.services.acting import get, of_own_office, perform, person, take_version, words
from core.services.desk import Actor, Desk
from core.services.office_rows import Shown, Standing
from core.text.tokens import folded_words

#: an incident in which nothing was chosen or written yet
_EARLY = frozenset({IncidentState.RECEIVED, IncidentState.VERIFYING})


def withdraw(desk: Desk, actor: Actor, claim_id: int, version: int, reason: str) -> None:
    """Withdraw a claim of the own office. The story's tag goes back to what it was before, when only this claim had made it "Nghi sai lệch".

    Raises :class:`Forbidden`, :class:`Conflict`, :class:`Invalid` (no reason), :class:`RuleBroken` ("withdrawn", "workflow").
    """

    def work(session: Session) -> None:
        who = person(session, actor, "claim.withdraw")
        claim = get(session, Claim, claim_id, "tuyên bố")
        of_own_office(who, claim.unit_id)
        # "bấm nhầm" is a reason here
        why = words(reason, "reason", "Lý do rút tuyên bố", least=6)
        incident = require_free(session, claim)
        take_version(session, claim, version, ("claim", claim.id))
        claim.withdrawn_at, claim.withdrawn_by, claim.withdrawn_reason = desk.clock.now(), who.id, why
        claim.incident_id = None
        session.flush()
        tag = _tag_back(session, desk, office_rows.standing(session, claim.story_id, claim.unit_id))
        audit.record(
            session,
            desk,
            actor,
            "claim.withdraw",
            "claim",
            claim.id,
            detail={
                "story": claim.story_id,
                "reason": why,
                "incident": None if incident is None else incident.id,
                "tag": tag,
            },
        )
        if incident is not None:
            incident.version = Incident.version + 1
            _go_on(session, desk, actor, incident)

    perform(desk, actor, "claim.withdraw", "claim", claim_id, work)


def restore(desk: Desk, actor: Actor, claim_id: int, version: int) -> None:
    """Take the withdrawal back: the story is suspected again, and the claim goes back into its incident where that is early still."""

    def work(session: Session) -> None:
        who = person(session, actor, "claim.restore")
        claim = get(session, Claim, claim_id, "tuyên bố")
        of_own_office(who, claim.unit_id)
        take_version(session, claim, version, ("claim", claim.id))
        if claim.withdrawn_at is None:
            raise acting.conflict(session, ("claim", claim.id))
        claim.withdrawn_at, claim.withdrawn_by, claim.withdrawn_reason = None, None, ""
        incident = _left(session, claim)
        claim.incident_id = None if incident is None else incident.id
        session.flush()
        own = office_rows.standing(session, claim.story_id, claim.unit_id)
        if own.tag != Tag.SUSPECTED:
            office_rows.give(session, desk, own, who.id, Tag.SUSPECTED)
        audit.record(
            session,
            desk,
            actor,
            "claim.restore",
            "claim",
            claim.id,
            detail={"story": claim.story_id, "incident": claim.incident_id},
        )
        if incident is not None:
            incident.version = Incident.version + 1
            session.flush()
            session.refresh(incident, ["version"])
            judge.after_verdict(session, desk, actor, claim)

    perform(desk, actor, "claim.restore", "claim", claim_id, work)


def take_over(session: Session, claim: Claim) -> None:
    """What was declared or detected of a withdrawn claim holds for the same words opened anew: nobody sheds it by withdrawing.

    Raises :class:`RuleBroken` ("own_unit") when another office is declared than was before.
    """
    earlier = session.scalars(
        select(Claim)
        .where(
            Claim.unit_id == claim.unit_id,
            or_(Claim.item_id == claim.item_id, Claim.story_id == claim.story_id),
            Claim.withdrawn_at.is_not(None),
            Claim.id != claim.id,
        )
        .order_by(Claim.id)
    )
    for one in earlier:
        if not _same_words(one.quote, claim.quote):
            continue
        about = one.concerns_unit_id
        if about is not None and claim.concerns_unit_id not in {None, about}:
            raise RuleBroken(
                "own_unit",
                f"Câu này đã được ghi ở tuyên bố số {one.id} (đã rút) là nói về một cơ quan khác.",
                "The withdrawn claim on these words was declared to be about another office.",
                lawful="Hoàn tác việc rút tuyên bố ấy, hoặc khai đúng cơ quan đã ghi.",
            )
        claim.concerns_unit_id = claim.concerns_unit_id or about
        claim.concerns_own = claim.concerns_own or one.concerns_own
        claim.concern_cues = list(dict.fromkeys([*claim.concern_cues, *one.concern_cues]))[:30]
        claim.sensitive = claim.sensitive or one.sensitive
    session.flush()


def _same_words(one: str, two: str) -> bool:
    """True when half of the shorter quote's words stand in the other."""
    first, second = set(folded_words(one)), set(folded_words(two))
    return bool(first) and bool(second) and 2 * len(first & second) >= min(len(first), len(second))


def require_free(session: Session, claim: Claim) -> Incident | None:
    """The incident that the claim may leave, if it is in one. Raises :class:`RuleBroken` when the claim has to stay."""
    judge.require_not_withdrawn(claim)
    held = session.scalar(
        select(VerdictRecord.state)
        .where(
            VerdictRecord.claim_id == claim.id,
            VerdictRecord.state.in_([VerdictState.PROPOSED, VerdictState.CONFIRMED]),
        )
        .limit(1)
    )
    if held is not None or claim.verdict:
        raise RuleBroken(
            "workflow",
            "Tuyên bố đang có kết luận được đề xuất hoặc đã xác nhận nên không rút được.",
            "A verdict on the claim is proposed or confirmed.",
            lawful="Nhờ người xác nhận trả lại kết luận, hoặc đề xuất kết luận khác.",
        )
    if claim.incident_id is None:
        return None
    incident = get(session, Incident, claim.incident_id, "vụ việc")
    if incident.state not in _EARLY:
        raise RuleBroken(
            "workflow",
            f"Vụ {incident.number} chứa tuyên bố này không còn ở bước tiếp nhận, xác minh nên không rút được.",
            f"The claim's incident is in state {incident.state}.",
            lawful="Tiếp tục hoặc mở lại vụ việc trước, hoặc đề xuất kết luận cho tuyên bố.",
        )
    written = session.scalar(select(Document.id).where(Document.incident_id == incident.id).limit(1))
    rests = session.scalar(
        select(FactLine.id)
        .join(Evidence, Evidence.id == FactLine.evidence_id)
        .where(
            FactLine.incident_id == incident.id, FactLine.removed_at.is_(None), Evidence.claim_id == claim.id
        )
        .limit(1)
    )
    if written is not None or rests is not None:
        what = "văn bản" if written is not None else "dòng sự thật dựa vào bằng chứng của tuyên bố"
        raise RuleBroken(
            "workflow",
            f"Vụ {incident.number} đã có {what} nên không rút tuyên bố này được.",
            "A document or a fact line of the incident rests on the claim.",
            lawful="Bỏ dòng sự thật ấy trước; đã có văn bản thì đề xuất kết luận cho tuyên bố.",
        )
    return incident


def _tag_back(session: Session, desk: Desk, own: Standing) -> str:
    """The tag that the office shows now. Only claims give "Nghi sai lệch"; without one, what they gave last is taken back."""
    if own.claimed or own.tag != Tag.SUSPECTED:
        return own.tag
    events = session.scalars(
        select(TagEvent)
        .where(
            TagEvent.story_id == own.story_id, TagEvent.unit_id == own.unit_id, TagEvent.undone_at.is_(None)
        )
        .order_by(TagEvent.id.desc())
    ).all()
    given: list[TagEvent] = []
    for event in events:
        if event.tag != Tag.SUSPECTED:
            break
        given.append(event)
    # a suspicion that came with a merge has no event here: what the office had said of this story before holds again
    before = given[-1].before if given else events[0].tag if events else ""
    session.execute(
        update(TagEvent)
        .where(TagEvent.id.in_([event.id for event in given]))
        .values(undone_at=desk.clock.now())
        .execution_options(synchronize_session=False)
    )
    earlier = events[len(given)] if len(events) > len(given) else None
    known = earlier is not None and bool(before)
    office_rows.show(
        session,
        desk,
        own,
        Shown(
            before,
            earlier.account_id if earlier is not None and known else None,
            earlier.at if earlier is not None and known else None,
        ),
    )
    return before


def _left(session: Session, claim: Claim) -> Incident | None:
    """The incident that the claim left when it was withdrawn last, if it may go back there."""
    detail = session.scalars(
        select(AuditRow.detail)
        .where(
            AuditRow.act == "claim.withdraw",
            AuditRow.object_type == "claim",
            AuditRow.object_id == str(claim.id),
            AuditRow.refused.is_(False),
        )
        .order_by(AuditRow.id.desc())
        .limit(1)
    ).first()
    incident = session.get(Incident, detail["incident"]) if detail and detail.get("incident") else None
    return incident if incident is not None and incident.state in _EARLY else None


def _go_on(session: Session, desk: Desk, actor: Actor, incident: Incident) -> None:
    """The incident's other claims may all have their verdict now."""
    session.flush()
    session.refresh(incident, ["version"])
    other = session.scalars(select(Claim).where(Claim.incident_id == incident.id).order_by(Claim.id)).first()
    if other is not None:
        judge.after_verdict(session, desk, actor, other)
