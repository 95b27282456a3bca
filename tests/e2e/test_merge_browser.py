"""A merge in a real browser: chosen among the likest, taken back by Z where one lands."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.fixtures.web import fill_log_in


@pytest.mark.parametrize("width", [pytest.param(1366, marks=pytest.mark.long), 360])
def test_a_merge_is_taken_back_where_one_lands(office, page, served, width):
    kept, gone = office.stories["qua"], office.stories["lua"]
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{served}/login")
    fill_log_in(page, "hanh.dt")
    page.goto(f"{served}/stories/{kept}/group")
    page.locator(f"#other-{gone}").check()
    page.get_by_role("button", name="Gộp chuyện đã chọn").click()
    page.wait_for_url(f"**/stories/{kept}")
    expect(page.locator("[data-toast-text]")).to_have_text("Đã gộp 1 chuyện vào chuyện này.")
    expect(page.get_by_text("gộp vào đây 1 tin của")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("z")
    expect(page.locator("[data-toast-text]")).to_have_text("Đã hoàn tác lần gộp, tách này.")
    page.goto(f"{served}/stories/{gone}")
    assert page.url.endswith(f"/stories/{gone}"), "it is a story of its own again"
    expect(page.get_by_text("gộp 1 tin của chuyện này vào")).to_be_visible()
