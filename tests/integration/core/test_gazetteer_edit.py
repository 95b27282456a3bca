"""What an office corrects: names and units, with their audit rows, the reach of an administrator, the preview, and the next text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from config.gazetteer import loader
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.queries import gazetteer as queries
from core.queries import locality
from core.records.audit import AuditRow
from core.records.gazetteer import GazetteerUnit
from core.records.item import Mention
from core.records.unit import WatchedLocality
from core.rules.gazetteer import Link, Name, NameNature, Nature, Unit
from core.rules.vocabulary import Role
from core.services import gazetteer_edit as edit
from core.services import intake, name_preview, rereading, units
from core.services.desk import Actor, Desk
from core.services.gazetteer_edit import NewName
from core.services.gazetteer_import import take_in
from core.services.intake import ReceivedText, receive
from indexer.analysis.analyst import LocalAnalyst
from tests.integration.core.conftest import candidate

EVE, DAY = date(2025, 6, 30), date(2025, 7, 1)
UNITS = [
    Unit("31", "p", "thành phố", "Hải Phòng", "", DAY),
    Unit("11131", "c", "xã", "Chí Minh", "31", DAY),
    Unit("298@2025", "d", "huyện", "Tứ Kỳ", "30", None, EVE),
    Unit("30@2025", "p", "tỉnh", "Hải Dương", "", None, EVE),
    Unit("11131@2025", "c", "xã", "Văn Tố", "298", None, EVE),
    Unit("99999", "c", "xã", "Bến Cát", "31", DAY),
]
LINKS = [Link("11131@2025", "11131", Nature.MERGED, DAY), Link("30@2025", "31", Nature.MERGED, DAY)]


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """A desk with a small gazetteer that its analyst reads by."""
    take_in(desk, UNITS, LINKS, [Name("11131", NameNature.LANDMARK, "chùa Sùng Ân")], "a")
    return replace(desk, analyst=LocalAnalyst(loader(desk.store)))


@pytest.fixture
def admin(filled: Desk, person: Callable[..., Actor]) -> Actor:
    return person("quantri", Role.ADMINISTRATOR)


def acts(desk: Desk) -> list[tuple[str, bool]]:
    with desk.store.read() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.act.like("gazetteer.%")).order_by(AuditRow.id))
        return [(row.act, row.refused) for row in rows]


def places(desk: Desk, text: str) -> dict[str, str]:
    return {m.locality: m.band for m in desk.analyst.analyse("", text, localities=["11131"]).mentions}


def test_a_name_counts_from_the_next_text_on_and_no_longer_when_it_is_switched_off(
    filled: Desk, admin: Actor
) -> None:
    text = "Sáng nay ở xóm Đồng Bến, mương tiêu bị tắc, ruộng ngập."
    assert places(filled, text) == {}
    added = edit.add_name(filled, admin, "11131", NewName("village", " xóm  Đồng Bến "))
    assert places(filled, text) == {"11131": "in"}
    assert edit.switch_name(filled, admin, added, active=False) == "11131"
    assert places(filled, text) == {}
    edit.switch_name(filled, admin, added, active=False)  # a second time changes nothing
    edit.switch_name(filled, admin, added, active=True)
    assert places(filled, text) == {"11131": "in"}
    with filled.store.read() as session:
        names = locality.names(session, "11131")
    (row,) = (name for name in names if name.id == added)
    assert (row.text, row.origin, row.added_by, row.active, row.version) == (
        "xóm Đồng Bến",
        "office",
        "Quantri",
        True,
        3,
    )
    assert [act for act, _ in acts(filled)] == [
        "gazetteer.import", "gazetteer.name_add", "gazetteer.name_off", "gazetteer.name_on",
    ]  # fmt: skip


def test_a_shipped_name_that_was_edited_or_switched_off_survives_the_next_import(
    filled: Desk, admin: Actor
) -> None:
    with filled.store.read() as session:
        (row,) = locality.names(session, "11131")
    edit.edit_name(filled, admin, row.id, row.version, NewName("landmark", "chùa Sùng Ân Tự"))
    with pytest.raises(Conflict, match="changed it"):
        edit.edit_name(filled, admin, row.id, row.version, NewName("landmark", "chùa khác"))
    take_in(filled, UNITS, LINKS, [Name("11131", NameNature.LANDMARK, "chùa Sùng Ân")], "b")
    with filled.store.read() as session:
        assert [name.text for name in locality.names(session, "11131")] == ["chùa Sùng Ân Tự"]


def test_words_that_exclude_hold_for_their_locality_and_a_former_name_says_until_when(
    filled: Desk, admin: Actor
) -> None:
    text = "Xã Văn Tố có cầu mới"
    mention = filled.analyst.analyse("", text, localities=["11131"]).mentions[0]
    assert mention.why[0].code == "name_until"
    assert "01/07/2025" in mention.why[0].vi
    edit.add_name(filled, admin, "11131", NewName("excluded", "Văn Tố có cầu"))
    assert places(filled, text) == {}
    edit.add_name(
        filled, admin, "11131", NewName("former", "Ngọc Sơn Cũ", type="xã", until=date(2024, 12, 31))
    )
    why = filled.analyst.analyse("", "Chợ xã Ngọc Sơn Cũ cháy", localities=["11131"]).mentions[0].why
    assert "01/01/2025" in why[0].vi


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (NewName("village", ""), "text"),
        (NewName("village", "7 1"), "text"),
        (NewName("village", "x" * 201), "text"),
        (NewName("nonsense", "xóm Đông"), "nature"),
        (NewName("foreign", "Chi Minh Commune"), "language"),
        (NewName("former", "Kiền Bái"), "type"),
        (NewName("landmark", "chùa Sùng Ân"), "text"),
    ],
)
def test_a_name_that_cannot_be_is_refused_beside_its_field(
    filled: Desk, admin: Actor, given: NewName, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        edit.add_name(filled, admin, "11131", given)
    assert set(refused.value.fields) == {field}
    with filled.store.read() as session:
        assert queries.revision(session) == 1


def test_only_an_administrator_of_an_office_that_watches_the_locality_corrects_it(
    filled: Desk, admin: Actor, person: Callable[..., Actor]
) -> None:
    officer = person("canbo", Role.OFFICER)
    with pytest.raises(Forbidden):
        edit.add_name(filled, officer, "11131", NewName("village", "xóm Đông"))
    with pytest.raises(Forbidden):
        edit.add_name(filled, admin, "99999", NewName("village", "xóm Đông"))
    with pytest.raises(NotFound):
        edit.add_name(filled, admin, "00000", NewName("village", "xóm Đông"))
    assert acts(filled)[1:] == [("gazetteer.name_add", True), ("gazetteer.name_add", True)]


def test_a_unit_is_set_right_and_the_shipped_value_is_offered_taken_and_left(
    filled: Desk, admin: Actor
) -> None:
    def correct(version: int, **more: object) -> None:
        values = {
            "type": "phường",
            "name": "Chí Minh",
            "valid_from": DAY,
            "valid_to": None,
            "note": "NQ 1",
        } | more
        edit.correct_unit(filled, admin, "11131", version, **values)  # type: ignore[arg-type]

    with pytest.raises(Invalid) as refused:
        correct(1, valid_from=date(2020, 1, 1), name=" ")
    assert set(refused.value.fields) == {"name"}
    with pytest.raises(Invalid) as refused:
        correct(1, valid_from=date(2020, 1, 1))  # xã Văn Tố wore the code until June 2025
    assert set(refused.value.fields) == {"valid_from"}
    correct(1)
    assert filled.analyst.unit_name("11131") == "phường Chí Minh, thành phố Hải Phòng"
    with pytest.raises(Conflict):
        correct(1)
    take_in(filled, UNITS, LINKS, None, "b")
    with filled.store.read() as session:
        assert queries.offers(session) == ()
        assert session.get_one(GazetteerUnit, "11131").type == "phường"
    newer = [UNITS[1]._replace(type="đặc khu")]
    assert take_in(filled, newer, LINKS[:0], None, "c").offered == 1
    edit.answer_offer(filled, admin, "11131", 2, take=False)
    with filled.store.read() as session:
        assert queries.offers(session) == ()
        (kept,) = queries.offers(session, kept=True)
    assert ("type", "phường", "đặc khu") in kept.changed
    edit.answer_offer(filled, admin, "11131", kept.version, take=True)
    assert filled.analyst.unit_name("11131") == "đặc khu Chí Minh, thành phố Hải Phòng"


def test_a_link_that_is_wrong_is_switched_off_and_on(filled: Desk, admin: Actor) -> None:
    assert places(filled, "Họp ở xã Văn Tố, Hải Dương") == {"11131": "in"}
    edit.switch_link(filled, admin, "11131@2025", "11131", active=False)
    assert places(filled, "Họp ở xã Văn Tố, Hải Dương") == {}
    edit.switch_link(filled, admin, "11131@2025", "11131", active=True)
    assert places(filled, "Họp ở xã Văn Tố, Hải Dương") == {"11131": "in"}


def test_the_preview_counts_items_and_says_what_else_is_called_so(
    filled: Desk, admin: Actor, person: Callable[..., Actor]
) -> None:
    officer = person("canbo", Role.OFFICER)
    for title, text in (
        ("Ca sĩ trở lại", "Ca sĩ Bến Cát ra mắt ca khúc mới ở nhà hát thành phố tối qua."),
        ("Chợ sớm", "Chợ Bến Cát họp từ sớm, người mua đông hơn mọi năm."),
        ("Chuyện khác", "Không có gì liên quan ở bài này cả, chỉ là bài khác."),
    ):
        receive(filled, officer, ReceivedText("", title, text, "điện thoại", filled.clock.now()))
    seen = name_preview.preview(filled, admin, "11131", "Bến Cát")
    assert (seen.total, seen.read, seen.people) == (2, 2, 1)
    assert [one.full_name for one in seen.units] == ["xã Bến Cát, thành phố Hải Phòng"]
    assert set(seen.titles) == {"Ca sĩ trở lại", "Chợ sớm"}
    assert name_preview.preview(filled, admin, "11131", "xã Văn Tố").units == ()  # its own former unit
    for words in ("", '"', "***"):
        with pytest.raises(Invalid) as refused:
            name_preview.preview(filled, admin, "11131", words)
        assert set(refused.value.fields) == {"text"}
    with pytest.raises(Forbidden):
        name_preview.preview(filled, officer, "11131", "Bến Cát")


def watched(desk: Desk) -> dict[str, str]:
    with desk.store.read() as session:
        return {row.code: row.name for row in session.scalars(select(WatchedLocality))}


def rename(desk: Desk, admin: Actor, unit_id: str, name: str, type: str = "xã") -> int:
    with desk.store.read() as session:
        version = session.get_one(GazetteerUnit, unit_id).version
    return edit.correct_unit(
        desk, admin, unit_id, version, type=type, name=name, valid_from=DAY, valid_to=None, note=""
    )


def test_what_watches_follows_a_new_name_and_old_texts_still_match(
    filled: Desk, admin: Actor, press: str
) -> None:
    text = "UBND xã Chí Minh, thành phố Hải Phòng thông báo lịch cắt điện tuần này."
    stored = intake.take(filled, [candidate(press, "cu", "Lịch cắt điện", text)])[0].item_id
    units.watch(filled, None, admin.unit_id, ["11131"])
    with filled.store.write() as session:
        row = session.scalars(select(WatchedLocality).where(WatchedLocality.code == "11131")).one()
        row.name = "xã Chí Minh, thành phố Hải Phòng"
    assert rename(filled, admin, "11131", "Tân Chí") == 1
    assert watched(filled)["11131"] == "xã Tân Chí, thành phố Hải Phòng"
    rereading.go_on(filled)
    with filled.store.read() as session:
        assert session.get_one(Mention, (stored, "11131")).band == "in"
    # both names are known in a new text; the province's new name is followed too
    assert places(filled, text) == places(filled, text.replace("Chí Minh", "Tân Chí")) == {"11131": "in"}
    # back again: the name in between becomes the former one, the present one is none
    assert rename(filled, admin, "11131", "Chí Minh") == 1
    with filled.store.read() as session:
        former = {row.text: row.active for row in locality.names(session, "11131") if row.nature == "former"}
    assert former == {"Chí Minh": False, "Tân Chí": True}
    assert watched(filled)["11131"] == "xã Chí Minh, thành phố Hải Phòng"


def test_a_name_that_somebody_wrote_stays_and_an_import_renames_as_a_screen_does(
    filled: Desk, admin: Actor
) -> None:
    units.watch(filled, None, admin.unit_id, ["11131"])
    with filled.store.write() as session:
        session.scalars(select(WatchedLocality)).one().name = "Địa bàn của xã nhà"
    renamed = UNITS[1]._replace(name="Tân Chí")
    assert take_in(filled, [UNITS[0], renamed], [], None, "b").renamed == 0
    assert watched(filled) == {"11131": "Địa bàn của xã nhà"}
    with filled.store.write() as session:
        session.scalars(select(WatchedLocality)).one().name = "xã Tân Chí, thành phố Hải Phòng"
    done = take_in(filled, [UNITS[0]._replace(name="Hải Phòng Mới"), renamed], [], None, "c")
    assert done.renamed == 1 and watched(filled) == {"11131": "xã Tân Chí, thành phố Hải Phòng Mới"}
    assert take_in(filled, [UNITS[0]._replace(name="Hải Phòng Mới"), renamed], [], None, "c").renamed == 0
    with filled.store.read() as session:
        assert [row.text for row in locality.names(session, "31") if row.nature == "former"] == ["Hải Phòng"]
