"""The shipped catalogue of sources: what an entry says, which ones a new office starts with, what a search finds. Pure.

The database is the truth for the sources that are read (decision 7). The catalogue is an offer: an entry is taken over once, and
a later change of the shipped entry is shown as a difference that a person takes or leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.text.normalise import fold


class Certainty(StrEnum):
    """How sure it is that an entry can be read."""

    HIGH = "high"
    """Items from it were seen this year."""
    MEDIUM = "medium"
    """It stands on a list that was kept up this year."""
    LOW = "low"
    """Seen in public code, or built from a pattern."""
    BROKEN = "broken"
    """Known not to work; listed so that nobody tries again."""


#: the shelves of the catalogue, in the order of the screen
GROUPS = ("provincial", "central", "outward", "foreign", "search", "social")
_SURE = frozenset({Certainty.HIGH, Certainty.MEDIUM})
_BLANK = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One shipped source. ``kind`` and ``url`` are empty where there is nothing that a machine may read."""

    id: str
    name: str
    group: str
    certainty: Certainty
    kind: str = ""
    url: str = ""
    language: str = ""
    country: str = ""
    domestic: bool = True
    social: bool = False
    reach_tier: int = 1
    interval_minutes: int = 60
    province: str = ""
    """Official code of the province or city that it writes about; of today's unit, also for a paper of a province merged into it."""
    former: str = ""
    """The province that it was the paper of before the reform of 1 July 2025, when that province is no more."""
    note_vi: str = ""
    note_en: str = ""
    rules: Mapping[str, Any] = field(default_factory=dict)

    @property
    def blanks(self) -> tuple[str, ...]:
        """What a person must fill in before the address can be read: query, id, channel …"""
        return tuple(dict.fromkeys(_BLANK.findall(self.url)))

    @property
    def readable(self) -> bool:
        """True when there is something to read and nobody knows it to be broken."""
        return bool(self.kind and self.url) and self.certainty is not Certainty.BROKEN

    def values(self) -> dict[str, Any]:
        """What a source takes over from the entry; a later difference in these is offered as an update."""
        return {
            "name": self.name,
            "kind": self.kind,
            "url": self.url,
            "language": self.language,
            "country": self.country,
            "domestic": self.domestic,
            "social": self.social,
            "reach_tier": self.reach_tier,
            "locality": self.province or None,
            "rules": dict(self.rules),
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the catalogue; an empty one takes everything."""

    words: str = ""
    province: str = ""
    language: str = ""
    group: str = ""


def starting(entries: Iterable[CatalogueEntry], province: str) -> list[CatalogueEntry]:
    """What a new office in ``province`` begins with: national press that was seen this year, and what is surely the province's own."""
    return [
        entry
        for entry in entries
        if entry.readable
        and not entry.blanks
        and (
            (entry.group == "central" and entry.certainty is Certainty.HIGH)
            or (entry.group == "provincial" and entry.province == province and entry.certainty in _SURE)
        )
    ]


def search(entries: Sequence[CatalogueEntry], wanted: Wanted, home: str = "") -> list[CatalogueEntry]:
    """Entries that fit: of the province ``home`` first, other provinces after the other shelves, what cannot be read last."""
    words = fold(wanted.words).split()

    def fits(entry: CatalogueEntry) -> bool:
        text = fold(f"{entry.name} {entry.url} {entry.former}")
        return (
            (not wanted.province or entry.province == wanted.province)
            and (not wanted.language or entry.language == wanted.language)
            and (not wanted.group or entry.group == wanted.group)
            and all(word in text for word in words)
        )

    order = {certainty: number for number, certainty in enumerate(Certainty)}
    return sorted(
        filter(fits, entries),
        key=lambda entry: (
            not entry.readable,
            not (home and entry.province == home),
            bool(entry.province),
            GROUPS.index(entry.group),
            order[entry.certainty],
        ),
    )


def changes(taken: Mapping[str, Any], entry: CatalogueEntry) -> dict[str, Any]:
    """What the shipped entry says now and did not say when the source took it over (or a person last left it)."""
    return {name: value for name, value in entry.values().items() if taken.get(name) != value}
