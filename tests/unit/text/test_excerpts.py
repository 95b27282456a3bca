"""Excerpts and highlights come from the stored text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.text.excerpts import excerpt, highlight, matches
from core.text.query import Invalid, Node, parse_query

ANY = st.text(st.characters(), max_size=400)
FILLER = "Tin khác trong ngày không liên quan gì. "


def tree(typed: str) -> Node:
    node = parse_query(typed)
    assert not isinstance(node, Invalid)
    return node


def marked(text: str, typed: str) -> list[str]:
    return [s.text for s in highlight(text, tree(typed)) if s.highlighted]


def test_words_with_and_without_accents() -> None:
    text = "Vỡ đê, vô đề, VO DE"
    assert marked(text, "vỡ") == ["Vỡ"]
    assert marked(text, "vo") == ["Vỡ", "vô", "VO"]


def test_a_phrase_is_one_highlight_and_needs_its_neighbour() -> None:
    text = "Chí Minh và Minh Chí"
    assert marked(text, '"chí minh"') == ["Chí Minh"]


def test_what_must_not_be_there_is_not_highlighted() -> None:
    assert marked("mưa lũ", "mưa -lũ") == ["mưa"]


def test_decomposed_text_is_highlighted_where_it_stands() -> None:
    text = unicodedata.normalize("NFD", "Tại Hải Phòng hôm nay")
    assert [unicodedata.normalize("NFC", word) for word in marked(text, '"hải phòng"')] == ["Hải Phòng"]


def test_the_window_is_where_most_of_the_words_are() -> None:
    text = FILLER * 20 + "Đê lở. " + FILLER * 20 + "Đê và kè ở xã Chí Minh an toàn. " + FILLER * 20
    shown = excerpt(text, tree('đê kè "chí minh"'), 120)
    assert [s.text for s in shown if s.highlighted] == ["Đê", "kè", "Chí Minh"]
    assert sum(len(s.text) for s in shown) <= 120


def test_without_a_hit_the_beginning_is_shown() -> None:
    text = "Mở đầu. " + FILLER * 30
    assert "".join(s.text for s in excerpt(text, tree("vắng"), 80)).startswith("Mở đầu.")
    assert excerpt("", None) == []


@given(ANY, st.sampled_from(["a", "đê", '"a b"', "海防", "a or b"]), st.integers(0, 300))
def test_segments_are_stretches_of_the_text_without_holes(text: str, typed: str, size: int) -> None:
    shown = excerpt(text, tree(typed), size)
    for one, two in pairwise(shown):
        assert one.end == two.start
    for segment in shown:
        assert segment.text == text[segment.start : segment.end]
        assert segment.text
    whole = highlight(text, tree(typed))
    assert "".join(s.text for s in whole) == text


def test_matches_names_the_leaf() -> None:
    assert matches("b a b", tree("a b")) == [(0, 1, 1), (2, 3, 0), (4, 5, 1)]


def test_a_text_of_200_kilobytes_is_no_trouble() -> None:
    text = "Chí Minh " * 22_000
    shown = excerpt(text, tree('"chí minh" lũ'), 240)
    assert any(s.highlighted for s in shown)
    assert sum(len(s.text) for s in shown) <= 240
