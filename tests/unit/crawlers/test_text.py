"""Bytes to letters, letters to plain text, markup to words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsers.charset import decode
from crawlers.parsers.markup import fragment_text, looks_like_markup
from crawlers.parsers.plain import clean, one_line, paragraphs, text_warnings

WORDS = "Ủy ban nhân dân xã Chí Minh thông báo lịch nạo vét kênh mương"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (WORDS.encode(), ""),
        (WORDS.encode(), "text/html; charset=iso-8859-1"),
        (b"\xef\xbb\xbf" + WORDS.encode(), "text/html; charset=windows-1258"),
        (b"\xff\xfe" + WORDS.encode("utf-16-le"), ""),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "text/xml; charset=utf-8"),
        (("<?xml version='1.0'?>" + WORDS).encode("utf-16-le"), ""),
        (unicodedata.normalize("NFC", WORDS).encode("utf-8"), "text/html; charset=base64"),
    ],
)
def test_valid_letters_win_over_labels(body, header):
    decoded = decode(body, header)
    assert WORDS in clean(decoded.text)
    assert decoded.warnings == []


def test_windows_1258_comes_out_composed():
    split = "".join(
        unicodedata.normalize("NFC", base + "".join(c for c in marks if c in "\u0302\u0306\u031b"))
        + "".join(c for c in marks if c not in "\u0302\u0306\u031b")
        for base, marks in (
            (unicodedata.normalize("NFD", c)[0], unicodedata.normalize("NFD", c)[1:]) for c in WORDS
        )
    )
    body = f'<meta charset="windows-1258">{split}'.encode("cp1258")
    decoded = decode(body)
    assert decoded.encoding == "cp1258"
    assert WORDS in clean(decoded.text)


def test_one_bad_byte_spoils_one_letter_not_the_page():
    body = (WORDS * 5).encode() + b"\xff" + WORDS.encode()
    decoded = decode(body, "text/html")
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1
    assert decoded.warnings == ["broken_characters"]


@given(st.binary(max_size=300))
def test_no_bytes_make_decoding_raise(body):
    assert isinstance(decode(body).text, str)


def test_control_and_override_characters_go_and_surrogates_are_replaced():
    assert one_line("Xã\x00 Chí\x07 Minh \u202egnaR\u202c \ud800 \ufeff!") == "Xã Chí Minh gnaR \ufffd !"


def test_a_long_title_is_cut_with_a_mark():
    title = one_line("x" * 2_000_000)
    assert len(title) == 500
    assert title.endswith("…")
    assert "text_cut" in text_warnings("x" * 2_000_000, title, 500)


def test_paragraphs_keep_lines_and_drop_space_runs():
    assert paragraphs("a  b\u00a0c\r\n\r\n\r\n\r\nd\t e ") == "a b c\n\nd e"


@given(st.text())
def test_plain_text_can_always_be_stored(text):
    kept = paragraphs(text)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert kept == unicodedata.normalize("NFC", kept)


def test_an_old_font_encoding_is_flagged():
    assert "old_font_encoding" in text_warnings(
        "x", "C«ng an nh©n d©n tØnh H¶i Phßng th«ng b¸o vÒ viÖc n¹o vÐt kªnh m­¬ng", 500
    )
    assert text_warnings("x", WORDS, 500) == []


def test_markup_becomes_words_and_scripts_are_gone():
    assert fragment_text("<p>Xã <b>Chí Minh</b></p><script>alert(1)</script><p>họp</p>").split() == [
        "Xã",
        "Chí",
        "Minh",
        "họp",
    ]
    assert fragment_text("Giá &lt; 5 &amp; tốt") == "Giá < 5 & tốt"
    assert fragment_text("a < b và c > d") == "a < b và c > d"
    assert not looks_like_markup("5 < 6")


def test_a_related_article_at_the_end_of_a_summary_is_left_out():
    summary = (
        '<a href="/1"><img src="/i.jpg"></a>Xã họp dân về kênh mương. <a href="/2">Bão vào Thanh Hóa</a>'
    )
    assert fragment_text(summary, drop_trailing_links=True) == "Xã họp dân về kênh mương."
    assert fragment_text('<a href="/1">Chỉ có liên kết</a>', drop_trailing_links=True) == "Chỉ có liên kết"
