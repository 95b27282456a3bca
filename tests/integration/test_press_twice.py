"""Every kind of the open web over the whole sample press, read twice into a real store: nothing is stored twice.

The second round forgets what each source said about changes (ETag, hash of its bytes), so that everything is looked at again.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.demo.press.machine_lists import JSON_FEED, offers
from config.demo.press.server import SamplePress
from config.rounds import Round
from config.settings import load
from core.clock import FileClock
from core.services import crawl, sources
from tests.fixtures.product import Product, begin

TODAY = date(2026, 11, 23)
EVE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
#: the outlet whose feed has turned into a web page by now
BROKEN = "dong-bai"


@pytest.fixture(scope="module")
def read_twice(tmp_path_factory: pytest.TempPathFactory):
    """(product, kinds by source, report of the first round, items after it, report of the second)."""
    folder: Path = tmp_path_factory.mktemp("press")
    clock = FileClock(folder / "clock.json")
    clock.set(EVE)
    with SamplePress(clock, TODAY).start() as press:
        hosts = ",".join(base.removeprefix("http://") for base in press.outlets.values())
        product = Product(begin(folder / "home"), allow_hosts=hosts, clock=str(folder / "clock.json"))
        wanted: dict[str, tuple[str, str, dict[str, str]]] = {}
        for name, outlet in press.newsroom.catalogue.outlets.items():
            base = press.outlets[name]
            rules = outlet.rules.model_dump(exclude_defaults=True)
            wanted[name] = (outlet.kind, base + outlet.path, rules)
            if offers(outlet) and name != BROKEN:
                wanted[f"{name}-sitemap"] = ("sitemap", base + "/robots.txt", {})
                wanted[f"{name}-json"] = ("feed", base + JSON_FEED, {})
                if outlet.kind == "feed":
                    wanted[f"{name}-home"] = ("feed", f"{base}/", {})
        first_article = press.newsroom.shelf("van-xuan", EVE)[0]
        wanted["van-xuan-page"] = ("page", press.outlets["van-xuan"] + first_article.path, {})
        settings = load({**product.values, "home": product.home})
        with product.desk() as desk:
            for source_id, (kind, url, rules) in wanted.items():
                social = source_id in press.newsroom.catalogue.outlets and (
                    press.newsroom.catalogue.outlets[source_id].social
                )
                sources.add_source(
                    desk, None, sources.NewSource(source_id, source_id, kind, url, rules=rules, social=social)
                )
            reports: list[Any] = []
            for _ in range(2):
                jobs = crawl.lease(desk, "test", wanted, minutes=30)
                jobs = [
                    job.model_copy(update={"etag": "", "last_modified": "", "body_sha256": ""})
                    for job in jobs
                ]
                reports.append(Round(desk, settings, "test").run(jobs))
                reports.append(product.sql("SELECT canonical_url, content_sha256, edits FROM item"))
        yield product, {name: kind for name, (kind, _, _) in wanted.items()}, reports


@pytest.mark.long
def test_every_source_but_the_broken_one_is_read(read_twice) -> None:
    _, kinds, (first, items, second, _) = read_twice
    assert set(kinds.values()) == {"feed", "listing", "page", "sitemap"}
    for report in (first, second):
        assert report.crashed == []
        bad = {
            name: r.code
            for name, r in report.results.items()
            if r.outcome in {"failed", "refused", "interrupted"}
        }
        assert bad == {BROKEN: "not_a_feed"}
    assert len(items) > 50


@pytest.mark.long
def test_the_second_round_stores_nothing(read_twice) -> None:
    _, _, (_, items, second, after) = read_twice
    assert (second.total("new"), second.total("edited"), second.total("quarantined")) == (0, 0, 0)
    assert sorted(after) == sorted(items)


@pytest.mark.long
def test_an_article_found_by_feed_sitemap_json_and_home_page_is_one_item(read_twice) -> None:
    product, kinds, (first, items, _, _) = read_twice
    for name in {name.removesuffix("-sitemap") for name, kind in kinds.items() if kind == "sitemap"}:
        feed, sitemap = first.results[name], first.results[f"{name}-sitemap"]
        assert sitemap.entries >= 1, name
        assert feed.entries >= 1, name
    places = [(urlsplit(url).netloc, text) for url, text, _ in items]
    assert len(set(places)) == len(places), "the same words of the same outlet under two addresses"
    assert product.sql("SELECT count(*) FROM quarantine") == [(0,)]
