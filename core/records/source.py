"""Sources, their runs, requests from the app, and what was refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Source(Table):
    """Something that is read on schedule. The database is the truth (decision 7); the YAML catalogue only starts it."""

    __tablename__ = "source"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(Word)
    url: Mapped[str] = mapped_column(String(2000))
    language: Mapped[str] = mapped_column(String(12), default="")
    country: Mapped[str] = mapped_column(String(4), default="VN")
    domestic: Mapped[bool] = mapped_column(default=True)
    social: Mapped[bool] = mapped_column(default=False)
    reach_tier: Mapped[int] = mapped_column(default=1)
    """0 a page few read, 1 local, 2 provincial or big page, 3 national or foreign press."""
    locality: Mapped[str | None] = mapped_column(String(12))
    """The unit whose own area this source covers, for the place match."""
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    enabled: Mapped[bool] = mapped_column(default=True)
    interval_minutes: Mapped[int] = mapped_column(default=60)
    interval_fixed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Staff chose the interval; otherwise it is learned from how often the source publishes, within the two bounds."""
    poll_least_minutes: Mapped[int] = mapped_column(default=15, server_default="15")
    poll_most_minutes: Mapped[int] = mapped_column(default=360, server_default="360")
    expected_hours: Mapped[int | None]
    """Staff's word on how long this source may go without a new item; None: learned."""
    own_portal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The office's own portal: its posts are the canary, since we know that they exist."""
    state: Mapped[str] = mapped_column(Word, default="new")
    etag: Mapped[str] = mapped_column(String(500), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    body_sha256: Mapped[str] = mapped_column(String(64), default="")
    next_due_at: Mapped[datetime | None] = mapped_column(index=True)
    last_run_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_new_item_at: Mapped[datetime | None]
    last_fresh_at: Mapped[datetime | None]
    """When something new and of recent date last came; a source that gives only old dates stands still here."""
    arrivals: Mapped[list[str] | None]
    """When readings found something fresh (ISO 8601, UTC), the latest sixty: what the usual gap is learned from."""
    last_outcome: Mapped[str] = mapped_column(Word, default="")
    last_code: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)
    """Failed readings in a row, both kinds; ``hard_failures`` are those that a person must mend (core.rules.source_failures)."""
    hard_failures: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[datetime | None]
    empties: Mapped[int] = mapped_column(default=0, server_default="0")
    """Readings in a row that found no entry at all."""
    stopped_at: Mapped[datetime | None]
    """Disabled after many hard failures in a row; a daily probe still tries it."""
    off_since: Mapped[datetime | None]
    """When a person, or the quarantine, switched it off."""
    crashes: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    catalogue_id: Mapped[str | None] = mapped_column(String(80))
    """The shipped entry that it was taken from."""
    catalogue_values: Mapped[dict[str, Any] | None]
    """What that entry said when it was taken over, or when a person last left its change."""


class SourceAlert(Table):
    """Something staff must know of a source, or of the machine's network (``source_id`` None): opened once, closed once."""

    __tablename__ = "source_alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    """failing, silent, empty, disabled, network"""
    source_id: Mapped[str | None] = mapped_column(ForeignKey("source.id"), index=True)
    since: Mapped[datetime]
    """From when nothing was watched: the last good reading or the last fresh item."""
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    vi: Mapped[str] = mapped_column(Text)
    en: Mapped[str] = mapped_column(Text)
    advice_vi: Mapped[str] = mapped_column(Text, default="")
    advice_en: Mapped[str] = mapped_column(Text, default="")
    tell_at: Mapped[datetime]
    """Staff are written to from then on: at once, or later when it is an old trouble that came back."""
    told_opened: Mapped[bool] = mapped_column(default=False)
    told_closed: Mapped[bool] = mapped_column(default=False)


class StaffNotice(Table):
    """An e-mail to one of our own staff about alerts; internal, never a document (decision 14)."""

    __tablename__ = "staff_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    recipient: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(Word, default="queued", index=True)
    """queued, sending, sent, failed"""
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    detail: Mapped[str] = mapped_column(Text, default="")


class KnownEntry(Table):
    """An entry of a source seen before: unchanged entries are not fetched again."""

    __tablename__ = "known_entry"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"), primary_key=True)
    url_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    canonical_url: Mapped[str] = mapped_column(String(2000))
    entry_hash: Mapped[str] = mapped_column(String(64), default="")
    seen_at: Mapped[datetime]


class CrawlRun(Table):
    """One reading of one source, written whatever happened, readable by an officer."""

    __tablename__ = "crawl_run"
    __table_args__ = (Index("ix_crawl_run_source_started", "source_id", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    round_id: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(Word)
    """running, done, failed, interrupted"""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Word, default="")
    code: Mapped[str] = mapped_column(String(40), default="")
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """new, seen, edited, off_topic, quarantined, failed, entries"""
    page_errors: Mapped[list[Any]] = mapped_column(default=list)
    stop_asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who asked for this reading to end; whoever reads looks for it every second."""


class CrawlRequest(Table):
    """A wish of the app, taken by the scheduler within a second (decision 3): read a source, or fetch one address."""

    __tablename__ = "crawl_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    """source, link, preview"""
    source_id: Mapped[str | None] = mapped_column(ForeignKey("source.id"))
    url: Mapped[str] = mapped_column(String(2000), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Word, default="queued", index=True)
    """queued, running, done, failed"""
    taken_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Quarantine(Table):
    """Something from outside that was refused, with its reason; visible in the app."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Word)
    """record, source, document"""
    source_id: Mapped[str | None] = mapped_column(ForeignKey("source.id"))
    reason_vi: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class JobRun(Table):
    """A slot of a scheduled job that was taken: unique, so that two schedulers cannot do it twice."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")


class Lease(Table):
    """A named lock with an end, taken by conditional update: one scheduler, one feeder, one dispatcher."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80), default="")
    until: Mapped[datetime | None]
