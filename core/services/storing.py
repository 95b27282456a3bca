"""A plan written into the store, in as few statements as there are tables: the write lock is held for these only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.messages import CaptureRecord
from core.places import MentionFound
from core.queries.locality import watched_codes
from core.records.item import Capture, CopyBand, Item, ItemVersion, Mention, OutboxRow, Story
from core.records.source import KnownEntry, Quarantine
from core.records.unit import Unit
from core.rules.vocabulary import Band
from core.services import copies, place_rules, stories, suggestions
from core.services.desk import Desk
from core.services.placing import Plan, Step
from core.services.prepared import Prepared, Refusal
from core.text.normalise import clean

#: the rows of one text's localities, before the item has its number
_Mentions = list[dict[str, Any]]


def apply(session: Session, desk: Desk, plan: Plan) -> Sequence[Step]:
    """Write everything of the plan; its steps come back with the ids of their items."""
    now = desk.clock.now()
    made = [step for step in plan.steps if step.outcome == "new"]
    edited = [step for step in plan.steps if step.outcome == "edited"]
    changed = [*made, *edited]
    places = _own_places(session, [step.text for step in changed])
    mentions = [_mentions(step.text, places) for step in changed]
    _stories(session, plan, made, now)
    items = _items(session, plan, made, mentions, now)
    for step, item, found in zip(edited, _known_items(session, edited), mentions[len(made) :], strict=True):
        _edit(session, item, step.text, now)
        _read_into(item, step.text, found)
        items.append(item)
    _write_analysis(session, items, changed, mentions)
    _captures(session, [step for step in plan.steps if step.item_id is not None])
    _note_known(session, [step.text for step in plan.steps], now)
    session.flush()
    fresh = {item.id for item in items}
    # What is new, repeats nothing and is like no judged claim needs neither look: the write lock is held meanwhile.
    copies.regroup(session, [item.id for item in items if item.edits or item.copy_of_id is not None])
    suggestions.note(
        session,
        desk,
        {
            item.id: step.text.like
            for step, item in zip(changed, items, strict=True)
            if item.edits or step.text.like
        },
    )
    place_rules.note(
        session,
        desk,
        [
            (rule_id, item.id)
            for step, item in zip(changed, items, strict=True)
            for mention in step.text.found.mentions
            for rule_id in mention.rules
        ],
    )
    stale = stories.recount(session, desk, {item.story_id for item in items if item.story_id is not None})
    session.flush()
    if items:
        session.connection().execute(
            insert(OutboxRow),
            [
                {"item_id": item.id, "revision": item.revision, "at": now}
                for item in sorted(items, key=lambda item: item.id)
            ],
        )
    stories.reindex(session, desk, stale - fresh)
    return plan.steps


def add_capture(session: Session, capture: Capture) -> int:
    """Note a stored file for an item, once. Returns the row's id."""
    known = session.scalar(
        select(Capture.id).where(Capture.item_id == capture.item_id, Capture.path == capture.path).limit(1)
    )
    if known is not None:
        return known
    session.add(capture)
    session.flush()
    return capture.id


def quarantine(session: Session, desk: Desk, refusal: Refusal) -> None:
    """Keep what was refused, with its reason, for staff to see."""
    session.add(
        Quarantine(
            kind="record",
            source_id=refusal.source_id,
            reason_vi=clean(refusal.vi)[:2000],
            reason_en=clean(refusal.en)[:2000],
            payload=clean(refusal.payload)[:4000],
            at=desk.clock.now(),
        )
    )


def _stories(session: Session, plan: Plan, made: Sequence[Step], now: datetime) -> None:
    """New stories for the steps that begin one; then every step knows its story's id."""
    begun = {
        -(number + 1): Story(
            title=step.text.title,
            lead=step.text.found.lead,
            first_seen_at=now,
            last_seen_at=now,
            need_parts=[],
        )
        for number, step in enumerate(plan.steps)
        if step.outcome == "new" and step.story == -(number + 1)
    }
    session.add_all(begun.values())
    session.flush()
    for step in made:
        if step.story is not None and step.story < 0:
            step.story = begun[step.story].id


def _items(
    session: Session, plan: Plan, made: Sequence[Step], mentions: Sequence[_Mentions], now: datetime
) -> list[Item]:
    """The new items, each written once: what the analyst found goes in with the text."""
    items = [_item(step, now) for step in made]
    for step, item, found in zip(made, items, mentions, strict=False):
        _read_into(item, step.text, found)
        if step.copy_of is not None and step.copy_of > 0:
            item.copy_of_id = step.copy_of
    session.add_all(items)
    session.flush()
    for step, item in zip(made, items, strict=True):
        step.item_id = item.id
    for step, item in zip(made, items, strict=True):
        if step.copy_of is not None and step.copy_of < 0:
            item.copy_of_id = plan.steps[-step.copy_of - 1].item_id
    return items


