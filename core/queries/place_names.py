"""How a place is called, for the words of a search: out of the gazetteer as the office has it, corrections and further names included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from core.queries.locality import NameRow, Sheet, names, sheet
from core.rules.gazetteer import NameNature, Nature
from core.rules.search_queries import PlaceNames

#: names that a paper uses for the locality itself
_ALIASES = frozenset({NameNature.FORMER, NameNature.BYNAME})


def place_names(session: Session, code: str, day: date) -> PlaceNames | None:
    """The names of the unit that wears the code on the day; None when the gazetteer has none.

    Aliases: former units that went into it whole, by the office's own order of names first.
    """
    found = sheet(session, code, day)
    if found is None:
        return None
    province = found.parents[-1] if found.parents else None
    return PlaceNames(
        full=found.unit.typed_name,
        bare=found.unit.name,
        parent="" if province is None else province.name,
        aliases=tuple(dict.fromkeys(_aliases(found))),
        foreign=_foreign(found.names),
        foreign_parent={} if province is None else _foreign(names(session, province.id)),
    )


def _aliases(found: Sheet) -> Iterable[str]:
    own = found.unit.typed_name
    for name in found.names:
        if name.active and name.nature in _ALIASES:
            yield f"{name.type} {name.text}".strip()
    for line in found.before:
        # Which district a commune lay in is no name of the commune.
        if (
            line.active
            and line.nature != Nature.SPLIT
            and line.unit.level == found.unit.level
            and line.unit.typed_name != own
        ):
            yield line.unit.typed_name


def _foreign(rows: Iterable[NameRow]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.active and row.nature == NameNature.FOREIGN:
            found[row.language].append(row.text)
    return {language: tuple(texts) for language, texts in found.items()}
