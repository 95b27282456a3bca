"""The triage loop in a real browser: keys, focus on the next row, undo, the quote form, the phone, dark, without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.queries.offices import view
from core.records.item import Story
from tests.fixtures.web import fill_log_in

PAGES = [
    "/today",
    "/inbox",
    "/stories/1",
    "/items/1",
    "/stories/2/claim",
    "/intake",
    "/sources",
    "/sources/cua-bien",
    "/account",
    "/more",
]


@pytest.fixture
def troubles(page):
    """What the browser complained about: scripts that failed, and anything the policy refused."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


@pytest.fixture
def officer(page, served):
    page.set_viewport_size({"width": 1366, "height": 768})
    log_in(page, served, "hanh.dt")
    return page


def log_in(page, served, name):
    page.goto(f"{served}/login")
    fill_log_in(page, name)
    page.wait_for_url("**/today")


def tag_of(office, story_id):
    with office.desk.store.read() as session:
        return view(session, story_id, office.unit_id).tag


def test_the_queue_is_cleared_by_keyboard(office, officer, troubles):
    page = officer
    current = page.locator("[data-rows] > [aria-current]")
    first = int(current.get_attribute("data-story"))
    page.keyboard.press("w")
    page.wait_for_selector("[data-toast]:not(.off)")
    assert "Đã gắn Theo dõi cho 1 chuyện." in page.locator("[data-toast]").inner_text()
    assert page.locator("[data-toast]").get_attribute("role") == "status"
    second = int(current.get_attribute("data-story"))
    assert second != first and tag_of(office, first) == "watch"
    assert page.evaluate("document.activeElement.dataset.story") == str(second)
    assert "done" in page.locator(f"#story-{first}").get_attribute("class")
    page.keyboard.press("z")
    # The policy forbids what wait_for_function does; locators wait from outside.
    expect(page.locator("[data-toast-text]")).to_contain_text("hoàn tác")
    assert tag_of(office, first) == "" and int(current.get_attribute("data-story")) == first
    page.keyboard.press("j")
    assert int(current.get_attribute("data-story")) == second
    page.keyboard.press("k")
    assert int(current.get_attribute("data-story")) == first
    page.keyboard.press("a")
    expect(page.locator(f"#story-{first}")).to_have_class("story done")
    assert tag_of(office, first) == "accurate"
    # The figures stand for the places of the buttons: 2 is Theo dõi, 8 takes back.
    third = int(current.get_attribute("data-story"))
    page.keyboard.press("2")
    expect(page.locator(f"#story-{third}")).to_have_class("story done")
    assert tag_of(office, third) == "watch"
    page.keyboard.press("8")
    expect(page.locator("[data-toast-text]")).to_contain_text("hoàn tác")
    assert tag_of(office, third) == ""
    assert troubles == []


def test_a_refusal_is_said_in_the_row(office, officer):
    page = officer
    row = page.locator(f"#story-{office.stories['dien']}")
    with office.desk.store.write() as session:
        session.get_one(Story, office.stories["dien"]).version += 1
    row.locator("h3").click(position={"x": 600, "y": 5}, force=True)
    page.evaluate(f"document.querySelector('#story-{office.stories['dien']}').focus()")
    page.keyboard.press("c")
    row.locator("[role=alert]").wait_for()
    assert "cập nhật" in row.locator("[role=alert]").inner_text()
    assert tag_of(office, office.stories["dien"]) == ""


def test_keys_do_nothing_while_typing_or_when_turned_off(office, officer, served):
    page = officer
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("xwacou")
    assert page.input_value("#q") == "xwacou"
    assert all(
        tag_of(office, story) == "" for key, story in office.stories.items() if key not in {"lua", "phi"}
    )
    page.goto(f"{served}/account")
    page.uncheck("#single_keys")
    page.click("main button.primary")
    page.goto(f"{served}/today")
    page.keyboard.press("w")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"
    page.reload()
    assert all(
        tag_of(office, story) == "" for key, story in office.stories.items() if key not in {"lua", "phi"}
    )


def test_shift_lays_the_keys_over(officer):
    page = officer
    page.keyboard.down("Shift")
    assert page.evaluate("'keys' in document.documentElement.dataset")
    page.keyboard.up("Shift")
    assert not page.evaluate("'keys' in document.documentElement.dataset")


