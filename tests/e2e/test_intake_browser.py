"""What a person hands in, in a real browser: the fields of each way, a file that is too large, the bookmark through the log-in page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core.records.item import Capture, Item
from tests.fixtures.web import fill_log_in
from tests.integration.core.test_receiving import picture

TYPED = "Có người nói xã Chí Minh, Hải Phòng thu phí vệ sinh hai lần."


@pytest.fixture
def officer(page, served):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{served}/login")
    fill_log_in(page, "hanh.dt")
    page.wait_for_url("**/today")
    return page


def test_a_screenshot_is_handed_in_from_the_phone(office, officer, served, tmp_path):
    page = officer
    page.goto(f"{served}/intake")
    expect(page.locator("#upload")).to_be_hidden()
    page.check("input[value=file]")
    expect(page.locator("#upload")).to_be_visible()
    expect(page.locator("#place")).to_be_hidden()
    page.fill("#text", TYPED)

    large = tmp_path / "quay.pdf"
    with large.open("wb") as out:
        out.truncate(21 * 1024 * 1024)
    page.set_input_files("#upload", large, timeout=90_000)
    expect(page.locator("[data-too-big]")).to_be_visible()
    assert page.input_value("#upload") == "" and page.input_value("#text") == TYPED

    small = tmp_path / "chup.png"
    small.write_bytes(picture("PNG"))
    page.set_input_files("#upload", small)
    expect(page.locator("[data-too-big]")).to_be_hidden()
    page.click("main button.primary")
    # where it was seen is missing: what was typed stays, and the file must be chosen again
    expect(page.locator("main")).to_contain_text("Ghi nơi đã thấy")
    expect(page.locator("main")).to_contain_text("chọn lại tệp trước khi lưu")
    assert page.input_value("#text") == TYPED
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.fill("#seen_where", "Nhóm thôn Bến")
    page.set_input_files("#upload", small)
    page.click("main button.primary")
    page.wait_for_url("**/items/*")
    expect(page.locator("#captures")).to_contain_text("ảnh hoặc tệp gửi kèm")
    with office.desk.store.read() as session:
        item = session.scalars(select(Item).where(Item.received_via == "file")).one()
        assert (
            session.scalars(select(Capture).where(Capture.item_id == item.id)).one().content_type
            == "image/png"
        )


def test_the_bookmark_survives_the_log_in_page(page, served):
    page.goto(
        f"{served}/intake?url=https%3A%2F%2Fgio-bien.example%2Fa&title=V%E1%BB%A1%20%C4%91%C3%AA&text=C%E1%BA%A3%20x%C3%A3%20s%C6%A1%20t%C3%A1n%20%26%20ch%E1%BA%A1y"
    )
    page.wait_for_url("**/login**")
    fill_log_in(page, "hanh.dt")
    page.wait_for_url("**/intake?**")
    assert page.input_value("#url") == "https://gio-bien.example/a"
    assert page.input_value("#title") == "Vỡ đê" and page.input_value("#text") == "Cả xã sơ tán & chạy"
    assert page.is_checked("input[value=text]") and page.input_value("#seen_where") == "gio-bien.example"


def test_the_bookmark_itself_opens_the_filled_form(page, served):
    """Its code is run as a browser runs a bookmark: on another page, with words selected there."""
    page.goto(f"{served}/login")
    fill_log_in(page, "hanh.dt")
    page.wait_for_url("**/today")
    page.goto(f"{served}/intake/bookmark")
    code = page.get_attribute("main a.button", "href").removeprefix("javascript:")
    page.goto(f"{served}/stories/1")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    with page.context.expect_page() as opened:
        page.evaluate(code)
    form = opened.value
    form.wait_for_selector("#url")
    assert form.input_value("#url") == f"{served}/stories/1"
    assert form.input_value("#text") == page.inner_text("h1").strip() and "Vỡ đê" in form.input_value(
        "#title"
    )
