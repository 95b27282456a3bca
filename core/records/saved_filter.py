"""Filters of the inbox that an office keeps in its rail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table


class SavedFilter(Table):
    """A name and the address of the list it opens; shared by the whole office."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    """Who saved it."""
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(1000))
    """The part of the address after the question mark, as the inbox writes it."""
    created_at: Mapped[datetime]
    alert: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the office's officers are told of new matches."""
    seen_id: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Items up to this id were looked at: the next alert is about later ones."""
    told_at: Mapped[datetime | None]
    told_items: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many new items the last alert was about."""
