"""What is being read, the readings of a source and the catalogue, on each engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from core.queries import catalogue as catalogue_queries
from core.queries import reading, source_runs
from core.records.source import CrawlRun
from core.rules.catalogue import CatalogueEntry, Certainty, Wanted
from core.rules.vocabulary import Role
from core.services import crawl, crawl_stop, source_catalogue, source_import
from core.services.desk import Actor, Desk
from core.services.source_files import read
from tests.integration.core.conftest import StandingClock


def test_a_reading_from_begin_to_stop(
    desk: Desk, press: str, clock: StandingClock, person: Callable[..., Actor]
) -> None:
    officer = person("canbo", Role.OFFICER)
    run = crawl.begin_round(desk, "scheduler:h:1", crawl.lease(desk, "scheduler:h:1", [press], minutes=5))[
        press
    ]
    with desk.store.write() as session:
        session.get_one(CrawlRun, run).counts = {"new": 2}
    with desk.store.read() as session:
        now_read = reading.reading(session, clock.at)
        assert [(row.source_id, row.state) for row in now_read.rows] == [(press, "running")]
        assert (now_read.done, now_read.new, now_read.moving) == (0, 2, True)
        assert reading.latest(session, press).first
    crawl_stop.ask(desk, officer, run)
    assert crawl_stop.asked(desk, [run]) == {press}
    vi, en = crawl_stop.close(desk, run)
    assert officer.display_name in vi and officer.display_name in en
    assert crawl_stop.asked(desk, [run]) == set()
    with desk.store.read() as session:
        assert not reading.reading(session, clock.at).rows
        last = reading.latest(session, press)
        assert last.stopped_by == officer.display_name and not last.moving
        page = source_runs.run_page(session, press, run, clock.at)
        assert (page.run.code, page.stopped_by) == ("stopped", officer.display_name)
        assert [row.id for row in source_runs.run_list(session, press, 1).rows] == [run]
        assert source_runs.run_list(session, press, 2).rows == ()


def test_the_catalogue_and_a_file(desk: Desk, person: Callable[..., Actor]) -> None:
    entries = (
        CatalogueEntry("mot", "Báo Một", "central", Certainty.HIGH, "feed", "https://mot.example/rss"),
        CatalogueEntry("hai", "Báo Hai", "provincial", Certainty.MEDIUM, "feed", "https://hai.example/rss", province="31"),
    )  # fmt: skip
    stocked = dataclasses.replace(desk, catalogue=lambda: entries)
    assert source_catalogue.start(stocked, "31") == ["mot", "hai"]
    assert source_catalogue.start(stocked, "31") == []
    boss = person("quantri", Role.ADMINISTRATOR)
    with desk.store.read() as session:
        shelf = catalogue_queries.shelf(session, entries, Wanted(), boss.unit_id, 1)
        assert {row.source_id for row in shelf.rows} == {"mot", "hai"}
        assert catalogue_queries.offer(session, entries, "mot") is None
        moved = (dataclasses.replace(entries[0], url="https://moi.example/rss"),)
        offer = catalogue_queries.offer(session, moved, "mot")
        assert offer is not None and offer.changed == (
            ("url", "https://mot.example/rss", "https://moi.example/rss"),
        )
    file = b'<opml><body><outline text="Ba" xmlUrl="https://ba.example/"/><outline text="M" xmlUrl="https://mot.example/rss"/></body></opml>'
    found = source_import.preview(desk, read(file, "tep"))
    assert [len(part) for part in (found.new, found.there, found.wrong)] == [1, 1, 0]
    assert source_import.add(desk, boss, found.new) == (["ba-example"], [])
