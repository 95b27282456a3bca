"""From what was found to what is stored: one way for crawled, imported and hand-given texts.

Reading, comparing and placing happen outside the write lock; then one short transaction of at most 100 texts writes items, versions,
captures, mentions, copies, stories, known entries, counters and outbox rows together. A process may die at any point: what was
committed is complete, what was not is found again by the next round (the canonical address makes an item one).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import faults
from core.errors import Invalid, NotFound
from core.messages import Candidate, ImportRow, SourceResult
from core.ports import CopyKeys, StoryCandidate
from core.records.item import Capture, CopyBand, Item, ItemVersion, Mention, OutboxRow, Story
from core.records.source import CrawlRequest, CrawlRun, KnownEntry, Quarantine, Source
from core.records.unit import Unit
from core.rules.vocabulary import Band
from core.services import audit, copies, crawl, stories, units
from core.services.desk import Actor, Desk
from core.services.prepared import Outside, Prepared, Refusal, analysed, from_candidate, from_import, outside
from core.services.receiving import (
    ReceivedText,
    check_received,
    received,
    request_link,
)
from core.text.normalise import clean

__all__ = [
    "ReceivedText",
    "TakenItem",
    "import_rows",
    "quarantine_line",
    "receive_link",
    "receive_text",
    "take",
    "take_link_result",
]

BATCH = 100
TakenOutcome = Literal["new", "seen", "edited", "off_topic", "quarantined"]
receive_link = request_link


@dataclass(frozen=True, slots=True)
class TakenItem:
    """What became of one candidate; ``item_id`` is None when nothing is stored of it."""

    item_id: int | None
    outcome: TakenOutcome


@dataclass(slots=True)
class _Step:
    """What will be done with one text. References: positive = a row of the store, negative = step -n-1 of this plan."""

    text: Prepared
    outcome: TakenOutcome
    item_id: int | None = None
    copy_of: int | None = None
    story: int | None = None


@dataclass(slots=True)
class _Plan:
    """Steps for a batch, and the outbox number that they were made at: whoever changed an item since has raised it."""

    made_at: int
    steps: list[_Step]


# --- crawled --------------------------------------------------------------------------------------------------------


def take(desk: Desk, candidates: Sequence[Candidate], *, run_id: int | None = None) -> list[TakenItem]:
    """Store candidates; the answers are in the order given. Idempotent by canonical address.

    Press is stored in every band; a social post that speaks of no watched locality is not stored at all. Each candidate is counted
    exactly once in the run row, in the transaction that stored it.
    """
    with desk.store.read() as session:
        around = outside(session, [candidate.source_id for candidate in candidates])
    return _take(desk, [from_candidate(candidate, around) for candidate in candidates], around, run_id=run_id)


def import_rows(desk: Desk, rows: Sequence[ImportRow]) -> dict[str, int]:
    """Store rows from elsewhere, every band, idempotent by canonical address. Returns counts: new, seen, edited, refused."""
    with desk.store.read() as session:
        around = outside(session, [row.source for row in rows if row.source])
    counts = Counter(
        taken.outcome for taken in _take(desk, [from_import(row, around) for row in rows], around)
    )
    return {
        "new": counts["new"],
        "seen": counts["seen"],
        "edited": counts["edited"],
        "refused": counts["quarantined"],
    }


def quarantine_line(desk: Desk, source_id: str, reason_vi: str, reason_en: str, payload: str) -> None:
    """Keep a line of the crawler that was refused, with its reason; the running run of its source counts it."""
    with desk.store.write() as session:
        known = session.get(Source, source_id) if source_id else None
        _quarantine(
            session, desk, Refusal(None if known is None else known.id, reason_vi, reason_en, payload)
        )
        if known is not None:
            run = session.scalar(
                select(CrawlRun)
                .where(CrawlRun.source_id == known.id, CrawlRun.state == "running")
                .order_by(CrawlRun.id.desc())
                .limit(1)
            )
            if run is not None:
                _count(session, run.id, ["quarantined"])


# --- by hand --------------------------------------------------------------------------------------------------------


def receive_text(desk: Desk, actor: Actor, given: ReceivedText) -> int:
    """Store a text that a person saw or was given (Article 6.2). Returns the item's id; a known address gives the known item.

    Raises :class:`Forbidden`, :class:`Invalid` (fields in Vietnamese) and :class:`RuleBroken` ("secrecy"): then nothing is stored.
    """
    with audit.attempt(desk, actor, "item.receive", "item", "-"):
        upload = check_received(desk, actor, given)
        with desk.store.read() as session:
            around = outside(session, [])
        prepared = analysed(desk, received(actor, given), around)
        if isinstance(prepared, Refusal):
            raise Invalid(prepared.vi, prepared.en, fields={"text": prepared.vi})

        def finish(session: Session, taken: list[TakenItem]) -> None:
            item_id = taken[0].item_id
            if upload is not None and item_id is not None:
                path, sha256, size, kind = upload
                _add_capture(
                    session,
                    Capture(
                        item_id=item_id,
                        kind="upload",
                        path=path,
                        sha256=sha256,
                        body_bytes=size,
                        content_type=kind,
                        url_chain=[],
                        fetched_at=desk.clock.now(),
                    ),
                )
            audit.record(
                session,
                desk,
                actor,
                "item.receive",
                "item",
                item_id,
                detail={
                    "outcome": taken[0].outcome,
                    "seen_where": given.seen_where,
                    "seen_at": given.seen_at,
                    "upload": None if upload is None else upload[1],
                },
                content_sha256=prepared.content_sha256,
            )

        taken = _store(desk, [prepared], None, finish)
    item_id = taken[0].item_id
    if item_id is None:
        raise NotFound("Không lưu được tin.", "The item was not stored.")
    return item_id


def take_link_result(
    desk: Desk, request_id: int, candidate: Candidate | None, result: SourceResult | None = None
) -> int | None:
    """Close a link request with what was fetched: the item and the request in one transaction. Returns the item's id.

    Without a candidate the request fails with the crawler's sentence, which the person sees beside the address.
    """
    with desk.store.read() as session:
        request = session.get(CrawlRequest, request_id)
        if request is None:
            raise NotFound("Không có yêu cầu này.", f"No request {request_id}.")
        around = outside(session, [])
    prepared: Prepared | Refusal | None = None
    if candidate is not None:
        prepared = from_candidate(candidate, around, via="hand")
        if isinstance(prepared, Prepared):
            details = request.details
            seen_at = details.get("seen_at")
            prepared = analysed(
                desk,
                replace(
                    prepared,
                    seen_where=str(details.get("seen_where", ""))[:300],
                    seen_at=datetime.fromisoformat(seen_at) if seen_at else None,
                    note=str(details.get("note", "")),
                    received_by=request.requested_by,
                    for_unit=details.get("unit_id"),
                ),
                around,
            )
    if not isinstance(prepared, Prepared):
        vi, en = _why_no_item(prepared, result)
        crawl.finish_request(desk, request_id, {"error_vi": vi, "error_en": en}, failed=True)
        return None

    def finish(session: Session, taken: list[TakenItem]) -> None:
        item_id = taken[0].item_id
        story_id = session.scalar(select(Item.story_id).where(Item.id == item_id))
        crawl.close_request(
            session,
            request_id,
            {"item_id": item_id, "story_id": story_id, "outcome": taken[0].outcome},
            desk.clock.now(),
        )

    return _store(desk, [prepared], None, finish)[0].item_id


def _why_no_item(refusal: Refusal | None, result: SourceResult | None) -> tuple[str, str]:
    if refusal is not None:
        return refusal.vi, refusal.en
    if result is not None and result.error_vi:
        return result.error_vi, result.error_en
    return (
        "Không đọc được bài viết ở địa chỉ này. Hãy mở trang và dán nội dung vào ô văn bản.",
        "No article could be read at this address. Open the page and paste its text instead.",
    )


# --- the one way into the store ---------------------------------------------------------------------------------------


def _take(
    desk: Desk, given: Sequence[Prepared | Refusal], around: Outside, *, run_id: int | None = None
) -> list[TakenItem]:
    """In an order that does not depend on how the batch was shuffled; answered in the order given."""
    now = desk.clock.now()
    answers: dict[int, TakenItem] = {}
    order = sorted(
        (number for number, text in enumerate(given) if isinstance(text, Prepared)),
        key=lambda number: _order(given[number], now),
    )
    latest = {_text(given[number]).key: number for number in order}  # of one address, the last state is taken
    refused = [number for number, text in enumerate(given) if isinstance(text, Refusal)]
    kept = [number for number in order if latest[_text(given[number]).key] == number]
    doubles = [number for number in order if latest[_text(given[number]).key] != number]
    for start in range(0, max(len(kept), 1), BATCH):
        part = kept[start : start + BATCH]
        last = start + BATCH >= len(kept)
        # What has no transaction of its own is counted with the last part.
        extra = [*refused, *doubles] if last else []
        texts = [_read(desk, _text(given[number]), around) for number in part]
        rest: list[Refusal | None] = [
            one if isinstance(one := given[number], Refusal) else None for number in extra
        ]
        taken = _store(desk, [*texts, *rest], run_id)
        answers.update(zip([*part, *extra], taken, strict=True))
    for number in doubles:
        answers[number] = TakenItem(answers[latest[_text(given[number]).key]].item_id, "seen")
    return [answers[number] for number in range(len(given))]


def _order(text: Prepared | Refusal, now: datetime) -> tuple[datetime, str, str]:
    one = _text(text)
    return one.when(now), one.canonical, one.content_sha256


def _text(one: Prepared | Refusal) -> Prepared:
    if isinstance(one, Refusal):
        raise TypeError(one.en)
    return one


def _read(desk: Desk, text: Prepared, around: Outside) -> Prepared | Refusal:
    """Analysed, unless the store has exactly this content already (then the analysis is not needed)."""
    with desk.store.read() as session:
        known = session.scalar(select(Item.content_sha256).where(Item.url_sha256 == text.key))
    return text if known == text.content_sha256 else analysed(desk, text, around)


def _store(
    desk: Desk,
    texts: Sequence[Prepared | Refusal | None],
    run_id: int | None,
    finish: Callable[[Session, list[TakenItem]], None] | None = None,
) -> list[TakenItem]:
    """Plan outside the lock, write under it. None in ``texts`` stands for a double that is only counted as seen."""
    wanted = [text for text in texts if isinstance(text, Prepared)]
    with desk.store.read() as session:
        plan = _plan(session, desk, wanted)
    with desk.store.write() as session:
        if _changes(session) != plan.made_at:
            # Somebody stored or tagged something since; rare, and then the plan is made again under the lock.
            plan = _plan(session, desk, wanted)
        taken_texts = iter(_apply(session, desk, plan))
        taken: list[TakenItem] = []
        for text in texts:
            if isinstance(text, Prepared):
                taken.append(next(taken_texts))
            elif isinstance(text, Refusal):
                _quarantine(session, desk, text)
                taken.append(TakenItem(None, "quarantined"))
            else:
                taken.append(TakenItem(None, "seen"))
        if run_id is not None:
            _count(session, run_id, [one.outcome for one in taken])
        if finish is not None:
            finish(session, taken)
        session.flush()
        faults.point("intake.before_commit")
    faults.point("intake.after_commit")
    return taken


def _changes(session: Session) -> int:
    return session.scalar(select(func.max(OutboxRow.seq))) or 0


def _plan(session: Session, desk: Desk, texts: Sequence[Prepared]) -> _Plan:
    now = desk.clock.now()
    known = {
        row.url_sha256: row
        for row in session.execute(
            select(
                Item.url_sha256,
                Item.id,
                Item.content_sha256,
                func.length(Item.text).label("length"),
                Item.received_via,
            ).where(Item.url_sha256.in_([text.key for text in texts]))
        )
    }
    steps: list[_Step] = []
    batch_keys: dict[int, CopyKeys] = {}
    batch_stories: dict[int, StoryCandidate] = {}
    for text in texts:
        old = known.get(text.key)
        step = _Step(text, "new", None if old is None else old.id)
        steps.append(step)
        me = -len(steps)
        if old is not None:
            # A feed's summary, or what a person typed, never replaces the article that was read.
            poorer = "article_not_read" in text.warnings and len(text.text) <= old.length
            typed = text.via == "hand" and old.received_via != "hand"
            step.outcome = (
                "seen" if old.content_sha256 == text.content_sha256 or poorer or typed else "edited"
            )
            if step.outcome == "edited" and text.analysis is None:
                # It was the same a moment ago, and somebody stored another state since.
                again = analysed(desk, text, outside(session, [text.source_id] if text.source_id else []))
                step.text, step.outcome = (again, "edited") if isinstance(again, Prepared) else (text, "seen")
        elif text.social and text.via == "crawl" and not text.places:
            step.outcome = "off_topic"
        else:
            _place(session, desk, step, steps, batch_keys, batch_stories, now)
            batch_keys[me] = text.found.keys
    return _Plan(_changes(session), steps)


def _place(
    session: Session,
    desk: Desk,
    step: _Step,
    steps: Sequence[_Step],
    batch_keys: Mapping[int, CopyKeys],
    batch_stories: dict[int, StoryCandidate],
    now: datetime,
) -> None:
    """Which original and which story a new text joins; stories of this very batch count too."""
    me, text = -len(steps), step.text
    original = copies.find_original(session, desk, text.found.keys, now, batch_keys)
    if original is not None and original < 0:
        original = steps[-original - 1].copy_of or original
    step.copy_of = original
    places = text.places
    if original is not None:
        step.story = (
            steps[-original - 1].story
            if original < 0
            else session.scalar(select(Item.story_id).where(Item.id == original))
        )
    elif places:
        stored = {candidate.story_id: candidate for candidate in stories.recent(session, places, now)}
        near = {**stored, **{k: v for k, v in batch_stories.items() if v.localities & places or k in stored}}
        step.story = desk.analyst.same_story(
            text.title,
            text.found.lead,
            places,
            text.when(now),
            [near[key] for key in sorted(near, key=_oldest_first)],
        )
    joined = step.story
    if joined is None:
        step.story = joined = me
        batch_stories[me] = StoryCandidate(me, text.title, text.found.lead, places, text.when(now), 1)
    elif joined in batch_stories or joined > 0:
        before = batch_stories.get(joined) or next(
            (c for c in stories.recent(session, places, now) if c.story_id == joined), None
        )
        if before is not None:
            batch_stories[joined] = replace(
                before,
                localities=before.localities | places,
                last_seen_at=max(before.last_seen_at, text.when(now)),
                items=before.items + 1,
            )


def _oldest_first(reference: int) -> tuple[bool, int]:
    """Stored stories by id, then those of the batch in the order they came."""
    return reference < 0, abs(reference)


def _apply(session: Session, desk: Desk, plan: _Plan) -> list[TakenItem]:
    now = desk.clock.now()
    fresh: set[int] = set()
    touched: set[int] = set()
    for step in plan.steps:
        if step.outcome == "new":
            item = _new_item(session, desk, step, plan, now)
            step.item_id = item.id
            fresh.add(item.id)
        elif step.outcome == "edited" and step.item_id is not None:
            item = session.get_one(Item, step.item_id)
            _edit(session, desk, item, step.text, now)
            fresh.add(item.id)
        if step.item_id is not None and step.outcome != "off_topic":
            _note_capture(session, step.item_id, step.text)
            if step.outcome != "seen":
                touched.add(session.get_one(Item, step.item_id).story_id or 0)
        _note_known(session, step.text, now)
    session.flush()
    copies.regroup(session, fresh)
    stale = stories.recount(session, desk, touched - {0})
    session.flush()
    rows = session.execute(
        select(Item.id, Item.revision).where(Item.id.in_(sorted(fresh))).order_by(Item.id)
    ).all()
    session.add_all(OutboxRow(item_id=row.id, revision=row.revision, at=now) for row in rows)
    session.flush()
    stories.reindex(session, desk, stale - fresh)
    return [TakenItem(step.item_id, step.outcome) for step in plan.steps]


def _new_item(session: Session, desk: Desk, step: _Step, plan: _Plan, now: datetime) -> Item:
    text = step.text
    story_id = step.story
    if story_id is not None and story_id < 0 and plan.steps[-story_id - 1] is step:
        story = Story(
            title=text.title, lead=text.found.lead, first_seen_at=now, last_seen_at=now, need_parts=[]
        )
        session.add(story)
        session.flush()
        story_id = step.story = story.id
    elif story_id is not None and story_id < 0:
        story_id = step.story = plan.steps[-story_id - 1].story
    copy_of = step.copy_of
    if copy_of is not None and copy_of < 0:
        copy_of = plan.steps[-copy_of - 1].item_id
    item = Item(
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
        content_sha256=text.content_sha256,
        copy_of_id=copy_of,
        story_id=story_id,
        warnings=list(text.warnings),
    )
    session.add(item)
    session.flush()
    _write_analysis(session, desk, item, text)
    return item


def _edit(session: Session, desk: Desk, item: Item, text: Prepared, now: datetime) -> None:
    """The outlet changed its text: both states are kept, the item shows the new one."""
    if item.edits == 0:
        first = session.scalar(
            select(Capture.id).where(Capture.item_id == item.id).order_by(Capture.id).limit(1)
        )
        session.add(
            ItemVersion(
                item_id=item.id,
                number=1,
                title=item.title,
                text=item.text,
                content_sha256=item.content_sha256,
                seen_at=item.first_seen_at,
                capture_id=first,
            )
        )
    item.edits += 1
    item.revision += 1
    item.title, item.text, item.summary = text.title, text.text, text.summary or item.summary
    item.content_sha256 = text.content_sha256
    if text.published_at is not None and item.published_at is None:
        item.published_at, item.date_from = text.published_at, text.date_from
    item.warnings = list(text.warnings)
    capture_id = _note_capture(session, item.id, text)
    session.add(
        ItemVersion(
            item_id=item.id,
            number=item.edits + 1,
            title=text.title,
            text=text.text,
            content_sha256=text.content_sha256,
            seen_at=now,
            capture_id=capture_id,
        )
    )
    session.execute(delete(Mention).where(Mention.item_id == item.id))
    session.execute(delete(CopyBand).where(CopyBand.item_id == item.id))
    _write_analysis(session, desk, item, text)


def _write_analysis(session: Session, desk: Desk, item: Item, text: Prepared) -> None:
    found = text.found
    item.language, item.lead, item.gist = found.language[:12], found.lead, found.gist
    item.body_hash, item.shingles = found.keys.body_hash, found.keys.shingles
    bands = {mention.band for mention in found.mentions}
    mentions = [
        Mention(
            item_id=item.id,
            locality=mention.locality,
            score=mention.score,
            band=mention.band,
            spans=[list(span) for span in mention.spans],
            why=[asdict(cue) for cue in mention.why],
        )
        for mention in found.mentions
    ]
    by_person = _said_by_person(session, text, {m.locality for m in found.mentions if m.band != "out"})
    if by_person is not None:
        bands.add("check")
        mentions = [mention for mention in mentions if mention.locality != by_person]
        mentions.append(
            Mention(
                item_id=item.id,
                locality=by_person,
                score=0.5,
                band=Band.CHECK,
                spans=[],
                why=[
                    {
                        "code": "received_by_hand",
                        "weight": 0.5,
                        "vi": "Cán bộ tiếp nhận cho là liên quan đến địa bàn.",
                        "en": "A member of staff received it as concerning the locality.",
                        "span": None,
                    }
                ],
            )
        )
    item.band = next((band for band in (Band.IN, Band.CHECK) if band in bands), Band.OUT)
    session.add_all(mentions)
    session.add_all(CopyBand(band_key=key, item_id=item.id) for key in dict.fromkeys(found.keys.bands))
    session.flush()


def _said_by_person(session: Session, text: Prepared, places: set[str]) -> str | None:
    """The office's own locality, for a text that its staff brought in and in which no place of theirs was found."""
    if text.for_unit is None:
        return None
    watched = units.watched_codes(session, text.for_unit)
    own = session.scalar(select(Unit.locality).where(Unit.id == text.for_unit))
    if not watched or places & set(watched):
        return None
    return own if own in watched else watched[0]


