"""The administrative units of Việt Nam, before and after the reform of 1 July 2025, with old → new links.

Source and licence: see :mod:`indexer.gazetteer.build`. Loaded once, on first use, in well under 0.15 s. Dates are calendar dates in
Việt Nam; an empty ``valid_from`` means "before July 2025, date not recorded", an empty ``valid_to`` "still so".
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from core.text.normalise import fold, tone_key

#: p province or city, d district (dissolved on 1 July 2025), c commune, ward, township, special zone
Level = Literal["p", "d", "c"]


class Unit(NamedTuple):
    """One unit in one period. ``id`` is the official code, with ``@2025`` or ``@2026`` behind when that period is over."""

    id: str
    level: Level
    #: xã, phường, đặc khu, thị trấn, huyện, quận, thị xã, thành phố, tỉnh
    type: str
    name: str
    parent: str
    valid_from: str
    valid_to: str
    #: ids of the units that took it over; ``/part`` behind those that took a part
    heirs: tuple[str, ...]

    @property
    def code(self) -> str:
        """The official code of the statistics office."""
        return self.id.partition("@")[0]

    @property
    def current(self) -> bool:
        """True while the unit exists."""
        return not self.valid_to

    @property
    def typed_name(self) -> str:
        """Type and name: "xã Chí Minh"."""
        return f"{self.type} {self.name}"


class Gazetteer:
    """All units with look-ups. Unknown codes give None or an empty tuple, never an error."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.by_id: dict[str, Unit] = {unit.id: unit for unit in units}
        self._children: dict[str, list[str]] = defaultdict(list)
        self._before: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for unit in self.by_id.values():
            if unit.parent:
                self._children[unit.parent].append(unit.id)
            for heir in unit.heirs:
                code, _, part = heir.partition("/")
                self._before[code].append((unit.id, bool(part)))
        self._folded: dict[str, list[str]] | None = None

    def get(self, code: str) -> Unit | None:
        """The unit that wears this code today (or the period asked for with ``@2025``)."""
        return self.by_id.get(code)

    def parents(self, unit: Unit) -> tuple[Unit, ...]:
        """From the nearest parent to the province."""
        out = []
        at = self.by_id.get(unit.parent)
        while at is not None:
            out.append(at)
            at = self.by_id.get(at.parent)
        return tuple(out)

    def children(self, unit: Unit) -> tuple[Unit, ...]:
        """Units directly below, in the order of their codes."""
        return tuple(self.by_id[code] for code in self._children.get(unit.id, ()))

    def predecessors(self, unit: Unit) -> tuple[tuple[Unit, bool], ...]:
        """Former units that went into this one, each with True when only a part of it did."""
        return tuple((self.by_id[code], part) for code, part in self._before.get(unit.id, ()))

    def successors(self, unit: Unit) -> tuple[Unit, ...]:
        """The current units that took this one over; itself when it still exists."""
        if unit.current:
            return (unit,)
        return tuple(self.by_id[heir.partition("/")[0]] for heir in unit.heirs)

    def named(self, name: str) -> tuple[Unit, ...]:
        """Every unit, past ones too, whose name is the same without accents and case ("chi minh")."""
        if self._folded is None:
            self._folded = defaultdict(list)
            for unit in self.by_id.values():
                self._folded[fold(unit.name)].append(unit.id)
        return tuple(self.by_id[code] for code in self._folded.get(fold(tone_key(name).strip()), ()))

    def full_name(self, code: str) -> str:
        """Such as "xã Chí Minh, thành phố Hải Phòng"; the code itself when it is unknown."""
        unit = self.by_id.get(code)
        if unit is None:
            return code
        return ", ".join([unit.typed_name, *(parent.typed_name for parent in self.parents(unit))])


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The shipped table, loaded once a process."""
    data = (files("indexer.gazetteer") / "data" / "units.tsv.gz").read_bytes()
    lines = gzip.decompress(data).decode("utf-8").split("\n")[1:]
    return Gazetteer(_unit(line) for line in lines if line)


def _unit(line: str) -> Unit:
    id_, level, kind, name, parent, valid_from, valid_to, heirs = line.split("\t")
    return Unit(id_, level, kind, name, parent, valid_from, valid_to, tuple(heirs.split()))  # type: ignore[arg-type]
