"""People and offices, for the administrator's screens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import people
from core.records.account import Account, AccountRole, WebSession
from core.records.unit import Unit, WatchedLocality
from core.rules.vocabulary import Role


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A member of staff."""

    id: int
    username: str
    display_name: str
    position: str
    email: str
    unit_id: int
    unit_name: str
    roles: frozenset[Role]
    active: bool
    must_change_password: bool
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """An office with what documents print of it."""

    id: int
    locality: str
    level: str
    name: str
    short_name: str
    details: dict[str, Any]
    watched: tuple[tuple[str, str], ...]
    people: int


def administered(session: Session, account_id: int) -> frozenset[int]:
    """Ids of the offices whose people and settings an account sees and, as administrator, manages.

    Its own office and those below it; every office for the administrator that the command line made so.
    """
    row = session.get(Account, account_id)
    if row is None or not row.active:
        return frozenset()
    every = people.units(session)
    return frozenset(every if row.all_offices else people.below(every, row.unit_id))


def accounts(session: Session, offices: Collection[int]) -> tuple[AccountRow, ...]:
    """Everybody of these offices, active ones first; at most 500 are shown."""
    roles: dict[int, set[Role]] = defaultdict(set)
    for account_id, role in session.execute(select(AccountRole.account_id, AccountRole.role)):
        roles[account_id].add(Role(role))
    seen = (
        select(WebSession.account_id, func.max(WebSession.last_seen_at).label("at"))
        .group_by(WebSession.account_id)
        .subquery()
    )
    found = session.execute(
        select(Account, Unit.short_name, seen.c.at)
        .join(Unit, Account.unit_id == Unit.id)
        .outerjoin(seen, seen.c.account_id == Account.id)
        .where(Account.unit_id.in_(offices))
        .order_by(Account.active.desc(), Unit.short_name, Account.display_name)
        .limit(500)
    )
    return tuple(_row(account, unit, frozenset(roles[account.id]), at) for account, unit, at in found)


def account(session: Session, account_id: int, offices: Collection[int]) -> AccountRow:
    """One person of these offices. Raises :class:`NotFound` for anybody else."""
    row = session.execute(
        select(Account, Unit.short_name)
        .join(Unit, Account.unit_id == Unit.id)
        .where(Account.id == account_id, Account.unit_id.in_(offices))
    ).first()
    if row is None:
        raise NotFound("Không có tài khoản này.", "There is no such account.")
    roles = frozenset(
        Role(role)
        for role in session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id))
    )
    seen = session.scalar(
        select(func.max(WebSession.last_seen_at)).where(WebSession.account_id == account_id)
    )
    return _row(row[0], row[1], roles, seen)


def _row(account: Account, unit: str, roles: frozenset[Role], seen: datetime | None) -> AccountRow:
    return AccountRow(
        id=account.id,
        username=account.username,
        display_name=account.display_name,
        position=account.position,
        email=account.email,
        unit_id=account.unit_id,
        unit_name=unit,
        roles=roles,
        active=account.active,
        must_change_password=account.must_change_password,
        last_seen_at=seen,
    )


def units(session: Session, offices: Collection[int]) -> tuple[UnitRow, ...]:
    """These offices; at most 500 are shown."""
    places: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in session.scalars(
        select(WatchedLocality).where(WatchedLocality.active.is_(True)).order_by(WatchedLocality.code)
    ):
        places[row.unit_id].append((row.code, row.name))
    members: dict[int, int] = {
        row.unit_id: row.people
        for row in session.execute(
            select(Account.unit_id, func.count().label("people")).group_by(Account.unit_id)
        )
    }
    found = session.scalars(
        select(Unit).where(Unit.id.in_(offices)).order_by(Unit.level, Unit.short_name).limit(500)
    )
    return tuple(_unit(unit, places[unit.id], members.get(unit.id, 0)) for unit in found)


def unit(session: Session, unit_id: int, offices: Collection[int]) -> UnitRow:
    """One of these offices. Raises :class:`NotFound` for any other."""
    row = session.get(Unit, unit_id)
    if row is None or unit_id not in offices:
        raise NotFound("Không có cơ quan này.", "There is no such office.")
    places = session.execute(
        select(WatchedLocality.code, WatchedLocality.name)
        .where(WatchedLocality.unit_id == unit_id, WatchedLocality.active.is_(True))
        .order_by(WatchedLocality.code)
    )
    members = session.scalar(select(func.count()).select_from(Account).where(Account.unit_id == unit_id))
    return _unit(row, [(code, name) for code, name in places], members or 0)


def _unit(row: Unit, places: list[tuple[str, str]], members: int) -> UnitRow:
    return UnitRow(
        row.id, row.locality, row.level, row.name, row.short_name, dict(row.details), tuple(places), members
    )
