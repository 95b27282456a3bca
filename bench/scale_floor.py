"""The floors of the scale bench: the engines alone, fed the same token fields by their own bulk way, asked the same words."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from core.finding import IndexDocument
from indexer.search.fields import TokenFields

BATCH = 500
Fed = tuple[IndexDocument, TokenFields]


class Floor(Protocol):
    """An engine without anything of ours around it."""

    def load(self, documents: Iterable[Fed]) -> float:
        """Put them in; the seconds spent inside the engine: of CPU where it is in this process, else by the clock."""
        ...

    def ask(self, words: str) -> Sequence[int]:
        """The newest 20 that hold the folded words as a phrase."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class RawFts5:
    """One table and one external-content FTS5 over it, 500 documents a transaction."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
            "CREATE TABLE doc (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT);"
            "CREATE VIRTUAL TABLE fts USING fts5 (a, b, c, d, content='doc', content_rowid='id', tokenize='ascii');"
        )

    def load(self, documents: Iterable[Fed]) -> float:
        """As :meth:`Floor.load`."""
        spent, source = 0.0, iter(documents)
        while rows := [(document.id, *fields) for document, fields in islice(source, BATCH)]:
            begun = time.process_time()
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO doc VALUES (?, ?, ?, ?, ?)", rows)
            self._db.executemany("INSERT INTO fts (rowid, a, b, c, d) VALUES (?, ?, ?, ?, ?)", rows)
            self._db.execute("COMMIT")
            spent += time.process_time() - begun
        return spent

    def ask(self, words: str) -> Sequence[int]:
        """As :meth:`Floor.ask`."""
        rows = self._db.execute(
            "SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid DESC LIMIT 20", (f'{{c d}} : "{words}"',)
        )
        return [row[0] for row in rows]

    def close(self) -> None:
        """As :meth:`Floor.close`."""
        self._db.close()


class RawElastic:
    """One index of four token fields and an id, filled by the bulk API, 500 documents a request."""

    def __init__(self, url: str, name: str) -> None:
        from elasticsearch import Elasticsearch

        self._client = Elasticsearch(url, request_timeout=120)
        self._name = name
        tokens = {"type": "text", "analyzer": "whitespace"}
        self._client.indices.create(
            index=name,
            mappings={"dynamic": "strict", "properties": {"id": {"type": "long"}, **dict.fromkeys(TokenFields._fields, tokens)}},
            settings={"number_of_shards": 1, "number_of_replicas": 0},
        )  # fmt: skip

    def load(self, documents: Iterable[Fed]) -> float:
        """As :meth:`Floor.load`."""
        spent, source = 0.0, iter(documents)
        while part := list(islice(source, BATCH)):
            operations: list[dict[str, Any]] = []
            for document, fields in part:
                operations += [{"index": {"_id": str(document.id)}}, {"id": document.id, **fields._asdict()}]
            begun = time.perf_counter()
            self._client.bulk(index=self._name, operations=operations)
            spent += time.perf_counter() - begun
        begun = time.perf_counter()
        self._client.indices.refresh(index=self._name)
        return spent + time.perf_counter() - begun

    def ask(self, words: str) -> Sequence[int]:
        """As :meth:`Floor.ask`."""
        answer = self._client.search(
            index=self._name,
            query={
                "multi_match": {"query": words, "type": "phrase", "fields": ["title_folded", "body_folded"]}
            },
            sort=[{"id": "desc"}],
            size=20,
            source=False,
        )
        return [int(hit["_id"]) for hit in answer["hits"]["hits"]]

    def close(self) -> None:
        """As :meth:`Floor.close`."""
        self._client.indices.delete(index=self._name)
        self._client.close()
