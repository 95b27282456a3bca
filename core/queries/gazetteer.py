"""The gazetteer as the place match reads it: whole, at one revision."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.gazetteer import GazetteerLink, GazetteerName, GazetteerUnit
from core.records.unit import Setting
from core.rules.gazetteer import Everything, Link, Name, NameNature, Nature, Unit

#: the setting that holds the revision and what was imported last
SETTING = "gazetteer"


def revision(session: Session) -> int:
    """Grows by one with every change of a unit, a link or a name; 0 before the first import."""
    value = session.scalar(select(Setting.value).where(Setting.key == SETTING))
    return 0 if value is None else int(value.get("revision", 0))


def everything(session: Session) -> Everything:
    """All units, the links that hold and the names that are switched on."""
    unit, link, name = GazetteerUnit, GazetteerLink, GazetteerName
    units = session.execute(
        select(unit.id, unit.level, unit.type, unit.name, unit.parent, unit.valid_from, unit.valid_to)
        # Today's first, then by code: the order that the shipped table has.
        .order_by(unit.valid_to.is_not(None), unit.id)
    )
    links = session.execute(
        select(link.old_id, link.new_id, link.nature, link.day)
        .where(link.active)
        .order_by(link.old_id, link.new_id)
    )
    names = session.execute(
        select(name.unit_id, name.nature, name.text, name.language, name.type, name.until)
        .where(name.active)
        .order_by(name.id)
    )
    nature = {str(one): one for one in Nature}
    return Everything(
        revision(session),
        tuple(Unit(*row) for row in units),  # type: ignore[arg-type]
        tuple(Link(old, new, nature[word], day) for old, new, word, day in links),
        tuple(Name(row[0], NameNature(row[1]), *row[2:]) for row in names),
    )


def digest(session: Session) -> str:
    """SHA-256 of the shipped values that were taken in last; "" before the first time."""
    value = session.scalar(select(Setting.value).where(Setting.key == SETTING))
    return "" if value is None else str(value.get("digest", ""))


def offered(session: Session) -> int:
    """Units whose shipped values differ from the office's own, and that the office has not said to keep."""
    return len(offers(session))


@dataclass(frozen=True, slots=True)
class Offer:
    """A unit that an office has corrected, with what is shipped now: fields as (name, the office's, the shipped one)."""

    unit_id: str
    name: str
    version: int
    changed: tuple[tuple[str, str, str], ...]
    kept: bool
    """The office has seen these shipped values and kept its own."""


def offers(session: Session, *, kept: bool = False) -> tuple[Offer, ...]:
    """Corrected units whose shipped values differ; with ``kept``, those too that the office decided about."""
    rows = session.scalars(select(GazetteerUnit).where(GazetteerUnit.corrected).order_by(GazetteerUnit.id))
    found = (offer_of(row) for row in rows)
    return tuple(one for one in found if one is not None and (kept or not one.kept))


def offer_of(row: GazetteerUnit) -> Offer | None:
    """What is shipped for a unit; None when that is what it holds."""
    if not row.shipped:
        return None
    mine = facts_of(row).values()
    changed = tuple(
        (name, _shown(mine.get(name)), _shown(value))
        for name, value in row.shipped.items()
        if mine.get(name) != value
    )
    if not changed:
        return None
    return Offer(row.id, f"{row.type} {row.name}", row.version, changed, row.shipped == row.kept)


def facts_of(row: GazetteerUnit) -> Unit:
    """The row as plain facts."""
    return Unit(
        row.id, row.level, row.type, row.name, row.parent, row.valid_from, row.valid_to, row.source, row.note  # type: ignore[arg-type]
    )  # fmt: skip


def _shown(value: object) -> str:
    return "" if value is None else str(value)
