from __future__ import annotations

from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.robotstxt import ProtegoRobotParser

from core.rules.politeness import polite_host
from crawlers.fetch.addresses import AllowedHosts
from crawlers.fetch.middleware import slot_of
from crawlers.fetch.robots import LONGEST_DELAY, PoliteRobots
from crawlers.fetch.settings import REQUESTS_PER_HOST, crawl_settings

ALLOWED = AllowedHosts(frozenset({("127.0.0.1", 8123)}))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.bao-a.example/rss", "bao-a.example"),
        ("http://bao-a.example:80/tin", "bao-a.example"),
        ("https://BAO-A.example./", "bao-a.example"),
        ("https://tinh.bao-a.example/rss", "tinh.bao-a.example"),
        ("http://127.0.0.1:8123/rss", ""),
        ("http://[::1]/rss", ""),
        ("http://localhost:9/", ""),
        ("not an address", ""),
    ],
)
def test_one_host_whatever_its_port_and_www(url: str, host: str) -> None:
    assert polite_host(url) == host


def test_two_sources_of_one_host_share_one_turn() -> None:
    assert slot_of("https://www.bao-a.example/rss", ALLOWED) == slot_of("http://bao-a.example/khac", ALLOWED)
    assert slot_of("http://127.0.0.1:8123/a", ALLOWED) == "127.0.0.1:8123"
    settings = crawl_settings(ALLOWED, {})
    assert REQUESTS_PER_HOST == settings["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert settings["DOWNLOAD_DELAY"] >= 1


@pytest.mark.parametrize(
    ("rules", "delay", "concurrency"),
    [
        ("User-agent: *\nCrawl-delay: 7", 7.0, 1),
        ("User-agent: LamRo\nCrawl-delay: 3\n\nUser-agent: *\nCrawl-delay: 9", 3.0, 1),
        ("User-agent: *\nCrawl-delay: 86400", LONGEST_DELAY, 1),
        ("User-agent: *\nDisallow:", 1.0, 16),
        ("User-agent: *\nCrawl-delay: -4", 1.0, 16),
        ("User-agent: *\nCrawl-delay: soon", 1.0, 16),
    ],
)
def test_a_declared_delay_slows_the_host_down(rules: str, delay: float, concurrency: int) -> None:
    slot = Slot(16, 1.0, 0.5)
    downloader = SimpleNamespace(
        slots={"bao-a.example": slot}, per_slot_settings={}, get_slot_key=lambda request: "bao-a.example"
    )
    robots = PoliteRobots.__new__(PoliteRobots)
    robots.crawler = SimpleNamespace(engine=SimpleNamespace(downloader=downloader))  # type: ignore[assignment]
    robots._robotstxt_useragent = "LamRo"
    robots._slow_down(ProtegoRobotParser(rules.encode(), None), Request("https://bao-a.example/rss"))
    assert (slot.delay, slot.concurrency) == (delay, concurrency)
    kept = downloader.per_slot_settings.get("bao-a.example", {})
    assert kept.get("delay", 1.0) == delay, "a slot made anew waits as long"
