"""Search words of a place: quoted, beside its parent, per language."""

from __future__ import annotations

from core.rules.search_queries import WORDS_LIMIT, PlaceNames, search_queries

COMMUNE = PlaceNames(
    full="xã Chí Minh",
    bare="Chí Minh",
    parent="Hải Phòng",
    aliases=("xã Văn Tố", "xã An Thanh"),
    foreign_parent={"en": ("Haiphong", "Hai Phong"), "zh": ("海防",)},
)


def words(place: PlaceNames, *languages: str) -> dict[str, str]:
    return {query.language: query.words for query in search_queries(place, languages)}


def test_a_commune_is_never_searched_by_its_bare_name():
    assert words(COMMUNE, "vi") == {"vi": '("xã Chí Minh" OR "xã Văn Tố" OR "xã An Thanh") "Hải Phòng"'}
    assert words(PlaceNames("xã Nghi Dương", "Nghi Dương", "Hải Phòng"), "vi") == {
        "vi": '"xã Nghi Dương" "Hải Phòng"'
    }


def test_a_province_stands_alone():
    province = PlaceNames("thành phố Hải Phòng", "Hải Phòng", foreign={"en": ("Haiphong", "Hai Phong")})
    assert words(province, "vi", "en") == {"vi": '"thành phố Hải Phòng"', "en": '"Haiphong" OR "Hai Phong"'}


def test_other_languages_use_known_spellings_or_the_name_without_marks():
    assert words(COMMUNE, "en", "zh", "fr") == {
        "en": '"Chi Minh" ("Haiphong" OR "Hai Phong")',
        "fr": '"Chi Minh" "Hai Phong"',
    }, "in Chinese nothing is known of the commune itself"
    known = PlaceNames("xã Chí Minh", "Chí Minh", "Hải Phòng", foreign={"zh": ("志明",)}, foreign_parent={"zh": ("海防",)})  # fmt: skip
    assert words(known, "zh") == {"zh": '"志明" "海防"'}
    assert words(PlaceNames("phường Đồ Sơn", "Đồ Sơn", "Hải Phòng"), "en") == {"en": '"Do Son" "Hai Phong"'}


def test_long_lists_are_cut_and_quotes_cannot_break_out():
    many = PlaceNames("xã A", "A", "B", aliases=tuple(f"xã tên cũ số {n}" for n in range(60)))
    found = words(many, "vi")["vi"]
    assert len(found) <= WORDS_LIMIT
    assert found.startswith('("xã A" OR "xã tên cũ số 0" OR ')
    assert words(PlaceNames('xã "A" OR x', "A", "B"), "vi") == {"vi": '"xã A OR x" "B"'}
