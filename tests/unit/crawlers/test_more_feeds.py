"""JSON Feed, gzip files and the feeds that a page names. All samples are written for these tests."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from crawlers.parsers.feed import parse_feed
from crawlers.parsers.feed_links import feeds_of_page
from crawlers.parsers.results import Unreadable
from crawlers.parsers.unzip import UNPACKED_BYTES, unzipped
from tests.integration.crawlers.hostile import rss

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
URL = "https://bao.example/feed.json"


def json_feed(*items, version: str = "https://jsonfeed.org/version/1.1", **more) -> bytes:
    return json.dumps(
        {"version": version, "title": "Bến Đò", "items": list(items), **more}, ensure_ascii=False
    ).encode()


def test_json_feed_1_1():
    feed = parse_feed(
        json_feed(
            {
                "id": "7",
                "url": "/xa-hop-dan-100007.html",
                "title": "Xã họp dân &amp; chốt lịch",
                "content_html": "<p>Đoạn một.</p><script>x()</script><p>Đoạn hai.</p>",
                "summary": "Tóm tắt",
                "date_published": "2026-11-21T08:00:00+07:00",
                "date_modified": "2026-11-21T09:00:00+07:00",
                "authors": [{"name": "Lê Thị Bến"}, {"name": "Trần Văn Đò"}],
                "language": "vi",
            },
            {
                "id": "https://bao.example/8.html",
                "content_text": "Chỉ có chữ",
                "attachments": [{"mime_type": "video/mp4", "url": "https://bao.example/8.mp4"}],
            },
        ),
        URL,
        NOW,
    )
    one, two = feed.entries
    assert (feed.title, one.url, one.title) == (
        "Bến Đò",
        "https://bao.example/xa-hop-dan-100007.html",
        "Xã họp dân & chốt lịch",
    )
    assert one.text.split() == ["Đoạn", "một.", "Đoạn", "hai."]
    assert (one.summary, one.author, one.language_hint) == ("Tóm tắt", "Lê Thị Bến, Trần Văn Đò", "vi")
    assert one.published_at == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    assert one.updated_at == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert (two.url, two.text, two.is_video, two.published_at) == (
        "https://bao.example/8.html",
        "Chỉ có chữ",
        True,
        None,
    )


def test_json_feed_1_0_and_its_limits():
    body = json_feed(
        *({"id": str(i), "url": f"https://bao.example/{i}", "title": f"Tin {i}"} for i in range(5)),
        version="https://jsonfeed.org/version/1",
        author={"name": "Tòa soạn"},
    )
    feed = parse_feed(body, URL, NOW, limit=3)
    assert (len(feed.entries), feed.truncated, feed.entries[0].author) == (3, True, "Tòa soạn")
    edited = parse_feed(body.replace(b"Tin 1", "Tin khác".encode()), URL, NOW)
    same = [
        a.entry_hash == b.entry_hash
        for a, b in zip(parse_feed(body, URL, NOW).entries, edited.entries, strict=True)
    ]
    assert same == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"articles": []}', "not_a_feed"),
        (b'{"version": 7}', "not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "not_a_feed"),
        (b'{"a":' * 200_000, "bomb"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + b"9" * 6000 + b"]}", "not_a_feed"),
    ],
)
def test_json_that_is_no_feed_is_refused(body, code):
    with pytest.raises(Unreadable) as caught:
        parse_feed(body, URL, NOW)
    assert caught.value.code == code


def test_odd_json_feed_values_are_passed_over():
    feed = parse_feed(
        json_feed(None, 7, {"id": 5, "url": ["x"], "title": {"a": 1}, "authors": "x", "date_published": 3}, {"url": "javascript:x()"}),
        URL,
        NOW,
    )  # fmt: skip
    assert [(e.url, e.guid, e.title) for e in feed.entries] == [("", "5", ""), ("", "", "")]
    assert feed.entries[1].warnings == ["bad_link"]


def test_a_gzip_file_is_unpacked_within_bounds():
    feed = rss("/1.html")
    assert unzipped(gzip.compress(feed)) == feed
    assert unzipped(gzip.compress(feed[:100]) + gzip.compress(feed[100:])) == feed, "two members"
    assert unzipped(feed) == feed
    assert len(parse_feed(gzip.compress(feed), "https://bao.example/rss.gz", NOW).entries) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (gzip.compress(bytes(UNPACKED_BYTES + 1)), "bomb"),
        (gzip.compress(bytes(2 << 20)) * 6, "bomb"),
        (gzip.compress(rss("/1.html"))[:-20], "incomplete"),
        (b"\x1f\x8brubbish that is not gzip", "bad_encoding"),
    ],
)
def test_a_hostile_gzip_file_is_refused(body, code):
    with pytest.raises(Unreadable) as caught:
        unzipped(body)
    assert caught.value.code == code


HOME = b"""<!doctype html><html><head>
<link rel="alternate" type="application/rss+xml" title="Main (RSS 2.0)" href="/tin.rss">
<link rel="alternate" type="application/atom+xml" title="Main (Atom)" href="/tin.atom">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
<link rel="alternate" type="application/rss+xml" title="bad" href="javascript:x()">
<link rel="alternate" hreflang="en" href="/en"><link rel="stylesheet" type="application/rss+xml" href="/x">
<link REL="Alternate" type="application/feed+json; charset=utf-8" title="Sport" href="https://bao.example/sport.json">
</head><body></body></html>"""


def test_the_feeds_of_a_page():
    page = feeds_of_page(HOME, "https://bao.example/")
    assert page.form == "web_page"
    assert [(link.url, link.title) for link in page.more] == [
        ("https://bao.example/tin.rss", "Main (RSS 2.0)"),
        ("https://bao.example/sport.json", "Sport"),
    ]
    assert feeds_of_page(b"<html><body>x</body></html>", "https://bao.example/").more == []
    with pytest.raises(Unreadable):
        feeds_of_page(b"<link>" * 200_000, "https://bao.example/")
