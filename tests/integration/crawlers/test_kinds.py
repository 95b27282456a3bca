"""Each kind of source of the open web through a real round, read twice: what it finds, and that nothing is found twice."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from core.messages import Candidate, CrawlJob, SourceResult
from tests.integration.crawlers.hostile import XML, Server, article, reply, rss
from tests.integration.crawlers.hostile_wire import gzip_bomb
from tests.integration.crawlers.test_round import crawl, known


@pytest.fixture
def server():
    with Server() as server:
        yield server


def twice(
    server: Server, captures: Path, job: CrawlJob
) -> tuple[list[Candidate], SourceResult, SourceResult]:
    """A first and a second round. The second knows what the first stored, and finds nothing new."""
    first, results = crawl(server, captures, job)
    before = results[job.source_id]
    remembered = job.model_copy(
        update={
            "known": known(first),
            "etag": before.etag,
            "last_modified": before.last_modified,
            "body_sha256": before.body_sha256,
        }
    )
    again, results = crawl(server, captures, remembered)
    assert again == [], "found twice"
    assert len({c.canonical_url for c in first}) == len(first)
    return first, before, results[job.source_id]


def articles(server: Server, *paths: str) -> None:
    for path in paths:
        server.pages[path] = reply(article(f"Xã họp dân về {path.strip('/').partition('.')[0]}"))


def job(server: Server, kind: str, path: str, **more) -> CrawlJob:
    return CrawlJob(source_id="nguon", kind=kind, url=server.url(path), **more)


# --- feeds ----------------------------------------------------------------------------------------------------------


def test_a_json_feed(server, tmp_path):
    items = [
        {
            "id": str(i),
            "url": f"/{i}.html",
            "title": f"Tin {i}",
            "date_published": "2026-11-21T08:00:00+07:00",
        }
        for i in (1, 2)
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items}).encode()
    server.pages["/feed.json"] = reply(body, kind="application/feed+json", ETag='"j"')
    articles(server, "/1.html", "/2.html")
    found, before, after = twice(server, tmp_path, job(server, "feed", "/feed.json"))
    assert [c.canonical_url for c in found] == [server.url("/1.html"), server.url("/2.html")]
    assert (before.outcome, before.etag, after.outcome) == ("new", '"j"', "unchanged")


@pytest.mark.parametrize("encoding", ["", pytest.param("gzip", marks=pytest.mark.long)])
def test_a_feed_that_is_a_gzip_file(server, tmp_path, encoding):
    body = gzip.compress(rss("/1.html", "/2.html"))
    server.pages["/rss.xml.gz"] = (
        reply(gzip.compress(body), kind="application/gzip", Content_Encoding="gzip")
        if encoding
        else reply(body, kind="application/gzip")
    )
    articles(server, "/1.html", "/2.html")
    found, before, after = twice(server, tmp_path, job(server, "feed", "/rss.xml.gz"))
    assert (len(found), before.outcome, after.outcome) == (2, "new", "unchanged")


@pytest.mark.long
def test_a_gzip_file_that_is_a_bomb_or_a_program_is_refused(server, tmp_path):
    server.pages["/bomb.gz"] = reply(gzip_bomb(), kind="application/gzip")
    server.pages["/program.gz"] = reply(gzip.compress(b"MZ\x90\x00" + bytes(500)), kind="application/gzip")
    server.pages["/twice.gz"] = reply(gzip.compress(gzip.compress(rss("/1.html"))), kind="application/gzip")
    server.pages["/page.gz"] = reply(gzip.compress(article("x")), kind="application/gzip")
    jobs = [
        CrawlJob(source_id=path.strip("/"), kind="page" if "page" in path else "feed", url=server.url(path))
        for path in server.pages
    ]
    _, results = crawl(server, tmp_path, *jobs)
    assert {name: result.code for name, result in results.items()} == {
        "bomb.gz": "bomb",
        "program.gz": "not_text",
        "twice.gz": "not_text",
        "page.gz": "not_text",
    }


def home(*links: str) -> bytes:
    named = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="Mục {n}" href="{link}">'
        for n, link in enumerate(links)
    )
    return reply(f"<!doctype html><html><head>{named}</head><body><p>Trang chủ</p></body></html>".encode())


@pytest.mark.long
def test_a_home_page_leads_to_the_one_feed_that_it_names(server, tmp_path):
    server.pages["/"] = home("/tin-moi.rss")
    server.pages["/tin-moi.rss"] = reply(rss("/1.html"), kind=XML, ETag='"of-the-feed"')
    articles(server, "/1.html")
    found, before, after = twice(server, tmp_path, job(server, "feed", "/"))
    assert (len(found), before.outcome, after.outcome) == (1, "new", "seen")
    assert before.final_url == server.url("/tin-moi.rss")
    # what the feed said must not be asked of the home page
    assert (before.etag, before.last_modified, before.body_sha256) == ("", "", "")


@pytest.mark.long
def test_of_several_feeds_none_is_chosen_and_all_are_told(server, tmp_path):
    server.pages["/"] = home("/thoi-su.rss", "/the-thao.rss")
    _, results = crawl(server, tmp_path, job(server, "feed", "/"))
    result = results["nguon"]
    assert (result.outcome, result.code) == ("failed", "many_feeds")
    for sentence in (result.error_vi, result.error_en):
        assert f"{server.url('/thoi-su.rss')}, {server.url('/the-thao.rss')}" in sentence
    assert "/thoi-su.rss" not in server.hits


@pytest.mark.long
def test_usual_places_are_tried_only_when_the_home_page_names_none(server, tmp_path):
    server.pages["/"] = home()
    server.pages["/feed"] = reply(article("Trang không tìm thấy"))
    server.pages["/rss.xml"] = reply(rss("/1.html"), kind=XML)
    articles(server, "/1.html")
    _, results = crawl(server, tmp_path, job(server, "feed", "/"))
    assert (results["nguon"].outcome, results["nguon"].final_url) == ("new", server.url("/rss.xml"))
    server.pages["/"] = home("/gone.rss")
    server.hits.clear()
    _, results = crawl(server, tmp_path, job(server, "feed", "/"))
    assert results["nguon"].code == "http_404"
    assert "/rss.xml" not in server.hits


@pytest.mark.long
def test_a_feed_that_became_a_page_is_not_replaced_by_another_feed(server, tmp_path):
    server.pages["/"] = home("/tin-moi.rss")
    server.pages["/tin-moi.rss"] = reply(rss("/1.html"), kind=XML)
    server.pages["/chuyen-muc.rss"] = server.pages["/"]
    server.pages["/muc"] = reply(b"", "302 Found", Location="/")
    jobs = [
        CrawlJob(source_id=name, kind="feed", url=server.url(f"/{name}"))
        for name in ("chuyen-muc.rss", "muc")
    ]
    _, results = crawl(server, tmp_path, *jobs)
    assert {result.code for result in results.values()} == {"not_a_feed"}
    assert "/tin-moi.rss" not in server.hits


# --- sitemaps -------------------------------------------------------------------------------------------------------


def sitemap(server: Server, *rows: tuple[str, str], root: str = "urlset", extra: str = "") -> bytes:
    name = "url" if root == "urlset" else "sitemap"
    body = "".join(
        f"<{name}><loc>{server.url(path)}</loc>{f'<lastmod>{stamp}</lastmod>' if stamp else ''}{extra}</{name}>"
        for path, stamp in rows
    )
    return f'<?xml version="1.0"?><{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{body}</{root}>'.encode()


@pytest.fixture
def november(monkeypatch, tmp_path):
    """The crawler's clock stands in the days of the samples, whatever day the test runs."""
    clock = tmp_path / "clock.json"
    clock.write_text(json.dumps({"at": "2026-11-22T10:00:00+07:00", "since": None, "rate": 1.0}))
    monkeypatch.setenv("LAMRO_CLOCK", str(clock))


