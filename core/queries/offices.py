"""What each office made of a story: the own row joined to it, the number that a form carries, and what others below made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from core.queries import people
from core.records.item import Story, StoryOffice

#: of the joined row; "" and no incident where the office has none
TAG = func.coalesce(StoryOffice.tag, "")
#: what a form carries: two numbers that only grow, so that their sum stays only while both stay
VERSION = Story.version + func.coalesce(StoryOffice.version, 0)


@dataclass(frozen=True, slots=True)
class OwnView:
    """A story as one office sees it; ``version`` goes with every form."""

    version: int
    tag: str = ""
    tagged_by: int | None = None
    tagged_at: datetime | None = None
    incident_id: int | None = None


@dataclass(frozen=True, slots=True)
class OtherTag:
    """The tag of an office below the reader's."""

    unit: str
    tag: str


def own(unit_id: int) -> ColumnElement[bool]:
    """On which the row of an office is joined to a story."""
    return (StoryOffice.story_id == Story.id) & (StoryOffice.unit_id == unit_id)


def stories(unit_id: int, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Ids of the stories whose row of the office meets the conditions."""
    return select(StoryOffice.story_id).where(StoryOffice.unit_id == unit_id, *conditions)


def of_incident(incident_id: int) -> Select[Any]:
    """Ids of the stories that the incident's office put into it."""
    return select(StoryOffice.story_id).where(StoryOffice.incident_id == incident_id)


def views(session: Session, story_ids: Iterable[int], unit_id: int) -> dict[int, OwnView]:
    """Each of the stories as the office sees it."""
    rows = session.execute(
        select(
            Story.id,
            VERSION.label("version"),
            TAG.label("tag"),
            StoryOffice.tagged_by,
            StoryOffice.tagged_at,
            StoryOffice.incident_id,
        )
        .outerjoin(StoryOffice, own(unit_id))
        .where(Story.id.in_(list(story_ids)))
    )
    return {
        row.id: OwnView(row.version, row.tag, row.tagged_by, row.tagged_at, row.incident_id) for row in rows
    }


def view(session: Session, story_id: int, unit_id: int) -> OwnView:
    """The same of one story that exists."""
    return views(session, [story_id], unit_id)[story_id]


def others(session: Session, story_id: int, unit_id: int) -> tuple[OtherTag, ...]:
    """The tags of the offices below: those above see them; neighbours, and those below, do not."""
    every = people.units(session)
    beneath: Sequence[int] = sorted(people.below(every, unit_id) - {unit_id})
    rows = session.execute(
        select(StoryOffice.unit_id, StoryOffice.tag)
        .where(StoryOffice.story_id == story_id, StoryOffice.tag != "", StoryOffice.unit_id.in_(beneath))
        .order_by(StoryOffice.unit_id)
    )
    return tuple(OtherTag(every[row.unit_id].short_name, row.tag) for row in rows)
