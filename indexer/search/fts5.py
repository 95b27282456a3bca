"""The default search index: SQLite FTS5 in a file of its own, fed from the outbox and disposable at any time (decision 1).

The file holds the token fields in a table, an external-content FTS over it, and the last outbox number, all written in one transaction:
after a crash the index is exactly at some outbox number and catches up from there. The ``ascii`` tokenizer splits at spaces and leaves every
other character alone, which is what Elasticsearch's whitespace analyzer does; folding and splitting happened in ``core.text``.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from core.ports import Filters, IndexDocument, IndexStats, SearchPage, SortOrder
from core.text.query import And, Node, Not, Or, Phrase, Word
from core.text.tokens import ANALYSIS_VERSION
from indexer.search.fields import TITLE_WEIGHT, token_fields

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), last_seq INTEGER NOT NULL, analysis_version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS doc (
    id INTEGER PRIMARY KEY, version INTEGER NOT NULL,
    title_exact TEXT NOT NULL, body_exact TEXT NOT NULL, title_folded TEXT NOT NULL, body_folded TEXT NOT NULL,
    source TEXT NOT NULL, language TEXT NOT NULL, domestic INTEGER NOT NULL, social INTEGER NOT NULL, tag TEXT NOT NULL,
    story INTEGER, has_claim INTEGER NOT NULL, reach_tier INTEGER NOT NULL, need REAL NOT NULL,
    first_seen REAL NOT NULL, published REAL
);
CREATE INDEX IF NOT EXISTS doc_published ON doc (published DESC, id DESC);
CREATE INDEX IF NOT EXISTS doc_source ON doc (source, id DESC);
CREATE INDEX IF NOT EXISTS doc_story ON doc (story, id DESC);
CREATE TABLE IF NOT EXISTS doc_locality (doc INTEGER NOT NULL, locality TEXT NOT NULL, band TEXT NOT NULL, PRIMARY KEY (doc, locality)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS doc_locality_by_place ON doc_locality (locality, doc DESC);
CREATE TABLE IF NOT EXISTS tomb (id INTEGER PRIMARY KEY, version INTEGER NOT NULL);
CREATE VIRTUAL TABLE IF NOT EXISTS fts USING fts5 (
    title_exact, body_exact, title_folded, body_folded, content='doc', content_rowid='id', tokenize='ascii'
);
"""

_TOKEN_COLUMNS = "title_exact, body_exact, title_folded, body_folded"
_ORDERS: dict[str, str] = {
    "newest": "doc.id DESC",
    "published": "doc.published DESC NULLS LAST, doc.id DESC",
    "need": "doc.need DESC, doc.id DESC",
}
_FACETS: dict[str, str] = {
    "source": "doc.source",
    "language": "doc.language",
    "tag": "doc.tag",
    "domestic": "doc.domestic",
}


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.astimezone(UTC).timestamp()


