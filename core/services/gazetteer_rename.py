"""When a unit of the gazetteer is called otherwise: what watches it follows, and the old name goes on being known.

The name of a watched locality follows where it came from the gazetteer; one that somebody wrote stays. The old name becomes a former name
of the unit, so that texts that use it still match. The office itself is not renamed: what documents print is its administrator's to say.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.gazetteer import GazetteerName, GazetteerUnit
from core.records.unit import WatchedLocality
from core.rules.gazetteer import NameNature, Origin, Unit
from core.services.desk import Actor, Desk
from core.text.normalise import fold


def follow(session: Session, desk: Desk, actor: Actor | None, before: Unit, after: Unit) -> int:
    """After a unit was written anew, in the same transaction. Returns how many watched localities are called otherwise now."""
    old, new = before.typed_name, after.typed_name
    if old == new or after.valid_to is not None:
        return 0
    _keep(session, desk, actor, before, after)
    below = select(GazetteerUnit.code).where(
        GazetteerUnit.parent == after.code, GazetteerUnit.valid_to.is_(None)
    )
    renamed = 0
    for row in session.scalars(select(WatchedLocality).where(WatchedLocality.code == after.code)):
        if row.name == old or row.name.startswith(f"{old}, "):
            row.name = new + row.name[len(old) :]
            renamed += 1
    for row in session.scalars(select(WatchedLocality).where(WatchedLocality.code.in_(below))):
        if row.name.endswith(f", {old}"):
            row.name = row.name[: -len(old)] + new
            renamed += 1
    session.flush()
    return renamed


def _keep(session: Session, desk: Desk, actor: Actor | None, before: Unit, after: Unit) -> None:
    """The old name as a former one; the name that it has now is none any more."""
    who, now = None if actor is None else actor.account_id, desk.clock.now()
    known = {
        (row.type, row.text): row
        for row in session.scalars(
            select(GazetteerName).where(
                GazetteerName.unit_id == after.id, GazetteerName.nature == NameNature.FORMER
            )
        )
    }
    begun = after.valid_from if after.valid_from != before.valid_from else None
    row = known.get((before.type, before.name))
    if row is None:
        session.add(
            GazetteerName(
                unit_id=after.id, nature=NameNature.FORMER, text=before.name, folded=fold(before.name), language="", type=before.type,
                until=None if begun is None else begun - timedelta(days=1), note="Tên trước khi đổi trong danh mục.", origin=Origin.OFFICE,
                shipped_key="", active=True, added_by=who, added_at=now,
            )
        )  # fmt: skip
    elif not row.active:
        row.active, row.changed_by, row.changed_at, row.version = True, who, now, row.version + 1
    present = known.get((after.type, after.name))
    if present is not None and present.active:
        present.active, present.changed_by, present.changed_at = False, who, now
        present.version += 1
