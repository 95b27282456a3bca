"""What the screens say of watching: alerts with what to do, the portal as a canary, and the fields that staff set."""

from __future__ import annotations

import re
from datetime import timedelta

from core.queries import exports
from core.queries.watching import watching
from core.records.item import Item
from core.records.source import Source, SourceAlert
from core.services import source_alerts
from tests.fixtures.office import AT
from tests.fixtures.web import found


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def change(office, source_id, **values):
    with office.desk.store.write() as session:
        row = session.get_one(Source, source_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_an_alert_stands_on_the_screens_with_what_to_do_and_later_that_it_is_over(office, person):
    change(office, "thien-huong", last_code="http_503", failing_since=AT - timedelta(hours=9))
    change(
        office,
        "cua-bien",
        last_code="http_404",
        hard_failures=3,
        error_vi="Trang không còn. Tìm địa chỉ mới.",
        error_en="Gone. Find it.",
    )
    assert len(source_alerts.sweep(office.desk).opened) == 3, "the silent page too"
    assert source_alerts.sweep(office.desk) == source_alerts.Swept(), "once"
    page = words(person("tu.la").get("/health"))
    assert "3 việc cần xem" in page
    assert "Không đọc được 3 lần liên tiếp" in page
    assert "Việc cần làm: Tìm địa chỉ mới." in page
    today = words(person("hanh.dt").get("/today"))
    assert "Nguồn cần xem" in today
    assert "Trang không còn." in today
    assert "Tìm địa chỉ mới." in today
    change(
        office, "cua-bien", failures=0, hard_failures=0, last_code="", error_vi="", last_run_at=AT + timedelta(hours=1),
        last_success_at=AT + timedelta(hours=1),
    )  # fmt: skip
    office.clock.move(hours=2)
    assert len(source_alerts.sweep(office.desk).closed) == 1
    page = words(person("tu.la").get("/health"))
    assert "2 việc cần xem" in page
    assert re.search(r"Báo Cửa Biển, mục Xã phường đã ổn lúc", page)


def test_no_alert_yet_is_not_called_all_is_well(office, person):
    page = words(person("tu.la").get("/health"))
    assert "Chưa có cảnh báo, nhưng 3 nguồn cần xem: Nguồn tin" in page
    assert "Mọi nguồn đang bật đều được theo dõi" not in page


def groups(answer):
    """Group of the page of sources → names in it."""
    return {
        name: re.findall(r'<b><a href="/sources/([a-z-]+)"', body)
        for name, body in re.findall(
            r'<section class="sheet" aria-labelledby="(\w+)">(.*?)</section>', answer.text, re.S
        )
    }


def test_every_screen_tells_the_state_of_now_not_the_one_that_was_stored(office, person):
    """Time passes without any sweep: what is stored still says "working"."""
    before = groups(person("tu.la").get("/sources"))
    assert before["silent"] == ["an-thanh"] and "gio-bien" in before["working"]
    change(office, "gio-bien", expected_hours=30)
    office.clock.move(hours=8)
    change(office, "gio-bien", last_run_at=office.clock.at, last_success_at=office.clock.at)
    with office.desk.store.read() as session:
        assert session.get_one(Source, "gio-bien").state == "working"
    assert sorted(groups(person("tu.la").get("/sources"))["silent"]) == ["an-thanh", "gio-bien"]
    today = person("hanh.dt").get("/today")
    assert "Gió Biển Online" in found(r"Nguồn cần xem</h2>(.*?)</section>", today.text, re.S)
    assert re.search(r'href="/sources"[^>]*>.*?Nguồn tin<span class="n">4</span>', today.text), "rail"
    assert {row.id: row.state for row in exports.sources(office.desk)}["gio-bien"] == "silent"


def test_a_first_time_out_is_not_called_a_failure(office, person):
    due = AT + timedelta(minutes=60)
    change(
        office, "gio-bien", failures=1, last_outcome="failed", last_code="timeout", failing_since=AT, next_due_at=due,
        error_vi="Máy chủ không trả lời kịp. Máy thử lại.", error_en="No answer in time. It is tried again.",
    )  # fmt: skip
    page = person("tu.la").get("/sources")
    assert "gio-bien" in groups(page)["working"]
    assert "Một lần không đọc được, lúc" in words(
        page
    ) and "(Máy chủ không trả lời kịp); sẽ thử lại lúc" in words(page)
    one = words(person("tu.la").get("/sources/gio-bien"))
    assert "Sẽ đọc lại" in one and "Máy thử lại" not in one.replace("Máy thử lại.", "")
    assert "Gió Biển" not in found(
        r"Nguồn cần xem</h2>(.*?)</section>", person("hanh.dt").get("/today").text, re.S
    )


def test_when_the_network_is_gone_that_stands_first_and_alone(office, person):
    with office.desk.store.write() as session:
        session.add(
            SourceAlert(
                kind="network", since=AT, opened_at=AT, tell_at=AT, vi="Mạng của máy chủ có thể đang bị ngắt.", en="Down.",
                advice_vi="Kiểm tra dây mạng.", advice_en="Check the cable.",
            )
        )  # fmt: skip
    today = words(person("hanh.dt").get("/today"))
    assert "Kiểm tra dây mạng." in today
    assert "thien-huong" not in person("hanh.dt").get("/today").text


def test_the_portal_is_a_canary(office, person):
    health = words(person("tu.la").get("/health"))
    assert "Chưa đánh dấu nguồn nào là cổng của cơ quan" in health
    change(office, "gio-bien", own_portal=True)
    lags = iter([14, 20, 26])
    with office.desk.store.write() as session:
        for item in session.query(Item).filter(Item.source_id == "gio-bien").order_by(Item.id.desc()):
            item.first_seen_at = AT - timedelta(hours=item.id)
            item.published_at = item.first_seen_at - timedelta(minutes=next(lags))
            item.date_from = "feed"
    page = words(person("tu.la").get("/health"))
    assert "Bài của chính cơ quan được thấy 14 phút sau khi đăng (thường là 20 phút)." in page
    with office.desk.store.read() as session:
        (portal,) = watching(session, AT).portals
    assert (portal.good, portal.latest_minutes, portal.typical_minutes) == (True, 14, 20)
    change(
        office, "gio-bien", last_fresh_at=AT - timedelta(days=20), last_new_item_at=AT - timedelta(days=20)
    )
    page = words(person("tu.la").get("/health"))
    assert "Bài của chính cơ quan đang không được thấy. Im lặng bất thường: 20 ngày" in page
    with office.desk.store.read() as session:
        assert not watching(session, AT).portals[0].good


def test_a_date_without_a_time_measures_nothing(office):
    change(office, "gio-bien", own_portal=True)
    with office.desk.store.write() as session:
        for item in session.query(Item).filter(Item.source_id == "gio-bien"):
            item.published_at = AT.replace(hour=17, minute=0, second=0, microsecond=0) - timedelta(days=1)
            item.date_from = "meta"
    with office.desk.store.read() as session:
        (portal,) = watching(session, AT).portals
    assert portal.latest_minutes is None
    assert "Chưa có bài nào" in portal.vi


def test_staff_set_interval_expected_period_and_portal(office, person):
    boss = person("tu.la")
    form = boss.get("/sources/gio-bien/edit").text
    assert 'name="expected_hours"' in form
    version = found(r'name="version"[^>]*value="(\d+)"', form)
    answer = boss.post(
        "/sources/gio-bien/edit",
        {
            "version": version, "name": "Gió Biển Online", "url": "https://gio-bien.example/rss", "kind": "feed", "language": "vi",
            "domestic": "y", "reach_tier": "3", "interval_minutes": "45", "interval_fixed": "y", "expected_hours": "96",
            "own_portal": "y",
        },
    )  # fmt: skip
    assert answer.status_code == 303, words(answer)
    with office.desk.store.read() as session:
        row = session.get_one(Source, "gio-bien")
        assert (row.interval_minutes, row.interval_fixed, row.expected_hours, row.own_portal) == (
            45,
            True,
            96,
            True,
        )
    page = words(boss.get("/sources/gio-bien"))
    assert "96 giờ không có tin mới (cán bộ đặt)" in page
    assert "đọc lại sau 45 phút" in page
    again = boss.get("/sources/gio-bien/edit").text
    assert re.search(r'name="expected_hours"[^>]*value="96"', again)
    assert all(
        re.search(rf'<input[^>]*checked[^>]*name="{name}"', again)
        for name in ("interval_fixed", "own_portal")
    )
