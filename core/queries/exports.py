"""What the command line prints: sources, stored items, accounts, counts. Frozen rows, oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.errors import NotFound
from core.queries import source_state
from core.queries.locality import watched_codes
from core.records.account import Account, AccountRole
from core.records.document import DigestRecord
from core.records.item import Capture, Item
from core.records.source import CrawlRun, Source
from core.records.unit import Unit
from core.services.desk import Desk

PAGE = 500


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as ``lamro sources --json`` gives it; ``outcome`` is the one word of the last run.

    ``sentence`` and ``advice`` are what an officer sees: how it is, and what to do.
    """

    id: str
    name: str
    url: str
    kind: str
    state: str
    enabled: bool
    outcome: str
    counts: dict[str, Any]
    error: str
    last_run: datetime | None
    last_success: datetime | None
    last_new_item: datetime | None
    sentence: str
    advice: str


def sources(desk: Desk) -> list[SourceRow]:
    """All sources by id, each with its last finished run."""
    now = desk.clock.now()
    with desk.store.read() as session:
        last = (
            select(CrawlRun.source_id, func.max(CrawlRun.id).label("run"))
            .where(CrawlRun.finished_at.is_not(None))
            .group_by(CrawlRun.source_id)
        )
        runs = {row.source_id: row.run for row in session.execute(last)}
        counts = {
            run.source_id: run.counts
            for run in session.scalars(select(CrawlRun).where(CrawlRun.id.in_(list(runs.values()))))
        }
        return [
            SourceRow(
                id=source.id,
                name=source.name,
                url=source.url,
                kind=source.kind,
                state=health.state,
                enabled=source.enabled,
                outcome=source.last_outcome,
                counts=dict(counts.get(source.id, {})),
                error=source.error_vi,
                last_run=source.last_run_at,
                last_success=source.last_success_at,
                last_new_item=source.last_new_item_at,
                sentence=health.vi,
                advice=health.advice_vi,
            )
            for source in session.scalars(select(Source).order_by(Source.id))
            for health in [source_state.health(source, now)]
        ]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A stored item as ``lamro items --json`` gives it."""

    id: int
    source: str | None
    url: str
    host: str
    title: str
    text: str
    published_at: datetime | None
    date_from: str
    first_seen_at: datetime
    language: str
    band: str
    story: int | None
    copy_of: int | None
    captures: list[dict[str, Any]]


def items(
    desk: Desk, *, source: str = "", since: datetime | None = None, limit: int = 100_000
) -> Iterator[ItemRow]:
    """Stored items in arrival order; ``since`` compares with first seen. Reads a page at a time."""
    after = 0
    left = limit
    while left > 0:
        with desk.store.read() as session:
            query = select(Item).where(Item.id > after).order_by(Item.id).limit(min(PAGE, left))
            if source:
                query = query.where(Item.source_id == source)
            if since is not None:
                query = query.where(Item.first_seen_at >= since)
            page = list(session.scalars(query))
            captures: dict[int, list[dict[str, Any]]] = defaultdict(list)
            for capture in session.scalars(
                select(Capture).where(Capture.item_id.in_([item.id for item in page]))
            ):
                if capture.item_id is not None:
                    captures[capture.item_id].append(
                        {
                            "path": capture.path,
                            "sha256": capture.sha256,
                            "url": capture.url,
                            "fetched_at": capture.fetched_at,
                        }
                    )
        if not page:
            return
        for item in page:
            yield ItemRow(
                id=item.id,
                source=item.source_id,
                url=item.url,
                host=item.host,
                title=item.title,
                text=item.text,
                published_at=item.published_at,
                date_from=item.date_from,
                first_seen_at=item.first_seen_at,
                language=item.language,
                band=item.band,
                story=item.story_id,
                copy_of=item.copy_of_id,
                captures=captures[item.id],
            )
        after = page[-1].id
        left -= len(page)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as ``lamro users --json`` gives it; never a password hash."""

    id: int
    username: str
    name: str
    position: str
    unit: str
    locality: str
    roles: list[str]
    active: bool
    all_offices: bool
    """An administrator of every office of the installation."""


def accounts(desk: Desk) -> list[AccountRow]:
    """All accounts by name."""
    with desk.store.read() as session:
        roles: dict[int, list[str]] = defaultdict(list)
        for role in session.scalars(select(AccountRole).order_by(AccountRole.role)):
            roles[role.account_id].append(role.role)
        rows = session.execute(
            select(Account, Unit).join(Unit, Unit.id == Account.unit_id).order_by(Account.username)
        )
        return [
            AccountRow(
                id=account.id,
                username=account.username,
                name=account.display_name,
                position=account.position,
                unit=unit.short_name,
                locality=unit.locality,
                roles=roles[account.id],
                active=account.active,
                all_offices=account.all_offices,
            )
            for account, unit in rows
        ]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """An office of this installation."""

    id: int
    locality: str
    level: str
    name: str
    short_name: str


def units(desk: Desk) -> list[UnitRow]:
    """All offices by id."""
    with desk.store.read() as session:
        return [
            UnitRow(
                id=unit.id,
                locality=unit.locality,
                level=unit.level,
                name=unit.name,
                short_name=unit.short_name,
            )
            for unit in session.scalars(select(Unit).order_by(Unit.id))
        ]


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A frozen digest as it was laid out."""

    week: str
    html: str
    docx: bytes


def digest_file(desk: Desk, digest_id: int) -> DigestFile:
    """The files of a digest. Raises :class:`NotFound`."""
    with desk.store.read() as session:
        record = session.get(DigestRecord, digest_id)
        if record is None:
            raise NotFound(f"Không có bản tin số {digest_id}.", f"No digest {digest_id}.")
        return DigestFile(week=record.week, html=record.html, docx=record.docx)


def watched(desk: Desk, unit_id: int) -> list[str]:
    """Codes of the localities that an office watches now."""
    with desk.store.read() as session:
        return list(watched_codes(session, [unit_id]))
