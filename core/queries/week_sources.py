"""What an office did not watch in a week: sources that failed, fell silent or were never read, each with its sentence."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.records.source import CrawlRun, Source
from core.rules.vocabulary import SourceState

#: a source that failed at least this share of its readings is named
_SHARE = 0.5


def not_watched(
    session: Session, start: datetime, end: datetime, now: datetime
) -> tuple[dict[str, Any], ...]:
    """Rows of ``name`` and ``sentence`` for readings between ``start`` and ``end``; a silence is told as of ``now``."""
    runs: dict[str, list[CrawlRun]] = defaultdict(list)
    for run in session.scalars(
        select(CrawlRun).where(CrawlRun.started_at >= start, CrawlRun.started_at < end).order_by(CrawlRun.id)
    ):
        runs[run.source_id].append(run)
    found = []
    for source in session.scalars(select(Source).order_by(Source.name, Source.id)):
        sentence = _sentence(source, runs.get(source.id, []), start, end, now)
        if sentence:
            found.append({"name": source.name, "sentence": sentence, "source_id": source.id})
    return tuple(found)


def _sentence(source: Source, runs: list[CrawlRun], start: datetime, end: datetime, now: datetime) -> str:
    if not source.enabled:
        # switched off before or in the week, unless it was read all along
        return "" if runs else "Đã tắt, không được đọc trong tuần."
    if not runs:
        return "Không được đọc lần nào trong tuần." if source.created_at < start else ""
    failed = [run for run in runs if run.state in {"failed", "interrupted"}]
    if len(failed) >= _SHARE * len(runs):
        reason = next((run.error_vi for run in reversed(failed) if run.error_vi), "không rõ lý do.")
        return f"Hỏng {len(failed)} trên {len(runs)} lần đọc. Lần cuối: {reason}"
    last = source.last_new_item_at
    if source.state == SourceState.SILENT and (last is None or last < end):
        since = "" if last is None else f" từ {last.astimezone(VIETNAM):%d/%m/%Y}"
        days = "" if last is None else f" ({(min(now, end) - last).days} ngày tính đến hết tuần)"
        return f"Đọc được nhưng im lặng bất thường: không có tin mới{since}{days}."
    if source.state == SourceState.EMPTY:
        return "Đọc được nhưng không có bài nào."
    return ""