class Fts5Index:
    """:class:`core.ports.SearchIndex` over one SQLite file. Safe for several threads and processes (one writes at a time)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    # --- connection -------------------------------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        inode = self.path.stat().st_ino if self.path.exists() else None
        if connection is not None and getattr(self._local, "inode", None) == inode and inode is not None:
            return connection
        if connection is not None:
            connection.close()
        if not self.path.parent.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10.0, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        # The index can always be made again from the store, so a lost last second costs nothing: it catches up.
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.executescript(_SCHEMA)
        connection.execute("INSERT OR IGNORE INTO state VALUES (1, 0, ?)", (ANALYSIS_VERSION,))
        self._local.connection = connection
        self._local.inode = self.path.stat().st_ino
        return connection

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except sqlite3.Error as error:
            self.close()
            raise Unavailable(
                "Chỉ mục tìm kiếm đang không dùng được; dữ liệu vẫn nguyên. Màn hình tìm trực tiếp trong kho cho tới khi chỉ mục trở lại.",
                f"The FTS5 index cannot be used: {error}",
            ) from error

    def create(self) -> None:
        """Make the file and its tables."""
        with self._use():
            pass

    def close(self) -> None:
        """Close this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            self._local.connection = None
            connection.close()

    def drop(self) -> None:
        """Delete the file; the next use makes an empty one."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    # --- writing ----------------------------------------------------------------------------------------------------

    def apply(
        self, upserts: Sequence[IndexDocument], deletes: Sequence[tuple[int, int]], seq: int
    ) -> list[tuple[int, str]]:
        """Write a batch in one transaction, together with the outbox number it reaches."""
        prepared = [(document, token_fields(document)) for document in upserts]
        with self._use() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                for document, fields in prepared:
                    self._put(db, document, fields)
                for item_id, version in deletes:
                    self._remove(db, item_id, version)
                db.execute("UPDATE state SET last_seq = max(last_seq, ?)", (seq,))
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
        return []

    def _put(
        self, db: sqlite3.Connection, document: IndexDocument, fields: tuple[str, str, str, str]
    ) -> None:
        gone = db.execute("SELECT version FROM tomb WHERE id = ?", (document.id,)).fetchone()
        if gone is not None and gone[0] >= document.version:
            return
        old = db.execute(f"SELECT version, {_TOKEN_COLUMNS} FROM doc WHERE id = ?", (document.id,)).fetchone()
        if old is not None and old[0] > document.version:
            return
        if old is not None and tuple(old[1:]) != tuple(fields):
            db.execute(
                f"INSERT INTO fts (fts, rowid, {_TOKEN_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)",
                (document.id, *old[1:]),
            )
        db.execute(
            f"INSERT OR REPLACE INTO doc (id, version, {_TOKEN_COLUMNS}, source, language, domestic, social, tag, story, has_claim,"
            " reach_tier, need, first_seen, published) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.version,
                *fields,
                document.source,
                document.language,
                int(document.domestic),
                int(document.social),
                document.tag,
                document.story,
                int(document.has_claim),
                document.reach_tier,
                document.need,
                _seconds(document.first_seen_at),
                _seconds(document.published_at),
            ),
        )
        # Rewriting the text index is the dear part of a review click: only when the text changed (performance.md, pitfall 6).
        if old is None or tuple(old[1:]) != tuple(fields):
            db.execute(
                f"INSERT INTO fts (rowid, {_TOKEN_COLUMNS}) VALUES (?, ?, ?, ?, ?)", (document.id, *fields)
            )
        db.execute("DELETE FROM doc_locality WHERE doc = ?", (document.id,))
        places = dict.fromkeys(document.localities_check, "check") | dict.fromkeys(document.localities, "in")
        db.executemany(
            "INSERT INTO doc_locality VALUES (?, ?, ?)",
            [(document.id, code, band) for code, band in places.items()],
        )

    def _remove(self, db: sqlite3.Connection, item_id: int, version: int) -> None:
        old = db.execute(f"SELECT version, {_TOKEN_COLUMNS} FROM doc WHERE id = ?", (item_id,)).fetchone()
        db.execute(
            "INSERT INTO tomb VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET version = max(version, excluded.version)",
            (item_id, version),
        )
        if old is None or old[0] > version:
            return
        db.execute(
            f"INSERT INTO fts (fts, rowid, {_TOKEN_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)",
            (item_id, *old[1:]),
        )
        db.execute("DELETE FROM doc WHERE id = ?", (item_id,))
        db.execute("DELETE FROM doc_locality WHERE doc = ?", (item_id,))

    def refresh(self) -> None:
        """Nothing to do: a committed batch is visible."""

    # --- reading ----------------------------------------------------------------------------------------------------

    def search(
        self,
        query: Node | None,
        filters: Filters,
        *,
        sort: SortOrder,
        limit: int,
        offset: int = 0,
        facets: bool = False,
    ) -> SearchPage:
        """Ids in order, total, facet counts."""
        condition = _Condition(query)
        condition.add_filters(filters)
        order = _ORDERS["newest"] if sort == "score" and not condition.ranked else _ORDERS.get(sort, "")
        if sort == "score" and condition.ranked:
            order = f"bm25(fts, {TITLE_WEIGHT}, 1.0, {TITLE_WEIGHT}, 1.0), doc.id DESC"
        elif sort == "newest" and condition.ranked:
            order = "fts.rowid DESC"
        with self._use() as db:
            ids = tuple(
                row[0]
                for row in db.execute(
                    f"SELECT doc.id FROM {condition.tables} WHERE {condition.where} ORDER BY {order} LIMIT ? OFFSET ?",
                    (*condition.values, limit, offset),
                )
            )
            total = db.execute(
                f"SELECT count(*) FROM {condition.tables} WHERE {condition.where}", condition.values
            ).fetchone()[0]
            counts = self._facets(db, condition) if facets else {}
        return SearchPage(ids=ids, total=total, facets=counts)

    def _facets(self, db: sqlite3.Connection, condition: _Condition) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for name, column in _FACETS.items():
            rows = db.execute(
                f"SELECT {column}, count(*) FROM {condition.tables} WHERE {condition.where} GROUP BY 1 ORDER BY 2 DESC, 1",
                condition.values,
            )
            counts[name] = {_facet_value(value): number for value, number in rows}
        rows = db.execute(
            f"SELECT place.locality, count(*) FROM {condition.tables} JOIN doc_locality AS place ON place.doc = doc.id"
            f" WHERE {condition.where} GROUP BY 1 ORDER BY 2 DESC, 1",
            condition.values,
        )
        counts["locality"] = {str(value): number for value, number in rows}
        return counts

    def stats(self) -> IndexStats:
        """Documents held and the last outbox number applied."""
        with self._use() as db:
            last_seq, version = db.execute("SELECT last_seq, analysis_version FROM state").fetchone()
            documents = db.execute("SELECT count(*) FROM doc").fetchone()[0]
        return IndexStats(
            documents=documents,
            last_seq=last_seq,
            engine=f"FTS5 (SQLite {sqlite3.sqlite_version})",
            analysis_version=version,
        )

    def versions(self) -> Iterable[tuple[int, int]]:
        """Every (id, version), ascending."""
        with self._use() as db:
            yield from db.execute("SELECT id, version FROM doc ORDER BY id")


def _facet_value(value: Any) -> str:
    return {0: "0", 1: "1"}.get(value, str(value)) if isinstance(value, int) else str(value)


class _Condition:
    """A parsed query and filters as SQL: one MATCH where FTS5 can express the tree, set tests elsewhere (a Not that stands alone)."""

    def __init__(self, query: Node | None) -> None:
        self.values: list[Any] = []
        self.ranked = False
        self.tables = "doc"
        clauses: list[str] = []
        if query is not None:
            match = _match(query)
            if match is not None:
                self.ranked = True
                self.tables = "fts CROSS JOIN doc ON doc.id = fts.rowid"
                clauses.append("fts MATCH ?")
                self.values.append(match)
            else:
                clauses.append(self._sets(query))
        self._clauses = clauses

    @property
    def where(self) -> str:
        return " AND ".join(self._clauses) or "1"

    def _sets(self, node: Node) -> str:
        match = _match(node)
        if match is not None:
            self.values.append(match)
            return "doc.id IN (SELECT rowid FROM fts WHERE fts MATCH ?)"
        if isinstance(node, Not):
            return f"NOT {self._sets(node.part)}"
        joiner = " AND " if isinstance(node, And) else " OR "
        return (
            "(" + joiner.join(self._sets(part) for part in node.parts) + ")"
            if isinstance(node, And | Or)
            else "0"
        )

    def add_filters(self, filters: Filters) -> None:
        for column, words in (
            ("source", filters.sources),
            ("language", filters.languages),
            ("tag", filters.tags),
        ):
            if words:
                self._clauses.append(f"doc.{column} IN ({', '.join('?' * len(words))})")
                self.values.extend(words)
        for column, flag in (
            ("domestic", filters.domestic),
            ("social", filters.social),
            ("has_claim", filters.has_claim),
        ):
            if flag is not None:
                self._clauses.append(f"doc.{column} = ?")
                self.values.append(int(flag))
        if filters.localities:
            self._clauses.append(
                f"doc.id IN (SELECT doc FROM doc_locality WHERE locality IN ({', '.join('?' * len(filters.localities))}))"
            )
            self.values.extend(filters.localities)
        if filters.story is not None:
            self._clauses.append("doc.story = ?")
            self.values.append(filters.story)
        if filters.since is not None:
            self._clauses.append("doc.first_seen >= ?")
            self.values.append(_seconds(filters.since))
        if filters.until is not None:
            self._clauses.append("doc.first_seen < ?")
            self.values.append(_seconds(filters.until))


def _match(node: Node) -> str | None:
    """The tree in FTS5's own language, every token quoted; None where a Not has nothing to be taken from."""
    if isinstance(node, Word):
        return f'{{title_{node.field} body_{node.field}}} : "{node.token}"'
    if isinstance(node, Phrase):
        words = " ".join(node.tokens)
        return f'{{title_{node.field} body_{node.field}}} : "{words}"'
    if isinstance(node, Or):
        parts = [_match(part) for part in node.parts]
        return (
            None
            if any(part is None for part in parts)
            else "(" + " OR ".join(part for part in parts if part) + ")"
        )
    if isinstance(node, And):
        wanted = [_match(part) for part in node.parts if not isinstance(part, Not)]
        unwanted = [_match(part.part) for part in node.parts if isinstance(part, Not)]
        if not wanted or any(part is None for part in wanted + unwanted):
            return None
        text = "(" + " AND ".join(part for part in wanted if part) + ")"
        for part in unwanted:
            text = f"({text} NOT {part})"
        return text
    return None
