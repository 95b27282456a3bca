"""The one chain: tokens, their two forms and their offsets in the text as it was given."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.text.tokens import (
    MAX_TOKEN_BYTES,
    folded_lines,
    folded_words,
    index_fields,
    index_fields_of,
    is_unspaced,
    read,
    tokenise,
)
from core.text.vietnamese_bytes import plain_fields, plain_fields_of

ANY = st.text(st.characters(), max_size=200)
MIXED = st.text("aàđĐHhòả ̀́̉\u200b\u202e\u00adﬁ²…　海防市ไทยข้าວຄែ한하ᄒㅏﾊﾟガ１Ａ.-_'\"", max_size=60)


PLAIN = st.text("aàđĐHhòảỷ１Ａ12.-_'\" \n\t…²ßİ", max_size=120)


def words(text: str) -> list[tuple[str, str]]:
    return [(token.exact, token.folded) for token in tokenise(text)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Phường Thiên Hương", [("phường", "phuong"), ("thiên", "thien"), ("hương", "huong")]),
        ("TP.HCM", [("tp", "tp"), ("hcm", "hcm")]),
        ("thuỷ hoà", [("thủy", "thuy"), ("hòa", "hoa")]),
        ("河内市", [("河", "河"), ("内", "内"), ("市", "市")]),
        ("海防Haiphong2026", [("海", "海"), ("防", "防"), ("haiphong2026", "haiphong2026")]),
        ("ﬁn １２", [("fin", "fin"), ("12", "12")]),
        ("ข้าว", [("ข้", "ข้"), ("า", "า"), ("ว", "ว")]),
        ("한국", [("한", "한"), ("국", "국")]),
        ("snake_case", [("snake", "snake"), ("case", "case")]),
        ("ðê", [("đê", "de")]),
        ("b\u200bão", [("bão", "bao")]),
        ("…!? \u0301", []),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[tuple[str, str]]) -> None:
    assert words(text) == tokens


@given(ANY | MIXED)
@example("a\u0301" * 40)
@example("\ud800\udc00a")
@example("ᄒ\u200bㅏ")
def test_offsets_point_into_the_given_text_in_order(text: str) -> None:
    at = 0
    for token in tokenise(text):
        assert at <= token.start < token.end <= len(text)
        assert token.exact
        assert token.folded
        at = token.start
    exact, folded = index_fields(text)
    assert len(exact.split(" ")) == len(folded.split(" "))


@given(ANY | MIXED | PLAIN)
@example("Đê vỡ\n\r\x1cnước dâng\n")
@example("một\n" + "dài" * 20 + "\nba")
@example("Đê vỡ… nước\xa0dâng…cao ½")
@example("Ơ\u1acfƠ İstanbul")
def test_every_way_to_the_tokens_is_the_same_way(text: str) -> None:
    tokens = tokenise(text)
    columns = read(text)
    assert list(columns) == tokens == columns[:] == [columns[number] for number in range(len(columns))]
    assert folded_words(text) == [token.folded for token in tokens]
    assert folded_lines(text) == [folded_words(line) for line in text.split("\n")]
    assert index_fields(text) == (" ".join(columns.exact), " ".join(columns.folded))


@given(PLAIN)
@example("đ" * 30 + " ngắn")
def test_a_text_that_is_read_at_once_gives_what_reading_it_piece_by_piece_gives(text: str) -> None:
    # The Thai letter with its mark makes the whole text be read by pieces.
    assert tokenise(f"{text} ข้")[:-1] == tokenise(text)


@given(st.lists(st.sampled_from("Hải Phòng thuỷ hoà Đê vỡ 海防 12 Huế".split()), max_size=12).map(" ".join))
def test_every_form_of_a_text_gives_the_same_tokens_and_the_right_stretch(text: str) -> None:
    plain = words(text)
    decomposed = unicodedata.normalize("NFD", text)
    assert words(decomposed) == plain
    for token in tokenise(decomposed):
        assert words(decomposed[token.start : token.end]) == [(token.exact, token.folded)]
    scattered = "\u200b".join(text)
    assert words(scattered) == plain


@given(ANY | MIXED)
def test_tokens_of_tokens_are_the_same(text: str) -> None:
    exact, folded = index_fields(text)
    assert index_fields(exact)[0] == exact
    assert index_fields(folded)[1] == folded


@given(MIXED)
def test_no_token_is_longer_than_an_engine_takes(text: str) -> None:
    for token in tokenise(text * 40):
        assert len(token.exact.encode("utf-8", "replace")) <= MAX_TOKEN_BYTES


def test_a_giant_token_is_cut_and_keeps_its_place() -> None:
    text = "xx " + "đ" * 40_000 + " yy"
    tokens = tokenise(text)
    assert [len(t.exact.encode()) for t in tokens] == [2, MAX_TOKEN_BYTES, 2]
    assert text[tokens[1].start : tokens[1].end] == "đ" * 40_000


def test_a_long_hostile_text_is_read_whole() -> None:
    text = ("a" + "\u0301\u0323" * 60 + " \u202eحالة\u200f 海防 ") * 1500
    tokens = tokenise(text)
    assert len(tokens) == 1500 * 4
    assert tokens[-1].exact == "防"


def test_unspaced_scripts() -> None:
    assert all(map(is_unspaced, "海ガがกລកက한々"))
    assert not any(map(is_unspaced, "aĐя١ह1"))


@given(
    st.one_of(
        st.text(
            alphabet="aăâeêioôơuưyàáảạằặầẩậèéẻẹếệìíòóỏõọồốộớờợùúủụứữựỳýỷỵđĐqQoOuUÀÁHhkbcgn019_-.,…“”’·\u00a0–\n\tK'ðß\u0301\u200b",
            max_size=40,
        ),
        st.text(max_size=60),
        st.text(alphabet="hoàqúy ", min_size=48, max_size=60),
    )
)
@settings(max_examples=400)
def test_the_quick_way_of_plain_texts_is_the_chain(text):
    tokens = tokenise(text)
    fields = " ".join(token.exact for token in tokens), " ".join(token.folded for token in tokens)
    assert plain_fields(text) in {None, fields}
    assert index_fields(text) == fields


@given(
    st.lists(
        st.one_of(PLAIN, ANY, st.sampled_from(["", " ", "hoà\n", "x" * 51, "\xff", "海", "Ơ thuỷ"])),
        max_size=140,
    )
)
@settings(max_examples=60)
def test_a_batch_of_texts_gives_what_each_gives(texts):
    assert index_fields_of(texts) == [index_fields(text) for text in texts]
    assert plain_fields_of(texts) == [plain_fields(text) for text in texts]


def test_plain_texts_go_the_quick_way():
    assert plain_fields("Hoà Bình: “thuỷ điện” – quý 2,5 tỷ…") == ("hòa bình thủy điện quý 2 5 tỷ", "hoa binh thuy dien quy 2 5 ty")  # fmt: skip
    assert plain_fields("x" * 50 + " a") == ("x" * 50 + " a",) * 2
    for other in ("x" * 51, "Straße", "河内", "ca\u0301", "a\u200bb"):
        assert plain_fields(other) is None
