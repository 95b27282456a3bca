"""The readings of a source, a page at a time; one reading with what it brought, what was held back and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries.sources import RunRow, run_row
from core.records.account import Account
from core.records.item import Item
from core.records.source import CrawlRun, Quarantine, Source

PAGE = 20
#: items and held-back records shown of one reading; it seldom brings more
SHOWN = 100


@dataclass(frozen=True, slots=True)
class RunList:
    """Readings of a source, newest first. ``more`` when older ones follow."""

    rows: tuple[RunRow, ...]
    page: int
    more: bool


@dataclass(frozen=True, slots=True)
class BroughtItem:
    """An item that was first seen in a reading."""

    id: int
    title: str
    url: str
    published_at: datetime | None
    language: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A record that was refused, with its beginning."""

    at: datetime
    reason_vi: str
    reason_en: str
    beginning: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One reading. ``stopped_by`` is who ended it."""

    run: RunRow
    source_id: str
    source_name: str
    stopped_by: str
    items: tuple[BroughtItem, ...]
    held: tuple[HeldBack, ...]


def run_list(session: Session, source_id: str, page: int) -> RunList:
    """A page of readings; a page beyond the last is empty."""
    page = max(1, page)
    found = list(
        session.scalars(
            select(CrawlRun)
            .where(CrawlRun.source_id == source_id)
            .order_by(CrawlRun.started_at.desc(), CrawlRun.id.desc())
            .offset((page - 1) * PAGE)
            .limit(PAGE + 1)
        )
    )
    return RunList(tuple(run_row(run) for run in found[:PAGE]), page, len(found) > PAGE)


def run_page(session: Session, source_id: str, run_id: int, now: datetime) -> RunPage:
    """One reading. What it brought is what was first seen of its source while it ran. Raises :class:`NotFound`."""
    run = session.get(CrawlRun, run_id)
    source = session.get(Source, source_id)
    if run is None or source is None or run.source_id != source_id:
        raise NotFound("Không có lần đọc này. Xem lại trang nguồn tin.", f"There is no run {run_id}.")
    until = run.finished_at or now
    items = session.execute(
        select(Item.id, Item.title, Item.url, Item.published_at, Item.language)
        .where(Item.source_id == source_id, Item.first_seen_at >= run.started_at, Item.first_seen_at <= until)
        .order_by(Item.id)
        .limit(SHOWN)
    )
    held = session.execute(
        select(Quarantine.at, Quarantine.reason_vi, Quarantine.reason_en, Quarantine.payload)
        .where(Quarantine.source_id == source_id, Quarantine.at >= run.started_at, Quarantine.at <= until)
        .order_by(Quarantine.id)
        .limit(SHOWN)
    )
    person = session.get(Account, run.stop_asked_by) if run.stop_asked_by is not None else None
    return RunPage(
        run=run_row(run),
        source_id=source_id,
        source_name=source.name,
        stopped_by=person.display_name if person is not None else "",
        items=tuple(BroughtItem(*row) for row in items),
        held=tuple(HeldBack(at, vi, en, payload[:300]) for at, vi, en, payload in held),
    )
