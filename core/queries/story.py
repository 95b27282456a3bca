"""One story: why it is ours, its items by time, copies, edits, claims, who tagged it; one item with its versions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries.frame import watched
from core.queries.reasons import BestMention, best_mentions, spans_of, with_unit_word
from core.queries.today import queue_ids
from core.records.account import Account
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Incident
from core.records.item import Capture, Item, ItemVersion, Mention, Story, StoryLocality, TagEvent
from core.records.source import Source
from core.records.unit import Unit
from core.rules.vocabulary import Band, VerdictState

#: a page shows so many items; copies beyond it are counted
MAX_ITEMS = 60
_EXCERPT = 260
_SENTENCE = re.compile(r"[^.!?…。！？\n]+[.!?…。！？]*[”\"’')\]]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``hit`` is the number of the popover it opens, -1 for plain text."""

    text: str
    hit: int = -1


@dataclass(frozen=True, slots=True)
class Point:
    """A line of a popover: points (hundredths of the score) and the sentence."""

    points: int
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item is ours: the words, with one popover for the locality."""

    item_id: int
    locality: str
    locality_name: str
    band: str
    score: int
    pieces: tuple[Piece, ...]
    names: tuple[str, ...]
    points: tuple[Point, ...]
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the timeline."""

    id: int
    title: str
    language: str
    gist: str
    source_name: str
    social: bool
    domestic: bool
    at: datetime
    published: bool
    views: int
    edits: int
    captures: int
    copy_of_id: int | None
    author_masked: str
    received_via: str
    first: bool
    band: str


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of the story and where its verdict stands."""

    id: int
    quote: str
    neutral_text: str
    verdict: str
    sub_verdict: str
    proposed: str
    proposed_sub: str
    concerns: str
    sensitive: bool
    created_by: str
    created_at: datetime
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """Who tagged the story, when; ``undone`` when it was taken back."""

    at: datetime
    name: str
    tag: str
    undone: bool
    event_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything on the page of a story."""

    id: int
    version: int
    title: str
    language: str
    tag: str
    tagged_by: str
    tagged_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    items: int
    copies: int
    sources: int
    languages: tuple[str, ...]
    views: int
    reach_tier: int
    need_parts: tuple[Point, ...]
    incident_id: int | None
    incident_number: int | None
    why: tuple[Why, ...]
    timeline: tuple[ItemRow, ...]
    more_items: int
    bars: tuple[int, ...]
    bars_from: datetime
    bars_to: datetime
    claims: tuple[ClaimRow, ...]
    log: tuple[LogRow, ...]
    position: int
    queue_length: int
    previous_id: int | None
    next_id: int | None


