"""Public social kinds through real rounds: what is asked of which address, what becomes a post, and where a token never stands."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.tokens import forget_token, keep_token, token_for, with_tokens
from core.errors import Invalid
from core.messages import Candidate, CrawlJob, SourceResult
from crawlers.registry import KindRegistry
from crawlers.round import BadLine, run_round
from tests.integration.crawlers.hostile import XML, Server, moved, reply, rss
from tests.unit.crawlers.test_posts import channel_feed, message, skeet, status

TOKEN = "EAAB-ma-truy-cap/cua+co.quan|0123456789"
NO = b"User-agent: *\nDisallow: /\n"


@pytest.fixture
def server():
    with Server() as server:
        server.pages["/robots.txt"] = reply(
            b"User-agent: *\nDisallow: /api/\nDisallow: /v23.0/\n", kind="text/plain"
        )
        yield server


def answer(value: Any, **headers: Any) -> bytes:
    return reply(json.dumps(value, ensure_ascii=False).encode(), kind="application/json", **headers)


def job(server: Server, kind: str, path: str, **more: Any) -> CrawlJob:
    return CrawlJob(source_id=more.pop("source_id", kind), kind=kind, url=server.url(path), **more)


def crawl(server: Server, folder: Path, *jobs: CrawlJob, **env: str):
    """(candidates, results by source, everything that the crawler wrote anywhere, as bytes) of one round."""
    log = folder / "crawler.log"
    settings = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address, **env}
    candidates: list[Candidate] = []
    results: dict[str, SourceResult] = {}
    with log.open("wb") as out:
        round_ = run_round(jobs, folder / "captures", settings, 60, log=out)
        for line in round_:
            assert not isinstance(line, BadLine), line
            if isinstance(line, Candidate):
                candidates.append(line)
            else:
                results[line.source_id] = line
    assert round_.returncode == 0
    written = log.read_bytes() + b"".join(
        one.model_dump_json().encode() for one in [*candidates, *results.values()]
    )
    for warc in (folder / "captures").rglob("*.warc.gz"):
        written += gzip.decompress(warc.read_bytes())
    return candidates, results, written


def test_every_platform_is_read_at_its_own_door(server, tmp_path):
    server.pages |= {
        "/api/v1/timelines/tag/chiminh": answer([status(1), status(2, visibility="private")]),
        "/api/v1/accounts/lookup": answer({"id": "4411", "acct": "ben_song"}),
        "/api/v1/accounts/4411/statuses": answer([status(3)]),
        "/xrpc/app.bsky.feed.getAuthorFeed": answer({"feed": [{"post": skeet("a")}]}),
        "/xrpc/app.bsky.feed.searchPosts": answer({"posts": [skeet("b")]}),
        "/r/tinh/new/.rss": reply(rss("/r/tinh/comments/1/a/"), kind=XML),
        "/feeds/videos.xml": reply(channel_feed("2026-11-20T02:00:00+00:00", 12), kind=XML),
        "/s/kenh_tin": reply(
            f'<html><body><section class="tgme_channel_history">{message(1, "Cống đã mở")}</section></body></html>'.encode()
        ),
    }
    jobs = [
        job(server, "mastodon", "/tags/chiminh", source_id="tag"),
        job(server, "mastodon", "/@ben_song", source_id="account"),
        job(server, "bluesky", "/xrpc/app.bsky.feed.getAuthorFeed?actor=bensong.example", source_id="author"),
        job(
            server, "bluesky", "/xrpc/app.bsky.feed.searchPosts?q=đê xã".replace(" ", "+"), source_id="search"
        ),
        job(server, "reddit", "/r/tinh/"),
        job(server, "youtube", "/feeds/videos.xml?channel_id=UC0123456789012345678901"),
        job(server, "telegram", "/s/kenh_tin"),
    ]
    found, results, _ = crawl(server, tmp_path, *jobs)
    assert {name: (one.outcome, one.code) for name, one in results.items()} == dict.fromkeys(
        results, ("new", "")
    )
    by = {one.source_id: one for one in found}
    assert len(found) == 7
    assert {one.kind for one in found} == {"post", "video"}
    assert by["tag"].url == "https://mang.example/@ben_song/1"
    assert by["account"].text == "Nước lên ở bến số 3"
    assert by["author"].url == "https://bsky.app/profile/did:plc:benxesong/post/a"
    assert (by["youtube"].kind, by["youtube"].views) == ("video", 12)
    assert (by["telegram"].views, by["telegram"].author) == (1200, "@kenh_tin")
    assert all(one.capture is not None for one in found)
    hits = [hit for hit in server.hits if hit != "/robots.txt"]
    assert "/api/v1/accounts/lookup?acct=ben_song" in hits
    assert not any("comments" in hit for hit in hits), "a post is whole; nothing behind it is opened"
    # nothing changed: nothing is sent again
    known = {one.canonical_url: one.entry_hash for one in found}
    again, results, _ = crawl(server, tmp_path, *(one.model_copy(update={"known": known}) for one in jobs))
    assert again == []
    assert {one.outcome for one in results.values()} == {"seen"}


@pytest.mark.long
def test_what_is_closed_is_told_in_a_sentence(server, tmp_path):
    server.pages |= {
        "/xrpc/app.bsky.feed.searchPosts": reply(b"{}", "403 Forbidden"),
        "/api/v1/timelines/tag/kin": reply(b"{}", "401 Unauthorized"),
        "/api/v1/accounts/lookup": reply(b"{}", "404 Not Found"),
        "/s/kenh_kin": moved("/kenh_kin"),
        "/kenh_kin": reply(
            b'<html><body class="tgme_page"><div class="tgme_page"><p>Telegram</p></div></body></html>'
        ),
        "/api/v1/timelines/tag/chuyen": moved("/login"),
    }
    _, results, _ = crawl(
        server,
        tmp_path,
        job(server, "bluesky", "/xrpc/app.bsky.feed.searchPosts?q=a", source_id="search"),
        job(server, "mastodon", "/tags/kin", source_id="closed"),
        job(server, "mastodon", "/tags/chuyen", source_id="moved"),
        job(server, "mastodon", "/@khong_co", source_id="gone"),
        job(server, "telegram", "/s/kenh_kin"),
        job(server, "facebook", "/v23.0/100200/posts"),
        job(server, "youtube", "/@daixa"),
    )
    assert {name: one.code for name, one in results.items()} == {
        "search": "search_closed",
        "closed": "interface_closed",
        "moved": "bad_redirect",
        "gone": "account_unknown",
        "telegram": "no_preview",
        "facebook": "token_missing",
        "youtube": "youtube_key",
    }
    assert all(len(one.error_vi) > 40 and len(one.error_en) > 40 for one in results.values())
    assert not any("/v23.0/" in hit for hit in server.hits), "without a token nothing is asked"


@pytest.mark.long
def test_robots_are_obeyed_for_feeds_and_pages_and_the_lawful_way_is_named(server, tmp_path):
    server.pages["/robots.txt"] = reply(NO, kind="text/plain")
    _, results, _ = crawl(
        server,
        tmp_path,
        job(server, "reddit", "/r/tinh/"),
        job(server, "youtube", "/feeds/videos.xml?channel_id=UC0123456789012345678901"),
        *(job(server, "telegram", f"/s/kenh_{n}", source_id=f"t{n}") for n in range(4)),
    )
    assert {name: one.code for name, one in results.items()} == {
        "reddit": "reddit_closed",
        "youtube": "youtube_robots",
        **{f"t{n}": "robots" for n in range(4)},
    }, "all that wait for one robots.txt obey it"
    assert set(server.hits) == {"/robots.txt"}


@pytest.mark.long
def test_a_token_is_sent_in_a_header_and_written_nowhere(server, tmp_path):
    post = {"id": "100200_1", "message": "Trạm bơm chạy lại.", "created_time": "2026-11-20T01:00:00+0000"}
    quoted = "EAAB-ma-truy-cap%2Fcua%2Bco.quan%7C0123456789"
    paging = {"next": f"https://graph.facebook.com/v23.0/100200/posts?access_token={quoted}", "again": TOKEN}
    server.pages["/v23.0/100200/posts"] = answer({"data": [post], "paging": paging}, X_Echo=TOKEN)
    server.pages["/youtube/v3/channels"] = reply(f"bad key {TOKEN}".encode(), "403 Forbidden")
    found, results, written = crawl(
        server,
        tmp_path,
        job(server, "facebook", "/v23.0/100200/posts", token=TOKEN),
        job(server, "youtube", "/youtube/v3/@daixa?playlistId=", source_id="key", token=TOKEN),
    )
    assert [(one.url, one.text) for one in found] == [
        ("https://www.facebook.com/100200/posts/1", "Trạm bơm chạy lại.")
    ]
    assert "token_removed" in found[0].warnings
    assert results["key"].code == "token_refused"
    asked = [head for head in server.heads if "/v23.0/" in head]
    assert len(asked) == 1
    assert f"Authorization: Bearer {TOKEN}" in asked[0]
    assert TOKEN not in asked[0].split("\r\n")[0]
    assert "fields=id%2Cmessage" in asked[0]
    for form in (TOKEN, quoted):
        assert form.encode() not in written
    assert b"[token]" in written
    assert b"100200_1" in written, "the answer itself was kept"


@pytest.mark.long
def test_videos_by_the_offices_key(server, tmp_path):
    row = {
        "snippet": {
            "title": "Phóng sự tuyến đê",
            "description": "Quay tại xã Chí Minh",
            "resourceId": {"videoId": "a1"},
            "publishedAt": "2026-11-20T03:00:00Z",
        }
    }
    server.pages["/youtube/v3/playlistItems"] = answer({"items": [row]})
    found, _, written = crawl(
        server, tmp_path, job(server, "youtube", "/youtube/v3/playlistItems?playlistId=UUabc", token=TOKEN)
    )
    assert [(one.url, one.kind) for one in found] == [("https://www.youtube.com/watch?v=a1", "video")]
    assert "playlistId=UUabc" in server.hits[-1]
    assert f"X-Goog-Api-Key: {TOKEN}".lower() in server.heads[-1].lower()
    assert TOKEN.encode() not in written


def test_a_token_goes_to_no_other_host(tmp_path):
    with Server() as other:
        other.pages["/v23.0/100200/posts"] = answer({"data": []})
        url = other.url("/v23.0/100200/posts")
        jobs = [CrawlJob(source_id="f", kind="facebook", url=url, token=SecretStr(TOKEN))]
        with Server() as allowed:
            _, results, written = crawl(allowed, tmp_path, *jobs)
        assert results["f"].code == "bad_url"
        assert other.hits == []
        assert TOKEN.encode() not in written


@pytest.mark.long
def test_the_offices_own_rsshub_and_nobody_elses_way_to_it(server, tmp_path):
    with Server() as hub:
        hub.pages["/robots.txt"] = reply(NO, kind="text/plain")
        hub.pages["/route"] = reply(rss(server.url("/bai-1.html")), kind=XML)
        server.pages["/rss"] = reply(rss(hub.url("/noi-bo.html")), kind=XML)
        server.pages["/chuyen"] = moved(hub.url("/route"))
        mine = f"http://{hub.address}"
        jobs = [
            CrawlJob(source_id="hub", kind="rsshub", url=hub.url("/route"), social=True),
            CrawlJob(source_id="other", kind="rsshub", url=server.url("/rss"), social=True),
            CrawlJob(source_id="direct", kind="feed", url=hub.url("/route")),
            CrawlJob(source_id="redirect", kind="feed", url=server.url("/chuyen")),
            CrawlJob(source_id="link", kind="feed", url=server.url("/rss")),
        ]
        found, results, _ = crawl(server, tmp_path, *jobs, LAMRO_RSSHUB_URL=mine)
        assert {name: one.code for name, one in results.items()} == {
            "hub": "",
            "other": "rsshub_unset",
            "direct": "private_address",
            "redirect": "private_address",
            "link": "",
        }
        assert [one["code"] for one in results["link"].page_errors] == ["private_address"]
        assert hub.hits == ["/route"]
        assert server.url("/bai-1.html") in {one.url for one in found}


REGISTRY = KindRegistry()


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("youtube", "UC0123456789012345678901", "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789012345678901"),
        ("youtube", "https://www.youtube.com/channel/UC0123456789012345678901/videos",
         "https://www.youtube.com/feeds/videos.xml?channel_id=UC0123456789012345678901"),
        ("youtube", "https://www.youtube.com/@daixa/videos", "https://www.youtube.com/@daixa"),
        ("telegram", "@kenh_tin", "https://t.me/s/kenh_tin"),
        ("telegram", "https://t.me/kenh_tin/55?single", "https://t.me/s/kenh_tin"),
        ("mastodon", "https://mang.example/@ben_song", "https://mang.example/@ben_song"),
        ("mastodon", "https://mang.example/tags/h%E1%BA%A3iph%C3%B2ng", "https://mang.example/tags/h%E1%BA%A3iph%C3%B2ng"),
        ("bluesky", "https://bsky.app/profile/bensong.example", "https://bsky.app/profile/bensong.example"),
        ("reddit", "https://www.reddit.com/r/tinh/search?q=x&restrict_sr=on", "https://www.reddit.com/r/tinh/search?q=x&restrict_sr=on"),
        ("facebook", "https://www.facebook.com/ubndxa.chiminh/", "https://www.facebook.com/ubndxa.chiminh/"),
        ("facebook", "https://www.facebook.com/profile.php?id=100200", "https://www.facebook.com/profile.php?id=100200"),
    ],
)  # fmt: skip
def test_what_people_paste_is_understood(kind, given, kept):
    checked = REGISTRY.check(kind, given, {})
    assert (checked.url, checked.social) == (kept, True)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("telegram", "https://t.me/joinchat/AAAA"),
        ("telegram", "https://t.me/+AbCdEf123456"),
        ("facebook", "https://www.facebook.com/groups/12345"),
        ("facebook", "https://www.facebook.com/people/Nguyen-Van-A/100012345"),
        ("facebook", f"https://graph.facebook.com/v23.0/1/posts?access_token={TOKEN}"),
        ("bluesky", "https://bsky.app/"),
        ("mastodon", "https://mang.example/explore"),
        ("reddit", "https://www.reddit.com/user/ai_do"),
        ("youtube", "https://www.youtube.com/watch?v=a1b2"),
    ],
)
def test_groups_profiles_and_pasted_tokens_are_refused(kind, given):
    with pytest.raises(Invalid) as caught:
        REGISTRY.check(kind, given, {})
    assert list(caught.value.fields) == ["url"]
    assert TOKEN not in caught.value.vi + caught.value.en


def test_tokens_lie_in_a_file_of_their_own_that_only_the_owner_reads(tmp_path):
    jobs = [CrawlJob(source_id="trang-xa", kind="facebook", url="https://www.facebook.com/x")]
    assert with_tokens(tmp_path, jobs)[0].token.get_secret_value() == ""
    general = keep_token(tmp_path, "kind.facebook", f" {TOKEN}\n")
    assert (general.stat().st_mode & 0o777, general.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    ready = with_tokens(tmp_path, jobs)[0]
    assert ready.token.get_secret_value() == TOKEN
    assert TOKEN not in f"{ready!r} {ready} {ready.model_dump()} {ready.model_dump_json()}"
    assert TOKEN in ready.for_crawler()
    keep_token(tmp_path, "trang-xa", TOKEN[::-1])
    assert token_for(tmp_path, "trang-xa", "facebook") == TOKEN[::-1], "a source's own comes first"
    general.with_name("trang-xa").chmod(0o640)
    assert token_for(tmp_path, "trang-xa", "facebook") == TOKEN, "a file that others can read is not used"
    assert (forget_token(tmp_path, "kind.facebook"), forget_token(tmp_path, "kind.facebook")) == (True, False)
    for name, token in (("../x", TOKEN), ("x", "ngắn"), ("x", "a b" * 10), ("x", "")):
        with pytest.raises(Invalid) as caught:
            keep_token(tmp_path, name, token)
        assert TOKEN not in caught.value.vi
    assert sorted(path.name for path in (tmp_path / "tokens").iterdir()) == ["trang-xa"]
