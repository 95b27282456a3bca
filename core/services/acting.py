"""How an act is done: one write transaction, the person checked inside it, every refused try in the audit log.

The person is read again from the database, so that a role taken away or an account closed since log-in counts at once
(reliability.md §3 row 30). A serialization failure of PostgreSQL repeats the whole transaction, three times at most (row 34).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select, true, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import faults
from core.clock import VIETNAM
from core.errors import Conflict, Forbidden, Invalid, LamroError, NotFound, RuleBroken
from core.queries.locality import watched_codes
from core.records.account import Account, AccountRole
from core.records.audit import AuditRow
from core.records.claim import Claim, VerdictRecord
from core.records.document import Document
from core.records.incident import Incident
from core.records.item import Story, StoryLocality
from core.records.unit import Unit
from core.rules.guardrails import require_not_secret
from core.rules.permissions import ACTS, allowed
from core.rules.vocabulary import Role
from core.services import audit
from core.services.desk import Actor, Desk
from core.text.normalise import clean

T = TypeVar("T")
Versioned = Claim | Document | Incident | Story

_AGAIN = frozenset({"40001", "40P01", "23505"})
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, as the database says now."""

    id: int
    display_name: str
    unit_id: int
    roles: frozenset[Role]


def perform(
    desk: Desk,
    actor: Actor | None,
    act: str,
    object_type: str,
    object_id: object,
    work: Callable[[Session], T],
    *,
    before_commit: str = "judge.before_commit",
    after_commit: str = "",
) -> T:
    """Do ``work`` in one write transaction. What it refuses is audited in a transaction of its own and raised on.

    Raises what ``work`` raises; :class:`Conflict` when the database cannot order the act after five tries.
    """
    try:
        result = _run(desk, work, before_commit)
    except (Forbidden, RuleBroken, Conflict, Invalid) as error:
        _audit_refusal(desk, actor, act, object_type, object_id, error)
        raise
    if after_commit:
        faults.point(after_commit)
    return result


def _run(desk: Desk, work: Callable[[Session], T], before_commit: str) -> T:
    for turn in range(_TRIES):
        try:
            with desk.store.write() as session:
                result = work(session)
                session.flush()
                faults.point(before_commit)
            return result
        except DBAPIError as error:
            if turn == _TRIES - 1 or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise
    raise AssertionError("unreachable")


def _audit_refusal(
    desk: Desk, actor: Actor | None, act: str, object_type: str, object_id: object, error: LamroError
) -> None:
    for turn in range(_TRIES):
        try:
            audit.refused(desk, actor, act, object_type, object_id, error)
            return
        except DBAPIError as database_error:
            if turn == _TRIES - 1 or getattr(database_error.orig, "sqlstate", None) not in _AGAIN:
                raise


def person(session: Session, actor: Actor, *acts: str) -> Person:
    """The actor as the database says now, allowed to do one of ``acts``. Raises :class:`Forbidden`."""
    account = session.get(Account, actor.account_id)
    if account is None or not account.active:
        raise Forbidden("Tài khoản đã bị khóa hoặc không còn.", "The account is closed.")
    words = session.scalars(select(AccountRole.role).where(AccountRole.account_id == account.id))
    roles = frozenset(Role(word) for word in words if word in set(Role))
    if not any(allowed(roles, act) for act in acts):
        needed = ", ".join(sorted({str(role) for act in acts for role in ACTS.get(act, ())}))
        raise Forbidden(
            "Vai trò hiện có không cho phép việc này. Việc đã thử được ghi vào nhật ký; nếu cần, hãy nhờ người có thẩm quyền.",
            f"Not allowed: {', '.join(acts)} needs one of {needed}.",
        )
    return Person(account.id, account.display_name, account.unit_id, roles)


def of_own_office(who: Person, unit_id: int) -> None:
    """Raises :class:`Forbidden` when the thing belongs to another office."""
    if who.unit_id != unit_id:
        raise Forbidden(
            "Vụ việc này thuộc đơn vị khác; chỉ người của đơn vị đó được thực hiện việc này.",
            "The thing belongs to another office.",
        )


def offices_ever(session: Session, account_id: int) -> set[int]:
    """Offices that an account belongs to or ever did: as the audit log says, and by what the account did for them."""
    found = set(session.scalars(select(Account.unit_id).where(Account.id == account_id)))
    rows = session.scalars(
        select(AuditRow.detail).where(
            AuditRow.object_type == "account",
            AuditRow.object_id == str(account_id),
            AuditRow.refused.is_(False),
            AuditRow.act.in_(("account.create", "account.set_unit")),
        )
    )
    found |= {int(detail["unit_id"]) for detail in rows if "unit_id" in detail}
    found |= set(session.scalars(select(Claim.unit_id).where(Claim.created_by == account_id)))
    found |= set(session.scalars(select(Incident.unit_id).where(Incident.opened_by == account_id)))
    found |= set(
        session.scalars(
            select(Claim.unit_id)
            .join(VerdictRecord, VerdictRecord.claim_id == Claim.id)
            .where(VerdictRecord.proposed_by == account_id)
        )
    )
    return found


