"""Which story a text belongs to: cosine over title and opening, shared places, 72 hours, bounded size. Pure and deterministic.

The title counts twice; a word counts the less the more of the recent texts hold it, so that the name of a place or of a storm that
everybody writes about joins nothing; the names of the places in question count nothing at all. A story is as near as the two texts
of it that are nearest, and the longer it was silent the nearer they must be. A foreign text is compared in the Vietnamese words that the
glossary knows of it (:mod:`indexer.analysis.in_vietnamese`). Round-ups ("Điểm tin", "Xem nhanh") never join and are
never joined. Weights and thresholds were chosen on 80 real events and on our own cases (``make evaluate``).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from core.groups import StoryCandidate
from core.text.normalise import fold
from core.text.tokens import folded_words
from indexer.analysis.in_vietnamese import said_in_vietnamese
from indexer.gazetteer.units import Gazetteer, gazetteer

WINDOW = timedelta(hours=72)
#: Without a shared place the words must say more.
WITH_PLACE = 0.16
WITHOUT_PLACE = 0.21
MAX_ITEMS = 500
#: So many characters of a text are read.
OPENING = 700
#: At the end of the window likeness counts so much less.
_FADES = 0.3
#: Texts of nobody, all different, that are counted with the recent ones: with few of those every word would be common.
_OTHERS = 20
#: Words are counted in so many of the recent texts.
_COUNTED = 120
#: Of a foreign text with so many known words and pairs of words, likeness counts half.
_FEW = 4
#: So many candidates, the nearest by plain words, are looked at with weights.
_FINALISTS = 15

_ROUNDUP = re.compile(
    r"^\W*(?:diem (?:tin|bao)|xem nhanh|tin nhanh|tin tuc (?:24h|sang|trua|toi|trong ngay)|ban tin (?:sang|trua|toi|thoi su|cuoi ngay)"
    r"|thoi su \d|toan canh|tin nong|nhung (?:tin|su kien) (?:noi bat|dang chu y)|news (?:brief|roundup|digest)|morning brief|top stories)"
)
STOP = frozenset(
    (
        *(
            "va",
            "cua",
            "la",
            "co",
            "cho",
            "duoc",
            "trong",
            "tai",
            "voi",
            "cac",
            "nhung",
            "mot",
            "da",
            "dang",
            "se",
            "khi",
            "nay",
            "do",
        ),
        *(
            "o",
            "den",
            "tu",
            "ve",
            "bi",
            "thi",
            "ma",
            "ra",
            "vao",
            "nguoi",
            "khong",
            "nhieu",
            "sau",
            "theo",
            "ngay",
            "the",
            "of",
            "a",
        ),
        *(
            "in",
            "to",
            "and",
            "for",
            "on",
            "is",
            "was",
            "at",
            "by",
            "with",
            "from",
            "that",
            "xa",
            "phuong",
            "tinh",
            "thanh",
            "pho",
        ),
        *(
            "uy",
            "ban",
            "nhan",
            "dan",
            "ubnd",
            "cong",
            "an",
            "so",
            "viec",
            "thong",
            "tin",
            "hien",
            "con",
            "cung",
            "nhu",
            "tren",
            "tp",
        ),
    )
)


def is_roundup(title: str) -> bool:
    """True for a title that announces several stories in one."""
    return _ROUNDUP.match(fold(title)) is not None


class Vector(NamedTuple):
    """Words and word pairs with their weights, and the length of it all."""

    weights: Mapping[str, float]
    length: float


@lru_cache(maxsize=4_096)
def vector(title: str, lead: str, without: frozenset[str] = frozenset()) -> Vector:
    """Weights of folded words and word pairs (sublinear counts); the title counts twice. ``without``: words that say nothing here.

    Remembered, since the stories of the last days are compared with every new text: not to be changed by who gets it.
    """
    counts: Counter[str] = Counter()
    for text, weight in ((title, 2), (lead[:OPENING], 1)):
        words = folded_words(text)
        for word in words:
            if word not in STOP and word not in without and (len(word) > 1 or not word.isascii()):
                counts[word] += weight
        for one, two in pairwise(words):
            if not {one, two} <= STOP and not {one, two} <= without:
                counts[f"{one} {two}"] += weight
    weights = {word: 1 + math.log(count) for word, count in counts.items()}
    return Vector(weights, math.sqrt(sum(weight * weight for weight in weights.values())))


def similarity(a: Vector, b: Vector) -> float:
    """Cosine of two vectors, 0-1."""
    one, two = a.weights, b.weights
    common = one.keys() & two.keys()
    return sum(one[word] * two[word] for word in common) / (a.length * b.length) if common else 0.0


def same_story(
    title: str,
    lead: str,
    localities: frozenset[str],
    seen_at: datetime,
    candidates: Sequence[StoryCandidate],
    table: Gazetteer | None = None,
) -> int | None:
    """The best story among the candidates, or None for a new one. Equal scores go to the older story.

    ``table`` names the localities; the shipped one when it is left out.
    """
    if is_roundup(title):
        return None
    near = [
        c
        for c in candidates
        if abs(seen_at - c.last_seen_at) <= WINDOW and c.items < MAX_ITEMS and not is_roundup(c.title)
    ]
    if not near:
        return None
    here = _name_words(localities.union(*(c.localities for c in near)), table or gazetteer())
    mine = _forms(title, lead, here)
    texts = [[_forms(*text, here) for text in ((c.title, c.lead), *c.more)] for c in near]
    rarity = _rarity([mine[-1], *(several[0][-1] for several in texts[:_COUNTED])])
    mine_rare = [_reweighed(form, rarity) for form in mine]
    plain = [max(_likeness(mine, one) for one in several) for several in texts]
    best: tuple[float, int] | None = None
    for number in sorted(range(len(near)), key=lambda n: (-plain[n], near[n].story_id))[:_FINALISTS]:
        candidate = near[number]
        shared = bool(localities & candidate.localities)
        if localities and candidate.localities and not shared:
            continue
        nearest = sorted(
            (_likeness(mine_rare, [_reweighed(form, rarity) for form in one]) for one in texts[number]),
            reverse=True,
        )[:2]
        score = sum(nearest) / len(nearest) * (1 - _FADES * (abs(seen_at - candidate.last_seen_at) / WINDOW))
        if score >= (WITH_PLACE if shared else WITHOUT_PLACE) and (
            best is None or (score, -candidate.story_id) > (best[0], -best[1])
        ):
            best = (score, candidate.story_id)
    return None if best is None else best[1]


def likeness(
    story: StoryCandidate, others: Sequence[StoryCandidate], table: Gazetteer | None = None
) -> dict[int, float]:
    """How near each of the others is to a story, 0-1, by its text and theirs that are nearest: what :func:`same_story` weighs,
    without time and places, for a person who looks for stories to join.
    """
    here = _name_words(story.localities.union(*(one.localities for one in others)), table or gazetteer())
    mine, *theirs = (
        [_forms(*text, here) for text in ((one.title, one.lead), *one.more)] for one in (story, *others)
    )
    rarity = _rarity([mine[0][-1], *(several[0][-1] for several in theirs[:_COUNTED])])
    rare = [[[_reweighed(form, rarity) for form in text] for text in several] for several in (mine, *theirs)]
    return {
        other.story_id: max(_likeness(a, b) for a in rare[0] for b in several)
        for other, several in zip(others, rare[1:], strict=True)
    }


def _forms(title: str, lead: str, without: frozenset[str]) -> list[Vector]:
    """A text as it is written, and a foreign one in Vietnamese words too."""
    said = said_in_vietnamese(title, lead)
    written = vector(title, lead, without)
    return [written] if said is None else [written, vector(*said, without)]


def _likeness(a: Sequence[Vector], b: Sequence[Vector]) -> float:
    """As they are written; in Vietnamese words where one of them is foreign; both ways where both are.

    Few known words prove little, however well they fit: the fewer, the less they count.
    """
    if len(a) == len(b) == 1:
        return similarity(a[0], b[0])
    known = min(len(forms[-1].weights) for forms in (a, b) if len(forms) > 1)
    said = similarity(a[-1], b[-1]) * known / (known + _FEW)
    written = similarity(a[0], b[0])
    return (said + written) / 2 if len(a) == len(b) else max(said, written)


def _rarity(texts: Sequence[Vector]) -> dict[str, float]:
    """How little is said by so many texts holding a word: log of the inverse share of them."""
    holding: Counter[str] = Counter()
    for one in texts:
        holding.update(one.weights.keys())
    most = len(texts) + _OTHERS
    rarity = {word: math.log(most / (1 + count)) for word, count in holding.items()}
    rarity[""] = math.log(most / 2)
    return rarity


def _reweighed(one: Vector, rarity: Mapping[str, float]) -> Vector:
    unseen = rarity[""]
    weights = {word: weight * rarity.get(word, unseen) for word, weight in one.weights.items()}
    return Vector(weights, math.sqrt(sum(weight * weight for weight in weights.values())))


def _name_words(codes: frozenset[str], table: Gazetteer) -> frozenset[str]:
    known = [table.get(code) for code in codes]
    lineage = [unit for one in known if one is not None for unit in (one, *table.parents(one))]
    return frozenset(word for unit in lineage for word in _words_of(unit.name))


@lru_cache(maxsize=1 << 14)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(folded_words(name))
