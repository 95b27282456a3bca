"""Which story a text belongs to: cosine over title and lead, shared places, 72 hours, bounded size. Pure and deterministic.

The title counts twice; the names of the places in question count nothing; round-ups ("Điểm tin",
"Xem nhanh") never join and are never joined.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from core.ports import StoryCandidate
from core.text.normalise import fold
from core.text.tokens import folded_words
from indexer.gazetteer.units import Gazetteer, gazetteer

WINDOW = timedelta(hours=72)
#: Without a shared place the words must say more.
WITH_PLACE = 0.18
WITHOUT_PLACE = 0.24
MAX_ITEMS = 500
_LEAD = 600

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


def vector(title: str, lead: str, without: frozenset[str] = frozenset()) -> Counter[str]:
    """Folded words and word pairs; the title counts twice. ``without``: words that say nothing here, such as the place's name."""
    out: Counter[str] = Counter()
    for text, weight in ((title, 2), (lead[:_LEAD], 1)):
        words = folded_words(text)
        for word in words:
            if word not in STOP and word not in without and (len(word) > 1 or not word.isascii()):
                out[word] += weight
        for one, two in pairwise(words):
            if not {one, two} <= STOP and not {one, two} <= without:
                out[f"{one} {two}"] += weight
    return out


class _Weighed(NamedTuple):
    """A vector with sublinear counts, and the sum of their squares."""

    weights: dict[str, float]
    square: float


def _weigh(counts: Counter[str]) -> _Weighed:
    weights = {word: 1 + math.log(count) for word, count in counts.items()}
    return _Weighed(weights, sum(weight**2 for weight in weights.values()))


@lru_cache(maxsize=2_048)
def _weighed(title: str, lead: str, without: frozenset[str]) -> _Weighed:
    """Remembered, since the stories of the last days are compared with every new text."""
    return _weigh(vector(title, lead, without))


def similarity(a: Counter[str], b: Counter[str]) -> float:
    """Cosine with sublinear counts, 0–1."""
    return _cosine(_weigh(a), _weigh(b))


def _cosine(a: _Weighed, b: _Weighed) -> float:
    dot = sum(weight * b.weights[word] for word, weight in a.weights.items() if word in b.weights)
    return dot / math.sqrt(a.square * b.square) if dot else 0.0


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
    # Every item of a place names the place: its name tells stories apart no better than "and" does.
    here = _name_words(localities.union(*(c.localities for c in near)), table or gazetteer())
    mine = _weighed(title, lead, here)
    theirs = [_weighed(c.title, c.lead, here) for c in near]
    best: tuple[float, int] | None = None
    for candidate, other in zip(near, theirs, strict=True):
        shared = bool(localities & candidate.localities)
        if localities and candidate.localities and not shared:
            continue
        score = _cosine(mine, other)
        if score >= (WITH_PLACE if shared else WITHOUT_PLACE) and (
            best is None or (score, -candidate.story_id) > (best[0], -best[1])
        ):
            best = (score, candidate.story_id)
    return None if best is None else best[1]


def _name_words(codes: frozenset[str], table: Gazetteer) -> frozenset[str]:
    known = [table.get(code) for code in codes]
    lineage = [unit for one in known if one is not None for unit in (one, *table.parents(one))]
    return frozenset(word for unit in lineage for word in _words_of(unit.name))


@lru_cache(maxsize=1 << 14)
def _words_of(name: str) -> tuple[str, ...]:
    return tuple(folded_words(name))
