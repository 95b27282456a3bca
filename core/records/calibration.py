"""Twenty hits of a locality that a person judged: how sure the match is here, measured by the office itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Calibration(Table):
    """One run: the hits are drawn when it begins and do not change; a later run is compared with it."""

    __tablename__ = "calibration"
    __table_args__ = (Index("ix_calibration_locality_unit_id", "locality", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    locality: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    stock: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How many hits each band held when the run was drawn: what a judged hit stands for."""


class CalibrationHit(Table):
    """One of the twenty: what was shown, what the match said of it, what the person said."""

    __tablename__ = "calibration_hit"

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[int | None]
    """None for a sample sentence of our own."""
    text: Mapped[str] = mapped_column(Text, default="")
    """The sample sentence; a stored item is read where it lies."""
    band: Mapped[str] = mapped_column(Word)
    ours: Mapped[bool | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
