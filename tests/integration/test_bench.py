"""The bench runs, on a handful of pages, and nothing is lost on the way. No time is asserted: figures are for docs/benchmarks.md."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bench import scale_store
from bench.corpus import Made, pages
from bench.measure import ROOT
from bench.ours import run_ours
from bench.parts import run_parts
from bench.report import Figures, page, table
from bench.rounds import articles, unchanged_feeds
from bench.scale_ingest import CRAWLED
from bench.scale_report import merge, part
from bench.scale_store import A_DAY, OF_A_STORY, OURS, desk_of, fill, prepare
from bench.understanding import near_copies, rows
from config.indexing import StoreShelf
from core.finding import Filters
from core.records.item import Item, StoryLocality, StoryOffice, TagEvent
from core.services import index_check, searching
from indexer.search.rebuild import rebuild

ITEMS = 5


@pytest.fixture(scope="module")
def made() -> list[Made]:
    return list(pages(ITEMS, seed=3))


def test_the_same_seed_makes_the_same_pages(made: list[Made]) -> None:
    assert list(pages(ITEMS, seed=3)) == made
    assert len({one.url for one in made}) == ITEMS
    assert list(pages(ITEMS, seed=4)) != made
    assert all(120_000 < len(one.html) < 190_000 for one in made)


@pytest.mark.parametrize("run", [run_ours, pytest.param(run_parts, marks=pytest.mark.long)])
def test_each_pipeline_brings_every_page_into_the_index(run, made: list[Made], tmp_path: Path) -> None:
    stages: Counter[str] = Counter()
    assert run(made, tmp_path, lambda name, seconds: stages.update({name: seconds})) == ITEMS
    assert all(seconds >= 0 for seconds in stages.values())
    assert len(stages) >= 3


@pytest.mark.long
def test_crawls_are_played_and_reported(made: list[Made], tmp_path: Path) -> None:
    feeds = unchanged_feeds(4, tmp_path)
    assert feeds.outcomes == {"unchanged": 4}
    crawled = articles(made, tmp_path, per_feed=3)
    assert (crawled.candidates, crawled.sources, crawled.outcomes) == (ITEMS, 2, {"new": 2})
    assert 0 < crawled.peak <= 600
    figures = Figures(
        items=ITEMS,
        cpu={"ours": [3.0, 2.0], "parts": [2.0, 2.0], "naive": []},
        stages={"ours": {"parse": 2.0}, "parts": {"extract": 2.0}},
        extraction={"ours": [2.0, 1.0], "parts": [2.0, 2.0], "naive": [5.0, 5.0]},
        stored={"ours": [ITEMS], "parts": [ITEMS], "naive": []},
        peak=200,
        feeds=feeds,
        crawled=crawled,
        understanding=["| of the places |"],
    )
    assert figures.ratio("parts") == [1.5, 1.0]
    assert "| sum of the best parts | 2.0 [2.0-2.0] | 1.25 [1.00-1.50] | at most 1.50 |" in table(figures)
    assert "| newspaper4k | 5.0 [5.0-5.0] | 0.30 [0.20-0.40] | at most 0.40 |" in table(figures)
    assert "not measured" in table(figures) and "| of the places |" in table(figures)
    assert page(figures).startswith("# Benchmarks\n")


@pytest.mark.long
def test_understanding_is_held_against_its_floors(made: list[Made]) -> None:
    near = near_copies(80, rounds=1)
    assert near.recall["spaces"] == (1.0, 1.0) and near.false[0] == 0.0
    said = "\n".join(rows([page.text for page in made[:3]], rounds=1, copies=40))
    assert "all 3,321 units at once" in said and "| no marks | " in said


def test_a_store_of_any_size_is_what_the_index_reads(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    officer = prepare(desk)
    filled = fill(desk, officer, 420, whole=440)
    fill(desk, officer, 20, first=421, outbox=True, whole=440)
    assert desk.index is not None
    made = rebuild(desk.index, StoreShelf(desk))
    assert made.documents == 440
    assert index_check.compare(desk, desk.index).good
    found = searching.matches(desk, officer, "chi minh", Filters(), limit=50)
    assert found.total == 440 // (OURS * OF_A_STORY) * OF_A_STORY == 8
    assert filled.story % OURS == 0
    desk.store.close()


@pytest.mark.long
def test_a_large_store_is_made_of_its_newest_items(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale_store, "MADE", 400)
    desk = desk_of(tmp_path)
    officer = prepare(desk)
    fill(desk, officer, 20_200)
    assert desk.index is not None
    assert rebuild(desk.index, StoreShelf(desk)).documents == 20_200
    found = searching.matches(desk, officer, "chi minh", Filters(), limit=500)
    assert found.total == 20_200 // (OURS * OF_A_STORY) * OF_A_STORY
    with desk.store.read() as session:
        rows = session.query(Item.id, Item.first_seen_at, Item.story_id).order_by(Item.id).all()
        assert [row.id for row in rows] == list(range(1, 20_201))
        assert all((row.id + OF_A_STORY - 1) // OF_A_STORY == row.story_id for row in rows)
        assert rows == sorted(rows, key=lambda row: row.first_seen_at)
        assert (rows[-1].first_seen_at - rows[0].first_seen_at).days == 20_199 // A_DAY
        old = rows[-1].first_seen_at - timedelta(days=30)
        tagged = {row.story_id for row in session.query(StoryOffice).filter_by(tag="watch")}
        ours = {row.story_id for row in session.query(StoryLocality)}
        assert {row.story_id for row in rows if row.story_id in ours and row.first_seen_at < old} >= tagged
        assert 0 < len(ours - tagged) <= 30 * A_DAY // (OURS * OF_A_STORY) + 1
        assert session.connection().exec_driver_sql("PRAGMA foreign_key_check").first() is None
    desk.store.close()


@pytest.mark.long
def test_pages_clicks_and_the_crawl_are_measured_apart(tmp_path: Path) -> None:
    desk = desk_of(tmp_path)
    filled = fill(desk, prepare(desk), 420)
    assert desk.index is not None
    rebuild(desk.index, StoreShelf(desk))
    desk.store.close()
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale_desk", "fts5", str(tmp_path), str(filled.story), str(filled.incident), "8"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told["screens"]) == {"queue", "inbox", "inbox, everything", "search page", "story", "incident"}
    assert told["click"] > told["undisked"] > 0 < told["commit"] and told["taken"] >= CRAWLED
    assert all(50 < told["memory"][name] < 1000 for name in ("web", "ingest"))
    desk = desk_of(tmp_path)
    with desk.store.read() as session:
        assert session.query(Item).count() == 420 + told["taken"]
        assert [row.tag for row in session.query(TagEvent).order_by(TagEvent.id)] == ["watch", "opinion"] * 4
    assert desk.index is not None and desk.index.stats().documents == 420 + told["taken"]
    desk.store.close()


def test_either_half_of_the_page_is_kept(tmp_path: Path) -> None:
    run = {
        "engine": "fts5", "items": 1000, "raw_bulk": 1.0, "reindex": 2.5, "raw_drain": 1.0, "drain": 2.0, "search": 0.002,
        "raw_search": 0.001, "screens": {"queue": 0.05}, "click": 0.02, "undisked": 0.003, "commit": 0.01,
        "memory": {"reindex": 150, "web": 110, "ingest": 170},
    }  # fmt: skip
    larger = {**run, "items": 2000, "search": 0.004, "screens": {"queue": 0.06}}
    told = part([run, larger])
    assert "| FTS5, 1,000 | 2.5 × | 50% | 2.00 / 1.00 ms = 2.0 × | 1.0 × | 150, 110, 170 MB |" in told
    assert "| FTS5, 2,000 | 2.5 × | 50% | 4.00 / 1.00 ms = 4.0 × | 2.0 × | 150, 110, 170 MB |" in told
    assert "| FTS5, 2,000 | 60 ms (1.2 ×) | 20 ms | 3.00 ms | 10 ms |" in told
    bare = {name: value for name, value in larger.items() if not name.startswith("raw_")}
    said = part([run, {**bare, "items": 3000}])
    assert "| FTS5, 3,000 | - (2 s) | - (2,000 a second) | 4.00 / - ms | 2.0 × | 150, 110, 170 MB |" in said
    path = tmp_path / "benchmarks.md"
    merge(path, page="# Benchmarks\n\nfirst\n")
    merge(path, scale=told)
    merge(path, page="# Benchmarks\n\nsecond\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\nsecond\n\n## At scale")
    assert text.endswith(told)
