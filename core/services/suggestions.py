"""Suggestions as they are stored: which items are like which judged claims, and what people answered.

A suggestion never changes a tag, a verdict or a state (decision 6). An answer is about what the machine heard of a claim in a story:
that it is said again ("repeats") or that it is denied ("denies"); each is asked apart. One that was answered "another claim" is not asked
again for the same story: the answer is taken over by the story's later items. A denial is never taken over: what is not counted as
spread, a person has looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.ports import ClaimLikeness, JudgedClaim
from core.records.claim import Claim, VerdictRecord
from core.records.item import Item
from core.records.suggestion import ClaimSuggestion
from core.rules.vocabulary import Heard, Said, Verdict, VerdictState
from core.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Told:
    """What a person answered, and for which office."""

    answer: str
    unit_id: int | None


def judged(session: Session) -> tuple[JudgedClaim, ...]:
    """Every claim with a confirmed verdict, in its quoted and its neutral wording."""
    rows = session.execute(
        select(Claim.id, Claim.quote, Claim.neutral_text).where(Claim.verdict != "").order_by(Claim.id)
    )
    return tuple(wording for row in rows for wording in wordings(row.id, row.quote, row.neutral_text))


def wordings(claim_id: int, quote: str, neutral: str) -> list[JudgedClaim]:
    """A claim's wordings, each once."""
    forms = dict.fromkeys(form for text in (quote, neutral) if (form := " ".join(text.split())))
    return [JudgedClaim(claim_id, form) for form in forms]


def note(
    session: Session, desk: Desk, found: Mapping[int, Sequence[ClaimLikeness]], *, whole: bool = True
) -> None:
    """Write what items are like. ``whole``: the items were compared with every claim, so that what is not found again goes,
    unless a person has answered it. A claim is never suggested on the story that it was opened on, but for copies and denials that
    came after the verdict: those a person is asked about, each time, and only a refusal is taken over.
    """
    if not found:
        return
    now = desk.clock.now()
    old = {
        (row.item_id, row.claim_id): row
        for row in session.scalars(select(ClaimSuggestion).where(ClaimSuggestion.item_id.in_(sorted(found))))
    }
    own, told, late = _own(session, found), _answers(session, found), _later(session, found)
    for item_id, likenesses in sorted(found.items()):
        for one in likenesses:
            key = (item_id, one.claim_id)
            if key in own and not (key in late and (late[key] or one.stance == Heard.DENIES.value)):
                continue
            row = old.pop(key, None)
            if row is None:
                before = told.get((*key, one.stance))
                if before is not None and (
                    before.answer == Said.DENIAL or (key in own and before.answer == Said.RIGHT)
                ):
                    before = None
                row = ClaimSuggestion(
                    item_id=item_id,
                    claim_id=one.claim_id,
                    found_at=now,
                    answer=before.answer if before else "",
                    answered_at=now if before else None,
                    answered_unit_id=before.unit_id if before else None,
                )
                session.add(row)
            row.score, row.stance = one.score, one.stance
            row.details = {
                name: value
                for name, value in asdict(one).items()
                if name not in {"claim_id", "score", "stance"}
            }
    if whole:
        for row in old.values():
            if not row.answer:
                session.delete(row)
    session.flush()


def repeating_false(session: Session, story_ids: Iterable[int]) -> set[int]:
    """Stories with an item that repeats a claim judged misleading, as the machine hears it or, where one answered, as a person says.

    A denial is none, whatever the machine heard.
    """
    rows = session.scalars(
        select(Item.story_id)
        .join(ClaimSuggestion, ClaimSuggestion.item_id == Item.id)
        .join(Claim, Claim.id == ClaimSuggestion.claim_id)
        .where(
            Item.story_id.in_(sorted(set(story_ids))),
            Claim.verdict == Verdict.MISLEADING,
            or_(
                ClaimSuggestion.answer == Said.RIGHT,
                (ClaimSuggestion.stance == Heard.REPEATS) & (ClaimSuggestion.answer == ""),
            ),
        )
    )
    return {story for story in rows if story is not None}


def _own(session: Session, item_ids: Iterable[int]) -> set[tuple[int, int]]:
    """(item, claim) of claims that were opened on the item's own story."""
    rows = session.execute(
        select(Item.id, Claim.id)
        .join(Claim, Claim.story_id == Item.story_id)
        .where(Item.id.in_(sorted(item_ids)))
    )
    return {(row[0], row[1]) for row in rows}


def _later(session: Session, item_ids: Iterable[int]) -> dict[tuple[int, int], bool]:
    """(item, claim) of items that came after the claim of their own story had been judged → whether the item is a copy."""
    rows = session.execute(
        select(Item.id, Claim.id, Item.copy_of_id)
        .join(Claim, Claim.story_id == Item.story_id)
        .join(VerdictRecord, VerdictRecord.claim_id == Claim.id)
        .where(
            Item.id.in_(sorted(item_ids)),
            Claim.verdict != "",
            VerdictRecord.state == VerdictState.CONFIRMED,
            VerdictRecord.decided_at < Item.first_seen_at,
            or_(Claim.item_id.is_(None), Claim.item_id != Item.id),
        )
    )
    return {(row[0], row[1]): row[2] is not None for row in rows}


def _answers(session: Session, item_ids: Iterable[int]) -> dict[tuple[int, int, str], Told]:
    """(item, claim, what is heard) → what a person said of it for the item's story; the latest answer stands."""
    rows = session.execute(select(Item.id, Item.story_id).where(Item.id.in_(sorted(item_ids))))
    story_of = {row.id: row.story_id for row in rows if row.story_id is not None}
    answers: dict[int, dict[tuple[int, str], Told]] = {}
    for row in session.execute(
        select(
            Item.story_id,
            ClaimSuggestion.claim_id,
            ClaimSuggestion.stance,
            ClaimSuggestion.answer,
            ClaimSuggestion.answered_unit_id,
        )
        .join(Item, Item.id == ClaimSuggestion.item_id)
        .where(Item.story_id.in_(sorted(set(story_of.values()))), ClaimSuggestion.answered_by.is_not(None))
        .order_by(ClaimSuggestion.answered_at)
    ):
        told = Told(row.answer, row.answered_unit_id)
        answers.setdefault(row.story_id, {})[row.claim_id, row.stance] = told
    return {
        (item, claim, heard): told
        for item, story in story_of.items()
        for (claim, heard), told in answers.get(story, {}).items()
    }
