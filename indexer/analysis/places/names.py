"""All names that the automaton looks for, whose they are, and what else bears them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from core.rules.gazetteer import Everything, Name, NameNature
from core.text.tokens import tokenise
from indexer.analysis.places.words import COMMUNE_TYPES, DISTRICT_TYPES, SHADOWS, SURNAMES
from indexer.gazetteer.aliases import shipped_names
from indexer.gazetteer.units import Gazetteer, Unit, gazetteer

if TYPE_CHECKING:
    from daachorse import CharwiseDoubleArrayAhoCorasick

Kind = Literal["current", "former", "part", "place", "institution", "abbreviation", "foreign"]
#: the better right first
_RIGHTS: tuple[Kind, ...] = ("current", "former", "foreign", "abbreviation", "institution", "place", "part")
_KINDS: dict[NameNature, Kind] = {
    NameNature.FORMER: "former",
    NameNature.VILLAGE: "place",
    NameNature.LANDMARK: "place",
    NameNature.BYNAME: "place",
    NameNature.INSTITUTION: "institution",
    NameNature.ABBREVIATION: "abbreviation",
    NameNature.FOREIGN: "foreign",
}

_NEVER: Mapping[str, date] = MappingProxyType({})


def key_of(text: str) -> str:
    """A name as the automaton sees it: exact tokens joined by one space."""
    return " ".join(token.exact for token in tokenise(text))


def folded_key(text: str) -> str:
    """The same without accents."""
    return " ".join(token.folded for token in tokenise(text))


_SYLLABLES = re.compile("[\u30a1-\u30ff\uac00-\ud7a3](?: [\u30a1-\u30ff\uac00-\ud7a3]){2,}")


def is_transcribed(key: str) -> bool:
    """True for a name spelt by its sound, three syllables or more (하이퐁, ハイフォン): it means nothing else, as 海防 does."""
    return _SYLLABLES.fullmatch(key) is not None


@dataclass(frozen=True, slots=True)
class Owner:
    """A current unit that a name may mean, and by which right."""

    code: str
    level: str
    kind: Kind
    types: frozenset[str]
    #: the last day on which the name was official with this unit word ("" for none); only words that are no longer
    ended: Mapping[str, date] = field(default_factory=lambda: _NEVER)
    #: the first day on which the name was official at all; None when that is long ago or not known
    since: date | None = None

    def until(self, unit_word: str) -> date | None:
        """The last day on which the name was official as it is written; None while it is, or when that is not known."""
        if unit_word in self.ended:
            return self.ended[unit_word]
        if self.kind in {"former", "part"} and self.ended:
            return max(self.ended.values())
        return None


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

    def __init__(self, table: Gazetteer, extra: Iterable[Name]) -> None:
        self.table = table
        extra = tuple(extra)
        rights: dict[str, dict[str, list[_Right]]] = defaultdict(lambda: defaultdict(list))
        self.bearers: dict[str, list[Unit]] = defaultdict(list)
        keys: dict[str, str] = {}
        for unit in table.by_id.values():
            key = keys.get(unit.name) or keys.setdefault(unit.name, key_of(unit.name))
            if not any(char.isalpha() for char in key):  # "Phường 1": the number alone is no name
                continue
            self.bearers[key].append(unit)
            if unit.current:
                rights[key][unit.id].append(_Right("current", unit.type, None, unit.valid_from))
            elif unit.level in "cp":
                for heir, part in table.heirs(unit):
                    right = _Right("part" if part else "former", unit.type, unit.valid_to, unit.valid_from)
                    rights[key][heir.id].append(right)
        self.shadows = {key_of(phrase) for phrase in SHADOWS}
        #: phrases in which names of these localities mean something else
        self.excluded: dict[str, frozenset[str]] = {}
        self.near: dict[str, frozenset[str]] = {}
        #: for names that are written with a word in lower case: which of their words need a capital
        self.cased: dict[str, tuple[bool, ...]] = {}
        #: what a unit is called besides its name, where it stands as the parent of another
        self._called: dict[str, set[str]] = defaultdict(set)
        for name in extra:
            self._add(rights, name)
        #: extra names that only help to place a locality
        self.near_keys: frozenset[str] = frozenset().union(*self.near.values())
        self.owners: dict[str, tuple[Owner, ...]] = {
            key: tuple(_owner(table.by_id[code], found) for code, found in by_unit.items())
            for key, by_unit in rights.items()
        }
        every = dict.fromkeys([*self.owners, *self.bearers, *self.near_keys, *self.shadows, *self.excluded])
        self.patterns: list[str] = [key for key in every if key]
        folded: dict[str, list[str]] = defaultdict(list)
        for key in self.patterns:
            folded[folded_key(key)].append(key)
        self.folded: dict[str, tuple[str, ...]] = {key: tuple(found) for key, found in folded.items()}
        self.folded_patterns = list(self.folded)
        self._profiles: dict[tuple[str, str], Profile] = {}

    def _add(self, rights: dict[str, dict[str, list[_Right]]], name: Name) -> None:
        unit = self.table.get(name.unit)
        tokens = tokenise(name.text)
        key = " ".join(token.exact for token in tokens)
        if unit is None or not key:
            return
        if name.nature == NameNature.EXCLUDED:
            self.excluded[key] = self.excluded.get(key, frozenset()) | {unit.id}
            return
        capitals = tuple(not name.text[token.start].islower() for token in tokens)
        if not all(capitals) and key not in self.bearers:
            self.cased[key] = capitals
        if name.nature == NameNature.NEAR:
            self.near[unit.id] = self.near.get(unit.id, frozenset()) | {key}
            return
        kind = _KINDS[name.nature]
        word = unit.type if name.nature == NameNature.FOREIGN else name.type
        rights[key][unit.id].append(_Right(kind, word, name.until, None))
        if name.nature in {NameNature.FOREIGN, NameNature.ABBREVIATION, NameNature.BYNAME}:
            self._called[unit.code].add(key)

    @cached_property
    def automaton(self) -> CharwiseDoubleArrayAhoCorasick:
        """Finds :attr:`patterns`."""
        return _automaton(self.patterns)

    @cached_property
    def folded_automaton(self) -> CharwiseDoubleArrayAhoCorasick:
        """Finds :attr:`folded_patterns`."""
        return _automaton(self.folded_patterns)

    def profile(self, key: str, owner: Owner) -> Profile:
        """Remembered facts about a name for a locality."""
        found = self._profiles.get((key, owner.code))
        if found is None:
            found = self._profiles[key, owner.code] = self._make_profile(key, owner)
        return found

    def _make_profile(self, key: str, owner: Owner) -> Profile:
        unit = self.table.by_id[owner.code]
        lineage = [unit, *(before for before, _ in self.table.origins(unit))]
        own_ids = {member.id for member in lineage}
        parents = {key_of(p.name) for member in lineage for p in self.table.parents(member)}
        parents |= self.near.get(owner.code, frozenset())
        for member in lineage:
            for parent in self.table.parents(member):
                parents |= self._called.get(parent.code, set())
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
        if owner.kind == "institution":
            return 0.62, "name_institution"
        if owner.kind == "abbreviation":
            return 0.62, "name_short_form"
        if owner.kind == "foreign":
            one_by_one = len(words) == len(key.replace(" ", "")) and not is_transcribed(key)
            return (0.3 if one_by_one else 0.6), "name_foreign"
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


def _automaton(patterns: list[str]) -> CharwiseDoubleArrayAhoCorasick:
    """With a space on both sides: only whole words are found, and what would be found inside words never reaches Python."""
    from daachorse import CharwiseDoubleArrayAhoCorasick

    return CharwiseDoubleArrayAhoCorasick([f" {pattern} " for pattern in patterns])


class _Right(NamedTuple):
    """One reason why a unit may be called so, and when it was."""

    kind: Kind
    type: str
    until: date | None
    since: date | None


def _owner(unit: Unit, rights: list[_Right]) -> Owner:
    """What all reasons together say."""
    if len(rights) == 1:
        kind, word, until, since = rights[0]
        ended = _NEVER if until is None else MappingProxyType({word: until})
        return Owner(unit.id, unit.level, kind, frozenset((word,)) if word else frozenset(), ended, since)
    kind = min((right.kind for right in rights), key=_RIGHTS.index)
    types = frozenset(right.type for right in rights) - {""}
    still = {right.type for right in rights if right.kind == "current"}
    last: dict[str, date] = {}
    for right in rights:
        if right.until is not None and right.type not in still:
            last[right.type] = max(right.until, last.get(right.type, right.until))
    starts = [right.since for right in rights]
    since = None if None in starts else min(start for start in starts if start is not None)
    return Owner(unit.id, unit.level, kind, types, MappingProxyType(last), since)


@lru_cache(maxsize=1)
def names() -> Names:
    """The shipped names, built once a process: for what runs without a home, and before the first import."""
    return Names(gazetteer(), shipped_names())


class Held:
    """One revision of a gazetteer: the table at once, the names when a text is first read."""

    def __init__(self, everything: Everything | None) -> None:
        self.revision = 0 if everything is None else everything.revision
        self._everything = everything

    _last: ClassVar[Held | None] = None

    @classmethod
    def of(cls, everything: Everything) -> Held:
        """What this process made last, when that says the same: the names take a second and 60 MB, and each desk asks for them."""
        last = cls._last
        if last is None or last._everything != everything:  # noqa: SLF001 (of this class)
            last = cls._last = cls(everything)
        return last

    @cached_property
    def table(self) -> Gazetteer:
        """Units and links."""
        if self._everything is None:
            return gazetteer()
        return Gazetteer(self._everything.units, self._everything.links)

    def abroad(self) -> Iterable[tuple[str, str, str]]:
        """(language, name there, full Vietnamese name) of every locality that has a name abroad."""
        extra = shipped_names() if self._everything is None else self._everything.names
        for name in extra:
            unit = self.table.get(name.unit) if name.nature == NameNature.FOREIGN else None
            if unit is not None:
                yield name.language, name.text, f"{unit.type} {unit.name}"

    @cached_property
    def names(self) -> Names:
        """What the automaton looks for."""
        return names() if self._everything is None else Names(self.table, self._everything.names)


#: the gazetteer that comes with the program
SHIPPED = Held(None)
