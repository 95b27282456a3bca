"""Much at once, then little by little: an index that lets merging wait gives the same answers, and merges again afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.finding import SearchIndex
from indexer.search.fts5 import Fts5Index
from indexer.search.fts5_schema import MANY
from indexer.search.rebuild import rebuild
from tests.contract.test_rebuild import Shelf
from tests.contract.test_search_index import document, hits, index  # noqa: F401

WHOLE = MANY * 3
MADE = tuple(
    document(n, f"Tin số {n}", f"Kho lúa thứ {n % 7} ở bến {'hòa' if n % 2 else 'hoà'} bình, ngày {n}.")
    for n in range(1, WHOLE + 1)
)


def automerge(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT v FROM fts_config WHERE k = 'automerge'").fetchone()[0])


def check(index: SearchIndex, last: int) -> None:  # noqa: F811
    index.refresh()
    assert hits(index, "hoa binh") == list(range(last, last - 50, -1))
    assert hits(index, "hòa bình", limit=3) == [last, last - 1, last - 2]
    assert hits(index, '"kho lúa thứ 3"', limit=2) == [n for n in range(last, 0, -1) if n % 7 == 3][:2]
    assert list(index.versions()) == [(n, 1) for n in range(1, last + 1)]


@pytest.mark.long
def test_a_backlog_and_what_follows_it_are_found_alike(index: SearchIndex) -> None:  # noqa: F811
    index.apply(MADE[:MANY], [], 1)
    index.apply(MADE[MANY : MANY * 2], [], 2)
    check(index, MANY * 2)
    for number, made in enumerate(MADE[MANY * 2 : MANY * 2 + 40], 3):
        index.apply([made], [], number)
    check(index, MANY * 2 + 40)


def test_merging_waits_for_a_backlog_and_for_a_fresh_index_only(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    fts5 = Fts5Index(path)
    fts5.create()
    fts5.apply(MADE[:MANY], [], 1)
    assert automerge(path) == 0
    fts5.apply(MADE[MANY : MANY + 3], [], 2)
    assert automerge(path) == 4
    rebuild(fts5, Shelf(MADE))
    assert automerge(path) == 4
    check(fts5, WHOLE)
    fts5.close()
