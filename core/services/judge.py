"""Verdicts: one person proposes, another confirms, and what they confirm is what was proposed (G3, G4, G13).

A verdict sits on a claim, never on a person or an outlet. Every act is one transaction with its audit row; every refused try has
one too.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.errors import Conflict, RuleBroken
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Incident
from core.rules import evidence as rules
from core.rules.four_eyes import confirmer_is_another
from core.rules.vocabulary import (
    SUB_VERDICT_VI,
    SUB_VERDICTS,
    VERDICT_VI,
    IncidentState,
    SubVerdict,
    Verdict,
    VerdictState,
)
from core.rules.workflow import Act
from core.services import acting, audit, moves, standing
from core.services.acting import get, of_own_office, perform, person, take_version, words
from core.services.claim_form import (
    field_fault,
)
from core.services.desk import Actor, Desk
from core.text.normalise import clean


def propose(
    desk: Desk,
    actor: Actor,
    claim_id: int,
    version: int,
    verdict: str,
    sub_verdict: str = "",
    reason: str = "",
) -> int:
    """Propose a verdict with its written reason; bound to the evidence as it stands. Returns the verdict's id.

    Raises :class:`Invalid`, :class:`Conflict`, :class:`Forbidden`, :class:`core.errors.RuleBroken` ("evidence", "own_unit").
    """

    def work(session: Session) -> int:
        who = person(session, actor, "verdict.propose")
        claim = get(session, Claim, claim_id, "tuyên bố")
        of_own_office(who, claim.unit_id)
        require_not_withdrawn(claim)
        chosen, sub = _known(verdict, sub_verdict)
        why = words(reason, "reason", "Lý do kết luận", least=20)
        take_version(session, claim, version, ("claim", claim.id))
        widen(session, claim)
        standing.require_enough(session, claim, chosen, standing.concerned(session, claim))
        session.execute(
            update(VerdictRecord)
            .where(VerdictRecord.claim_id == claim.id, VerdictRecord.state == VerdictState.PROPOSED)
            .values(state=VerdictState.SUPERSEDED)
        )
        row = VerdictRecord(
            claim_id=claim.id,
            verdict=chosen,
            sub_verdict=sub,
            reason=why,
            state=VerdictState.PROPOSED,
            evidence_sha256=rules.evidence_hash(standing.pieces(session, claim)),
            proposed_by=who.id,
            proposed_at=desk.clock.now(),
        )
        session.add(row)
        session.flush()
        begin(session, desk, actor, claim)
        audit.record(
            session,
            desk,
            actor,
            "verdict.propose",
            "claim",
            claim.id,
            detail={
                "verdict_id": row.id,
                "verdict": chosen,
                "sub_verdict": sub,
                "concerns_own": claim.concerns_own,
            },
            content_sha256=row.evidence_sha256,
        )
        return row.id

    return perform(desk, actor, "verdict.propose", "claim", claim_id, work)


def confirm(desk: Desk, actor: Actor, verdict_id: int, claim_version: int, comment: str = "") -> bool:
    """Confirm a proposed verdict as another person. True when the verdict is now confirmed.

    A sensitive claim needs two confirmers (G13): the first writes in ``comment`` who above was told, gets False, and the claim
    waits for the second. Raises :class:`core.errors.RuleBroken` ("four_eyes", "own_unit", "evidence", "G13"), :class:`Conflict`
    when claim or evidence changed since, :class:`Forbidden`.
    """

    def work(session: Session) -> bool:
        who = person(session, actor, "verdict.confirm")
        row = get(session, VerdictRecord, verdict_id, "kết luận")
        claim = get(session, Claim, row.claim_id, "tuyên bố")
        widen(session, claim)
        require_confirmer(session, row, claim, who.id, who.unit_id)
        _still_proposed(session, row, claim)
        take_version(session, claim, claim_version, ("claim", claim.id))
        require_carried(session, row, claim)
        now = desk.clock.now()
        detail = {
            "verdict_id": row.id,
            "verdict": row.verdict,
            "sub_verdict": row.sub_verdict,
            "proposed_by": row.proposed_by,
        }
        if claim.sensitive and row.reviewed_by is None:
            row.review_note = words(
                comment, "comment", "Nội dung nhạy cảm: ghi đã báo cáo cấp trên nào, khi nào"
            )
            row.reviewed_by, row.reviewed_at = who.id, now
            audit.record(
                session,
                desk,
                actor,
                "verdict.review",
                "claim",
                claim.id,
                detail=detail,
                content_sha256=row.evidence_sha256,
            )
            return False
        session.execute(
            update(VerdictRecord)
            .where(VerdictRecord.claim_id == claim.id, VerdictRecord.state == VerdictState.CONFIRMED)
            .values(state=VerdictState.SUPERSEDED)
        )
        row.state = VerdictState.CONFIRMED
        row.decided_by, row.decided_at, row.comment = who.id, now, clean(comment).strip()[:4000]
        claim.verdict, claim.sub_verdict = row.verdict, row.sub_verdict
        session.flush()
        audit.record(
            session,
            desk,
            actor,
            "verdict.confirm",
            "claim",
            claim.id,
            detail=detail,
            content_sha256=row.evidence_sha256,
        )
        after_verdict(session, desk, actor, claim)
        return True

    return perform(desk, actor, "verdict.confirm", "verdict", verdict_id, work)


def give_back(desk: Desk, actor: Actor, verdict_id: int, claim_version: int, comment: str) -> None:
    """Return a proposed verdict with a comment; the proposer's own cannot be returned by himself."""

    def work(session: Session) -> None:
        who = person(session, actor, "verdict.return")
        row = get(session, VerdictRecord, verdict_id, "kết luận")
        claim = get(session, Claim, row.claim_id, "tuyên bố")
        require_returner(session, row, claim, who.id, who.unit_id)
        why = words(comment, "comment", "Ý kiến khi trả lại")
        _still_proposed(session, row, claim)
        take_version(session, claim, claim_version, ("claim", claim.id))
        row.state = VerdictState.RETURNED
        row.decided_by, row.decided_at, row.comment = who.id, desk.clock.now(), why
        audit.record(
            session,
            desk,
            actor,
            "verdict.return",
            "claim",
            claim.id,
            detail={"verdict_id": row.id, "comment": why},
        )

    perform(desk, actor, "verdict.return", "verdict", verdict_id, work)


