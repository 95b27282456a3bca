"""Shipped values into the gazetteer: once at ``lamro init``, again with every newer table; an office's corrections stay.

One transaction: either all of a table is there or nothing. Where an office has corrected a unit, the shipped values are kept beside
its own and offered (decision 7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from sqlalchemy import Table as FromTable
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries.gazetteer import SETTING
from core.records.gazetteer import GazetteerLink, GazetteerName, GazetteerUnit
from core.records.schema import Table
from core.records.unit import Setting
from core.rules.gazetteer import Link, Name, Origin, Unit
from core.services import audit, gazetteer_rename, rereading
from core.services.desk import Desk
from core.text.normalise import fold

#: rows in one statement, and between two steps of the progress
_STEP = 2000

Progress = Callable[[str, int, int], None]
"""(what, done, whole): units, links, names"""


@dataclass(slots=True)
class Imported:
    """What an import did; all zero (but ``offered``) when it brought nothing new."""

    units_new: int = 0
    units_changed: int = 0
    links_new: int = 0
    links_changed: int = 0
    links_gone: int = 0
    names_new: int = 0
    names_gone: int = 0
    offered: int = 0
    """Units that an office has corrected and that the shipped table gives otherwise."""
    left_alone: int = 0
    """Names and links that an office has switched off or written itself, and that stay so."""
    reread: int = 0
    """Watched localities whose stored items are read again afterwards."""
    renamed: int = 0
    """Watched localities that are called otherwise now."""
    revision: int = 0

    @property
    def changed(self) -> bool:
        """True when anything was written."""
        return bool(
            self.units_new or self.units_changed or self.links_new or self.links_changed
            or self.links_gone or self.names_new or self.names_gone
        )  # fmt: skip


class _Changed(set[str]):
    """Ids of units whose meaning for a text changed, with the folded names that came or went."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()


def take_in(
    desk: Desk,
    units: Sequence[Unit],
    links: Sequence[Link],
    names: Sequence[Name] | None,
    digest: str,
    *,
    progress: Progress | None = None,
) -> Imported:
    """Bring the gazetteer to these shipped values. Harmless when repeated.

    A unit that is given is given whole, with all links that lead from it; units that are not given stay. ``names`` None leaves the
    names; given, they are all shipped names of the localities that they name. Raises :class:`Invalid` when a link or a name is of a unit
    that is neither given nor there. Stored items of the watched localities that it concerns are read again afterwards.
    """
    found, changed = Imported(), _Changed()
    tell = progress or (lambda what, done, whole: None)
    with desk.store.write() as session:
        known = set(session.scalars(select(GazetteerUnit.id)))
        _check(known.union(unit.id for unit in units), links, names or ())
        was = _units(session, units, found, changed, tell)
        _links(session, {unit.id for unit in units}, links, found, changed, tell)
        if names is not None:
            _names(session, desk, names, found, changed, tell)
        for before, after in was:
            found.renamed += gazetteer_rename.follow(session, desk, None, before, after)
        if found.changed:
            found.revision = raise_revision(session, {"digest": digest})
            session.flush()
            found.reread = rereading.ask(session, desk, None, changed, changed.names)
            audit.record(
                session, desk, None, "gazetteer.import", "gazetteer", digest[:12], detail=asdict(found)
            )
        else:
            row = session.get(Setting, SETTING)
            found.revision = 0 if row is None else int(row.value.get("revision", 0))
    return found


def raise_revision(session: Session, more: dict[str, Any] | None = None) -> int:
    """Every change of the gazetteer ends with this, in its own transaction: readers load it again. Returns the new revision."""
    row = session.get(Setting, SETTING)
    if row is None:
        row = Setting(key=SETTING, value={"revision": 0})
        session.add(row)
    row.value = {**row.value, **(more or {}), "revision": int(row.value.get("revision", 0)) + 1}
    session.flush()
    return int(row.value["revision"])


def _check(known: Collection[str], links: Sequence[Link], names: Sequence[Name]) -> None:
    lost = sorted({end for link in links for end in (link.old, link.new)}.difference(known))
    lost += sorted({name.unit for name in names}.difference(known))
    if lost:
        raise Invalid(
            f"Chưa nhập danh mục địa bàn: tệp nhắc đến đơn vị không có: {', '.join(lost[:5])}. Không có gì thay đổi.",
            f"The gazetteer was not imported: units that do not exist are named: {', '.join(lost[:5])}. Nothing was changed.",
        )


