"""A loopback site edits, deletes and brings back pages while a simulated clock runs; the real crawler looks again by plan."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select
from warcio.archiveiterator import ArchiveIterator

from config.revisits import AT_ONCE, revisit_due
from config.rounds import Round, read_link
from config.settings import load
from config.wiring import make_desk
from core.clock import FileClock
from core.queries import offices
from core.queries import watch as queries
from core.records.engine import Store
from core.records.item import Capture, Item, ItemVersion, StoryOffice
from core.records.migrate import upgrade
from core.records.watch import Visit, Watch
from core.rules.vocabulary import Level, Role
from core.services import (
    accounts,
    claims,
    crawl,
    crawl_requests,
    intake,
    sessions,
    sources,
    triage,
    units,
    watching,
)
from tests.integration.crawlers.hostile import XML, Server, article, moved, reply, rss

pytestmark = pytest.mark.long

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
QUOTE = "Đê Bến Trại vỡ, cả xã Chí Minh phải sơ tán trong đêm"
BODY = f"<p>{QUOTE}, theo lời kể của nhiều người dân thành phố Hải Phòng.</p>"


def told(title, words=""):
    """A page whose article begins with these words."""
    return article(title).replace(b"<article>", b"<article>" + words.encode())


@pytest.fixture
def site():
    with Server() as server:
        yield server


@pytest.fixture
def office(site, tmp_path, monkeypatch):
    """A home with one source on the loopback site, its first article stored, an officer, and a clock that is moved by hand."""
    clock = FileClock(tmp_path / "clock.json")
    clock.set(START)
    for name, value in {
        "HOME": tmp_path,
        "ENV": "test",
        "CLOCK": clock.path,
        "ALLOW_HOSTS": site.address,
    }.items():
        monkeypatch.setenv(f"LAMRO_{name}", str(value))
    settings = load()
    store = Store(settings.store_url)
    upgrade(store)
    desk = make_desk(settings, store)
    unit = units.ensure_unit(desk, "11131", Level.COMMUNE, "Ủy ban nhân dân xã Chí Minh", "xã Chí Minh")
    units.watch(desk, None, unit, ["11131"])
    accounts.create(
        desk, None, "canbo", "Cán Bộ", "Công chức", "", unit, {Role.OFFICER}, "một câu chỉ mình biết"
    )
    officer = sessions.log_in(desk, "canbo", "một câu chỉ mình biết", "127.0.0.1").actor
    site.pages["/rss"] = reply(rss("/tin/de-ben-trai.html"), kind=XML)
    site.pages["/tin/de-ben-trai.html"] = reply(told("Vỡ đê ở xã Chí Minh", BODY))
    sources.add_source(desk, None, sources.NewSource("bao-song", "Báo Sông", "feed", site.url("/rss")))
    Round(desk, settings, "test").run(crawl.lease(desk, "test", ["bao-song"], 5))
    with desk.store.read() as session:
        item = session.scalars(select(Item)).one()
    assert QUOTE in item.text and item.story_id is not None
    yield SimpleNamespace(
        desk=desk,
        settings=settings,
        clock=clock,
        officer=officer,
        item=item.id,
        story=item.story_id,
        site=site,
        at=START,
    )
    store.close()


def after(office, **span):
    """Move the clock to so long after the start and let the scheduler's job run once."""
    office.clock.set(START + timedelta(**span))
    return dict(revisit_due(office.desk, office.settings))


def claim(office):
    with office.desk.store.read() as session:
        version = offices.view(session, office.story, office.officer.unit_id).version
    return claims.open_claim(office.desk, office.officer, office.story, version, office.item, QUOTE, "")


def tag(office, word):
    with office.desk.store.read() as session:
        version = offices.view(session, office.story, office.officer.unit_id).version
    return triage.tag(office.desk, office.officer, office.story, version, word)


def state(office):
    with office.desk.store.read() as session:
        (one,) = queries.of_stories(session, [office.story])
    return one


def put(office, body, path="/tin/de-ben-trai.html"):
    office.site.pages[path] = body


