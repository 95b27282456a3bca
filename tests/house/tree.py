"""What the house tests look at: the files that belong to the project."""

from __future__ import annotations

import functools
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "crawlers", "indexer", "review_app", "alerts", "config")


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file that is tracked, or would be: paths relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    return tuple(
        sorted(path for name in listed.split("\0") if name and (ROOT / (path := Path(name))).is_file())
    )


def modules(*rooms: str) -> list[Path]:
    """The Python files of some rooms (all six where none is named)."""
    wanted = rooms or ROOMS
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in wanted]


def text(path: Path) -> str:
    """The text of a file named relative to the root."""
    return (ROOT / path).read_text(encoding="utf-8")


@functools.cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml, parsed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
