"""The state of a source from what the store knows of it: the facts for :mod:`core.rules.source_health`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from core.records.source import Source
from core.rules import polling
from core.rules.source_health import LEAST_SILENCE, SourceFacts, SourceHealth, silent_after, source_health
from core.rules.vocabulary import SourceState


def arrivals(source: Source) -> list[datetime]:
    """When readings found something fresh."""
    return [datetime.fromisoformat(moment) for moment in source.arrivals or ()]


def expected(source: Source) -> timedelta | None:
    """Staff's word on how long the source may be without a new item."""
    return None if source.expected_hours is None else timedelta(hours=source.expected_hours)


def silence(source: Source) -> timedelta:
    """How long without a new item counts as silence: staff's word, or learned."""
    return silent_after(arrivals(source), expected(source))


def poll_interval(source: Source) -> timedelta:
    """How long after a good reading it is read again: what staff chose, or what was learned."""
    return polling.interval(
        arrivals(source),
        timedelta(minutes=source.interval_minutes),
        fixed=source.interval_fixed,
        least=timedelta(minutes=source.poll_least_minutes),
        most=timedelta(minutes=source.poll_most_minutes),
    )


def facts(source: Source) -> SourceFacts:
    """The facts of a row."""
    return SourceFacts(
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
        arrivals=arrivals(source),
        hard_failures=source.hard_failures,
        code=source.last_code,
        failing_since=source.failing_since,
        stopped=source.stopped_at is not None,
        empties=source.empties,
        last_fresh_at=source.last_fresh_at,
        expected=expected(source),
        own_portal=source.own_portal,
        next_due_at=source.next_due_at,
    )


def health(source: Source, now: datetime) -> SourceHealth:
    """State and sentences of a source, for screens, alerts and digests."""
    return source_health(facts(source), now)


def troubled(session: Session, now: datetime) -> list[tuple[Source, SourceHealth]]:
    """Sources that are not plainly working now, the office's portal first, each with its state as of ``now``.

    ``Source.state`` says what was so at the last look; silence comes with time alone, so that the state is always computed. Rows
    that can only be working are left out by the database.
    """
    last = func.coalesce(Source.last_fresh_at, Source.last_new_item_at, Source.created_at)
    found = session.scalars(
        select(Source)
        .where(
            or_(
                Source.crashes > 0,
                Source.enabled.is_(True)
                & or_(
                    Source.failures > 0,
                    Source.stopped_at.is_not(None),
                    Source.last_outcome == "empty",
                    Source.expected_hours.is_not(None),
                    last < now - LEAST_SILENCE,
                ),
            )
        )
        .order_by(Source.own_portal.desc(), Source.reach_tier.desc(), Source.id)
    )
    return [
        (source, state)
        for source in found
        for state in [health(source, now)]
        if state.state not in {SourceState.NEW, SourceState.WORKING} or state.retrying
    ]
