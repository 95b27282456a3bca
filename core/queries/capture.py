"""Captures for lists and for playing back: what the row says, what the file says, and whether the two agree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Damaged, NotFound
from core.ports import CaptureStore, KeptPage
from core.records.item import Capture, Item

#: intact: every hash agrees · changed: the file is not what was written · missing: no file · purged: removed on purpose
State = Literal["intact", "changed", "missing", "purged"]


@dataclass(frozen=True, slots=True)
class CaptureLine:
    """A kept page or upload with all that was noted of its fetch. Times are UTC, ``clock_offset`` in seconds (ours minus theirs)."""

    id: int
    item_id: int | None
    item_title: str
    kind: str
    path: str
    url: str
    url_chain: tuple[str, ...]
    status: int
    peer: str
    sha256: str
    file_sha256: str
    body_bytes: int
    content_type: str
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...]
    tls_sha256: str
    clock_offset: int | None
    purged_at: datetime | None
    purge_reason: str


@dataclass(frozen=True, slots=True)
class Played:
    """A capture read back. ``page`` is None for an upload and whenever the file could not be read; ``data`` is the body."""

    line: CaptureLine
    state: State
    found_sha256: str
    page: KeptPage | None
    data: bytes


def lines(session: Session, item_id: int | None = None, limit: int = 100) -> tuple[CaptureLine, ...]:
    """The newest captures, or those of one item in the order they were made."""
    query = select(Capture, Item.title).outerjoin(Item, Item.id == Capture.item_id)
    if item_id is None:
        query = query.order_by(Capture.id.desc())
    else:
        query = query.where(Capture.item_id == item_id).order_by(Capture.id)
    return tuple(_line(capture, title) for capture, title in session.execute(query.limit(limit)))


def line(session: Session, capture_id: int) -> CaptureLine:
    """One capture. Raises :class:`NotFound`."""
    row = session.execute(
        select(Capture, Item.title)
        .outerjoin(Item, Item.id == Capture.item_id)
        .where(Capture.id == capture_id)
    ).first()
    if row is None:
        raise NotFound(
            f"Không có bản chụp số {capture_id}. Xem danh sách: lamro capture list",
            f"No capture {capture_id}.",
        )
    return _line(row[0], row[1])


def play(store: CaptureStore, row: CaptureLine) -> Played:
    """Read the file and compare it with the row before anybody looks at it. Never raises for a bad file: the state says it."""
    if row.purged_at is not None:
        return Played(row, "purged", "", None, b"")
    target = store.path(row.path)
    if not row.path or not target.is_file():
        return Played(row, "missing", "", None, b"")
    file_hash = _file_sha256(store, row.path)
    if row.kind != "warc":
        data = target.read_bytes()
        return Played(row, "intact" if file_hash == row.sha256 else "changed", file_hash, None, data)
    try:
        page = store.page(row.path)
    except (Damaged, NotFound):
        return Played(row, "changed", file_hash, None, b"")
    body_hash = hashlib.sha256(page.body).hexdigest()
    same = body_hash == row.sha256 and row.file_sha256 in {"", file_hash}
    return Played(row, "intact" if same else "changed", body_hash, page, page.body)


def _file_sha256(store: CaptureStore, relative: str) -> str:
    digest = hashlib.sha256()
    with store.path(relative).open("rb") as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _line(capture: Capture, title: str | None) -> CaptureLine:
    return CaptureLine(
        id=capture.id,
        item_id=capture.item_id,
        item_title=title or "",
        kind=capture.kind,
        path=capture.path,
        url=capture.url,
        url_chain=tuple(capture.url_chain),
        status=capture.status,
        peer=capture.peer,
        sha256=capture.sha256,
        file_sha256=capture.file_sha256,
        body_bytes=capture.body_bytes,
        content_type=capture.content_type,
        fetched_at=capture.fetched_at,
        headers=tuple((str(name), str(value)) for name, value in capture.headers or ()),
        tls_sha256=capture.tls_sha256,
        clock_offset=capture.clock_offset,
        purged_at=capture.purged_at,
        purge_reason=capture.purge_reason,
    )