@pytest.mark.long
def test_a_sitemap_by_way_of_robots_and_indexes(server, tmp_path, november):
    server.pages["/robots.txt"] = reply(
        f"User-agent: *\nAllow: /\nSitemap: {server.url('/index.xml')}\n".encode(), kind="text/plain"
    )
    server.pages["/index.xml"] = reply(
        sitemap(
            server,
            ("/old.xml", "2024-01-01"),
            ("/gone.xml", "2026-11-22"),
            ("/new.xml.gz", "2026-11-21"),
            root="sitemapindex",
        ),
        kind=XML,
    )
    server.pages["/new.xml.gz"] = reply(
        gzip.compress(
            sitemap(
                server,
                ("/xa-1001.html", "2026-11-20"),
                ("/xa-1002.html", "2026-11-21"),
                ("/xa-0900.html", "2026-01-01"),
            )
        ),
        kind="application/gzip",
    )
    articles(server, "/xa-1001.html", "/xa-1002.html")
    found, before, after = twice(server, tmp_path, job(server, "sitemap", "/robots.txt"))
    assert [c.canonical_url for c in found] == [server.url("/xa-1002.html"), server.url("/xa-1001.html")]
    assert (before.outcome, before.etag, before.body_sha256) == ("new", "", "")
    assert [(e["url"], e["code"]) for e in before.page_errors] == [(server.url("/gone.xml"), "http_404")]
    assert after.seen == 2
    assert "/old.xml" not in server.hits


