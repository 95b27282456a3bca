"""Items (tin), their captures, versions, mentions; stories (nhóm tin); the outbox to the index."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word

#: Named here, since items have a column called text.
_EMPTY = text("''")


class Capture(Table):
    """A fetched page or an uploaded file, kept under its SHA-256 (decision 12)."""

    __tablename__ = "capture"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    kind: Mapped[str] = mapped_column(Word, default="warc")
    """warc, upload; extract: the item's own words, left when a capture that it shared was purged"""
    path: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(String(2000), default="")
    url_chain: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[int] = mapped_column(default=0)
    peer: Mapped[str] = mapped_column(String(80), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    body_bytes: Mapped[int] = mapped_column(default=0)
    content_type: Mapped[str] = mapped_column(String(200), default="")
    fetched_at: Mapped[datetime]
    file_sha256: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    """Of the file as it lies on the disk; empty for captures older than this column."""
    headers: Mapped[list[Any] | None]
    """[[name, value], …] of the answer, without cookies and authorisation."""
    tls_sha256: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    """SHA-256 of the server's certificate; empty without https."""
    clock_offset: Mapped[int | None]
    """Our clock minus the server's Date header, in seconds."""
    purged_at: Mapped[datetime | None]
    """Set when the file was removed: the row stays as a tombstone, without address, headers and peer."""
    purge_reason: Mapped[str] = mapped_column(String(300), default="", server_default=text("''"))


class Item(Table):
    """One article or post. The id is arrival order, so that "newest" is the primary key (decision 9).

    ``revision`` grows whenever anything the index holds changes; it is the document's external version.
    """

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_source_id_id", "source_id", "id"),
        Index("ix_item_story_id_id", "story_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str | None] = mapped_column(ForeignKey("source.id"))
    url: Mapped[str] = mapped_column(String(2000), default="")
    canonical_url: Mapped[str] = mapped_column(String(2000), default="")
    url_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the canonical URL; for hand-given text without an address, of the text."""
    host: Mapped[str] = mapped_column(String(255), default="")
    title: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    lead: Mapped[str] = mapped_column(Text, default="")
    gist: Mapped[str] = mapped_column(Text, default="")
    """Of foreign text the sentences that name the place, a line each; glossed when they are read."""
    language: Mapped[str] = mapped_column(String(12), default="")
    kind: Mapped[str] = mapped_column(Word, default="article")
    author_masked: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    date_from: Mapped[str] = mapped_column(Word, default="none")
    first_seen_at: Mapped[datetime] = mapped_column(index=True)
    received_via: Mapped[str] = mapped_column(Word, default="crawl")
    """crawl, hand (pasted text or link), file, phone, mail, import"""
    seen_where: Mapped[str] = mapped_column(String(300), default="")
    seen_at: Mapped[datetime | None]
    received_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    views: Mapped[int] = mapped_column(default=0)
    band: Mapped[str] = mapped_column(Word, default="out")
    """The best band over the watched localities."""
    content_sha256: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    shingles: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    figures: Mapped[bytes] = mapped_column(LargeBinary, default=b"", server_default=_EMPTY)
    """Hashes of the figures in the text; empty for items older than this column."""
    attributed_to: Mapped[str] = mapped_column(String(120), default="", server_default=_EMPTY)
    """Whom the text itself names as its origin ("Theo Báo X"); empty when it names nobody."""
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("story.id"))
    warnings: Mapped[list[str]] = mapped_column(default=list)
    revision: Mapped[int] = mapped_column(default=1)
    edits: Mapped[int] = mapped_column(default=0)


class ItemVersion(Table):
    """An earlier or later state of an item's text: edits of the outlet are kept, never overwritten."""

    __tablename__ = "item_version"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    seen_at: Mapped[datetime]
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    origin: Mapped[str] = mapped_column(Word, default="source", server_default="source")
    """source: as the item came (feed, person, file); page: what a re-visit read on the page itself."""


class Mention(Table):
    """A locality in an item, with its reasons (decision 4)."""

    __tablename__ = "mention"
    __table_args__ = (Index("ix_mention_locality_band_item", "locality", "band", "item_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    locality: Mapped[str] = mapped_column(String(12), primary_key=True)
    score: Mapped[float]
    band: Mapped[str] = mapped_column(Word)
    spans: Mapped[list[Any]] = mapped_column(default=list)
    """[[start, end], …] in code points of title + newline + text."""
    why: Mapped[list[Any]] = mapped_column(default=list)
    """[{code, weight, vi, en, span}, …]"""


class CopyBand(Table):
    """Band keys of the near-copy search; keys begin with the month, so that the table's cost stays flat (decision 9)."""

    __tablename__ = "copy_band"

    band_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)


class Story(Table):
    """A group of items about one event; ``version`` grows when people merge or split it. What offices make of it: :class:`StoryOffice`."""

    __tablename__ = "story"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(500))
    lead: Mapped[str] = mapped_column(Text, default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    items: Mapped[int] = mapped_column(default=0)
    copies: Mapped[int] = mapped_column(default=0)
    sources: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)
    reach_tier: Mapped[int] = mapped_column(default=0)
    need: Mapped[float] = mapped_column(default=0.0)
    need_parts: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)


class StoryOffice(Table):
    """What one office made of a story: its tag, its incident (decision 22). No row until the office does something; never deleted.

    ``version`` grows with every act of the office on the story; a form carries it together with the story's.
    """

    __tablename__ = "story_office"
    __table_args__ = (Index("ix_story_office_unit_id_tag", "unit_id", "tag", "story_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(Word, default="")
    tagged_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    tagged_at: Mapped[datetime | None]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    version: Mapped[int] = mapped_column(default=0)


class StoryLocality(Table):
    """Which watched localities a story is about, with the best band of its items: the queue's index."""

    __tablename__ = "story_locality"
    __table_args__ = (Index("ix_story_locality_queue", "locality", "band", "story_id"),)

    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), primary_key=True)
    locality: Mapped[str] = mapped_column(String(12), primary_key=True)
    band: Mapped[str] = mapped_column(Word)
    score: Mapped[float]


class TagEvent(Table):
    """A tag given by one person for the own office: a note, counted apart from verdicts; can be undone."""

    __tablename__ = "tag_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    tag: Mapped[str] = mapped_column(Word)
    before: Mapped[str] = mapped_column(Word, default="")
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The office that the person belonged to then; ``before`` is its tag before this one."""
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class OutboxRow(Table):
    """A change that the index must see, written in the transaction that made it (decision 1)."""

    __tablename__ = "index_outbox"
    # never reuse a number: an index that remembers "up to 10" must not miss a later 10
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int]
    revision: Mapped[int]
    deleted: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class Tombstone(Table):
    """An item that was removed: id and one above its last revision, no text, so that a late write cannot bring it back."""

    __tablename__ = "tombstone"

    item_id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(200), default="")
