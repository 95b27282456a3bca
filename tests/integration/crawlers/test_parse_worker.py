"""The killable parser: real child processes, real limits."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.parse_worker import ParserKilled, ParseWorker
from crawlers.parsers.article import extract_article
from crawlers.parsers.results import Unreadable
from tests.integration.crawlers.hostile import MEMORY_EATER, article, rss

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
URL = "http://bao.example/tin/xa-hop-dan-100001.html"


@pytest.fixture(scope="module")
def worker():
    with ParseWorker(cpu_seconds=2, wall_seconds=10, memory_bytes=700 << 20) as worker:
        yield worker


def test_all_three_questions_are_answered_by_one_child(worker):
    assert [e.url for e in worker.feed(rss("/a.html"), URL, NOW).entries] == ["http://bao.example/a.html"]
    pid = worker.pid
    page = article("Xã họp dân bàn việc kênh mương")
    assert worker.article(page, URL, NOW) == extract_article(page, URL, {}, NOW)
    listing = worker.entries("listing", b"<a href='/b.html'>B</a>", URL, NOW, rules={"link_css": "a"})
    assert [entry.url for entry in listing.entries] == ["http://bao.example/b.html"]
    assert worker.pid == pid


def test_an_unreadable_body_keeps_its_code_and_its_sentence(worker):
    with pytest.raises(Unreadable) as caught:
        worker.feed(article("x"), URL, NOW)
    assert caught.value.code == "not_a_feed"
    assert caught.value.vi.startswith("Địa chỉ này không trả về nguồn cấp tin")


def test_a_page_that_eats_memory_or_time_is_stopped_and_the_next_page_is_read(worker):
    before, pid = worker.kills, worker.pid
    with pytest.raises(ParserKilled) as caught:
        worker.article(MEMORY_EATER, URL, NOW)
    assert caught.value.code == "parser_killed"
    assert worker.article(article("Xã họp dân"), URL, NOW).kind == "article"
    assert (worker.kills, worker.pid != pid) == (before + 1, True)


def test_the_wall_limit_stops_a_child_that_does_nothing():
    with ParseWorker(wall_seconds=1) as worker:
        worker.feed(rss("/a.html"), URL, NOW)
        os.kill(worker.pid or 0, 19)  # SIGSTOP: alive, silent, without using its CPU limit
        with pytest.raises(ParserKilled):
            worker.feed(rss("/a.html"), URL, NOW)
        assert len(worker.feed(rss("/a.html"), URL, NOW).entries) == 1


def test_a_child_killed_from_outside_is_replaced():
    with ParseWorker() as worker:
        worker.feed(rss("/a.html"), URL, NOW)
        os.kill(worker.pid or 0, 9)
        results = []
        for _ in range(2):
            try:
                results.append(len(worker.feed(rss("/a.html"), URL, NOW).entries))
            except ParserKilled:
                results.append(-1)
        assert results[-1] == 1


@pytest.mark.long
def test_the_child_is_recycled_after_its_pages():
    with ParseWorker(pages_per_child=2) as worker:
        pids = []
        for _ in range(4):
            worker.feed(rss("/a.html"), URL, NOW)
            pids.append(worker.pid)
        assert pids[0] == pids[1] != pids[2] == pids[3]


def test_the_child_knows_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("LAMRO_SECRET_KEY", "bi-mat")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with ParseWorker() as worker:
        worker.feed(rss("/a.html"), URL, NOW)
        environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
    assert b"bi-mat" not in environment
    assert b"proxy" not in environment
