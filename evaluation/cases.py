"""The labelled cases of the project: our own wording, one JSON object a line, under ``tests/quality``."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent.parent / "tests" / "quality"


def cases(name: str, folder: Path = CASES) -> list[dict[str, Any]]:
    """Every case of ``name``.jsonl. Raises OSError when there is no such file."""
    return lines(folder / f"{name}.jsonl")


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file, packed or not."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return [json.loads(line) for line in data.decode("utf-8").splitlines() if line.strip()]