@pytest.mark.long
def test_the_depth_and_the_number_of_sitemaps_are_bounded(server, tmp_path, november):
    for n in range(12):
        server.pages[f"/s{n}.xml"] = reply(
            sitemap(server, (f"/s{n + 1}.xml", ""), (f"/t{n}.xml", ""), root="sitemapindex"), kind=XML
        )
        server.pages[f"/t{n}.xml"] = reply(sitemap(server, (f"/bai-{n}00.html", "2026-11-21")), kind=XML)
    rules = {"max_files": 2}
    crawl(server, tmp_path, job(server, "sitemap", "/s0.xml", rules=rules, fetch_articles=False))
    assert len([path for path in server.hits if path.endswith(".xml")]) == 3
    server.hits.clear()
    crawl(server, tmp_path, job(server, "sitemap", "/s0.xml", rules={"max_files": 30}, fetch_articles=False))
    assert {path for path in server.hits if path.startswith("/s")} == {"/s0.xml", "/s1.xml", "/s2.xml"}


@pytest.mark.long
def test_a_round_looks_at_a_thousand_entries_however_many_parts_there_are(server, tmp_path, november):
    parts = [(f"/part-{n}.xml", "2026-11-21") for n in (1, 2)]
    server.pages["/index.xml"] = reply(sitemap(server, *parts, root="sitemapindex"), kind=XML)
    for n in (1, 2):
        rows = [(f"/bai-{n}{i:04}.html", "2026-11-21") for i in range(600)]
        server.pages[f"/part-{n}.xml"] = reply(sitemap(server, *rows), kind=XML)
    source = job(server, "sitemap", "/index.xml", fetch_articles=False, max_entries=1000)
    found, results = crawl(server, tmp_path, source)
    assert (len(found), results["nguon"].entries, results["nguon"].outcome) == (1000, 1200, "truncated")
    again, results = crawl(server, tmp_path, source.model_copy(update={"known": known(found)}))
    assert (again, results["nguon"].seen) == ([], 1000)


def test_a_news_sitemap_gives_date_and_title_where_the_page_is_silent(server, tmp_path, november):
    news = "<n:news><n:publication_date>2026-11-21T06:00:00+07:00</n:publication_date><n:title>Xã họp dân</n:title></n:news>"
    server.pages["/news.xml"] = reply(
        sitemap(server, ("/a-1001.html", ""), ("/b-1002.html", ""), extra=news), kind=XML
    )
    page = article("Xã họp dân").replace("Thứ bảy, 21/11/2026, 20:15 (GMT+7)".encode(), b"")
    server.pages["/a-1001.html"] = reply(page)
    found, results = crawl(server, tmp_path, job(server, "sitemap", "/news.xml"))
    by_path = {c.canonical_url.rpartition("/")[2]: c for c in found}
    read, unread = by_path["a-1001.html"], by_path["b-1002.html"]
    assert (read.date_from, str(read.published_at)) == ("feed", "2026-11-20 23:00:00+00:00")
    assert (unread.title, unread.text, unread.entry_hash) == ("Xã họp dân", "", "")
    assert results["nguon"].page_errors[0]["code"] == "http_404"


@pytest.mark.long
def test_a_page_is_no_sitemap(server, tmp_path):
    server.pages["/"] = reply(article("Trang chủ"))
    _, results = crawl(server, tmp_path, job(server, "sitemap", "/"))
    assert (results["nguon"].outcome, results["nguon"].code) == ("failed", "not_a_sitemap")


