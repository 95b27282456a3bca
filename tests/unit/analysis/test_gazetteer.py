"""The shipped table of units: counts, links, look-ups, dates."""

from __future__ import annotations

from collections import Counter

import pytest

from indexer.gazetteer.aliases import read_names, shipped_names
from indexer.gazetteer.units import gazetteer


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
    assert {before.name for before, _ in table.predecessors(unit)} == former


def test_a_divided_unit_says_so() -> None:
    table = gazetteer()
    unit = table.get("11557")
    assert unit is not None
    assert {(before.name, part) for before, part in table.predecessors(unit)} == {
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
    ward, before = table.get("26368"), table.get("26368@2026")
    city, province = table.get("75"), table.get("75@2026")
    assert ward is not None and before is not None and city is not None and province is not None
    assert (ward.type, ward.valid_from) == ("phường", "2026-04-30")
    assert (before.type, before.valid_from, before.valid_to) == ("xã", "2025-07-01", "2026-04-29")
    assert (city.type, province.type) == ("thành phố", "tỉnh")
    assert table.successors(before) == (ward,)


def test_children_of_a_province() -> None:
    table = gazetteer()
    city = table.get("31")
    assert city is not None
    assert len(table.children(city)) == 114
    assert {before.name for before, _ in table.predecessors(city)} == {"Hải Phòng", "Hải Dương"}


def test_extra_names_belong_to_known_units() -> None:
    assert all(gazetteer().get(code) for code in shipped_names())


@pytest.mark.parametrize(
    "data",
    [{"31": {"nicknames": ["x"]}}, {"31": {"former": [{"name": "x"}]}}, {"31": {"foreign": ["x"]}}],
)
def test_wrong_extra_names_are_refused_with_their_place(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="31"):
        read_names(data)
