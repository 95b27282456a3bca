"""The administrative units of Việt Nam, before and after the reform of 1 July 2025, with old → new links, in memory.

The shipped table comes from :mod:`indexer.gazetteer.build`; an installation has its own copy in the database, which staff correct, and
:class:`Gazetteer` is made of either. Dates are calendar dates in Việt Nam.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from core.rules.gazetteer import Level, Link, Nature, Unit
from core.text.normalise import fold, tone_key

__all__ = ["Gazetteer", "Level", "Link", "Nature", "Unit", "gazetteer", "read_table", "shipped_table"]

#: a chain of changes is followed this far, so that a circle drawn by hand ends too
_LONGEST = 12


class Gazetteer:
    """All units with look-ups. Unknown codes give None or an empty tuple, never an error."""

    def __init__(self, units: Iterable[Unit], links: Iterable[Link]) -> None:
        self.by_id: dict[str, Unit] = {unit.id: unit for unit in units}
        self._by_code: dict[str, list[Unit]] = defaultdict(list)
        self._below: dict[str, list[Unit]] = defaultdict(list)
        self._after: dict[str, list[Link]] = defaultdict(list)
        self._before: dict[str, list[Link]] = defaultdict(list)
        for unit in self.by_id.values():
            self._by_code[unit.code].append(unit)
            if unit.parent:
                self._below[unit.parent].append(unit)
        for link in links:
            if link.old in self.by_id and link.new in self.by_id:
                self._after[link.old].append(link)
                self._before[link.new].append(link)
        self._folded: dict[str, list[str]] | None = None

    def get(self, code: str) -> Unit | None:
        """The unit that wears this code today (or the period asked for with ``@2025``)."""
        return self.by_id.get(code)

    def on(self, code: str, day: date | None) -> Unit | None:
        """The unit that wore this code on a day; None: the one that still does."""
        for unit in self._by_code.get(code, ()):
            if unit.current if day is None else unit.valid_on(day):
                return unit
        return None

    def parents(self, unit: Unit, day: date | None = None) -> tuple[Unit, ...]:
        """From the nearest parent to the province, as they were on a day; without one: when the unit was last."""
        day = day or unit.valid_to
        out: list[Unit] = []
        at = self.on(unit.parent, day) if unit.parent else None
        while at is not None and len(out) < _LONGEST:
            out.append(at)
            at = self.on(at.parent, day) if at.parent else None
        return tuple(out)

    def children(self, unit: Unit) -> tuple[Unit, ...]:
        """Units that were directly below when the unit was last, in the order of their codes."""
        return tuple(
            below
            for below in self._below.get(unit.code, ())
            if (below.current if unit.valid_to is None else below.valid_on(unit.valid_to))
        )

    def links_from(self, unit: Unit) -> tuple[Link, ...]:
        """What became of it."""
        return tuple(self._after.get(unit.id, ()))

    def links_to(self, unit: Unit) -> tuple[Link, ...]:
        """What it was made of."""
        return tuple(self._before.get(unit.id, ()))

    def origins(self, unit: Unit) -> tuple[tuple[Unit, bool], ...]:
        """Every former unit that went into this one, through all changes, each with True when only a part of it did."""
        return self._walk(unit, self._before, forward=False)

    def successors(self, unit: Unit) -> tuple[Unit, ...]:
        """The current units that took this one over; itself when it still exists."""
        return tuple(heir for heir, _ in self.heirs(unit))

    def heirs(self, unit: Unit) -> tuple[tuple[Unit, bool], ...]:
        """As :meth:`successors`, each with True when it took over only a part. A dissolved district leads where its communes went."""
        if unit.current:
            return ((unit, False),)
        links = self._after.get(unit.id, ())
        if len(links) == 1 and (heir := self.by_id[links[0].new]).current:  # nine in ten
            return ((heir, links[0].nature == Nature.SPLIT),)
        found = self._walk(unit, self._after, forward=True)
        if not found and unit.level == "d":
            parts = dict.fromkeys(heir for child in self.children(unit) for heir, _ in self.heirs(child))
            return tuple((heir, True) for heir in parts)
        return tuple((heir, part) for heir, part in found if heir.current)

    def _walk(
        self, unit: Unit, links: dict[str, list[Link]], *, forward: bool
    ) -> tuple[tuple[Unit, bool], ...]:
        found: dict[str, bool] = {}
        fresh = [(unit.id, False)]
        for _ in range(_LONGEST):
            following = []
            for at, part in fresh:
                for link in links.get(at, ()):
                    other = link.new if forward else link.old
                    partly = part or link.nature == Nature.SPLIT
                    if other != unit.id and other not in found:
                        following.append((other, partly))
                    found[other] = found.get(other, True) and partly
            fresh = following
            if not fresh:
                break
        found.pop(unit.id, None)
        return tuple((self.by_id[code], part) for code, part in found.items())

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
    """The shipped table, loaded once a process: for what runs without a home, and before the first import."""
    return Gazetteer(*read_table(shipped_table()))


def shipped_table() -> bytes:
    """The shipped table as it lies in the package (gzip)."""
    return (files("indexer.gazetteer") / "data" / "units.tsv.gz").read_bytes()


def read_table(data: bytes) -> tuple[list[Unit], list[Link]]:
    """Units and links of a table, gzip or plain. Raises ValueError naming the line that is wrong."""
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    units: list[Unit] = []
    after: list[tuple[str, str, str]] = []
    for number, line in enumerate(text.split("\n")[1:], start=2):
        if not line:
            continue
        try:
            id_, level, kind, name, parent, valid_from, valid_to, heirs, source, note = line.split("\t")
            if level not in {"p", "d", "c"} or not id_ or not name:
                raise ValueError("id, level p/d/c and name are needed")
            unit = Unit(id_, level, kind, name, parent, _day(valid_from), _day(valid_to), source, note)  # type: ignore[arg-type]
            units.append(unit)
            after += [(id_, *_heir(heir)) for heir in heirs.split()]
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    begun = {unit.id: unit for unit in units}
    links = []
    for old, new, nature in after:
        if new not in begun:
            raise ValueError(f"{old} leads to {new}, which is not in the table")
        links.append(Link(old, new, Nature(nature), begun[new].valid_from, begun[new].source))
    return units, links


def _heir(text: str) -> tuple[str, str]:
    new, _, nature = text.partition(":")
    return new, Nature(nature).value


@cache
def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
