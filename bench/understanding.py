"""What understanding costs: matching one locality against all, few names against many, and keys of copies against the bare library loop.

CPU time of this process, rounds interleaved. The goals are those of performance.md §4 and §5, whose recall table is measured along.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from statistics import median
from typing import Any

from bench.corpus import START as OCTOBER
from bench.corpus import Words
from bench.parts import folds, plain
from core.groups import PARAGRAPH, CopyKeys
from core.rules.gazetteer import Name, NameNature
from core.services.copies import EVERYWHERE, MOST, bands_to_ask
from indexer.analysis.copies import CONTAINMENT, JACCARD, PARAGRAPH_WORDS, compare, copy_keys
from indexer.analysis.places.matcher import match_text
from indexer.analysis.places.names import Names
from indexer.gazetteer.aliases import shipped_names
from indexer.gazetteer.units import Gazetteer, read_table, shipped_table

OFFICE = "11131"
FEW, MANY = 5_000, 50_000
#: communes, wards and special zones since the reform
CURRENT = 3_321
#: until the tenth, the month before is asked too
START = OCTOBER + timedelta(days=14)
#: how an edited copy differs from its original
EDITS = ("spaces", "5 % of words", "10 % of words", "30 % of sentences cut", "first half", "no marks")


@dataclass(frozen=True, slots=True)
class Pair:
    """CPU milliseconds a text, a round each: what is measured, and what it is measured against."""

    ours: tuple[float, ...]
    other: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(a / b for a, b in zip(self.ours, self.other, strict=True))


@dataclass(frozen=True, slots=True)
class Copies:
    """``cost`` against the loop that finds as much, ``bare`` against the one that finds less and proves nothing.

    ``recall`` by kind of edit (ours, the first loop's); ``false`` pairs a thousand texts likewise.
    """

    cost: Pair
    bare: Pair
    recall: dict[str, tuple[float, float]]
    false: tuple[float, float]


def rows(texts: Sequence[str], rounds: int, copies: int = 1_000) -> list[str]:
    """The rows for a terminal and for the page alike."""
    units = every_unit(texts, rounds)
    names, many, few = many_names(texts, rounds)
    near = near_copies(copies, rounds)
    lines = [
        "| understanding | CPU ms a text: median, and of what it is held against | ratio | goal |",
        "|---|---|---|---|",
        _row(f"places: all {CURRENT:,} units at once, against one", units, 2.0),
        _row(f"places: {many:,} names, against {few:,}", names, 1.7),
        _row("copies: keys, candidates, proof, against rensa with paragraphs and proof", near.cost, 1.3),
        _row("copies, against rensa alone, without paragraphs and proof", near.bare, None),
        "",
        f"| edited copies found, of {copies:,} texts | ours | rensa with paragraphs and proof |",
        "|---|---|---|",
    ]
    lines += [f"| {kind} | {ours:.2f} | {other:.2f} |" for kind, (ours, other) in near.recall.items()]
    return [*lines, f"| false ones a thousand texts | {near.false[0]:.1f} | {near.false[1]:.1f} |"]


def _row(what: str, pair: Pair, goal: float | None) -> str:
    aim = "-" if goal is None else f"at most {goal:.1f}"
    return f"| {what} | {median(pair.ours):.2f}, {median(pair.other):.2f} | {pair.ratio:.2f} | {aim} |"


def every_unit(texts: Sequence[str], rounds: int) -> Pair:
    """All units of the gazetteer at once, against one."""
    return _against(
        lambda: [match_text(text, None) for text in texts],
        lambda: [match_text(text, [OFFICE]) for text in texts],
        len(texts),
        rounds,
    )


def many_names(texts: Sequence[str], rounds: int, seed: int = 1) -> tuple[Pair, int, int]:
    """Fifty thousand names against five thousand, one locality; and how many there really were."""
    many, few = _names_of(MANY, seed), _names_of(FEW, seed)
    cost = _against(
        lambda: [match_text(text, [OFFICE], table=many) for text in texts],
        lambda: [match_text(text, [OFFICE], table=few) for text in texts],
        len(texts),
        rounds,
    )
    return cost, len(many.patterns), len(few.patterns)


def _names_of(count: int, seed: int) -> Names:
    """So many names, about: units of the gazetteer as far as they go, then bynames that no text holds on purpose."""
    chance = random.Random(seed)
    units, links = read_table(shipped_table())
    extra = shipped_names()
    whole = len(Names(Gazetteer(units, links), extra).patterns)
    if whole > count:
        # Units away at random until the number fits; provinces and what places the office stay.
        ours = {unit.id for unit in units if unit.level != "c"} | {name.unit for name in extra}
        units = [unit for unit in units if unit.id in ours or chance.random() < count / whole]
        known = {unit.id for unit in units}
        return Names(Gazetteer(units, [link for link in links if {link.old, link.new} <= known]), extra)
    words = Words(chance)
    codes = [unit.id for unit in units if unit.level == "c" and unit.current]
    more = [
        Name(chance.choice(codes), NameNature.BYNAME, words.line(3).title()) for _ in range(count - whole)
    ]
    return Names(Gazetteer(units, links), [*extra, *more])


def near_copies(count: int, rounds: int, seed: int = 1) -> Copies:
    """Keys, candidates and proof of ours, kept in memory, against the loop of rensa with and without paragraphs and proof."""
    texts, origin, kinds = _edited(count, seed)
    found: dict[str, list[set[int]]] = {}

    def ours() -> None:
        found["ours"] = list(_ours(texts))

    def library() -> None:
        found["library"] = list(_library(texts))

    cost = _against(ours, library, count, rounds)
    bare = _against(ours, lambda: list(_bare(texts)), count, rounds)
    recall = {}
    for kind in EDITS:
        those = [n for n, edit in enumerate(kinds) if edit == kind]
        shares = [
            sum(origin[n] in _group(found[who][n], origin) for n in those) / max(1, len(those))
            for who in ("ours", "library")
        ]
        recall[kind] = (shares[0], shares[1])
    false = [
        1000
        * sum(any(_root(m, origin) != _root(n, origin) for m in found[who][n]) for n in range(count))
        / count
        for who in ("ours", "library")
    ]
    return Copies(cost, bare, recall, (false[0], false[1]))


def _root(number: int, origin: Sequence[int]) -> int:
    return origin[number] if origin[number] >= 0 else number


def _group(found: set[int], origin: Sequence[int]) -> set[int]:
    return {_root(number, origin) for number in found}


def _ours(texts: Sequence[str]) -> Iterator[set[int]]:
    """As :mod:`core.services.copies` asks its tables: those that share most bands, then most paragraphs, at most twenty each."""
    table = _Table()
    by_body: dict[str, int] = {}
    kept: list[CopyKeys] = []
    for number, text in enumerate(texts):
        keys = copy_keys("", text, START)
        found: set[int] = set()
        if keys.body_hash in by_body:
            found = {by_body[keys.body_hash]}
        else:
            asked = table.held(bands_to_ask(keys.bands, START))
            apart = [key for key in asked if key.partition(":")[2].startswith(PARAGRAPH)]
            bands = [key for key in asked if key not in apart]
            rare = [key for key in apart if len(table[key]) <= EVERYWHERE]
            for some in (bands, rare):
                shared = Counter(other for key in some for other in table[key])
                found = {other for other, _ in shared.most_common(MOST) if compare(keys, kept[other]).is_copy}
                if found:
                    break
            by_body[keys.body_hash] = number
        table.put(keys.bands, number)
        kept.append(keys)
        yield found


class _Table:
    """Texts by key, as the store's table holds them. Most keys are of one text, which needs no list."""

    def __init__(self) -> None:
        self._one: dict[str, int] = {}
        self._more: dict[str, list[int]] = {}

    def __getitem__(self, key: str) -> Sequence[int]:
        return self._more.get(key) or (self._one[key],)

    def held(self, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if key in self._one]

    def put(self, keys: Sequence[str], number: int) -> None:
        for key in keys:
            first = self._one.setdefault(key, number)
            if first != number:
                self._more.setdefault(key, [first]).append(number)


def _bare(texts: Sequence[str]) -> Iterator[set[int]]:
    """Fold, split, shingles as strings, rensa's sketch and its own table of bands (performance.md §5, first row): it proves nothing."""
    near = _table_of_bands()
    for number, text in enumerate(texts):
        sketch, _ = _sketch(_plain_lines(text))
        found = set(near.query(sketch))
        near.insert(number, sketch)
        yield found


def _library(texts: Sequence[str]) -> Iterator[set[int]]:
    """The same with hashes of paragraphs, each candidate proved by the overlap of hashed shingles (performance.md §5, second row)."""
    near = _table_of_bands()
    by_paragraph: dict[int, list[int]] = defaultdict(list)
    kept: list[frozenset[int]] = []
    for number, text in enumerate(texts):
        lines = _plain_lines(text)
        sketch, shingles = _sketch(lines)
        hashes = frozenset(map(hash, shingles))
        long_ones = [hash(" ".join(line)) for line in lines if len(line) >= PARAGRAPH_WORDS]
        asked = set(near.query(sketch)).union(*(by_paragraph[one] for one in long_ones))
        found = set()
        for other in asked:
            common, fewer = len(hashes & kept[other]), min(len(hashes), len(kept[other]))
            jaccard = common / max(1, len(hashes) + len(kept[other]) - common)
            if jaccard >= JACCARD or common >= CONTAINMENT * fewer:
                found.add(other)
        near.insert(number, sketch)
        for one in long_ones:
            by_paragraph[one].append(number)
        kept.append(hashes)
        yield found


def _table_of_bands() -> Any:
    import rensa

    return rensa.RMinHashLSH(0.45, 128, 32)


def _plain_lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.lower().translate(_PLAIN).split("\n")]


