"""A person ends one reading: that source is left with their name, the others are read on, nobody is blamed."""

from __future__ import annotations

import threading
import time

import pytest

from config.rounds import Round
from config.settings import load
from core.errors import Conflict
from core.records.source import CrawlRun, Source
from core.services import crawl, crawl_stop
from tests.fixtures.kills import officer
from tests.fixtures.product import Outlets, Product, copy, new_home, until


@pytest.fixture(scope="module")
def outlets():
    running = Outlets("ab", number=1)
    yield running
    running.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, outlets):
    return new_home(tmp_path_factory.mktemp("stopping") / "home", outlets)


@pytest.fixture
def product(fresh, tmp_path):
    with copy(fresh, tmp_path / "home") as made:
        yield made


def slow(outlets: Outlets, monkeypatch, name: str, articles: int) -> None:
    """One outlet has many articles (a second between two pages of one host), the others have one."""
    page = Outlets._page

    def answer(self, which, path, base):
        self.number = articles if which == name else 1
        return page(self, which, path, base)

    monkeypatch.setattr(Outlets, "_page", answer)


def run_of(product: Product, source_id: str) -> int:
    return product.sql("SELECT max(id) FROM crawl_run WHERE source_id = ?", source_id)[0][0]


@pytest.mark.long
def test_one_source_is_left_and_the_others_are_read_on(product, outlets, monkeypatch):
    slow(outlets, monkeypatch, "a", 40)
    with product.desk() as desk:
        settings = load({**product.values, "home": product.home})
        grown = []
        round_ = Round(
            desk,
            settings,
            "scheduler:h:1",
            on_items=lambda source_id, counts: grown.append((source_id, counts["new"])),
        )
        jobs = crawl.lease(desk, "scheduler:h:1", ["to-a", "to-b"], minutes=7)
        reader = threading.Thread(target=round_.run, args=(jobs,))
        reader.start()
        until("both begun", lambda: len(product.sql("SELECT id FROM crawl_run WHERE state = 'running'")) >= 1)
        began = time.monotonic()
        crawl_stop.ask(desk, officer(product), run_of(product, "to-a"))
        reader.join(timeout=60)
        assert not reader.is_alive()
        assert time.monotonic() - began < 30, "forty articles would have taken longer"
        with desk.store.read() as session:
            stopped = session.get_one(CrawlRun, run_of(product, "to-a"))
            assert (stopped.state, stopped.outcome, stopped.code) == ("interrupted", "interrupted", "stopped")
            assert "đã dừng lần đọc này" in stopped.error_vi and "?" not in stopped.error_vi
            other = session.get_one(CrawlRun, run_of(product, "to-b"))
            assert (other.state, other.outcome, other.counts["new"]) == ("done", "new", 1)
            for source in (session.get_one(Source, "to-a"), session.get_one(Source, "to-b")):
                assert (source.failures, source.crashes, source.lease_owner) == (0, 0, "")
                assert source.next_due_at > desk.clock.now()
        assert round_.report.crashed == [] and round_.report.results["to-a"].code == "stopped"
        assert ("to-b", 1) in grown
        assert product.sql(
            "SELECT count(*) FROM audit WHERE act = 'source.end_reading' AND object_id = 'to-a'"
        ) == [(1,)]
        with pytest.raises(Conflict, match="over before"):
            crawl_stop.ask(desk, officer(product), run_of(product, "to-b"))


def test_a_reading_whose_process_is_gone_is_closed_at_once(product):
    with product.desk() as desk:
        jobs = crawl.lease(desk, "scheduler:h:1", ["to-a"], minutes=-1)
        run = crawl.begin_round(desk, "scheduler:h:1", jobs)["to-a"]
        assert crawl_stop.ask(desk, officer(product), run) == "to-a"
        with desk.store.read() as session:
            assert session.get_one(CrawlRun, run).state == "interrupted"
            assert session.get_one(Source, "to-a").lease_owner == ""


def test_the_command_line_and_the_scheduler_alike(product, outlets, monkeypatch):
    slow(outlets, monkeypatch, "a", 40)
    process = product.start("crawl", "--source", "to-a")
    until("a reading", lambda: product.sql("SELECT count(*) FROM crawl_run WHERE state = 'running'")[0][0])
    with product.desk() as desk:
        crawl_stop.ask(desk, officer(product), run_of(product, "to-a"))
    assert process.wait(timeout=60) == 0, product.said()
    assert "đã dừng lần đọc này" in product.said()
    assert product.sql("SELECT state, code FROM crawl_run") == [("interrupted", "stopped")]
