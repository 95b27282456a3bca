"""The sample press over real HTTP: feeds, pages, dates, conditions, clock, and the process form."""

from __future__ import annotations

import calendar
import gzip
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
import trafilatura
from bs4 import BeautifulSoup
from trafilatura.settings import Document

from config.demo.press.newsroom import Edition
from config.demo.press.server import RunningPress, SamplePress
from core.clock import VIETNAM, FileClock

TODAY = date(2026, 11, 23)
#: The evening before: everything of the past four weeks is out, the live part has not begun.
EVE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock(tmp_path: Path) -> FileClock:
    clock = FileClock(tmp_path / "clock.json")
    clock.set(EVE)
    return clock


@pytest.fixture
def press(clock: FileClock) -> Iterator[RunningPress]:
    with SamplePress(clock, TODAY).start() as running:
        yield running


class Reply:
    """A plain HTTP answer, headers and all, with nothing decoded."""

    def __init__(self, url: str, headers: dict[str, str] | None = None, method: str = "GET") -> None:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        try:
            connection.request(method, parts.path or "/", headers=headers or {})
            answer = connection.getresponse()
            self.status = answer.status
            self.headers = answer.headers
            self.body = answer.read()
        finally:
            connection.close()


def feed_of(press: RunningPress, outlet: str) -> feedparser.FeedParserDict:
    reply = Reply(press.outlets[outlet] + press.newsroom.catalogue.outlets[outlet].path)
    return feedparser.parse(
        io.BytesIO(reply.body),
        response_headers={name.lower(): value for name, value in reply.headers.items()},
    )


def tokens(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\u4e00-\u9fff]|\w+", text.lower()))


def recall(source: str, found: str) -> float:
    want = tokens(source)
    return sum((want & tokens(found)).values()) / sum(want.values())


FEEDS = [
    "van-xuan",
    "ben-song",
    "delta-ledger",
    "da-cang",
    "duong-cham",
    "song-que",
    "ngay-thuong",
    "an-thanh",
]


@pytest.mark.parametrize("outlet", FEEDS)
def test_each_feed_is_read_with_its_titles_dates_and_addresses(
    press: RunningPress, clock: FileClock, outlet: str
) -> None:
    feed = feed_of(press, outlet)
    assert not feed.bozo
    shelf = press.newsroom.shelf(outlet, clock.now())[:20]
    assert [entry.link for entry in feed.entries] == [press.outlets[outlet] + e.path for e in shelf]
    for entry, edition in zip(feed.entries, shelf, strict=True):
        assert calendar.timegm(entry.published_parsed) == edition.published.timestamp()
        if edition.title and "<" not in edition.title:
            assert entry.title == edition.title
        if edition.outlet.social:
            text = BeautifulSoup(entry.summary, "lxml").get_text(" ")
            assert recall(" ".join(edition.paragraphs), text) > 0.99


def test_the_channel_feed_carries_views_and_the_tag_feed_handles(press: RunningPress) -> None:
    videos = feed_of(press, "ngay-thuong").entries
    assert {int(video.media_statistics["views"]) for video in videos} == {5400, 730, 2100}
    assert all("/@" in post.link for post in feed_of(press, "song-que").entries)
    raw = Reply(press.outlets["song-que"] + "/tags/haiphong.rss").body.decode()
    assert "<title>" not in raw.split("<item>", 1)[1]


def every_article(press: RunningPress, now: datetime) -> list[Edition]:
    return [
        edition
        for outlet in press.newsroom.catalogue.outlets.values()
        if not outlet.social and not press.newsroom.broken(outlet.id, now)
        for edition in press.newsroom.shelf(outlet.id, now)
    ]


