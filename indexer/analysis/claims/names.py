"""Proper names of a sentence, as runs of capitalised words: "đê Bến Trại", "Công ty Sao Mai". No list of persons is kept anywhere."""

from __future__ import annotations

import re

from core.text.normalise import fold

_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_ENDS = frozenset('.!?…\n:“"(«')
#: Runs that name a kind of body, not a body, and words that only begin sentences.
_EMPTY = frozenset(
    [
        "ubnd",
        "ủy",
        "uỷ",
        "ban",
        "nhân",
        "dân",
        "hđnd",
        "công",
        "an",
        "xã",
        "phường",
        "tỉnh",
        "thành",
        "phố",
        "quận",
        "huyện",
        "sở",
        "bộ",
        "báo",
        "theo",
        "tôi",
        "các",
        "những",
        "một",
        "nhiều",
        "trong",
        "và",
        "người",
        "bà",
        "ông",
        "anh",
        "chị",
        "bài",
        "tin",
        "dân",
        "họ",
        "cả",
        "ngày",
        "hôm",
        "chiều",
        "sáng",
        "tối",
        "từ",
        "tại",
        "khi",
        "đây",
        "đó",
        "này",
        "có",
        "không",
        "ngân",
        "ở",
        "về",
        "the",
        "this",
        "that",
        "in",
        "on",
        "at",
        "of",
        "and",
        "it",
        "he",
        "she",
        "they",
        "we",
        "a",
        "an",
        "posts",
        "claims",
    ]
)
_LONGEST = 8


Name = tuple[str, ...]


def names(text: str) -> dict[Name, str]:
    """Folded words of each name → the name as written. A text all in capitals has none: there every word would be one."""
    letters = [c for c in text if c.isalpha()]
    if not letters or sum(c.isupper() for c in letters) > 0.6 * len(letters):
        return {}
    found: dict[Name, str] = {}
    run: list[str] = []
    begins = True  # the first word of a sentence is a capital anyway
    last = 0
    for match in _WORD.finditer(text):
        gap = text[last : match.start()]
        if gap.strip() or "\n" in gap:
            _keep(found, run)
            run = []
        begins = last == 0 or any(mark in _ENDS for mark in gap)
        word = match.group()
        last = match.end()
        if word[0].isupper() and not word.isdigit() and not (begins and word.lower() in _EMPTY):
            run.append(word)
        else:
            _keep(found, run)
            run = []
    _keep(found, run)
    return found


def _keep(found: dict[Name, str], run: list[str]) -> None:
    while run and run[0].lower() in _EMPTY:
        run = run[1:]
    if run and len(run) <= _LONGEST and (len(run) > 1 or len(run[0]) > 2):
        found.setdefault(tuple(map(fold, run)), " ".join(run))


def same_name(a: Name, b: Name) -> bool:
    """True when one is the other, or a part of it: "bến trại" in "đê bến trại". A single word must be equal, or the end of two."""
    short, long = sorted((a, b), key=len)
    if len(short) == 1:
        return short == long or (len(long) == 2 and long[-1] == short[0] and len(short[0]) > 3)
    return any(long[k : k + len(short)] == short for k in range(len(long) - len(short) + 1))
