"""Posts of social platforms, good and bad. Every post is made up; the shapes are those of the platforms' own papers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.parsers.bluesky import parse_bluesky
from crawlers.parsers.facebook import parse_facebook
from crawlers.parsers.mastodon import parse_mastodon
from crawlers.parsers.plain import count_of
from crawlers.parsers.results import Unreadable
from crawlers.parsers.social_feed import parse_social_feed
from crawlers.parsers.telegram import parse_telegram
from crawlers.parsers.youtube import parse_youtube

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
JSON_PARSERS = (parse_mastodon, parse_bluesky, parse_facebook, parse_youtube)


def packed(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# --- every JSON answer ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parse", JSON_PARSERS)
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html><body>log in</body></html>", "not_posts"),
        (b'{"error": "gone"}', "not_posts"),
        (b"3", "not_posts"),
        (b"[" * 100_000 + b"]" * 100_000, "bomb"),
        (b'{"a":' * 100_000, "bomb"),
        (b"[1" + b"0" * 5000 + b"]", "not_posts"),
        (b'{"data": null, "feed": "x", "items": 4, "posts": {}}', "not_posts"),
    ],
)
def test_what_holds_no_posts_is_refused_with_its_code(parse, body, code):
    with pytest.raises(Unreadable) as caught:
        parse(body, "https://x.example/", NOW)
    assert caught.value.code == code


@pytest.mark.parametrize("parse", JSON_PARSERS)
def test_rows_of_the_wrong_shape_are_left_out_and_the_rest_is_read(parse):
    rows: list[Any] = [
        None,
        3,
        "x",
        [],
        {},
        {"id": 5, "content": 7, "post": [], "message": {}, "snippet": "x", "account": []},
    ]
    body = rows if parse is parse_mastodon else {"feed": rows, "data": rows, "items": rows}
    assert parse(packed(body), "https://x.example/", NOW).entries == []


@pytest.mark.parametrize(
    ("shown", "count"),
    [("1.2K", 1200), ("3M", 3_000_000), ("987", 987), ("1,5 N", 1500), ("12.345.678", 12_345_678), ("1.234", 1234), ("2 Tr", 2_000_000), (41, 41), ("", 0),
     ("nhiều", 0), (None, 0), (True, 0), (-4, 0), (float("inf"), 10**12), (float("nan"), 0), ("9" * 400, 0)],
)  # fmt: skip
def test_counters_as_platforms_show_them(shown, count):
    assert count_of(shown) == count


# --- Mastodon ---------------------------------------------------------------------------------------------------------


def status(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "created_at": "2026-11-20T01:00:00.000Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "vi",
        "uri": f"https://mang.example/users/ben_song/statuses/{number}",
        "url": f"https://mang.example/@ben_song/{number}",
        "content": f"<p>Nước lên ở bến số {number}</p>",
        "account": {"acct": "ben_song"},
        "reblog": None,
        "media_attachments": [],
        "poll": None,
        "card": None,
        **more,
    }


def mastodon(*statuses: dict[str, Any], limit: int = 60):
    return parse_mastodon(
        packed(list(statuses)), "https://mang.example/api/v1/timelines/tag/x", NOW, None, limit
    )


def test_a_status_becomes_plain_text():
    content = (
        "<p>Nước lên ở xã Chí Minh,<br>bà con chú ý &amp; giữ máy "
        '<a href="https://mang.example/tags/chiminh" class="mention hashtag">#<span>chiminh</span></a></p>'
        '<p><a href="https://bao.example/bai"><span class="invisible">https://</span><span class="ellipsis">bao.example/b</span>'
        '<span class="invisible">ai</span></a></p><script>x()</script>'
    )
    (entry,) = mastodon(status(content=content)).entries
    assert entry.text == (
        "Nước lên ở xã Chí Minh,\nbà con chú ý & giữ máy #chiminh\n\nhttps://bao.example/bai"
    )
    assert (entry.url, entry.author, entry.language_hint) == (
        "https://mang.example/@ben_song/1",
        "@ben_song",
        "vi",
    )
    assert (entry.published_at, entry.updated_at, entry.title) == (
        datetime(2026, 11, 20, 1, tzinfo=UTC),
        None,
        "",
    )
    assert entry.warnings == []


def test_a_boost_is_the_post_that_was_boosted():
    original = status(
        7, account={"acct": "to_dan_pho@khac.example"}, url="https://khac.example/@to_dan_pho/7"
    )
    (entry,) = mastodon(status(9, content="", reblog=original)).entries
    assert (entry.url, entry.author, entry.warnings) == (
        "https://khac.example/@to_dan_pho/7",
        "@to_dan_pho@khac.example",
        ["repost"],
    )


def test_what_only_followers_may_read_is_not_taken():
    shown = [
        status(n, visibility=word)
        for n, word in enumerate(("public", "unlisted", "private", "direct", "mới"))
    ]
    assert [entry.text[-1] for entry in mastodon(*shown).entries] == ["0", "1"]


def test_warnings_of_a_status_and_the_words_around_it():
    (entry,) = mastodon(
        status(
            in_reply_to_id="3",
            sensitive=True,
            edited_at="2026-11-20T02:00:00.000Z",
            spoiler_text="Ảnh ngập",
            media_attachments=[{"description": "Đường liên xã ngập nửa mét"}, {"description": None}],
            poll={"options": [{"title": "Đã rút"}, {"title": "Còn ngập"}]},
            card={"title": "Tin từ trạm thủy văn"},
            quote={"state": "accepted", "quoted_status": status(4)},
        )
    ).entries
    assert entry.warnings == ["reply", "sensitive", "edited"]
    assert entry.updated_at == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert entry.text.split("\n\n") == [
        "Ảnh ngập",
        "Nước lên ở bến số 1",
        "Đã rút",
        "Còn ngập",
        "Đường liên xã ngập nửa mét",
        "Tin từ trạm thủy văn",
        "> Nước lên ở bến số 4",
    ]


def test_the_hash_follows_the_words_only():
    first, counted, edited = (
        mastodon(status(**more)).entries[0].entry_hash
        for more in (
            {},
            {"replies_count": 9, "created_at": "2026-11-21T01:00:00Z"},
            {"content": "<p>Nước rút</p>"},
        )
    )
    assert first == counted != edited


def test_posts_beyond_the_limit_are_said_and_wordless_ones_are_left_out():
    result = mastodon(status(1), status(2, content=""), status(3), status(4), limit=2)
    assert ([e.text[-1] for e in result.entries], result.truncated) == (["1", "3"], True)


def test_a_looked_up_account_gives_its_number():
    result = parse_mastodon(
        packed({"id": "4411", "acct": "ben_song", "locked": False}), "https://mang.example/", NOW
    )
    assert (result.title, result.entries) == ("4411", [])


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", ""])
def test_a_post_without_a_web_address_says_so(link):
    (entry,) = mastodon(status(url=link, uri=link)).entries
    assert entry.url == ""
    assert entry.warnings[-1] in {"bad_link", "no_link"}


# --- Bluesky ----------------------------------------------------------------------------------------------------------


def skeet(key: str = "3kaa", **more: Any) -> dict[str, Any]:
    post = {
        "uri": f"at://did:plc:benxesong/app.bsky.feed.post/{key}",
        "author": {"did": "did:plc:benxesong", "handle": "bensong.example", "labels": []},
        "record": {"text": f"Kênh cạn nước {key}", "createdAt": "2026-11-20T01:00:00.000Z", "langs": ["vi"]},
        "indexedAt": "2026-11-20T01:00:02.000Z",
        "labels": [],
    }
    for name, value in more.items():
        if name in {"text", "createdAt", "langs", "reply", "self_labels"}:
            post["record"]["labels" if name == "self_labels" else name] = value  # type: ignore[index]
        else:
            post[name] = value
    return post


def bluesky(*posts: dict[str, Any]):
    return parse_bluesky(packed({"posts": list(posts)}), "https://public.api.bsky.app/xrpc/x", NOW).entries


def test_an_author_feed_with_a_repost_and_a_reply():
    rows = [
        {"post": skeet("a", reply={"parent": {}})},
        {"post": skeet("b"), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}},
    ]
    first, second = parse_bluesky(packed({"feed": rows, "cursor": "x"}), "https://x.example/", NOW).entries
    assert first.url == "https://bsky.app/profile/did:plc:benxesong/post/a"
    assert (first.author, first.language_hint, first.warnings) == ("@bensong.example", "vi", ["reply"])
    assert (second.url[-1], second.warnings) == ("b", ["repost"])


def test_who_asked_not_to_be_shown_without_an_account_is_left_out():
    closed = {"did": "did:plc:kin", "handle": "kin.example", "labels": [{"val": "!no-unauthenticated"}]}
    quote = {"record": {"author": closed, "value": {"text": "kín"}}}
    assert bluesky(skeet(author=closed)) == []
    assert "kín" not in bluesky(skeet(embed=quote))[0].text


def test_a_clock_ahead_of_the_arrival_is_not_believed():
    (entry,) = bluesky(skeet(createdAt="2026-11-22T01:00:00.000Z"))
    assert entry.published_at == datetime(2026, 11, 20, 1, 0, 2, tzinfo=UTC)
    (entry,) = bluesky(skeet(createdAt="2026-11-20T07:30:00+07:00"))
    assert entry.published_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)


def test_cards_pictures_and_quotes_are_words_too():
    embed = {
        "media": {
            "external": {"uri": "https://bao.example/a", "title": "Kênh cạn", "description": "Vụ đông"}
        },
        "record": {"record": {"value": {"text": "Trích\n\nhai dòng"}, "author": {}}},
    }
    (entry,) = bluesky(skeet(embed=embed))
    assert entry.text.split("\n\n")[1:] == [
        "Kênh cạn",
        "Vụ đông",
        "https://bao.example/a",
        "> Trích\n> hai dòng",
    ]
    (entry,) = bluesky(skeet(embed={"images": [{"alt": "Ảnh kênh"}]}, labels=[{"val": "graphic-media"}]))
    assert entry.text.endswith("Ảnh kênh")
    assert entry.warnings == ["sensitive"]


@pytest.mark.parametrize(
    "uri", ["", "at://did:plc:a/app.bsky.feed.like/1", "at://a b/app.bsky.feed.post/1", "https://x.example/1"]
)
def test_what_is_no_post_has_no_address(uri):
    assert bluesky(skeet(uri=uri)) == []


def test_an_embed_nested_in_itself_ends():
    embed: dict[str, Any] = {}
    for _ in range(50):
        embed = {"media": embed, "alt": "lồng"}
    assert bluesky(skeet(embed=embed))[0].text.count("lồng") == 5


# --- Telegram ---------------------------------------------------------------------------------------------------------


def message(number: int, text: str, more: str = "", cls: str = "", meta: str = "") -> str:
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message {cls}" data-post="kenh_tin/{number}">'
        f'<div class="tgme_widget_message_bubble">{more}'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'
        '<div class="tgme_widget_message_footer"><span class="tgme_widget_message_views">1.2K</span>'
        f'<span class="tgme_widget_message_meta">{meta}<a class="tgme_widget_message_date" href="https://t.me/kenh_tin/{number}">'
        f'<time datetime="2026-11-20T0{number}:00:00+00:00">x</time></a></span></div></div></div></div>'
    )


def telegram(*messages: str, limit: int = 60):
    page = (
        '<html><body class="widget_frame_base"><div class="tgme_channel_info_header_title"><span>Kênh tin</span></div>'
        f'<section class="tgme_channel_history">{"".join(messages)}</section></body></html>'
    )
    return parse_telegram(page.encode(), "https://t.me/s/kenh_tin", NOW, None, limit)


def test_messages_newest_first_with_time_address_and_views():
    result = telegram(message(1, "Cống số một<br/>đã mở"), message(2, "Cống số hai"))
    first, second = result.entries
    assert (first.text, second.text) == ("Cống số hai", "Cống số một\nđã mở")
    assert (second.url, second.author, second.views) == ("https://t.me/kenh_tin/1", "@kenh_tin", 1200)
    assert second.published_at == datetime(2026, 11, 20, 1, tzinfo=UTC)
    assert result.title == "Kênh tin"


def test_twice_escaped_addresses_are_read_once_more():
    hidden = '<a href="https://bao.example/a?x=1&amp;amp;y=2" onclick="return confirm()">xem đây</a> nhé'
    shown = '<a href="https://bao.example/b?x=1&amp;amp;y=2" onclick="c()">https://bao.example/b?x=1&amp;amp;y=2</a>'
    tag = '<a href="?q=%23x">#chiminh</a>'
    (entry,) = telegram(message(1, f"{hidden}<br>{shown}<br>{tag}")).entries
    assert entry.text.splitlines() == [
        "xem đây (https://bao.example/a?x=1&y=2) nhé",
        "https://bao.example/b?x=1&y=2",
        "#chiminh",
    ]


def test_a_forwarded_answer_that_was_edited():
    around = (
        '<div class="tgme_widget_message_forwarded_from">Forwarded from <a>Ai đó</a></div>'
        '<a class="tgme_widget_message_reply"><div class="tgme_widget_message_text js-message_reply_text">câu hỏi cũ</div></a>'
    )
    (entry,) = telegram(message(1, "câu trả lời", around, meta="edited ")).entries
    assert entry.text == "câu trả lời"
    assert entry.warnings == ["forwarded", "reply", "edited"]


def test_polls_and_previews_are_words_and_service_notes_are_not():
    poll = (
        '<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Nước rút chưa?</div>'
        '<div class="tgme_widget_message_poll_option_text">Rồi</div></div><div class="link_preview_title">Bản tin</div>'
    )
    entries = telegram(message(1, "", poll), message(2, "đã đổi ảnh kênh", cls="service_message")).entries
    assert [entry.text for entry in entries] == ["Nước rút chưa?\n\nRồi\n\nBản tin"]


def test_a_channel_without_a_preview_is_told_from_an_empty_one_and_from_another_page():
    assert telegram().entries == []
    for page, code in (
        ('<html><body class="tgme_page"><div class="tgme_page"><div class="tgme_page_title">x</div></div></body></html>',
         "no_preview"),
        ("<html><body><p>Trang khác</p></body></html>", "not_posts"),
        ("", "empty"),
    ):  # fmt: skip
        with pytest.raises(Unreadable) as caught:
            parse_telegram(page.encode(), "https://t.me/s/x", NOW)
        assert caught.value.code == code


# --- Facebook Page ----------------------------------------------------------------------------------------------------


def test_posts_of_a_page():
    data = [
        {
            "id": "100200_1",
            "message": "Trạm bơm chạy lại.",
            "created_time": "2026-11-20T01:00:00+0000",
            "updated_time": "2026-11-21T01:00:00+0000",
            "permalink_url": "https://www.facebook.com/100200/posts/1",
            "attachments": {"data": [{"title": "Ảnh trạm bơm", "description": "Trạm bơm chạy lại."}]},
        },
        {"id": "100200_2", "message": "Thứ hai", "created_time": "2026-11-19T01:00:00+0000"},
        {"id": "100200_3", "message": "ẩn", "is_hidden": True},
        {"id": "100200_4", "created_time": "2026-11-19T01:00:00+0000"},
    ]
    first, second = parse_facebook(
        packed({"data": data, "paging": {}}), "https://graph.facebook.com/x", NOW
    ).entries
    assert (first.text, first.url) == (
        "Trạm bơm chạy lại.\n\nẢnh trạm bơm",
        "https://www.facebook.com/100200/posts/1",
    )
    assert (first.published_at, first.updated_at) == (datetime(2026, 11, 20, 1, tzinfo=UTC), None)
    assert second.url == "https://www.facebook.com/100200/posts/2"


# --- YouTube and the feeds ----------------------------------------------------------------------------------------------


def test_videos_by_the_data_api_and_the_playlist_of_a_channel():
    channel = {
        "kind": "youtube#channelListResponse",
        "items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UUabc"}}}],
    }
    assert parse_youtube(packed(channel), "https://x.example/", NOW).title == "UUabc"
    assert (
        parse_youtube(packed({"kind": channel["kind"], "items": []}), "https://x.example/", NOW).title == ""
    )

    def video(name: str, state: str = "public") -> dict[str, Any]:
        return {
            "snippet": {
                "title": f"Phóng sự {name}",
                "description": "Về tuyến đê",
                "channelTitle": "Đài xã",
                "publishedAt": "2026-11-20T03:00:00Z",
                "resourceId": {"videoId": name},
            },
            "contentDetails": {"videoPublishedAt": "2026-11-20T01:00:00Z"},
            "status": {"privacyStatus": state},
        }

    rows = {"items": [video("a1"), video("b2", "private")]}
    (entry,) = parse_youtube(packed(rows), "https://x.example/", NOW).entries
    assert (entry.url, entry.title, entry.is_video) == (
        "https://www.youtube.com/watch?v=a1",
        "Phóng sự a1",
        True,
    )
    assert entry.published_at == datetime(2026, 11, 20, 1, tzinfo=UTC)


def channel_feed(updated: str, views: int) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
<title>Đài xã</title><entry><id>yt:video:a1b2</id><yt:videoId>a1b2</yt:videoId><title>Phóng sự tuyến đê</title>
<link rel="alternate" href="https://www.youtube.com/watch?v=a1b2"/><author><name>Đài xã</name></author>
<published>2026-11-20T01:00:00+00:00</published><updated>{updated}</updated>
<media:group><media:title>Phóng sự tuyến đê</media:title><media:description>Quay tại xã Chí Minh</media:description>
<media:community><media:statistics views="{views}"/></media:community></media:group></entry></feed>""".encode()


