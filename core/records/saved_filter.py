"""Filters of the inbox that an office keeps in its rail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
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
