"""The question that stands before everything else on the page of a story: is this the claim that was judged?"""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from core.queries.offices import view
from core.records.claim import Claim, VerdictRecord
from core.records.item import Item
from core.records.suggestion import ClaimSuggestion
from tests.fixtures.office import AT


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


def test_yes_and_no_are_kept(office, person, asked):
    story, claim, incident = asked
    officer = person("hanh.dt")
    answer = officer.post(f"/stories/{story}/known/{claim}", {"answer": "right"})
    assert answer.status_code == 303
    with office.desk.store.read() as session:
        assert view(session, story, office.unit_id).incident_id == incident
    page = words(officer.get(f"/stories/{story}").text)
    assert "Cùng tuyên bố đã kết luận ở vụ" in page and "Đã đưa chuyện này vào vụ việc." in page
    assert officer.post(f"/stories/{story}/known/{claim}", {"answer": "wrong"}).status_code == 303
    assert "Máy thấy giống" not in words(officer.get(f"/stories/{story}").text)


@pytest.mark.parametrize(("answer", "status"), [("", 400), ("maybe", 400), ("right", 404)])
def test_what_is_not_an_answer_is_refused(person, asked, answer, status):
    story, claim, _ = asked
    wrong = claim if status == 400 else claim + 5
    assert person("hanh.dt").post(f"/stories/{story}/known/{wrong}", {"answer": answer}).status_code == status
