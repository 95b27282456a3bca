"""What a person asked the scheduler to fetch, and how it ended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.item import Item
from core.records.source import CrawlRequest
from core.text.urls import canonical_url


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A pasted link. ``state`` is queued, running, done or failed; the sentences say why it failed."""

    id: int
    url: str
    at: datetime
    state: str
    item_id: int | None
    error_vi: str
    error_en: str


@dataclass(frozen=True, slots=True)
class KnownItem:
    """An item that is stored under the address somebody wants to hand in."""

    id: int
    title: str
    first_seen_at: datetime


def known(session: Session, url: str) -> KnownItem | None:
    """The item of an address, tracking parts and spelling aside; None for a new or unusable one."""
    try:
        canonical = canonical_url(url)
    except ValueError:
        return None
    row = session.scalar(
        select(Item).where(
            Item.url_sha256 == hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()
        )
    )
    return None if row is None else KnownItem(row.id, row.title, row.first_seen_at)


def requests(session: Session, account_id: int, limit: int = 10) -> tuple[RequestRow, ...]:
    """The newest links that this person pasted."""
    found = session.scalars(
        select(CrawlRequest)
        .where(CrawlRequest.kind == "link", CrawlRequest.requested_by == account_id)
        .order_by(CrawlRequest.id.desc())
        .limit(limit)
    )
    return tuple(
        RequestRow(
            row.id,
            row.url,
            row.requested_at,
            row.state,
            row.result.get("item_id"),
            str(row.result.get("error_vi", "")),
            str(row.result.get("error_en", "")),
        )
        for row in found
    )