def _note_capture(session: Session, item_id: int, text: Prepared) -> int | None:
    record = text.capture
    if record is None:
        return None
    return _add_capture(
        session,
        Capture(
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
        ),
    )


def _add_capture(session: Session, capture: Capture) -> int:
    known = session.scalar(
        select(Capture.id).where(Capture.item_id == capture.item_id, Capture.path == capture.path).limit(1)
    )
    if known is not None:
        return known
    session.add(capture)
    session.flush()
    return capture.id


def _note_known(session: Session, text: Prepared, now: datetime) -> None:
    """The entry need not be fetched again while its hash stays; an empty hash means: read it again."""
    if text.source_id is None or text.via != "crawl":
        return
    known = session.get(KnownEntry, (text.source_id, text.key))
    if known is None:
        session.add(
            KnownEntry(
                source_id=text.source_id,
                url_sha256=text.key,
                canonical_url=text.canonical,
                entry_hash=text.entry_hash,
                seen_at=now,
            )
        )
    else:
        known.entry_hash, known.seen_at = text.entry_hash, now


def _quarantine(session: Session, desk: Desk, refusal: Refusal) -> None:
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


def _count(session: Session, run_id: int, outcomes: Sequence[str]) -> None:
    run = session.get(CrawlRun, run_id)
    if run is not None:
        total = Counter(run.counts) + Counter(outcomes)
        run.counts = dict(total)
