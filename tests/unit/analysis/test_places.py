"""Place match: bands, reasons, spans, and texts that nobody would write."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.gazetteer import Name, NameNature
from indexer.analysis.places.cues import REASONS
from indexer.analysis.places.matcher import CHECK, IN, band_of, match_text
from indexer.analysis.places.names import Names
from indexer.gazetteer.units import gazetteer

WATCHED = ("11131", "11557", "11713", "15664", "31", "38")


def codes(text: str, locality: str) -> set[str]:
    return {cue.code for mention in match_text(text, [locality]) for cue in mention.why}


def band(text: str, locality: str, **more: Any) -> str:
    found = match_text(text, [locality], **more)
    return found[0].band if found else "none"


@pytest.mark.parametrize(
    ("text", "locality", "code"),
    [
        ("Tại xã Chí Minh trời mưa", "11131", "own_unit_word"),
        ("Họp ở thôn Thiên Hương", "11557", "other_level"),
        ("Thị trấn Thiên Hương (Hải Phòng) họp", "11557", "unit_word_differs"),
        ("Các phường Hòa Bình, Thiên Hương họp", "11557", "unit_list"),
        ("chị Trần Thiên Hương nói", "11557", "honorific"),
        ("gặp Trần Thiên Hương hôm qua", "11557", "surname_before"),
        ("Bạn đọc (Thiên Hương, 30 tuổi)", "11557", "age_after"),
        ("bà Lan (Thiên Hương) lo lắng", "11557", "role_in_brackets"),
        ("công ty Thiên Hương phá sản", "11557", "brand"),
        ("trên đường Nguyễn Bỉnh Khiêm", "11911", "street_or_school"),
        ("dòng Thiên Hương Mới ra mắt", "11557", "capital_after"),
        ("Nghi Dương: dịch đã hết", "11713", "dateline"),
        ("người dân Nghi Dương", "11713", "place_word"),
        ("Thiên Hương, Hải Phòng", "11557", "parent_beside"),
        ("Ở Hải Phòng, trời mưa to tại Thiên Hương", "11557", "parent_near"),
        ("Xã Chí Minh, tỉnh Hưng Yên", "11131", "other_parent_beside"),
        ("xã Hợp Tiến (Triệu Sơn, Thanh Hóa)", "15664", "as_parent"),
        ("xã Mao Điền, Hải Phòng", "31", "child_beside"),
        ("album của Thiên Hương bán chạy", "11557", "stage_near"),
        ("越南海防的港口", "31", "foreign_context"),
        ("清朝的海防", "31", "no_context"),
        ("Thien Huong ward is quiet", "11557", "no_accents"),
        ("vỡ đê ở xã chí minh", "11131", "no_capitals"),
    ],
)
def test_each_reason_is_given_where_it_applies(text: str, locality: str, code: str) -> None:
    assert code in codes(text, locality)


def test_every_reason_has_both_sentences() -> None:
    for code, reason in REASONS.items():
        assert reason.vi, code
        assert reason.en, code
        assert -1 <= reason.weight <= 1
    mention = match_text("Tại xã Chí Minh, Hải Phòng", ["11131"])[0]
    sentences = [cue.vi for cue in mention.why]
    assert "Có chữ “xã” ngay cạnh tên." in sentences
    assert any("Hải Phòng" in sentence for sentence in sentences)


def test_the_longer_name_shadows_the_shorter() -> None:
    assert match_text("Chủ tịch Hồ Chí Minh thăm TP.HCM", WATCHED) == []
    text = "Từ TP Hồ Chí Minh về xã Chí Minh, Hải Phòng"
    mention = match_text(text, ["11131"])[0]
    assert [text[a:b] for a, b in mention.spans] == ["Chí Minh"]
    assert mention.spans[0][0] == text.rindex("Chí Minh")


def test_one_sense_a_text() -> None:
    text = "Phường Thiên Hương (Hải Phòng) họp dân. Sau đó, Thiên Hương sẽ lấy ý kiến lần hai."
    mention = match_text(text, ["11557"])[0]
    assert mention.band == "in"
    assert [text[a:b] for a, b in mention.spans] == ["Thiên Hương", "Thiên Hương"]
    singer = "Ca sĩ Thiên Hương trở lại. Thiên Hương vui lắm."
    assert match_text(singer, ["11557"])[0].band == "out"


def test_the_source_of_the_place_itself_speaks_for_it() -> None:
    text = "Thiên Hương ra quân dọn kênh"
    assert band(text, "11557") == "out", "alone it may be a person"
    assert band(text, "11557", source_locality="11557") == "in"
    assert band(text, "11557", source_locality="99999") == "out"


def test_out_is_kept_because_it_stays_searchable() -> None:
    mention = match_text("Ca sĩ Thiên Hương", ["11557"])[0]
    assert mention.band == "out"
    assert mention.spans == ((6, 17),)


def test_without_localities_every_unit_of_the_gazetteer_is_asked() -> None:
    found = {m.locality: m.band for m in match_text("Phường Ba Đình, Hà Nội và xã Nghi Dương, Hải Phòng")}
    assert found["00004"] == "in"
    assert found["11713"] == "in"
    assert found["01"] == "in"
    assert found["31"] == "in"


def test_unknown_codes_are_no_error() -> None:
    assert match_text("Hải Phòng", ["nothing", ""]) == []


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_spans_hold_in_every_form(form: str) -> None:
    text = unicodedata.normalize(form, "Chiều nay ở xã Nghi\u200b Dương, Hải Phòng có mưa")  # type: ignore[arg-type]
    mention = match_text(text, ["11713"])[0]
    assert mention.band == "in"
    shown = text[mention.spans[0][0] : mention.spans[0][1]]
    assert unicodedata.normalize("NFC", shown).replace("\u200b", "") == "Nghi Dương"


@pytest.mark.parametrize("name", ["Thanh Hóa", "Thanh Hoá", "THANH HOÁ", "Thanh  Hóa", "Thanh-Hóa"])
def test_spelling_variants_of_a_name(name: str) -> None:
    assert band(f"Bão đổ bộ vào {name} tối nay", "38") == "in"


def test_bands() -> None:
    assert [band_of(score) for score in (0.0, CHECK - 0.01, CHECK, IN - 0.01, IN, 1.0)] == [
        "out",
        "out",
        "check",
        "check",
        "in",
        "in",
    ]


SCRAPS = st.lists(
    st.sampled_from(
        "xã|Chí Minh|phường|Thiên Hương|Hải Phòng|Hồ|(|)|,|.|\n|ông|các|và|海防|市|Nghi\u200bDương|THANH HÓA|thanh hoa"
        "|Hai Phong|\u202e|حي|1|-|TP.|P.|huyện|Triệu Sơn".split("|")
    ),
    max_size=40,
)


@given(SCRAPS.map(" ".join) | SCRAPS.map("".join) | st.text(st.characters(), max_size=200))
def test_any_text_gives_sound_mentions(text: str) -> None:
    for mention in match_text(text, None):
        assert 0 <= mention.score <= 1
        assert mention.band == band_of(mention.score)
        assert mention.why
        assert mention.spans
        for start, end in mention.spans:
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "Chí Minh " * 22_000,
        pytest.param("xã Tân An, " * 18_000, marks=pytest.mark.long),
        "tan an " * 28_000,
        "a" * 200_000,
        "\u0301" * 200_000,
        "海防" * 100_000,
        "\u202e" * 200_000,
        "((((" * 50_000,
    ],
    ids=["empty", "lines", "name", "list", "toneless", "one-word", "marks", "han", "bidi", "brackets"],
)
def test_texts_of_200_kilobytes_are_read_to_an_end(text: str) -> None:
    for mention in match_text(text, None):
        assert len(mention.spans) <= 50


@pytest.mark.parametrize(
    ("text", "locality", "wanted"),
    [
        ("Phường Sài Gòn, TP.HCM họp dân", "79", "in"),
        ("Mưa lớn ở TP. HCM chiều nay", "79", "in"),
        ("Mưa lớn ở TPHCM chiều nay", "79", "in"),
        ("越南胡志明市今日大雨", "79", "in"),
        ("ベトナムのホーチミンで大雨", "79", "in"),
        ("베트남 하노이에서 큰비", "01", "in"),
        ("Сильный дождь во вьетнамском городе Хошимине", "79", "in"),
        ("Fortes pluies à Hô Chi Minh-Ville, au Vietnam", "79", "in"),
        ("Tàu vào cảng Lạch Huyện sáng nay", "31", "in"),
        ("P. Thiên Hương, TP. Hải Phòng", "11557", "in"),
        ("H. An Lão, Hải Phòng có dịch", "31", "in"),
    ],
)
def test_short_forms_and_names_abroad(text: str, locality: str, wanted: str) -> None:
    assert band(text, locality) == wanted


def dated_codes(text: str, locality: str, day: date) -> set[str]:
    return {cue.code for mention in match_text(text, [locality], dated=day) for cue in mention.why}


def test_a_name_is_judged_as_of_the_day_of_the_text() -> None:
    eve, day = date(2025, 6, 30), date(2025, 7, 1)
    old, new = "Họp ở xã Văn Tố, Hải Dương", "Họp ở xã Nghi Dương, Hải Phòng"
    assert "name_of_its_day" in dated_codes(old, "11131", eve)
    assert "name_until" in dated_codes(old, "11131", day)
    assert "name_until" in codes(old, "11131")  # of an unknown day: said as of today
    assert "name_not_yet" in dated_codes(new, "11713", date(2024, 1, 1))
    assert not {"name_not_yet", "name_until"} & dated_codes(new, "11713", eve)  # in the news before it holds
    assert not {"name_not_yet", "name_until"} & dated_codes(new, "11713", day)
    commune = "Họp ở xã Long Thành, Đồng Nai"
    assert "name_of_its_day" in dated_codes(commune, "26368", date(2026, 4, 29))
    assert "name_until" in dated_codes(commune, "26368", date(2026, 4, 30))
    sentence = match_text(commune, ["26368"], dated=date(2026, 5, 1))[0].why[0].vi
    assert "30/04/2026" in sentence
    assert "name_until" not in dated_codes("Họp ở phường Long Thành, Đồng Nai", "26368", date(2026, 5, 1))


def table_with(*names: Name) -> Names:
    return Names(gazetteer(), names)


def test_words_that_exclude_hold_for_their_own_locality_only() -> None:
    table = table_with(Name("11557", NameNature.EXCLUDED, "chợ Thiên Hương"))
    text = "Ở chợ Thiên Hương, phường Thiên Hương, Hải Phòng"
    mention = match_text(text, ["11557"], table=table)[0]
    assert [text[a:b] for a, b in mention.spans] == ["Thiên Hương"]
    assert mention.spans[0][0] == text.rindex("Thiên Hương")
    other = table_with(Name("31", NameNature.EXCLUDED, "chợ Thiên Hương"))
    assert len(match_text(text, ["11557"], table=other)[0].spans) == 2


def test_a_word_in_lower_case_may_stand_in_either_case_and_a_capital_is_needed() -> None:
    table = table_with(Name("11557", NameNature.LANDMARK, "bến Rừng Cũ"))
    for text, found in (
        ("Ở bến Rừng Cũ có hội", 1),
        ("Ở Bến Rừng Cũ có hội", 1),
        ("Ở bến rừng cũ Đông Hội", 0),
    ):
        assert len(match_text(text, ["11557"], table=table)) == found, text


def test_glued_words_are_taken_apart_and_spans_stay_true() -> None:
    text = "#HảiPhòng mưa lớn, PhườngThiên Hương,TPHải Phòng ngập"
    found = {mention.locality: mention for mention in match_text(text, ["31", "11557"])}
    assert {code: mention.band for code, mention in found.items()} == {"31": "in", "11557": "in"}
    assert [text[a:b] for a, b in found["31"].spans] == ["HảiPhòng", "Hải Phòng"]
    assert [text[a:b] for a, b in found["11557"].spans] == ["Thiên Hương"]
    assert match_text("iPhone McDonald YouTube ABCdef " * 4000, WATCHED) == []


def test_a_cell_of_a_table_is_what_the_head_of_its_column_says() -> None:
    table = "STT | Xã | Số hộ\n1 | Tứ Kỳ | 320\n2 | Chí Minh | 145\nHải Phòng"
    assert match_text(table, ["11131"])[0].band == "in"
    people = "Họ và tên | Lớp\nBảo Châu | 9A\nThiên Hương | 9B"
    assert match_text(people, ["11557"])[0].band == "out"
    assert match_text("|\n" * 40_000 + "Thiên Hương | 9B", ["11557"])


def test_the_second_name_of_an_address_is_the_district() -> None:
    assert codes("Thôn 6, xã Thọ Bình, Triệu Sơn, Thanh Hóa thiếu nước.", "15664") >= {"as_parent"}
    text = "Ngập tại Thọ Ngọc, Triệu Sơn và Hợp Tiến của tỉnh Thanh Hóa."
    assert "parent_beside" in codes(text, "15664")


def test_whoever_is_quoted_in_the_first_words_is_a_person_and_a_lonely_given_name_too() -> None:
    assert match_text("Thiên Hương: “Tôi sẽ còn hát”", ["11557"])[0].band == "out"
    assert "name_alone" in codes("Gặp lại Thiên Hương sau mười năm.", "11557")
    assert "civic_near" in codes("Thiên Hương cắt nước, người dân đi xin từng can.", "11557")


@pytest.mark.parametrize(
    ("text", "locality", "wanted"),
    [
        ("Trường Tiểu học Nghi Dương (Hải Phòng) xây thêm lớp", "11713", "in"),
        ("Trường Tiểu học Nghi Dương xây thêm lớp", "11713", "out"),
        ("Trường mầm non tư thục Nghi Dương (Hải Phòng) đóng cửa", "11713", "out"),
        ("Phố Nghi Dương (Hải Phòng) đang sửa", "11713", "out"),
        ("CLB Đông Á Thanh Hóa thua", "38", "in"),
        ("Nhà hàng Thanh Hóa đóng cửa", "38", "check"),
        ("Học sinh Hải Phòng nghỉ học", "31", "in"),
        ("Ông Hải Phòng nghỉ học", "31", "out"),
        ("Ca sĩ Thái Bình nghỉ diễn", "33", "out"),
        ("Giải nhì thuộc về Thiên Hương", "11557", "out"),
        ("Nhà in Chí Minh bị phạt", "11131", "out"),
        ("하이퐁에서 화재", "31", "in"),
        ("ハイフォンで火災", "31", "in"),
        ("海防演习开始", "31", "out"),
    ],
)
def test_who_and_what_bears_a_name(text: str, locality: str, wanted: str) -> None:
    assert band(text, locality) in ({"out", "none"} if wanted == "out" else {wanted})
