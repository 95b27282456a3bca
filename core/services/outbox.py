"""What the search index must see: the outbox read in order, and the one place where an item becomes an index document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from core.finding import IndexDocument
from core.records.claim import Claim
from core.records.item import Item, Mention, OutboxRow, Story, StoryLocality, Tombstone
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
    mentions: dict[int, dict[str, list[str]]] = {item_id: {} for item_id in item_ids}
    named: set[tuple[int, str]] = set()
    for mention in session.execute(
        select(Mention.item_id, Mention.locality, Mention.band)
        .where(Mention.item_id.in_(item_ids))
        .order_by(Mention.locality)
    ):
        mentions[mention.item_id].setdefault(mention.band, []).append(mention.locality)
        named.add((mention.item_id, mention.locality))
    for place in session.execute(
        select(Item.id, StoryLocality.locality)
        .join(StoryLocality, StoryLocality.story_id == Item.story_id)
        .where(Item.id.in_(item_ids), StoryLocality.band != Band.OUT)
        .order_by(StoryLocality.locality)
    ):
        if (place.id, place.locality) not in named:
            mentions[place.id].setdefault(Band.CHECK, []).append(place.locality)
    claimed = exists().where(Claim.story_id == Item.story_id)
    # Columns, not objects: of an item this is half, and none of it is changed here.
    query = (
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
            Story.tag,
            Story.need,
            Source.domestic,
            Source.social,
            Source.reach_tier,
            claimed.label("claimed"),
        )
        .outerjoin(Story, Story.id == Item.story_id)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.id.in_(item_ids))
        .order_by(Item.id)
    )
    return [
        IndexDocument(
            id=row.id,
            version=row.revision,
            title=row.title,
            text=row.text,
            source=row.source_id or "",
            language=row.language,
            domestic=True if row.domestic is None else row.domestic,
            social=row.kind == "post" if row.social is None else row.social,
            localities=tuple(mentions[row.id].get(Band.IN, ())),
            localities_check=tuple(mentions[row.id].get(Band.CHECK, ())),
            tag=row.tag or "",
            story=row.story_id,
            has_claim=bool(row.claimed),
            reach_tier=row.reach_tier or 0,
            need=row.need or 0.0,
            first_seen_at=row.first_seen_at,
            published_at=row.published_at,
            kind=_kind(row),
            copy=row.copy_of_id is not None,
        )
        for row in session.execute(query)
    ]


def _kind(row: Any) -> str:
    """As the inbox counts kinds; what came from elsewhere without a known source counts as press."""
    if row.received_via in BROUGHT:
        return "hand"
    if row.social:
        return "social"
    return "foreign" if row.domestic is False else "press"


def page(desk: Desk, above: int, limit: int) -> tuple[list[IndexDocument], int]:
    """The next ``limit`` items by id, as the index holds them, and the id this reaches (``above`` when there are no more)."""
    with desk.store.read() as session:
        ids = list(session.scalars(select(Item.id).where(Item.id > above).order_by(Item.id).limit(limit)))
        return index_document(session, ids), ids[-1] if ids else above


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
