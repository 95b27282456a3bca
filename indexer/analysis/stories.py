"""Which story a text belongs to: cosine over title and lead, shared places, 72 hours, bounded size. Pure and deterministic.

Weights: the title counts twice; rare words count more than common ones, as far as the few candidates can tell; round-ups ("Điểm tin",
"Xem nhanh") never join and are never joined.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from core.ports import StoryCandidate
from core.text.normalise import fold
from core.text.tokens import tokenise

WINDOW = timedelta(hours=72)
#: Without a shared place the words must say more.
WITH_PLACE = 0.38
WITHOUT_PLACE = 0.55
MAX_ITEMS = 500
_LEAD = 600

_ROUNDUP = re.compile(
    r"^\W*(?:diem (?:tin|bao)|xem nhanh|tin nhanh|tin tuc (?:24h|sang|trua|toi|trong ngay)|ban tin (?:sang|trua|toi|thoi su|cuoi ngay)"
    r"|thoi su \d|toan canh|tin nong|nhung (?:tin|su kien) (?:noi bat|dang chu y)|news (?:brief|roundup|digest)|morning brief|top stories)"
)
_STOP = frozenset(
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


def vector(title: str, lead: str) -> Counter[str]:
    """Folded words and word pairs; the title counts twice."""
    out: Counter[str] = Counter()
    for text, weight in ((title, 2), (lead[:_LEAD], 1)):
        words = [token.folded for token in tokenise(text)]
        for word in words:
            if word not in _STOP and (len(word) > 1 or not word.isascii()):
                out[word] += weight
        for one, two in pairwise(words):
            if one not in _STOP or two not in _STOP:
                out[f"{one} {two}"] += weight
    return out


def similarity(a: Counter[str], b: Counter[str], rare: dict[str, float] | None = None) -> float:
    """Cosine with sublinear counts, 0–1; ``rare`` gives a weight a word."""

    def weight(word: str, count: int) -> float:
        return (1 + math.log(count)) * (rare.get(word, 1.0) if rare else 1.0)

    dot = sum(weight(word, count) * weight(word, b[word]) for word, count in a.items() if word in b)
    if not dot:
        return 0.0
    norm = math.sqrt(sum(weight(w, c) ** 2 for w, c in a.items())) * math.sqrt(
        sum(weight(w, c) ** 2 for w, c in b.items())
    )
    return dot / norm


def same_story(
    title: str, lead: str, localities: frozenset[str], seen_at: datetime, candidates: Sequence[StoryCandidate]
) -> int | None:
    """The best story among the candidates, or None for a new one. Equal scores go to the older story."""
    if is_roundup(title):
        return None
    near = [
        c
        for c in candidates
        if abs(seen_at - c.last_seen_at) <= WINDOW and c.items < MAX_ITEMS and not is_roundup(c.title)
    ]
    if not near:
        return None
    mine = vector(title, lead)
    theirs = [vector(c.title, c.lead) for c in near]
    spread = Counter(word for v in [mine, *theirs] for word in v)
    total = len(theirs) + 1
    rare = {word: 1 + math.log(total / count) for word, count in spread.items()} if total > 4 else None
    best: tuple[float, int] | None = None
    for candidate, other in zip(near, theirs, strict=True):
        shared = bool(localities & candidate.localities)
        if localities and candidate.localities and not shared:
            continue
        score = similarity(mine, other, rare)
        if score >= (WITH_PLACE if shared else WITHOUT_PLACE) and (
            best is None or (score, -candidate.story_id) > (best[0], -best[1])
        ):
            best = (score, candidate.story_id)
    return None if best is None else best[1]
