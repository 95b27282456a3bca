"""What the page of a story asks first: is this the claim that was judged already?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from core.queries import people
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Incident
from core.records.item import Item
from core.records.suggestion import ClaimSuggestion
from core.rules.vocabulary import Heard, IncidentState, Said, VerdictState

MOST = 5


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A judged claim that an item of the story is like, with what both share and where they differ.

    ``percent`` 0-100; ``sentence`` are the item's own words in ``language``; figures are plain numbers, dates or times. ``heard``: whether the machine
    hears the claim again or its denial. ``joins``: a "yes" puts the story into the open incident ``incident_number``. ``answer`` is what
    a person of ``answered_unit_id`` said, empty while it is a question. ``copy_of``: the title of the judged text, when the item is a
    copy of it that came into the same story after the verdict.
    """

    claim_id: int
    quote: str
    verdict: str
    sub_verdict: str
    decided_at: datetime | None
    percent: int
    heard: str
    item_id: int
    sentence: str
    language: str
    seen_at: datetime
    shared: tuple[str, ...]
    only_claim: tuple[str, ...]
    only_text: tuple[str, ...]
    incident_id: int | None
    incident_number: int | None
    joins: bool
    answer: str
    answered_by: str
    answered_at: datetime | None
    answered_unit_id: int | None
    copy_of: str = ""

    @property
    def denial(self) -> bool:
        """It denies or corrects the claim: a person says so, or the machine hears it and nobody has answered."""
        return self.answer == Said.DENIAL or (not self.answer and self.heard == Heard.DENIES)


def known_claims(session: Session, story_id: int, unit_id: int) -> tuple[KnownClaim, ...]:
    """The judged claims of the office and of those above it that the story's items are like; questions first, best first, at most five.

    What was answered "another claim" is not among them: see :func:`set_aside`.
    """
    return _found(session, story_id, unit_id, ClaimSuggestion.answer != Said.WRONG)


def set_aside(session: Session, story_id: int, unit_id: int) -> tuple[KnownClaim, ...]:
    """Those that somebody of the office answered "another claim" about, so that the answer can be taken back."""
    return _found(
        session,
        story_id,
        unit_id,
        ClaimSuggestion.answer == Said.WRONG,
        ClaimSuggestion.answered_unit_id == unit_id,
    )


def _found(
    session: Session, story_id: int, unit_id: int, *which: ColumnElement[bool]
) -> tuple[KnownClaim, ...]:
    rows = session.execute(
        select(ClaimSuggestion, Claim, Item)
        .join(Claim, Claim.id == ClaimSuggestion.claim_id)
        .join(Item, Item.id == ClaimSuggestion.item_id)
        .where(
            Item.story_id == story_id,
            or_(
                Claim.story_id != story_id,
                Item.copy_of_id.is_not(None),
                ClaimSuggestion.stance == Heard.DENIES,
                ClaimSuggestion.answer != "",
            ),
            Claim.verdict != "",
            Claim.unit_id.in_([unit_id, *people.above(people.units(session), unit_id)]),
            *which,
        )
        .order_by(ClaimSuggestion.answer, ClaimSuggestion.score.desc(), ClaimSuggestion.item_id)
        .limit(200)
    ).all()
    best: dict[tuple[int, str, str], tuple[ClaimSuggestion, Claim, Item]] = {}
    for suggestion, claim, item in rows:
        best.setdefault((claim.id, suggestion.stance, suggestion.answer), (suggestion, claim, item))
    chosen = list(best.values())[:MOST]
    decided = {
        row.claim_id: row.decided_at
        for row in session.scalars(
            select(VerdictRecord).where(
                VerdictRecord.claim_id.in_([claim.id for _, claim, _ in chosen]),
                VerdictRecord.state == VerdictState.CONFIRMED,
            )
        )
    }
    incidents = {
        row.id: row
        for row in session.scalars(
            select(Incident).where(Incident.id.in_({claim.incident_id for _, claim, _ in chosen} - {None}))
        )
    }
    originals = {
        row.id: row.title
        for row in session.execute(
            select(Item.id, Item.title).where(
                Item.id.in_({item.copy_of_id for _, claim, item in chosen if claim.story_id == story_id})
            )
        )
    }
    names = people.names(session, [suggestion.answered_by for suggestion, _, _ in chosen])
    return tuple(
        replace(
            _row(
                suggestion, claim, item, decided.get(claim.id), incidents.get(claim.incident_id or 0), unit_id
            ),
            copy_of=originals.get(item.copy_of_id or 0, "") if suggestion.stance == Heard.REPEATS else "",
            answered_by=names[suggestion.answered_by].name if suggestion.answered_by in names else "",
        )
        for suggestion, claim, item in chosen
    )


