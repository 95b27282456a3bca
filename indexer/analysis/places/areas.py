"""The provinces that localities lie in: a text that names only the province may tell a story of the locality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from core.text.normalise import new_tone
from indexer.gazetteer.units import Gazetteer


def areas_of(table: Gazetteer, localities: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Province code → those of the localities that lie in it; a province itself lies in none."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in localities:
        unit = table.get(code)
        for parent in table.parents(unit) if unit is not None else ():
            if parent.level == "p":
                found[parent.id].add(code)
    return {area: frozenset(codes) for area, codes in found.items()}


def area_names(table: Gazetteer, localities: Iterable[str]) -> tuple[str, ...]:
    """Names of their provinces and of the former ones that these took in, with the tone mark at both places (hòa, hoà)."""
    units = [table.by_id[code] for code in sorted(areas_of(table, localities))]
    units += [
        before
        for unit in tuple(units)
        for before, part in table.origins(unit)
        if before.level == "p" and not part
    ]
    names = dict.fromkeys(unit.name for unit in units)
    return tuple(dict.fromkeys([*names, *map(new_tone, names)]))
