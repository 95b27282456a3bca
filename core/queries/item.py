"""One item in full: text with its marks, where it came from, its versions and captures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries.frame import watched
from core.queries.reasons import BestMention, spans_of, with_unit_word
from core.queries.why import Piece, Why, explain, pieces
from core.records.item import Capture, Item, ItemVersion, Mention, Story
from core.records.source import Source
from core.rules.vocabulary import Band
from core.text.differences import Change, word_changes


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One state of an item's text, with what changed since the state before."""

    number: int
    seen_at: datetime
    sha256: str
    title: str
    origin: str
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
    purged_at: datetime | None


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
    attributed_to: str
    social: bool
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
        attributed_to=row.attributed_to,
        social=row.kind == "post",
        published_at=row.published_at,
        date_from=row.date_from,
        first_seen_at=row.first_seen_at,
        received_via=row.received_via,
        seen_where=row.seen_where,
        seen_at=row.seen_at,
        note=row.note,
        pieces=pieces(whole, [span for span in spans if span[0] >= offset], offset, len(whole), 0),
        why=tuple(explain(session, mention, names, 0) for mention in found),
        warnings=tuple(row.warnings),
        versions=_versions(session, item_id),
        captures=tuple(
            CaptureRow(c.id, c.kind, c.fetched_at, c.sha256, c.status, c.body_bytes, c.purged_at)
            for c in captures
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
        # Words read on the page are compared with the page's own, not with a feed's summary or what a person typed.
        before = next((one for one in reversed(kept[:number]) if one.origin == version.origin), None)
        changes = (
            (Change("same", version.text),) if before is None else _difference(before.text, version.text)
        )
        rows.append(
            VersionRow(
                version.number,
                version.seen_at,
                version.content_sha256,
                version.title,
                version.origin,
                changes,
                sum(1 for change in changes if change.kind != "same"),
            )
        )
    return tuple(rows[::-1])


def _difference(old: str, new: str) -> tuple[Change, ...]:
    """What changed between two texts; long unchanged stretches are shortened. Bounded work on any text."""
    return tuple(
        Change(change.kind, _shortened(change.text)) if change.kind == "same" else change
        for change in word_changes(old[:12_000], new[:12_000])
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:120].rsplit(' ', 1)[0]} […] {text[-120:].split(' ', 1)[-1]}"
