"""Alerts of sources: opened once when a person is needed, closed once when it works again, one for all when the network is gone.

The scheduler calls :func:`sweep` every minute; silence comes with time alone, without any reading. Nothing leaves here: who is told
by e-mail is the business of :mod:`core.services.staff_notices`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.queries import source_state
from core.records.source import Source, SourceAlert
from core.rules import polling
from core.rules.network_health import Reach, network_down
from core.rules.source_health import SourceHealth, day
from core.services import audit
from core.services.desk import Desk
from core.text.urls import host_of

NETWORK = "network"
#: one that comes back within this is the same trouble: its alert is opened again, and told again only when it lasts as long
SAME_TROUBLE = timedelta(hours=6)
#: while the network is gone, one source is tried this often, whatever its own wait
_PROBE = timedelta(minutes=10)
#: sources that failed with the network are read again within this, not all in the same second
_SPREAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: ids of alerts opened and closed, and how many sources changed their state."""

    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    moved: int = 0


def sweep(desk: Desk) -> Swept:
    """Bring states and alerts up to date with the time. Takes the write lock only when something is to be written."""
    now = desk.clock.now()
    with desk.store.read() as session:
        if not _work(session, None, now):
            return Swept()
    with desk.store.write() as session:
        done = _work(session, desk, now)
        session.flush()
        return Swept(
            tuple(alert.id for alert, new in done if alert is not None and new),
            tuple(alert.id for alert, new in done if alert is not None and not new),
            sum(alert is None for alert, _ in done),
        )


def _work(session: Session, desk: Desk | None, now: datetime) -> list[tuple[SourceAlert | None, bool]]:
    """(alert, opened) of each change, (None, False) of a state that moved; without a desk it only looks."""
    sources = list(session.scalars(select(Source).order_by(Source.id)))
    open_alerts = list(session.scalars(select(SourceAlert).where(SourceAlert.closed_at.is_(None))))
    states = {source.id: source_state.health(source, now) for source in sources}
    changes: list[tuple[SourceAlert | None, bool]] = []
    for source in sources:
        if source.state != states[source.id].state:
            changes.append((None, False))
            if desk is not None:
                source.state = states[source.id].state
    network = next((alert for alert in open_alerts if alert.kind == NETWORK), None)
    since = None if network is None or _reached(sources, network.opened_at) else network.since
    since = since or network_down(
        [
            Reach(host_of(source.url), source.last_run_at, source.last_code if source.failures else "")
            for source in sources
            if source.enabled and source.last_run_at is not None
        ]
    )
    if (since is None) != (network is None):
        changes.append(_network(session, desk, network, since, sources, now))
    elif network is not None and _probe(sources, desk, now):
        changes.append((None, False))
    alerts = {alert.source_id: alert for alert in open_alerts if alert.source_id is not None}
    back_at = _network_back_at(session)
    for source in sources:
        health, alert = states[source.id], alerts.get(source.id)
        excused = (
            source.failures > 0
            and (
                since is not None
                or (back_at is not None and source.last_run_at is not None and source.last_run_at <= back_at)
            )
            and Reach("", now, source.last_code).out_of_reach
        )
        if health.ask and alert is None and not excused:
            changes.append((_open(session, desk, source, health, now), True))
        elif alert is not None and not health.ask and _settled(source, alert):
            changes.append((_close(session, desk, source, alert, now), False))
    return changes


