"""Text from outside made plain: NFC, no control or bidi-override characters, no lone surrogates, cut with a mark.

NUL stops SQLite's ``length()`` and is refused by PostgreSQL; lone surrogates break every encoder; bidi overrides let a title
show something other than it says (reliability.md §4 rows 35, 36, 47, 53). The raw bytes stay in the capture.
"""

from __future__ import annotations

import math
import re
import unicodedata

TITLE_LIMIT = 500
SUMMARY_LIMIT = 4_000
TEXT_LIMIT = 200_000
AUTHOR_LIMIT = 200

_BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff"
    "\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad\u200b\u2060]"
)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_MARK = "…"
#: TCVN3 and VNI texts read as cp1252 show these between letters; ordinary Vietnamese never does.
_LEGACY = re.compile(r"(?<=[^\W\d_])[µ¸¶·¹¨»¾¼½®¬«¢§©ª¤¦](?=[^\W\d_]|\b)")
#: Letters of another alphabet that pass for Latin ones, right beside Latin ones: the oldest trick of false names.
_LOOK_ALIKE = "\u0400-\u04ffΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυ"
_MIXED = re.compile(
    rf"[A-Za-zÀ-\u024f\u1e00-\u1eff][{_LOOK_ALIKE}]|[{_LOOK_ALIKE}][A-Za-zÀ-\u024f\u1e00-\u1eff]"
)


def _replace(match: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= match[0] <= "\udfff" else ""


def clean(text: str) -> str:
    r"""Characters that may be stored, NFC, line ends as ``\n``; spacing is kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u0085", "\n").replace("\u2028", "\n")
    return unicodedata.normalize("NFC", _BAD.sub(_replace, text))


def one_line(text: str, limit: int = TITLE_LIMIT) -> str:
    """A title or a name: one line, single spaces, at most ``limit`` code points with a mark where it was cut."""
    # Cut generously first: normalising a title of megabytes would be work for nothing.
    text = " ".join(clean(text[: limit * 20]).split())
    return cut(text, limit)


def paragraphs(text: str, limit: int = TEXT_LIMIT) -> str:
    """Running text: paragraphs by line ends, no space runs, at most ``limit`` code points with a mark where it was cut."""
    text = clean(text[: limit * 4])
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return cut(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)


def cut(text: str, limit: int) -> str:
    """``text`` with at most ``limit`` code points; a cut is marked with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + _MARK


def text_warnings(raw: str, kept: str, limit: int) -> list[str]:
    """What a person should know about this text: cut, override characters, unreadable letters, an old font encoding, mixed alphabets."""
    found = []
    if len(kept) >= limit or len(raw) > limit * 4:
        found.append("text_cut")
    if _BIDI.search(raw[: limit * 4]):
        found.append("bidi_controls_removed")
    if kept.count("\ufffd") > max(3, len(kept) // 200):
        found.append("unreadable_characters")
    if len(_LEGACY.findall(kept[:5000])) > max(5, len(kept[:5000]) // 60):
        found.append("old_font_encoding")
    if _MIXED.search(kept[:20_000]):
        found.append("mixed_script")
    return found


#: units of counters as Vietnamese and English screens write them: nghìn, triệu; thousand, million, thousand million
_UNITS = {"K": 1_000, "N": 1_000, "M": 1_000_000, "TR": 1_000_000, "B": 1_000_000_000}
_COUNT = re.compile(r"(?P<number>\d{1,12}(?:[.,]\d{1,3})*)\s*(?P<unit>K|N|M|TR|B)?")
_MOST = 10**12


def count_of(shown: object) -> int:
    """A counter as a platform shows it: 1234, "1.234", "1.2K", "1,5 N", "3M". Anything else is 0."""
    if isinstance(shown, bool):
        return 0
    if isinstance(shown, int | float):
        return 0 if math.isnan(shown) else int(min(max(shown, 0), _MOST))
    found = _COUNT.fullmatch(shown.strip().upper()) if isinstance(shown, str) else None
    if found is None:
        return 0
    number, unit = found["number"].replace(",", "."), found["unit"]
    if unit is None:
        return min(_MOST, int(number.replace(".", "")))
    return min(_MOST, int(float(number) * _UNITS[unit])) if number.count(".") < 2 else 0
