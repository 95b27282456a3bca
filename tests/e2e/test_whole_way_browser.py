"""The whole way in a real browser, each act by the person whose act it is: from log-in to the downloaded, issued .docx."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.records.claim import Claim, VerdictRecord
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.answering import with_parts
from tests.fixtures.office import copy_office
from tests.fixtures.web import SECRET, fill_log_in

DEFAULT_WAIT = 10_000
QUOTE = "Đê Bến Trại vỡ rồi bà con ơi, cả xã Chí Minh đang sơ tán."


@pytest.fixture
def office(office_template, tmp_path):
    """The office with its document parts, before anybody judged anything."""
    template, folder = office_template
    made = with_parts(copy_office(template, folder, tmp_path / "home"))
    with made.desk.store.write() as session:
        session.query(VerdictRecord).delete()
        session.query(Claim).delete()
    yield made
    made.desk.store.close()


@pytest.fixture
def app(office):
    """The app over that office."""
    return create_app(office.desk, WebSettings(secret_key=SECRET, environment="test"))


def _bad(message) -> bool:
    """An error of ours; an answer 4xx to a refused form is none, the page says why."""
    return message.type == "error" and "status of 4" not in message.text


@pytest.fixture
def somebody(browser, served):
    """somebody("hanh.dt"): a browser of their own, logged in; every page must load without a refused script or style."""
    complaints: list[str] = []
    contexts = []

    def log_in(name: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, accept_downloads=True, base_url=served
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(DEFAULT_WAIT)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if _bad(message) else None)
        page.goto("/login")
        fill_log_in(page, name)
        page.wait_for_url("**/today")
        return page

    yield log_in
    for context in contexts:
        context.close()
    assert complaints == []


def send(page: Page, action: str, button: str = "button") -> None:
    """Press the button of the form with this action and wait for the answer."""
    with page.expect_navigation():
        page.locator(f'form[action$="{action}"]').locator(button).first.click()


def unfold(page: Page) -> None:
    """Open every folded part of the page."""
    for _ in range(20):
        folded = page.locator("main details:not([open]) > summary:visible")
        if not folded.count():
            return
        folded.first.click()


def fill_places(page: Page, address: str) -> None:
    """Fill every place that the draft leaves open, sentence by sentence, as the page asks for them."""
    for _ in range(14):
        page.goto(address)
        if page.locator("#head-subject").count() and "[" in page.locator("#head-subject").input_value():
            unfold(page)
            page.fill("#head-subject", "Về tình hình đê Bến Trại đêm bão số 9")
            send(page, "/head")
            continue
        text = page.locator("#sentence-text")
        if not text.count() or "[" not in text.input_value():
            return
        words = re.sub(
            r"\[[^\[\]]*\]",
            "tuần tra toàn tuyến đê và sẽ thông tin tiếp trước 17 giờ ngày 14/9/2026",
            text.input_value(),
        )
        text.fill(words)
        if not page.locator("#sentence-source").input_value():
            page.fill("#sentence-source", "Báo cáo nhanh của Ban Chỉ huy phòng thủ dân sự xã")
        send(page, "/sentences", 'button[value="save"]')
    raise AssertionError("the draft still has open places after 14 sentences")


def read_and_approve(page: Page, incident: str) -> None:
    """Open each document, tick it, approve; as often as there is a step for this person."""
    for _ in range(2):
        page.goto(f"/approvals/{incident}")
        boxes = page.locator('input[name="document"]')
        if not boxes.count():
            return
        for link in [one.get_attribute("href") for one in page.locator('main a[href*="/documents/"]').all()]:
            if link and "file" not in link and "compare" not in link:
                page.goto(link)
        page.goto(f"/approvals/{incident}")
        for number in range(boxes.count()):
            expect(boxes.nth(number)).to_be_enabled()
            boxes.nth(number).check()
        with page.expect_navigation():
            page.locator('button[name="decision"][value="approved"]').first.click()


def test_from_log_in_to_the_downloaded_press_release(office, somebody, tmp_path: Path) -> None:
    officer = somebody("hanh.dt")
    story = office.stories["de"]

    # the claim: the sentence as it stands in the item
    officer.goto(f"/stories/{story}/claim")
    officer.fill("#quote", QUOTE)
    officer.fill("#neutral_text", "Đê Bến Trại đã vỡ và cả xã phải sơ tán trong đêm.")
    officer.check("#concerns-0")
    send(officer, "/claim", "button.primary")
    expect(officer.locator("main")).to_contain_text(QUOTE)
    claim = re.search(r"/claims/(\d+)", officer.content())
    assert claim
    address = f"/claims/{claim.group(1)}"

    # without evidence nothing can be called misleading; a refused form comes back in place, and nothing typed is lost
    officer.goto(address)
    unfold(officer)
    assert not officer.locator('form[action$="/propose"] input[type=radio][value*="false"]').count()
    officer.locator('form[action$="/propose"] input[type=radio][value*="unverified"]').check()
    officer.fill("#propose-reason", "Chưa rõ.")
    send(officer, "/propose", "button.primary")
    expect(officer.locator("main")).to_contain_text("Cần viết rõ (ít nhất 20 ký tự).")
    assert officer.locator("#propose-reason").input_value() == "Chưa rõ."

    for title, source, body, competent in (
        (
            "Nhật ký tuần đê số 12",
            "Hạt Quản lý đê sông Luộc",
            "Mực nước cao nhất +3,42 m, dưới mặt đê 1,1 m.",
            True,
        ),
        ("Danh sách đón dân", "Trường Tiểu học Văn Tố", "14 hộ ở bãi ngoài đê.", False),
    ):
        officer.goto(address)
        unfold(officer)
        officer.fill("#evidence-title", title)
        officer.fill("#evidence-source_name", source)
        officer.fill("#evidence-body", body)
        officer.fill("#evidence-as_of", "20 giờ 15 phút ngày 12/9")
        if competent:
            officer.check("#evidence-competent_authority")
        send(officer, "/evidence", "button.primary")
    officer.goto(address)
    unfold(officer)
    officer.locator('form[action$="/propose"] input[type=radio][value*="false"]').check()
    officer.fill("#propose-reason", "Nhật ký tuần đê cho thấy đê an toàn suốt đêm bão.")
    send(officer, "/propose", "button.primary")

    # the second person, in another office because the story speaks of the commune's own word
    officer.goto(address)
    assert not officer.locator('button[value="confirm"]').count(), "the proposer is offered no confirmation"
    second = somebody("xa.ban")
    second.goto(address)
    second.fill("#confirm-comment", "Đã đối chiếu nhật ký tuần đê.")
    with second.expect_navigation():
        second.click('button[value="confirm"]')
    expect(second.locator("main")).to_contain_text("sai sự thật")

    # the incident: facts, assessment, the spokesperson's choice
    officer.goto(f"/stories/{story}")
    send(officer, "/incidents/new")
    if not re.search(r"/incidents/\d+$", officer.url):
        send(officer, "/incidents/new", "button.primary")
    incident = re.findall(r"/incidents/(\d+)", officer.url)[0]
    unfold(officer)
    officer.fill("#fact-claim_part", "Đê Bến Trại vỡ")
    officer.fill("#fact-fact", "Đê Bến Trại không vỡ; mực nước cao nhất +3,42 m, thấp hơn mặt đê 1,1 m")
    officer.select_option("#fact-evidence_id", index=1)
    officer.fill("#fact-as_of", "20 giờ 15 phút ngày 12/9")
    send(officer, "/facts")
    officer.goto(f"/incidents/{incident}")
    unfold(officer)
    officer.check('input[name="assess-spread"][value="R2"]')
    officer.check('input[name="assess-harm"][value="H3"]')
    officer.check("#assess-impact")
    send(officer, "/assess", "button.primary")
    spokesperson = somebody("vinh.nt")
    spokesperson.goto(f"/incidents/{incident}")
    expect(spokesperson.locator("#answer-D1")).to_be_checked()
    send(spokesperson, "/choose", "button.primary")

    # the press release: drafted from the record, filled, submitted
    officer.goto(f"/incidents/{incident}")
    with officer.expect_navigation():
        officer.get_by_role("button", name="Lập thông cáo báo chí").click()
    release = "/documents/" + re.findall(r"/documents/(\d+)", officer.url)[0]
    fill_places(officer, release)
    send(officer, "/submit")

    # nothing can be issued before the others have read it
    officer.goto(release)
    assert not officer.locator('form[action$="/issue"]').count()
    approver = somebody("luc.pv")
    approver.goto(release)
    if approver.locator('form[action$="/checked"]').count():
        send(approver, "/checked")
    read_and_approve(approver, incident)
    read_and_approve(spokesperson, incident)

    officer.goto(release)
    unfold(officer)
    officer.fill("#issue-number", "5")
    officer.fill("#issue-issued_on", "13/9/2026")
    send(officer, "/issue", "button.primary")
    assert officer.locator('form[action$="/issue"] [role=alert]').count() == 0, officer.locator(
        "main"
    ).inner_text()
    officer.goto(release)
    with officer.expect_download() as download:
        officer.locator('a[href$=".docx"]').first.click()
    target = tmp_path / "thong-cao.docx"
    download.value.save_as(target)
    xml = zipfile.ZipFile(io.BytesIO(target.read_bytes())).read("word/document.xml").decode()
    words = re.sub(r"<[^>]+>", "", xml)
    for wanted in ("THÔNG CÁO BÁO CHÍ", "05/TC-UBND", "+3,42 m", "Nguyễn Thế Vinh", "HỒ SƠ LÀM RÕ"):
        assert wanted in words
    assert "[" not in words
