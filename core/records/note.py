"""Notes that the staff of an office leave for each other on a story."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table


class StoryNote(Table):
    """A sentence or two of one person, read by the same office only; it decides nothing and stands in no document."""

    __tablename__ = "story_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    """Taken back by its author: no longer shown, still in the log."""