def test_trafilatura_takes_the_whole_article_and_little_else(press: RunningPress, clock: FileClock) -> None:
    articles = every_article(press, clock.now())
    clock.set(EVE - timedelta(days=4))
    articles += press.newsroom.shelf("dong-bai", clock.now())
    assert len(articles) > 45
    pages = {
        e.item.id: Reply(press.outlets[e.outlet.id] + e.path) for e in articles if e.outlet.id == "dong-bai"
    }
    clock.set(EVE)
    for edition in articles:
        reply = pages.get(edition.item.id) or Reply(press.outlets[edition.outlet.id] + edition.path)
        found = trafilatura.bare_extraction(
            reply.body.decode(), with_metadata=True, include_comments=False, deduplicate=False
        )
        assert isinstance(found, Document), edition.item.id
        text = f"{edition.title} {edition.summary} {' '.join(edition.paragraphs)}"
        assert recall(text, f"{found.title} {found.text}") >= 0.95, edition.item.id
        # Little else: the words that are not ours are a small part, and neither the menu nor related titles get in.
        if len(edition.title) < 200:
            assert recall(found.text or "", f"{text} {edition.title} {edition.item.author}") >= 0.9, (
                edition.item.id
            )
        assert "Điều khoản sử dụng" not in (found.text or "")
        local_day = edition.published.astimezone(VIETNAM).date().isoformat()
        assert found.date == local_day, edition.item.id
        if "<" not in edition.title and edition.item.form == "NFC":
            assert found.title == edition.title, edition.item.id


def test_titles_stand_in_the_heading_and_not_in_the_menu(press: RunningPress, clock: FileClock) -> None:
    for edition in every_article(press, clock.now()):
        page = BeautifulSoup(Reply(press.outlets[edition.outlet.id] + edition.path).body, "lxml")
        heading, menu = page.h1, page.nav
        assert heading is not None
        assert menu is not None
        assert heading.get_text() == edition.title
        assert edition.title not in menu.get_text()


def test_the_hostile_title_runs_nothing(press: RunningPress) -> None:
    page = BeautifulSoup(Reply(press.url_of("vx-tieu-de-la")).body, "html.parser")
    assert [script.get("type") for script in page.find_all("script")] == ["application/ld+json"]
    script = page.find("script")
    assert script is not None
    assert "<script>" in json.loads(script.get_text())["headline"]
    home = BeautifulSoup(Reply(press.outlets["van-xuan"] + "/").body, "html.parser")
    assert home.find_all("script") == []


def test_bylines_are_written_as_each_country_writes_them(press: RunningPress) -> None:
    viet = Reply(press.url_of("bs-duong-ven-kenh")).body.decode()
    assert re.search(r"(Thứ (hai|ba|tư|năm|sáu|bảy)|Chủ nhật), 31/10/2026, 07:30 \(GMT\+7\)", viet)
    assert "29 October 2026, 13:30 (GMT+7)" in Reply(press.url_of("dl-1200-households")).body.decode()
    assert "2026年11月3日 00:20" in Reply(press.url_of("zh-dikou")).body.decode()


def test_the_portal_is_read_by_its_listing_rules(press: RunningPress, clock: FileClock) -> None:
    outlet = press.newsroom.catalogue.outlets["cong-chi-minh"]
    url = press.outlets[outlet.id] + outlet.path
    page = BeautifulSoup(Reply(url).body, "lxml")
    links = [str(link["href"]) for link in page.select(outlet.rules.link_css)]
    shelf = press.newsroom.shelf(outlet.id, clock.now())
    assert links == [e.path for e in shelf]
    assert all(outlet.rules.link_pattern in link for link in links)
    assert len(page.select(outlet.rules.date_css)) == len(links)
    assert "application/rss" not in page.decode()
    assert feedparser.parse(io.BytesIO(Reply(url).body)).entries == []


