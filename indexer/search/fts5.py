"""The default search index: SQLite FTS5 in a file of its own, fed from the outbox and disposable at any time (decision 1).

The file holds the token fields in a table, an external-content FTS over it, and the last outbox number, all written in one transaction:
after a crash the index is exactly at some outbox number and catches up from there. The ``ascii`` tokenizer splits at spaces and leaves every
other character alone, which is what Elasticsearch's whitespace analyzer does; folding and splitting happened in ``core.text``.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.errors import OutOfStep, Unavailable
from core.finding import (
    FACET_VALUES,
    FACET_WINDOW,
    BuildState,
    Filters,
    IndexDocument,
    IndexStats,
    SearchPage,
    SortOrder,
    tag_words,
)
from core.text.query import Node
from indexer.search.fields import INDEX_VERSION, TITLE_WEIGHT, token_fields_of
from indexer.search.fts5_files import Generations, OneFile
from indexer.search.fts5_query import Condition
from indexer.search.fts5_schema import GATHERING, INDEXES, MERGING, SCHEMA, add_all, expect, put_all, take

_ORDERS: dict[str, str] = {
    "published": "doc.published DESC NULLS LAST, doc.id DESC",
    "need": "doc.need DESC, doc.id DESC",
}
_FACETS = ("source", "language", "kind", "domestic", "has_claim", "reach_tier")
#: what SQLite says of a file that cannot be read as what it was
_DAMAGED = ("malformed", "not a database", "no such table", "no such column", "vtable constructor failed")
#: and of a disk with no room left: the transaction is undone, what was there before answers on
_FULL = ("disk is full", "disk I/O error")
_AWAY_VI = {
    "unavailable": "Chỉ mục tìm kiếm đang không dùng được; dữ liệu vẫn nguyên. Màn hình tìm trực tiếp trong kho cho tới khi chỉ mục trở lại.",
    "absent": "Chưa có chỉ mục tìm kiếm, hoặc tệp của nó đã bị xóa; dữ liệu vẫn nguyên. Bộ lịch tự lập lại; muốn lập ngay: lamro reindex",
    "outdated": "Chỉ mục tìm kiếm do phiên bản khác của chương trình lập; dữ liệu vẫn nguyên. Bộ lịch tự lập lại; muốn lập ngay: lamro reindex",
    "damaged": "Tệp chỉ mục tìm kiếm bị hỏng; dữ liệu vẫn nguyên. Sửa: lamro verify --mend",
    "full": "Không ghi được chỉ mục tìm kiếm vì ổ đĩa đầy hoặc lỗi; dữ liệu vẫn nguyên. Dọn ổ đĩa; thay đổi đang chờ sẽ tự được đưa vào sau.",
}


class Fts5Index:
    """:class:`core.finding.SearchIndex` over one SQLite file. Safe for several threads and processes (one writes at a time)."""

    def __init__(self, path: Path, *, files: Generations | OneFile | None = None) -> None:
        self.path = path
        self._files = Generations(path) if files is None else files
        self._local = threading.local()
        self.facet_window = FACET_WINDOW

    # --- connection -------------------------------------------------------------------------------------------------

    @contextmanager
    def use(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """The connection; whatever goes wrong inside SQLite becomes :class:`Unavailable`."""
        try:
            yield self._connection(create=create)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise _away(f"The FTS5 index cannot be used: {error}", _code(str(error))) from error

    def _connection(self, *, create: bool) -> sqlite3.Connection:
        """The thread's own connection to the file that answers now; a swapped or deleted file is noticed."""
        real = self._files.current()
        held: tuple[sqlite3.Connection, Path, int] | None = getattr(self._local, "held", None)
        if held is not None:
            if real == held[1] and real.stat().st_ino == held[2]:
                return held[0]
            self.close()
        if real is None:
            if not create:
                raise _away("There is no FTS5 index yet.", "absent")
            real = self._files.first()
        connection = sqlite3.connect(
            f"{real.as_uri()}?mode={'rwc' if create else 'rw'}",
            uri=True,
            isolation_level=None,
            timeout=10.0,
            check_same_thread=False,
        )
        try:
            self._prepare(connection, create=create)
        except BaseException:
            connection.close()
            raise
        self._local.held = (connection, real, real.stat().st_ino)
        return connection

    def _prepare(self, connection: sqlite3.Connection, *, create: bool) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        # The index can always be made again from the store, so a lost last second costs nothing: it catches up.
        connection.execute("PRAGMA synchronous=NORMAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and create:
            half_made = isinstance(self._files, OneFile)
            connection.executescript(f"BEGIN IMMEDIATE; {SCHEMA} {'' if half_made else INDEXES}")
            connection.execute("INSERT OR IGNORE INTO state VALUES (1, 0, ?, NULL)", (INDEX_VERSION,))
            connection.execute(f"PRAGMA user_version={INDEX_VERSION}")
            connection.execute("COMMIT")
        elif version != INDEX_VERSION:
            raise _away(
                f"The FTS5 index was made by another version of the program ({version}, not {INDEX_VERSION}).",
                "outdated" if version else "absent",
            )

    def create(self) -> None:
        """Make the file and its tables."""
        with self.use(create=True):
            pass

    def close(self) -> None:
        """Close this thread's connection."""
        held: tuple[sqlite3.Connection, Path, int] | None = getattr(self._local, "held", None)
        if held is not None:
            self._local.held = None
            held[0].close()

    def drop(self) -> None:
        """Delete the file and every half-made one."""
        self.close()
        self._files.remove()

    # --- writing ----------------------------------------------------------------------------------------------------

    def apply(
        self,
        upserts: Sequence[IndexDocument],
        deletes: Sequence[tuple[int, int]],
        seq: int,
        *,
        after: int | None = None,
    ) -> list[tuple[int, str]]:
        """Write a batch in one transaction, together with the outbox number it reaches."""
        prepared = list(zip(upserts, token_fields_of(upserts), strict=True))
        with self.use(create=True) as db, _writing(db):
            reached = db.execute("SELECT last_seq FROM state").fetchone()[0]
            if after is not None and reached < after:
                raise OutOfStep(
                    "Chỉ mục vừa được thay bằng chỉ mục khác; hệ thống sẽ đọc lại từ chỗ của nó.",
                    f"The index stands at {reached}, not at {after}: it was swapped or lost.",
                )
            expect(db, len(prepared))
            put_all(db, prepared)
            for item_id, version in deletes:
                take(db, item_id, version)
            db.execute("UPDATE state SET last_seq = max(last_seq, ?)", (seq,))
        return []

    def refresh(self) -> None:
        """Nothing to do: a committed batch is visible."""

    def fresh(self) -> FreshFts5:
        """The index being made beside this one."""
        if not isinstance(self._files, Generations):
            raise TypeError("a half-made index has none beside it")
        return FreshFts5(self._files)

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
        at_most: int | None = None,
    ) -> SearchPage:
        """Ids in order, total, facet counts."""
        condition = Condition(query, filters)
        order, tables = _ORDERS.get(sort, f"{condition.row} DESC"), condition.tables
        if sort == "newest":
            tables = condition.least
        if sort == "score" and condition.ranked:
            order = f"bm25(fts, {TITLE_WEIGHT}, 1.0, {TITLE_WEIGHT}, 1.0), doc.id DESC"
        with self.use() as db:
            ids = tuple(
                row[0]
                for row in db.execute(
                    f"SELECT {condition.row} FROM {tables} WHERE {condition.where} ORDER BY {order} LIMIT ? OFFSET ?",
                    (*condition.values, limit, offset),
                )
            )
            matching = f"SELECT 1 FROM {condition.least} WHERE {condition.where}"
            bound = "" if at_most is None else f" LIMIT {at_most + 1:d}"
            total = db.execute(f"SELECT count(*) FROM ({matching}{bound})", condition.values).fetchone()[0]
            counts = self._facets(db, condition, tag_words(filters)) if facets else {}
        return SearchPage(ids, total, counts, min(total, self.facet_window) if facets else 0)

    def _facets(
        self, db: sqlite3.Connection, condition: Condition, tags: dict[str, str]
    ) -> dict[str, dict[str, int]]:
        columns = ", ".join(_FACETS)
        newest = (
            f"SELECT doc.id AS id, {columns} FROM {condition.tables}"
            f" WHERE {condition.where} ORDER BY {condition.row} DESC LIMIT {self.facet_window:d}"
        )
        counts: dict[str, Counter[str]] = {name: Counter() for name in (*_FACETS, "tag", "locality")}
        # One pass over the hits; few combinations of values come out of it, whatever their number. SQLite itself would sort them all.
        found = db.execute(f"SELECT {columns} FROM ({newest})", condition.values)
        for values, number in Counter(found).items():
            for name, value in zip(_FACETS, values, strict=True):
                counts[name][str(value)] += number
        least = self._least(db, condition)
        counts["locality"].update(dict(_beside(db, condition, newest, least, "doc_locality", "locality")))
        if tags:
            given = _beside(db, condition, newest, least, "doc_tag", "word", tuple(tags))
            counts["tag"].update({tags[word]: number for word, number in given})
            untagged = counts["source"].total() - counts["tag"].total()
            counts["tag"].update({"": untagged} if untagged else {})
        return {name: most_frequent(counter) for name, counter in counts.items()}

    def _least(self, db: sqlite3.Connection, condition: Condition) -> int | None:
        """The oldest of the newest matches, where there are that many and no words choose them."""
        if condition.ranked:
            return None
        row = db.execute(
            f"SELECT doc.id FROM doc WHERE {condition.where} ORDER BY doc.id DESC LIMIT 1 OFFSET {self.facet_window - 1:d}",
            condition.values,
        ).fetchone()
        return None if row is None else int(row[0])

    def volume(self, query: Node | None, filters: Filters) -> dict[tuple[int, str], int]:
        """Hits by (day, source)."""
        condition = Condition(query, filters)
        with self.use() as db:
            rows = db.execute(
                f"SELECT doc.day, doc.source, count(*) FROM {condition.tables} WHERE {condition.where} GROUP BY 1, 2 ORDER BY 1, 2",
                condition.values,
            )
            return {(day, source): number for day, source, number in rows}

    def counts(self, questions: Sequence[tuple[Node | None, Filters]]) -> list[int]:
        """Hits of each question."""
        asked = [Condition(query, filters) for query, filters in questions]
        with self.use() as db:
            return [
                db.execute(f"SELECT count(*) FROM {one.least} WHERE {one.where}", one.values).fetchone()[0]
                for one in asked
            ]

    def stats(self) -> IndexStats:
        """Documents held and the last outbox number applied."""
        engine = f"FTS5 (SQLite {sqlite3.sqlite_version})"
        try:
            with self.use() as db:
                last_seq, version = db.execute("SELECT last_seq, index_version FROM state").fetchone()
                documents = db.execute("SELECT count(*) FROM doc").fetchone()[0]
        except Unavailable as error:
            if error.code != "absent":
                raise
            return IndexStats(0, 0, engine, INDEX_VERSION)
        return IndexStats(documents, last_seq, engine, version)

    def versions(self) -> Iterable[tuple[int, int]]:
        """Every (id, version), ascending. What is wrong inside the file is found first, and said as ``damaged``."""
        with self.use() as db:
            # Rank 1 compares the text index with the table it was made from: an edit past it is found.
            db.execute("INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)")
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            halves = ("doc", "doc_text"), ("doc_text", "doc")
            if any(
                db.execute(f"SELECT id FROM {a} EXCEPT SELECT id FROM {b} LIMIT 1").fetchone()
                for a, b in halves
            ):
                found = "a document without its text, or a text without its document"
            if found != "ok":
                raise sqlite3.DatabaseError(f"malformed: {found}")
            yield from db.execute("SELECT id, version FROM doc ORDER BY id")


