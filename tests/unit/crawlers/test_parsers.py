"""Feeds, articles and listing pages, good and bad. All texts are ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.parsers.article import extract_article
from crawlers.parsers.feed import parse_feed
from crawlers.parsers.listing import parse_listing
from crawlers.parsers.results import ListingRules, Unreadable
from tests.integration.crawlers.hostile import PARAGRAPHS, article

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
URL = "https://bao.example/rss/tin.rss"
BODY = "".join(f"<p>{p}</p>" for p in PARAGRAPHS)


def feed(items: str, head: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"><channel><title>Báo</title>{items}</channel></rss>'.encode()


def item(title: str = "Xã họp dân", link: str = "/a.html", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def test_an_entry_is_read_with_its_link_made_absolute_and_its_time_in_utc():
    entry = parse_feed(
        feed(item(more="<pubDate>Fri, 20 Nov 2026 08:00:00 GMT+7</pubDate>")), URL, NOW
    ).entries[0]
    assert entry.url == "https://bao.example/a.html"
    assert entry.published_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_atom_with_updated_is_read():
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Kênh</title><entry><title type="html">Tin &amp;amp; ảnh</title>'
        '<link href="https://v.example/w?v=1"/><published>2026-11-20T01:00:00Z</published>'
        "<updated>2026-11-21T01:00:00Z</updated><content type='html'>&lt;p&gt;Lời dẫn&lt;/p&gt;</content></entry></feed>"
    ).encode()
    entry = parse_feed(body, URL, NOW).entries[0]
    assert (entry.title, entry.text) == ("Tin & ảnh", "Lời dẫn")
    assert entry.updated_at == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def test_bad_grammar_passes_and_is_noted():
    result = parse_feed(feed(item("Xã&nbsp;họp dân & nhân sĩ")), URL, NOW)
    assert [e.title for e in result.entries] == ["Xã họp dân & nhân sĩ"]
    assert "not_well_formed" in result.warnings


def test_of_a_cut_feed_the_whole_entries_are_kept():
    whole = feed(item("một", "/1.html") + item("hai", "/2.html") + item("ba", "/3.html"))
    result = parse_feed(whole[: whole.index(b"/3.ht") + 3], URL, NOW)
    assert [e.title for e in result.entries] == ["một", "hai"]
    assert "feed_cut_off" in result.warnings


def test_more_entries_than_the_limit_are_left_and_said():
    result = parse_feed(feed("".join(item(f"tin {i}", f"/{i}.html") for i in range(30))), URL, NOW, limit=10)
    assert (len(result.entries), result.truncated) == (10, True)
    assert "entries_capped" in result.warnings


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://x/y"],
)
def test_only_web_links_are_links(link):
    entry = parse_feed(feed(item(link=link)), URL, NOW).entries[0]
    assert entry.url == ""
    assert entry.warnings == ["bad_link"]


def test_a_giant_node_is_cut_and_says_so():
    (entry,) = parse_feed(feed(item("x" * 4_500_000)), URL, NOW).entries
    assert (len(entry.title), entry.warnings) == (500, ["text_cut"])


@pytest.mark.parametrize(
    "reference", ["&#xD800;", "&#xdfff;", "&#55296;", "&#57343;", "&#0;", "&#x00;", "&#xFFFE;"]
)
def test_a_reference_to_no_letter_does_not_cost_the_feed(reference):
    (entry,) = parse_feed(feed(item(f"Nước {reference} rút")), URL, NOW).entries
    assert entry.title == "Nước \ufffd rút"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (article("Trang chủ"), "not_a_feed"),
        (b"<html><body>dang nhap", "not_a_feed"),
        (b"/etc/passwd", "not_a_feed"),
        (b"http://127.0.0.1/x", "not_a_feed"),
        (b"<data><x/></data>", "not_a_feed"),
        (feed("", '<!DOCTYPE r [<!ENTITY a "b">]>'), "bomb"),
        (feed("", '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://x.example/"> %a;]>'), "bomb"),
        (b"<rss>" + b"<a>" * 5000, "bomb"),
        (b"<rss " + b" ".join(b"a%d='1'" % i for i in range(5000)) + b"></rss>", "bomb"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_code(body, code):
    with pytest.raises(Unreadable) as caught:
        parse_feed(body, URL, NOW)
    assert caught.value.code == code


def test_markup_in_a_title_becomes_text():
    titles = [
        e.title
        for e in parse_feed(
            feed(item("<![CDATA[<script>alert(1)</script>Tin <b>nóng</b>]]>")), URL, NOW
        ).entries
    ]
    assert titles == ["Tin nóng"]


def test_the_entry_hash_changes_with_the_words_and_not_with_trackers():
    first = parse_feed(feed(item(link="/a.html?utm_source=x")), URL, NOW).entries[0].entry_hash
    same = parse_feed(feed(item(link="/a.html?utm_source=y")), URL, NOW).entries[0].entry_hash
    edited = parse_feed(feed(item("Xã họp dân (đính chính)")), URL, NOW).entries[0].entry_hash
    assert first == same
    assert first != edited


def test_a_feed_that_stamps_everything_with_now_does_not_look_edited():
    def hashes(stamp: str) -> list[str]:
        items = "".join(item(f"tin {i}", f"/{i}.html", f"<pubDate>{stamp}</pubDate>") for i in range(3))
        return [e.entry_hash for e in parse_feed(feed(items), URL, NOW).entries]

    assert hashes("Fri, 20 Nov 2026 08:00:00 +0700") == hashes("Fri, 20 Nov 2026 09:00:00 +0700")


def test_an_impossible_date_is_dropped_with_a_warning():
    entry = parse_feed(
        feed(item(more="<pubDate>Fri, 20 Nov 9999 08:00:00 +0700</pubDate>")), URL, NOW
    ).entries[0]
    assert (entry.published_at, entry.warnings) == (None, ["date_in_future"])


# --- articles -------------------------------------------------------------------------------------------------------

PAGE = "https://bao.example/tin/xa-khoi-thong-kenh-muong-100001.html"


def read(html: str, url: str = PAGE):
    return extract_article(html.encode(), url, {}, NOW)


def test_an_article_gives_text_title_and_byline_date():
    found = extract_article(article("Xã khơi thông kênh mương"), PAGE, {}, NOW)
    assert found.title == "Xã khơi thông kênh mương"
    assert found.text == "\n".join(PARAGRAPHS)
    assert (found.kind, found.date_from, found.language_hint) == ("article", "byline", "vi")
    assert found.published_at == datetime(2026, 11, 21, 13, 15, tzinfo=UTC)


def test_json_ld_is_believed_before_meta_and_byline():
    html = (
        '<html><head><script type="application/ld+json">{"@graph":[{"@type":["NewsArticle"],"headline":"Tiêu đề đúng của bài",'
        '"datePublished":"2026-11-20T08:00:00","dateModified":"2026-11-21T08:00:00+07:00","author":{"name":"Lê Văn Mẫu"}}]}</script>'
        '<meta property="article:published_time" content="2026-11-19T08:00:00+07:00"></head>'
        f'<body><h1>Khác</h1><span class="date">18/11/2026 08:00</span><article>{BODY}</article></body></html>'
    )
    found = read(html)
    assert (found.title, found.date_from, found.author) == ("Tiêu đề đúng của bài", "json-ld", "Lê Văn Mẫu")
    assert found.published_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def test_broken_json_ld_and_a_future_meta_fall_through_to_the_byline():
    html = (
        '<html><head><script type="application/ld+json">{"@type": </script>'
        '<meta property="article:published_time" content="2569-11-20T08:00:00+07:00"></head>'
        f'<body><h1>Tiêu đề bài viết</h1><time datetime="2026-11-20T08:00">x</time><article>{BODY}</article></body></html>'
    )
    found = read(html)
    assert (found.date_from, found.warnings) == ("byline", ["date_in_future"])
    assert found.published_at == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_todays_date_in_the_page_header_is_not_the_articles():
    html = (
        '<html><body><div class="date">Thứ Hai, 23/11/2026</div><h1>Tiêu đề bài viết dài</h1>'
        f'<div class="author-time">08:15 20/11/2026</div><article>{BODY}</article></body></html>'
    )
    assert read(html).published_at == datetime(2026, 11, 20, 1, 15, tzinfo=UTC)


def test_a_related_articles_date_is_not_the_articles():
    html = (
        f"<html><body><h1>Tiêu đề bài viết dài</h1><article>{BODY}</article>"
        '<div class="box-related"><span class="date">01/01/2020 08:00</span></div></body></html>'
    )
    assert read(html).date_from != "byline"


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><script>x()</script></body></html>",
        "<div>" * 5000 + "chữ ở sâu",
        "<html></html>",
        "<!-- x -->",
    ],
)
def test_a_page_without_text_is_empty(html):
    assert read(html).kind == "empty"


def _many_links(count: int) -> str:
    return "".join(
        f'<li><a href="/tin-{n}.html">Xã sửa xong đoạn đường số {n} trong tuần</a></li>' for n in range(count)
    )


def test_a_section_page_that_calls_itself_an_article_is_a_listing_all_the_same():
    page = (
        '<html lang="vi"><head><meta property="og:type" content="article"><title>Xã hội</title></head><body><h1>Xã hội</h1>'
        f"<ul>{_many_links(80)}</ul><p>Tin tức trong ngày của các xã, phường và đặc khu, cập nhật liên tục.</p></body></html>"
    )
    assert extract_article(page.encode(), "https://bao.example/xa-hoi", None, NOW).kind == "listing"


def test_a_short_article_among_as_many_links_is_an_article():
    page = (
        '<html lang="vi"><head><meta property="og:type" content="article"></head><body><h1>Xã Chí Minh sửa cống tiêu úng</h1>'
        '<div class="date">Thứ bảy, 21/11/2026, 10:05 (GMT+7)</div><article><p>Hai cống tiêu úng phía đông xã được thay cánh van sáng nay.</p>'
        f"<p>Nước đã rút khỏi phần lớn ruộng trũng.</p></article><ul>{_many_links(80)}</ul></body></html>"
    )
    found = extract_article(page.encode(), "https://bao.example/sua-cong-1.html", None, NOW)
    assert (found.kind, found.date_from) == ("article", "byline")


def test_a_section_page_is_a_listing():
    links = "".join(
        f'<li><a href="/bai-{i}.html">Xã sửa đường liên thôn đoạn số {i}</a></li>' for i in range(40)
    )
    assert (
        read(f"<html><body><h1>Tin xã</h1><ul>{links}</ul></body></html>", "https://bao.example/tin/").kind
        == "listing"
    )


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://bao.example/tin/xa-khoi-thong-kenh-muong-100001.html", PAGE),
        ("https://khac.example/tin/xa-khoi-thong-kenh-muong-100001.html", PAGE + "?amp=1"),
        ("https://bao.example/", PAGE + "?amp=1"),
        ("https://bao.example/tin/bai-khac-han-200002.html", PAGE + "?amp=1"),
        ("javascript:1", PAGE + "?amp=1"),
    ],
)
def test_a_canonical_address_is_believed_only_for_the_same_page_of_the_same_host(href, expected):
    html = f'<html><head><link rel="canonical" href="{href}"></head><body><article>{BODY}</article></body></html>'
    assert read(html, PAGE + "?amp=1").canonical_url == expected


def test_a_tag_with_thousands_of_attributes_is_refused_and_a_large_image_is_not():
    with pytest.raises(Unreadable) as caught:
        read("<div " + " ".join(f"a{i}=1" for i in range(3000)) + ">x</div>")
    assert caught.value.code == "bomb"
    image = f'<img src="data:image/png;base64,{"A" * 300_000}">'
    assert read(f"<html><body><article>{image}{BODY}</article></body></html>").kind == "article"


# --- listings -------------------------------------------------------------------------------------------------------

LIST = "https://xa.example/tin-tuc"
CARDS = "".join(
    f'<div class="card"><a href="/tin-tuc/ban-tin-{i}-10000{i}.html"><img src="/{i}.jpg"></a>'
    f'<h3><a href="/tin-tuc/ban-tin-{i}-10000{i}.html?utm_source=x#top">Bản tin số {i} của xã nhà</a></h3><span class="d">2{i}/11/2026</span></div>'
    for i in range(3)
)
HTML = (
    '<html><body><nav><a href="/gioi-thieu-chung-ve-xa-123456">Giới thiệu chung về xã</a></nav><main>'
    f'{CARDS}<a href="https://quangcao.example/mua-ngay-hom-nay-123456.html">Mua ngay hôm nay giá rẻ</a>'
    '<a href="/tag/kenh-muong-noi-dong-xa-1234">Thẻ kênh mương nội đồng</a><a href="javascript:x()">Xem thêm tin tức khác</a></main></body></html>'
).encode()


def test_without_rules_article_links_of_the_same_site_are_found_once():
    found = parse_listing(HTML, LIST, NOW)
    assert [link.title for link in found.links] == [f"Bản tin số {i} của xã nhà" for i in range(3)]
    assert [link.published_at for link in found.links][1:] == [
        datetime(2026, 11, 20, 17, tzinfo=UTC),
        datetime(2026, 11, 21, 17, tzinfo=UTC),
    ]


def test_css_and_pattern_rules_choose_links():
    by_css = parse_listing(HTML, LIST, NOW, ListingRules(link_css=".card", title_css="h3", date_css=".d"))
    assert [link.title for link in by_css.links] == [f"Bản tin số {i} của xã nhà" for i in range(3)]
    assert by_css.links[0].published_at == datetime(2026, 11, 19, 17, tzinfo=UTC)
    by_pattern = parse_listing(HTML, LIST, NOW, ListingRules(link_pattern="quangcao.example/*.html"))
    assert [link.url for link in by_pattern.links] == [
        "https://quangcao.example/mua-ngay-hom-nay-123456.html"
    ]


@pytest.mark.parametrize(
    "rules",
    [
        ListingRules(link_css="a[["),
        ListingRules(link_pattern="*a" * 20),
        ListingRules(link_css="a", title_css=">>"),
    ],
)
def test_a_wrong_rule_is_named(rules):
    with pytest.raises(Unreadable) as caught:
        parse_listing(HTML, LIST, NOW, rules)
    assert caught.value.code == "bad_rules"


def test_more_links_than_the_limit_are_left_and_said():
    found = parse_listing(HTML, LIST, NOW, limit=2)
    assert (len(found.links), found.truncated) == (2, True)


def test_a_foreign_base_is_not_followed():
    html = HTML.replace(b"<body>", b'<head><base href="https://khac.example/"></head><body>')
    assert {link.url.split("/")[2] for link in parse_listing(html, LIST, NOW).links} == {"xa.example"}