def after_verdict(session: Session, desk: Desk, actor: Actor | None, claim: Claim) -> None:
    """Let the claim's incident follow: concluded when all its claims have a standing verdict, back to verifying when one fell.

    Used by the services inside their transaction.
    """
    if claim.incident_id is None:
        return
    incident = get(session, Incident, claim.incident_id, "vụ việc")
    state = IncidentState(incident.state)
    if state in {IncidentState.PAUSED, IncidentState.TRANSFERRED, IncidentState.CLOSED}:
        return
    if not standing.all_concluded(session, incident):
        if state not in {IncidentState.RECEIVED, IncidentState.VERIFYING}:
            moves.move(
                session,
                desk,
                actor,
                incident,
                Act.REOPEN_CLAIM,
                "kết luận của một tuyên bố không còn hiệu lực",
            )
        return
    if state == IncidentState.RECEIVED:
        moves.move(session, desk, actor, incident, Act.BEGIN)
    if incident.state == IncidentState.VERIFYING:
        words_of = ", ".join(
            VERDICT_VI[verdict] + (f" ({SUB_VERDICT_VI[sub]})" if sub else "")
            for verdict, sub in standing.verdicts(session, incident)
        )
        moves.move(session, desk, actor, incident, Act.CONCLUDE, words_of)
    elif state in {
        IncidentState.ASSESSING,
        IncidentState.DOSSIER,
        IncidentState.DRAFTING,
        IncidentState.APPROVAL,
        IncidentState.REPLYING,
    }:
        # another verdict than the one the answer was chosen for: choose again
        moves.move(session, desk, actor, incident, Act.REOPEN_CLAIM, "kết luận đã thay đổi")
        moves.move(session, desk, actor, incident, Act.CONCLUDE, "kết luận mới")


def require_confirmer(
    session: Session, row: VerdictRecord, claim: Claim, account_id: int, unit_id: int
) -> None:
    """Raises :class:`RuleBroken` when this person may not confirm the proposed verdict: the proposer, the first reviewer, the office."""
    require_not_withdrawn(claim)
    confirmer_is_another(row.proposed_by, account_id, first_reviewer=row.reviewed_by)
    standing.require_office(session, claim, Verdict(row.verdict), unit_id, confirmer=account_id)