@dataclass(frozen=True, slots=True)
class ClaimChoice:
    """What the quote form offers: the story's items, sentences of the chosen one, other offices."""

    story_id: int
    version: int
    title: str
    items: tuple[tuple[int, str], ...]
    item_id: int
    sentences: tuple[str, ...]
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a difference: "same", "added" or "removed"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One state of an item's text, with what changed since the state before."""

    number: int
    seen_at: datetime
    sha256: str
    title: str
    changes: tuple[Change, ...]
    changed: int


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """A kept page or upload."""

    id: int
    kind: str
    fetched_at: datetime
    sha256: str
    status: int
    body_bytes: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item in full."""

    id: int
    story_id: int | None
    story_title: str
    title: str
    language: str
    gist: str
    url: str
    source_name: str
    author_masked: str
    published_at: datetime | None
    date_from: str
    first_seen_at: datetime
    received_via: str
    seen_where: str
    seen_at: datetime | None
    note: str
    pieces: tuple[Piece, ...]
    why: tuple[Why, ...]
    warnings: tuple[str, ...]
    versions: tuple[VersionRow, ...]
    captures: tuple[CaptureRow, ...]


def _story(session: Session, story_id: int) -> Story:
    story = session.get(Story, story_id)
    if story is None:
        raise NotFound(
            "Không có câu chuyện này. Có thể đã được gộp vào câu chuyện khác; tìm lại trong Hộp tin.",
            "There is no such story. It may have been merged; look in the inbox.",
        )
    return story


def show(session: Session, story_id: int, unit_id: int, now: datetime, *, queued: bool = True) -> StoryPage:
    """The page of a story. Raises :class:`NotFound`."""
    story = _story(session, story_id)
    names = watched(session, unit_id)
    codes = list(names)
    others = set(session.scalars(select(StoryLocality.locality).where(StoryLocality.story_id == story_id)))
    mentions = best_mentions(session, [story_id], codes or list(others))
    if story_id not in mentions and others - set(codes):
        mentions = best_mentions(session, [story_id], list(others))
    timeline = _timeline(session, story_id)
    order = queue_ids(session, codes, now) if queued else []
    at = order.index(story_id) if story_id in order else -1
    start, end, bars = _bars(session, story)
    incident_number = (
        session.scalar(select(Incident.number).where(Incident.id == story.incident_id))
        if story.incident_id
        else None
    )
    tagged_by = (
        session.scalar(select(Account.display_name).where(Account.id == story.tagged_by))
        if story.tagged_by
        else ""
    )
    languages = session.scalars(
        select(Item.language).where(Item.story_id == story_id).distinct().order_by(Item.language)
    )
    return StoryPage(
        id=story.id,
        version=story.version,
        title=story.title,
        language=timeline[0].language if timeline else "",
        tag=story.tag,
        tagged_by=tagged_by or "",
        tagged_at=story.tagged_at,
        first_seen_at=story.first_seen_at,
        last_seen_at=story.last_seen_at,
        items=story.items,
        copies=story.copies,
        sources=story.sources,
        languages=tuple(code for code in languages if code),
        views=story.views,
        reach_tier=min(3, max(0, story.reach_tier)),
        need_parts=tuple(
            Point(round(float(part["value"]) * 100), str(part["vi"]), str(part["en"]))
            for part in story.need_parts
        ),
        incident_id=story.incident_id,
        incident_number=incident_number,
        why=tuple(_why(session, mention, names, 0) for mention in mentions.values()),
        timeline=timeline,
        more_items=max(0, story.items - len(timeline)),
        bars=bars,
        bars_from=start,
        bars_to=end,
        claims=_claims(session, story_id),
        log=_log(session, story_id),
        position=at + 1,
        queue_length=len(order),
        previous_id=order[at - 1] if at > 0 else None,
        next_id=order[at + 1] if 0 <= at < len(order) - 1 else (order[0] if at < 0 and order else None),
    )


def _why(session: Session, mention: BestMention, names: dict[str, str], number: int) -> Why:
    whole = f"{mention.title}\n{mention.text}"
    spans = spans_of(with_unit_word(whole, span) for span in mention.spans)
    # A text is quoted where it names us; a title that names us is on the page already.
    inside = [span for span in spans if span[0] > len(mention.title)] or list(spans)
    start, end = _window(
        whole, inside, 0 if not inside or inside[0][0] <= len(mention.title) else len(mention.title) + 1
    )
    name = names.get(mention.locality) or session.scalar(
        select(Unit.short_name).where(Unit.locality == mention.locality)
    )
    return Why(
        item_id=mention.item_id,
        locality=mention.locality,
        locality_name=name or mention.locality,
        band=mention.band,
        score=round(mention.score * 100),
        pieces=_pieces(whole, spans, start, end, number),
        names=tuple(dict.fromkeys(whole[a:b] for a, b in spans)),
        points=_points(mention.why),
        begins=start in {0, len(mention.title) + 1},
        ends=end >= len(whole),
    )


def _points(why: Sequence[dict[str, Any]]) -> tuple[Point, ...]:
    return tuple(
        Point(round(float(cue.get("weight", 0)) * 100), str(cue["vi"]), str(cue["en"]))
        for cue in sorted(why, key=lambda cue: -float(cue.get("weight", 0)))
    )


def _window(whole: str, spans: Sequence[tuple[int, int]], floor: int) -> tuple[int, int]:
    """About 260 characters around the first words that name us, cut at blanks."""
    first = spans[0][0] if spans else floor
    start = max(floor, first - _EXCERPT // 3)
    if start > floor:
        blank = whole.find(" ", start, first)
        start = blank + 1 if blank >= 0 else start
    end = min(len(whole), start + _EXCERPT)
    if end < len(whole):
        blank = whole.rfind(" ", start + 1, end)
        end = blank if blank > start else end
    return start, end


def _pieces(
    whole: str, spans: Sequence[tuple[int, int]], start: int, end: int, number: int
) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = start
    for a, b in spans:
        if a < at or b > end:
            continue
        pieces += [Piece(whole[at:a]), Piece(whole[a:b], number)]
        at = b
    pieces.append(Piece(whole[at:end]))
    return tuple(piece for piece in pieces if piece.text)


def _timeline(session: Session, story_id: int) -> tuple[ItemRow, ...]:
    captures = (
        select(Capture.item_id, func.count().label("n"))
        .where(Capture.item_id.is_not(None))
        .group_by(Capture.item_id)
        .subquery()
    )
    found = session.execute(
        select(
            Item.id, Item.title, Item.language, Item.gist, Item.seen_where, Item.published_at, Item.first_seen_at, Item.views,
            Item.edits, Item.copy_of_id, Item.author_masked, Item.received_via, Item.band,
            Source.name, Source.social, Source.domestic, captures.c.n,
        )
        .outerjoin(Source, Item.source_id == Source.id)
        .outerjoin(captures, captures.c.item_id == Item.id)
        .where(Item.story_id == story_id)
        .order_by(Item.id)
        .limit(MAX_ITEMS)
    ).all()  # fmt: skip
    rows = sorted(found, key=lambda row: (row.published_at or row.first_seen_at, row.id))
    return tuple(
        ItemRow(
            id=row.id,
            title=row.title,
            language=row.language,
            gist=row.gist,
            source_name=row.name or row.seen_where,
            social=bool(row.social),
            domestic=row.domestic is not False,
            at=row.published_at or row.first_seen_at,
            published=row.published_at is not None,
            views=row.views,
            edits=row.edits,
            captures=row.n or 0,
            copy_of_id=row.copy_of_id,
            author_masked=row.author_masked,
            received_via=row.received_via,
            first=number == 0 and len(rows) > 1,
            band=row.band,
        )
        for number, row in enumerate(rows)
    )


def _bars(session: Session, story: Story) -> tuple[datetime, datetime, tuple[int, ...]]:
    """Items over the story's life in twelve equal steps of at least an hour."""
    end = story.last_seen_at
    length = max(end - story.first_seen_at, timedelta(hours=11, minutes=59))
    start = end - length
    step = (length / 12).total_seconds() + 1
    counts = [0] * 12
    for (seen,) in session.execute(
        select(Item.first_seen_at).where(Item.story_id == story.id).order_by(Item.id.desc()).limit(2000)
    ):
        counts[min(11, max(0, int((seen - start).total_seconds() // step)))] += 1
    return start, end, tuple(counts)


def _claims(session: Session, story_id: int) -> tuple[ClaimRow, ...]:
    found = session.execute(
        select(Claim, Account.display_name, Unit.short_name)
        .join(Account, Claim.created_by == Account.id)
        .outerjoin(Unit, Claim.concerns_unit_id == Unit.id)
        .where(Claim.story_id == story_id)
        .order_by(Claim.id)
        .limit(50)
    ).all()
    proposed = {
        verdict.claim_id: verdict
        for verdict in session.scalars(
            select(VerdictRecord).where(
                VerdictRecord.claim_id.in_([claim.id for claim, _, _ in found]),
                VerdictRecord.state == VerdictState.PROPOSED,
            )
        )
    }
    return tuple(
        ClaimRow(
            id=claim.id,
            quote=claim.quote,
            neutral_text=claim.neutral_text,
            verdict=claim.verdict,
            sub_verdict=claim.sub_verdict,
            proposed=proposed[claim.id].verdict if claim.id in proposed else "",
            proposed_sub=proposed[claim.id].sub_verdict if claim.id in proposed else "",
            concerns=unit or "",
            sensitive=claim.sensitive,
            created_by=name,
            created_at=claim.created_at,
            incident_id=claim.incident_id,
        )
        for claim, name, unit in found
    )


def _log(session: Session, story_id: int) -> tuple[LogRow, ...]:
    found = session.execute(
        select(TagEvent, Account.display_name)
        .join(Account, TagEvent.account_id == Account.id)
        .where(TagEvent.story_id == story_id)
        .order_by(TagEvent.id.desc())
        .limit(10)
    )
    return tuple(
        LogRow(event.at, name, event.tag, event.undone_at is not None, event.id, event.account_id)
        for event, name in found
    )


def last_event(session: Session, story_id: int, account_id: int) -> int | None:
    """The tag event of this person on the story that can still be taken back."""
    return session.scalar(
        select(TagEvent.id)
        .where(TagEvent.story_id == story_id, TagEvent.account_id == account_id, TagEvent.undone_at.is_(None))
        .order_by(TagEvent.id.desc())
        .limit(1)
    )


def sentences(text: str, spans: Sequence[tuple[int, int]] = (), *, limit: int = 10) -> tuple[str, ...]:
    """Sentences of a text that could be quoted, those that name us and their neighbours first, in the order of the text."""
    found = [(m.start(), m.end(), m.group().strip()) for m in _SENTENCE.finditer(text[:20_000])]
    found = [each for each in found if 12 <= len(each[2]) <= 400]
    near = [
        min((abs(start - a) for a, _ in spans), default=0)
        if not any(start <= a < end for a, _ in spans)
        else -1
        for start, end, _ in found
    ]
    best = sorted(range(len(found)), key=lambda number: (near[number], number))[:limit]
    return tuple(dict.fromkeys(found[number][2] for number in sorted(best)))


def claim_choice(session: Session, story_id: int, unit_id: int, item_id: int | None = None) -> ClaimChoice:
    """What the quote form offers. Raises :class:`NotFound` for a story or item that is not there."""
    story = _story(session, story_id)
    rows = session.execute(
        select(Item.id, Item.title).where(Item.story_id == story_id).order_by(Item.id).limit(MAX_ITEMS)
    ).all()
    if not rows:
        raise NotFound("Câu chuyện này không còn tin nào.", "This story has no items left.")
    codes = list(watched(session, unit_id))
    best = best_mentions(session, [story_id], codes).get(story_id)
    known: list[int] = [row.id for row in rows]
    chosen = item_id if item_id in known else best.item_id if best and best.item_id in known else known[0]
    item = session.get_one(Item, chosen)
    mention = session.scalar(
        select(Mention).where(
            Mention.item_id == chosen, Mention.locality.in_(codes), Mention.band != Band.OUT
        )
    )
    offset = len(item.title) + 1
    spans = [(a - offset, b - offset) for a, b in spans_of(mention.spans) if a >= offset] if mention else []
    units = session.execute(
        select(Unit.locality, Unit.short_name).where(Unit.id != unit_id).order_by(Unit.short_name).limit(500)
    )
    return ClaimChoice(
        story_id=story.id,
        version=story.version,
        title=story.title,
        items=tuple((row.id, row.title) for row in rows),
        item_id=chosen,
        sentences=tuple(dict.fromkeys([item.title.strip(), *sentences(item.text, spans)])),
        units=tuple((row.locality, row.short_name) for row in units),
    )


def item(session: Session, item_id: int, unit_id: int) -> ItemPage:
    """One item in full, with what every office's place match said. Raises :class:`NotFound`."""
    row = session.get(Item, item_id)
    if row is None:
        raise NotFound(
            "Không có tin này. Có thể tin đã được xóa theo thời hạn lưu.", "There is no such item."
        )
    names = watched(session, unit_id)
    mentions = list(
        session.scalars(
            select(Mention).where(Mention.item_id == item_id).order_by(Mention.score.desc()).limit(5)
        )
    )
    mine = [mention for mention in mentions if mention.locality in names] or mentions[:1]
    whole = f"{row.title}\n{row.text}"
    spans = spans_of(
        with_unit_word(whole, span)
        for mention in mine
        if mention.band != Band.OUT
        for span in spans_of(mention.spans)
    )
    offset = len(row.title) + 1
    found = [
        BestMention(
            row.story_id or 0, row.id, m.locality, m.score, m.band, row.title, row.text, row.language, row.gist, row.source_id,
            spans_of(m.spans), tuple(m.why),
        )
        for m in mine
    ]  # fmt: skip
    captures = session.scalars(
        select(Capture).where(Capture.item_id == item_id).order_by(Capture.id).limit(20)
    )
    return ItemPage(
        id=row.id,
        story_id=row.story_id,
        story_title=session.scalar(select(Story.title).where(Story.id == row.story_id)) or ""
        if row.story_id
        else "",
        title=row.title,
        language=row.language,
        gist=row.gist,
        url=row.url,
        source_name=(
            session.scalar(select(Source.name).where(Source.id == row.source_id)) if row.source_id else ""
        )
        or row.seen_where,
        author_masked=row.author_masked,
        published_at=row.published_at,
        date_from=row.date_from,
        first_seen_at=row.first_seen_at,
        received_via=row.received_via,
        seen_where=row.seen_where,
        seen_at=row.seen_at,
        note=row.note,
        pieces=_pieces(whole, [span for span in spans if span[0] >= offset], offset, len(whole), 0),
        why=tuple(_why(session, mention, names, 0) for mention in found),
        warnings=tuple(row.warnings),
        versions=_versions(session, item_id),
        captures=tuple(
            CaptureRow(c.id, c.kind, c.fetched_at, c.sha256, c.status, c.body_bytes) for c in captures
        ),
    )


def _versions(session: Session, item_id: int) -> tuple[VersionRow, ...]:
    kept = list(
        session.scalars(
            select(ItemVersion)
            .where(ItemVersion.item_id == item_id)
            .order_by(ItemVersion.number.desc())
            .limit(10)
        )
    )[::-1]
    rows = []
    for number, version in enumerate(kept):
        changes = (
            difference(kept[number - 1].text, version.text) if number else (Change("same", version.text),)
        )
        rows.append(
            VersionRow(
                version.number,
                version.seen_at,
                version.content_sha256,
                version.title,
                changes,
                sum(1 for change in changes if change.kind != "same"),
            )
        )
    return tuple(rows[::-1])


def difference(old: str, new: str) -> tuple[Change, ...]:
    """What changed between two texts, by words; long unchanged stretches are shortened. Bounded work on any text."""
    a, b = re.findall(r"\s+|\S+", old[:12_000]), re.findall(r"\s+|\S+", new[:12_000])
    changes: list[Change] = []
    for kind, a0, a1, b0, b1 in difflib.SequenceMatcher(
        None, a, b, autojunk=len(a) + len(b) > 4000
    ).get_opcodes():
        if kind == "equal":
            changes.append(Change("same", _shortened("".join(a[a0:a1]))))
            continue
        if a1 > a0:
            changes.append(Change("removed", "".join(a[a0:a1])))
        if b1 > b0:
            changes.append(Change("added", "".join(b[b0:b1])))
    return tuple(change for change in changes if change.text)


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:120].rsplit(' ', 1)[0]} […] {text[-120:].split(' ', 1)[-1]}"
