"""The gazetteer: administrative units with their dates, links from old to new, further names of localities.

The shipped values are read in by ``lamro gazetteer import``; what an office corrects stays, and the shipped value is offered to it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class GazetteerUnit(Table):
    """One unit in one period (:class:`core.rules.gazetteer.Unit`)."""

    __tablename__ = "gazetteer_unit"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), index=True)
    level: Mapped[str] = mapped_column(Word)
    type: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    """The name without accents and case: units that are called the same."""
    parent: Mapped[str] = mapped_column(String(12), index=True)
    """Code of the unit above; "" for a province."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    """The last day; None while it exists."""
    source: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    origin: Mapped[str] = mapped_column(Word)
    """shipped, office"""
    corrected: Mapped[bool] = mapped_column(default=False)
    """True once an office has changed a shipped unit: imports leave it alone from then on."""
    shipped: Mapped[dict[str, Any] | None]
    """What the shipped table says of a corrected unit."""
    kept: Mapped[dict[str, Any] | None]
    """The shipped values that the office has seen and not taken: only others are offered."""
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime | None]


class GazetteerLink(Table):
    """An old unit and one that took it over (:class:`core.rules.gazetteer.Link`)."""

    __tablename__ = "gazetteer_link"

    old_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_unit.id"), primary_key=True)
    new_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_unit.id"), primary_key=True, index=True)
    nature: Mapped[str] = mapped_column(Word)
    """merged, split, renamed, type_changed, continued"""
    day: Mapped[date | None]
    """The first day of the new state."""
    source: Mapped[str] = mapped_column(String(120), default="")
    origin: Mapped[str] = mapped_column(Word)
    active: Mapped[bool] = mapped_column(default=True)
    """Switched off by an office that knows better; imports leave it so."""
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime | None]


class GazetteerName(Table):
    """A further name of a locality (:class:`core.rules.gazetteer.Name`); switched off, never deleted."""

    __tablename__ = "gazetteer_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("gazetteer_unit.id"), index=True)
    nature: Mapped[str] = mapped_column(Word)
    """former, village, landmark, institution, byname, abbreviation, foreign, near, excluded"""
    text: Mapped[str] = mapped_column(String(200))
    folded: Mapped[str] = mapped_column(String(200), index=True)
    language: Mapped[str] = mapped_column(String(12), default="")
    type: Mapped[str] = mapped_column(String(40), default="")
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    origin: Mapped[str] = mapped_column(Word)
    shipped_key: Mapped[str] = mapped_column(String(300), default="", index=True)
    """How the shipped list names it, whatever the office has made of it since; "" for the office's own."""
    active: Mapped[bool] = mapped_column(default=True)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
