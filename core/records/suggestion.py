"""What the machine suggests and people answered: which judged claims an item is like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class ClaimSuggestion(Table):
    """An item that is like a judged claim. A suggestion with its reasons; it never changes a tag, a verdict or a state (G5)."""

    __tablename__ = "claim_suggestion"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True, index=True)
    score: Mapped[float]
    """0-1"""
    stance: Mapped[str] = mapped_column(Word)
    """repeats, denies"""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """span (code points of title + newline + text) and shared and differing names and figures"""
    found_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Word, default="")
    """right (it says the claim again), denial (it denies or corrects it) or wrong, as a person said; empty while nobody has answered"""
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """None beside an answer: taken over from the answer that the same story got before"""
    answered_at: Mapped[datetime | None]
    answered_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The office that answered: it alone takes the answer back"""
    joined_incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    """The incident that the story was put into by the answer; None when it stayed where it was"""
