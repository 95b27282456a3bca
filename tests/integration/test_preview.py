"""Trying a source out: the app asks, the scheduler reads, the request's result tells, and nothing is stored."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from config.preview import told
from config.schedule import Scheduler
from config.settings import load
from core.errors import Forbidden, Invalid
from core.records.source import Lease
from core.rules.vocabulary import Role
from core.services import crawl, crawl_requests, receiving
from core.services.desk import Actor
from core.services.sources import NewSource
from tests.fixtures.kills import officer
from tests.fixtures.product import Outlets, contents, new_home
from tests.integration.crawlers.hostile import Server, article, reply


@pytest.fixture
def server():
    with Server() as server:
        yield server


@pytest.fixture
def product(tmp_path, server):
    outlets = Outlets("", number=0)
    made = new_home(tmp_path / "home", outlets)
    outlets.close()
    made.values["allow_hosts"] = server.address
    return made


def result_of(product, request: int) -> tuple[str, dict]:
    import json

    ((state, result),) = product.sql("SELECT state, result FROM crawl_request WHERE id = ?", request)
    return state, json.loads(result)


def test_a_preview_is_asked_for_read_and_told(product, server):
    links = "".join(
        f'<h3><a href="/xa-hop-dan-lan-{n}-10000{n}.html">Xã họp dân bàn việc lần {n}</a></h3>'
        for n in range(4)
    )
    server.pages["/tin"] = reply(f"<html><body>{links}</body></html>".encode())
    for n in range(4):
        server.pages[f"/xa-hop-dan-lan-{n}-10000{n}.html"] = reply(article(f"Xã họp dân bàn việc lần {n}"))
    listing = NewSource(
        id="moi", name="Cổng xã", kind="listing", url=f" {server.url('/tin')} ", rules={"link_css": "h3 a"}
    )
    with product.desk() as desk:
        person = officer(product)
        scheduler = Scheduler(desk, load({**product.values, "home": product.home}), {})
        good = crawl_requests.request_preview(desk, person, listing)
        assert crawl_requests.request_preview(desk, person, listing) == good, "the same wish waits once"
        items = "".join(
            f"<item><title>Xã họp lần {n}</title><link>{server.url(f'/xa-hop-dan-lan-{n}-10000{n}.html')}</link></item>"
            for n in range(2)
        )
        server.pages["/rss"] = reply(
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>Cổng tin Bến Đò</title>{items}</channel></rss>'.encode()
        )
        named = crawl_requests.request_preview(
            desk, person, NewSource(id="moi", name="", kind="feed", url=server.url("/rss"))
        )
        gone = crawl_requests.request_preview(
            desk, person, NewSource(id="moi", name="x", kind="feed", url=server.url("/none"))
        )
        scheduler.take_requests()
    state, told = result_of(product, good)
    assert (state, told["outcome"], told["found"], told["error_vi"]) == ("done", "new", 4, "")
    assert [(e["found_by"], e["words"] > 20) for e in told["entries"]] == [
        ("link_css", True),
        ("link_css", True),
        ("link_css", False),
        ("link_css", False),
    ]
    first = told["entries"][0]
    assert (first["title"], first["published_at"], first["date_from"]) == (
        "Xã họp dân bàn việc lần 0",
        "2026-11-21T13:15:00+00:00",
        "byline",
    )
    state, told = result_of(product, named)
    assert (state, told["title"], told["found"]) == ("done", "Cổng tin Bến Đò", 2)
    state, told = result_of(product, gone)
    assert (state, told["code"], told["entries"]) == ("failed", "http_404", [])
    assert "404" in told["error_vi"]
    assert "404" in told["error_en"]
    # nothing is stored, neither an item nor a source nor a capture
    assert contents(product) == {}
    assert product.sql("SELECT count(*) FROM source") == [(0,)]
    assert product.sql("SELECT count(*) FROM capture") == [(0,)]
    assert not list((product.home / "captures").rglob("*.warc.gz"))


@pytest.mark.long
def test_a_pasted_link_waits_for_a_host_that_rests(product):
    """A host with a pace of its own is asked by one at a time, by whatever way the question comes."""
    url = "https://api.gdeltproject.org/api/v2/doc/doc?query=x"
    with product.desk() as desk:
        person = officer(product)
        scheduler = Scheduler(desk, load({**product.values, "home": product.home}), {})
        asked = receiving.request_link(desk, person, url, "Zalo tổ dân phố", desk.clock.now())
        assert crawl.claim_host(desk, url, 90)
        scheduler.take_requests()
        assert result_of(product, asked)[0] == "queued"
        with desk.store.write() as session:
            session.execute(update(Lease).where(Lease.name.startswith(crawl.PACE)).values(until=None))
        scheduler.take_requests()
    # The network is closed here: that it was tried is enough.
    assert result_of(product, asked)[0] == "failed"


def test_a_preview_is_refused_before_it_is_asked(product):
    with product.desk() as desk:
        person = officer(product)
        reader = Actor(
            person.account_id, "canbo", "Đỗ Thị Hạnh", "", person.unit_id, frozenset({Role.OFFICER})
        )
        source = NewSource(id="moi", name="x", kind="feed", url="https://bao.example/rss")
        with pytest.raises(Forbidden):
            crawl_requests.request_preview(desk, reader, source)
        for wrong, field in (
            ({"kind": "telepathy"}, "kind"),
            ({"url": "bao.example"}, "url"),
            ({"rules": {"shell": "rm"}}, "rules"),
        ):
            values = {"id": "moi", "name": "x", "kind": "feed", "url": "https://bao.example/rss"} | wrong
            with pytest.raises(Invalid) as caught:
                crawl_requests.request_preview(desk, person, NewSource(**values))
            assert list(caught.value.fields) == [field]
    assert product.sql("SELECT count(*) FROM crawl_request") == [(0,)]


def test_a_crawler_that_died_is_told_too():
    answer = told([], None)
    assert (answer["outcome"], answer["code"], answer["entries"]) == ("failed", "crawler_died", [])
    assert answer["error_vi"].endswith(".")
