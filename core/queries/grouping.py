"""What the page for merging and splitting shows of the story: its items, and what was done before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.queries import offices
from core.queries.story import MAX_ITEMS, story_of
from core.records.account import Account
from core.records.grouping import StoryGrouping
from core.records.item import Item
from core.records.source import Source


@dataclass(frozen=True, slots=True)
class GroupItem:
    """An item that can be split off."""

    id: int
    title: str
    source_name: str
    at: datetime
    copy: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A merge or split that stands and can be undone."""

    id: int
    kind: str
    name: str
    at: datetime
    items: int
    other_id: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """The page."""

    story_id: int
    version: int
    title: str
    tag: str
    items: tuple[GroupItem, ...]
    done: tuple[Done, ...]


def grouping(session: Session, story_id: int, unit_id: int) -> Grouping:
    """Raises :class:`core.errors.NotFound`."""
    story = story_of(session, story_id)
    view = offices.view(session, story_id, unit_id)
    items = session.execute(
        select(Item, Source.name)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.story_id == story_id)
        .order_by(Item.id)
        .limit(MAX_ITEMS)
    ).all()
    done = session.execute(
        select(StoryGrouping, Account.display_name)
        .join(Account, Account.id == StoryGrouping.account_id)
        .where(
            (StoryGrouping.story_id == story_id) | (StoryGrouping.other_id == story_id),
            StoryGrouping.undone_at.is_(None),
        )
        .order_by(StoryGrouping.id.desc())
        .limit(10)
    ).all()
    return Grouping(
        story_id=story.id,
        version=story.version,
        title=story.title,
        tag=view.tag,
        items=tuple(
            GroupItem(
                id=item.id,
                title=item.title,
                source_name=name or item.seen_where,
                at=item.published_at or item.first_seen_at,
                copy=item.copy_of_id is not None,
            )
            for item, name in items
        ),
        done=tuple(
            Done(row.id, row.kind, name, row.at, len(row.item_ids), row.other_id) for row, name in done
        ),
    )


def merged_into(session: Session, story_id: int) -> int | None:
    """The story that an empty one went into, followed to the end; None when it was not merged."""
    found, at = None, story_id
    for _ in range(100):
        row = session.scalar(
            select(StoryGrouping.story_id)
            .where(
                StoryGrouping.kind == "merge", StoryGrouping.other_id == at, StoryGrouping.undone_at.is_(None)
            )
            .order_by(StoryGrouping.id.desc())
            .limit(1)
        )
        if row is None:
            return found
        found = at = row
    return found
