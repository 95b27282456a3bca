"""Mức cần xử lý on screen: weights beside those proposed, apply and undo; the blind sample on the first screen; parts with their weights."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from core.records.item import Item, Story
from core.records.need import BlindSample, NeedWeightsRow
from core.records.source import Source
from core.rules.need import NeedWeights, weights
from core.rules.weeks import week_of
from tests.fixtures.web import found


def propose(office) -> int:
    with office.desk.store.write() as session:
        row = NeedWeightsRow(
            weights=weights({"parts": {"checkable": 0.415}}).as_json(), before=NeedWeights().as_json(),
            trial={"trained": 214, "trained_needed": 60, "held_out": 41, "held_out_needed": 12, "before": 0.45, "after": 0.79, "sure": 1.0},
            proposed_at=office.clock.now() - timedelta(hours=1),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_an_administrator_applies_and_takes_back(office, person):
    admin = person("tu.la")
    assert "Đề xuất số" not in admin.get("/need").text
    number = propose(office)
    assert person("xa.ban").get("/need").status_code == 200
    page = admin.get("/need").text
    assert "0,45 → 0,79" in page and "+10 → <b>+41,5</b>" in page and "41 quyết định" in page
    assert "Quản trị của mọi cơ quan" in page, "another office watches something too"
    assert admin.post(f"/need/proposals/{number}/apply").status_code == 403
    with office.desk.store.write() as session:
        from core.records.account import Account

        session.get_one(Account, office.accounts["tu.la"]).all_offices = True
    assert "Có đề xuất trọng số chờ" in admin.get("/health").text
    assert admin.post(f"/need/proposals/{number}/apply").status_code == 303
    page = admin.get("/need").text
    assert "đang dùng" in page and "+41,5" in page and "Dùng lại trọng số trước" in page
    assert "Có đề xuất trọng số chờ" not in admin.get("/health").text
    assert person("hanh.dt").post(f"/need/proposals/{number}/undo").status_code == 403
    assert admin.post(f"/need/proposals/{number}/undo").status_code == 303
    assert "+41,5" not in admin.get("/need").text
    assert "áp dụng trọng số mức cần xử lý" in person("kiem.tv").get("/audit").text


def test_the_story_shows_the_weight_of_each_part(office, person):
    page = person("hanh.dt").get(f"/stories/{office.stories['de']}").text
    assert "trọng số 28" in page and "% của trọng số" in page and "Xem các trọng số" in page


def test_the_sample_on_the_first_screen(office, person):
    week = week_of(office.clock.now())
    with office.desk.store.write() as session:
        for number, key in enumerate(("kenh", "cong"), 1):
            session.add(
                BlindSample(
                    unit_id=office.unit_id, week=week, number=number, story_id=office.stories[key], need=3.25, pool=30,
                    drawn_at=office.clock.now(),
                )
            )  # fmt: skip
    officer = person("hanh.dt")
    page = officer.get("/today").text
    part = found(r'(?s)(<section class="sheet" aria-labelledby="sample">.*?</section>)', page)
    assert (
        "Sạt bờ kênh" in part and "đã trả lời 0 trên 2" in part and "3,25" not in part and "3.25" not in part
    )
    # what the queue shows of a story: outlet, day, the first words
    with office.desk.store.read() as session:
        story = session.get_one(Story, office.stories["kenh"])
        item = session.scalars(select(Item).where(Item.story_id == story.id).order_by(Item.id)).first()
        outlet = session.get_one(Source, item.source_id).name
    assert outlet in part and story.lead[:40] in part and re.search(r"\d\d:\d\d", part)
    with office.desk.store.write() as session:
        item = session.get_one(Item, item.id)
        item.language, item.gist = "en", "The flood reached the dyke in the commune."
    part = found(
        r'(?s)(<section class="sheet" aria-labelledby="sample">.*?</section>)', officer.get("/today").text
    )
    assert "flood: lũ" in part and "(máy tóm ý, chưa có người kiểm)" in part
    assert officer.post(f"/sample/{week}/1").location.endswith("/today#sample")
    assert "đã trả lời 1 trên 2" in officer.get("/today").text
    assert officer.post(f"/sample/{week}/1/undo").status_code == 303
    assert "đã trả lời 0 trên 2" in officer.get("/today").text
    officer.post(f"/sample/{week}/1")
    assert "trong 1 chuyện đã trả lời có 0 chuyện thật ra cần trả lời" in person("tu.la").get("/health").text
    assert person("xa.ban").post(f"/sample/{week}/2").status_code == 404, "another office's sample"
    assert person("tu.la").post(f"/sample/{week}/2").status_code == 403
