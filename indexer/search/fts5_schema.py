"""The tables of an FTS5 index, and how a document is written into and taken out of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.finding import IndexDocument
from indexer.search.fields import TokenFields, day_of

#: What is filtered and counted lies apart from the tokens: fifty thousand rows are then counted in a few megabytes, and a tag rewrites no text.
SCHEMA = """
CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY CHECK (one = 1), last_seq INTEGER NOT NULL, index_version INTEGER NOT NULL, filled_to INTEGER
);
CREATE TABLE IF NOT EXISTS doc (
    id INTEGER PRIMARY KEY, version INTEGER NOT NULL, source TEXT NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL,
    domestic INTEGER NOT NULL, social INTEGER NOT NULL, copy INTEGER NOT NULL, story INTEGER,
    has_claim INTEGER NOT NULL, reach_tier INTEGER NOT NULL, need REAL NOT NULL, first_seen REAL NOT NULL, published REAL,
    day INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS doc_text (
    id INTEGER PRIMARY KEY, title_exact TEXT NOT NULL, body_exact TEXT NOT NULL, title_folded TEXT NOT NULL, body_folded TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS doc_locality (doc INTEGER NOT NULL, locality TEXT NOT NULL, band TEXT NOT NULL, PRIMARY KEY (doc, locality)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS doc_tag (doc INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (doc, word)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tomb (id INTEGER PRIMARY KEY, version INTEGER NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS fts USING fts5 (
    title_exact, body_exact, title_folded, body_folded, content='doc_text', content_rowid='id', tokenize='ascii'
);
"""

#: made last when an index is made anew: sorting once is far cheaper than keeping five orders row by row
INDEXES = """
CREATE INDEX IF NOT EXISTS doc_published ON doc (published DESC, id DESC);
CREATE INDEX IF NOT EXISTS doc_need ON doc (need DESC, id DESC);
CREATE INDEX IF NOT EXISTS doc_source ON doc (source, id DESC);
CREATE INDEX IF NOT EXISTS doc_story ON doc (story, id DESC);
CREATE INDEX IF NOT EXISTS doc_day ON doc (day, source);
CREATE INDEX IF NOT EXISTS doc_locality_by_place ON doc_locality (locality, doc DESC);
CREATE INDEX IF NOT EXISTS doc_tag_by_word ON doc_tag (word, doc DESC);
"""

#: While much is written at once, more text is gathered before it goes to the file (bytes), and merging waits until sixteen segments lie
#: there; with the next few documents the figures of SQLite itself hold again, and merging is made up for little by little.
GATHERING = """
INSERT INTO fts (fts, rank) VALUES ('hashsize', 16777216);
INSERT INTO fts (fts, rank) VALUES ('automerge', 0);
"""
MERGING = """
INSERT INTO fts (fts, rank) VALUES ('hashsize', 1048576);
INSERT INTO fts (fts, rank) VALUES ('automerge', 4);
"""
#: so many documents in one batch are a backlog
MANY = 250

TEXT_COLUMNS = "title_exact, body_exact, title_folded, body_folded"
_COLUMNS = "id, version, source, language, kind, domestic, social, copy, story, has_claim, reach_tier, need, first_seen, published, day"
_PLACES = ", ".join("?" * (_COLUMNS.count(",") + 1))


def seconds(moment: datetime | None) -> float | None:
    """A moment as the index stores it."""
    return None if moment is None else moment.timestamp()


def expect(db: sqlite3.Connection, documents: int) -> None:
    """Set the text index for a batch of so many documents, in the transaction that writes it."""
    now = db.execute("SELECT v FROM fts_config WHERE k = 'automerge'").fetchone()
    gathering = now is not None and now[0] == 0
    if gathering != (documents >= MANY):
        for statement in (MERGING if gathering else GATHERING).strip().splitlines():
            db.execute(statement)


def put_all(db: sqlite3.Connection, prepared: Sequence[tuple[IndexDocument, TokenFields]]) -> None:
    """Write a batch, each document once in it; those that the index never heard of all together."""
    ids = json.dumps([document.id for document, _ in prepared])
    known = {
        row[0]
        for row in db.execute(
            "SELECT doc.id FROM json_each(?) AS asked JOIN doc ON doc.id = asked.value"
            " UNION SELECT tomb.id FROM json_each(?) AS asked JOIN tomb ON tomb.id = asked.value",
            (ids, ids),
        )
    }
    add_all(db, [pair for pair in prepared if pair[0].id not in known])
    for document, fields in prepared:
        if document.id in known:
            put(db, document, fields)


def put(db: sqlite3.Connection, document: IndexDocument, fields: TokenFields) -> None:
    """Write a document unless the index knows a newer version, or that it was deleted."""
    gone = db.execute("SELECT version FROM tomb WHERE id = ?", (document.id,)).fetchone()
    if gone is not None and gone[0] > document.version:
        return
    old = db.execute("SELECT version FROM doc WHERE id = ?", (document.id,)).fetchone()
    if old is not None and old[0] > document.version:
        return
    text = _text_of(db, document.id)
    # Rewriting the text index is the dear part of a review click: only when the text changed (performance.md, pitfall 6).
    if text != fields:
        if text is not None:
            _forget(db, document.id, text)
        _learn(db, [(document.id, *fields)])
    db.execute(f"INSERT OR REPLACE INTO doc ({_COLUMNS}) VALUES ({_PLACES})", _row(document))
    _misplace(db, document.id)
    _place(db, [document])


def add_all(db: sqlite3.Connection, prepared: Sequence[tuple[IndexDocument, TokenFields]]) -> None:
    """Write documents that the index does not know yet."""
    db.executemany(
        f"INSERT INTO doc ({_COLUMNS}) VALUES ({_PLACES})", [_row(document) for document, _ in prepared]
    )
    _learn(db, [(document.id, *fields) for document, fields in prepared])
    _place(db, [document for document, _ in prepared])


def take(db: sqlite3.Connection, item_id: int, version: int) -> None:
    """Delete a document up to a version, and remember that nothing older may come back."""
    old = db.execute("SELECT version FROM doc WHERE id = ?", (item_id,)).fetchone()
    db.execute(
        "INSERT INTO tomb VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET version = max(version, excluded.version)",
        (item_id, version),
    )
    if old is None or old[0] > version:
        return
    text = _text_of(db, item_id)
    if text is not None:
        _forget(db, item_id, text)
    db.execute("DELETE FROM doc WHERE id = ?", (item_id,))
    _misplace(db, item_id)


def _row(document: IndexDocument) -> tuple[Any, ...]:
    return (
        document.id,
        document.version,
        document.source,
        document.language,
        document.kind,
        int(document.domestic),
        int(document.social),
        int(document.copy),
        document.story,
        int(document.has_claim),
        document.reach_tier,
        document.need,
        seconds(document.first_seen_at),
        seconds(document.published_at),
        day_of(document),
    )


def _text_of(db: sqlite3.Connection, item_id: int) -> tuple[str, ...] | None:
    found: tuple[str, ...] | None = db.execute(
        f"SELECT {TEXT_COLUMNS} FROM doc_text WHERE id = ?", (item_id,)
    ).fetchone()
    return found


def _learn(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of an id and its four token fields."""
    db.executemany(f"INSERT INTO doc_text (id, {TEXT_COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)
    db.executemany(f"INSERT INTO fts (rowid, {TEXT_COLUMNS}) VALUES (?, ?, ?, ?, ?)", rows)


def _forget(db: sqlite3.Connection, item_id: int, fields: tuple[str, ...]) -> None:
    """The text index needs the old tokens to take them out; then the tokens go."""
    db.execute(
        f"INSERT INTO fts (fts, rowid, {TEXT_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)", (item_id, *fields)
    )
    db.execute("DELETE FROM doc_text WHERE id = ?", (item_id,))


def _misplace(db: sqlite3.Connection, item_id: int) -> None:
    db.execute("DELETE FROM doc_locality WHERE doc = ?", (item_id,))
    db.execute("DELETE FROM doc_tag WHERE doc = ?", (item_id,))


def _place(db: sqlite3.Connection, documents: Sequence[IndexDocument]) -> None:
    """What a document has several of: its places, and the tags of offices."""
    rows = [
        (document.id, code, band)
        for document in documents
        for code, band in (
            dict.fromkeys(document.localities_check, "check") | dict.fromkeys(document.localities, "in")
        ).items()
    ]
    db.executemany("INSERT INTO doc_locality VALUES (?, ?, ?)", rows)
    tags = [(document.id, word) for document in documents for word in document.tags]
    db.executemany("INSERT INTO doc_tag VALUES (?, ?)", tags)