def _item(step: Step, now: datetime) -> Item:
    text = step.text
    return Item(
        source_id=text.source_id,
        url=text.url,
        canonical_url=text.canonical,
        url_sha256=text.key,
        host=text.host,
        title=text.title,
        text=text.text,
        summary=text.summary,
        kind=text.kind,
        author_masked=text.author,
        published_at=text.published_at,
        date_from=text.date_from,
        first_seen_at=now,
        received_via=text.via,
        seen_where=text.seen_where,
        seen_at=text.seen_at,
        received_by=text.received_by,
        note=text.note,
        views=text.views,
        content_sha256=text.content_sha256,
        story_id=step.story,
        warnings=list(text.warnings),
    )


def _known_items(session: Session, steps: Sequence[Step]) -> list[Item]:
    return [session.get_one(Item, step.item_id) for step in steps]


def _edit(session: Session, item: Item, text: Prepared, now: datetime) -> None:
    """The outlet changed its text: both states are kept, the item shows the new one."""
    last, came = session.execute(
        select(
            func.max(ItemVersion.number), func.max(case((ItemVersion.origin == "source", ItemVersion.number)))
        ).where(ItemVersion.item_id == item.id)
    ).one()
    last = last or 0
    if came is None:
        last += 1
        first = session.scalar(
            select(Capture.id).where(Capture.item_id == item.id).order_by(Capture.id).limit(1)
        )
        session.add(
            _version(item.id, last, item.title, item.text, item.content_sha256, item.first_seen_at, first)
        )
    item.edits += 1
    item.revision += 1
    item.title, item.text, item.summary = text.title, text.text, text.summary or item.summary
    item.content_sha256 = text.content_sha256
    item.views = max(item.views, text.views)
    if text.published_at is not None and item.published_at is None:
        item.published_at, item.date_from = text.published_at, text.date_from
    item.warnings = list(text.warnings)
    capture = _capture(item.id, text)
    capture_id = None if capture is None else add_capture(session, capture)
    session.add(_version(item.id, last + 1, text.title, text.text, text.content_sha256, now, capture_id))
    session.execute(delete(Mention).where(Mention.item_id == item.id))
    session.execute(delete(CopyBand).where(CopyBand.item_id == item.id))


def _version(
    item_id: int, number: int, title: str, text: str, content: str, seen_at: datetime, capture_id: int | None
) -> ItemVersion:
    return ItemVersion(
        item_id=item_id,
        number=number,
        title=title,
        text=text,
        content_sha256=content,
        seen_at=seen_at,
        capture_id=capture_id,
    )


def _own_places(session: Session, texts: Sequence[Prepared]) -> dict[int, tuple[str, ...]]:
    """For each office whose staff handed something in: what it watches, its own locality first."""
    found: dict[int, tuple[str, ...]] = {}
    for unit_id in {text.for_unit for text in texts if text.for_unit is not None}:
        watched = watched_codes(session, [unit_id])
        own = session.scalar(select(Unit.locality).where(Unit.id == unit_id))
        found[unit_id] = tuple(sorted(watched, key=lambda code: (code != own, code)))
    return found


def _mentions(text: Prepared, places: Mapping[int, tuple[str, ...]]) -> _Mentions:
    """The rows of a text's localities; at least the office's own for what was brought to it."""
    rows = {mention.locality: _mention(mention) for mention in text.found.mentions}
    watched = places.get(text.for_unit, ()) if text.for_unit is not None else ()
    if watched and text.places.isdisjoint(watched):
        rows[watched[0]] = _said_by_person(watched[0], text.via)
    return list(rows.values())


def _read_into(item: Item, text: Prepared, mentions: _Mentions) -> None:
    found = text.found
    item.language, item.lead, item.gist = found.language[:12], found.lead, found.gist
    item.body_hash, item.shingles = found.keys.body_hash, found.keys.shingles
    item.figures, item.attributed_to = found.keys.figures, (found.attributed_to or text.credit)[:120]
    seen = {row["band"] for row in mentions}
    item.band = next((band for band in (Band.IN, Band.CHECK) if band in seen), Band.OUT)


