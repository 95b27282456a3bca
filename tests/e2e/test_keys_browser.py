"""The list of keys in a real browser: opened by ?, closed by Escape, and every key of it is obeyed by the script of a page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from review_app.keys import SECTIONS
from tests.fixtures.web import fill_log_in
from tests.house.tree import ROOT

KEYS = [key for section in SECTIONS for key in section.keys]
SCRIPTS = "".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "review_app/static/js").glob("*.js"))
)


def test_every_act_of_the_list_is_obeyed_and_no_script_knows_a_key_of_its_own():
    obeyed = set(re.findall(r'act === "([a-z]+)"', SCRIPTS))
    assert obeyed == {key.act for key in KEYS}
    assert SCRIPTS.count('addEventListener("keydown"') == 1
    assert re.findall(r'key === "', SCRIPTS) == []


def test_no_key_stands_twice():
    every = [name for key in KEYS for name in key.keys]
    assert len(every) == len(set(every)) >= 20


@pytest.fixture
def officer(page, served):
    page.goto(f"{served}/login")
    fill_log_in(page, "hanh.dt")
    page.wait_for_url("**/today")
    return page


@pytest.mark.parametrize(("width", "height"), [pytest.param(1366, 768, marks=pytest.mark.long), (360, 800)])
def test_the_list_opens_over_the_page_and_gives_the_focus_back(officer, width, height):
    page = officer
    page.set_viewport_size({"width": width, "height": height})
    row = page.evaluate(
        "(document.querySelector('[data-rows] > [aria-current]').focus(), document.activeElement.id)"
    )
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Phím tắt")
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    said = dialog.locator("dl > div").all_inner_texts()
    assert len(said) == len(KEYS)
    assert any(re.fullmatch(r"W\s+hoặc\s+2\s+Theo dõi", text) for text in said), said
    # What lies under it hears nothing.
    page.keyboard.press("w")
    assert page.locator("[data-toast]").get_attribute("class") == "undo off"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = dialog.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == row


def test_the_list_keeps_the_keys_over_the_buttons(officer):
    page = officer
    page.set_viewport_size({"width": 1366, "height": 768})
    page.click("[data-keys-open]")
    page.get_by_role("button", name="Luôn hiện phím trên các nút").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('[data-keys-open]')")
    assert page.evaluate("'keys' in document.documentElement.dataset")
    page.keyboard.down("Shift")
    page.keyboard.up("Shift")
    assert page.evaluate("'keys' in document.documentElement.dataset")


def test_keys_that_are_switched_off_are_off_but_can_be_read(officer, served):
    page = officer
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{served}/account")
    page.uncheck("#single_keys")
    page.click("main button.primary")
    page.goto(f"{served}/today")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.click("[data-keys-open]")
    expect(page.get_by_role("dialog")).to_contain_text("đang tắt phím tắt một chữ")
    expect(page.get_by_role("button", name="Luôn hiện phím trên các nút")).to_be_hidden()
    page.goto(f"{served}/keys")
    expect(page.locator("main")).to_contain_text("chuyện tiếp theo")


def test_keys_in_the_inbox(officer, served, office):
    page = officer
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(f"{served}/inbox")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.name") == "story"
    first = page.evaluate("document.activeElement.value")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.value") == first
    page.keyboard.press("Space")
    expect(page.locator("[data-row].picked")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-row].picked")).to_have_count(0)
    title = page.locator("[data-row] h3 a").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/stories/*")
    assert page.locator("h1").inner_text().strip() == title.strip()


@pytest.mark.parametrize("language", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_on_the_phone_the_result_sentence_never_lies_over_the_row_being_judged(officer, served, language):
    page = officer
    page.goto(f"{served}/account")
    page.check(f"input[name=language][value={language}]")
    page.click("main button.primary")
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{served}/today")
    left = int(page.locator("[data-progress]").get_attribute("data-goal"))
    for done in range(1, 4):
        page.locator("[data-rows] > [aria-current] .triage button:visible").first.click()
        expect(page.locator("[data-rows] > .done")).to_have_count(done + 1)
        toast = page.locator("[data-toast]").bounding_box()
        row = page.locator("[data-rows] > [aria-current]").bounding_box()
        assert row["y"] + row["height"] <= toast["y"] + 1, (done, row, toast)
    # The meter tells the same as its words.
    shown = int(page.locator("[data-progress-done]").inner_text())
    bar = int(page.evaluate("document.querySelectorAll('[data-progress] rect')[1].getAttribute('width')"))
    assert bar == round(200 * shown / left)
