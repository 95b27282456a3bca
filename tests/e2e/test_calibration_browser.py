"""Twenty answers by key in a real browser, on a desk and on a phone, and the rule that follows a mistake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core.records.calibration import CalibrationHit
from tests.fixtures.office import AT, add_item
from tests.fixtures.web import fill_log_in


@pytest.fixture
def officer(page, served):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{served}/login")
    fill_log_in(page, "hanh.dt")
    page.wait_for_url("**/today")
    return page


def press(page, key: str, answered: int) -> None:
    """A key on a page whose script is there, and the count after it."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)
    expect(page.locator(".progress-line b")).to_have_text(f"{answered} / 20")


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.long
def test_twenty_answers_by_key_and_one_taken_back(office, officer, served):
    page = officer
    page.get_by_role("link", name="Đo bằng hai mươi câu: xã Chí Minh").click()
    page.get_by_role("button", name="Bắt đầu hai mươi câu").click()
    expect(page.locator(".progress-line b")).to_have_text("0 / 20")
    press(page, "j", 1)
    press(page, "k", 2)
    press(page, "z", 1)
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    for number in range(2, 20):
        press(page, "j", number)
    press(page, "k", 20)
    expect(page.locator("h1")).to_have_text("Kết quả hai mươi câu")
    assert fits(page)


def test_twenty_quick_presses_are_twenty_answers(office, officer, served):
    page = officer
    page.goto(f"{served}/localities/11131/calibration")
    page.get_by_role("button", name="Bắt đầu hai mươi câu").click()
    page.wait_for_load_state("load")
    for _ in range(5):
        page.keyboard.press("j")
    page.keyboard.press("z")
    for number in range(16):
        page.keyboard.press("k" if number % 2 else "j")
    expect(page.locator("h1")).to_have_text("Kết quả hai mươi câu")
    expect(page.locator(".progress-line b")).to_have_text("20 / 20")
    with office.desk.store.read() as session:
        given = [hit.ours for hit in session.scalars(select(CalibrationHit).order_by(CalibrationHit.number))]
    assert given == [True] * 4 + [True, False] * 8
    # one that is held down is one press, and a press on a button is taken in turn with the keys
    page.keyboard.press("z")
    expect(page.locator(".progress-line b")).to_have_text("19 / 20")
    page.keyboard.down("z")
    page.keyboard.down("z")
    page.keyboard.up("z")
    expect(page.locator(".progress-line b")).to_have_text("18 / 20")
    page.get_by_role("button", name="Không phải nơi này").click()
    page.get_by_role("button", name="Đúng, nói về nơi này").click()
    expect(page.locator("h1")).to_have_text("Kết quả hai mươi câu")


def test_after_the_tag_the_rule_is_one_press_away(office, officer, served):
    with office.desk.store.write() as session:
        _, story = add_item(
            session, office.desk, "gio-bien", AT - timedelta(minutes=5), "Đêm đàn kín sân",
            "Đêm qua danh cầm Văn Tố gảy đàn ở Hải Phòng, khách nghe đứng kín sân.",
        )  # fmt: skip
        story_id = story.id
    page = officer
    page.goto(f"{served}/stories/{story_id}")
    page.locator(".tagbar button[value=irrelevant]").click()
    page.get_by_role("link", name="Không phải địa bàn? Đặt quy tắc").click()
    page.get_by_text("tên và chữ đứng liền").first.click()
    page.get_by_role("button", name="Xem những tin sẽ đổi").click()
    expect(page.locator("#trial")).to_have_text("1 tin sẽ đổi nhóm")
    page.set_viewport_size({"width": 360, "height": 740})
    assert fits(page)
    page.get_by_role("button", name="Đặt quy tắc").click()
    expect(page.locator("[data-toast-text]")).to_have_text("Đã đặt quy tắc. 1 tin đổi nhóm.")
    assert fits(page)
    page.get_by_role("button", name="Hoàn tác quy tắc").click()
    expect(page.locator("[data-toast-text]")).to_have_text("Đã bỏ quy tắc. 1 tin đổi nhóm.")
