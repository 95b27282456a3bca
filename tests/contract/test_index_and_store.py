"""Store and index together, each of {SQLite, PostgreSQL} × {FTS5, Elasticsearch}: fed, compared, mended, lost and made again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import update

from config.indexing import LONGEST_WAIT, Feeder, check, follow, level
from core.errors import Unavailable
from core.finding import Filters, SearchIndex
from core.messages import Candidate
from core.records.item import Item
from core.services import index_check, intake, outbox, searching, trends
from core.services.desk import Desk
from indexer.search import elastic_write
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.fts5 import Fts5Index
from tests.contract.test_search_index import document
from tests.integration.core.conftest import (  # noqa: F401
    DYKE,
    StandingClock,
    _sqlite_template,
    candidate,
    clock,
    desk,
    office,
    press,
    store,
    store_url,
)


@pytest.fixture(params=["fts5", "elasticsearch"])
def search(request: pytest.FixtureRequest, desk: Desk, press: str, tmp_path: Path) -> Iterator[Desk]:  # noqa: F811
    """Twelve items in a store with an empty index of each engine."""
    made: SearchIndex
    if request.param == "fts5":
        made = Fts5Index(tmp_path / "index.db")
    else:
        url = request.getfixturevalue("elasticsearch_url")
        made = ElasticIndex(
            ElasticSettings(url=url, index=request.getfixturevalue("elasticsearch_prefix") + "both")
        )
    intake.take(
        desk,
        [
            candidate(press, n, f"Đê xã Chí Minh, bài {n}", f"{DYKE} Bài số {n} của tổ {n * 31}.")
            for n in range(1, 13)
        ],
    )
    yield dataclasses.replace(desk, index=made)
    made.drop()
    made.close()


def held(search: Desk) -> list[tuple[int, int]]:
    assert search.index is not None
    return list(search.index.versions())


def stored(search: Desk) -> list[tuple[int, int]]:
    documents, _ = outbox.page(search, 0, 1000)
    return [(made.id, made.version) for made in documents]


def test_what_differs_is_found_exactly_and_mended(search: Desk) -> None:
    index = search.index
    assert index is not None
    assert index_check.compare(search, index).lost
    assert follow(search) > 0
    assert index_check.compare(search, index).good
    assert held(search) == stored(search)

    versions = dict(stored(search))
    gone, old = sorted(versions)[2], sorted(versions)[5]
    seq = index.stats().last_seq
    index.apply([], [(gone, versions[gone])], seq)
    index.apply([document(9001, "Tin ma", "không có trong kho", version=4)], [], seq)
    with search.store.write() as session:
        session.execute(update(Item).where(Item.id == old).values(revision=Item.revision + 3))
    found = index_check.compare(search, index)
    assert (found.missing, found.extra, found.stale, found.ahead) == ((gone,), ((9001, 4),), (old,), ())
    assert not found.good
    assert not found.needs_new
    level(search, found)
    after = index_check.compare(search, index)
    assert after.good, after
    assert held(search) == stored(search)


def test_a_change_on_its_way_is_no_fault(search: Desk, press: str) -> None:  # noqa: F811
    follow(search)
    intake.take(search, [candidate(press, 40, "Tin vừa đến", DYKE)])
    assert search.index is not None
    found = index_check.compare(search, search.index)
    assert found.good
    assert found.waiting > 0


def test_a_document_newer_than_the_store_needs_a_new_index(search: Desk) -> None:
    """A database restored from a backup is older than its index: no write of ours may pass, so the nightly check makes it anew."""
    follow(search)
    assert search.index is not None
    first = stored(search)[0][0]
    search.index.apply([document(first, "Từ tương lai", "", version=900)], [], search.index.stats().last_seq)
    found = check(search)
    assert found is not None
    assert (found.ahead, found.needs_new) == ((first,), True)
    assert index_check.compare(search, search.index).good
    assert held(search) == stored(search)


def test_a_lost_index_answers_from_the_store_and_comes_back(search: Desk) -> None:
    follow(search)
    assert search.index is not None
    search.index.refresh()
    before = searching.search(search, None, "bài", Filters(), facets=True)
    assert (before.total, before.banner) == (12, "")
    search.index.drop()
    away = searching.search(search, None, "bài", Filters(), facets=True)
    assert [hit.id for hit in away.hits] == [hit.id for hit in before.hits]
    assert away.banner
    assert away.facets == before.facets
    assert follow(search) > 0
    search.index.refresh()
    assert searching.search(search, None, "bài", Filters(), facets=True) == before


def test_an_index_that_is_away_is_asked_less_and_less(search: Desk) -> None:
    asked: list[float] = []
    now = 0.0

    class Away(Fts5Index):
        def stats(self):
            asked.append(now)
            raise Unavailable("vắng", "away")

    away = dataclasses.replace(search, index=Away(Path("nowhere")))
    feeder = Feeder(lambda: now)
    said = [feeder.feed(away)]
    while now < 400:
        now += 1.0
        said.append(feeder.feed(away))
    waits = [b - a for a, b in pairwise(asked)]
    assert waits[:7] == [1, 2, 4, 8, 16, 32, LONGEST_WAIT]
    assert [words for words in said if words] == ["away"]
    now += LONGEST_WAIT
    assert feeder.feed(search) == ""
    assert held(search) == stored(search)


def _told(source: str, number: int, what: str) -> Candidate:
    return candidate(
        source, number, f"Xã Chí Minh {what}, bài {number}", f"{DYKE} Bài số {number}, tổ {number * 31}."
    )


def test_trends_are_the_same_figures(search: Desk, press: str, office: int, clock: StandingClock) -> None:  # noqa: F811
    """Five quiet weeks of the dyke, then a week with a new phrase: the days, the phrase and its figures."""
    number = 100
    for day in range(35):
        clock.move(days=1)
        what = "vỡ cống ngầm" if day >= 28 else "gặt lúa"
        told = range(number + 1, number + (8 if day == 34 else 2))
        number = told[-1]
        intake.take(search, [_told(press, one, what) for one in told])
    follow(search)
    assert search.index is not None
    search.index.refresh()
    found = trends.trends(search, None, office)
    assert sum(day.items for day in found.days) == 12 + 34 + 7
    assert found.days[-1].items == 7
    assert [(day.day, day.items, usual) for day, usual in found.spikes][-1] == (found.until, 7, 1.0)
    assert found.sources[0].now == 13
    # The day on which watching began held twelve items, and is no unusual day: nobody watched before it.
    assert found.spikes[0][0].day > found.until - timedelta(days=20)
    risen = {row.words: (row.now, row.usual) for row in found.rising}
    assert risen[("vỡ", "cống", "ngầm", "bài")] == (13, 0.0)
    assert not any("gặt" in words for words in risen)


@pytest.mark.long
def test_the_start_of_watching_is_no_unusual_week(
    search: Desk,
    press: str,  # noqa: F811
    office: int,  # noqa: F811
    clock: StandingClock,  # noqa: F811
) -> None:
    for day in range(10):
        clock.move(days=min(day, 1))
        intake.take(search, [_told(press, 101 + 7 * day + number, "gặt lúa") for number in range(7)])
    follow(search)
    assert search.index is not None
    search.index.refresh()
    found = trends.trends(search, None, office)
    assert sum(day.items for day in found.days) == 12 + 70
    assert (found.spikes, found.rising) == ((), ())
    assert found.from_day is not None and found.from_day > found.until


def test_a_cluster_that_went_read_only_loses_nothing(
    desk: Desk,  # noqa: F811
    press: str,  # noqa: F811
    elasticsearch_url: str,
    elasticsearch_prefix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a full disk does to an index: people write on, searches answer, the changes wait in the outbox until the block lifts."""
    monkeypatch.setattr(elastic_write, "FIRST_WAIT", 0.01)
    made = ElasticIndex(ElasticSettings(url=elasticsearch_url, index=elasticsearch_prefix + "block"))
    blocked = dataclasses.replace(desk, index=made)
    intake.take(blocked, [candidate(press, 1, "Đê xã Chí Minh, bài 1", DYKE)])
    follow(blocked)
    with made.use() as client:
        name = made.resolve(client)
        client.indices.refresh(index=name)
        client.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": True})
    intake.take(blocked, [candidate(press, 2, "Đê xã Chí Minh, bài 2", DYKE + " Bài 2.")])
    with pytest.raises(Unavailable) as caught:
        follow(blocked)
    assert "chỉ cho đọc" in caught.value.vi
    assert searching.search(blocked, None, "bài", Filters()).total == 1
    waiting = index_check.compare(blocked, made)
    assert (waiting.good, waiting.waiting > 0) == (True, True)
    with made.use() as client:
        client.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": None})
    follow(blocked)
    after = index_check.compare(blocked, made)
    assert (after.good, after.waiting, held(blocked)) == (True, 0, stored(blocked))
    made.drop()
    made.close()
