from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import Forbidden, Invalid, Unavailable
from core.finding import Filters, SearchPage
from core.rules.vocabulary import Role
from core.services import intake, outbox, searching
from core.services.desk import Actor, Desk
from indexer.search.feed import drain
from indexer.search.fts5 import Fts5Index
from tests.integration.core.conftest import DYKE, ELSEWHERE, START, candidate


class Away(Fts5Index):
    """An index that nobody can reach."""

    def search(self, *_: object, **__: object) -> SearchPage:
        raise Unavailable("vắng", "away")


@pytest.fixture
def both(desk: Desk, press: str, social: str, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """The same store with its index, and with an index that is away."""
    intake.take(
        desk,
        [
            candidate(press, 1, "Đê xã Chí Minh an toàn", DYKE),
            candidate(press, 2, "Giá cà phê", ELSEWHERE),
            candidate(
                social,
                3,
                "Chợ phiên",
                "Chợ phiên xã Chí Minh, Hải Phòng họp sớm; covid-19 đã lùi xa.",
                kind="post",
            ),
        ],
    )
    index = Fts5Index(tmp_path / "index.db")
    index.create()
    drain(
        index,
        lambda after, limit: outbox.batch(desk, after, limit),
        lambda bad: outbox.quarantine_documents(desk, bad),
    )
    index.refresh()
    yield dataclasses.replace(desk, index=index), dataclasses.replace(desk, index=Away(tmp_path / "away.db"))
    index.close()


QUERIES = [
    "",
    "Chí Minh",
    "chi minh",
    '"xã Chí Minh"',
    "cà phê OR chợ",
    "chi -chợ",
    "NOT đê",
    "covid-19",
    '"an toàn Tối qua"',
    "(đê OR chợ) hải",
    "zzz",
]


FILTERS = [
    Filters(),
    Filters(localities=("11131",)),
    Filters(social=True),
    Filters(sources=("bao-a",), domestic=True, languages=("vi",)),
    Filters(has_claim=True),
    Filters(since=START, until=START),
]


def test_the_same_hits_with_and_without_the_index(both: tuple[Desk, Desk]) -> None:
    some = 0
    for query in QUERIES:
        for filters in FILTERS:
            found, fallback = (searching.search(desk, None, query, filters, facets=True) for desk in both)
            assert [hit.id for hit in found.hits] == [hit.id for hit in fallback.hits], (query, filters)
            assert (found.total, found.facets) == (fallback.total, fallback.facets), (query, filters)
            assert (found.banner, bool(fallback.banner), bool(fallback.banner_en)) == ("", True, True)
            some += bool(found.hits)
    assert some > 20


def test_hits_show_what_was_found(both: tuple[Desk, Desk]) -> None:
    hit = searching.search(both[0], None, "bao cát", Filters()).hits[0]
    assert [text for text, marked in hit.excerpt if marked] == ["bao", "cát"]
    assert (hit.source_name, hit.url, hit.localities, hit.band) == (
        "Báo A",
        "http://bao-a.example/1",
        ("11131",),
        "in",
    )
    assert [
        text
        for text, marked in searching.search(both[0], None, "đê", Filters()).hits[0].title_parts
        if marked
    ] == ["Đê"]


def test_pages_and_orders(both: tuple[Desk, Desk]) -> None:
    for desk in both:
        ids = [hit.id for hit in searching.search(desk, None, "", Filters(), limit=50).hits]
        assert ids == sorted(ids, reverse=True)
        assert [
            h.id
            for offset in range(3)
            for h in searching.search(desk, None, "", Filters(), limit=1, offset=offset).hits
        ] == ids
        by_need = searching.search(desk, None, "", Filters(), sort="need")
        assert by_need.total == 3


def test_without_any_index(desk: Desk, press: str) -> None:
    intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh an toàn", DYKE)])
    assert searching.search(desk, None, "de", Filters()).total == 1


def test_wrong_queries_and_wrong_people(desk: Desk, person: Callable[..., Actor]) -> None:
    for query in ("!!!", "x" * 3000):
        with pytest.raises(Invalid) as caught:
            searching.search(desk, None, query, Filters())
        assert list(caught.value.fields) == ["q"]
    with pytest.raises(Forbidden):
        searching.search(desk, person("quantri", Role.ADMINISTRATOR), "đê", Filters())