def _beside(
    db: sqlite3.Connection,
    condition: Condition,
    newest: str,
    least: int | None,
    table: str,
    column: str,
    only: tuple[str, ...] = (),
) -> list[tuple[str, int]]:
    """How many of the newest matches have each value in a table beside theirs, or each of ``only`` these.

    Few documents are about a place of ours or tagged: those are gone through, down to ``least``, where the matches are that many.
    """
    chosen = f"beside.{column} IN ({', '.join('?' * len(only))})" if only else "1"
    if least is None:
        return db.execute(
            f"SELECT beside.{column}, count(*) FROM ({newest}) AS found JOIN {table} AS beside ON beside.doc = found.id"
            f" WHERE {chosen} GROUP BY 1",
            (*condition.values, *only),
        ).fetchall()
    return db.execute(
        f"SELECT beside.{column}, count(*) FROM {table} AS beside CROSS JOIN doc ON doc.id = beside.doc"
        f" WHERE beside.doc >= ? AND {condition.where} AND {chosen} GROUP BY 1",
        (least, *condition.values, *only),
    ).fetchall()


def most_frequent(counts: Counter[str]) -> dict[str, int]:
    """The values of a facet as every engine gives them: by count, then by name."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[:FACET_VALUES])


def _code(said: str) -> str:
    if any(words in said for words in _DAMAGED):
        return "damaged"
    return "full" if any(words in said for words in _FULL) else "unavailable"


def _away(en: str, code: str) -> Unavailable:
    return Unavailable(_AWAY_VI[code], en, code=code)


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class FreshFts5:
    """:class:`core.finding.FreshIndex`: the next numbered file, not yet behind the link."""

    def __init__(self, files: Generations) -> None:
        self._files = files
        self._index: Fts5Index | None = None

    def _made(self) -> Fts5Index:
        if self._index is None:
            path = self._files.half_made() or self._files.next()
            self._index = Fts5Index(path, files=OneFile(path))
        return self._index

    def begun(self) -> BuildState | None:
        """How far the half-made file is; one of another version or a damaged one does not count."""
        if self._files.half_made() is None:
            return None
        try:
            with self._made().use() as db:
                last_seq, filled_to = db.execute("SELECT last_seq, filled_to FROM state").fetchone()
        except Unavailable as error:
            if error.code not in {"absent", "outdated", "damaged"}:
                raise
            return None
        return None if filled_to is None else BuildState(filled_to, last_seq)

    def begin(self, seq: int) -> None:
        """A new file, in the place of any half-made one."""
        self._made().drop()
        self._index = None
        with self._made().use(create=True) as db:
            db.executescript(GATHERING)
            db.execute("UPDATE state SET last_seq = ?, filled_to = 0", (seq,))

    def fill(self, documents: Sequence[IndexDocument], filled_to: int) -> list[tuple[int, str]]:
        """Write the next documents and how far that goes, in one transaction."""
        prepared = list(zip(documents, token_fields_of(documents), strict=True))
        with self._made().use() as db, _writing(db):
            # One that went on after a kill may know the newest items already, from what the outbox said.
            known = db.execute("SELECT coalesce(max(id), 0) FROM doc").fetchone()[0]
            add_all(db, [pair for pair in prepared if pair[0].id > known])
            put_all(db, [pair for pair in prepared if pair[0].id <= known])
            db.execute("UPDATE state SET filled_to = ?", (filled_to,))
        return []

    def apply(
        self,
        upserts: Sequence[IndexDocument],
        deletes: Sequence[tuple[int, int]],
        seq: int,
        *,
        after: int | None = None,
    ) -> list[tuple[int, str]]:
        """What changed while it was filled."""
        return self._made().apply(upserts, deletes, seq, after=after)

    def stats(self) -> IndexStats:
        """Of the fresh file."""
        return self._made().stats()

    def swap(self) -> None:
        """All of it into the file, then the link."""
        made = self._made()
        with made.use() as db:
            db.executescript(INDEXES + MERGING)
            db.execute("UPDATE state SET filled_to = NULL")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made.close()
        self._files.swap(made.path)
        self._index = None
