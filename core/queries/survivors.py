"""Where the items of a story lie after people merged it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.grouping import StoryGrouping
from core.records.item import Story


def survivors(session: Session, story_ids: Iterable[int]) -> dict[int, int]:
    """For each story the one that its items lie in now: itself, or the story that people merged it into, merges of merges too."""
    found = {story_id: story_id for story_id in story_ids}
    fresh = set(found)
    while fresh:
        empty = select(Story.id).where(Story.id.in_(fresh), Story.items == 0)
        merged = session.execute(
            select(StoryGrouping.other_id, StoryGrouping.story_id)
            .where(
                StoryGrouping.kind == "merge",
                StoryGrouping.undone_at.is_(None),
                StoryGrouping.other_id.in_(empty),
            )
            .order_by(StoryGrouping.id)
        ).all()
        into = {row.other_id: row.story_id for row in merged}
        found = {story_id: into.get(at, at) for story_id, at in found.items()}
        fresh = set(into.values())
    return found