def of_own_places(session: Session, who: Person, story_id: int) -> None:
    """Raises :class:`Forbidden` for a story that is only about localities that the person's office does not watch."""
    places = set(session.scalars(select(StoryLocality.locality).where(StoryLocality.story_id == story_id)))
    if places and places.isdisjoint(watched_codes(session, [who.unit_id])):
        raise Forbidden(
            "Câu chuyện này thuộc địa bàn mà cơ quan này không theo dõi.",
            "This story is about localities that the office does not watch.",
        )


def ancestors(session: Session, unit_id: int) -> list[int]:
    """The offices above one, nearest first."""
    above: list[int] = []
    unit = session.get(Unit, unit_id)
    while unit is not None and unit.parent_id is not None and unit.parent_id not in {unit_id, *above}:
        above.append(unit.parent_id)
        unit = session.get(Unit, unit.parent_id)
    return above


def descendants(session: Session, unit_id: int) -> set[int]:
    """The office and all below it."""
    found = {unit_id}
    fresh = {unit_id}
    while fresh:
        fresh = set(session.scalars(select(Unit.id).where(Unit.parent_id.in_(fresh)))) - found
        found |= fresh
    return found


def related(session: Session, unit_ids: Collection[int]) -> set[int]:
    """The offices, their parents and their neighbours (children of the same parent)."""
    found = set(unit_ids)
    for unit_id in unit_ids:
        found |= set(ancestors(session, unit_id))
        unit = session.get(Unit, unit_id)
        if unit is not None and unit.parent_id is not None:
            found |= set(session.scalars(select(Unit.id).where(Unit.parent_id == unit.parent_id)))
    return found


def lock(session: Session, unit_id: int) -> None:
    """Make acts that number things of one office follow each other, on PostgreSQL too (a row lock that a snapshot notices)."""
    session.execute(
        update(Unit)
        .where(Unit.id == unit_id)
        .values(name=Unit.name)
        .execution_options(synchronize_session=False)
    )


def take_version(session: Session, thing: Versioned, version: int, *objects: tuple[str, object]) -> None:
    """The form's version must be the stored one; then it grows by one. ``objects`` name the audit rows that say who was faster.

    Raises :class:`Conflict` with who changed the thing and when (Viet Nam time).
    """
    model = type(thing)
    done = session.execute(
        update(model)
        .where(model.id == thing.id, model.version == version)
        .values(version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise conflict(session, *objects)
    session.refresh(thing, ["version"])


def conflict(session: Session, *objects: tuple[str, object]) -> Conflict:
    """The error for the slower of two people: who was faster, when."""
    where = [
        (AuditRow.object_type == kind)
        & (AuditRow.object_id == str(key))
        # of a story only what changes it for every office: who tagged it elsewhere is nobody's business here
        & (AuditRow.act.in_(("story.group", "story.ungroup")) if kind == "story" else true())
        for kind, key in objects
    ]
    row = None
    if where:
        row = session.scalars(
            select(AuditRow)
            .where(or_(*where), AuditRow.refused.is_(False))
            .order_by(AuditRow.id.desc())
            .limit(1)
        ).first()
    if row is None:
        return Conflict(
            "Nội dung đã thay đổi từ khi trang được mở. Tải lại rồi thực hiện lại; phần đã nhập vẫn còn.",
            "The thing changed since the form was opened.",
        )
    account = session.get(Account, row.account_id) if row.account_id is not None else None
    name = account.display_name if account is not None else "Hệ thống"
    return Conflict(
        f"{name} đã thay đổi lúc {clock_words(row.at)}, sau khi trang này được mở. Tải lại để xem bản mới; phần đã nhập vẫn còn.",
        f"{name} changed it at {row.at.isoformat()} ({row.act}), after the form was opened.",
    )


def clock_words(at: datetime) -> str:
    """A moment as staff read it, in Viet Nam: 20:45 ngày 12/9/2026."""
    here = at.astimezone(VIETNAM)
    return f"{here:%H:%M} ngày {here.day}/{here.month}/{here.year}"


def get(session: Session, model: type[T], key: int, vi: str) -> T:
    """The record, or :class:`NotFound` with its Vietnamese name."""
    found = session.get(model, key)
    if found is None:
        raise NotFound(f"Không tìm thấy {vi} số {key}.", f"No {model.__name__} {key}.")
    return found


def says_something(text: str, least: int) -> bool:
    """False for dots, dashes and one letter held down: half of the least length must be letters or digits, of three kinds."""
    spoken = [character for character in text.lower() if character.isalnum()]
    return len(spoken) * 2 >= least and len(set(spoken)) >= min(3, least)


def is_reason(text: str) -> bool:
    """True for at least ten characters that say something."""
    return len(text) >= 10 and says_something(text, 10)


def words(value: str, field: str, vi: str, *, least: int = 10, most: int = 4000) -> str:
    """A written reason: cleaned, not too short, not too long, and made of words.

    Raises :class:`Invalid` naming the field, :class:`RuleBroken` ("secrecy").
    """
    value = clean(value)
    text = " ".join(value.split()) if "\n" not in value else value.strip()
    if len(text) < least or not says_something(text, least):
        message = f"{vi}: cần viết rõ (ít nhất {least} ký tự)."
        raise Invalid(
            message,
            f"{field} needs at least {least} characters.",
            fields={field: f"Cần viết rõ (ít nhất {least} ký tự)."},
        )
    if len(text) > most:
        message = f"{vi}: dài quá {most} ký tự."
        raise Invalid(message, f"{field} is longer than {most} characters.", fields={field: message})
    require_not_secret([text])
    return text
