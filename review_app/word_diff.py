"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_PARTS = re.compile(r"\s+|[^\s]+")
#: beyond this many words the comparison is by lines: it would take longer than a person waits
_MANY = 6000


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch: "same", "added" or "removed"."""

    kind: str
    text: str


def word_diff(before: str, after: str) -> tuple[Change, ...]:
    """The stretches of ``after`` with what it lost from ``before``."""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if max(len(old), len(new)) > _MANY:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Change] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Change("same", "".join(new[j1:j2])))
            continue
        if i2 > i1:
            found.append(Change("removed", "".join(old[i1:i2])))
        if j2 > j1:
            found.append(Change("added", "".join(new[j1:j2])))
    return tuple(found)
