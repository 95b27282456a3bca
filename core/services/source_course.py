"""What a reading does to its source: when it is read again, what is remembered of its failures, when it is stopped and comes back.

Inside the transaction that closes the run. Soft failures are tried again quietly; after several hard ones in a row only a daily
probe reads the source, so that it can come back by itself (core.rules.source_failures).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.messages import SourceResult
from core.queries import source_state
from core.records.item import Item
from core.records.source import CrawlRun, Source
from core.rules import polling
from core.rules.source_failures import STOP_AFTER, is_hard
from core.rules.source_health import FRESH
from core.rules.vocabulary import SourceState
from core.services import audit
from core.services.desk import Desk

#: fresh readings that are remembered
_REMEMBERED = 60
#: a server that says "unchanged" to somebody who has nothing yet
_NOTHING_YET_VI = (
    "Máy chủ trả lời “không đổi” (mã 304) dù chưa từng đưa nội dung nào. Mở địa chỉ bằng trình duyệt; "
    "nếu có bài, báo tòa soạn hoặc dùng địa chỉ khác."
)
_NOTHING_YET_EN = (
    'The server answers "unchanged" (304) though it never gave any content. Open the address in a browser; '
    "if it has articles, tell the outlet or use another address."
)


def read_well(
    session: Session, desk: Desk, source: Source, run: CrawlRun, result: SourceResult, now: datetime
) -> None:
    """The source answered. "Unchanged" proves nothing to one that has no earlier content, and never hides a failure."""
    if result.outcome == "unchanged" and (source.failures or source.last_success_at is None):
        _unproven(session, desk, source, now)
        return
    if source.stopped_at is not None:
        audit.record(
            session,
            desk,
            None,
            "source.recover",
            "source",
            source.id,
            detail={"stopped_at": source.stopped_at.isoformat()},
        )
    empties = source.empties + 1 if result.outcome == "empty" else 0
    forget_failures(source)
    source.error_vi, source.error_en, source.last_code = result.error_vi, result.error_en, result.code[:40]
    source.last_success_at = now
    source.empties = empties
    # Cut values would never match; better to read the page once more.
    source.etag = result.etag if len(result.etag) <= 500 else ""
    source.last_modified = result.last_modified if len(result.last_modified) <= 100 else ""
    source.body_sha256 = result.body_sha256 if len(result.body_sha256) <= 64 else ""
    _note_news(session, source, run, now)
    source.next_due_at = now + source_state.poll_interval(source)
    if result.outcome == "unchanged" and source_state.health(source, now).state == SourceState.SILENT:
        forget_answers(source)  # a cache that says 304 for ever is asked for everything


def read_badly(
    session: Session, desk: Desk, source: Source, code: str, vi: str, en: str, now: datetime
) -> None:
    """The source could not be read: count it, wait longer, and stop after :data:`STOP_AFTER` hard failures in a row."""
    source.failures += 1
    source.failing_since = source.failing_since or now
    source.error_vi, source.error_en, source.last_code = vi, en, code[:40]
    if is_hard(code):
        source.hard_failures += 1
    # The next answer must be a whole one: a 304 would say that all is as it was before the failure.
    forget_answers(source)
    if source.hard_failures >= STOP_AFTER and source.enabled and source.stopped_at is None:
        source.stopped_at = now
        audit.record(
            session,
            desk,
            None,
            "source.stop",
            "source",
            source.id,
            detail={"failures": source.failures, "hard": source.hard_failures, "code": code},
        )
    source.next_due_at = now + wait_of(source)


def wait_of(source: Source) -> timedelta:
    """How long a failing source waits."""
    if source.stopped_at is not None:
        return polling.PROBE * polling.jitter(source.id, source.failures)
    return polling.back_off(source.id, source.failures, source_state.poll_interval(source))


def forget_answers(source: Source) -> None:
    """Ask for everything next time."""
    source.etag = source.last_modified = source.body_sha256 = ""


def forget_failures(source: Source) -> None:
    """As if it had never failed."""
    source.failures = source.hard_failures = source.crashes = source.empties = 0
    source.failing_since = source.stopped_at = None
    source.error_vi = source.error_en = source.last_code = ""


def _unproven(session: Session, desk: Desk, source: Source, now: datetime) -> None:
    if source.failures and source.last_code != "http_304":
        forget_answers(source)
        source.next_due_at = now + wait_of(source)
    else:
        read_badly(session, desk, source, "http_304", _NOTHING_YET_VI, _NOTHING_YET_EN, now)


def _note_news(session: Session, source: Source, run: CrawlRun, now: datetime) -> None:
    """Remember when something new came, and whether any of it was of recent date."""
    if run.counts.get("new"):
        source.last_new_item_at = now
        fresh = session.scalar(
            select(Item.id)
            .where(
                Item.source_id == source.id,
                Item.first_seen_at >= run.started_at,
                or_(Item.published_at.is_(None), Item.published_at >= now - FRESH),
            )
            .limit(1)
        )
        if fresh is None and not run.counts.get("off_topic"):
            return
    elif not run.counts.get(
        "off_topic"
    ):  # posts about other places are not stored, but they show that the page lives
        return
    source.last_fresh_at = now
    source.arrivals = [*(source.arrivals or ()), now.astimezone(UTC).isoformat()][-_REMEMBERED:]
