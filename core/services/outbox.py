"""What the search index must see: the outbox read in order, and the one place where an item becomes an index document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from core.finding import IndexDocument, tag_word
from core.records.claim import Claim
from core.records.item import Item, Mention, OutboxRow, Story, StoryLocality, StoryOffice, Tombstone
from core.records.source import Quarantine, Source
from core.rules.vocabulary import BROUGHT, Band
from core.services.desk import Desk


@dataclass(frozen=True, slots=True)
class OutboxBatch:
    """A stretch of the outbox: what to write, (id, version) to delete, and the number it reaches."""

    documents: list[IndexDocument]
    deletes: list[tuple[int, int]]
    last_seq: int


def note(session: Session, desk: Desk, items: Sequence[Item]) -> None:
    """Say, in the transaction that changed them, that these items must be indexed again at their present revision."""
    now = desk.clock.now()
    session.add_all(OutboxRow(item_id=item.id, revision=item.revision, at=now) for item in items)


def batch(desk: Desk, after_seq: int, limit: int) -> OutboxBatch:
    """The next ``limit`` numbers after ``after_seq``. An item named several times is given once, as it stands now."""
    with desk.store.read() as session:
        rows = session.execute(
            select(OutboxRow.seq, OutboxRow.item_id)
            .where(OutboxRow.seq > after_seq)
            .order_by(OutboxRow.seq)
            .limit(limit)
        ).all()
        if not rows:
            return OutboxBatch([], [], after_seq)
        wanted = sorted({row.item_id for row in rows})
        documents = index_document(session, wanted)
        gone = sorted(set(wanted) - {document.id for document in documents})
        buried = {
            row.item_id: row.revision
            for row in session.execute(
                select(Tombstone.item_id, Tombstone.revision).where(Tombstone.item_id.in_(gone))
            )
        }
        # An item without a tombstone cannot exist; 0 deletes nothing newer than it.
        return OutboxBatch(documents, [(item_id, buried.get(item_id, 0)) for item_id in gone], rows[-1].seq)


def index_document(session: Session, item_ids: Sequence[int]) -> list[IndexDocument]:
    """The items as the index holds them, ascending by id; ids that no longer exist are left out. Authors are never in it (G7).

    An item that names no place of ours, in a story that is ours, may be about ours.
    """
    if not item_ids:
        return []
    first, last = min(item_ids), max(item_ids)
    # New items, one after the other: a span is asked for in a third of the time of a list.
    if last - first + 1 == len(set(item_ids)):
        return _documents(session, _BETWEEN, {"first": first, "last": last})
    return _documents(session, _NAMED, {"ids": list(item_ids)})


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked of the store for a batch of items, whichever way the batch is named."""

    mentions: Any
    places: Any
    tags: Any
    items: Any


def _questions(which: Callable[[Any], ColumnElement[bool]]) -> _Questions:
    return _Questions(
        select(Mention.item_id, Mention.locality, Mention.band)
        .where(which(Mention.item_id))
        .order_by(Mention.locality),
        select(Item.id, StoryLocality.locality)
        .join(StoryLocality, StoryLocality.story_id == Item.story_id)
        .where(which(Item.id), StoryLocality.band != Band.OUT)
        .order_by(StoryLocality.locality),
        select(Item.id, StoryOffice.unit_id, StoryOffice.tag)
        .join(StoryOffice, StoryOffice.story_id == Item.story_id)
        .where(which(Item.id), StoryOffice.tag != "")
        .order_by(StoryOffice.unit_id),
        # Columns, not objects: of an item this is half, and none of it is changed here.
        select(
            Item.id,
            Item.revision,
            Item.title,
            Item.text,
            Item.source_id,
            Item.language,
            Item.kind,
            Item.received_via,
            Item.copy_of_id,
            Item.story_id,
            Item.first_seen_at,
            Item.published_at,
            Story.need,
            Source.domestic,
            Source.social,
            Source.reach_tier,
            exists().where(Claim.story_id == Item.story_id, Claim.withdrawn_at.is_(None)).label("claimed"),
        )
        .outerjoin(Story, Story.id == Item.story_id)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(which(Item.id))
        .order_by(Item.id),
    )


_NAMED = _questions(lambda column: column.in_(bindparam("ids", expanding=True)))
_BETWEEN = _questions(lambda column: column.between(bindparam("first"), bindparam("last")))


