"""Stored items whose places are read again because the names of a locality were corrected."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table


class Rereading(Table):
    """One locality: a correction begins it anew, the scheduler goes through the items from the newest to the oldest."""

    __tablename__ = "rereading"

    locality: Mapped[str] = mapped_column(String(12), primary_key=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    down_to: Mapped[int | None]
    """Items with this id and above have been read again; None: not begun."""
    looked: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    """Items that changed their band."""
    regrouped: Mapped[int] = mapped_column(default=0, server_default="0")
    """Items that went to another story."""
    done_at: Mapped[datetime | None]
