"""What changed between two texts, by words, put together so that a person can read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

#: a word with the space behind it; what stands before the first word is a piece of its own
_PIECES = re.compile(r"\S+\s*|^\s+")
#: beyond this many words lines are compared instead: words would take longer than a person waits
_MANY = 6000
#: A lone word that two sentences happen to share breaks a replaced phrase into shreds: so few between two changes are told as changed.
_SHRED = 1


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch: "same", "added" or "removed"."""

    kind: str
    text: str


def word_changes(before: str, after: str) -> tuple[Change, ...]:
    """The stretches of ``after`` with what it lost from ``before``, each removed one before what stands in its place.

    Spaces and line ends alone are no change. What is same or added makes up ``after``, whatever the texts are.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > _MANY:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Change] = []
    for same, i1, i2, j1, j2 in _stretches([one.strip() for one in old], [one.strip() for one in new]):
        if same:
            found.append(Change("same", "".join(new[j1:j2])))
            continue
        if i2 > i1:
            # Behind the last word of the new text stands no space.
            apart = " " if found and not found[-1].text[-1:].isspace() else ""
            found.append(Change("removed", apart + "".join(old[i1:i2])))
        if j2 > j1:
            found.append(Change("added", "".join(new[j1:j2])))
    return tuple(found)


def _stretches(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, int, int, int, int]]:
    """(same, from and to in old, from and to in new), changed and same ones in turn."""
    blocks = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > _MANY).get_matching_blocks()
    ends = {(0, 0), (len(old), len(new))}
    kept = [
        block
        for block in blocks
        if block.size > _SHRED
        or not ends.isdisjoint({block[:2], (block.a + block.size, block.b + block.size)})
    ]
    found: list[tuple[bool, int, int, int, int]] = []
    i = j = 0
    for a, b, size in kept:
        if (i, j) != (a, b):
            found.append((False, i, a, j, b))
        i, j = a + size, b + size
        if size:
            found.append((True, a, i, b, j))
    return found
