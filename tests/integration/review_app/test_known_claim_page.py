"""The question that stands before everything else on the page of a story: is this the claim that was judged?"""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from config.response import load_matrix
from core.queries.offices import view
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Incident
from core.records.item import Item, StoryOffice
from core.records.suggestion import ClaimSuggestion
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.office import AT
from tests.fixtures.web import SECRET


@pytest.fixture
def app(office):
    """The app with a matrix, so that the page of an incident can be shown."""
    desk = replace(office.desk, matrix=load_matrix())
    made = create_app(desk, WebSettings(secret_key=SECRET, environment="test"))
    made.testing = False
    return made


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def asked(office):
    """The claim of one story judged and in an incident; an item of another story is like it. Returns (story, claim, incident)."""
    incident = next(iter(office.incidents.values()))
    with office.desk.store.write() as session:
        claim = session.scalars(select(Claim)).one()
        claim.verdict, claim.sub_verdict, claim.incident_id = "misleading", "false", incident
        verdict = session.scalars(select(VerdictRecord)).one()
        verdict.state, verdict.decided_at = "confirmed", AT
        item = session.get_one(Item, office.items["qua"])
        sentence = item.text.partition(".")[0]
        start = len(item.title) + 1
        session.add(
            ClaimSuggestion(
                item_id=item.id,
                claim_id=claim.id,
                score=0.83,
                stance="repeats",
                details={
                    "span": [start, start + len(sentence)],
                    "shared_figures": ["500000"],
                    "claim_figures": ["1200"],
                    "text_figures": ["2.5%"],
                    "text_names": ["An <b>Thanh</b>"],
                },
                found_at=AT,
            )
        )
        return item.story_id, claim.id, incident


def test_the_question_shows_both_sentences_and_what_differs(person, asked):
    story, claim, _ = asked
    page = person("hanh.dt").get(f"/stories/{story}").text
    text = words(page)
    assert "Máy thấy giống 83 %." in text and "hai người xác nhận" in text
    assert "mỗi hộ xã" in text
    assert "Cùng nêu: 500.000." in text and "Chỉ tuyên bố cũ nêu: 1.200." in text
    assert "Chỉ tin này nêu: 2,5%, An <b>Thanh</b>." in text and "<b>Thanh</b>" not in page
    assert "<del>" in page and "<ins>" in page
    assert f'action="/stories/{story}/known/{claim}"' in page
    # nobody else is offered the buttons
    assert "/known/" not in person("luc.pv").get(f"/stories/{story}").text


def test_a_foreign_sentence_has_its_known_words_beside_it(office, person, asked):
    story = asked[0]
    assert "(máy tóm ý, chưa có người kiểm)" not in person("hanh.dt").get(f"/stories/{story}").text
    with office.desk.store.write() as session:
        item = session.get_one(Item, office.items["qua"])
        item.language, item.text = "en", "The dyke held and nobody was evacuated from the commune. It rained."
        row = session.scalars(select(ClaimSuggestion)).one()
        start = len(item.title) + 1
        row.details = {"span": [start, start + item.text.index(".") + 1]}
    page = words(person("hanh.dt").get(f"/stories/{story}").text)
    assert "Tiếng Anh: [dyke: đê" in page and "(máy tóm ý, chưa có người kiểm)" in page


def test_yes_and_no_are_kept(office, person, asked):
    story, claim, incident = asked
    officer = person("hanh.dt")
    answer = officer.post(f"/stories/{story}/known/{claim}", {"answer": "right"})
    assert answer.status_code == 303
    with office.desk.store.read() as session:
        assert view(session, story, office.unit_id).incident_id == incident
    page = words(officer.get(f"/stories/{story}").text)
    assert "Nói lại tuyên bố đã kết luận ở vụ" in page and "Đã đưa chuyện này vào vụ việc." in page
    assert officer.post(f"/stories/{story}/known/{claim}", {"answer": "wrong"}).status_code == 409
    assert officer.post(f"/stories/{story}/known/{claim}/back", {"heard": "repeats"}).status_code == 303
    with office.desk.store.read() as session:
        assert view(session, story, office.unit_id).incident_id is None
    assert officer.post(f"/stories/{story}/known/{claim}", {"answer": "wrong"}).status_code == 303
    assert "Máy thấy giống" not in words(officer.get(f"/stories/{story}").text)


