"""A text prepared for matching: tokens with their gaps, sentence starts and capitals, and the names found in it."""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from core.text.normalise import fold
from core.text.tokens import Tokens, is_unspaced, read
from indexer.analysis.places.names import Names, names

#: Matching looks at this much of a text: the rest of a very long page changes nothing.
MAX_TEXT = 100_000

_SENTENCE_END = re.compile(r"[.!?:;…\n\"“”‘()\[\]|•]")
_INSIDE_NAME = re.compile(
    r"[ \u00a0\t\u200b-\u200d\ufeff\u00ad]*[-–.'’·]?[ \u00a0\t\u200b-\u200d\ufeff\u00ad]*|[ \t]*\n?[ \t]*"
)


@dataclass(slots=True)
class Line:
    """One line of the text and how it is written."""

    first: int
    last: int
    toneless: bool = False
    capitals: bool = True
    title_case: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found at tokens ``[start, end)``; ``toneless`` when it was found by its folded form."""

    start: int
    end: int
    key: str
    toneless: bool = False
    #: localities whose names mean something else in the words that it stands in
    excluded: frozenset[str] = frozenset()


class _Written(NamedTuple):
    """How a word is written: as a name may be, all in capitals, with a letter at its head (and then: as a name may be)."""

    capital: bool
    upper: bool
    word: bool
    capital_word: bool


_LONGEST = 24


@lru_cache(maxsize=1 << 16)
def _seams(surface: str) -> tuple[int, ...]:
    """Where words were glued together: a capital after a small letter ("HảiPhòng"), or the last capital before one ("TPHải")."""
    if surface.islower() or surface.istitle() or surface.isupper() or not surface.isalpha():
        return ()
    cuts = []
    for k in range(1, len(surface)):
        if not surface[k].isupper():
            continue
        follows = k + 1 < len(surface) and surface[k + 1].islower()
        if surface[k - 1].islower() or (follows and surface[k - 1].isupper()):
            cuts.append(k)
    return tuple(cuts)


def _unglued(tokens: Tokens, text: str) -> Tokens:
    """The tokens with glued words taken apart; the very same ones where there are none."""
    exact, folded, starts, ends = tokens.exact, tokens.folded, tokens.starts, tokens.ends
    found = [
        (k, seams)
        for k, (start, end) in enumerate(zip(starts, ends, strict=True))
        if end - start <= _LONGEST and (seams := _seams(text[start:end])) and len(exact[k]) == end - start
    ]
    if not found:
        return tokens
    out = Tokens([], [], [], [])
    at = 0
    for k, seams in [*found, (len(exact), ())]:
        out.exact += exact[at:k]
        out.folded += folded[at:k]
        out.starts += starts[at:k]
        out.ends += ends[at:k]
        for a, b in pairwise((0, *seams, len(exact[k]))) if seams else ():
            out.exact.append(exact[k][a:b])
            out.folded.append(fold(exact[k][a:b]))
            out.starts.append(starts[k] + a)
            out.ends.append(starts[k] + b)
        at = k + 1
    return out


@lru_cache(maxsize=1 << 16)
def _written(surface: str) -> _Written:
    """Syllables repeat so much that this is remembered."""
    first = surface[0]
    capital = first.isupper() or (first.isdigit() and len(surface) < 5) or is_unspaced(first)
    word = first.isalpha()
    return _Written(capital, len(surface) > 1 and surface.isupper(), word, capital and word)


class Reading:
    """Tokens and per-token facts; made once for all localities."""

    def __init__(self, text: str, table: Names | None = None) -> None:
        self.table = table or names()
        self.text = text = text[:MAX_TEXT]
        self.tokens: Tokens = _unglued(read(text), text)
        begins, ends = self.tokens.starts, self.tokens.ends
        cut = text.__getitem__
        self.gaps = ["\n", *map(cut, map(slice, ends, begins[1:]))][: len(begins)]
        surface = list(map(cut, map(slice, begins, ends)))
        if max(map(len, surface), default=0) <= _LONGEST:
            self._written = list(map(_written, surface))
        else:
            self._written = [
                _written(word) if len(word) <= _LONGEST else _written.__wrapped__(word) for word in surface
            ]
        self.capital = [how.capital for how in self._written]
        self.upper = [how.upper for how in self._written]
        self.starts = [gap != " " and _SENTENCE_END.search(gap) is not None for gap in self.gaps]
        self.line_of = [0] * len(begins)
        self.lines = self._lines()

    def _lines(self) -> list[Line]:
        lines: list[Line] = []
        count = len(self.gaps)
        is_word = [how.word for how in self._written]
        capital = [how.capital_word for how in self._written]
        marked = [
            word and exact != folded
            for word, exact, folded in zip(is_word, self.tokens.exact, self.tokens.folded, strict=True)
        ]
        breaks = [k for k, gap in enumerate(self.gaps) if k and "\n" in gap]
        for first, last in zip([0, *breaks], [*breaks, count], strict=True):
            if first == last:
                continue
            words = sum(is_word[first:last])
            accented = sum(marked[first:last])
            capitals = sum(capital[first:last])
            line = Line(first, last)
            line.toneless = accented <= 0.1 * words
            line.capitals = capitals > 0
            line.title_case = words > 3 and capitals >= 0.8 * words
            self.line_of[first:last] = [len(lines)] * (last - first)
            lines.append(line)
        return lines

    def line(self, k: int) -> Line:
        """The line that token ``k`` stands in."""
        return self.lines[self.line_of[k]]

    def word(self, k: int) -> str:
        """The token as the word lists know it; folded where the line has no accents. Empty outside the text."""
        if not 0 <= k < len(self.gaps):
            return ""
        return (self.tokens.folded if self.line(k).toneless else self.tokens.exact)[k]

    def says(self, k: int, words: Sequence[str]) -> bool:
        """True when these exact words stand at token ``k``; in a line without accents their folded forms do."""
        if not 0 <= k <= len(self.gaps) - len(words):
            return False
        exact, folded = self.tokens.exact, self.tokens.folded
        return all(
            exact[at] == word or (self.line(at).toneless and folded[at] == fold(word))
            for at, word in enumerate(words, k)
        )

    def hits(self) -> list[Hit]:
        """Every name, overlaps resolved: a name inside a longer one is shadowed. Ascending."""
        table = self.table
        found = self._find(table, folded=False)
        if any(line.toneless for line in self.lines):
            found += self._find(table, folded=True)
        found = [hit for hit in found if self._is_written_as_name(hit)]
        zones = [(hit.start, hit.end, table.excluded[hit.key]) for hit in found if hit.key in table.excluded]
        if zones:
            found = [hit for hit in found if self._is_more_than_excluded(hit.key)]
        found.sort(key=lambda hit: (hit.start, -hit.end, hit.toneless, hit.key))
        kept: list[Hit] = []
        taken: set[tuple[int, int, str]] = set()
        reach = -1
        edges = (-1, -1)
        for hit in found:
            inside = hit.end <= reach and edges != (hit.start, hit.end)
            if inside or (hit.start, hit.end, hit.key) in taken:
                continue
            taken.add((hit.start, hit.end, hit.key))
            kept.append(hit)
            if hit.end > reach:
                reach, edges = hit.end, (hit.start, hit.end)
        kept = [hit for hit in kept if hit.key not in table.shadows]
        return [_exclude(hit, zones) for hit in kept] if zones else kept

    def _is_more_than_excluded(self, key: str) -> bool:
        """False for words that stand in the table to exclude only: they hide no name of another locality."""
        table = self.table
        return (
            key not in table.excluded or key in table.owners or key in table.bearers or key in table.shadows
        )

    def _find(self, table: Names, *, folded: bool) -> list[Hit]:
        words = self.tokens.folded if folded else self.tokens.exact
        if not words:
            return []
        # In the joined words, word k begins after the k words before it and a space before each of them.
        edges = [at + k for k, at in enumerate(accumulate(map(len, words), initial=0))]
        patterns = table.folded_patterns if folded else table.patterns
        out: list[Hit] = []
        automaton = table.folded_automaton if folded else table.automaton
        for a, b, number in automaton.find_overlapping(f" {' '.join(words)} "):
            first, last = bisect_left(edges, a), bisect_left(edges, b - 1)
            if not self._joined(first, last):
                continue
            if not folded:
                out.append(Hit(first, last, patterns[number]))
            elif self.line(first).toneless:
                out.extend(Hit(first, last, key, True) for key in table.folded[patterns[number]])
        return out

    def _joined(self, first: int, last: int) -> bool:
        return all(_INSIDE_NAME.fullmatch(self.gaps[k]) for k in range(first + 1, last))

    def _is_written_as_name(self, hit: Hit) -> bool:
        """Capitals where the name has them, unless the line has none at all (a hurried post)."""
        table = self.table
        if hit.key in table.shadows or hit.key in table.excluded or not self.line(hit.start).capitals:
            return True
        written = self.capital[hit.start : hit.end]
        cased = table.cased.get(hit.key)
        return all(written) if cased is None else all(map(operator.ge, written, cased))


def _exclude(hit: Hit, zones: list[tuple[int, int, frozenset[str]]]) -> Hit:
    """The hit with the localities that it cannot mean where it stands."""
    codes = frozenset[str]().union(
        *(codes for start, end, codes in zones if start <= hit.start and hit.end <= end)
    )
    return replace(hit, excluded=codes) if codes else hit
