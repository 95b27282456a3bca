"""Who sits in an office: names for sentences such as "chờ Nguyễn Thế Vinh, Phó Chủ tịch"; and which offices are related."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.account import Account, AccountRole
from core.records.unit import Unit
from core.rules.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Name:
    """A person as shown: account id, display name, position."""

    id: int
    name: str
    position: str

    def words(self) -> str:
        """Name and post: "Nguyễn Thế Vinh, Phó Chủ tịch"."""
        return f"{self.name}, {self.position}" if self.position else self.name


def holders(session: Session, unit_id: int) -> dict[Role, tuple[Name, ...]]:
    """The active people of an office by role."""
    rows = session.execute(
        select(AccountRole.role, Account.id, Account.display_name, Account.position)
        .join(Account, Account.id == AccountRole.account_id)
        .where(Account.unit_id == unit_id, Account.active.is_(True))
        .order_by(Account.id)
    )
    found: dict[Role, list[Name]] = {}
    for role, account_id, name, position in rows:
        if role in set(Role):
            found.setdefault(Role(role), []).append(Name(account_id, name, position))
    return {role: tuple(names) for role, names in found.items()}


def names(session: Session, ids: Iterable[int | None]) -> dict[int, Name]:
    """Accounts by id."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(
        select(Account.id, Account.display_name, Account.position).where(Account.id.in_(wanted))
    )
    return {account_id: Name(account_id, name, position) for account_id, name, position in rows}


def units(session: Session) -> dict[int, Unit]:
    """All offices of this installation by id (a few dozen at most)."""
    return {unit.id: unit for unit in session.scalars(select(Unit))}


def above(every: dict[int, Unit], unit_id: int) -> list[int]:
    """The offices above one, nearest first."""
    found: list[int] = []
    at = every.get(unit_id)
    while at is not None and at.parent_id is not None and at.parent_id not in {unit_id, *found}:
        found.append(at.parent_id)
        at = every.get(at.parent_id)
    return found


def below(every: dict[int, Unit], unit_id: int) -> set[int]:
    """The office and all below it."""
    return {unit_id} | {other for other in every if unit_id in above(every, other)}


def related(every: dict[int, Unit], unit_id: int) -> set[int]:
    """The office, those above it, its neighbours: whose verifiers may look at its claims."""
    parent = every[unit_id].parent_id if unit_id in every else None
    neighbours = {other.id for other in every.values() if parent is not None and other.parent_id == parent}
    return {unit_id, *above(every, unit_id), *neighbours}
