"""Where the sentences of a text end, in every language that is followed.

A dot ends none behind an abbreviation ("12 тыс. человек", "M. Nguyễn", "P. Thiên Hương"), before a small letter, or inside a number.
Marks of Chinese and Japanese end one without a blank behind them, unless a quote goes on ("「はい。」と話した").
"""

from __future__ import annotations

import re

_CLOSERS = "\"'”’»)\\]」』）】"
#: Where a sentence may end: line breaks, full-width marks, or marks with a blank or the end of the text behind them.
_END = re.compile(rf"\n+|[。！？]+[{_CLOSERS}]*|[.!?…]+(?:[{_CLOSERS}]|[ \u00a0\u202f]»)*(?=\s|$)")
#: Abbreviations of titles, units and addresses in English, French, Russian and Vietnamese, without their dot.
_SHORT = frozenset(
    "mr mrs ms dr prof st gen gov col capt lt vs etc jan feb mar apr jun jul aug sep sept oct nov dec "  # noqa: SIM905
    "mm mme mlle me av bd env art tél "
    "г гг ул пл пр просп обл р-н тыс млн млрд трлн чел им т е др п пос с д см стр руб долл км кв ред зам "
    "tp tx tt q p x h gs ts ths bs pgs đ ông bà".split()
)
_WORD_BEFORE = re.compile(r"[^\s(«“\"’']*$")
#: A Russian "г." behind a year or "чел." behind a number may end a sentence; before a capital it does.
_AFTER_NUMBER = re.compile(r"\d\s?(?:г|гг|чел|руб|долл|км|тыс|млн|млрд)$")
#: behind a closed Japanese or Korean quote the sentence goes on
_GOES_ON = re.compile(r"(?<=[」』])(?:と|って|など|라고|고)")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text, without surrounding blanks. Linear time; never raises."""
    out: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if _ends(text, end):
            _add(out, text, start, end.end())
            start = end.end()
    _add(out, text, start, len(text))
    return out


def _add(out: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    body = text[start:end]
    if kept := body.strip():
        begin = start + len(body) - len(body.lstrip())
        out.append((begin, begin + len(kept)))


def _ends(text: str, mark: re.Match[str]) -> bool:
    said = mark.group()
    if said[0] == "\n":
        return True
    if said[0] in "。！？":
        return not _GOES_ON.match(text, mark.end())
    follows = text[mark.end() : mark.end() + 80].lstrip(" \t\u00a0")[:1]
    if not follows or follows == "\n":
        return True
    if said != ".":
        return not follows.islower()
    before = text[max(0, mark.start() - 24) : mark.start()]
    if _AFTER_NUMBER.search(before):
        return follows.isupper()
    found = _WORD_BEFORE.search(before)
    word = found.group() if found else ""
    initial = len(word) == 1 and word.isalpha() and word.isupper()
    return not (initial or follows.islower() or word.casefold() in _SHORT)
