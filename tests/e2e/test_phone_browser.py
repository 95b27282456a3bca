"""A phone shows what is for now, and the rest at a touch: nothing is lost, and no script is needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.fixtures.office import AT, add_item
from tests.fixtures.web import fill_log_in

PHONE = {"width": 360, "height": 800}


@pytest.fixture
def many(office):
    """An office with more stories than a phone shows at once."""
    with office.desk.store.write() as session:
        for number in range(20):
            add_item(
                session, office.desk, "gio-bien", AT - timedelta(minutes=number + 3), f"Xã Chí Minh làm xong việc số {number}",
                f"Ủy ban nhân dân xã Chí Minh, thành phố Hải Phòng làm xong việc {chr(97 + number) * 7} trong tuần.",
            )  # fmt: skip
    return office


def log_in(page, served, name: str, where: str):
    page.set_viewport_size(PHONE)
    page.goto(f"{served}/login")
    fill_log_in(page, name)
    page.goto(served + where)
    return page


def shown(rows) -> int:
    return sum(row.is_visible() for row in rows.all())


def test_five_stories_and_the_rest_at_a_touch_without_script(many, browser, served):
    context = browser.new_context(java_script_enabled=False)
    page = log_in(context.new_page(), served, "hanh.dt", "/today")
    rows = page.locator("[data-rows] > .story")
    whole = rows.count()
    assert whole > 15 and shown(rows) == 5
    folded = page.locator("body").bounding_box()["height"]
    page.get_by_text(f"Xem thêm {whole - 5}", exact=True).click()
    assert shown(rows) == whole and page.locator("body").bounding_box()["height"] > folded * 1.5
    page.set_viewport_size({"width": 1366, "height": 768})
    page.reload()
    assert shown(rows) == whole, "a wide screen folds nothing"
    expect(page.locator(".more-label").first).to_be_hidden()
    context.close()


def test_the_row_that_comes_next_unfolds(many, page, served):
    page = log_in(page, served, "hanh.dt", "/today")
    rows = page.locator("[data-rows] > .story")
    for number in range(5):
        rows.nth(number).locator("button[value=watch]").click()
        expect(rows.nth(number)).to_have_class("story done")
    expect(rows.nth(5)).to_be_visible()
    expect(rows.nth(5)).to_have_attribute("aria-current", "true")


def test_the_log_is_short_and_its_filters_open_at_a_touch(many, page, served, person):
    for name in ("hanh.dt", "luc.pv", "tu.la") * 7:
        person(name)
    page = log_in(page, served, "kiem.tv", "/audit")
    rows = page.locator(".audit tbody tr")
    assert rows.count() > 20 and shown(rows) == 20
    assert max(row.bounding_box()["height"] for row in rows.all()[:20]) < 150
    expect(page.locator("form.filters")).to_be_hidden()
    page.locator("label[for=more-filters]").click()
    expect(page.locator("form.filters")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_strongest_reason_stands_in_the_open(office, page, served):
    page = log_in(page, served, "hanh.dt", f"/stories/{office.stories['de']}")
    expect(page.get_by_text("Có chữ “xã” ngay cạnh tên.").first).to_be_visible()
    expect(page.locator("#why-1")).to_be_hidden()
