"""Items that a person said to deny or correct a judged claim: what an office looks for after its answer, and never spread of the claim.

Every figure of an incident asks here which items and stories it must leave out. What the machine only hears as a denial still counts:
a model never decides (decision 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core.queries import people
from core.records.claim import Claim
from core.records.item import Item, StoryOffice
from core.records.source import Source
from core.records.suggestion import ClaimSuggestion
from core.rules.vocabulary import Heard, Said

#: a page lists so many of them
MOST = 30


@dataclass(frozen=True, slots=True)
class Denial:
    """An item that denies or corrects a judged claim. ``said_by`` is empty while the machine hears it and nobody has answered."""

    claim_id: int
    item_id: int
    story_id: int
    title: str
    language: str
    source_id: str | None
    source_name: str
    at: datetime
    said_by: str
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outlet:
    """A press source that carried an incident's claim, and its own correction when one was found."""

    source_id: str
    name: str
    correction: Denial | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Figures of a story without the items that deny the incident's claims."""

    items: int
    views: int
    sources: int
    reach_tier: int


def of_incident(incident_id: int | InstrumentedAttribute[int | None]) -> Select[Any]:
    """Ids of the items that deny one of the incident's claims; of each row's incident where a column is given."""
    return (
        select(ClaimSuggestion.item_id)
        .join(Claim, Claim.id == ClaimSuggestion.claim_id)
        .where(Claim.incident_id == incident_id, ClaimSuggestion.answer == Said.DENIAL)
    )


def of_claim(claim_id: int) -> Select[Any]:
    """Ids of the items that deny the claim."""
    return select(ClaimSuggestion.item_id).where(
        ClaimSuggestion.claim_id == claim_id, ClaimSuggestion.answer == Said.DENIAL
    )


def only() -> ColumnElement[bool]:
    """Of a row of :class:`StoryOffice`: its story holds nothing but denials of its incident's claims, so that it is no part of the spread."""
    denied, other = aliased(Item), aliased(Item)
    denying = of_incident(StoryOffice.incident_id).correlate(StoryOffice)
    return and_(
        exists().where(denied.story_id == StoryOffice.story_id, denied.id.in_(denying)),
        ~exists().where(other.story_id == StoryOffice.story_id, other.id.not_in(denying)),
    )


def of_claims(session: Session, claim_ids: Sequence[int]) -> dict[int, tuple[Denial, ...]]:
    """The denials of each claim, those that a person said so first, the latest first; at most thirty a claim."""
    rows = session.execute(
        select(ClaimSuggestion, Item, Source.name)
        .join(Item, Item.id == ClaimSuggestion.item_id)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(
            ClaimSuggestion.claim_id.in_(claim_ids),
            (ClaimSuggestion.answer == Said.DENIAL)
            | ((ClaimSuggestion.answer == "") & (ClaimSuggestion.stance == Heard.DENIES)),
        )
        .order_by(ClaimSuggestion.answer == "", Item.id.desc())
        .limit(MOST * max(1, len(claim_ids)))
    ).all()
    names = people.names(session, [row.answered_by for row, _, _ in rows])
    found: dict[int, list[Denial]] = {}
    for row, item, source in rows:
        found.setdefault(row.claim_id, []).append(
            Denial(
                claim_id=row.claim_id,
                item_id=item.id,
                story_id=item.story_id or 0,
                title=item.title,
                language=item.language,
                source_id=item.source_id,
                source_name=source or item.seen_where,
                at=item.published_at or item.first_seen_at,
                said_by=names[row.answered_by].name if row.answer and row.answered_by in names else "",
                said_at=row.answered_at if row.answer else None,
            )
        )
    return {claim_id: tuple(rows[:MOST]) for claim_id, rows in found.items()}


def spread(session: Session, incident_id: int, story_ids: Sequence[int]) -> dict[int, Spread]:
    """Figures, without the denials, of those of the stories that hold one; the figures of the others are in the story itself."""
    denying = set(session.scalars(of_incident(incident_id)))
    held = select(Item.story_id).where(Item.story_id.in_(story_ids), Item.id.in_(denying))
    rows = session.execute(
        select(Item.id, Item.story_id, Item.views, Item.source_id, Item.host, Source.reach_tier)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.story_id.in_(held))
    ).all()
    kept: dict[int, list[Any]] = {row.story_id: [] for row in rows}
    for row in rows:
        if row.id not in denying:
            kept[row.story_id].append(row)
    return {
        story_id: Spread(
            items=len(left),
            views=sum(row.views for row in left),
            sources=len({row.source_id or row.host or f"hand:{row.id}" for row in left}),
            reach_tier=max((row.reach_tier or 0 for row in left), default=0),
        )
        for story_id, left in kept.items()
    }


def outlets(
    session: Session, incident_id: int, story_ids: Sequence[int], denied: Sequence[Denial]
) -> tuple[Outlet, ...]:
    """The press sources whose items are in the stories, beside the correction that each of them published itself."""
    own: dict[str, Denial] = {}
    for row in denied:
        if row.source_id is not None and row.said_at is not None:
            own.setdefault(row.source_id, row)
    rows = session.execute(
        select(Source.id, Source.name)
        .where(
            Source.social.is_(False),
            Source.id.in_(
                select(Item.source_id).where(
                    Item.story_id.in_(story_ids),
                    Item.id.not_in(of_incident(incident_id)),
                    Item.source_id.is_not(None),
                )
            ),
        )
        .order_by(Source.name)
    )
    return tuple(Outlet(row.id, row.name, own.get(row.id)) for row in rows)
