"""A reading as it moves on the screens, and the button that ends it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core.records.audit import AuditRow
from core.records.source import CrawlRequest, CrawlRun, Source
from core.services import crawl, crawl_stop
from core.services.leases import PROCESS_CLOCK
from tests.fixtures.office import AT
from tests.fixtures.web import found

OWNER = "scheduler:may:1"


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.fixture
def running(office):
    """A round of three: one ended well, one failed, one half read. Returns run ids by source."""
    jobs = crawl.lease(office.desk, OWNER, ["gio-bien", "nong-su", "cua-bien"], minutes=5)
    runs = crawl.begin_round(office.desk, OWNER, jobs)
    with office.desk.store.write() as session:
        good = session.get_one(CrawlRun, runs["nong-su"])
        good.state, good.outcome, good.counts = "done", "new", {"new": 4, "seen": 6}
        bad = session.get_one(CrawlRun, runs["cua-bien"])
        bad.state, bad.outcome, bad.error_vi = "failed", "failed", "Trang trả lời 404: không có trang này."
        for source_id in ("nong-su", "cua-bien"):
            session.get_one(Source, source_id).lease_owner = ""
        session.get_one(CrawlRun, runs["gio-bien"]).counts = {"new": 2, "off_topic": 7}
    return runs


def test_the_list_shows_the_round_and_looks_again(office, person, running):
    page = person("hanh.dt").get("/sources")
    said = words(page)
    assert "Đang đọc 2 trên 3 nguồn, 6 tin mới" in said
    assert "đang đọc · 2 tin mới, 7 ngoài địa bàn" in said
    assert "Trang trả lời 404: không có trang này." in said and "Đọc được 4 tin mới, 6 đã có." in said
    assert 'data-live="/sources/_reading" data-moving' in page.text and "js/live.js" in page.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text
    part = person("hanh.dt").get("/sources/_reading")
    assert "<html" not in part.text and "data-moving" in part.text


def test_nothing_moves_when_nothing_is_read(office, person):
    page = person("hanh.dt").get("/sources")
    assert "data-live" not in page.text and "http-equiv" not in page.text
    part = person("hanh.dt").get("/sources/_reading")
    assert "data-moving" not in part.text and "Vừa đọc xong" in words(part)


def test_what_waits_is_named(office, person):
    someone = person("hanh.dt")
    someone.post("/sources/pacific/crawl", {"next": "/sources"})
    assert "Đang chờ đọc: Pacific Weather Desk." in words(someone.get("/sources"))
    page = someone.get("/sources/pacific")
    assert "Đang chờ máy đọc." in words(page) and "Đọc ngay" not in words(page) and "data-moving" in page.text
    with office.desk.store.write() as session:
        session.query(CrawlRequest).delete()
    assert "Đọc ngay" in words(someone.get("/sources/pacific"))


def test_the_button_ends_it_with_a_name(office, person, running):
    someone = person("hanh.dt")
    run = running["gio-bien"]
    answer = someone.post(f"/sources/_stop/{run}", {"next": "/sources"})
    assert answer.location == "/sources"
    assert "đang dừng · 2 tin mới" in words(someone.get("/sources"))
    assert crawl_stop.asked(office.desk, running.values()) == {"gio-bien"}
    assert someone.post(f"/sources/_stop/{run}").status_code == 303, "asked twice"
    crawl_stop.close(office.desk, run)
    said = words(someone.get("/sources/gio-bien"))
    assert "Đỗ Thị Hạnh đã dừng lần đọc này." in said and "bị ngắt giữa chừng" in said
    with office.desk.store.read() as session:
        source = session.get_one(Source, "gio-bien")
        assert (source.failures, source.lease_owner) == (0, "")
        assert source.next_due_at == office.clock.at + timedelta(minutes=60)
        assert session.query(AuditRow).filter_by(act="source.end_reading", object_id="gio-bien").count() == 1
    refused = someone.post(f"/sources/_stop/{run}")
    assert refused.status_code == 409 and "đã xong trước khi dừng kịp" in words(refused)
    assert someone.post("/sources/_stop/999999").status_code == 404


def test_a_spokesperson_sees_no_button(person, running):
    someone = person("vinh.nt")
    assert "Dừng lần đọc này" not in words(someone.get("/sources"))
    assert someone.post(f"/sources/_stop/{running['gio-bien']}").status_code == 403


@pytest.mark.parametrize(
    ("outcome", "counts", "error", "sentence"),
    [
        ("new", {"new": 12, "seen": 3}, "", "Kết quả đọc thử lần đầu: Đọc được 12 tin mới, 3 đã có."),
        ("empty", {}, "", "không thấy bài nào"),
        ("failed", {}, "Máy chủ không trả lời.", "Máy chủ không trả lời. Sửa địa chỉ, hoặc tắt nguồn này"),
        ("refused", {}, "Trang cấm máy đọc.", "Trang cấm máy đọc."),
        ("truncated", {"new": 9}, "", "Nguồn quá dài nên chỉ đọc phần đầu"),
        ("unchanged", {}, "", "Trang không thay đổi từ lần đọc trước."),
    ],
)
def test_the_first_reading_says_how_it_ended(office, person, outcome, counts, error, sentence):
    boss = person("tu.la")
    data = {"name": "Bến Đò", "kind": "feed", "url": "https://ben-do.example/rss", "interval_minutes": 60, "reach_tier": 1, "language": "", "domestic": "y"}  # fmt: skip
    assert boss.post("/sources/_add", data).location == "/sources/ben-do"
    assert "Đang chờ máy đọc." in words(boss.get("/sources/ben-do"))
    with office.desk.store.write() as session:
        session.add(
            CrawlRun(
                source_id="ben-do", round_id="r:1", state="done", started_at=AT, finished_at=AT, outcome=outcome,
                counts=counts, error_vi=error, error_en=error,
            )
        )  # fmt: skip
    page = boss.get("/sources/ben-do")
    assert sentence in words(page) and "data-moving" not in page.text
    assert found(r'<div class="live[^>]*data-live="([^"]+)"', page.text) == "/sources/ben-do/latest"


def test_a_reading_of_a_dead_process_does_not_move_for_ever(office, person, running):
    """The lease ran out: whoever presses the button closes it at once."""
    with office.desk.store.write() as session:
        session.get_one(Source, "gio-bien").lease_until = PROCESS_CLOCK.now() - timedelta(minutes=1)
    someone = person("hanh.dt")
    someone.post(f"/sources/_stop/{running['gio-bien']}", {"next": "/sources"})
    assert "data-live" not in someone.get("/sources").text
