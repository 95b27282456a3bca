"""What the status screen says of watching: alerts that are open, what works again, the office's own portal as a canary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.queries import source_state
from core.records.item import Item
from core.records.source import Source, SourceAlert, StaffNotice
from core.rules.source_health import span
from core.rules.vocabulary import SourceState

#: how long an alert that ended is still shown
_OVER = timedelta(hours=48)
#: dates that a page or feed states itself; a guessed one measures nothing
_STATED = ("json-ld", "meta", "byline", "feed")
#: posts that the typical figure rests on, and the most that a post may be old when first seen (older: the first reading's backlog)
_POSTS, _BACKLOG = 10, timedelta(days=2)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with what to do; ``source_id`` empty: the server's network."""

    source_id: str
    name: str
    kind: str
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    vi: str
    en: str
    advice_vi: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class PortalRow:
    """The office's own portal: how soon its posts are seen. ``good``: they are still being seen."""

    source_id: str
    name: str
    good: bool
    vi: str
    en: str
    advice_vi: str
    advice_en: str
    latest_minutes: int | None
    typical_minutes: int | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Watching:
    """Everything about watching on the status screen."""

    alerts: tuple[AlertRow, ...]
    over: tuple[AlertRow, ...]
    portals: tuple[PortalRow, ...]
    unsent: int
    """Notices to staff that could not be sent."""


def watching(session: Session, now: datetime) -> Watching:
    """What needs a person, what does not any more, and the portals."""
    rows = session.execute(
        select(SourceAlert, Source)
        .outerjoin(Source, Source.id == SourceAlert.source_id)
        .where(SourceAlert.closed_at.is_(None) | (SourceAlert.closed_at > now - _OVER))
        .order_by(SourceAlert.kind != "network", SourceAlert.opened_at.desc(), SourceAlert.id)
        .limit(200)
    ).all()
    found = [_alert(alert, source, now) for alert, source in rows]
    portals = session.scalars(select(Source).where(Source.own_portal, Source.enabled).order_by(Source.name))
    return Watching(
        tuple(row for row in found if row.closed_at is None),
        tuple(row for row in found if row.closed_at is not None),
        tuple(_portal(session, source, now) for source in portals),
        session.scalar(select(func.count()).select_from(StaffNotice).where(StaffNotice.state == "failed"))
        or 0,
    )


def _alert(alert: SourceAlert, source: Source | None, now: datetime) -> AlertRow:
    """An open alert of a source says how it is now, not how it was when it began."""
    vi, en, advice_vi, advice_en = alert.vi, alert.en, alert.advice_vi, alert.advice_en
    if source is not None and alert.closed_at is None:
        health = source_state.health(source, now)
        if health.ask:
            vi, en, advice_vi, advice_en = health.vi, health.en, health.advice_vi, health.advice_en
    return AlertRow(
        source_id=alert.source_id or "",
        name=source.name if source is not None else "",
        kind=alert.kind,
        since=alert.since,
        opened_at=alert.opened_at,
        closed_at=alert.closed_at,
        vi=vi,
        en=en,
        advice_vi=advice_vi,
        advice_en=advice_en,
    )


def _portal(session: Session, source: Source, now: datetime) -> PortalRow:
    posts = session.execute(
        select(Item.published_at, Item.first_seen_at)
        .where(Item.source_id == source.id, Item.published_at.is_not(None), Item.date_from.in_(_STATED))
        .order_by(Item.id.desc())
        .limit(100)
    )
    lags = []
    for published, seen in posts:
        # A date without a time of day stands at midnight and measures nothing.
        if published is None or published.astimezone(VIETNAM).strftime("%H:%M:%S") == "00:00:00":
            continue
        if timedelta(0) <= seen - published <= _BACKLOG:
            lags.append((seen - published) // timedelta(minutes=1))
    latest = lags[0] if lags else None
    typical = round(median(lags[:_POSTS])) if lags else None
    health = source_state.health(source, now)
    good = health.state in {SourceState.WORKING, SourceState.NEW}
    if not good:
        vi = f"Bài của chính cơ quan đang không được thấy. {health.vi}"
        en = f"The office's own posts are not being seen. {health.en}"
    elif latest is None or typical is None:
        vi = "Chưa có bài nào của chính cơ quan có giờ đăng để đo."
        en = "No post of the office with a time of its own to measure by yet."
    else:
        vi = f"Bài của chính cơ quan được thấy {_minutes(latest)[0]} sau khi đăng (thường là {_minutes(typical)[0]})."
        en = f"The office's own posts are seen {_minutes(latest)[1]} after they are published (usually {_minutes(typical)[1]})."
    return PortalRow(
        source_id=source.id,
        name=source.name,
        good=good,
        vi=vi,
        en=en,
        advice_vi=health.advice_vi,
        advice_en=health.advice_en,
        latest_minutes=latest,
        typical_minutes=typical,
        last_seen_at=source.last_new_item_at,
    )


def _minutes(number: int) -> tuple[str, str]:
    return (f"{number} phút", f"{number} minutes") if number < 120 else span(timedelta(minutes=number))
