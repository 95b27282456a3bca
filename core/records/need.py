"""The need of response: weights that decisions proposed, and the weekly blind sample of stories that were ranked low."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class NeedWeightsRow(Table):
    """Weights that a refit proposed, with the trial that speaks for them. In force: the row applied last and not undone."""

    __tablename__ = "need_weights"

    id: Mapped[int] = mapped_column(primary_key=True)
    weights: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The weights in force when these were fitted."""
    trial: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """trained, trained_needed, held_out, held_out_needed, before, after (average precision), sure"""
    proposed_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class BlindSample(Table):
    """A story drawn for the week's blind sample of an office: it was untouched and stood below the day's list."""

    __tablename__ = "blind_sample"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    """The week in which it is shown, "2026-W48"."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    need: Mapped[float]
    """Its score when it was drawn; never shown with it."""
    pool: Mapped[int]
    """How many stories the draw was made among."""
    drawn_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Word, default="", server_default=text("''"))
    """no_need: a person said that nothing need be done; empty otherwise, the story's tag then answers"""
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
