"""How commands print: tables on a terminal, JSON for tools."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from core.clock import VIETNAM


def plain(value: Any) -> Any:
    """A value as JSON knows it: moments become ISO 8601 in Viet Nam's zone."""
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat()
    raise TypeError(f"cannot print {type(value).__name__} as JSON")


def print_json(value: Any) -> None:
    """One JSON value, readable."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=plain)
    sys.stdout.write("\n")


def print_lines(values: Iterable[Any]) -> None:
    """A JSON object a line."""
    for value in values:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=plain) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console().print(table)


def one_a_line(words: Iterable[tuple[object, object]]) -> str:
    """Names with their words, each on a line of its own below a sentence."""
    return "".join(f"\n         {name}: {word}" for name, word in words)


def short_time(moment: datetime | None) -> str:
    """Day and time in Viet Nam, or a dash."""
    return "-" if moment is None else moment.astimezone(VIETNAM).strftime("%d/%m %H:%M")


#: what a terminal obeys instead of showing: control codes, and characters that turn the direction of what follows
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def terminal_safe(text: str) -> str:
    """Text of outsiders with everything that a terminal would obey written out as its number; line ends and tabs stay."""
    return _OBEYED.sub(
        lambda match: f"\\x{ord(match[0]):02x}" if ord(match[0]) < 256 else f"\\u{ord(match[0]):04x}", text
    )