def test_a_channels_feed_is_not_edited_by_its_counters():
    first, later = (
        parse_social_feed(channel_feed(*stamp), "https://www.youtube.com/feeds/videos.xml", NOW).entries[0]
        for stamp in (("2026-11-20T02:00:00+00:00", 12), ("2026-11-22T02:00:00+00:00", 5600))
    )
    assert (first.is_video, first.summary, first.views, later.views) == (
        True,
        "Quay tại xã Chí Minh",
        12,
        5600,
    )
    assert first.entry_hash == later.entry_hash


def test_reddits_form_words_are_no_part_of_a_post():
    body = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>r/tinh</title>
<entry><author><name>/u/nguoi_ke_chuyen</name></author><content type="html">&lt;!-- SC_OFF --&gt;&lt;div class="md"&gt;&lt;p&gt;Đường qua xã sụt.&lt;/p&gt;&lt;/div&gt;&lt;!-- SC_ON --&gt; &amp;#32; submitted by &amp;#32; &lt;a href="https://www.reddit.com/user/nguoi_ke_chuyen"&gt;
 /u/nguoi_ke_chuyen &lt;/a&gt; &lt;br/&gt; &lt;span&gt;&lt;a href="https://x.example"&gt;[link]&lt;/a&gt;&lt;/span&gt; &amp;#32;
 &lt;span&gt;&lt;a href="https://x.example"&gt;[comments]&lt;/a&gt;&lt;/span&gt;</content><id>t3_abc</id>
<link href="https://www.reddit.com/r/tinh/comments/abc/duong_sut/"/><updated>2026-11-20T01:00:00+00:00</updated>
<published>2026-11-20T01:00:00+00:00</published><title>Đường sụt</title></entry></feed>""".encode()
    (entry,) = parse_social_feed(body, "https://www.reddit.com/r/tinh/new/.rss", NOW).entries
    assert (entry.text, entry.title, entry.author) == ("Đường qua xã sụt.", "Đường sụt", "@nguoi_ke_chuyen")
    assert "nguoi_ke_chuyen" not in entry.text + entry.summary
