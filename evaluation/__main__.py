"""``make evaluate``: how well the machine reads the labelled cases, and with ``DATA=folder`` real ones too; 1 below a floor.

Options: ``--data FOLDER``, ``--json``, ``--wrong`` (name what was answered wrongly), ``--part NAME …``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from evaluation import gist, groups, real, texts
from evaluation.table import Line, as_json, as_table

PARTS: dict[str, Callable[[], list[Line]]] = {
    "places": lambda: [texts.places()],
    "language": lambda: [texts.languages()],
    "trimming": lambda: [texts.trimming()],
    "dates": lambda: [texts.dates()],
    "claims": lambda: [texts.claims()],
    "copies": lambda: [groups.copies()],
    "stories": groups.stories,
    "gist": gist.glossed,
}


def measured(parts: Sequence[str], data: Path | None) -> Iterator[Line]:
    """The lines of the parts named (all where none is), each as soon as it is there."""
    for name, measure in PARTS.items():
        if not parts or name in parts:
            yield from measure()
    if data is not None:
        yield from real.measured(data, parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and answer 1 with the lines that are below their floor."""
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder of real sets (docs: CONTRIBUTING.md)")
    parser.add_argument("--json", action="store_true", help="one JSON array instead of the table")
    parser.add_argument("--wrong", action="store_true", help="name what was answered wrongly")
    parser.add_argument("--part", action="append", default=[], choices=[*PARTS, "pages"])
    chosen = parser.parse_args(arguments)
    if chosen.data is not None and not chosen.data.is_dir():
        print(
            f"{chosen.data} is no folder: name one that holds the real sets, or leave DATA out",
            file=sys.stderr,
        )
        return 2
    lines = []
    for line in measured(chosen.part, chosen.data):
        print(f"  measured {line.part}, {line.cases}", file=sys.stderr, flush=True)
        lines.append(line)
    print(json.dumps(as_json(lines), ensure_ascii=False, indent=1) if chosen.json else as_table(lines))
    if chosen.wrong and not chosen.json:
        for line in lines:
            print("\n".join([f"\n{line.part}, {line.cases}:", *line.wrong]))
    below = [sentence for line in lines for sentence in line.below]
    for sentence in below:
        print(f"BELOW ITS FLOOR: {sentence}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
