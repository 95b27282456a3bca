"""Where a thing stands now: the versions that a form carries, looked up for callers without a screen (command line, demo)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from core.errors import NotFound
from core.queries import offices
from core.records.claim import Claim
from core.records.document import Document
from core.records.incident import Incident
from core.records.item import Item, Story
from core.services.desk import Desk
from core.text.urls import canonical_url


@dataclass(frozen=True, slots=True)
class Position:
    """An item and its story as they stand, with the number that a form of the office would carry."""

    item_id: int
    story_id: int
    story_version: int


def of_item(desk: Desk, unit_id: int, *, url: str = "", item_id: int | None = None) -> Position:
    """The item with this address, or this id. Raises :class:`NotFound` when it is not stored or in no story."""
    with desk.store.read() as session:
        query = select(Item, Story).join(Story, Story.id == Item.story_id)
        if item_id is not None:
            query = query.where(Item.id == item_id)
        else:
            query = query.where(
                Item.url_sha256 == hashlib.sha256(canonical_url(url).encode("utf-8")).hexdigest()
            )
        row = session.execute(query).first()
        if row is None:
            raise NotFound(
                f"Chưa có tin nào ở địa chỉ {url or item_id}.", f"No stored item at {url or item_id}."
            )
        item, story = row
        return Position(item.id, story.id, offices.view(session, story.id, unit_id).version)


def version(desk: Desk, kind: type[Claim | Incident | Document], key: int) -> int:
    """The present version of a claim, incident or document. Raises :class:`NotFound`."""
    with desk.store.read() as session:
        found = session.scalar(select(kind.version).where(kind.id == key))
        if found is None:
            raise NotFound(f"Không tìm thấy số {key}.", f"No {kind.__name__} {key}.")
        return found


@dataclass(frozen=True, slots=True)
class DocumentPosition:
    """A document's state, version and the hash that an approval binds to."""

    state: str
    version: int
    content_sha256: str


def of_document(desk: Desk, document_id: int) -> DocumentPosition:
    """Raises :class:`NotFound`."""
    with desk.store.read() as session:
        found = session.get(Document, document_id)
        if found is None:
            raise NotFound(f"Không tìm thấy văn bản số {document_id}.", f"No document {document_id}.")
        return DocumentPosition(found.state, found.version, found.content_sha256)
