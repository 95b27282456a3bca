"""Faults of a real index: cut, slow, overloaded, wiped, refusing, with a full or failing disk. While it is away the store answers with a
banner; afterwards the outbox is where it should be, and nothing is missing, extra or stale."""

from __future__ import annotations

import dataclasses
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.indexing import follow
from core.errors import Unavailable
from core.finding import Filters
from core.records.item import Item
from core.records.source import Quarantine, Source
from core.services import index_check, intake, outbox, searching
from core.services.desk import Desk
from indexer.search import elastic_write
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.fts5 import Fts5Index
from tests.contract.test_index_and_store import held, stored
from tests.engines.relay import Answer, Asked, Relay, Rule, refuse
from tests.integration.core.conftest import (  # noqa: F401
    DYKE,
    _sqlite_template,
    candidate,
    clock,
    desk,
    office,
    press,
    store,
    store_url,
)

ITEMS = 24
long = pytest.mark.long
on_sqlite = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def bring(desk: Desk, press: str, first: int, last: int) -> None:  # noqa: F811
    """Items of the dyke, numbered."""
    intake.take(
        desk,
        [
            candidate(press, n, f"Đê xã Chí Minh, bài {n}", f"{DYKE} Bài số {n} của tổ {n * 31}.")
            for n in range(first, last + 1)
        ],
    )


def answered(desk: Desk) -> tuple[int, bool]:  # noqa: F811
    """(hits, whether the banner was shown) of a person's search."""
    found = searching.search(desk, None, "đê", Filters(), facets=True)
    assert len(found.hits) == min(20, found.total)
    return found.total, bool(found.banner)


def assert_level(desk: Desk) -> None:  # noqa: F811
    """After the drain: the index stands where the outbox ends and holds exactly what the store holds."""
    assert desk.index is not None
    desk.index.refresh()
    found = index_check.compare(desk, desk.index)
    assert (found.good, found.waiting, found.refused) == (True, 0, ()), found
    assert desk.index.stats().last_seq == outbox.last_seq(desk)
    assert held(desk) == stored(desk)


# --- Elasticsearch, through a relay ---------------------------------------------------------------------------------


@dataclasses.dataclass
class Cut:
    """A desk whose index is a real node behind a relay."""

    desk: Desk
    relay: Relay


