"""Sources, their leases and runs, and what the app asks the scheduler for.

A source is leased, not a process (decision 3): whoever holds the lease reads it, writes one run row, and gives it back. Every run
leaves a row that an officer can read, also when the process died.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import ValidationError
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core import faults
from core.errors import Conflict, Invalid, NotFound
from core.messages import CrawlJob, ListingRules, SourceResult
from core.records.item import Item
from core.records.source import CrawlRequest, CrawlRun, KnownEntry, Quarantine, Source
from core.rules.permissions import require
from core.rules.source_health import SourceFacts, SourceHealth, source_health
from core.services import audit, leases
from core.services.desk import Actor, Desk

KINDS = ("feed", "listing", "page")
#: the crawler died this often on one source: it is switched off until a person looks (reliability.md §3 row 31)
MAX_CRASHES = 3
_KNOWN_SENT = 1500
_LONGEST_BACKOFF = timedelta(hours=24)
_MAX_TAKEN = 10
_MAX_TRIES = 3
_INTAKE = ("new", "seen", "edited", "off_topic", "quarantined")


@dataclass(frozen=True, slots=True)
class NewSource:
    """What a form or a catalogue says of a source; :class:`core.records.source.Source` tells the meanings."""

    id: str
    name: str
    kind: str
    url: str
    language: str = ""
    country: str = "VN"
    domestic: bool = True
    social: bool = False
    reach_tier: int = 1
    locality: str | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    interval_minutes: int = 60


@dataclass(frozen=True, slots=True)
class TakenRequest:
    """A wish of the app that this scheduler must fulfil; ``kind`` is source, link or preview."""

    request_id: int
    kind: str
    source_id: str | None
    url: str
    details: Mapping[str, Any]


# --- sources --------------------------------------------------------------------------------------------------------


def add_source(desk: Desk, actor: Actor | None, source: NewSource) -> str:
    """Add a source; it is due at once. Returns its id. ``actor`` None: the command line.

    Raises :class:`Forbidden`, :class:`Invalid` (fields).
    """
    with audit.attempt(desk, actor, "source.add", "source", source.id):
        if actor is not None:
            require(actor, "source.add")
        values = _checked(source)
        with desk.store.write() as session:
            if session.get(Source, source.id) is not None:
                raise Invalid(
                    f"Đã có nguồn mang mã {source.id}. Chọn mã khác, hoặc sửa nguồn đã có.",
                    f"A source {source.id} exists already.",
                    fields={"id": "Mã này đã dùng cho nguồn khác."},
                )
            now = desk.clock.now()
            session.add(
                Source(
                    id=source.id,
                    created_at=now,
                    next_due_at=now,
                    state=_first_state(source.enabled),
                    **values,
                )
            )
            audit.record(
                session,
                desk,
                actor,
                "source.add",
                "source",
                source.id,
                detail={"url": source.url, "kind": source.kind},
            )
    return source.id


def edit_source(desk: Desk, actor: Actor | None, source_id: str, version: int, source: NewSource) -> int:
    """Change a source (its id stays). Returns the new version. A new address forgets ETag, failures and crashes.

    Raises :class:`Forbidden`, :class:`Invalid`, :class:`NotFound`, :class:`Conflict`.
    """
    with audit.attempt(desk, actor, "source.edit", "source", source_id):
        if actor is not None:
            require(actor, "source.edit")
        values = _checked(source)
        with desk.store.write() as session:
            row = _source(session, source_id, version)
            changed = {key: value for key, value in values.items() if getattr(row, key) != value}
            before = {key: getattr(row, key) for key in changed}
            for key, value in changed.items():
                setattr(row, key, value)
            if {"url", "kind", "rules"} & set(changed):
                _forget_answers(row)
                row.next_due_at = desk.clock.now()
            row.state = _health(session, row, desk.clock.now()).state
            if changed:
                row.version += 1
                audit.record(
                    session,
                    desk,
                    actor,
                    "source.edit",
                    "source",
                    source_id,
                    detail={"before": before, "after": changed},
                )
            return row.version


def set_enabled(
    desk: Desk, actor: Actor | None, source_id: str, enabled: bool, *, version: int | None = None
) -> int:
    """Switch a source on or off; on forgets crashes and makes it due at once. Returns the new version.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` (when a version is given).
    """
    with audit.attempt(desk, actor, "source.set_enabled", "source", source_id), desk.store.write() as session:
        if actor is not None:
            require(actor, "source.set_enabled")
        row = _source(session, source_id, version)
        if row.enabled == enabled:
            return row.version
        row.enabled = enabled
        if enabled:
            row.crashes = row.failures = 0
            row.error_vi = row.error_en = ""
            row.next_due_at = desk.clock.now()
        row.state = _health(session, row, desk.clock.now()).state
        row.version += 1
        audit.record(
            session, desk, actor, "source.set_enabled", "source", source_id, detail={"enabled": enabled}
        )
        return row.version


def health(session: Session, source: Source, now: datetime) -> SourceHealth:
    """State and sentence of a source, for screens and digests."""
    return _health(session, source, now)


# --- leases and runs ------------------------------------------------------------------------------------------------


def due(desk: Desk, limit: int) -> list[str]:
    """Ids of enabled sources whose time has come and that nobody is reading, the longest waiting first."""
    now, real = desk.clock.now(), leases.PROCESS_CLOCK.now()
    with desk.store.read() as session:
        return list(
            session.scalars(
                select(Source.id)
                .where(
                    Source.enabled,
                    or_(Source.next_due_at.is_(None), Source.next_due_at <= now),
                    or_(Source.lease_until.is_(None), Source.lease_until <= real),
                )
                .order_by(Source.next_due_at.is_not(None), Source.next_due_at, Source.id)
                .limit(limit)
            )
        )


def lease(desk: Desk, owner: str, source_ids: Iterable[str], minutes: float) -> list[CrawlJob]:
    """Take the lease of those sources that are free and return their jobs. A source somebody else reads is left out.

    Switched-off sources can be leased too (a person asked); ``due`` leaves them out.
    """
    real = leases.PROCESS_CLOCK.now()
    jobs: list[CrawlJob] = []
    with desk.store.write() as session:
        for source_id in dict.fromkeys(source_ids):
            taken = session.execute(
                update(Source)
                .where(Source.id == source_id, or_(Source.lease_until.is_(None), Source.lease_until <= real))
                .values(lease_owner=owner, lease_until=real + timedelta(minutes=minutes))
                .returning(Source.id)
                .execution_options(synchronize_session=False)
            ).first()
            if taken is not None:
                jobs.append(_job(session, session.get_one(Source, source_id)))
    if jobs:
        faults.point("crawl.leased")
    return jobs


def begin_round(desk: Desk, owner: str, jobs: Sequence[CrawlJob]) -> dict[str, int]:
    """Write a run row "running" for each job; returns source id → run id."""
    round_id = f"{uuid4().hex[:12]}:{owner}"[:40]
    now = desk.clock.now()
    with desk.store.write() as session:
        runs = [
            CrawlRun(source_id=job.source_id, round_id=round_id, state="running", started_at=now, counts={})
            for job in jobs
        ]
        session.add_all(runs)
        session.flush()
        return {run.source_id: run.id for run in runs}


def finish(desk: Desk, run_id: int, result: SourceResult, counts: Mapping[str, int] | None = None) -> None:
    """Close a run, move the source on and give its lease back. A run that was closed before is left alone.

    What intake stored is counted in the run row by intake itself, in the transaction that stored it; ``counts`` is used for a run
    whose candidates were taken without its number.
    """
    faults.point("crawl.before_finish")
    now = desk.clock.now()
    with desk.store.write() as session:
        run = session.get(CrawlRun, run_id)
        if run is None or run.state != "running":
            return
        source = session.get_one(Source, run.source_id)
        taken = {
            word: max(int(run.counts.get(word, 0)), int((counts or {}).get(word, 0))) for word in _INTAKE
        }
        taken["seen"] += result.seen
        outcome = result.outcome
        if outcome in {"new", "seen"}:
            outcome = "new" if taken["new"] or taken["edited"] else "seen"
        failed = outcome in {"failed", "refused", "interrupted", "quarantined"}
        run.state = "failed" if failed else "done"
        run.finished_at = now
        run.outcome, run.code = outcome, result.code[:40]
        run.error_vi, run.error_en = result.error_vi, result.error_en
        run.counts = {**taken, "failed": len(result.page_errors), "entries": result.entries}
        run.page_errors = list(result.page_errors[:100])
        source.last_run_at, source.last_outcome = now, outcome
        source.error_vi, source.error_en = result.error_vi, result.error_en
        source.crashes = 0
        interval = timedelta(minutes=max(1, source.interval_minutes))
        if failed:
            source.failures += 1
            source.next_due_at = now + min(_LONGEST_BACKOFF, interval * 2 ** min(source.failures - 1, 10))
        else:
            source.failures = 0
            source.last_success_at = now
            source.next_due_at = now + interval
            # Cut values would never match; better to read the page once more.
            source.etag = result.etag if len(result.etag) <= 500 else ""
            source.last_modified = result.last_modified if len(result.last_modified) <= 100 else ""
            source.body_sha256 = result.body_sha256 if len(result.body_sha256) <= 64 else ""
        if result.retry_after_seconds:
            wait = min(_LONGEST_BACKOFF, timedelta(seconds=result.retry_after_seconds))
            source.next_due_at = max(source.next_due_at, now + wait)
        if taken["new"]:
            source.last_new_item_at = now
        source.state = _health(session, source, now).state
        source.lease_owner, source.lease_until = "", None


def crashed(desk: Desk, source_id: str, run_id: int | None = None) -> None:
    """The crawler died while it read this source alone. After three such times in a row the source is switched off."""
    now = desk.clock.now()
    vi = "Bộ đọc tin dừng đột ngột khi đọc nguồn này."
    en = "The crawler died while reading this source."
    with desk.store.write() as session:
        source = session.get(Source, source_id)
        if source is None:
            raise NotFound("Không có nguồn tin này.", f"No source {source_id}.")
        source.crashes += 1
        source.failures += 1
        quarantined = source.crashes >= MAX_CRASHES
        outcome = "quarantined" if quarantined else "failed"
        for run in session.scalars(
            select(CrawlRun).where(CrawlRun.source_id == source_id, CrawlRun.state == "running")
        ):
            if run_id is None or run.id == run_id:
                run.state, run.finished_at, run.outcome, run.code = "failed", now, outcome, "crawler_died"
                run.error_vi, run.error_en = vi, en
        source.last_run_at, source.last_outcome = now, outcome
        source.error_vi, source.error_en = vi, en
        interval = timedelta(minutes=max(1, source.interval_minutes))
        source.next_due_at = now + min(_LONGEST_BACKOFF, interval * 2 ** min(source.failures - 1, 10))
        source.lease_owner, source.lease_until = "", None
        if quarantined and source.enabled:
            source.enabled = False
            session.add(
                Quarantine(
                    kind="source",
                    source_id=source_id,
                    reason_vi=f"{vi} Đã xảy ra {source.crashes} lần liên tiếp nên nguồn được tạm ngừng.",
                    reason_en=f"{en} It happened {source.crashes} times in a row, so the source was stopped.",
                    payload=source.url,
                    at=now,
                )
            )
            audit.record(
                session,
                desk,
                None,
                "source.quarantine",
                "source",
                source_id,
                detail={"crashes": source.crashes},
            )
        source.state = _health(session, source, now).state


def interrupt_stale(desk: Desk, owner: str = "") -> int:
    """At the start of a scheduler: close the runs of processes that are gone, free their sources, put their requests back.

    A run is stale when the lease of its source ran out, or its owner had the same role as ``owner`` (there is one scheduler, and it
    is this one), or was a process of this machine that no longer exists. Returns how many runs were closed.
    """
    now, real = desk.clock.now(), leases.PROCESS_CLOCK.now()
    closed = 0
    with desk.store.write() as session:
        for source in session.scalars(select(Source).where(Source.lease_owner != "")):
            if source.lease_until is None or source.lease_until <= real or _gone(source.lease_owner, owner):
                source.lease_owner, source.lease_until = "", None
                source.next_due_at = now
        session.flush()
        query = (
            select(CrawlRun, Source)
            .join(Source, Source.id == CrawlRun.source_id)
            .where(CrawlRun.state == "running")
        )
        for run, source in session.execute(query):
            if source.lease_owner:
                continue
            run.state, run.finished_at, run.outcome, run.code = (
                "interrupted",
                now,
                "interrupted",
                "interrupted",
            )
            run.error_vi = (
                "Lần đọc này bị ngắt giữa chừng (chương trình hoặc máy đã dừng). Nguồn sẽ được đọc lại."
            )
            run.error_en = (
                "This run was interrupted (the program or the machine stopped). The source is read again."
            )
            source.last_outcome = "interrupted"
            source.next_due_at = now
            closed += 1
        for request in session.scalars(select(CrawlRequest).where(CrawlRequest.state == "running")):
            if not _gone(str(request.details.get("owner", "")), owner):
                continue
            if int(request.details.get("tries", 1)) >= _MAX_TRIES:
                request.state, request.finished_at = "failed", now
                request.result = {
                    "error_vi": "Đã thử ba lần mà chương trình đều dừng giữa chừng. Hãy kiểm tra địa chỉ.",
                    "error_en": "Tried three times; the program stopped each time. Check the address.",
                }
            else:
                request.state, request.taken_at = "queued", None
    return closed


# --- requests of the app --------------------------------------------------------------------------------------------


def request_crawl(desk: Desk, actor: Actor, source_id: str) -> int:
    """Ask for a source to be read now. A request that waits already is returned again.

    Raises :class:`Forbidden`, :class:`NotFound`.
    """
    with audit.attempt(desk, actor, "source.crawl", "source", source_id), desk.store.write() as session:
        require(actor, "source.crawl")
        _source(session, source_id, None)
        waiting = session.scalar(
            select(CrawlRequest.id).where(CrawlRequest.source_id == source_id, CrawlRequest.state == "queued")
        )
        if waiting is not None:
            return waiting
        request = CrawlRequest(
            kind="source",
            source_id=source_id,
            requested_by=actor.account_id,
            requested_at=desk.clock.now(),
            details={},
        )
        session.add(request)
        session.flush()
        audit.record(
            session, desk, actor, "source.crawl", "source", source_id, detail={"request": request.id}
        )
        return request.id


def take_requests(desk: Desk, owner: str) -> list[TakenRequest]:
    """The waiting requests, oldest first, now marked as this owner's. Cheap when there is none: no write lock is taken."""
    with desk.store.read() as session:
        if session.scalar(select(CrawlRequest.id).where(CrawlRequest.state == "queued").limit(1)) is None:
            return []
    with desk.store.write() as session:
        rows = list(
            session.scalars(
                select(CrawlRequest)
                .where(CrawlRequest.state == "queued")
                .order_by(CrawlRequest.id)
                .limit(_MAX_TAKEN)
            )
        )
        for row in rows:
            row.state, row.taken_at = "running", desk.clock.now()
            row.details = {**row.details, "owner": owner, "tries": int(row.details.get("tries", 0)) + 1}
        return [TakenRequest(row.id, row.kind, row.source_id, row.url, dict(row.details)) for row in rows]


def finish_request(desk: Desk, request_id: int, result: Mapping[str, Any], *, failed: bool = False) -> None:
    """Close a request with what the app shows. A request that was closed before is left alone."""
    with desk.store.write() as session:
        close_request(session, request_id, result, desk.clock.now(), failed=failed)


def close_request(
    session: Session, request_id: int, result: Mapping[str, Any], now: datetime, *, failed: bool = False
) -> None:
    """The same, inside the caller's transaction."""
    session.execute(
        update(CrawlRequest)
        .where(CrawlRequest.id == request_id, CrawlRequest.state.in_(("queued", "running")))
        .values(state="failed" if failed else "done", finished_at=now, result=dict(result))
    )


# --- inside ---------------------------------------------------------------------------------------------------------


def _checked(source: NewSource) -> dict[str, Any]:
    """The columns of a source, or Invalid with every field that is wrong."""
    fields: dict[str, str] = {}
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", source.id):
        fields["id"] = (
            "Mã nguồn dùng chữ thường không dấu, chữ số, dấu chấm hoặc gạch ngang, tối đa 80 ký tự."
        )
    if not source.name.strip() or len(source.name) > 200:
        fields["name"] = "Nhập tên nguồn, tối đa 200 ký tự."
    if source.kind not in KINDS:
        fields["kind"] = "Chọn loại nguồn: feed, listing hoặc page."
    try:
        parts = urlsplit(source.url.strip())
        web = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(source.url) <= 2000
    except ValueError:
        web = False
    if not web:
        fields["url"] = "Nhập địa chỉ bắt đầu bằng http:// hoặc https://, tối đa 2000 ký tự."
    if source.reach_tier not in range(4):
        fields["reach_tier"] = "Tầm lan truyền từ 0 đến 3."
    if not 5 <= source.interval_minutes <= 7 * 24 * 60:
        fields["interval_minutes"] = "Chu kỳ đọc từ 5 phút đến 7 ngày."
    try:
        rules = ListingRules.model_validate(dict(source.rules)).model_dump(exclude_defaults=True)
    except (ValidationError, TypeError, ValueError):
        rules = {}
        fields["rules"] = "Quy tắc đọc trang có trường lạ; dùng link_css, link_pattern, title_css, date_css."
    if len(source.language) > 12 or len(source.country) > 4 or len(source.locality or "") > 12:
        fields["language"] = "Mã ngôn ngữ, quốc gia hoặc địa bàn quá dài."
    if fields:
        raise Invalid(
            "Chưa lưu được nguồn tin: " + " ".join(fields.values()),
            f"The source has faults in: {', '.join(fields)}.",
            fields=fields,
        )
    return {
        "name": source.name.strip(),
        "kind": source.kind,
        "url": source.url.strip(),
        "language": source.language,
        "country": source.country,
        "domestic": source.domestic,
        "social": source.social,
        "reach_tier": source.reach_tier,
        "locality": source.locality or None,
        "rules": rules,
        "enabled": source.enabled,
        "interval_minutes": source.interval_minutes,
    }


def _first_state(enabled: bool) -> str:
    return "new" if enabled else "disabled"


def _source(session: Session, source_id: str, version: int | None) -> Source:
    row = session.get(Source, source_id)
    if row is None:
        raise NotFound("Không có nguồn tin này.", f"No source {source_id}.")
    if version is not None and row.version != version:
        raise Conflict(
            f"Nguồn {row.name} vừa được người khác sửa. Tải lại trang để xem bản mới rồi sửa tiếp.",
            f"Source {source_id} was changed by somebody else.",
        )
    return row


def _forget_answers(row: Source) -> None:
    row.etag = row.last_modified = row.body_sha256 = ""
    row.failures = row.crashes = 0
    row.error_vi = row.error_en = ""


def _health(session: Session, source: Source, now: datetime) -> SourceHealth:
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


def _job(session: Session, source: Source) -> CrawlJob:
    known = session.execute(
        select(KnownEntry.canonical_url, KnownEntry.entry_hash)
        .where(KnownEntry.source_id == source.id)
        .order_by(KnownEntry.seen_at.desc(), KnownEntry.url_sha256)
        .limit(_KNOWN_SENT)
    )
    return CrawlJob.model_validate(
        {
            "source_id": source.id,
            "kind": source.kind,
            "url": source.url,
            "language": source.language,
            "rules": source.rules,
            "etag": source.etag,
            "last_modified": source.last_modified,
            "body_sha256": source.body_sha256,
            "known": {row.canonical_url: row.entry_hash for row in known},
            "social": source.social,
        }
    )


def _gone(holder: str, me: str) -> bool:
    """True when the process that wrote this owner name (role:machine:pid) cannot be running any more."""
    if me and holder != me and holder.partition(":")[0] == me.partition(":")[0]:
        return True
    return not holder or leases.gone(holder)