def test_an_edit_a_deletion_and_a_return_are_facts_with_time_and_proof(office):
    assert after(office, minutes=5) == {}, "nothing is flagged, nobody is asked"
    claim(office)
    office.site.hits.clear()
    assert after(office, minutes=40) == {} and office.site.hits == [], "an hour after the flag, not sooner"

    assert after(office, hours=1, minutes=10) == {"first": 1}
    assert office.site.hits.count("/tin/de-ben-trai.html") == 1
    assert not state(office).notable

    put(
        office,
        reply(told("Nước rò ở đê xã Chí Minh", "<p>Một đoạn đê rò nước, đã được khắc phục trong đêm.</p>")),
    )
    assert after(office, hours=6, minutes=30) == {"edited": 1}
    now = state(office)
    assert now.edited == (1, 2) and now.edited_at == START + timedelta(hours=6, minutes=30)
    assert now.lost == (QUOTE,), "the quoted sentence is no longer there"
    with office.desk.store.read() as session:
        both = queries.compare(session, office.item)
        assert (both.old.number, both.new.number, both.lost) == (1, 2, (QUOTE,))
        assert QUOTE in both.old.text and QUOTE not in both.new.text
        assert session.get_one(Item, office.item).title == "Nước rò ở đê xã Chí Minh"
        capture = session.get_one(Capture, both.new.capture_id)
        assert capture.item_id == office.item and capture.fetched_at == START + timedelta(hours=6, minutes=30)

    put(
        office, reply(b"<html><body><h1>404</h1><p>Bai viet khong ton tai</p></body></html>", "404 Not Found")
    )
    assert after(office, hours=25) == {"gone": 1}
    now = state(office)
    assert (now.state, now.since, now.last.code, now.last.status) == (
        "gone",
        START + timedelta(hours=25),
        "http_404",
        404,
    )
    with office.desk.store.read() as session:
        proof = session.get_one(Capture, now.proof_id)
        data = office.desk.captures.page(proof.path)
    assert (
        proof.status == 404 and b"khong ton tai" in data.body and data.status_line == "HTTP/1.1 404 Not Found"
    )
    assert hashlib.sha256(data.body).hexdigest() == proof.sha256
    with office.desk.captures.path(proof.path).open("rb") as stream:
        assert [one.rec_type for one in ArchiveIterator(stream, check_digests="raise")] == [
            "response",
            "request",
            "metadata",
        ]

    put(
        office,
        reply(told("Nước rò ở đê xã Chí Minh", "<p>Một đoạn đê rò nước, đã được khắc phục trong đêm.</p>")),
    )
    assert after(office, hours=73) == {"back": 1}
    now = state(office)
    assert (now.state, now.since, now.back_at) == (
        "here",
        START + timedelta(hours=73),
        START + timedelta(hours=73),
    )
    assert now.edited == (1, 2), "it came back with the words it had"

    assert after(office, days=8) == {"same": 1}
    assert after(office, days=31) == {"same": 1}
    office.site.hits.clear()
    assert after(office, days=60) == {} and office.site.hits == [], "the plan ends"
    with office.desk.store.read() as session:
        assert session.get_one(Watch, office.item).ended == "plan"
        assert [one.outcome for one in watching.visits(session, office.item)] == [
            "first",
            "edited",
            "gone",
            "back",
            "same",
            "same",
        ]
        assert session.scalars(select(StoryOffice.tag)).all() == ["suspected"], "nothing was judged"


@pytest.mark.parametrize(
    ("answer", "saw", "code"),
    [
        (reply(b"gone", "410 Gone"), "gone", "http_410"),
        (moved("/"), "gone", "home_redirect"),
        (moved("/dang-nhap?next=/tin"), "gone", "login_redirect"),
        (moved("/tin/chuyen-khac.html"), "moved", ""),
        (reply(b"<html><body><script>render()</script></body></html>"), "unclear", "empty_text"),
        (reply(b"down", "503 Service Unavailable"), "failed", "http_503"),
        (reply(b"no", "403 Forbidden"), "failed", "http_403"),
    ],
)
def test_what_an_answer_means(office, answer, saw, code):
    tag(office, "criticism")
    assert after(office, hours=1, minutes=1) == {"first": 1}
    office.site.pages["/"] = reply(told("Trang chủ"))
    office.site.pages["/dang-nhap"] = reply(told("Đăng nhập"))
    office.site.pages["/tin/chuyen-khac.html"] = reply(told("Chuyện khác hẳn"))
    put(office, answer)
    assert after(office, hours=7) == {saw: 1}
    now = state(office)
    assert now.notable and now.last.code == code
    assert (now.proof_id is not None) == (saw in {"gone", "moved", "unclear"})
    with office.desk.store.read() as session:
        assert session.get_one(Item, office.item).edits == 0, "what is no article never becomes a version"


def test_a_server_that_is_down_is_tried_again_and_then_waits_for_the_plan(office):
    tag(office, "criticism")
    put(office, reply(b"down", "503 Service Unavailable"))
    assert after(office, hours=1, minutes=1) == {"failed": 1}
    assert after(office, hours=1, minutes=20) == {}
    assert after(office, hours=1, minutes=35) == {"failed": 1}
    assert after(office, hours=2, minutes=40) == {"failed": 1}
    assert after(office, hours=5) == {}, "three tries are enough for one step"
    put(office, reply(told("Vỡ đê ở xã Chí Minh", BODY)))
    assert after(office, hours=7) == {"first": 1}
    assert state(office).state == "here"


def test_a_tag_taken_back_ends_the_visits_and_a_new_one_begins_them_again(office):
    event = tag(office, "criticism")
    assert after(office, hours=1, minutes=1) == {"first": 1}
    triage.undo(office.desk, office.officer, event.event_id)
    office.site.hits.clear()
    assert after(office, hours=8) == {} and office.site.hits == []
    with office.desk.store.read() as session:
        assert session.get_one(Watch, office.item).ended == "unflagged"
    tag(office, "criticism")
    assert after(office, hours=8, minutes=5) == {}
    assert after(office, hours=9, minutes=10) == {"same": 1}


