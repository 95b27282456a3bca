"""Rút tuyên bố on the pages: the button with its reason, the struck-through claim, the way back."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from core.records.claim import Claim, VerdictRecord


def words(text):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def claim(office):
    """The office's claim, whose verdict was given back. Returns (claim, story)."""
    with office.desk.store.write() as session:
        session.scalars(select(VerdictRecord)).one().state = "returned"
        row = session.scalars(select(Claim)).one()
        return row.id, row.story_id


def form(page, act):
    return dict(re.findall(rf'name="({act}-version)" value="(\d+)"', page))


def test_it_is_withdrawn_with_a_reason_and_taken_back(office, person, claim):
    key, story = claim
    officer = person("hanh.dt")
    page = officer.get(f"/claims/{key}").text
    assert "Rút tuyên bố" in words(page)
    empty = officer.post(f"/claims/{key}/withdraw", {**form(page, "withdraw"), "withdraw-reason": ""})
    assert empty.status_code == 400 and "Ghi lý do rút tuyên bố." in words(empty.text)
    dots = officer.post(f"/claims/{key}/withdraw", {**form(page, "withdraw"), "withdraw-reason": "......"})
    assert words(dots.text).count("Lý do rút tuyên bố: ") <= 1
    assert "Cần viết rõ (ít nhất 6 ký tự)." in words(dots.text)
    sent = {**form(page, "withdraw"), "withdraw-reason": "bấm nhầm"}
    assert officer.post(f"/claims/{key}/withdraw", sent).status_code == 303
    page = officer.get(f"/claims/{key}").text
    assert "Đỗ Thị Hạnh rút" in words(page) and "bấm nhầm" in words(page)
    assert "<s>“mỗi hộ xã" in page
    for gone in ("/evidence", "/propose", "/withdraw"):
        assert f'action="/claims/{key}{gone}"' not in page
    told = officer.get(f"/stories/{story}").text
    assert "<s>“mỗi hộ xã" in told and "Mở vụ việc" not in words(told)
    assert "Chưa gắn nhãn." in words(told)
    assert f'action="/claims/{key}/restore"' not in person("luc.pv").get(f"/claims/{key}").text
    assert officer.post(f"/claims/{key}/restore", form(page, "restore")).status_code == 303
    assert "<s>" not in officer.get(f"/claims/{key}").text
    assert officer.post(f"/claims/{key}/restore", form(page, "restore")).status_code == 409


def test_while_a_verdict_waits_the_page_says_why_not(office, person):
    with office.desk.store.read() as session:
        key = session.scalars(select(Claim.id)).one()
    page = person("hanh.dt").get(f"/claims/{key}").text
    assert f'action="/claims/{key}/withdraw"' not in page
    assert "đang có kết luận được đề xuất hoặc đã xác nhận nên không rút được" in words(page)
