"""Claims, evidence, verdicts: one person proposes, another confirms, and what they confirm is what was proposed (G3, G4, G13).

A verdict sits on a claim, never on a person or an outlet. Every act is one transaction with its audit row; every refused try has
one too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.incident import Incident
from core.records.item import Capture, Item, Story
from core.records.unit import Unit
from core.rules import evidence as rules
from core.rules.four_eyes import confirmer_is_another
from core.rules.guardrails import require_not_secret
from core.rules.vocabulary import (
    SUB_VERDICT_VI,
    SUB_VERDICTS,
    VERDICT_VI,
    IncidentState,
    Role,
    SubVerdict,
    Tag,
    Verdict,
    VerdictState,
)
from core.rules.workflow import Act
from core.services import acting, audit, moves, office_rows, standing
from core.services.acting import get, of_own_office, perform, person, take_version, words
from core.services.claim_form import (
    NewEvidence,
    checked_evidence,
    field_fault,
    text_hash,
    verbatim,
)
from core.services.desk import Actor, Desk
from core.services.receiving import upload_kind
from core.text.normalise import clean

#: a shorter quote is no checkable sentence


def open_claim(
    desk: Desk,
    actor: Actor,
    story_id: int,
    story_version: int,
    item_id: int,
    quote: str,
    neutral_text: str = "",
    concerns: str = "none",
    sensitive: bool = False,
) -> int:
    """Open a claim from a sentence quoted word for word; tags the story "Nghi sai lệch" for the own office. Returns the claim's id.

    ``concerns``: ``none``, ``own`` or the unit code of the office that the claim is about; the detector may widen it, nobody can
    narrow it. Raises :class:`Invalid` (quote not in the item), :class:`Conflict` (story changed), :class:`Forbidden`.
    """

    def work(session: Session) -> int:
        who = person(session, actor, "claim.open")
        story = get(session, Story, story_id, "câu chuyện")
        item = get(session, Item, item_id, "tin")
        if item.story_id != story.id:
            raise field_fault(
                "item_id", "Tin này không thuộc câu chuyện đang mở.", "The item is not part of the story."
            )
        acting.of_own_places(session, who, story.id)
        found = verbatim(session, item, quote)
        neutral = clean(neutral_text).strip()[:2000]
        require_not_secret([found, neutral])
        own = office_rows.standing(session, story.id, who.unit_id)
        office_rows.require_version(session, own, story_version)
        claim = Claim(
            story_id=story.id,
            item_id=item.id,
            quote=found,
            neutral_text=neutral,
            unit_id=who.unit_id,
            concerns_unit_id=_declared(session, who.unit_id, concerns),
            concerns_own=False,
            concern_cues=[],
            sensitive=sensitive,
            incident_id=None,
            created_by=who.id,
            created_at=desk.clock.now(),
        )
        session.add(claim)
        session.flush()
        _widen(session, claim)
        office_rows.give(session, desk, own, who.id, Tag.SUSPECTED)
        audit.record(
            session,
            desk,
            actor,
            "claim.open",
            "claim",
            claim.id,
            detail={
                "story": story.id,
                "item": item.id,
                "concerns": concerns,
                "concerns_own": claim.concerns_own,
                "cues": claim.concern_cues,
                "sensitive": claim.sensitive,
            },
            content_sha256=hashlib.sha256(found.encode()).hexdigest(),
        )
        return claim.id

    return perform(desk, actor, "claim.open", "story", story_id, work)


def add_evidence(desk: Desk, actor: Actor, claim_id: int, new: NewEvidence) -> int:
    """Add a piece of evidence; a file is kept under its hash. Returns its id.

    Verifiers of a parent or neighbour office may add too (they check claims about another office). Raises :class:`Invalid` naming
    the field, :class:`Forbidden`, :class:`core.errors.RuleBroken` ("secrecy").
    """
    checked = checked_evidence(new)

    def may_add(session: Session) -> Claim:
        who = person(session, actor, "evidence.add")
        claim = get(session, Claim, claim_id, "tuyên bố")
        _may_work(session, who, claim)
        require_not_secret(
            [checked.title, checked.body, checked.source_name, checked.as_of, checked.upload_name]
        )
        return claim

    kept = None
    if checked.upload:
        # nothing of a refused try is kept on the disk; the transaction below asks again
        _ask_first(desk, actor, claim_id, may_add)
        kept = desk.captures.keep(checked.upload, upload_kind(checked.upload)[0])

    def work(session: Session) -> int:
        claim = may_add(session)
        who_id = actor.account_id
        unit_id = _unit_of(session, checked.source_locality)
        now = desk.clock.now()
        capture_id = None
        if kept is not None and checked.upload is not None:
            capture = Capture(
                item_id=None,
                kind="upload",
                path=kept[0],
                url=checked.url,
                sha256=kept[1],
                body_bytes=len(checked.upload),
                content_type="",
                url_chain=[],
                fetched_at=now,
            )
            session.add(capture)
            session.flush()
            capture_id = capture.id
        row = Evidence(
            claim_id=claim.id,
            kind=checked.kind,
            title=checked.title,
            body=checked.body,
            source_name=checked.source_name,
            source_unit_id=unit_id,
            competent_authority=checked.competent_authority,
            url=checked.url,
            as_of=checked.as_of,
            capture_id=capture_id,
            sha256=kept[1] if kept is not None else text_hash(checked),
            obtained_at=now,
            added_by=who_id,
            removed_at=None,
        )
        session.add(row)
        _touch(session, claim)
        _begin(session, desk, actor, claim)
        audit.record(
            session,
            desk,
            actor,
            "evidence.add",
            "claim",
            claim.id,
            detail={"evidence": row.id, "source_unit": unit_id, "competent": row.competent_authority},
            content_sha256=row.sha256,
        )
        return row.id

    return perform(desk, actor, "evidence.add", "claim", claim_id, work)


def remove_evidence(desk: Desk, actor: Actor, evidence_id: int, reason: str) -> None:
    """Take a piece out of the evidence (it stays in the record). A verdict that rested on it falls and must be given again."""

    def work(session: Session) -> None:
        who = person(session, actor, "evidence.remove")
        row = get(session, Evidence, evidence_id, "bằng chứng")
        claim = get(session, Claim, row.claim_id, "tuyên bố")
        _may_work(session, who, claim)
        if row.added_by != who.id:
            # another office's verifier adds and takes back what is his own, never theirs
            of_own_office(who, claim.unit_id)
        why = words(reason, "reason", "Lý do bỏ bằng chứng")
        if row.removed_at is not None:
            raise acting.conflict(session, ("claim", claim.id))
        row.removed_at = desk.clock.now()
        _touch(session, claim)
        audit.record(
            session,
            desk,
            actor,
            "evidence.remove",
            "claim",
            claim.id,
            detail={"evidence": row.id, "reason": why},
        )
        if claim.verdict:
            _fall(session, desk, actor, claim, f"bằng chứng số {row.id} đã bị bỏ: {why}")

    perform(desk, actor, "evidence.remove", "evidence", evidence_id, work)


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
        chosen, sub = _known(verdict, sub_verdict)
        why = words(reason, "reason", "Lý do kết luận", least=20)
        take_version(session, claim, version, ("claim", claim.id))
        _widen(session, claim)
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
        _begin(session, desk, actor, claim)
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
        confirmer_is_another(row.proposed_by, who.id, first_reviewer=row.reviewed_by)
        _widen(session, claim)
        verdict = Verdict(row.verdict)
        standing.require_office(session, claim, verdict, who.unit_id, confirmer=who.id)
        _still_proposed(session, row, claim)
        take_version(session, claim, claim_version, ("claim", claim.id))
        if rules.evidence_hash(standing.pieces(session, claim)) != row.evidence_sha256:
            raise Conflict(
                "Bằng chứng đã thay đổi từ khi kết luận được đề xuất. Đề nghị người đề xuất xem lại và đề xuất lại.",
                "The evidence changed since the verdict was proposed.",
            )
        standing.require_enough(session, claim, verdict, standing.concerned(session, claim))
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
        confirmer_is_another(row.proposed_by, who.id)
        standing.require_office(session, claim, Verdict.UNVERIFIED, who.unit_id)
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


# --- inside -----------------------------------------------------------------------------------------------------------


def _declared(session: Session, own_unit: int, concerns: str) -> int | None:
    if concerns in {"", "none"}:
        return None
    if concerns == "own":
        return own_unit
    unit_id = session.scalar(select(Unit.id).where(Unit.locality == concerns))
    if unit_id is None:
        raise field_fault(
            "concerns",
            "Không có đơn vị mang mã này trong hệ thống.",
            f"No office {concerns!r} in this installation.",
        )
    return unit_id


def _widen(session: Session, claim: Claim) -> None:
    """Let the detectors speak; what they once said stays."""
    found = standing.cues(session, claim)
    if found and not claim.concerns_own:
        claim.concerns_own = True
    if found:
        claim.concern_cues = list(dict.fromkeys([*claim.concern_cues, *found]))[:30]
    if rules.sensitive_cues(standing.texts(session, claim)):
        claim.sensitive = True
    session.flush()


def _unit_of(session: Session, locality: str | None) -> int | None:
    return None if not locality else session.scalar(select(Unit.id).where(Unit.locality == locality))


def _ask_first(desk: Desk, actor: Actor, claim_id: int, may: Callable[[Session], Claim]) -> None:
    """Raises what ``may`` raises, audited, before anything is written."""
    with audit.attempt(desk, actor, "evidence.add", "claim", claim_id), desk.store.read() as session:
        may(session)


def _may_work(session: Session, who: acting.Person, claim: Claim) -> None:
    """Own office, or a verifier of a parent or neighbour office."""
    if who.unit_id == claim.unit_id:
        return
    if Role.VERIFIER not in who.roles or who.unit_id not in acting.related(session, {claim.unit_id}):
        of_own_office(who, claim.unit_id)


def _touch(session: Session, claim: Claim) -> None:
    claim.version = Claim.version + 1
    session.flush()
    session.refresh(claim, ["version"])


def _begin(session: Session, desk: Desk, actor: Actor, claim: Claim) -> None:
    """Work on a claim of a received incident is verifying it."""
    if claim.incident_id is not None:
        incident = get(session, Incident, claim.incident_id, "vụ việc")
        if incident.state == IncidentState.RECEIVED:
            moves.move(session, desk, actor, incident, Act.BEGIN)


def _fall(session: Session, desk: Desk, actor: Actor, claim: Claim, why: str) -> None:
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
