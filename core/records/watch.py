"""Pages of flagged items that are visited again: where each stands, and what every visit saw."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Watch(Table):
    """The page of one flagged item (``core.rules.revisiting`` holds the plan of visits)."""

    __tablename__ = "watch"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    flagged_at: Mapped[datetime]
    """When the plan began: the item was flagged, or arrived in a flagged story."""
    step: Mapped[int] = mapped_column(default=0)
    """Visits of the plan that were made."""
    tries: Mapped[int] = mapped_column(default=0)
    """Visits of this step that could not look (server down, time-out)."""
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """When to look again; None when the plan is done or the item is no longer flagged."""
    state: Mapped[str] = mapped_column(Word, default="new")
    """new, here, gone, moved, unclear: what the last visit that could look saw."""
    since: Mapped[datetime | None]
    """Since when the state holds: the moment of the visit that saw it first."""
    page_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Hash of the words last read on the page; empty before the first visit."""
    ended: Mapped[str] = mapped_column(Word, default="")
    """plan, unflagged, robots; empty while visits are to come."""


class Visit(Table):
    """One visit of a watched page. Facts only: nothing is concluded from them by the machine."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Word)
    """first, same, edited, gone, back, moved, unclear, failed"""
    code: Mapped[str] = mapped_column(String(40), default="")
    """Why it is gone or could not be read: http_404, http_410, login_redirect, home_redirect, timeout …"""
    status: Mapped[int] = mapped_column(default=0)
    final_url: Mapped[str] = mapped_column(String(2000), default="")
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    version: Mapped[int | None]
    """Number of the item version that this visit brought."""