def _insert(session: Session, record: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Rows past the unit of work: thousands of them, and nobody looks at one."""
    session.flush()
    session.connection().execute(cast("FromTable", record.__table__).insert(), rows)


def _unit_row(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.id,
        "code": unit.code,
        "level": unit.level,
        "type": unit.type,
        "name": unit.name,
        "folded": fold(unit.name),
        "parent": unit.parent,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "source": unit.source,
        "note": unit.note,
    }


#: of a unit, what a text is read by
_READ = ("code", "level", "type", "name", "parent", "valid_from", "valid_to")


def _units(
    session: Session, units: Sequence[Unit], found: Imported, changes: _Changed, tell: Progress
) -> list[tuple[Unit, Unit]]:
    """Returns the units that were called otherwise, as they were and as they are."""
    renamed: list[tuple[Unit, Unit]] = []
    old = {row.id: row for row in session.execute(select(*GazetteerUnit.__table__.columns))}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for unit in units:
        row = old.get(unit.id)
        values = _unit_row(unit)
        if row is None:
            changes.add(unit.id)
            fresh.append({**values, "origin": Origin.SHIPPED, "corrected": False, "version": 1})
        elif row.corrected or row.origin == Origin.OFFICE:
            offer = unit.values()
            mine = Unit(
                row.id, row.level, row.type, row.name, row.parent, row.valid_from, row.valid_to, "", row.note
            )
            if row.shipped != offer:
                session.execute(
                    update(GazetteerUnit)
                    .where(GazetteerUnit.id == unit.id)
                    .values(shipped=offer, corrected=True)
                )
            found.offered += offer not in (row.kept, mine.values())
        elif any(getattr(row, name) != value for name, value in values.items()):
            changed.append(values)
            if (row.type, row.name) != (unit.type, unit.name):
                was = Unit(row.id, row.level, row.type, row.name, row.parent, row.valid_from, row.valid_to)
                renamed.append((was, unit))
            if any(getattr(row, name) != values[name] for name in _READ):
                changes.add(unit.id)
                changes.names.add(row.folded)
    for start in range(0, len(fresh), _STEP):
        _insert(session, GazetteerUnit, fresh[start : start + _STEP])
        tell("units", min(start + _STEP, len(fresh)), len(fresh))
    if changed:
        session.execute(update(GazetteerUnit), changed)
    found.units_new, found.units_changed = len(fresh), len(changed)
    return renamed


def _links(
    session: Session,
    given: set[str],
    links: Sequence[Link],
    found: Imported,
    changes: _Changed,
    tell: Progress,
) -> None:
    old = {(row.old_id, row.new_id): row for row in session.execute(select(*GazetteerLink.__table__.columns))}
    wanted = {(link.old, link.new): link for link in links}
    fresh: list[dict[str, Any]] = []
    for key, link in wanted.items():
        row = old.get(key)
        values = {"nature": str(link.nature), "day": link.day, "source": link.source}
        if row is None:
            changes |= {link.old, link.new}
            fresh.append(
                {"old_id": link.old, "new_id": link.new, **values, "origin": Origin.SHIPPED, "active": True}
            )
        elif row.changed_by is not None or row.origin == Origin.OFFICE:
            found.left_alone += not row.active
        elif not row.active or any(getattr(row, name) != value for name, value in values.items()):
            _set_link(session, key, {**values, "active": True})
            changes |= {link.old, link.new}
            found.links_changed += 1
    for key, row in old.items():
        shipped = row.origin == Origin.SHIPPED and row.changed_by is None and row.active
        if shipped and key[0] in given and key not in wanted:
            _set_link(session, key, {"active": False})
            changes |= set(key)
            found.links_gone += 1
    for start in range(0, len(fresh), _STEP):
        _insert(session, GazetteerLink, fresh[start : start + _STEP])
        tell("links", min(start + _STEP, len(fresh)), len(fresh))
    found.links_new = len(fresh)


def _set_link(session: Session, key: tuple[str, str], values: dict[str, Any]) -> None:
    session.execute(
        update(GazetteerLink)
        .where(GazetteerLink.old_id == key[0], GazetteerLink.new_id == key[1])
        .values(**values)
    )


def _names(
    session: Session, desk: Desk, names: Sequence[Name], found: Imported, changes: _Changed, tell: Progress
) -> None:
    rows = session.scalars(select(GazetteerName)).all()
    shipped = {row.shipped_key: row for row in rows if row.shipped_key}
    written = {
        (row.unit_id, row.nature, row.language, row.type, row.text) for row in rows if not row.shipped_key
    }
    now = desk.clock.now()
    fresh: list[dict[str, Any]] = []
    wanted: set[str] = set()
    for name in names:
        key = name.key
        wanted.add(key)
        row = shipped.get(key)
        if row is None:
            if (name.unit, str(name.nature), name.language, name.type, name.text) in written:
                found.left_alone += 1
                continue
            changes.add(name.unit)
            changes.names.add(fold(name.text))
            fresh.append(
                {
                    "unit_id": name.unit, "nature": str(name.nature), "text": name.text, "folded": fold(name.text),
                    "language": name.language, "type": name.type, "until": name.until, "note": "", "origin": Origin.SHIPPED,
                    "shipped_key": key, "active": True, "added_at": now, "version": 1,
                }
            )  # fmt: skip
        elif row.changed_by is not None:
            found.left_alone += 1
        elif not row.active or row.until != name.until:
            row.active, row.until = True, name.until
            changes.add(name.unit)
            changes.names.add(row.folded)
            found.names_new += 1
    localities = {name.unit for name in names}
    for key, row in shipped.items():
        if key not in wanted and row.unit_id in localities and row.active and row.changed_by is None:
            row.active = False
            changes.add(row.unit_id)
            changes.names.add(row.folded)
            found.names_gone += 1
    for start in range(0, len(fresh), _STEP):
        _insert(session, GazetteerName, fresh[start : start + _STEP])
        tell("names", min(start + _STEP, len(fresh)), len(fresh))
    found.names_new += len(fresh)