def test_a_person_may_ask_at_once(office):
    tag(office, "criticism")
    assert after(office, minutes=2) == {}
    watching.ask(office.desk, office.officer, office.item)
    assert after(office, minutes=3) == {"first": 1}


def test_a_post_of_a_feed_is_compared_with_its_own_page(office):
    """The feed's words are not the page's: the first visit sets what later ones are compared with, and is no edit."""
    office.site.pages["/b"] = reply(rss("/@a/1"), kind=XML)
    office.site.pages["/@a/1"] = reply(told("Bài trên mạng", BODY))
    sources.add_source(
        office.desk, None, sources.NewSource("trang-b", "Trang B", "feed", office.site.url("/b"), social=True)
    )
    with office.desk.store.write() as session:
        item = session.get_one(Item, office.item)
        item.source_id, item.kind, item.text = "trang-b", "post", f"{QUOTE}. Xã Chí Minh, Hải Phòng."
        item.url = item.canonical_url = office.site.url("/@a/1")
    tag(office, "criticism")
    assert after(office, hours=1, minutes=1) == {"first": 1}
    assert state(office).edited is None
    office.site.pages["/@a/1"] = reply(told("Bài trên mạng", "<p>Đã sửa lại cho đúng: đê không vỡ.</p>"))
    assert after(office, hours=7) == {"edited": 1}
    with office.desk.store.read() as session:
        versions = session.scalars(select(ItemVersion).order_by(ItemVersion.number)).all()
        assert [(one.number, one.origin) for one in versions] == [(1, "source"), (2, "page"), (3, "page")]
        assert session.get_one(Item, office.item).text.startswith(QUOTE), "the post itself is left as it came"
    assert state(office).edited == (2, 3)


def test_a_pasted_link_is_compared_with_its_page(office):
    request = intake.receive_link(
        office.desk, office.officer, office.site.url("/tin/khac.html"), "Trang lạ", START
    )
    put(office, reply(told("Xã Chí Minh thu tiền đê", BODY)), "/tin/khac.html")
    crawl_requests.take_requests(office.desk, "test")
    item_id = intake.take_link_result(
        office.desk, request, *read_link(office.settings, office.site.url("/tin/khac.html"))
    )
    with office.desk.store.write() as session:
        session.get_one(Item, item_id).story_id = office.story
    tag(office, "criticism")
    assert after(office, hours=1, minutes=5) == {"first": 2}
    put(office, reply(told("Xã Chí Minh không thu tiền đê", BODY)), "/tin/khac.html")
    assert after(office, hours=7) == {"edited": 1, "same": 1}


def test_a_page_that_only_we_read_differently_is_no_edit(office):
    """The stored words are those of an older parser: as if it had left out the last sentence."""
    claim(office)
    older = "Vỡ đê ở xã Chí Minh, theo cách đọc trước đây."
    with office.desk.store.write() as session:
        item = session.get_one(Item, office.item)
        before = item.text
        item.text = older
        item.content_sha256 = hashlib.sha256(older.encode()).hexdigest()
    assert after(office, hours=1, minutes=30) == {"same": 1}
    with office.desk.store.read() as session:
        item = session.get_one(Item, office.item)
        assert (item.edits, item.text) == (0, older)
        assert session.scalar(select(func.count()).select_from(ItemVersion)) == 0
        visit = session.scalars(select(Visit)).one()
        assert (visit.outcome, visit.code) == ("same", "parser_changed") and visit.capture_id is not None
    assert state(office).edited is None
    assert after(office, hours=6, minutes=30) == {"same": 1}, "like is compared with like from now on"
    # The outlet's own edit is still seen.
    put(
        office,
        reply(told("Vỡ đê ở xã Chí Minh", BODY + "<p>Cập nhật: xã nói không có vỡ đê ở thôn Văn Tố.</p>")),
    )
    assert after(office, hours=25) == {"edited": 1}
    with office.desk.store.read() as session:
        item = session.get_one(Item, office.item)
        assert item.edits == 1 and "không có vỡ đê" in item.text and before != item.text


def test_visits_of_a_round_are_bounded(office):
    with office.desk.store.write() as session:
        for number in range(AT_ONCE + 5):
            url = office.site.url(f"/n/{number}")
            session.add(
                Item(
                    source_id="bao-song", url=url, canonical_url=url, url_sha256=f"{number:064d}", title=f"Tin {number}", text="x",
                    first_seen_at=START, content_sha256="0" * 64, story_id=office.story, warnings=[],
                )
            )  # fmt: skip
    tag(office, "criticism")
    assert sum(after(office, hours=1, minutes=1).values()) == AT_ONCE
    assert sum(after(office, hours=1, minutes=2).values()) == 6
    with office.desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == AT_ONCE + 6