def test_the_quote_form_opens_under_the_row(office, officer, troubles):
    page = officer
    story = office.stories["qua"]
    page.evaluate(f"document.querySelector('#story-{story}').focus()")
    page.keyboard.press("m")
    form = page.locator(f"#story-{story} [data-claim-form]")
    form.wait_for()
    assert page.evaluate("document.activeElement.name") == "quote"
    page.keyboard.press("Escape")
    assert form.count() == 0 and page.evaluate("document.activeElement.dataset.story") == str(story)
    page.keyboard.press("m")
    form.wait_for()
    form.locator("summary").click()
    form.locator("[data-pick]").last.click()
    assert "chưa nhận được quà" in form.locator("[name=quote]").input_value()
    form.locator("button.primary").click()
    page.wait_for_url("**/claims/*")
    assert tag_of(office, story) == "suspected"
    assert troubles == []


def test_why_it_is_ours(office, officer, served):
    page = officer
    page.goto(f"{served}/stories/{office.stories['de']}")
    why = page.locator("#why-1")
    assert not why.is_visible()
    page.locator(".hit").first.click()
    assert why.is_visible() and "+50" in why.inner_text()
    page.keyboard.press("Escape")
    assert not why.is_visible()


@pytest.mark.parametrize(
    ("width", "height"),
    [
        pytest.param(1366, 768, marks=pytest.mark.long),
        pytest.param(820, 1180, marks=pytest.mark.long),
        (360, 800),
        pytest.param(320, 640, marks=pytest.mark.long),
    ],
)
def test_no_page_scrolls_sideways_and_the_policy_refuses_nothing(officer, served, troubles, width, height):
    page = officer
    page.set_viewport_size({"width": width, "height": height})
    for where in PAGES:
        page.goto(served + where)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        assert page.locator("h1").count() == 1, where
    assert troubles == []


def test_touch_targets_on_the_phone(officer, served):
    page = officer
    page.set_viewport_size({"width": 360, "height": 800})
    for where in ("/today", "/stories/1", "/sources"):
        page.goto(served + where)
        small = page.evaluate(
            """() => [...document.querySelectorAll("main .button, .tabs a, .thumb button, .thumb a")]
              .filter((e) => e.offsetParent !== null && e.getBoundingClientRect().height < 43.5).map((e) => e.textContent.trim())"""
        )
        assert small == [], where
    page.goto(f"{served}/today")
    shown = page.locator("[aria-current] .triage .button:visible").all_inner_texts()
    assert [text.split("\n")[0].strip() for text in shown] == ["Không liên quan", "Theo dõi", "Nhãn khác"]


def test_dark_by_the_account(officer, served):
    page = officer
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("[data-theme-form] button")
    page.wait_for_load_state()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    page.click("[data-theme-form] button")
    page.wait_for_load_state()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before


def test_without_script(office, browser, served):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    log_in(page, served, "hanh.dt")
    story = office.stories["dien"]
    row = page.locator(f"#story-{story}")
    assert row.locator("button[value=watch]").is_visible()
    row.locator("button[value=watch]").click()
    assert "Đã gắn Theo dõi cho 1 chuyện." in page.locator("[data-toast]").inner_text()
    assert tag_of(office, story) == "watch"
    page.locator("[data-undo] button").click()
    assert tag_of(office, story) == ""
    page.locator(f"#story-{story} [data-claim]").click()
    assert page.locator("[name=quote]").is_visible()
    page.goto(f"{served}/inbox")
    page.locator("input[name=story]").first.check()
    page.locator("[data-bulk-bar] button[value=irrelevant]").click()
    assert "Đã gắn Không liên quan cho 1 chuyện." in page.locator("[data-toast]").inner_text()
    context.close()


def test_fonts_and_icons_are_really_there(officer):
    page = officer
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('600 15px \"Be Vietnam Pro\"')")
    assert page.evaluate("[...document.fonts].filter((f) => f.status === 'loaded').length") >= 2
    assert page.locator(".rail svg").first.bounding_box()["width"] > 10


def test_taking_back_by_key_says_when_there_is_nothing(officer):
    page = officer
    toast = page.locator("[data-toast]")
    for address in (page.url, page.url.replace("/today", "/inbox")):
        page.goto(address)
        expect(toast).to_have_class("undo off")
        page.keyboard.press("z")
        expect(toast).to_have_class("undo")
        expect(toast).to_contain_text("Chưa có việc nào vừa làm để hoàn tác.")
        expect(toast).to_have_attribute("role", "status")
        expect(toast.get_by_role("button")).to_be_hidden()


def test_the_known_words_follow_the_quote_as_it_is_edited(office, officer):
    page = officer
    page.goto(page.url.replace("/today", f"/stories/{office.stories['en']}/claim"))
    said = page.locator("[data-quote-words]")
    before = said.inner_text()
    other = page.locator("[data-pick]").last
    quote = other.text_content()
    told = page.locator("[data-words]").last.text_content()
    assert quote and told and told != before
    page.fill("#quote", quote)
    expect(said).to_have_text(told)
    page.fill("#quote", "zzz")
    expect(said).to_contain_text("không có từ nào trong bảng từ")
