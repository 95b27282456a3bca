"""Search feeds: words become addresses, and answers become pointers or articles. All samples are written for these tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from core.errors import Invalid
from core.text.urls import canonical_url
from crawlers.fetch.addresses import AllowedHosts
from crawlers.fetch.settings import crawl_settings
from crawlers.parsers.results import FeedResult, Unreadable
from crawlers.registry import KindRegistry, all_kinds, paces
from crawlers.spiders.base import Document
from crawlers.spiders.entries import EntryKind

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
CHECK = KindRegistry().check


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def parse(kind: str, body: bytes, **rules) -> FeedResult:
    chosen = all_kinds()[kind]
    return chosen.parse(
        Document(body, "https://x.example/", NOW, {}, 1000), chosen.options.model_validate(rules)
    )


def test_words_become_a_google_news_search():
    url = CHECK("google-news", '  "xã Chí Minh"   "Hải Phòng" ', {"days": 7}).url
    assert url.startswith("https://news.google.com/rss/search?")
    assert query(url) == {"q": '"xã Chí Minh" "Hải Phòng" when:7d', "hl": "vi", "gl": "VN", "ceid": "VN:vi"}
    again = CHECK("google-news", url, {"days": 3, "edition": "en"}).url
    assert query(again) == {
        "q": '"xã Chí Minh" "Hải Phòng" when:3d',
        "hl": "en-US",
        "gl": "US",
        "ceid": "US:en",
    }
    assert CHECK("google-news", again, {}).url == again, "saved again without changes it stays"
    page = "https://news.google.com/search?q=h%E1%BA%A3i+ph%C3%B2ng&hl=en-US&gl=US&ceid=US%3Aen"
    assert query(CHECK("google-news", page, {}).url)["hl"] == "en-US"
    mirror = "http://127.0.0.1:8123/rss/search?q=x"
    assert CHECK("google-news", mirror, {}).url == mirror


def test_words_become_a_bing_and_a_gdelt_search():
    url = CHECK("bing-news", "Hải Phòng", {"market": "en-US"}).url
    assert url.startswith("https://www.bing.com/news/search?")
    assert (query(url)["q"], query(url)["format"], query(url)["mkt"]) == ("Hải Phòng", "rss", "en-US")
    assert CHECK("bing-news", url, {}).url == url
    url = CHECK("gdelt", '"Hai Phong"', {"days": 2, "language": "vietnamese"}).url
    assert query(url)["query"] == '"Hai Phong" sourcelang:vietnamese'
    assert (query(url)["maxrecords"], query(url)["timespan"], query(url)["mode"]) == ("250", "2d", "artlist")
    assert (
        query(CHECK("gdelt", url, {"language": "english"}).url)["query"] == '"Hai Phong" sourcelang:english'
    )


@pytest.mark.parametrize(
    ("kind", "given", "rules", "field"),
    [
        ("google-news", "x", {}, "url"),
        ("google-news", "chữ " * 100, {}, "url"),
        ("google-news", "https://news.google.com/topics/abc", {}, "url"),
        ("google-news", "xã Chí Minh", {"edition": "xx"}, "rules"),
        ("google-news", "xã Chí Minh", {"days": 4000}, "rules"),
        ("bing-news", "https://www.bing.com/", {}, "url"),
        ("bing-news", "xã Chí Minh", {"market": "<script>"}, "rules"),
        ("gdelt", "https://api.gdeltproject.org/api/v2/doc/doc", {}, "url"),
        ("gdelt", "ftp://api.gdeltproject.org/", {}, "url"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_a_sentence(kind, given, rules, field):
    with pytest.raises(Invalid) as caught:
        CHECK(kind, given, rules)
    assert list(caught.value.fields) == [field]


def google(*entries: tuple[str, str, str], outlet_url: str = "https://www.bendo.example") -> bytes:
    items = "".join(
        f'<item><title>{title} - {outlet}</title><link>https://news.google.com/rss/articles/{link}?oc=5</link><guid isPermaLink="false">{link}</guid>'
        f"<pubDate>Sat, 21 Nov 2026 18:30:00 GMT</pubDate><description>&lt;a href=x&gt;{title}&lt;/a&gt; &lt;font&gt;{outlet}&lt;/font&gt;</description>"
        f'<source url="{outlet_url}">{outlet}</source></item>'
        for title, outlet, link in entries
    )
    return f'<rss version="2.0"><channel><title>q</title>{items}</channel></rss>'.encode()


def test_a_google_entry_is_a_pointer_whose_identity_is_not_its_link():
    one = parse("google-news", google(("Xã Chí Minh - họp dân", "Báo Bến Đò", "CBMi111"))).entries[0]
    two = parse("google-news", google(("Xã Chí Minh -  họp dân", "Báo Bến Đò", "CBMi222"))).entries[0]
    assert (one.title, one.outlet, one.summary, one.text) == (
        "Xã Chí Minh - họp dân",
        "Báo Bến Đò",
        "Báo Bến Đò",
        "",
    )
    assert one.url != two.url
    assert one.canonical_url == two.canonical_url == canonical_url(one.canonical_url)
    assert one.entry_hash == two.entry_hash
    assert query(one.canonical_url)["outlet"] == "bendo.example"
    assert query(one.canonical_url)["day"] == "2026-11-22", "the day in Viet Nam"
    assert "pointer_only" in one.warnings
    others = [
        parse("google-news", google(("Xã Chí Minh họp lại", "Báo Bến Đò", "CBMi111"))),
        parse("google-news", google(("Xã Chí Minh - họp dân", "Cửa Biển", "x"), outlet_url="https://cuabien.example")),
    ]  # fmt: skip
    assert len({one.canonical_url, *(o.entries[0].canonical_url for o in others)}) == 3
    kind = all_kinds()["google-news"]
    assert isinstance(kind, EntryKind)
    assert not kind.opens_pages


def test_a_bing_entry_has_the_articles_own_address():
    real = "https://bendo.example/xa-hop-dan-100001.html?a=1&b=2"

    def item(link: str) -> str:
        return (
            f"<item><title>Xã họp dân</title><link>{link}</link><News:Source>Báo Bến Đò</News:Source></item>"
        )

    click = (
        f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&amp;aid=&amp;url={quote(real, safe='')}&amp;c=1"
    )
    bad = "http://www.bing.com/news/apiclick.aspx?url=javascript%3ax"
    other = "https://bendo.example/share?url=https%3A%2F%2Felsewhere.example%2F"
    body = (
        '<rss version="2.0" xmlns:News="https://www.bing.com/news/search?q=x&amp;format=rss"><channel><title>q</title>'
        + "".join(map(item, (click, bad, other)))
        + "</channel></rss>"
    )
    found = parse("bing-news", body.encode()).entries
    assert [e.url for e in found] == [real, bad, other]
    assert found[0].outlet == "Báo Bến Đò"


def test_gdelt_rows():
    rows = [
        {
            "url": "https://bendo.example/a.html",
            "title": "Hai Phong commune meets residents , officials say : all well",
            "seendate": "20261121T101500Z",
            "domain": "bendo.example",
            "language": "Vietnamese",
        },
        {"url": "", "title": None, "seendate": "rubbish"},
        "rubbish",
    ]
    one, two = parse("gdelt", json.dumps({"articles": rows}).encode()).entries
    assert (one.title, one.outlet, one.language_hint) == (
        "Hai Phong commune meets residents, officials say: all well",
        "bendo.example",
        "vi",
    )
    assert one.published_at == datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
    assert "date_is_when_seen" in one.warnings
    assert (two.url, two.published_at) == ("", None)
    assert parse("gdelt", b"{}").entries == []
    assert (
        parse("gdelt", rb'{"articles":[{"url":"https://a.example/1","title":"it\'s"}]}').entries[0].title
        == "it\\'s"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"Your search contained a phrase that was too short.", "bad_query"),
        (b"Please limit requests to one every 5 seconds or contact us.", "http_429"),
        (b"<html>" + b"x" * 2000, "not_a_feed"),
        (b'{"articles": 7}', "not_a_feed"),
        (b"{", "not_a_feed"),
    ],
)
def test_gdelt_says_its_faults_in_words(body, code):
    with pytest.raises(Unreadable) as caught:
        parse("gdelt", body)
    assert caught.value.code == code


def test_gdelt_is_asked_once_in_five_seconds():
    slot = crawl_settings(AllowedHosts(), {}, pace=paces())["DOWNLOAD_SLOTS"]["api.gdeltproject.org"]
    assert (slot["concurrency"], slot["jitter"]) == (1, 0)
    assert slot["delay"] >= 5
