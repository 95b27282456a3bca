"""Whole numbers out of addresses and forms: ASCII digits that fit a column of the database, or nothing.

``str.isdigit`` takes "²", ``int`` takes five thousand digits, and SQLite refuses what is longer than its integers: each made an
error page out of an address that somebody typed.
"""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.routing import IntegerConverter

_DIGITS = re.compile(r"[0-9]{1,9}")


def whole(text: str | None, default: int = 0) -> int:
    """The number, or ``default`` for anything else."""
    return int(text) if text is not None and _DIGITS.fullmatch(text) else default


def is_whole(text: str | None) -> bool:
    """True for a number that :func:`whole` reads."""
    return text is not None and _DIGITS.fullmatch(text) is not None


class Number(IntegerConverter):
    """``<int:…>`` of an address; one that names nothing that could exist is not found."""

    regex = _DIGITS.pattern


def install(app: Flask) -> None:
    """Read the numbers of addresses so."""
    app.url_map.converters["int"] = Number
