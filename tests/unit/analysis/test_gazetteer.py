"""The shipped table of units: counts, links, look-ups, dates."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rules.gazetteer import REFORM
from indexer.gazetteer.aliases import read_names, shipped_names
from indexer.gazetteer.units import Gazetteer, Link, Nature, Unit, gazetteer, read_table


def test_counts_of_units_today() -> None:
    current = [unit for unit in gazetteer().by_id.values() if unit.current]
    assert Counter(u.level for u in current) == {"c": 3321, "p": 34}
    # 2,621 xã and 687 phường on 1 July 2025; ten xã of Đồng Nai became phường on 30 April 2026.
    assert Counter(u.type for u in current if u.level == "c") == {"xã": 2611, "phường": 697, "đặc khu": 13}
    assert Counter(u.type for u in current if u.level == "p") == {"tỉnh": 27, "thành phố": 7}


def test_every_former_commune_has_heirs_and_every_current_one_has_a_province() -> None:
    table = gazetteer()
    for unit in table.by_id.values():
        if unit.current and unit.level == "c":
            parent = table.get(unit.parent)
            assert parent is not None
            assert parent.level == "p"
        if not unit.current and unit.level == "c":
            assert table.successors(unit)
            assert all(heir.current for heir in table.successors(unit))


@pytest.mark.parametrize(
    ("code", "former"),
    [
        ("11131", {"Chí Minh", "An Thanh", "Văn Tố"}),
        ("11713", {"Ngũ Phúc", "Kiến Quốc", "Du Lễ"}),
        ("15664", {"Triệu Sơn", "Minh Sơn", "Dân Lực", "Dân Lý", "Dân Quyền"}),
    ],
)
def test_the_demo_communes_come_from_these(code: str, former: set[str]) -> None:
    table = gazetteer()
    unit = table.get(code)
    assert unit is not None
    assert {before.name for before, _ in table.origins(unit)} == former


def test_a_divided_unit_says_so() -> None:
    table = gazetteer()
    unit = table.get("11557")
    assert unit is not None
    assert {(before.name, part) for before, part in table.origins(unit)} == {
        ("Thiên Hương", False),
        ("Hoàng Lâm", False),
        ("Hoa Động", True),
        ("Lê Hồng Phong", True),
    }


def test_two_communes_are_called_chi_minh() -> None:
    table = gazetteer()
    assert {u.id for u in table.named("Chí Minh") if u.current} == {"11131", "12271"}
    assert {u.id for u in table.named("chi minh") if u.current} == {"11131", "12271"}
    assert table.full_name("11131") == "xã Chí Minh, thành phố Hải Phòng"
    assert table.full_name("38") == "tỉnh Thanh Hóa"
    assert table.full_name("99999") == "99999"
    assert table.get("99999") is None


def test_old_and_new_code_are_kept_apart() -> None:
    table = gazetteer()
    old = table.get("11131@2025")
    assert old is not None
    assert (old.name, old.code, old.current) == ("Văn Tố", "11131", False)
    assert [p.name for p in table.parents(old)] == ["Tứ Kỳ", "Hải Dương"]


def test_dong_nai_changed_on_30_april_2026() -> None:
    table = gazetteer()
    before, after = date(2026, 4, 29), date(2026, 4, 30)
    for code, was, is_now in (("26368", "xã", "phường"), ("75", "tỉnh", "thành phố")):
        old, new = table.on(code, before), table.on(code, after)
        assert old is not None and new is not None
        assert (old.type, new.type, old.name) == (was, is_now, new.name)
        assert (old.valid_to, new.valid_from) == (before, after)
        assert table.successors(old) == (new,)
        assert [link.nature for link in table.links_to(new)] == ["type_changed"]
        assert table.get(code) is new
    ward, commune = table.on("26368", after), table.on("26368", before)
    assert ward is not None and commune is not None
    assert [parent.typed_name for parent in table.parents(ward)] == ["thành phố Đồng Nai"]
    assert [parent.typed_name for parent in table.parents(commune)] == ["tỉnh Đồng Nai"]
    # A commune that did not change stood below the province, then below the city.
    other = next(unit for unit in table.children(table.by_id["75"]) if unit.type == "xã")
    assert [p.typed_name for p in table.parents(other, before)] == ["tỉnh Đồng Nai"]
    assert [p.typed_name for p in table.parents(other, after)] == ["thành phố Đồng Nai"]


def test_the_code_11131_before_and_after_the_reform() -> None:
    table = gazetteer()
    old, new = table.on("11131", date(2025, 6, 30)), table.on("11131", date(2025, 7, 1))
    assert old is not None and new is not None
    assert [old.typed_name, *(p.typed_name for p in table.parents(old))] == [
        "xã Văn Tố",
        "huyện Tứ Kỳ",
        "tỉnh Hải Dương",
    ]
    assert [new.typed_name, *(p.typed_name for p in table.parents(new))] == [
        "xã Chí Minh",
        "thành phố Hải Phòng",
    ]
    assert {link.nature for link in table.links_to(new)} == {"merged"}
    assert {link.day for link in table.links_to(new)} == {date(2025, 7, 1)}


DAYS = (date(2025, 6, 30), date(2025, 7, 1), date(2026, 4, 29), date(2026, 4, 30), date(2027, 1, 1))


@given(st.sampled_from(list(gazetteer().by_id.values())))
@settings(max_examples=400)
def test_every_unit_has_parents_that_existed_with_it_and_leads_to_one_of_today(unit: Unit) -> None:
    table = gazetteer()
    for day in (*DAYS, unit.valid_from or DAYS[0], unit.valid_to or DAYS[-1]):
        if unit.valid_on(day):
            parents = table.parents(unit, day)
            assert len(parents) == {"p": 0, "d": 1, "c": 2 if day < REFORM else 1}[unit.level]
            assert all(parent.valid_on(day) for parent in parents)
            assert not parents or parents[-1].level == "p"
            assert table.on(unit.code, day) is unit
    assert table.successors(unit)
    assert all(heir.current for heir in table.successors(unit))
    assert unit.current or unit not in table.successors(unit)


def test_no_link_leads_back_and_each_leads_from_the_last_day_to_the_next() -> None:
    table = gazetteer()
    for unit in table.by_id.values():
        for link in table.links_from(unit):
            heir = table.by_id[link.new]
            assert unit.valid_to is not None
            assert heir.valid_from == link.day == unit.valid_to + timedelta(days=1), link
            assert link.nature != "split" or len(table.links_from(unit)) > 1
            assert unit not in {one for one, _ in table.heirs(heir)}


def test_a_circle_drawn_by_hand_comes_to_an_end() -> None:
    one = Unit("1", "c", "xã", "Một", "2", valid_to=date(2025, 6, 30))
    two = Unit("2", "c", "xã", "Hai", "1", valid_to=date(2025, 6, 30))
    table = Gazetteer([one, two], [Link("1", "2", Nature.RENAMED), Link("2", "1", Nature.RENAMED)])
    assert table.successors(one) == ()
    assert len(table.parents(one)) < 20
    assert table.origins(one) == ((two, False),)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1\tc\txã\tMột\t\t\t\t2:merged\t\t", "not in the table"),
        ("1\tx\txã\tMột\t\t\t\t\t\t", "line 2"),
        ("1\tc\txã\tMột\t\t32/13/2025\t\t\t\t", "line 2"),
        ("1\tc\txã", "line 2"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_table(f"head\n{line}\n".encode())


def test_children_of_a_province() -> None:
    table = gazetteer()
    city = table.get("31")
    assert city is not None
    assert len(table.children(city)) == 114
    assert {before.name for before, _ in table.origins(city)} == {"Hải Phòng", "Hải Dương"}


def test_extra_names_belong_to_known_units() -> None:
    assert all(gazetteer().get(name.unit) for name in shipped_names())
    assert len({name.key for name in shipped_names()}) == len(shipped_names()) > 60


@pytest.mark.parametrize(
    "data",
    [
        {"31": {"nicknames": ["x"]}},
        {"31": {"former": [{"name": "x"}]}},
        {"31": {"foreign": ["x"]}},
        {"31": {"foreign": {"xx": ["x"]}}},
    ],
)
def test_wrong_extra_names_are_refused_with_their_place(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="31"):
        read_names(data)
