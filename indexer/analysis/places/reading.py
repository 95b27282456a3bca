"""A text prepared for matching: tokens with their gaps, sentence starts and capitals, and the names found in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.text.tokens import Token, is_unspaced, tokenise
from indexer.analysis.places.names import Names, names

if TYPE_CHECKING:
    from daachorse import CharwiseDoubleArrayAhoCorasick

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


@lru_cache(maxsize=1 << 16)
def _written(surface: str) -> tuple[bool, bool]:
    """Whether a word is written as a name may be, and all in capitals. Syllables repeat: remembered."""
    first = surface[0]
    capital = first.isupper() or (first.isdigit() and len(surface) < 5) or is_unspaced(first)
    return capital, len(surface) > 1 and surface.isupper()


class Reading:
    """Tokens and per-token facts; made once for all localities."""

    def __init__(self, text: str) -> None:
        self.text = text = text[:MAX_TEXT]
        self.tokens: list[Token] = tokenise(text)
        count = len(self.tokens)
        self.gaps = [text[self.tokens[k - 1].end : self.tokens[k].start] if k else "\n" for k in range(count)]
        surface = [text[t.start : t.end] for t in self.tokens]
        written = [_written(s) if len(s) <= 24 else _written.__wrapped__(s) for s in surface]
        self.capital = [capital for capital, _ in written]
        self.upper = [upper for _, upper in written]
        self.starts = [gap != " " and _SENTENCE_END.search(gap) is not None for gap in self.gaps]
        self.line_of = [0] * count
        self.lines = self._lines()

    def _lines(self) -> list[Line]:
        lines: list[Line] = []
        count = len(self.tokens)
        breaks = [k for k in range(1, count) if "\n" in self.gaps[k]]
        for first, last in zip([0, *breaks], [*breaks, count], strict=True):
            if first == last:
                continue
            words = accented = capitals = 0
            for i in range(first, last):
                exact, folded, _, _ = self.tokens[i]
                if exact[0].isalpha():
                    words += 1
                    accented += exact != folded
                    capitals += self.capital[i]
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
        if not 0 <= k < len(self.tokens):
            return ""
        token = self.tokens[k]
        return token.folded if self.line(k).toneless else token.exact

    def hits(self) -> list[Hit]:
        """Every name, overlaps resolved: a name inside a longer one is shadowed. Ascending."""
        table = names()
        found = self._find(table, folded=False)
        if any(line.toneless for line in self.lines):
            found += self._find(table, folded=True)
        found = [hit for hit in found if self._is_written_as_name(hit)]
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
        return [hit for hit in kept if hit.key not in table.shadows]

    def _find(self, table: Names, *, folded: bool) -> list[Hit]:
        words = [t.folded for t in self.tokens] if folded else [t.exact for t in self.tokens]
        if not words:
            return []
        starts: dict[int, int] = {}
        ends: dict[int, int] = {}
        at = 0
        for k, word in enumerate(words):
            starts[at] = k
            at += len(word)
            ends[at] = k + 1
            at += 1
        patterns = table.folded_patterns if folded else table.patterns
        out: list[Hit] = []
        for a, b, number in _automaton(folded).find_overlapping(" ".join(words)):
            first, last = starts.get(a), ends.get(b)
            if first is None or last is None or not self._joined(first, last):
                continue
            if not folded:
                out.append(Hit(first, last, patterns[number]))
            elif self.line(first).toneless:
                out.extend(Hit(first, last, key, True) for key in table.folded[patterns[number]])
        return out

    def _joined(self, first: int, last: int) -> bool:
        return all(_INSIDE_NAME.fullmatch(self.gaps[k]) for k in range(first + 1, last))

    def _is_written_as_name(self, hit: Hit) -> bool:
        """Capitals on every word, unless the line has none at all (a hurried post)."""
        if hit.key in names().shadows:
            return True
        return all(self.capital[hit.start : hit.end]) or not self.line(hit.start).capitals


@lru_cache(maxsize=2)
def _automaton(folded: bool) -> CharwiseDoubleArrayAhoCorasick:
    from daachorse import CharwiseDoubleArrayAhoCorasick

    table = names()
    return CharwiseDoubleArrayAhoCorasick(table.folded_patterns if folded else table.patterns)