@pytest.fixture
def cut(
    desk: Desk,  # noqa: F811
    press: str,  # noqa: F811
    elasticsearch_url: str,
    elasticsearch_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Cut]:
    monkeypatch.setattr(elastic_write, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(elastic_write, "BULK_DOCUMENTS", 5)
    relay = Relay(elasticsearch_url)
    index = ElasticIndex(ElasticSettings(relay.url, elasticsearch_prefix + "cut", search_seconds=1.0))
    cut = Cut(dataclasses.replace(desk, index=index), relay)
    bring(cut.desk, press, 1, 3)
    follow(cut.desk)
    index.refresh()
    yield cut
    relay.rule = None
    index.drop()
    index.close()
    relay.close()


def _nothing(relay: Relay, asked: Asked) -> Answer | None:
    return None


def _lost_answer(relay: Relay, asked: Asked) -> Answer | None:
    relay.pass_on(asked)
    return None


def _half(relay: Relay, asked: Asked) -> Answer | None:
    with relay.half_sent(asked):
        return None


def _overloaded(relay: Relay, asked: Asked) -> Answer | None:
    return refuse(429, "es_rejected_execution_exception")


def _not_ready(relay: Relay, asked: Asked) -> Answer | None:
    return refuse(503, "unavailable_shards_exception")


FAULTS: dict[str, Rule] = {
    "cut before it came": _nothing,
    "cut before the answer": _lost_answer,
    "half of a bulk": _half,
    "429": _overloaded,
    "503": _not_ready,
}


@pytest.mark.parametrize(
    "fault", [name if name == "cut before the answer" else pytest.param(name, marks=long) for name in FAULTS]
)
@on_sqlite
def test_a_node_that_fails_within_a_bulk_of_several_chunks(cut: Cut, press: str, fault: str) -> None:  # noqa: F811
    """The first two chunks pass, from the third on everything fails, searches too; then the node is back."""
    bulks = sum(path.endswith("_bulk") for _, path in cut.relay.asked)
    broken = False

    def rule(relay: Relay, asked: Asked) -> Answer | None:
        nonlocal broken
        broken = broken or (asked.path.startswith("/_bulk") and asked.number > bulks + 2)
        return FAULTS[fault](relay, asked) if broken else relay.pass_on(asked)

    cut.relay.rule = rule
    bring(cut.desk, press, 4, ITEMS)
    with pytest.raises(Unavailable):
        follow(cut.desk)
    assert broken
    assert answered(cut.desk) == (ITEMS, True)
    cut.relay.rule = None
    assert cut.desk.index is not None
    assert cut.desk.index.stats().last_seq < outbox.last_seq(cut.desk)
    assert follow(cut.desk) > 0
    assert_level(cut.desk)
    assert answered(cut.desk) == (ITEMS, False)


@long
@on_sqlite
def test_a_node_that_is_busy_for_a_moment_is_asked_again_at_once(cut: Cut, press: str) -> None:  # noqa: F811
    bulks = sum(path.endswith("_bulk") for _, path in cut.relay.asked)

    def rule(relay: Relay, asked: Asked) -> Answer | None:
        if asked.path.startswith("/_bulk") and asked.number in {bulks + 1, bulks + 3}:
            return _overloaded(relay, asked)
        return relay.pass_on(asked)

    cut.relay.rule = rule
    bring(cut.desk, press, 4, ITEMS)
    assert follow(cut.desk) > 0
    assert_level(cut.desk)


@long
@on_sqlite
def test_a_node_that_is_slow_holds_no_screen(cut: Cut, press: str) -> None:  # noqa: F811
    """Searches take too long, writes only long: the banner at once from the second search on, and the feeder goes on."""
    held_up = 0

    def rule(relay: Relay, asked: Asked) -> Answer | None:
        nonlocal held_up
        if "_search" in asked.path:
            held_up += 1
            time.sleep(1.5)
        return relay.pass_on(asked)

    cut.relay.rule = rule
    assert answered(cut.desk) == (3, True)
    for _ in range(5):
        assert answered(cut.desk) == (3, True)
    assert held_up == 1, "one failure speaks for the next seconds"
    bring(cut.desk, press, 4, 9)
    follow(cut.desk)
    cut.relay.rule = None
    assert_level(cut.desk)
    assert answered(cut.desk) == (9, False)


@long
@pytest.mark.parametrize("wiped", ["items", "places", "all"])
def test_data_wiped_under_us(cut: Cut, press: str, wiped: str) -> None:  # noqa: F811
    """Somebody deletes our indexes by hand; what is left of them must not be believed."""
    index = cut.desk.index
    assert isinstance(index, ElasticIndex)
    bring(cut.desk, press, 4, ITEMS)
    follow(cut.desk)
    with index.use() as client:
        names = index.names(client) if wiped != "places" else []
        for name in [*names, *([index.state] if wiped != "items" else [])]:
            client.indices.delete(index=name)
    if wiped != "places":
        index._checked_until = 0.0
        assert answered(cut.desk) == (ITEMS, True)
    follow(cut.desk)
    assert_level(cut.desk)
    assert answered(cut.desk) == (ITEMS, False)
    bring(cut.desk, press, ITEMS + 1, ITEMS + 2)
    follow(cut.desk)
    assert_level(cut.desk)


@long
def test_what_the_node_refuses_for_good_is_named_and_the_rest_goes_on(cut: Cut, press: str) -> None:  # noqa: F811
    """A reach that no byte holds, as an import could write it past the forms."""
    bring(cut.desk, press, 4, 12)
    with cut.desk.store.write() as session:
        ids = list(session.scalars(select(Item.id).order_by(Item.id)))
        session.add(Source(id="qua-lon", name="Quá lớn", kind="feed", url="http://qua-lon.example/rss", reach_tier=1000, created_at=cut.desk.clock.now()))  # fmt: skip
        session.flush()
        session.execute(update(Item).where(Item.id.in_(ids[5:7])).values(source_id="qua-lon"))
    follow(cut.desk)
    assert cut.desk.index is not None
    found = index_check.compare(cut.desk, cut.desk.index)
    assert (found.good, found.waiting, found.refused) == (True, 0, tuple(ids[5:7]))
    with cut.desk.store.read() as session:
        kept = list(session.scalars(select(Quarantine).where(Quarantine.kind == "document")))
    assert [row.payload for row in kept] == [str(one) for one in ids[5:7]]
    assert all("vẫn còn trong kho" in row.reason_vi for row in kept)
    assert cut.desk.index.stats().last_seq == outbox.last_seq(cut.desk)


# --- FTS5 -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(desk: Desk, press: str, tmp_path: Path) -> Iterator[Desk]:  # noqa: F811
    """A desk with a file of its own, a few items in it."""
    made = dataclasses.replace(desk, index=Fts5Index(tmp_path / "index.db"))
    bring(made, press, 1, 6)
    follow(made)
    yield made
    assert made.index is not None
    made.index.drop()


#: what a child runs: the feeder, under a limit on the size of the files it may write
_LIMITED = """
import resource, signal, sys
from pathlib import Path
from config.indexing import follow, make_anew
from core.clock import SystemClock
from core.errors import Unavailable
from core.records.engine import Store
from indexer.search.fts5 import Fts5Index
from tests.integration.core.conftest import make_desk

url, index, limit, what = sys.argv[1:]
desk = make_desk(Store(url), SystemClock(), Path(index).parent / "captures", index=Fts5Index(Path(index)))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
try:
    if what == "follow":
        follow(desk)
    else:
        make_anew(desk, desk.index, lambda done, whole: None)
except Unavailable as error:
    print(error.code, error.vi, error.en, sep="\\n")
    sys.exit(3)
"""


def limited(own: Desk, tmp_path: Path, limit: int, what: str) -> tuple[int, str]:
    """A child that meets the end of the disk after ``limit`` bytes of a file."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(own.store.engine.url), str(tmp_path / "index.db"), str(limit), what],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode in {0, 3}, done.stderr[-3000:]
    return done.returncode, done.stdout


@long
@pytest.mark.parametrize("what", ["follow", "anew"])
@on_sqlite
def test_a_disk_that_fills_up_within_a_transaction(own: Desk, press: str, tmp_path: Path, what: str) -> None:  # noqa: F811
    """The write is undone and said in words, reading goes on; with room again everything is brought in."""
    before = held(own)
    room = sum(path.stat().st_size for path in tmp_path.glob("lamro.db*")) + 200_000
    bring(own, press, 7, 18)
    with own.store.write() as session:  # long texts: what the index needs is far more than the room there is
        words = " ".join(f"chữ{number}" for number in range(20_000))
        items = list(session.scalars(select(Item).where(Item.id > before[-1][0])))
        for item in items:
            item.text, item.revision = f"{item.text} {words}", item.revision + 1
        outbox.note(session, own, items)
    with own.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    code, said = limited(own, tmp_path, room, what)
    assert (code, said.splitlines()[0]) == (3, "full"), said
    assert "ổ đĩa đầy" in said
    assert held(own) == before, "the transaction was undone"
    assert answered(own) == (6, False)
    waiting = index_check.compare(own, Fts5Index(tmp_path / "index.db"))
    assert (waiting.good, waiting.waiting > 0) == (True, True)
    code, said = limited(own, tmp_path, 100_000_000, what)
    assert (code, said) == (0, "")
    follow(own)
    assert_level(own)
    assert answered(own) == (18, False)


@on_sqlite
def test_a_file_that_may_not_grow(own: Desk, press: str, tmp_path: Path) -> None:  # noqa: F811
    """The same inside one process: SQLite's own limit of pages, then without it."""
    index = own.index
    assert isinstance(index, Fts5Index)
    with index.use() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages + 2}")
    bring(own, press, 7, 60)
    before = held(own)
    with pytest.raises(Unavailable) as caught:
        follow(own)
    assert caught.value.code == "full"
    assert "ổ đĩa đầy" in caught.value.vi
    assert held(own) == before
    follow(own)  # a new connection has no such limit
    assert_level(own)


