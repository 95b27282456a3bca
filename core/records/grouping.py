"""What people joined and took apart: stories merged, items split off; each can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class StoryGrouping(Table):
    """A merge or a split by one person. The machine places a text only once, when it comes, so that it never undoes this."""

    __tablename__ = "story_grouping"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    """merge: the items of ``other_id`` went into ``story_id``; split: items of ``story_id`` became ``other_id``"""
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    item_ids: Mapped[list[Any]] = mapped_column(default=list)
    claim_ids: Mapped[list[Any]] = mapped_column(default=list)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Of the kept story as it was, by office (its number in words): tag and incident_id"""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
