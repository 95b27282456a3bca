"""How wide a line prints in Times New Roman Bold, without the font: the rules of the form are shares of a line's length.

Advance widths in thousandths of an em, the same in every metric-compatible face (Liberation Serif, Tinos). Vietnamese letters are as
wide as their base letter, except ơ and ư.
"""

from __future__ import annotations

import unicodedata

_BY_WIDTH = {
    250: "\u00a0 ,.",
    278: "'/il",
    333: "!()-:;[]fjt‘’",
    389: "Is",
    394: "{}",
    444: "cerz",
    500: "*0123456789?J_agovxy–“”",
    554: "ơ",
    556: "Sbdhknpquđ",
    570: "+<=>",
    600: "ư",
    611: "FP",
    667: "BELTZ",
    722: "ACDNRUVXYwĐ",
    778: "GHKOQƠ",
    796: "Ư",
    833: "&m",
    930: "@",
    944: "M",
    1000: "%W—…",
}
_WIDTH = {letter: width for width, letters in _BY_WIDTH.items() for letter in letters}
#: A letter we have no width for (another script) is taken for a wide one.
_UNKNOWN = 800
_HORN = "\u031b"
_MM_PER_PT = 25.4 / 72


def _base(letter: str) -> str:
    """The letter without its accents, the horn kept: Ử → Ư."""
    parts = unicodedata.normalize("NFD", letter)
    kept = parts[0] + (_HORN if _HORN in parts else "")
    return unicodedata.normalize("NFC", kept)


def bold_width_mm(text: str, size_pt: float) -> float:
    """The printed length of one line of bold text, in millimetres."""
    return sum(_WIDTH.get(_base(letter), _UNKNOWN) for letter in text) / 1000 * size_pt * _MM_PER_PT


def wrap_bold(text: str, size_pt: float, width_mm: float) -> list[str]:
    """The lines a bold text breaks into in a column, by words; a word wider than the column keeps a line of its own."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        longer = f"{current} {word}" if current else word
        if current and bold_width_mm(longer, size_pt) > width_mm:
            lines.append(current)
            current = word
        else:
            current = longer
    return [*lines, current] if current else lines