def _open(
    session: Session, desk: Desk | None, source: Source, health: SourceHealth, now: datetime
) -> SourceAlert:
    alert = session.scalar(
        select(SourceAlert)
        .where(SourceAlert.source_id == source.id, SourceAlert.closed_at > now - SAME_TROUBLE)
        .order_by(SourceAlert.id.desc())
        .limit(1)
    )
    if desk is None:
        return alert or SourceAlert()
    if alert is None:
        alert = SourceAlert(
            source_id=source.id, since=health.since or source.created_at, opened_at=now, tell_at=now
        )
        session.add(alert)
    else:
        alert.closed_at, alert.told_opened, alert.told_closed = None, False, False
        alert.tell_at = now + SAME_TROUBLE
    alert.kind, alert.vi, alert.en = health.state, health.vi, health.en
    alert.advice_vi, alert.advice_en = health.advice_vi, health.advice_en
    audit.record(
        session,
        desk,
        None,
        "source.alert",
        "source",
        source.id,
        detail={"kind": alert.kind, "since": alert.since},
    )
    return alert


def _close(
    session: Session, desk: Desk | None, source: Source, alert: SourceAlert, now: datetime
) -> SourceAlert:
    if desk is None:
        return alert
    alert.closed_at = now
    if not source.enabled:
        alert.told_opened = alert.told_closed = True  # a person switched it off, and knows
    audit.record(
        session,
        desk,
        None,
        "source.alert_over",
        "source",
        source.id,
        detail={"kind": alert.kind, "since": alert.since},
    )
    return alert


def _network(
    session: Session,
    desk: Desk | None,
    alert: SourceAlert | None,
    since: datetime | None,
    sources: Sequence[Source],
    now: datetime,
) -> tuple[SourceAlert, bool]:
    if desk is None:
        return alert or SourceAlert(), alert is None
    lost = [source for source in sources if source.enabled and Reach("", now, source.last_code).out_of_reach]
    if alert is not None:
        alert.closed_at = now
        for source in lost:
            wait = _SPREAD * polling.jitter(source.id, source.failures)
            source.next_due_at = min(source.next_due_at or now, now + wait)
        audit.record(session, desk, None, "network.back", "network", alert.id, detail={"since": alert.since})
        return alert, False
    began = since or now
    alert = SourceAlert(
        kind=NETWORK,
        since=began,
        opened_at=now,
        tell_at=now,
        vi=f"Mạng của máy chủ có thể đang bị ngắt: từ {day(began)}, {len(lost)} nguồn liền nhau không kết nối được.",
        en=f"This server's network may be down: since {day(began)}, {len(lost)} sources in a row cannot be reached.",
        advice_vi="Kiểm tra dây mạng, bộ phát và DNS của máy chủ; có mạng lại, máy tự đọc lại mọi nguồn.",
        advice_en="Check the server's cable, router and DNS; when the network is back, all sources are read again by themselves.",
    )
    session.add(alert)
    session.flush()
    audit.record(session, desk, None, "network.down", "network", alert.id, detail={"sources": len(lost)})
    return alert, True


def _reached(sources: Sequence[Source], after: datetime) -> bool:
    """Whether anything was read since."""
    return any(source.last_success_at is not None and source.last_success_at > after for source in sources)


def _probe(sources: Sequence[Source], desk: Desk | None, now: datetime) -> bool:
    """Bring the next try of one source forward, so that the end of a long outage is seen soon. True when that was needed."""
    waiting = [source for source in sources if source.enabled and source.next_due_at is not None]
    first = min(waiting, key=lambda source: (source.next_due_at, source.id), default=None)
    if first is None or first.next_due_at is None or first.next_due_at <= now + _PROBE:
        return False
    if desk is not None:
        first.next_due_at = now + _PROBE
    return True


def _settled(source: Source, alert: SourceAlert) -> bool:
    """Whether the alert can end: a person switched the source off, or it was read well since."""
    if not source.enabled:
        return True
    return not source.failures and source.last_run_at is not None and source.last_run_at > alert.opened_at


def _network_back_at(session: Session) -> datetime | None:
    """When the network came back last: what failed before then says nothing of a source."""
    return session.scalar(
        select(SourceAlert.closed_at)
        .where(SourceAlert.kind == NETWORK, SourceAlert.closed_at.is_not(None))
        .order_by(SourceAlert.closed_at.desc())
        .limit(1)
    )