def _documents(session: Session, asked: _Questions, values: dict[str, Any]) -> list[IndexDocument]:
    """Four questions, whatever the number of items; rows are taken apart in one go, since a reindex does it for each item of a store."""
    connection = session.connection()
    sure: dict[int, list[str]] = {}
    check: dict[int, list[str]] = {}
    lists = {Band.IN: sure, Band.CHECK: check}
    named: set[tuple[int, str]] = set()
    for item_id, locality, band in connection.execute(asked.mentions, values):
        if band in lists:
            lists[band].setdefault(item_id, []).append(locality)
        named.add((item_id, locality))
    for item_id, locality in connection.execute(asked.places, values):
        if (item_id, locality) not in named:
            check.setdefault(item_id, []).append(locality)
    tags: dict[int, list[str]] = {}
    for item_id, unit_id, tag in connection.execute(asked.tags, values):
        tags.setdefault(item_id, []).append(tag_word(unit_id, tag))
    found = []
    for (
        item_id, revision, title, text, source_id, language, kind, via, copy_of, story_id, first_seen_at, published_at,
        need, domestic, social, reach_tier, claimed,
    ) in connection.execute(asked.items, values).all():  # fmt: skip
        found.append(
            IndexDocument(
                id=item_id,
                version=revision,
                title=title,
                text=text,
                source=source_id or "",
                language=language,
                domestic=True if domestic is None else domestic,
                social=kind == "post" if social is None else social,
                localities=tuple(sure.get(item_id, ())),
                localities_check=tuple(check.get(item_id, ())),
                tags=tuple(tags.get(item_id, ())),
                story=story_id,
                has_claim=bool(claimed),
                reach_tier=reach_tier or 0,
                need=need or 0.0,
                first_seen_at=first_seen_at,
                published_at=published_at,
                kind=_kind(via, domestic, social),
                copy=copy_of is not None,
            )
        )
    return found


def _kind(via: str, domestic: bool | None, social: bool | None) -> str:
    """As the inbox counts kinds; what came from elsewhere without a known source counts as press."""
    if via in BROUGHT:
        return "hand"
    if social:
        return "social"
    return "foreign" if domestic is False else "press"


def page(desk: Desk, above: int, limit: int) -> tuple[list[IndexDocument], int]:
    """The next ``limit`` items by id, as the index holds them, and the id this reaches (``above`` when there are no more)."""
    with desk.store.read() as session:
        ids = list(session.scalars(select(Item.id).where(Item.id > above).order_by(Item.id).limit(limit)))
        if not ids:
            return [], above
        return _documents(session, _BETWEEN, {"first": ids[0], "last": ids[-1]}), ids[-1]


def last_id(desk: Desk) -> int:
    """The highest item id; 0 when there is none."""
    with desk.store.read() as session:
        return session.scalar(select(func.max(Item.id))) or 0


def mark(desk: Desk) -> tuple[int, int]:
    """(outbox number, item id), both the highest of one view: an index brought to the first has every item up to the second."""
    with desk.store.read() as session:
        return (
            session.scalar(select(func.max(OutboxRow.seq))) or 0,
            session.scalar(select(func.max(Item.id))) or 0,
        )


def last_seq(desk: Desk) -> int:
    """The highest outbox number written so far; 0 when there is none."""
    with desk.store.read() as session:
        return session.scalar(select(func.max(OutboxRow.seq))) or 0


def quarantine_documents(desk: Desk, documents: Sequence[tuple[int, str]]) -> None:
    """Keep a readable row for each (item id, reason) that the index refused for good; a repeat of the same is not written twice."""
    with desk.store.write() as session:
        for item_id, reason in documents:
            known = session.scalar(
                select(Quarantine.id).where(
                    Quarantine.kind == "document",
                    Quarantine.payload == str(item_id),
                    Quarantine.reason_en == reason[:2000],
                )
            )
            if known is None:
                session.add(
                    Quarantine(
                        kind="document",
                        source_id=session.scalar(select(Item.source_id).where(Item.id == item_id)),
                        reason_vi=f"Tin số {item_id} không đưa được vào chỉ mục tìm kiếm; tin vẫn còn trong kho.",
                        reason_en=reason[:2000],
                        payload=str(item_id),
                        at=desk.clock.now(),
                    )
                )