@pytest.mark.parametrize(("answer", "status"), [("", 400), ("maybe", 400), ("right", 404)])
def test_what_is_not_an_answer_is_refused(person, asked, answer, status):
    story, claim, _ = asked
    wrong = claim if status == 400 else claim + 5
    assert person("hanh.dt").post(f"/stories/{story}/known/{wrong}", {"answer": answer}).status_code == status


def section(page, number=1):
    """The block of one suggestion."""
    return page.partition(f'aria-labelledby="known-{number}"')[2].partition("</section>")[0]


@pytest.fixture
def denied(office, asked):
    """The same, heard as a denial; the incident is in follow-up and the claim's story in it."""
    story, claim, incident = asked
    with office.desk.store.write() as session:
        row = session.scalars(select(ClaimSuggestion)).one()
        row.stance = "denies"
        session.get_one(Incident, incident).state = "follow_up"
        own = session.get_one(StoryOffice, (session.get_one(Claim, claim).story_id, office.unit_id))
        own.incident_id = incident
    return story, claim, incident


def test_a_denial_is_asked_about_first_as_one_and_wears_no_badge(office, person, denied):
    story, claim, incident = denied
    officer = person("hanh.dt")
    block = section(officer.get(f"/stories/{story}").text)
    buttons = re.findall(r'name="answer" value="(\w+)"', block)
    assert buttons == ["denial", "right", "wrong"]
    assert re.search(r'class="button primary" name="answer" value="denial"', block)
    assert "Tin này có vẻ bác bỏ hoặc đính chính" in words(block) and 'class="verdict' not in block
    answer = officer.post(f"/stories/{story}/known/{claim}", {"answer": "denial", "heard": "denies"})
    assert answer.status_code == 303
    with office.desk.store.read() as session:
        assert view(session, story, office.unit_id).incident_id is None
    page = officer.get(f"/stories/{story}").text
    block = section(page)
    assert "Tin cải chính tuyên bố đã kết luận" in words(block) and 'class="verdict' not in block
    assert "Không tính vào lan truyền" in words(block) and "không tính là lan truyền" in words(page)
    title = html.escape("Hộ nghèo thôn An Thanh")
    for address in (f"/claims/{claim}", f"/incidents/{incident}"):
        there = officer.get(address).text
        listed = there.partition('id="denials"')[2].partition("</section>")[0]
        assert title in listed and "Đỗ Thị Hạnh xác nhận" in words(listed) and 'class="verdict' not in listed
    assert "Tin cải chính tuyên bố đã kết luận" in words(officer.get(f"/incidents/{incident}").text)


def test_the_first_button_follows_what_the_machine_heard(person, asked):
    story, _, _ = asked
    block = section(person("hanh.dt").get(f"/stories/{story}").text)
    assert re.findall(r'name="answer" value="(\w+)"', block) == ["right", "denial", "wrong"]
    assert re.search(r'class="button primary" name="answer" value="right"', block)
    assert "đưa chuyện này vào vụ" in words(block)


def test_an_answer_is_taken_back_on_the_page_of_the_office_that_gave_it(office, person, denied):
    story, claim, incident = denied
    officer = person("hanh.dt")
    for said in ("denial", "right", "wrong"):
        given = officer.post(f"/stories/{story}/known/{claim}", {"answer": said, "heard": "denies"})
        assert given.status_code == 303
        page = officer.get(f"/stories/{story}").text
        assert f'action="/stories/{story}/known/{claim}/back"' in page
        assert "/back" not in person("luc.pv").get(f"/stories/{story}").text
        back = officer.post(f"/stories/{story}/known/{claim}/back", {"heard": "denies"})
        assert back.status_code == 303
        assert 'value="denial"' in section(officer.get(f"/stories/{story}").text)
    officer.post(f"/stories/{story}/known/{claim}", {"answer": "denial", "heard": "denies"})
    with office.desk.store.write() as session:
        session.get_one(Incident, incident).state = "closed"
    kept = officer.post(f"/stories/{story}/known/{claim}/back", {"heard": "denies"})
    assert kept.status_code == 409 and "không lấy lại được" in words(kept.text)
    assert "Tin cải chính tuyên bố đã kết luận" in words(kept.text)


def test_a_verifier_without_tags_is_told_what_he_is_here_for(office, person, asked):
    story, _, _ = asked
    page = words(person("luc.pv").get(f"/stories/{story}").text)
    assert "Mọi nhãn đều hoàn tác được" not in page
    assert "Việc của tài khoản này: xác nhận kết luận mà cán bộ theo dõi đề xuất." in page
    assert "Mọi nhãn đều hoàn tác được" in words(person("hanh.dt").get(f"/stories/{story}").text)
