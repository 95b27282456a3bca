"""Every page that the app can show, in a real browser: nothing scrolls sideways, nothing is refused by the policy, one h1, fingers fit."""

from __future__ import annotations

import pytest

from config.gazetteer import take_shipped
from core.services import calibration, digest, notes, saved_filters
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.answering import actor, make_answering
from tests.fixtures.web import SECRET, Person, fill_log_in

#: who opens which pages; between them they hold every role that a page asks for
PEOPLE = ("hanh.dt", "vinh.nt", "tu.la", "kiem.tv")
#: answers that are no page: files, what a probe asks for, and kept pages, of which this office has none
NO_PAGE = {
    "static",
    "account.home",
    "capture.file",
    "capture.show",
    "claim.file",
    "digest.file",
    "document.file",
    "health.probe",
    "source_files.give_out",
    # parts of a page, taken in by its script
    "sources.latest",
    "sources.reading",
    # an office with one locality is led to its page; a rule is made from an item (tests/e2e of places open it)
    "locality.index",
    "locality.rule",
    # needs a wish of one's own; tests/e2e/test_sources_browser.py opens it
    "sources.preview",
}
WEEK = "2026-W36"
SMALL = """() => [...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main select, main summary, .tabs a, .top a, .top button, .thumb a, .thumb button")]
  .filter((e) => { const box = (/checkbox|radio/.test(e.type) && e.labels && e.labels[0] || e).getBoundingClientRect();
    const inline = getComputedStyle(e).display === "inline" || e.matches(".hit");
    return box.width && box.height && !e.closest(".sr,.skip") && !inline && box.height < 43.5; })
  .map((e) => e.tagName + " " + (e.textContent.trim().slice(0, 40) || e.name))"""


@pytest.fixture(scope="module")
def submitted(tmp_path_factory):
    """Storyline T1 up to documents that wait for approval, with a note and a saved filter."""
    made = make_answering(tmp_path_factory.mktemp("every"), "submitted")
    officer = actor(made.office, "hanh.dt")
    notes.add(made.desk, officer, made.office.stories["de"], "Ảnh tối là ảnh của nơi khác, chụp năm 2024.")
    saved_filters.save(made.desk, officer, "Báo nước ngoài trong tuần", "foreign=with&days=7")
    digest.make(made.desk, made.office.unit_id, WEEK)
    take_shipped(made.desk)
    yield made, calibration.begin(made.desk, officer, "11131")
    made.desk.store.close()


@pytest.fixture
def app(submitted):
    """The app over that office."""
    return create_app(submitted[0].desk, WebSettings(secret_key=SECRET, environment="test"))


def addresses(app, made, run):
    """Endpoint → address of every page that is opened by GET."""
    chosen = {
        "story_id": made.office.stories["de"],
        "item_id": made.office.items["de"],
        "incident_id": made.incident_id,
        "document_id": made.document_id,
        "claim_id": made.claim_id,
        "account_id": made.office.accounts["hanh.dt"],
        "unit_id": made.office.unit_id,
        "source_id": "cua-bien",
        "week": WEEK,
        "code": "11131",
        "run_id": run,
    }
    found = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods and rule.endpoint not in NO_PAGE:
                values = {name: chosen.get(name, 1) for name in rule.arguments}
                if rule.endpoint.startswith("gazetteer."):
                    values = dict.fromkeys(rule.arguments, "11131")
                found[rule.endpoint] = app.url_map.bind("localhost").build(rule.endpoint, values)
    return found


def faults(page, where, complaints):
    """What is wrong with the page in this window, as lines."""
    said = [f"{where}: {words}" for words in complaints]
    complaints.clear()
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 360:
        said.append(f"{where}: {width} px wide")
    if page.locator("h1").count() != 1:
        said.append(f"{where}: {page.locator('h1').count()} h1")
    return said + [f"{where}: too low for a finger: {small}" for small in page.evaluate(SMALL)]


@pytest.mark.long
def test_every_page_on_the_phone(app, submitted, served, browser):
    made, run = submitted
    left = addresses(app, made, run)
    opened, wrong = [], []
    for name in PEOPLE:
        someone = Person(app).log_in(name)
        mine = {
            endpoint: where
            for endpoint, where in left.items()
            if (answer := someone.get(where)).status_code == 200 and answer.mimetype == "text/html"
        }
        context = browser.new_context(
            viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True, locale="vi-VN"
        )
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error, said=complaints: said.append(str(error)))
        page.on(
            "console",
            lambda message, said=complaints: said.append(message.text) if message.type == "error" else None,
        )
        page.goto(f"{served}/login")
        wrong += faults(page, "/login", complaints)
        left.pop("account.log_in", None)
        fill_log_in(page, name)
        page.wait_for_load_state()
        for endpoint, where in mine.items():
            page.goto(served + where)
            wrong += faults(page, where, complaints)
            opened.append(endpoint)
            del left[endpoint]
        context.close()
    assert "\n".join(wrong) == ""
    # A new page is walked as soon as its address can be made: give its argument in ``addresses``, or name it in NO_PAGE.
    assert left == {}
    assert len(opened) > 25