# --- HTTP -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["feed", "page", "home"])
def test_conditions_answer_304_until_something_changes(
    press: RunningPress, clock: FileClock, where: str
) -> None:
    clock.set(EVE - timedelta(days=20, hours=10))
    url = {
        "feed": press.outlets["ben-song"] + "/tin-moi.atom",
        "page": press.url_of("bs-truong-25-ty"),
        "home": press.outlets["ben-song"] + "/",
    }[where]
    clock.set(EVE - timedelta(days=20) + timedelta(hours=2))
    first = Reply(url)
    assert first.status == 200
    tag, stamp = first.headers["ETag"], first.headers["Last-Modified"]
    for condition in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-Modified-Since": stamp},
    ):
        again = Reply(url, condition)
        assert (again.status, again.body) == (304, b"")
    assert Reply(url, {"If-None-Match": '"other"', "If-Modified-Since": stamp}).status == 200
    assert Reply(url, {"If-Modified-Since": "yesterday, I think"}).status == 200
    clock.set(EVE - timedelta(days=18))
    changed = Reply(url, {"If-None-Match": tag, "If-Modified-Since": stamp})
    assert changed.status == 200
    assert changed.headers["ETag"] != tag
    assert b"2,5 t" in changed.body


def test_a_gzipped_answer_holds_the_same_bytes_and_its_tag_still_fits(press: RunningPress) -> None:
    url = press.url_of("vx-bac-tin-vo-de")
    plain, packed = Reply(url), Reply(url, {"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert int(packed.headers["Content-Length"]) == len(packed.body)
    assert Reply(url, {"If-None-Match": packed.headers["ETag"]}).status == 304


def test_head_says_what_get_says(press: RunningPress) -> None:
    url = press.url_of("vx-bac-tin-vo-de")
    head, get = Reply(url, method="HEAD"), Reply(url)
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body))
    assert Reply(url, method="POST").status == 501


def test_each_outlet_is_its_own_origin_with_its_own_robots(press: RunningPress) -> None:
    assert len(set(press.outlets.values())) == 10
    for name, base in press.outlets.items():
        robots = Reply(base + "/robots.txt")
        assert robots.status == 200
        outlet = press.newsroom.catalogue.outlets[name]
        assert re.findall(r"Disallow: (\S+)", robots.body.decode()) == list(outlet.disallow)
        assert outlet.path not in outlet.disallow
    missing = press.outlets["ben-song"] + "/khong-co.html"
    assert Reply(missing).status == 404
    other = urlsplit(press.url_of("vx-bac-tin-vo-de")).path
    assert Reply(press.outlets["ben-song"] + other).status == 404


def test_the_broken_outlet_answers_html_with_200(press: RunningPress, clock: FileClock) -> None:
    clock.set(EVE - timedelta(days=4))
    assert len(feed_of(press, "dong-bai").entries) == 5
    clock.set(EVE)
    reply = Reply(press.outlets["dong-bai"] + "/feed/")
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    assert "bảo trì" in reply.body.decode()
    assert "ETag" in reply.headers


# --- time -----------------------------------------------------------------------------------------------------------


def test_items_appear_when_the_clock_passes_them(press: RunningPress, clock: FileClock) -> None:
    url = press.url_of("vx-bac-tin-vo-de")
    published = datetime(2026, 11, 3, 10, 5, tzinfo=VIETNAM)
    clock.set(published - timedelta(seconds=1))
    assert Reply(url).status == 404
    assert url not in [entry.link for entry in feed_of(press, "van-xuan").entries]
    clock.set(published)
    reply = Reply(url)
    assert reply.status == 200
    assert reply.headers["Date"] == format_datetime(published.astimezone(UTC), usegmt=True)
    assert url in [entry.link for entry in feed_of(press, "van-xuan").entries]
    clock.set(datetime(2026, 10, 25, tzinfo=UTC))
    assert feed_of(press, "van-xuan").entries == []
    assert not feed_of(press, "ben-song").bozo


def test_live_items_are_released_while_one_watches(press: RunningPress, clock: FileClock) -> None:
    url = press.url_of("ms-live-vo-de")
    clock.set(EVE + timedelta(hours=2))
    assert Reply(url).status == 404
    press.go_live()
    assert Reply(url).status == 404
    clock.set(EVE + timedelta(hours=2, seconds=40))
    assert Reply(url).status == 200
    clock.set(EVE + timedelta(hours=2, minutes=20))
    shown = {e.item.id for o in press.outlets for e in press.newsroom.shelf(o, clock.now())}
    assert shown == set(press.newsroom.catalogue.items)


