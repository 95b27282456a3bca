"""The inbox's controls mean one thing: in the store, on both engines and without an index, on both databases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from config.indexing import follow
from core.finding import FACET_WINDOW, SearchIndex, SearchPage
from core.queries import inbox
from core.queries.inbox import Wanted
from core.records.claim import Claim
from core.records.item import Item, Mention, Story, StoryLocality, StoryOffice
from core.records.source import Source
from core.rules.vocabulary import Band, Role
from core.services import intake, searching, sources, units
from core.services.desk import Actor, Desk
from core.services.stories import reindex
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.fts5 import Fts5Index
from tests.integration.core.conftest import (  # noqa: F401
    DYKE,
    ELSEWHERE,
    _sqlite_template,
    candidate,
    clock,
    desk,
    office,
    person,
    press,
    social,
    store,
    store_url,
)

HERE, BESIDE = "11131", "11557"
ALL = Wanted(handled="", named="", days=0)
ASKED: tuple[Wanted, ...] = (
    ALL,
    Wanted(),
    replace(ALL, named="with"),
    replace(ALL, named="without"),
    replace(ALL, handled="with"),
    replace(ALL, handled="without"),
    replace(ALL, tags=("watch", "none")),
    replace(ALL, tags=("none",)),
    replace(ALL, foreign="with"),
    replace(ALL, foreign="without"),
    replace(ALL, copies="with"),
    replace(ALL, copies="without", kinds=("press", "foreign")),
    replace(ALL, kinds=("social",)),
    replace(ALL, sources=("bao-a", "song-xa")),
    replace(ALL, claim="with"),
    replace(ALL, claim="without", named="with"),
    replace(ALL, reach=2),
    replace(ALL, reach=3),
    replace(ALL, band="in"),
    replace(ALL, band="in", localities=(BESIDE,)),
    replace(ALL, localities=(BESIDE,)),
    replace(ALL, localities=(HERE,), named="without"),
    replace(ALL, languages=("vi",), days=7),
    replace(ALL, upto=8),
    replace(ALL, upto=8, reach=1, claim="without"),
    replace(ALL, story=2),
)


@dataclasses.dataclass
class Found:
    """A desk with items of every sort, and who looks at them."""

    desk: Desk
    officer: Actor


@pytest.fixture(params=["fts5", "elasticsearch"])
def found(
    request: pytest.FixtureRequest,
    desk: Desk,  # noqa: F811
    office: int,  # noqa: F811
    press: str,  # noqa: F811
    social: str,  # noqa: F811
    person: Callable[..., Actor],  # noqa: F811
    tmp_path: Path,
) -> Iterator[Found]:
    units.watch(desk, None, office, [HERE, BESIDE])
    beside_us = units.ensure_unit(desk, BESIDE, "commune", "UBND phường Thiên Hương", "phường Thiên Hương")
    foreign = sources.add_source(
        desk,
        None,
        sources.NewSource("song-xa", "Sông Xa", "feed", "http://song-xa.example/rss", domestic=False, reach_tier=3),
    )  # fmt: skip
    beside = DYKE.replace("xã Chí Minh", "phường Thiên Hương")
    for number in range(1, 4):
        intake.take(
            desk,
            [
                candidate(source, 10 * number + at, title, f"{text} Bài số {number} của tổ {at * 31}.")
                for at, (source, title, text) in enumerate(
                    (
                        (press, f"Đê xã Chí Minh rò nước, bài {number}", DYKE),
                        (social, f"Phường Thiên Hương ngập {number}", beside),
                        (foreign, f"Đê xã Chí Minh, tin nước ngoài {number}", DYKE),
                        (press, f"Giá cà phê {number}", ELSEWHERE),
                    )
                )
            ],
        )
    officer = person("hanh", Role.OFFICER)
    with desk.store.write() as session:
        items = list(session.scalars(select(Item).order_by(Item.id)))
        stories = list(session.scalars(select(Story).order_by(Story.id)))
        now = desk.clock.now()
        coffee = Story(title="Giá cà phê", first_seen_at=now, last_seen_at=now)
        session.add(coffee)
        session.flush()
        items[5].story_id = coffee.id
        # of the second story the neighbour says the contrary, of coffee the neighbour alone says something
        said = (
            (stories[0].id, office, "watch"),
            (stories[1].id, office, "accurate"),
            (stories[1].id, beside_us, "watch"),
            (coffee.id, beside_us, "watch"),
        )
        session.add_all(
            StoryOffice(story_id=story, unit_id=unit, tag=tag, version=1) for story, unit, tag in said
        )
        items[4].copy_of_id = items[0].id
        items[9].story_id = None  # belongs to no story
        items[1].story_id = items[0].story_id  # names no place of ours, in a story that is ours
        # The match says no to one place of a story that is about it, and to the other it says nothing.
        session.merge(Mention(item_id=items[5].id, locality=HERE, score=0.1, band=Band.OUT, spans=[], why=[]))
        session.merge(StoryLocality(story_id=coffee.id, locality=BESIDE, band=Band.OUT, score=0.1))
        session.merge(StoryLocality(story_id=stories[1].id, locality=HERE, band=Band.CHECK, score=0.4))
        session.add(
            Claim(story_id=stories[1].id, item_id=items[3].id, quote="ngập", unit_id=office, created_by=officer.account_id, created_at=desk.clock.now())
        )  # fmt: skip
        session.flush()
        reindex(session, desk, [item.id for item in items])
    index: SearchIndex
    if request.param == "fts5":
        index = Fts5Index(tmp_path / "index.db")
    else:
        url = request.getfixturevalue("elasticsearch_url")
        index = ElasticIndex(ElasticSettings(url, request.getfixturevalue("elasticsearch_prefix") + "inbox"))
    made = dataclasses.replace(desk, index=index)
    follow(made)
    index.refresh()
    yield Found(made, officer)
    index.drop()
    index.close()


def listed(found: Found, wanted: Wanted) -> inbox.Listing:
    with found.desk.store.read() as session:
        return inbox.listing(session, found.officer.unit_id, wanted, found.desk.clock.now())


def counted(found: Found, page: SearchPage, wanted: Wanted) -> dict[str, dict[str, int]]:
    """What the page shows when the index counted."""
    with found.desk.store.read() as session:
        now = found.desk.clock.now()
        return inbox.listing(session, found.officer.unit_id, wanted, now, counted=page).facets


def filled(facets: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Without what counts nothing: a control that the page does not show."""
    some = {name: {value: n for value, n in counts.items() if n} for name, counts in facets.items()}
    return {name: counts for name, counts in some.items() if counts}


