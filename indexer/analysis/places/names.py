"""All names that the automaton looks for, whose they are, and what else bears them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from core.text.tokens import tokenise
from indexer.analysis.places.words import COMMUNE_TYPES, DISTRICT_TYPES, SHADOWS, SURNAMES
from indexer.gazetteer.aliases import LocalityNames, shipped_names
from indexer.gazetteer.units import Gazetteer, Unit, gazetteer

Kind = Literal["current", "former", "part", "place", "foreign"]


def key_of(text: str) -> str:
    """A name as the automaton sees it: exact tokens joined by one space."""
    return " ".join(token.exact for token in tokenise(text))


def folded_key(text: str) -> str:
    """The same without accents."""
    return " ".join(token.folded for token in tokenise(text))


@dataclass(frozen=True, slots=True)
class Owner:
    """A current unit that a name may mean, and by which right."""

    code: str
    level: str
    kind: Kind
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the scorer must know of one name for one locality."""

    owner: Owner
    base: float
    base_code: str
    #: names of provinces and districts that place it
    parents: frozenset[str]
    #: names that place one of its namesakes
    foreign: frozenset[str]
    #: (type, key) that another unit bears
    others: frozenset[str]
    #: unit words under which the same name means a wider or other unit inside the same province
    inside: frozenset[str]


class Names:
    """The names of all units and the extra names of localities. Built once in about a third of a second."""

    def __init__(self, table: Gazetteer, extra: dict[str, LocalityNames]) -> None:
        self.table = table
        self.extra = extra
        owners: dict[str, dict[str, Owner]] = defaultdict(dict)
        self.bearers: dict[str, list[Unit]] = defaultdict(list)
        keys: dict[str, str] = {}
        for unit in table.by_id.values():
            key = keys.get(unit.name) or keys.setdefault(unit.name, key_of(unit.name))
            if not any(char.isalpha() for char in key):  # "Phường 1": the number alone is no name
                continue
            self.bearers[key].append(unit)
            if unit.current:
                self._own(owners, key, unit, "current", unit.type)
            elif unit.level in "cp":
                for heir in unit.heirs:
                    code, _, part = heir.partition("/")
                    self._own(owners, key, table.by_id[code], "part" if part else "former", unit.type)
        self.shadows = {key_of(phrase) for phrase in SHADOWS}
        self.near: dict[str, frozenset[str]] = {}
        for code, names in extra.items():
            known = table.get(code)
            if known is None:
                continue
            for kind, name in names.former:
                self._own(owners, key_of(name), known, "former", kind)
            for name in names.places:
                self._own(owners, key_of(name), known, "place", "")
            for _, name in names.foreign:
                self._own(owners, key_of(name), known, "foreign", known.type)
            self.shadows.update(key_of(name) for name in names.exclude)
            self.near[code] = frozenset(key_of(name) for name in names.near)
        self.owners: dict[str, tuple[Owner, ...]] = {
            key: tuple(found.values()) for key, found in owners.items()
        }
        every = dict.fromkeys([*self.owners, *self.bearers, *self.near_keys(), *self.shadows])
        self.patterns: list[str] = [key for key in every if key]
        self.folded: dict[str, tuple[str, ...]] = {}
        folded: dict[str, list[str]] = defaultdict(list)
        for key in self.patterns:
            folded[folded_key(key)].append(key)
        self.folded = {key: tuple(found) for key, found in folded.items()}
        self.folded_patterns = list(self.folded)
        self._profiles: dict[tuple[str, str], Profile] = {}

    @staticmethod
    def _own(owners: dict[str, dict[str, Owner]], key: str, unit: Unit, kind: Kind, type_: str) -> None:
        old = owners[key].get(unit.id)
        types = frozenset({type_}) - {""}
        if old is not None:
            order = ("current", "former", "foreign", "place", "part")
            kind = min(kind, old.kind, key=order.index)
            types |= old.types
        owners[key][unit.id] = Owner(unit.id, unit.level, kind, types)

    def near_keys(self) -> Iterable[str]:
        """Keys of the extra names that only help to place a locality."""
        return (key for keys in self.near.values() for key in keys)

    def profile(self, key: str, owner: Owner) -> Profile:
        """Remembered facts about a name for a locality."""
        found = self._profiles.get((key, owner.code))
        if found is None:
            found = self._profiles[key, owner.code] = self._make_profile(key, owner)
        return found

    def _make_profile(self, key: str, owner: Owner) -> Profile:
        unit = self.table.by_id[owner.code]
        lineage = [unit, *(before for before, _ in self.table.predecessors(unit))]
        own_ids = {member.id for member in lineage}
        parents = {key_of(p.name) for member in lineage for p in self.table.parents(member)}
        parents |= self.near.get(owner.code, frozenset())
        parents |= {
            key_of(name)
            for member in lineage
            for p in self.table.parents(member)
            if p.code in self.extra
            for _, name in self.extra[p.code].foreign
        }
        strangers = [bearer for bearer in self.bearers.get(key, ()) if bearer.id not in own_ids]
        own_area = {p.id for member in lineage for p in self.table.parents(member)}
        foreign: set[str] = set()
        inside: set[str] = set()
        others: set[str] = set()
        for stranger in strangers:
            wider = {p.id for p in self.table.parents(stranger)} | {stranger.id}
            if stranger.id in own_area or (unit.level == "p" and wider & {unit.id, *own_ids}):
                inside.add(stranger.type)
                continue
            others.add(stranger.type)
            foreign |= {key_of(p.name) for p in self.table.parents(stranger)}
        foreign -= parents
        base, code = self._base(key, owner, strangers, unit)
        return Profile(
            owner, base, code, frozenset(parents), frozenset(foreign), frozenset(others), frozenset(inside)
        )

    def _base(self, key: str, owner: Owner, strangers: list[Unit], unit: Unit) -> tuple[float, str]:
        words = key.split()
        if owner.kind == "place":
            return 0.5, "name_place"
        if owner.kind == "foreign":
            return (0.3 if len(words) == len(key.replace(" ", "")) else 0.6), "name_foreign"
        if unit.level == "p":
            if owner.kind == "current":
                return 0.62, "name_province"
            return 0.4, "name_former_province"
        if len(words) == 1:
            return 0.0, "name_short"
        if len(words) >= 3 and words[0] in SURNAMES.exact:
            return 0.0, "name_person"
        if any(s.level == "p" for s in strangers):
            return 0.05, "name_wider"
        if any(s.type in DISTRICT_TYPES for s in strangers):
            return 0.15, "name_wider"
        if any(s.type in COMMUNE_TYPES for s in strangers):
            return 0.15, "name_shared"
        if owner.kind == "part":
            return 0.2, "name_part"
        return (0.35 if owner.kind == "current" else 0.25), "name_unique"


@lru_cache(maxsize=1)
def names() -> Names:
    """The shipped names, built once a process."""
    return Names(gazetteer(), shipped_names())
