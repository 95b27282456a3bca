"""Writes docs/settings.md from the settings themselves: `make settings`. tests/house holds the two together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import Settings

HEAD = """# Settings

Environment variables, read once at start; nothing else configures the program. A value that cannot be is refused with the
variable's name and an example. `lamro doctor` shows the values in use, secrets masked. Made by `make settings`.

Sources, localities, people and texts are not here: staff edit them on screen, and they live in the database (decision 7).

| variable | meaning |
|---|---|
"""


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        value = str(value).lower()
    return f"Default: `{value}`." if str(value) else "Default: empty."


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return "One of " + ", ".join(f"`{choice}`" for choice in get_args(field.annotation)) + ". "
    return ""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `LAMRO_{name.upper()}` | {field.description} {_choices(field)}{_default(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
