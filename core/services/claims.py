"""Claims and their evidence: a quoted, checkable sentence, and what speaks for or against it (G3, G4).

Every act is one transaction with its audit row; every refused try has one too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.claim import Claim, Evidence
from core.records.item import Capture, Item, Story
from core.records.unit import Unit
from core.rules.guardrails import require_not_secret
from core.rules.vocabulary import (
    Role,
    Tag,
)
from core.services import acting, audit, judge, office_rows, withdrawing
from core.services.acting import get, of_own_office, perform, person, words
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
    narrow it, not by withdrawing the claim and opening it again either. Raises :class:`Invalid` (quote not in the item), :class:`Conflict` (story changed), :class:`Forbidden`.
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
        withdrawing.take_over(session, claim)
        judge.widen(session, claim)
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
        require_worker(session, who, claim)
        judge.require_not_withdrawn(claim)
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
        judge.begin(session, desk, actor, claim)
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
        require_remover(session, who, row, claim)
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
            judge.fall(session, desk, actor, claim, f"bằng chứng số {row.id} đã bị bỏ: {why}")

    perform(desk, actor, "evidence.remove", "evidence", evidence_id, work)


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


def _unit_of(session: Session, locality: str | None) -> int | None:
    return None if not locality else session.scalar(select(Unit.id).where(Unit.locality == locality))


def _ask_first(desk: Desk, actor: Actor, claim_id: int, may: Callable[[Session], Claim]) -> None:
    """Raises what ``may`` raises, audited, before anything is written."""
    with audit.attempt(desk, actor, "evidence.add", "claim", claim_id), desk.store.read() as session:
        may(session)


def require_worker(session: Session, who: acting.Person, claim: Claim) -> None:
    """Own office, or a verifier of a parent or neighbour office. Raises :class:`Forbidden`."""
    if who.unit_id == claim.unit_id:
        return
    if Role.VERIFIER not in who.roles or who.unit_id not in acting.related(session, {claim.unit_id}):
        of_own_office(who, claim.unit_id)


def require_remover(session: Session, who: acting.Person, row: Evidence, claim: Claim) -> None:
    """The same for taking a piece out: another office's verifier takes back what is his own, never theirs."""
    require_worker(session, who, claim)
    judge.require_not_withdrawn(claim)
    if row.added_by != who.id:
        of_own_office(who, claim.unit_id)


def _touch(session: Session, claim: Claim) -> None:
    claim.version = Claim.version + 1
    session.flush()
    session.refresh(claim, ["version"])
