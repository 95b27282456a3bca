"""What an office did not watch in a week: sources that failed, fell silent or were never read, each with its sentence and from–until."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.queries import source_state
from core.records.source import CrawlRun, Source, SourceAlert
from core.rules.blind_spots import Period, Reading, failing_periods, unread_periods
from core.rules.vocabulary import SourceState

#: a source that failed at least this share of its readings is named, however short each time was
_SHARE = 0.5
#: shorter than this, the next good reading still found what had come
_WORTH = timedelta(hours=6)
#: no reading of any source for longer than this: our own machine stood still (a night, with the machine off, is usual)
_MACHINE = timedelta(hours=26)
_NAMED = 3
MACHINE = "Máy chủ Làm Rõ"
NETWORK = "Mạng của máy chủ"


def not_watched(
    session: Session, start: datetime, end: datetime, now: datetime
) -> tuple[dict[str, Any], ...]:
    """Rows of ``name``, ``sentence`` and ``periods`` (ISO moments) between ``start`` and ``end``; a silence is told as of ``now``."""
    end = min(end, now) if now > start else end
    runs: dict[str, list[CrawlRun]] = defaultdict(list)
    for run in session.scalars(
        select(CrawlRun).where(CrawlRun.started_at >= start, CrawlRun.started_at < end).order_by(CrawlRun.id)
    ):
        runs[run.source_id].append(run)
    silences: dict[str, SourceAlert] = {}
    found = _machine(session, [run for many in runs.values() for run in many], start, end)
    for alert in session.scalars(
        select(SourceAlert)
        .where(SourceAlert.since < end, (SourceAlert.closed_at.is_(None)) | (SourceAlert.closed_at > start))
        .order_by(SourceAlert.id)
    ):
        if alert.source_id is None:
            period = Period(max(alert.since, start), min(alert.closed_at or end, end))
            found.append(_row(NETWORK, "", f"Bị ngắt {words([period])}.", [period]))
        elif alert.kind == SourceState.SILENT:
            silences[alert.source_id] = alert
    for source in session.scalars(select(Source).order_by(Source.name, Source.id)):
        sentence, periods = _source(source, runs.get(source.id, []), silences.get(source.id), start, end, now)
        if sentence:
            found.append(_row(source.name, source.id, sentence, periods))
    return tuple(found)


def words(periods: Sequence[Period]) -> str:
    """Periods for a sentence: "từ 14:20 18/11 đến 09:05 20/11"."""
    named = "; ".join(f"từ {_moment(period.begun)} đến {_moment(period.over)}" for period in periods[:_NAMED])
    return named if len(periods) <= _NAMED else f"{named} và {len(periods) - _NAMED} lần khác"


def _machine(
    session: Session, runs: Sequence[CrawlRun], start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """The times when nothing was read at all, once anything was there to read."""
    first = session.scalar(select(Source.created_at).order_by(Source.created_at).limit(1))
    if first is None or first >= end:
        return []
    periods = unread_periods([run.started_at for run in runs], max(start, first), end, _MACHINE)
    if not periods or not runs:  # each source says "not once" then
        return []
    return [_row(MACHINE, "", f"Không đọc nguồn nào {words(periods)}.", periods)]


def _source(
    source: Source,
    runs: Sequence[CrawlRun],
    silence: SourceAlert | None,
    start: datetime,
    end: datetime,
    now: datetime,
) -> tuple[str, list[Period]]:
    week = Period(max(start, source.created_at), end)
    if not source.enabled and (not runs or (source.off_since is not None and source.off_since < end)):
        # switched off before or in the week; without a date, one that was read all along is not named
        off = Period(max(start, source.off_since or start), end)
        return ("Đã tắt, không được đọc trong tuần" if not runs else "Đã tắt") + f": {words([off])}.", [off]
    if not runs:
        return (
            (f"Không được đọc lần nào trong tuần: {words([week])}.", [week])
            if source.created_at < start
            else ("", [])
        )
    readings = [Reading(run.started_at, run.state not in {"failed", "interrupted"}) for run in runs]
    failed = [run for run in runs if run.state in {"failed", "interrupted"}]
    periods = failing_periods(readings, end)
    long = [period for period in periods if period.length >= _WORTH]
    if len(failed) >= _SHARE * len(runs) or long:
        reason = next((run.error_vi for run in reversed(failed) if run.error_vi), "không rõ lý do.")
        return (
            f"Không đọc được {words(long or periods)} (hỏng {len(failed)} trên {len(runs)} lần đọc). Lần cuối: {reason}",
            long or periods,
        )
    state = source_state.health(source, now).state
    if silence is not None or state == SourceState.SILENT:
        last = silence.since if silence is not None else source.last_new_item_at or source.created_at
        over = silence.closed_at if silence is not None else None
        if last < end:
            period = Period(last, min(over or end, end))
            return (
                f"Đọc được nhưng im lặng bất thường: không có tin mới {words([period])} ({period.length.days} ngày).",
                [period],
            )
    if state == SourceState.EMPTY:
        return f"Đọc được nhưng không có bài nào, {words([week])}.", [week]
    return "", []


def _row(name: str, source_id: str, sentence: str, periods: Sequence[Period]) -> dict[str, Any]:
    return {
        "name": name,
        "sentence": sentence,
        "source_id": source_id,
        "periods": [[period.begun.isoformat(), period.over.isoformat()] for period in periods],
    }


def _moment(at: datetime) -> str:
    here = at.astimezone(VIETNAM)
    return f"{here:%H:%M} {here.day}/{here.month}"
