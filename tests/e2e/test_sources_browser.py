"""The administrator's screens of sources in a real browser: a reading that moves, the catalogue, a file, the phone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from config.catalogue import shipped
from core.records.source import CrawlRun, Source
from core.services import crawl, crawl_requests
from tests.fixtures.web import fill_log_in

PAGES = ["/sources", "/sources/gio-bien", "/sources/_catalogue", "/sources/_import", "/sources/_add"]


@pytest.fixture
def office(office):
    return replace(office, desk=replace(office.desk, catalogue=shipped))


@pytest.fixture
def troubles(page):
    seen = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    return seen


@pytest.fixture
def boss(page, served):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{served}/login")
    fill_log_in(page, "tu.la")
    page.wait_for_url("**/sources")
    return page


@pytest.fixture
def running(office):
    jobs = crawl.lease(office.desk, "scheduler:may:1", ["gio-bien", "nong-su"], minutes=5)
    return crawl.begin_round(office.desk, "scheduler:may:1", jobs)


def end(office, run_id, new):
    with office.desk.store.write() as session:
        run = session.get_one(CrawlRun, run_id)
        run.state, run.outcome, run.counts = "done", "new", {"new": new}
        run.finished_at = office.clock.at
        source = session.get_one(Source, run.source_id)
        source.lease_owner, source.last_run_at = "", office.clock.at


def test_a_reading_moves_without_loading_the_page_again(office, boss, served, running, troubles):
    boss.goto(f"{served}/sources")
    live = boss.locator("[data-live]")
    expect(live).to_contain_text("0 trên 2 nguồn, 0 tin mới")
    boss.evaluate("document.body.dataset.same = 'page'")
    button = boss.get_by_role("button", name="Dừng lần đọc này: Gió Biển Online")
    button.focus()
    with office.desk.store.write() as session:
        session.get_one(CrawlRun, running["gio-bien"]).counts = {"new": 3}
    expect(live).to_contain_text("0 trên 2 nguồn, 3 tin mới", timeout=15_000)
    # What had the focus has it still.
    assert boss.evaluate("document.activeElement.dataset.hold") == f"stop-{running['gio-bien']}"
    end(office, running["nong-su"], 1)
    expect(live).to_contain_text("1 trên 2 nguồn, 4 tin mới", timeout=15_000)
    end(office, running["gio-bien"], 3)
    expect(live).to_contain_text("Vừa đọc xong", timeout=15_000)
    assert boss.evaluate("document.body.dataset.same") == "page"
    assert live.get_attribute("data-moving") is None
    assert troubles == []


def test_the_source_page_says_how_it_ended(office, boss, served, running, troubles):
    boss.goto(f"{served}/sources/gio-bien")
    expect(boss.locator("[data-live]")).to_contain_text("Đang đọc.")
    boss.get_by_role("button", name="Dừng lần đọc này").click()
    expect(boss.locator("[data-live]")).to_contain_text("Đang dừng lần đọc này.")
    end(office, running["gio-bien"], 2)
    expect(boss.locator("[data-live]")).to_contain_text("Đọc được 2 tin mới.", timeout=15_000)
    assert troubles == []


@pytest.mark.long
def test_the_form_follows_the_kind_and_tries_before_saving(office, boss, served, troubles):
    boss.goto(f"{served}/sources/_add")
    boss.fill("#name", "Cổng Bến Đò")
    boss.fill("#url", "https://ben-do.example/sitemap.xml")
    boss.select_option("#kind", "sitemap")
    expect(boss.locator("#rule_max_age_days")).to_have_value("14")
    assert boss.input_value("#name") == "Cổng Bến Đò"
    boss.get_by_role("button", name="Xem thử").click()
    live = boss.locator("[data-live]")
    expect(live).to_contain_text("Đang đọc thử, chưa lưu gì.")
    boss.fill("#name", "Cổng Bến Đò, đang sửa")
    asked = crawl_requests.take_requests(office.desk, "scheduler:may:1")[0]
    entry = {"title": "Cống tiêu hỏng", "url": "https://ben-do.example/1", "published_at": None, "words": 9}
    crawl_requests.finish_request(
        office.desk, asked.request_id, {"outcome": "new", "found": 1, "entries": [entry]}
    )
    expect(live).to_contain_text("Cống tiêu hỏng", timeout=15_000)
    # What was typed meanwhile stays, and Enter saves.
    assert boss.input_value("#name") == "Cổng Bến Đò, đang sửa"
    boss.press("#name", "Enter")
    boss.wait_for_url("**/sources/cong-ben-do-dang-sua")
    assert troubles == []


def test_from_the_catalogue_into_the_list(office, boss, served, troubles):
    boss.goto(f"{served}/sources")
    boss.get_by_role("link", name="Danh mục nguồn").click()
    boss.fill("#words", "hai phong")
    boss.get_by_role("button", name="Lọc").click()
    boss.get_by_role("button", name="Thêm Báo Hải Phòng, mục Pháp luật").click()
    boss.wait_for_url("**/sources/baohaiphong-html")
    expect(boss.locator("[data-live]")).to_contain_text("Đang chờ máy đọc.")
    assert troubles == []


def test_a_file_with_a_look_before(boss, served, tmp_path, troubles):
    file = tmp_path / "nguon.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="Bến Đò" xmlUrl="https://ben-do.example/rss"/>\n'
        '<outline text="Hỏng" xmlUrl="ftp://x.example"/></body></opml>',
        encoding="utf-8",
    )
    boss.goto(f"{served}/sources/_import")
    boss.set_input_files("#file", file)
    boss.get_by_role("button", name="Xem trước").click()
    expect(boss.locator("main")).to_contain_text("Dòng 2: địa chỉ ftp://x.example")
    boss.get_by_role("button", name="Thêm 1 nguồn").click()
    boss.wait_for_url("**/sources")
    expect(boss.locator("main")).to_contain_text("Bến Đò")
    assert troubles == []


@pytest.mark.parametrize(("width", "height"), [pytest.param(1366, 768, marks=pytest.mark.long), (360, 800)])
def test_no_page_scrolls_sideways_and_buttons_can_be_touched(boss, served, running, troubles, width, height):
    boss.set_viewport_size({"width": width, "height": height})
    for where in PAGES:
        boss.goto(served + where)
        assert boss.evaluate("document.documentElement.scrollWidth") <= width, where
        assert boss.locator("h1").count() == 1, where
        if width < 640:
            small = boss.evaluate(
                """() => [...document.querySelectorAll("main .button")]
                  .filter((e) => e.offsetParent !== null && e.getBoundingClientRect().height < 43.5).map((e) => e.textContent.trim())"""
            )
            assert small == [], where
    assert troubles == []


@pytest.mark.long
def test_without_script_the_page_is_loaded_again(office, browser, served, running):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/login")
    fill_log_in(page, "tu.la")
    page.goto(f"{served}/sources/gio-bien")
    expect(page.locator("[data-live]")).to_contain_text("Đang đọc.")
    end(office, running["gio-bien"], 2)
    expect(page.locator("[data-live]")).to_contain_text("Đọc được 2 tin mới.", timeout=20_000)
    context.close()
