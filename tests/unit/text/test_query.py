"""What people type becomes a tree, or a plain sentence."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text.query import (
    MAX_DEPTH,
    MAX_LEAVES,
    MAX_LENGTH,
    And,
    Invalid,
    Node,
    Not,
    Or,
    Phrase,
    Word,
    leaves,
    parse_query,
)

A, B, C = (Word(letter, "folded") for letter in "abc")


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a or b", Or((A, B))),
        ("a hoặc b", Or((A, B))),
        ("a b or c", Or((And((A, B)), C))),
        ("a (b or c)", And((A, Or((B, C))))),
        ("a -b", And((A, Not(B)))),
        ("a not b", And((A, Not(B)))),
        ("-a", Not(A)),
        ("not not a", A),
        ("-(a or b)", Not(Or((A, B)))),
        ('"a b"', Phrase(("a", "b"), "folded")),
        ('-"a b" c', And((Not(Phrase(("a", "b"), "folded")), C))),
        ("“a b”", Phrase(("a", "b"), "folded")),
        ("a a a", A),
        ("covid-19", Phrase(("covid", "19"), "folded")),
        ("TP.HCM", Phrase(("tp", "hcm"), "folded")),
        ("河内市", Phrase(("河", "内", "市"), "folded")),
        ("Vỡ", Word("vỡ", "exact")),
        ("vo", Word("vo", "folded")),
        ('"xã Chi Minh"', Phrase(("xã", "chi", "minh"), "exact")),
        ("hoà", Word("hòa", "exact")),
        # forgiven
        ("(a", A),
        ("a)) b", And((A, B))),
        ('"a b', Phrase(("a", "b"), "folded")),
        ("a or", A),
        ("or a", A),
        ("a - b", And((A, B))),
        ("a and and b", And((A, B))),
        ("or", Word("or", "folded")),
        ("and not", And((Word("and", "folded"), Word("not", "folded")))),
        ("a () b", And((A, B))),
        ('a "" b', And((A, B))),
        ("a* NEAR(b)", And((A, Word("near", "folded"), B))),
        ("title:a^2", Phrase(("title", "a", "2"), "folded")),
    ],
)
def test_grammar(typed: str, tree: Node) -> None:
    assert parse_query(typed) == tree


@pytest.mark.parametrize("typed", ["", "   ", "...", '""', "(((", "-", "\u200b", "\x00", "()()"])
def test_a_query_for_nothing_says_so(typed: str) -> None:
    answer = parse_query(typed)
    assert isinstance(answer, Invalid)
    assert answer.code == "empty"
    assert "chữ" in answer.vi


@pytest.mark.parametrize("typed", ["x" * (MAX_LENGTH + 1), " ".join(map(str, range(MAX_LEAVES + 1)))])
def test_a_query_that_is_too_long_says_so(typed: str) -> None:
    answer = parse_query(typed)
    assert isinstance(answer, Invalid)
    assert answer.code == "too_long"


def depth(node: Node) -> int:
    if isinstance(node, Not):
        return 1 + depth(node.part)
    if isinstance(node, And | Or):
        return 1 + max(map(depth, node.parts))
    return 1


def check(node: Node) -> None:
    if isinstance(node, Not):
        assert not isinstance(node.part, Not)
        check(node.part)
    elif isinstance(node, And | Or):
        assert len(node.parts) >= 2
        assert not any(isinstance(part, type(node)) for part in node.parts)
        for part in node.parts:
            check(part)
    elif isinstance(node, Phrase):
        assert len(node.tokens) >= 2
        assert all(node.tokens)
    else:
        assert node.token


SYNTAX = st.lists(
    st.sampled_from(
        [
            "a",
            "đê",
            "海防",
            '"',
            "(",
            ")",
            "-",
            "and",
            "or",
            "not",
            "hoặc",
            "x.y",
            " ",
            "“",
            "*",
            "\u200b",
            "\ud800",
        ]
    ),
    max_size=50,
)


@given(SYNTAX.map(" ".join) | SYNTAX.map("".join) | st.text(st.characters(), max_size=120))
@example("(" * 900 + "a" + ")" * 900)
@example("-(" * 600 + "a")
@example("not " * 400 + "a")
@example("(a or (b " * 60)
def test_everything_that_can_be_typed_gives_a_sound_tree_or_a_sentence(typed: str) -> None:
    answer = parse_query(typed)
    if isinstance(answer, Invalid):
        assert answer.vi
        assert answer.en
    else:
        check(answer)
        assert depth(answer) <= 3 * MAX_DEPTH + 3
        assert len(leaves(answer)) <= MAX_LEAVES


def test_leaves_leave_out_what_is_not_wanted() -> None:
    tree = parse_query('a "b c" -d')
    assert not isinstance(tree, Invalid)
    assert leaves(tree) == (A, Phrase(("b", "c"), "folded"))
