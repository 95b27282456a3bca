"""Excerpts and highlights, made here from the stored text, so that both engines look the same.

A match is found by the same tokens that the index holds; offsets are code points of the given text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.text.query import And, Node, Not, Or, Phrase, Word, leaves
from core.text.tokens import Token, tokenise

#: Excerpts look at this many characters of a text: a very long page never slows a list of hits.
MAX_TEXT = 60_000


class Segment(NamedTuple):
    """A stretch of the text; ``start`` and ``end`` are code points of the whole text."""

    text: str
    highlighted: bool
    start: int
    end: int


def matches(text: str, query: Node | Iterable[Word | Phrase]) -> list[tuple[int, int, int]]:
    """Where the words and phrases of a query stand: (start, end, number of the leaf), ascending; overlaps are possible."""
    return _matches(tokenise(text), _leaves(query))


def highlight(text: str, query: Node | Iterable[Word | Phrase]) -> list[Segment]:
    """The whole text in segments."""
    return _segments(text, 0, len(text), matches(text, query))


def excerpt(text: str, query: Node | Iterable[Word | Phrase] | None, size: int = 240) -> list[Segment]:
    """About ``size`` characters around the place where most of the query's words stand together, cut at words.

    Without a hit (or a query) the beginning of the text. Segments that do not reach the text's edge begin or end with no sign:
    the template sets the "…", by comparing ``start`` and ``end`` with the text.
    """
    size = max(20, size)
    head = text[:MAX_TEXT]
    found = [] if query is None else matches(head, query)
    if len(text) <= size:
        return _segments(text, 0, len(text), found)
    start, end = _window(head, found, size)
    return _segments(text, start, end, found)


def _leaves(query: Node | Iterable[Word | Phrase]) -> Sequence[Word | Phrase]:
    if isinstance(query, Word | Phrase | And | Or | Not):
        return leaves(query)
    return tuple(query)


def _matches(tokens: list[Token], wanted: Sequence[Word | Phrase]) -> list[tuple[int, int, int]]:
    first: dict[tuple[str, str], list[tuple[int, tuple[str, ...]]]] = {}
    for number, leaf in enumerate(wanted):
        words = (leaf.token,) if isinstance(leaf, Word) else leaf.tokens
        first.setdefault((leaf.field, words[0]), []).append((number, words))
    found: list[tuple[int, int, int]] = []
    if not first:
        return found
    for at, token in enumerate(tokens):
        for field, value in (("exact", token.exact), ("folded", token.folded)):
            for number, words in first.get((field, value), ()):
                run = tokens[at : at + len(words)]
                if tuple(t.exact if field == "exact" else t.folded for t in run) == words:
                    found.append((token.start, run[-1].end, number))
    return found


def _window(text: str, found: list[tuple[int, int, int]], size: int) -> tuple[int, int]:
    best = (0, 0)
    if found:
        # The first window with the most different leaves wins; then the most matches.
        best_score = (0, 0)
        low = 0
        for high in range(len(found)):
            while found[high][1] - found[low][0] > size and low < high:
                low += 1
            score = (len({n for _, _, n in found[low : high + 1][:32]}), high - low + 1)
            if score > best_score:
                best_score, best = score, (found[low][0], found[high][1])
    room = max(0, size - (best[1] - best[0]))
    start = max(0, best[0] - room // 3)
    end = min(len(text), max(start + size, best[1]))
    start = max(0, min(start, end - size))
    return _at_word(text, start, end, best)


def _at_word(text: str, start: int, end: int, keep: tuple[int, int]) -> tuple[int, int]:
    """Move both edges to the next space inside, never into ``keep`` and by 20 characters at most."""
    if start > 0:
        space = text.find(" ", start, min(start + 20, max(start, keep[0] or end)))
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", max(end - 20, keep[1]), end)
        end = space if space > start else end
    return start, end


def _segments(text: str, start: int, end: int, found: list[tuple[int, int, int]]) -> list[Segment]:
    spans: list[tuple[int, int]] = []
    for a, b, _ in sorted(found)[bisect_left(sorted(found), (start, 0, 0)) :]:
        if a >= end:
            break
        b = min(b, end)
        if spans and a < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(b, spans[-1][1]))
        else:
            spans.append((a, b))
    out: list[Segment] = []
    at = start
    for a, b in spans:
        if a > at:
            out.append(Segment(text[at:a], False, at, a))
        out.append(Segment(text[a:b], True, a, b))
        at = b
    if at < end:
        out.append(Segment(text[at:end], False, at, end))
    return out
