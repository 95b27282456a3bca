"""Offices and what they watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from core.errors import Invalid, NotFound
from core.records.unit import Unit, WatchedLocality
from core.rules.vocabulary import Level
from core.services import accounts, acting, audit
from core.services.desk import Actor, Desk


def ensure_unit(
    desk: Desk,
    locality: str,
    level: Level | str,
    name: str,
    short_name: str,
    parent_locality: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """The id of the office with this official unit code; made when it does not exist.

    An office that exists is not overwritten (decision 7: the database is the truth); only a missing parent and missing details are
    filled in. Raises :class:`Invalid` on an unknown level or an empty name.
    """
    if not locality.isdigit() or not name.strip() or level not in set(Level):
        raise Invalid(
            f"Không tạo được cơ quan cho mã {locality!r}: cần mã số đơn vị hành chính, cấp và tên.",
            f"Cannot make an office for {locality!r}: needs a numeric unit code, a level and a name.",
        )
    with desk.store.write() as session:
        parent_id = None
        if parent_locality:
            parent_id = session.scalar(select(Unit.id).where(Unit.locality == parent_locality))
        unit = session.scalar(select(Unit).where(Unit.locality == locality))
        if unit is None:
            unit = Unit(
                locality=locality,
                level=str(level),
                name=name.strip(),
                short_name=short_name.strip() or name.strip(),
                parent_id=parent_id,
                details=dict(details or {}),
            )
            session.add(unit)
            session.flush()
            audit.record(session, desk, None, "unit.create", "unit", unit.id, detail={"locality": locality})
            return unit.id
        if unit.parent_id is None and parent_id is not None and parent_id != unit.id:
            unit.parent_id = parent_id
        missing = {key: value for key, value in (details or {}).items() if key not in unit.details}
        if missing:
            unit.details = {**unit.details, **missing}
        return unit.id


def watch(desk: Desk, actor: Actor | None, unit_id: int, codes: Sequence[str]) -> None:
    """Set the localities that an office watches to exactly these unit codes. ``actor`` None: set-up by the command line.

    A code that leaves the list stays with its aliases, inactive. Raises :class:`NotFound`, :class:`Forbidden`, :class:`Invalid`.
    """
    wanted = list(dict.fromkeys(code.strip() for code in codes))
    with audit.attempt(desk, actor, "unit.watch", "unit", unit_id), desk.store.write() as session:
        if session.get(Unit, unit_id) is None:
            raise NotFound("Không có cơ quan này.", f"No unit {unit_id}.")
        if actor is not None:
            acting.person(session, actor, "unit.watch")
            accounts.require_office(session, actor, unit_id)
        wrong = [code for code in wanted if not code.isdigit() or desk.analyst.unit_name(code) == code]
        if wrong:
            raise Invalid(
                f"Không có đơn vị hành chính mang mã {', '.join(wrong)}. Tra mã trong danh mục địa bàn rồi nhập lại.",
                f"No administrative unit has the code {', '.join(wrong)}.",
                fields={"localities": f"Mã không có trong danh mục: {', '.join(wrong)}."},
            )
        rows = {
            row.code: row
            for row in session.scalars(select(WatchedLocality).where(WatchedLocality.unit_id == unit_id))
        }
        before = sorted(code for code, row in rows.items() if row.active)
        for code in wanted:
            if code in rows:
                rows[code].active = True
            else:
                session.add(
                    WatchedLocality(
                        unit_id=unit_id,
                        code=code,
                        name=desk.analyst.unit_name(code),
                        active=True,
                        aliases=[],
                        exclusions=[],
                    )
                )
        for code, row in rows.items():
            if code not in wanted:
                row.active = False
        if before != sorted(wanted):
            audit.record(
                session,
                desk,
                actor,
                "unit.watch",
                "unit",
                unit_id,
                detail={"before": before, "after": sorted(wanted)},
            )


#: what documents print of an office, and how long it may be; ``spokesperson`` holds name, title, phone and email
DETAILS = {"place": 120, "superior": 200, "province": 120, "portal": 200, "code": 40, "archive": 120}
SPOKESPERSON = {"name": 120, "title": 120, "phone": 40, "email": 200}


def describe(
    desk: Desk, actor: Actor | None, unit_id: int, details: Mapping[str, str], spokesperson: Mapping[str, str]
) -> None:
    """Set what documents print of an office. Keys are those of :data:`DETAILS` and :data:`SPOKESPERSON`; others of the office stay.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Invalid` (fields).
    """
    given = {key: " ".join(details.get(key, "").split()) for key in DETAILS}
    person = {key: " ".join(spokesperson.get(key, "").split()) for key in SPOKESPERSON}
    with audit.attempt(desk, actor, "unit.edit", "unit", unit_id), desk.store.write() as session:
        unit = session.get(Unit, unit_id)
        if unit is None:
            raise NotFound("Không có cơ quan này.", f"No unit {unit_id}.")
        if actor is not None:
            acting.person(session, actor, "unit.edit")
            accounts.require_office(session, actor, unit_id)
        long = [key for key, most in DETAILS.items() if len(given[key]) > most]
        long += [f"spokesperson_{key}" for key, most in SPOKESPERSON.items() if len(person[key]) > most]
        if long:
            raise Invalid(
                "Chưa lưu được thông tin cơ quan: có mục quá dài.",
                f"Too long: {', '.join(long)}.",
                fields=dict.fromkeys(long, "Mục này quá dài."),
            )
        before = dict(unit.details)
        after = {**before, **given, "spokesperson": person}
        if before != after:
            unit.details = after
            changed = sorted(key for key in after if before.get(key) != after[key])
            audit.record(session, desk, actor, "unit.edit", "unit", unit_id, detail={"changed": changed})


def active_units(desk: Desk) -> list[int]:
    """Ids of the offices that watch something: those that get a weekly digest."""
    with desk.store.read() as session:
        return list(
            session.scalars(
                select(WatchedLocality.unit_id)
                .where(WatchedLocality.active)
                .distinct()
                .order_by(WatchedLocality.unit_id)
            )
        )


def by_locality(desk: Desk, code: str) -> int | None:
    """The id of the office with this official unit code."""
    with desk.store.read() as session:
        return session.scalar(select(Unit.id).where(Unit.locality == code))
