"""Text from records as a document may print it: clean, one line, nothing that XML forbids."""

from __future__ import annotations

import re

from core.text.normalise import clean

#: Code points that no XML 1.0 file may hold and that cleaning leaves: the non-characters of every plane.
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef\ufffe\uffff]|["
    + "".join(chr(p * 0x10000 + e) for p in range(1, 17) for e in (0xFFFE, 0xFFFF))
    + "]"
)
_SPACES = re.compile(r"[ \t\n]+")


def line(text: str) -> str:
    """NFC, without control and invisible characters, breaks and runs of blanks made one space. Never raises.

    No-break spaces stay. ``&``, ``<``, ``]]>`` and template braces are ordinary characters; the XML writer escapes what it must.
    """
    return _SPACES.sub(" ", _NONCHARACTERS.sub("", clean(text))).strip(" ")


def lines(text: str) -> list[str]:
    """The lines of a text, each as :func:`line` makes it, empty ones dropped."""
    return [kept for part in clean(text).split("\n") if (kept := line(part))]


def sentence_end(text: str, mark: str) -> str:
    """The text with exactly this closing mark: "…;" in a list, "." at its end, "./." at the end of the document.

    A full stop, comma, semicolon or "./." already there is replaced; "!", "?", "…" and closing brackets stay before the mark.
    """
    stripped = text.rstrip(" ")
    if stripped.endswith("./."):
        stripped = stripped[:-3]
    return stripped.rstrip(" .;,") + mark