def require_returner(
    session: Session, row: VerdictRecord, claim: Claim, account_id: int, unit_id: int
) -> None:
    """The same for giving it back, which any related office may do."""
    require_not_withdrawn(claim)
    confirmer_is_another(row.proposed_by, account_id)
    standing.require_office(session, claim, Verdict.UNVERIFIED, unit_id)


def require_carried(session: Session, row: VerdictRecord, claim: Claim) -> None:
    """Raises :class:`Conflict` when the evidence is not that of the proposal, :class:`RuleBroken` when it is not enough today."""
    if rules.evidence_hash(standing.pieces(session, claim)) != row.evidence_sha256:
        raise Conflict(
            "Bằng chứng đã thay đổi từ khi kết luận được đề xuất. Đề nghị người đề xuất xem lại và đề xuất lại.",
            "The evidence changed since the verdict was proposed.",
        )
    standing.require_enough(session, claim, Verdict(row.verdict), standing.concerned(session, claim))


def require_not_withdrawn(claim: Claim) -> None:
    """Raises :class:`RuleBroken` ("withdrawn"): a claim that was opened by mistake takes no evidence, verdict or incident."""
    if claim.withdrawn_at is not None:
        raise RuleBroken(
            "withdrawn",
            "Tuyên bố này đã được rút nên không thêm bằng chứng, kết luận hay đưa vào vụ việc được.",
            "The claim was withdrawn.",
            lawful="Hoàn tác việc rút tuyên bố trước.",
        )


def widen(session: Session, claim: Claim) -> None:
    """Let the detectors speak; what they once said stays."""
    found = standing.cues(session, claim)
    if found and not claim.concerns_own:
        claim.concerns_own = True
    if found:
        claim.concern_cues = list(dict.fromkeys([*claim.concern_cues, *found]))[:30]
    if rules.sensitive_cues(standing.texts(session, claim)):
        claim.sensitive = True
    session.flush()


def begin(session: Session, desk: Desk, actor: Actor, claim: Claim) -> None:
    """Work on a claim of a received incident is verifying it."""
    if claim.incident_id is not None:
        incident = get(session, Incident, claim.incident_id, "vụ việc")
        if incident.state == IncidentState.RECEIVED:
            moves.move(session, desk, actor, incident, Act.BEGIN)


def fall(session: Session, desk: Desk, actor: Actor, claim: Claim, why: str) -> None:
    """A confirmed verdict loses its ground: history stays, the claim is without a verdict again."""
    session.execute(
        update(VerdictRecord)
        .where(VerdictRecord.claim_id == claim.id, VerdictRecord.state == VerdictState.CONFIRMED)
        .values(state=VerdictState.SUPERSEDED)
    )
    before = claim.verdict
    claim.verdict, claim.sub_verdict = "", SubVerdict.NONE
    session.flush()
    audit.record(
        session, desk, actor, "verdict.fall", "claim", claim.id, detail={"verdict": before, "reason": why}
    )
    after_verdict(session, desk, actor, claim)


def _still_proposed(session: Session, row: VerdictRecord, claim: Claim) -> None:
    if row.state != VerdictState.PROPOSED:
        raise acting.conflict(session, ("claim", claim.id))


def _known(verdict: str, sub_verdict: str) -> tuple[Verdict, SubVerdict]:
    if verdict not in set(Verdict):
        raise field_fault("verdict", "Chọn một kết luận.", f"Unknown verdict {verdict!r}.")
    chosen = Verdict(verdict)
    if sub_verdict not in {str(sub) for sub in SUB_VERDICTS[chosen]}:
        kinds = ", ".join(SUB_VERDICT_VI[sub] for sub in SUB_VERDICTS[chosen] if sub)
        raise field_fault(
            "sub_verdict",
            f"Chọn loại của kết luận {VERDICT_VI[chosen]}: {kinds}.",
            f"{verdict} cannot be {sub_verdict!r}.",
        )
    return chosen, SubVerdict(sub_verdict)