def every_control_selects_and_counts_the_same(found: Found) -> None:
    bare = dataclasses.replace(found.desk, index=None)
    sizes = set()
    for wanted in ASKED:
        assert inbox.index_counts(wanted)
        shown = listed(found, wanted)
        ids = {row.id for row in shown.rows}
        filters = inbox.filters(wanted, found.officer.unit_id, [HERE, BESIDE], found.desk.clock.now())
        for where in (found.desk, bare):
            matched = searching.matches(where, found.officer, "", filters, limit=50, facets=True)
            assert bool(matched.banner) == (where is bare)
            assert set(matched.ids) == ids, wanted
            page = SearchPage(matched.ids, matched.total, matched.facets, matched.counted)
            assert filled(counted(found, page, wanted)) == filled(shown.facets), wanted
        page_of_index = searching.counted(found.desk, found.officer, "", filters)
        assert page_of_index is not None
        assert (page_of_index.total, page_of_index.counted) == (len(ids), len(ids))
        sizes.add(len(ids))
    assert len(sizes) > 6, "the controls narrow the list in earnest"
    nothing = inbox.filters(ALL, found.officer.unit_id, [], found.desk.clock.now())
    assert searching.counted(bare, found.officer, "", nothing) is None


def a_list_too_long_for_the_store_is_counted_by_the_index(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = [row.id for row in listed(found, ALL).rows]
    now = found.desk.clock.now()
    with found.desk.store.read() as session:
        assert not inbox.is_long(session, found.officer.unit_id, [HERE, BESIDE], ALL, now, None)
    monkeypatch.setattr(inbox, "CEILING", 6)
    monkeypatch.setattr(inbox, "PAGE", 2)
    short = listed(found, ALL)
    assert (short.total, short.capped, short.counted) == (6, True, 6)
    filters = inbox.filters(ALL, found.officer.unit_id, [HERE, BESIDE], found.desk.clock.now())
    index = found.desk.index
    assert isinstance(index, Fts5Index | ElasticIndex)
    index.facet_window = 8
    page = searching.counted(found.desk, found.officer, "", filters)
    assert page is not None
    with found.desk.store.read() as session:
        assert inbox.is_long(session, found.officer.unit_id, [HERE, BESIDE], ALL, now, None)
        assert not inbox.is_long(
            session, found.officer.unit_id, [HERE, BESIDE], replace(ALL, named="with"), now, None
        )
        words = inbox.Searched(tuple(everything[:6]), False, None)
        assert not inbox.is_long(session, found.officer.unit_id, [HERE, BESIDE], ALL, now, words)
        unit = found.officer.unit_id
        whole = inbox.listing(session, unit, ALL, now, counted=page)
        third = inbox.listing(session, unit, replace(ALL, page=3), now, counted=page)
        words = inbox.Searched(tuple(everything), True, None)
        hits = inbox.listing(session, unit, replace(ALL, page=3), now, searched=words, counted=page)
        last = inbox.listing(session, unit, replace(ALL, page=9), now, counted=page)
    assert whole.rows == short.rows and whole.pages == short.pages == 3
    assert [row.id for row in third.rows] == [row.id for row in hits.rows] == everything[4:6]
    assert last.rows == third.rows, "no page is deeper than the ceiling"
    assert (whole.total, whole.capped, whole.counted) == (12, False, 8)
    assert sum(whole.facets["kind"].values()) == 8
    assert {name for _, name in whole.sources} == {"Báo A", "Trang B", "Sông Xa"}


def pages_stay_what_they_were_while_items_arrive(
    found: Found, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 5)
    first = listed(found, ALL)
    second = listed(found, replace(ALL, page=2, upto=first.upto))
    intake.take(
        found.desk, [candidate(source, 900 + n, f"Đê xã Chí Minh, tin mới {n}", DYKE) for n in (1, 2)]
    )
    follow(found.desk)
    again = listed(found, replace(ALL, page=2, upto=first.upto))
    assert [row.id for row in again.rows] == [row.id for row in second.rows]
    assert (second.newer, again.newer, listed(found, ALL).newer) == (False, True, False)
    assert [row.id for row in listed(found, replace(ALL, page=2)).rows] != [row.id for row in second.rows]
    # What arrived is not of this list: nothing newer is offered.
    assert not listed(found, replace(ALL, page=2, upto=first.upto, reach=3)).newer


def an_edited_source_is_searched_as_it_is_now(found: Found) -> None:
    with found.desk.store.read() as session:
        version = session.get_one(Source, "song-xa").version
    edited = sources.NewSource(
        "song-xa", "Sông Xa", "feed", "http://song-xa.example/rss", domestic=True, reach_tier=1
    )
    sources.edit_source(found.desk, None, "song-xa", version, edited)
    follow(found.desk)
    assert found.desk.index is not None
    found.desk.index.refresh()
    for wanted in (replace(ALL, foreign="with"), replace(ALL, reach=3), replace(ALL, kinds=("press",))):
        filters = inbox.filters(wanted, found.officer.unit_id, [HERE, BESIDE], found.desk.clock.now())
        ids = {row.id for row in listed(found, wanted).rows}
        assert set(searching.matches(found.desk, found.officer, "", filters, limit=50).ids) == ids, wanted


def test_the_controls_of_the_inbox(
    found: Found,
    press: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every_control_selects_and_counts_the_same(found)
    with monkeypatch.context() as changed:
        a_list_too_long_for_the_store_is_counted_by_the_index(found, changed)
    found.desk.index.facet_window = FACET_WINDOW  # type: ignore[union-attr]
    an_edited_source_is_searched_as_it_is_now(found)
    pages_stay_what_they_were_while_items_arrive(found, press, monkeypatch)
