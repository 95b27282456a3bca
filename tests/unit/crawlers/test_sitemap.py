"""Sitemaps: the newest pages, within bounds. All samples are written for these tests."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from crawlers.parsers.results import Unreadable
from crawlers.parsers.sitemap import UNDATED, parse_sitemap

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
URL = "https://bao.example/sitemap.xml"
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*rows: str, extra: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {XMLNS} {extra}>{"".join(rows)}</urlset>'.encode()


def page(path: str, lastmod: str = "", more: str = "") -> str:
    stamp = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>https://bao.example{path}</loc>{stamp}{more}</url>"


def paths(body: bytes, **options) -> list[str]:
    return [
        e.url.removeprefix("https://bao.example") for e in parse_sitemap(body, URL, NOW, **options).entries
    ]


def test_the_newest_first_nothing_old_and_no_section_pages():
    body = urlset(
        page("/a-100001.html", "2026-11-20"),
        page("/b-100002.html", "2026-11-21T09:00:00+07:00"),
        page("/c-000003.html", "2025-01-01"),
        page("/"),
        page("/tag/le-hoi", "2026-11-21"),
        page("/anh.jpg", "2026-11-21"),
    )
    assert paths(body) == ["/b-100002.html", "/a-100001.html"]
    assert paths(body, max_age_days=366 * 3)[-1] == "/c-000003.html"
    assert paths(body, link_pattern="/tag/*") == ["/tag/le-hoi"]
    entry = parse_sitemap(body, URL, NOW).entries[0]
    assert entry.published_at is None, "lastmod is no publication date"
    assert (entry.found_by, entry.title) == ("lastmod", "")


def test_a_news_sitemap_gives_headline_date_and_language():
    news = (
        "<news:news><news:publication><news:name>Báo Bến Đò</news:name><news:language>vi</news:language></news:publication>"
        "<news:publication_date>2026-11-21T08:30:00+07:00</news:publication_date><news:title>Xã &amp; phường họp dân</news:title></news:news>"
        "<image:image><image:loc>https://bao.example/x.jpg</image:loc><image:title>Ảnh</image:title></image:image>"
    )
    body = urlset(
        page("/tin-100009.html", "2026-11-21", news),
        extra='xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"',
    )
    (entry,) = parse_sitemap(body, URL, NOW).entries
    assert (entry.url, entry.title, entry.outlet, entry.language_hint, entry.found_by) == (
        "https://bao.example/tin-100009.html",
        "Xã & phường họp dân",
        "Báo Bến Đò",
        "vi",
        "news",
    )
    assert entry.published_at == datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


def test_without_dates_the_numbers_in_the_addresses_order_and_the_count_is_bounded():
    body = urlset(*(page(f"/tin-{n}.html") for n in range(100_000, 100_000 + UNDATED + 50)))
    found = paths(body)
    assert len(found) == UNDATED
    assert found[0] == f"/tin-{100_000 + UNDATED + 49}.html"


def test_a_stamp_that_every_page_shares_says_nothing_of_edits():
    def hashes(stamp: str, other: str) -> set[str]:
        body = urlset(page("/a-1.html", stamp), page("/b-2.html", stamp), page("/c-3.html", other))
        return {e.entry_hash for e in parse_sitemap(body, URL, NOW).entries}

    assert hashes("2026-11-20", "2026-11-20") == hashes("2026-11-21", "2026-11-21")
    assert hashes("2026-11-20", "2026-11-19") != hashes("2026-11-21", "2026-11-19")


def test_an_index_names_its_newest_parts_first():
    def part(path: str, lastmod: str = "") -> str:
        return page(path, lastmod).replace("url>", "sitemap>")

    body = (
        f"<sitemapindex {XMLNS}>"
        + part("/sitemap-1.xml")
        + part("/sitemap-2.xml")
        + part("/sitemap-old.xml", "2024-01-01")
        + part("/sitemap-new.xml.gz", "2026-11-21")
        + part("/image-sitemap.xml", "2026-11-21")
        + part("/category-sitemap.xml", "2026-11-21")
        + "</sitemapindex>"
    ).encode()
    found = parse_sitemap(gzip.compress(body), URL, NOW)
    assert (found.form, found.entries) == ("index", [])
    assert [link.url.rpartition("/")[2] for link in found.more] == [
        "sitemap-new.xml.gz",
        "sitemap-2.xml",
        "sitemap-1.xml",
    ]


def test_robots_txt_names_sitemaps():
    body = b"User-agent: *\nDisallow: /x\nSitemap: https://bao.example/news.xml\nsitemap:/pages.xml\n"
    found = parse_sitemap(body, "https://bao.example/robots.txt", NOW)
    assert [link.url for link in found.more] == [
        "https://bao.example/news.xml",
        "https://bao.example/pages.xml",
    ]


def test_more_than_asked_for_is_said():
    body = urlset(*(page(f"/tin-{n}.html", "2026-11-20") for n in range(5)))
    found = parse_sitemap(body, URL, NOW, limit=3)
    assert (len(found.entries), found.truncated) == (3, True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"User-agent: *\nDisallow: /\n", "not_a_sitemap"),
        (b"<html><body>404</body></html>", "not_a_sitemap"),
        (b"<rss version='2.0'><channel/></rss>", "not_a_sitemap"),
        (b"<" + b"a" * 10, "not_a_sitemap"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><urlset/>', "bomb"),
        (b"<urlset>" + b"<a>" * 250, "bomb"),
        (b"<urlset " + b" ".join(b"a%d=''" % n for n in range(5000)) + b"/>", "bomb"),
    ],
)
def test_what_is_no_sitemap_is_refused(body, code):
    with pytest.raises(Unreadable) as caught:
        parse_sitemap(body, URL, NOW)
    assert caught.value.code == code


def test_a_cut_off_sitemap_gives_the_pages_that_are_whole():
    body = urlset(page("/a-1.html", "2026-11-20"), page("/b-2.html", "2026-11-20"))
    assert paths(body[: body.rindex(b"<url>") + 15]) == ["/a-1.html"]
