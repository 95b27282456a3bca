"""Administrative units, the links between them and their names, as plain facts with dates. Pure.

Dates are calendar dates in Việt Nam. ``valid_from`` None means "date not recorded", ``valid_to`` None "still so"; ``valid_to`` is the
last day on which the thing was so. Codes of the statistics office are used again (11131 was xã Văn Tố and is xã Chí Minh), so a unit
is named by ``id``: its code, with ``@2025`` or ``@2026`` behind when that period is over. On one day a code means one unit at most.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Literal, NamedTuple

#: p province or city, d district (dissolved on 1 July 2025), c commune, ward, township, special zone
Level = Literal["p", "d", "c"]

#: the reform of 1 July 2025: two levels instead of three
REFORM = date(2025, 7, 1)


class Nature(StrEnum):
    """What became of a unit, seen from the new one."""

    MERGED = "merged"
    """It went into a unit made of several."""
    SPLIT = "split"
    """It was divided; this unit took over a part."""
    RENAMED = "renamed"
    TYPE_CHANGED = "type_changed"
    CONTINUED = "continued"
    """The same unit under another parent or code."""


class NameNature(StrEnum):
    """What a further name of a locality is."""

    FORMER = "former"
    VILLAGE = "village"
    LANDMARK = "landmark"
    INSTITUTION = "institution"
    """An institution that is the locality in the mouth of the press: its committee, its police, its only market."""
    BYNAME = "byname"
    ABBREVIATION = "abbreviation"
    FOREIGN = "foreign"
    NEAR = "near"
    """No name of the locality; it places the locality when it stands near."""
    EXCLUDED = "excluded"
    """Words in which the name is something else."""


class Origin(StrEnum):
    """Who says so."""

    SHIPPED = "shipped"
    OFFICE = "office"


#: languages in which foreign names are kept
LANGUAGES = ("en", "fr", "zh", "ja", "ko", "ru", "th", "lo", "km")


class Unit(NamedTuple):
    """One unit in one period."""

    id: str
    level: Level
    type: str
    """xã, phường, đặc khu, thị trấn, huyện, quận, thị xã, thành phố, tỉnh"""
    name: str
    parent: str
    """Code of the unit above, "" for none; which unit that is depends on the day."""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    note: str = ""

    @property
    def code(self) -> str:
        """The official code of the statistics office."""
        return self.id.partition("@")[0]

    @property
    def current(self) -> bool:
        """True while the unit exists."""
        return self.valid_to is None

    @property
    def typed_name(self) -> str:
        """Type and name: "xã Chí Minh"."""
        return f"{self.type} {self.name}"

    def valid_on(self, day: date) -> bool:
        """True when the unit existed on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def values(self) -> dict[str, Any]:
        """What an office may correct, as JSON."""
        return {
            "type": self.type,
            "name": self.name,
            "parent": self.parent,
            "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "note": self.note,
        }


class Link(NamedTuple):
    """From an old unit to one that took it over, or a part of it, on a day."""

    old: str
    new: str
    nature: Nature
    day: date | None = None
    source: str = ""


class Name(NamedTuple):
    """A further name of a locality, or words that exclude it. ``unit`` is the id of a unit, mostly of a current one."""

    unit: str
    nature: NameNature
    text: str
    language: str = ""
    type: str = ""
    """The unit word that a former name went with: xã, phường, thị trấn, huyện."""
    until: date | None = None
    """The last day on which a former name was official; None when that is not known."""

    @property
    def key(self) -> str:
        """What makes it one name: the same locality, nature, language, type and text."""
        return f"{self.unit}|{self.nature}|{self.language}|{self.type}|{self.text}"


class Everything(NamedTuple):
    """The whole gazetteer at one revision. Revision 0: nothing was imported yet."""

    revision: int
    units: tuple[Unit, ...]
    links: tuple[Link, ...]
    names: tuple[Name, ...]