def _write_analysis(
    session: Session, items: Sequence[Item], steps: Sequence[Step], mentions: Sequence[_Mentions]
) -> None:
    """Mentions and band keys, plain rows by the hundred: no object is made of them."""
    places = [
        {"item_id": item.id, **row} for item, found in zip(items, mentions, strict=True) for row in found
    ]
    bands = [
        {"band_key": key, "item_id": item.id}
        for item, step in zip(items, steps, strict=True)
        for key in dict.fromkeys(step.text.found.keys.bands)
    ]
    connection = session.connection()
    if places:
        connection.execute(insert(Mention), places)
    if bands:
        connection.execute(insert(CopyBand), bands)


def _mention(mention: MentionFound) -> dict[str, Any]:
    return {
        "locality": mention.locality,
        "score": mention.score,
        "band": str(mention.band),
        "spans": [list(span) for span in mention.spans],
        "why": [asdict(cue) for cue in mention.why],
    }


def _said_by_person(locality: str, via: str) -> dict[str, Any]:
    """The office's own locality, for a text that was brought to it and in which no place of theirs was found."""
    by_mail = via == "mail"
    return {
        "locality": locality,
        "score": 0.5,
        "band": str(Band.CHECK),
        "spans": [],
        "why": [
            {
                "code": "received_by_mail" if by_mail else "received_by_hand",
                "weight": 0.5,
                "vi": "Có người gửi tới hộp thư tiếp nhận của cơ quan; chưa có cán bộ xem."
                if by_mail
                else "Cán bộ tiếp nhận cho là liên quan đến địa bàn.",
                "en": "Somebody sent it to the office's inbox; no member of staff has looked at it."
                if by_mail
                else "A member of staff received it as concerning the locality.",
                "span": None,
            }
        ],
    }


def _capture(item_id: int, text: Prepared) -> Capture | None:
    return None if text.capture is None else capture_row(item_id, text.capture)


def capture_row(item_id: int, record: CaptureRecord) -> Capture:
    """The row of a page that the crawler kept."""
    return Capture(
        item_id=item_id,
        kind="warc",
        path=record.path,
        url=clean(record.url)[:2000],
        url_chain=[clean(url)[:2000] for url in record.url_chain[:20]],
        status=record.status,
        peer=clean(record.peer)[:80],
        sha256=record.sha256[:64],
        body_bytes=record.body_bytes,
        content_type=clean(record.content_type)[:200],
        fetched_at=record.fetched_at,
        file_sha256=record.file_sha256,
        headers=[[clean(name)[:100], clean(value)[:500]] for name, value in record.headers],
        tls_sha256=record.tls_sha256,
        clock_offset=record.clock_offset,
    )


def _captures(session: Session, steps: Sequence[Step]) -> None:
    """The pages behind the items; a page that was noted for its item before is not noted twice."""
    ids = [step.item_id for step in steps if step.item_id is not None]
    known = {
        (row.item_id, row.path)
        for row in session.execute(select(Capture.item_id, Capture.path).where(Capture.item_id.in_(ids)))
    }
    for step in steps:
        if step.item_id is None:
            continue
        capture = _capture(step.item_id, step.text)
        if capture is not None and (capture.item_id, capture.path) not in known:
            known.add((capture.item_id, capture.path))
            session.add(capture)


def _note_known(session: Session, texts: Sequence[Prepared], now: datetime) -> None:
    """An entry need not be fetched again while its hash stays; an empty hash means: read it again."""
    told = {
        (text.source_id, text.key): text
        for text in texts
        if text.source_id is not None and text.via == "crawl"
    }
    known = {
        (row.source_id, row.url_sha256)
        for row in session.execute(
            select(KnownEntry.source_id, KnownEntry.url_sha256).where(
                KnownEntry.source_id.in_(sorted({source for source, _ in told})),
                KnownEntry.url_sha256.in_([key for _, key in told]),
            )
        )
    }
    again = [
        {"source": source, "key": key, "hash": told[source, key].entry_hash}
        for source, key in told
        if (source, key) in known
    ]
    fresh = [
        {
            "source_id": source,
            "url_sha256": key,
            "canonical_url": text.canonical,
            "entry_hash": text.entry_hash,
            "seen_at": now,
        }
        for (source, key), text in told.items()
        if (source, key) not in known
    ]
    connection = session.connection()
    if again:
        connection.execute(
            update(KnownEntry)
            .where(KnownEntry.source_id == bindparam("source"), KnownEntry.url_sha256 == bindparam("key"))
            .values(entry_hash=bindparam("hash"), seen_at=now),
            again,
        )
    if fresh:
        connection.execute(insert(KnownEntry), fresh)