@dataclass(frozen=True, slots=True)
class LateCopies:
    """Copies of a judged text that came after the verdict and wait for a person to say that they are; ``item_id`` is the latest."""

    story_id: int
    claim_id: int
    quote: str
    verdict: str
    sub_verdict: str
    copies: int
    item_id: int
    seen_at: datetime


def late_copies(session: Session, unit_id: int) -> tuple[LateCopies, ...]:
    """Those of claims that the office itself judged, the latest first, at most ten. What the machine hears as a denial is no copy."""
    rows = session.execute(
        select(
            Claim.id,
            Claim.story_id,
            Claim.quote,
            Claim.verdict,
            Claim.sub_verdict,
            func.count().label("copies"),
            func.max(Item.id).label("item_id"),
            func.max(Item.first_seen_at).label("seen_at"),
        )
        .join(ClaimSuggestion, ClaimSuggestion.claim_id == Claim.id)
        .join(Item, Item.id == ClaimSuggestion.item_id)
        .where(
            Claim.unit_id == unit_id,
            Claim.verdict != "",
            Item.story_id == Claim.story_id,
            Item.copy_of_id.is_not(None),
            ClaimSuggestion.answer == "",
            ClaimSuggestion.stance == Heard.REPEATS,
        )
        .group_by(Claim.id, Claim.story_id, Claim.quote, Claim.verdict, Claim.sub_verdict)
        .order_by(func.max(Item.id).desc())
        .limit(10)
    )
    return tuple(
        LateCopies(
            story_id=row.story_id,
            claim_id=row.id,
            quote=row.quote,
            verdict=row.verdict,
            sub_verdict=row.sub_verdict,
            copies=row.copies,
            item_id=row.item_id,
            seen_at=row.seen_at,
        )
        for row in rows
    )


def _row(
    suggestion: ClaimSuggestion,
    claim: Claim,
    item: Item,
    decided_at: datetime | None,
    incident: Incident | None,
    unit_id: int,
) -> KnownClaim:
    details = suggestion.details
    start, end = details.get("span", (0, 0))
    return KnownClaim(
        claim_id=claim.id,
        quote=claim.quote,
        verdict=claim.verdict,
        sub_verdict=claim.sub_verdict,
        decided_at=decided_at,
        percent=round(100 * suggestion.score),
        heard=suggestion.stance,
        item_id=item.id,
        sentence=f"{item.title}\n{item.text}"[start:end].replace("\n", " "),
        language=item.language,
        seen_at=item.published_at or item.first_seen_at,
        shared=_both(details, "shared"),
        only_claim=_both(details, "claim"),
        only_text=_both(details, "text"),
        incident_id=claim.incident_id,
        incident_number=None if incident is None else incident.number,
        joins=incident is not None
        and incident.unit_id == unit_id
        and incident.state not in {IncidentState.CLOSED, IncidentState.TRANSFERRED},
        answer=suggestion.answer,
        answered_by="",
        answered_at=suggestion.answered_at if suggestion.answer else None,
        answered_unit_id=suggestion.answered_unit_id,
    )


def _both(details: dict[str, object], side: str) -> tuple[str, ...]:
    """Figures first: they are where a false copy of a true sentence differs."""
    found: list[str] = []
    for kind in ("figures", "names"):
        values = details.get(f"{side}_{kind}")
        if isinstance(values, list):
            found += [_plain(str(value)) for value in values]
    return tuple(found)


def _plain(figure: str) -> str:
    """A stored figure as Vietnamese write it: 1200 is "1.200", 2500000000 is "2.500.000.000", 2.5 is "2,5"."""
    number = figure.removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        return figure
    if number.isdigit() and len(number) > 12:
        return figure
    words = f"{value:,.2f}".rstrip("0").rstrip(".")
    return words.translate(str.maketrans(",.", ".,")) + figure[len(number) :]
