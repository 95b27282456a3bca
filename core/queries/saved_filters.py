"""The filters that an office keeps, in the order they were saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.saved_filter import SavedFilter


@dataclass(frozen=True, slots=True)
class Saved:
    """A line of the rail: ``query`` is the address after the question mark."""

    id: int
    name: str
    query: str
    alert: bool = False
    told_at: datetime | None = None
    told_items: int = 0


def told_since(session: Session, unit_id: int, since: datetime) -> tuple[Saved, ...]:
    """The office's filters that had new items since then, the latest first: what *Việc hôm nay* shows of the alerts."""
    told = [
        line for line in of_unit(session, unit_id) if line.alert and line.told_at and line.told_at >= since
    ]
    return tuple(sorted(told, key=lambda line: (line.told_at or since, line.id), reverse=True))


def of_unit(session: Session, unit_id: int) -> tuple[Saved, ...]:
    """The filters of an office."""
    found = session.execute(
        select(
            SavedFilter.id,
            SavedFilter.name,
            SavedFilter.query,
            SavedFilter.alert,
            SavedFilter.told_at,
            SavedFilter.told_items,
        )
        .where(SavedFilter.unit_id == unit_id)
        .order_by(SavedFilter.id)
    )
    return tuple(Saved(*row) for row in found)
