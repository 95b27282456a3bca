"""Units and links that an office adds; stored items that are placed again when a name was corrected."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from core.errors import Forbidden, Invalid, NotFound
from core.queries import locality
from core.records.account import Account
from core.records.audit import AuditRow
from core.records.item import Item, Mention, Story, StoryLocality
from core.records.rereading import Rereading
from core.rules.vocabulary import Role, Tag
from core.services import gazetteer_edit as edit
from core.services import intake, outbox, rereading, triage
from core.services.desk import Actor, Desk
from core.services.gazetteer_add import NewUnit, add_old, add_today
from core.services.gazetteer_edit import NewName
from tests.integration.core.conftest import candidate
from tests.integration.core.test_gazetteer_edit import admin, filled, places  # noqa: F401 - fixtures

OLD = NewUnit("xã", " Bến  Tranh ", valid_to=date(2024, 12, 31), note="NQ 1250")


def test_an_old_unit_is_a_former_name_from_the_next_text_on(filled: Desk, admin: Actor) -> None:  # noqa: F811
    text = "Trước năm 2025, xã Bến Tranh có ba thôn ven sông, nay bà con vẫn quen gọi như vậy."
    assert places(filled, text) == {}
    made = add_old(filled, admin, "11131", OLD, "merged")
    assert made == "o1@2024" and places(filled, text)["11131"] in {"in", "check"}
    with filled.store.read() as session:
        sheet = locality.sheet(session, "11131", date(2026, 11, 1))
        assert sheet is not None
        line = next(line for line in sheet.before if line.unit.id == made)
    assert (line.unit.name, line.nature, line.day) == ("Bến Tranh", "merged", date(2025, 1, 1))
    edit.switch_link(filled, admin, made, "11131", active=False)
    assert places(filled, text) == {}
    assert add_old(filled, admin, "11131", made, "split") == made, "said again, it holds again"
    assert places(filled, text)["11131"] in {"in", "check"}
    assert (
        add_old(filled, admin, "11131", NewUnit("xã", "Bến Nghè", valid_to=date(2019, 1, 1)), "merged")
        == "o2@2019"
    )
    with filled.store.read() as session:
        acts = session.scalars(select(AuditRow.act).where(AuditRow.act.like("gazetteer.%_add"))).all()
    assert acts.count("gazetteer.unit_add") == 2 and acts.count("gazetteer.link_add") == 3


@pytest.mark.parametrize(
    ("old", "nature", "field"),
    [
        (NewUnit("xã", "Bến Tranh"), "merged", "valid_to"),
        (NewUnit("làng", "Bến Tranh", valid_to=date(2024, 1, 1)), "merged", "type"),
        (NewUnit("xã", "!!", valid_to=date(2024, 1, 1)), "merged", "name"),
        (NewUnit("xã", "B" * 300, valid_to=date(2024, 1, 1)), "merged", "name"),
        (NewUnit("xã", "Bến", code="'; --", valid_to=date(2024, 1, 1)), "merged", "code"),
        (NewUnit("xã", "Bến", code="11131", valid_to=date(2025, 1, 1)), "merged", "code"),
        (NewUnit("xã", "Bến", parent="777", valid_to=date(2024, 1, 1)), "merged", "parent"),
        (NewUnit("xã", "Bến", valid_from=date(2024, 5, 1), valid_to=date(2024, 1, 1)), "merged", "valid_to"),
        (OLD, "stolen", "nature"),
        ("12345", "merged", "old"),
        ("31", "merged", "old"),
        ("11131", "merged", "old"),
        ("11131@2025", "merged", "old"),
    ],
)
def test_what_cannot_be_is_refused(
    filled: Desk, admin: Actor, old: NewUnit | str, nature: str, field: str  # noqa: F811
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as error:
        add_old(filled, admin, "11131", old, nature)
    assert field in error.value.fields


def test_who_may(filled: Desk, admin: Actor, person) -> None:  # noqa: F811
    other = person("khac", Role.OFFICER)
    today = NewUnit("xã", "Mới Lập", code="99001", parent="31", valid_from=date(2027, 1, 1))
    with pytest.raises(Forbidden):
        add_old(filled, other, "11131", OLD, "merged")
    with pytest.raises(Forbidden):
        add_old(filled, admin, "99999", OLD, "merged")
    with pytest.raises(NotFound):
        add_old(filled, admin, "404", OLD, "merged")
    with pytest.raises(Forbidden, match="every office"):
        add_today(filled, admin, today)
    with filled.store.write() as session:
        session.get_one(Account, admin.account_id).all_offices = True
    assert add_today(filled, admin, today) == "99001"
    assert filled.analyst.unit_name("99001") == "xã Mới Lập, thành phố Hải Phòng"
    with pytest.raises(Invalid):
        add_today(filled, admin, today)


# --- stored items ---------------------------------------------------------------------------------------------------

VILLAGE = "Sáng nay ở xóm Đồng Bến, mương tiêu bị tắc, ruộng ngập, bà con đắp bờ giữ nước."


def band(desk: Desk, item_id: int | None) -> tuple[str, str]:
    """Of the item, and of its mention ("" for none)."""
    with desk.store.read() as session:
        mention = session.get(Mention, (item_id, "11131"))
        return session.get_one(Item, item_id).band, mention.band if mention else ""


def test_stored_items_are_placed_again_by_a_new_name_and_back(
    filled: Desk, admin: Actor, press: str, person  # noqa: F811
) -> None:  # fmt: skip
    taken = intake.take(
        filled,
        [
            candidate(press, 1, "Ruộng ngập ở Đồng Bến", VILLAGE),
            candidate(press, 2, "Giá lúa", "Giá lúa tăng nhẹ ở các chợ."),
        ],
    )
    item = taken[0].item_id
    assert band(filled, item) == ("out", "") and rereading.go_on(filled) == 0
    seq = outbox.last_seq(filled)
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    assert band(filled, item) == ("out", ""), "the person who corrects does not wait"
    assert rereading.go_on(filled) == 2 and rereading.go_on(filled) == 0
    assert band(filled, item) == ("in", "in")
    with filled.store.read() as session:
        row = session.get_one(Rereading, "11131")
        assert (row.looked, row.moved) == (2, 1) and row.done_at is not None
        story = session.get_one(Item, item).story_id
        assert session.scalars(
            select(StoryLocality.locality).where(StoryLocality.story_id == story)
        ).all() == ["11131"]
        whole = session.get_one(Item, item)
        spans = session.get_one(Mention, (item, "11131")).spans
        assert all("Đồng Bến" in f"{whole.title}\n{whole.text}"[a:b] for a, b in spans)
        assert session.scalars(select(AuditRow.act).where(AuditRow.act == "gazetteer.reread")).all()
    assert [doc.id for doc in outbox.batch(filled, seq, 50).documents] == [item], (
        "only the index row that moved"
    )
    edit.switch_name(filled, admin, name, active=False)
    rereading.go_on(filled)
    assert band(filled, item) == ("out", "")


def test_what_a_person_said_stays(filled: Desk, admin: Actor, press: str, person) -> None:  # noqa: F811
    officer = person("canbo", Role.OFFICER)
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    rereading.go_on(filled)
    (taken,) = intake.take(filled, [candidate(press, 1, "Ruộng ngập ở Đồng Bến", VILLAGE)])
    with filled.store.read() as session:
        story = session.scalars(select(Story.id)).one()
    triage.tag(filled, officer, story, 1, Tag.CRITICISM)
    edit.switch_name(filled, admin, name, active=False)
    rereading.go_on(filled)
    assert band(filled, taken.item_id) == ("in", "in")


def test_a_correction_meanwhile_begins_anew(
    filled: Desk, admin: Actor, press: str, monkeypatch: pytest.MonkeyPatch, clock  # noqa: F811
) -> None:  # fmt: skip
    monkeypatch.setattr(rereading, "BATCH", 1)
    monkeypatch.setattr(rereading, "MOST", 1)
    intake.take(filled, [candidate(press, n, f"Ruộng ngập {n}", f"{VILLAGE} Lần {n}.") for n in range(3)])
    edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    assert rereading.go_on(filled) == 1
    clock.move(minutes=1)
    edit.add_name(filled, admin, "11131", NewName("byname", "Bến Cũ"))
    with filled.store.read() as session:
        assert session.get_one(Rereading, "11131").looked == 0
    turns = 0
    while rereading.go_on(filled):
        turns += 1
    with filled.store.read() as session:
        row = session.get_one(Rereading, "11131")
    assert turns == 3 and (row.looked, row.moved) == (3, 2) and row.done_at is not None