def test_an_edit_changes_the_page_and_the_feeds_updated_date(press: RunningPress, clock: FileClock) -> None:
    url = press.url_of("bs-truong-25-ty")

    def entry() -> feedparser.FeedParserDict:
        return next(e for e in feed_of(press, "ben-song").entries if e.link == url)

    clock.set(datetime(2026, 11, 3, 12, 0, tzinfo=VIETNAM))
    before = entry()
    assert "là 25 tỷ đồng" in Reply(url).body.decode()
    clock.set(datetime(2026, 11, 4, 12, 0, tzinfo=VIETNAM))
    after = entry()
    assert "là 2,5 tỷ đồng" in Reply(url).body.decode()
    assert before.published == after.published
    assert before.updated != after.updated
    assert after.updated.startswith("2026-11-04T09:30:00")


# --- what the demo is handed ----------------------------------------------------------------------------------------


def test_the_rows_for_the_table_of_sources(press: RunningPress) -> None:
    rows = {row["id"]: row for row in press.sources()}
    assert set(rows) == set(press.outlets)
    for row in rows.values():
        assert row["kind"] in {"feed", "listing"}
        assert urlsplit(row["url"]).netloc in press.allow_hosts.split(",")
        assert Reply(row["url"]).status == 200
    assert [name for name, row in rows.items() if row["social"]] == ["song-que", "ngay-thuong"]
    assert rows["cong-chi-minh"]["rules"]["link_css"]
    assert len(press.allow_hosts.split(",")) == 10


def test_a_second_start_keeps_the_addresses_and_steps_aside_for_a_taken_port(clock: FileClock) -> None:
    with SamplePress(clock, TODAY).start() as first:
        ports = first.ports
        with SamplePress(clock, TODAY, ports=ports).start() as beside:
            assert not set(beside.ports.values()) & set(ports.values())
    with SamplePress(clock, TODAY, ports=ports).start() as again:
        assert again.ports == ports
        again.stop()
        with pytest.raises(OSError, match="refused"):
            Reply(again.outlets["van-xuan"] + "/")


def start(tmp_path: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "config.demo.press", "--today", "2026-11-23"]
    command += ["--clock", str(tmp_path / "clock.json"), "--ports", str(tmp_path / "ports.json"), *more]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ.copy())


@pytest.mark.parametrize("end", ["eof", "term"])
def test_the_process_form_says_its_addresses_and_ends_when_told(
    tmp_path: Path, clock: FileClock, end: str
) -> None:
    with start(tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert set(ready) == {"outlets", "sources", "allow_hosts"}
        base = ready["outlets"]["van-xuan"]
        assert Reply(base + "/rss/thoi-su.rss").status == 200
        for line in (b"dance\n", b"live 2026-11-23T09:00:00\n"):
            process.stdin.write(line)
            process.stdin.flush()
            assert "error" in json.loads(process.stdout.readline())
        process.stdin.write(b"live 2026-11-23T09:00:00+07:00\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"live_from": "2026-11-23T02:00:00+00:00"}
        if end == "eof":
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    # The next start, with a damaged list of ports, costs only the old addresses.
    (tmp_path / "ports.json").write_text("[1, 2", encoding="utf-8")
    with start(tmp_path, "--live-from", "2026-11-23T09:00:00+07:00") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=VIETNAM))
        again = json.loads(process.stdout.readline())
        feed = feedparser.parse(io.BytesIO(Reply(again["outlets"]["van-xuan"] + "/rss/thoi-su.rss").body))
        assert feed.entries[0].title.startswith("Gió mùa")
        process.stdin.close()
        assert process.wait(20) == 0
