"""Cleaning, folding and the place of the tone mark."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.normalise import MAX_MARKS, clean, fold, has_accents, tone_key

ANY = st.text(st.characters(), max_size=200)
VIETNAMESE = st.text("aàáâãăđeèéêioòóôõơuưùúyýhqntTHÒÀ ̣́̀̃̉\u200b\u00ad.,", max_size=80)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Hải Phòng".encode().decode(), "Hải Phòng"),
        (unicodedata.normalize("NFD", "Hải Phòng"), "Hải Phòng"),
        ("Hƣớng dẫn quản lý".replace("ƣ", "\u01a3"), "Hướng dẫn quản lý"),
        ("\u01a2u tiên", "Ưu tiên"),
        ("ðường phố ở Ðồng Nai", "đường phố ở Đồng Nai"),
        ("Það er ðað", "Það er ðað"),
        ("một\r\nhai\rba\x00\x07\x1b", "một\nhai\nba"),
        ("Chí\u200b Minh\u202e\ufeff", "Chí Minh"),
        ("cao\ttốc\n", "cao\ttốc\n"),
        ("\ud800x", "\ufffdx"),
        ("\ud83d\ude00", "😀"),
    ],
)
def test_what_is_stored(written: str, stored: str) -> None:
    assert clean(written) == stored


@given(ANY | VIETNAMESE)
def test_cleaning_twice_changes_nothing_and_the_result_is_utf8_nfc(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@given(ANY | VIETNAMESE)
def test_a_text_that_comes_clean_is_cleaned_like_any_other(text: str) -> None:
    assert clean(f"{text} \x00") == f"{clean(text)} "


@given(st.text(st.characters(categories=["Cs", "L", "M", "Cf", "Cc"]), max_size=60))
def test_lone_surrogates_and_controls_never_reach_the_store(text: str) -> None:
    once = clean(text)
    assert not any(0xD800 <= ord(char) <= 0xDFFF for char in once)
    assert not any(unicodedata.category(char) == "Cc" and char not in "\t\n" for char in once)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("hoà", "hòa"),
        ("Hoá", "Hóa"),
        ("HOÀ", "HÒA"),
        ("thuỷ", "thủy"),
        ("THUỶ", "THỦY"),
        ("khoẻ", "khỏe"),
        ("loè", "lòe"),
        ("Uỷ ban", "Ủy ban"),
        ("hoà hoãn thuỷ", "hòa hoãn thủy"),
    ],
)
def test_the_tone_mark_moves_to_its_old_place(new: str, old: str) -> None:
    assert tone_key(new) == old


@pytest.mark.parametrize(
    "word", ["quý", "quỳ", "quỷ", "hoàng", "hoài", "huỳnh", "khuỷu", "thuở", "của", "ngoài", "QUÝ", "Quỳnh"]
)
def test_these_keep_their_mark(word: str) -> None:
    assert tone_key(word) == word


@given(VIETNAMESE)
def test_tone_key_is_idempotent_and_keeps_the_length(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    once = tone_key(text)
    assert len(once) == len(text)
    assert tone_key(once) == once


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Thủy Nguyên", "duong thuy nguyen"),
        ("ĐÔNG ANH", "dong anh"),
        ("Haïphong", "haiphong"),
        ("ข้าว", "ข้าว"),
        ("ガス", "ガス"),
        ("Ёлка", "елка"),
        ("한국", "한국"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY | VIETNAMESE)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(VIETNAMESE)
def test_folding_does_not_care_how_the_text_was_composed(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_accents_are_seen() -> None:
    assert has_accents("đê")
    assert not has_accents("De 12 ABC")


def test_a_tower_of_marks_is_cut_before_it_can_slow_the_normaliser() -> None:
    tower = "a" + "\u0301\u0323" * 50_000
    assert len(clean(tower)) <= MAX_MARKS + 1
    assert fold(tower) == "a"