_PLAIN = folds() | dict.fromkeys(map(ord, ".,!?;:()-–\"'“”"), " ")


def _sketch(lines: Sequence[Sequence[str]]) -> tuple[Any, list[str]]:
    import rensa

    words = list(chain.from_iterable(lines))
    shingles = [f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False)]
    sketch = rensa.RMinHash(128, 42)
    sketch.update(shingles or [" ".join(words)])
    return sketch, shingles


def _edited(count: int, seed: int) -> tuple[list[str], list[int], list[str]]:
    """Texts, the number of the original of each (-1: none), and how it was edited. One in twenty is a bulletin from one template."""
    chance = random.Random(seed)
    words = Words(chance)
    formula = [words.line(chance.randint(12, 24)) for _ in range(12)]
    texts: list[str] = []
    origin: list[int] = []
    kinds: list[str] = []
    first: list[int] = []
    for number in range(count):
        draw = chance.random()
        of, kind = -1, ""
        if draw < 0.6 or not first:
            first.append(number)
            text = _article(words, chance)
        elif draw < 0.65:
            kind = "template"
            text = ". ".join(line if chance.random() < 0.45 else words.line(18) for line in formula * 2)
        else:
            of, kind = chance.choice(first), chance.choice(EDITS)
            text = _edit(chance, words, texts[of], kind)
        texts.append(text)
        origin.append(of)
        kinds.append(kind)
    return texts, origin, kinds


def _article(words: Words, chance: random.Random) -> str:
    return "\n".join(
        " ".join(f"{words.line(chance.randint(12, 24))}." for _ in range(chance.randint(3, 5)))
        for _ in range(chance.randint(5, 10))
    )


def _edit(chance: random.Random, words: Words, text: str, kind: str) -> str:
    if kind == "spaces":
        return text.replace("\n", "  \n ")
    if kind.endswith("of words"):
        share = int(kind.partition(" ")[0]) / 100
        return " ".join(
            words.line(1).lower() if chance.random() < share else word for word in text.split(" ")
        )
    if kind.endswith("cut"):
        return ". ".join(part for part in text.replace("\n", " ").split(". ") if chance.random() > 0.3)
    return text[: len(text) // 2] if kind == "first half" else "".join(map(plain, text))


def _against(ours: Callable[[], object], other: Callable[[], object], texts: int, rounds: int) -> Pair:
    ours(), other()  # tables, caches, compiled patterns
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for run, times in zip((ours, other), taken, strict=True):
            begun = time.process_time()
            run()
            times.append((time.process_time() - begun) / texts * 1000)
    return Pair(tuple(taken[0]), tuple(taken[1]))
