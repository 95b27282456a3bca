"""Figures of a sentence in one form, whatever their spelling: "1.200 hộ" = "1,200 households" in number, "2,5 tỷ" = "2.5 billion".

Vietnamese writes a dot between thousands and a comma before decimals, English the other way round; groups of exactly three digits are
thousands in either spelling. Dates and times keep their own form, so that "12/9" is never the number 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.text.normalise import fold

_SCALES = {
    "tram": 1e2,
    "nghin": 1e3,
    "ngan": 1e3,
    "k": 1e3,
    "thousand": 1e3,
    "trieu": 1e6,
    "million": 1e6,
    "ty": 1e9,
    "ti": 1e9,
    "billion": 1e9,
    "万": 1e4,
    "亿": 1e8,
}
_FIGURE = re.compile(
    r"(?<![\w.,/])(?:"
    r"(?P<date>\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?)"
    r"|(?P<time>\d{1,2}(?:[hg:]\d{2}|[hg](?!\w)))"
    r"|(?P<number>\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)"
    r")(?:\s*(?P<percent>%|phần trăm|phan tram|percent)|\s*(?P<scale>trăm|nghìn|nghin|ngàn|ngan|k|thousand|triệu|trieu|million|tỷ|tỉ|ty|billion|万|亿)(?!\w)|(?P<han>[万亿]))?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:[.,]\d{1,2})?")
#: Groups of digits longer than this are telephone and document numbers, kept as they are.
_LONGEST = 12


def figures(text: str) -> frozenset[str]:
    """The figures of a text: "1200", "2.5e+09", "3%", "12/9", "20:15". Linear time; never raises."""
    found = set()
    for match in _matches(text):
        if date := match.group("date"):
            found.add("/".join(str(int(part)) for part in re.split("[/-]", date)))
        elif time := match.group("time"):
            hour, _, minute = time.lower().replace("h", ":").replace("g", ":").partition(":")
            found.add(f"{int(hour)}:{minute or '00'}")
        else:
            found.add(
                _number(
                    match.group("number"),
                    match.group("scale") or match.group("han"),
                    bool(match.group("percent")),
                )
            )
    return frozenset(found)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """What ``_FIGURE.finditer`` gives; that pattern is tried only where digits begin, which a text is searched for much faster."""
    at = 0
    while run := _DIGITS.search(text, at):
        match = _FIGURE.match(text, run.start())
        at = match.end() if match else run.end()
        if match:
            yield match


def _number(digits: str, scale: str | None, percent: bool) -> str:
    if len(digits) > _LONGEST:
        return digits
    grouped = _GROUPED.fullmatch(digits)
    if grouped:
        mark = grouped.group(1)
        plain = digits.replace(mark, "").replace("," if mark == "." else ".", ".")
    else:
        plain = digits.replace(",", ".")
    value = float(plain)
    if percent:
        return f"{value:g}%"
    return f"{value * _SCALES.get(fold(scale) if scale else '', 1.0):.10g}"
