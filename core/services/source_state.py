"""The state of a source from what the store knows of it: the facts for :mod:`core.rules.source_health`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.item import Item
from core.records.source import Source
from core.rules.source_health import SourceFacts, SourceHealth, source_health


def health(session: Session, source: Source, now: datetime) -> SourceHealth:
    """State and sentence of a source, for screens and digests."""
    arrivals = session.scalars(
        select(Item.first_seen_at).where(Item.source_id == source.id).order_by(Item.id.desc()).limit(20)
    ).all()
    return source_health(
        SourceFacts(
            enabled=source.enabled,
            crashes=source.crashes,
            failures=source.failures,
            last_outcome=source.last_outcome,
            last_run_at=source.last_run_at,
            last_success_at=source.last_success_at,
            last_new_item_at=source.last_new_item_at,
            created_at=source.created_at,
            error_vi=source.error_vi,
            error_en=source.error_en,
            arrivals=arrivals,
        ),
        now,
    )