def _deleted(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _cut_short(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def _flipped(file: Path) -> None:
    """Thirty bytes of every page but the first."""
    chance = random.Random(7)
    data = bytearray(file.read_bytes())
    for page in range(1, len(data) // 4096):
        for _ in range(30):
            data[page * 4096 + chance.randrange(4096)] ^= 0xFF
    file.write_bytes(data)


HARMS: dict[str, tuple[Callable[[Path], None], str]] = {
    "deleted": (_deleted, "absent"),
    "cut short": (_cut_short, "damaged"),
    "bytes flipped": (_flipped, "damaged"),
}


@pytest.mark.parametrize("harm", HARMS)
@on_sqlite
def test_a_file_that_is_harmed_under_us(own: Desk, press: str, tmp_path: Path, harm: str) -> None:  # noqa: F811
    """The comparison says what happened; mending makes it anew; searches are answered all along."""
    from config.indexing import level

    index = own.index
    assert isinstance(index, Fts5Index)
    real = (tmp_path / "index.db").resolve()
    with index.use() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    index.close()
    spoil, code = HARMS[harm]
    spoil(real)
    assert answered(own)[0] == 6
    found = index_check.compare(own, index)
    assert found.needs_new
    assert {"absent": "bị xóa", "damaged": "bị hỏng"}[code] in found.lost_vi
    assert "dữ liệu vẫn nguyên" in found.lost_vi
    level(own, found)
    assert_level(own)
    bring(own, press, 7, 9)
    follow(own)
    assert_level(own)
    assert answered(own) == (9, False)
    with closing(sqlite3.connect((tmp_path / "index.db").resolve())) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@on_sqlite
def test_a_file_that_is_deleted_while_it_is_open(own: Desk, press: str, tmp_path: Path) -> None:  # noqa: F811
    """The open connection must not go on writing into a file that has no name any more."""
    assert answered(own) == (6, False)
    _deleted((tmp_path / "index.db").resolve())
    assert answered(own) == (6, True)
    bring(own, press, 7, 9)
    follow(own)
    assert_level(own)
    assert answered(own) == (9, False)