# --- search feeds ---------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_google_news_gives_pointers_and_opens_nothing(server, tmp_path):
    def feed(*links: str) -> bytes:
        items = "".join(
            f"<item><title>Tin số {n} - Báo Bến Đò</title><link>{server.url('/rss/articles/' + link)}</link>"
            f'<pubDate>Sat, 21 Nov 2026 08:00:00 GMT</pubDate><source url="https://bendo.example">Báo Bến Đò</source></item>'
            for n, link in enumerate(links)
        )
        return reply(
            f"<rss version='2.0'><channel><title>q</title>{items}</channel></rss>".encode(), kind=XML
        )

    server.pages["/rss/search"] = feed("aaa", "bbb")
    source = job(server, "google-news", "/rss/search?q=x")
    found, _, after = twice(server, tmp_path, source)
    assert [(c.title, c.summary, c.text) for c in found] == [
        ("Tin số 0", "Báo Bến Đò", ""),
        ("Tin số 1", "Báo Bến Đò", ""),
    ]
    assert after.outcome == "unchanged"
    assert all({"pointer_only", "article_not_read"} <= set(c.warnings) for c in found)
    assert not [path for path in server.hits if path.startswith("/rss/articles")]
    # the same articles under other links are the same items
    server.pages["/rss/search"] = feed("ccc", "ddd")
    again, results = crawl(server, tmp_path, source.model_copy(update={"known": known(found)}))
    assert (again, results["nguon"].seen) == ([], 2)


@pytest.mark.long
def test_bing_news_opens_the_articles_themselves(server, tmp_path):
    real = server.url("/xa-hop-dan-100001.html")
    body = (
        "<rss version='2.0'><channel><title>q</title><item><title>Xã họp dân</title>"
        f"<link>http://www.bing.com/news/apiclick.aspx?aid=1&amp;url={quote(real, safe='')}</link></item></channel></rss>"
    )
    server.pages["/news/search"] = reply(body.encode(), kind=XML)
    articles(server, "/xa-hop-dan-100001.html")
    found, before, after = twice(server, tmp_path, job(server, "bing-news", "/news/search?q=x&format=rss"))
    assert [c.canonical_url for c in found] == [real]
    assert (before.outcome, after.outcome) == ("new", "unchanged")


@pytest.mark.long
def test_gdelt_rows_are_opened_and_faults_in_words_are_told(server, tmp_path):
    rows = [
        {"url": server.url("/a-1.html"), "title": "Commune meets", "seendate": "20261121T101500Z"},
        {"url": server.url("/gone.html"), "title": "Commune meets again", "seendate": "20261121T101500Z"},
    ]
    server.pages["/api"] = reply(json.dumps({"articles": rows}).encode(), kind="application/json")
    articles(server, "/a-1.html")
    found, results = crawl(server, tmp_path, job(server, "gdelt", "/api?query=x"))
    assert [(c.title, bool(c.text), bool(c.entry_hash)) for c in found] == [
        ("Xã họp dân về a-1", True, True),
        ("Commune meets again", False, False),
    ]
    again, _ = crawl(server, tmp_path, job(server, "gdelt", "/api?query=x", known=known(found)))
    assert [c.title for c in again] == ["Commune meets again"], "only what could not be read is tried again"
    server.pages["/api"] = reply(b"Please limit requests to one every 5 seconds.")
    _, results = crawl(server, tmp_path, job(server, "gdelt", "/api?query=x"))
    assert (results["nguon"].outcome, results["nguon"].code) == ("refused", "http_429")


# --- preview --------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_preview_says_which_rule_found_what_and_opens_two_articles(server, tmp_path):
    paths = [f"/xa-hop-dan-lan-thu-{n}-10000{n}.html" for n in range(4)]
    links = "".join(f'<h3><a href="{path}">Xã họp dân lần thứ {n}</a></h3>' for n, path in enumerate(paths))
    server.pages["/tin"] = reply(f"<html><body>{links}</body></html>".encode())
    articles(server, *paths)
    for rules, rule in (
        ({}, "address"),
        ({"link_css": "h3 a"}, "link_css"),
        ({"link_css": "h3 a", "link_pattern": "/xa-*"}, "link_css + link_pattern"),
    ):
        server.hits.clear()
        found, results = crawl(server, tmp_path, job(server, "listing", "/tin", preview=True, rules=rules))
        assert [c.found_by for c in found] == [rule] * 4
        assert [bool(c.text) for c in found] == [True, True, False, False]
        assert (results["nguon"].outcome, results["nguon"].entries) == ("new", 4)
        assert len([path for path in server.hits if path.startswith("/xa")]) == 2
    assert list(tmp_path.rglob("*.warc.gz")) == []
