"""Accounts and their roles, made and managed by administrators of the office or above it (OWASP ASVS 5.0 level 2)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, Invalid, NotFound, RuleBroken
from core.queries import accounts as query
from core.records.account import Account, AccountRole, LoginAttempt
from core.records.unit import Unit
from core.rules.passwords import password_fault
from core.rules.permissions import require
from core.rules.vocabulary import Role
from core.services import acting, audit, login_waits, password_hashes, sessions
from core.services.desk import Actor, Desk

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,58}[a-z0-9]")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class CreatedAccount:
    """A new or reset account; the one-time password is shown once, and is empty when the caller chose the password."""

    account_id: int
    one_time_password: str


def create(
    desk: Desk,
    actor: Actor | None,
    username: str,
    display_name: str,
    position: str,
    email: str,
    unit_id: int,
    roles: Iterable[Role],
    password: str | None = None,
    *,
    all_offices: bool = False,
) -> CreatedAccount:
    """A new account. Without a password, a one-time password is made that must be changed at the first log-in.

    ``actor`` None: the command line on the server; only it may make an administrator of ``all_offices``, all others make accounts
    of their own office and those below it. Raises :class:`Forbidden`, :class:`Invalid` (fields), :class:`NotFound`.
    """
    name = sessions.normal_name(username)
    wanted = frozenset(Role(role) for role in roles)
    with audit.attempt(desk, actor, "account.create", "account", name):
        if actor is not None:
            require(actor, "account.create")
            if all_offices:
                raise _not_yours()
        fields = {}
        if not _USERNAME.fullmatch(name):
            fields["username"] = (
                "Tên đăng nhập dùng 3–60 chữ cái không dấu, chữ số, dấu chấm, gạch ngang hoặc gạch dưới."
            )
        if not display_name.strip() or len(display_name) > 120:
            fields["display_name"] = "Nhập họ và tên, nhiều nhất 120 ký tự."
        if email and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,130}", email):
            fields["email"] = "Địa chỉ thư điện tử không đúng dạng."
        if len(position) > 120:
            fields["position"] = "Chức vụ dài quá 120 ký tự."
        if not wanted:
            fields["roles"] = "Chọn ít nhất một vai trò."
        if fields:
            raise Invalid(
                "Chưa tạo được tài khoản: xem các ô được đánh dấu.",
                "The account form has faults.",
                fields=fields,
            )
        if password is not None:
            check_password(password, name)
        one_time = "" if password is not None else _one_time_password()
        hashed = password_hashes.hash_password(password if password is not None else one_time)
        with desk.store.write() as session:
            if session.get(Unit, unit_id) is None:
                raise NotFound("Không có cơ quan này.", f"No unit {unit_id}.")
            if actor is not None:
                acting.person(session, actor, "account.create")
                require_office(session, actor, unit_id)
            if session.scalar(select(Account.id).where(Account.username == name)) is not None:
                raise Invalid(
                    f"Tên đăng nhập {name} đã có người dùng.",
                    f"The user name {name} is taken.",
                    fields={"username": "Tên đăng nhập này đã có người dùng."},
                )
            account = Account(
                username=name,
                display_name=display_name.strip(),
                position=position.strip(),
                email=email.strip(),
                unit_id=unit_id,
                password_hash=hashed,
                must_change_password=password is None,
                all_offices=all_offices,
                created_at=desk.clock.now(),
            )
            session.add(account)
            session.flush()
            session.add_all(AccountRole(account_id=account.id, role=role) for role in sorted(wanted))
            audit.record(
                session,
                desk,
                actor,
                "account.create",
                "account",
                account.id,
                detail={
                    "username": name,
                    "unit_id": unit_id,
                    "roles": sorted(wanted),
                    "all_offices": all_offices,
                },
            )
            return CreatedAccount(account.id, one_time)


def set_roles(desk: Desk, actor: Actor | None, account_id: int, roles: Iterable[Role]) -> None:
    """Give an account exactly these roles. Nobody changes their own; the last active administrator stays one.

    Raises :class:`Forbidden`, :class:`RuleBroken`, :class:`Invalid`, :class:`NotFound`.
    """
    wanted = frozenset(Role(role) for role in roles)
    with (
        audit.attempt(desk, actor, "account.set_roles", "account", account_id),
        desk.store.write() as session,
    ):
        if actor is not None:
            _not_oneself(actor, account_id)
        account = _managed(session, actor, account_id, "account.set_roles")
        if not wanted:
            raise Invalid(
                "Chọn ít nhất một vai trò.", "Choose a role.", fields={"roles": "Chọn ít nhất một vai trò."}
            )
        before = sessions.roles_of(session, account_id)
        if Role.ADMINISTRATOR in before - wanted:
            _keep_an_administrator(session, account_id)
        if before == wanted:
            return
        session.execute(delete(AccountRole).where(AccountRole.account_id == account_id))
        session.add_all(AccountRole(account_id=account_id, role=role) for role in sorted(wanted))
        account.version += 1
        audit.record(
            session,
            desk,
            actor,
            "account.set_roles",
            "account",
            account_id,
            detail={"before": sorted(before), "after": sorted(wanted)},
        )


def set_active(desk: Desk, actor: Actor | None, account_id: int, active: bool) -> None:
    """Switch an account on or off; off ends its sessions. Accounts are never deleted: the audit log names them.

    Raises :class:`Forbidden`, :class:`RuleBroken`, :class:`NotFound`.
    """
    with (
        audit.attempt(desk, actor, "account.set_active", "account", account_id),
        desk.store.write() as session,
    ):
        if actor is not None:
            _not_oneself(actor, account_id)
        account = _managed(session, actor, account_id, "account.set_active")
        if account.active == active:
            return
        if not active:
            if Role.ADMINISTRATOR in sessions.roles_of(session, account_id):
                _keep_an_administrator(session, account_id)
            sessions.end_sessions(session, account_id, desk.clock.now())
        account.active = active
        account.version += 1
        audit.record(
            session, desk, actor, "account.set_active", "account", account_id, detail={"active": active}
        )


def reset_password(desk: Desk, actor: Actor | None, account_id: int) -> CreatedAccount:
    """A new one-time password; every session of the account ends, and waiting times are forgotten.

    Raises :class:`Forbidden`, :class:`NotFound`.
    """
    one_time = _one_time_password()
    hashed = password_hashes.hash_password(one_time)
    with (
        audit.attempt(desk, actor, "account.reset_password", "account", account_id),
        desk.store.write() as session,
    ):
        account = _managed(session, actor, account_id, "account.reset_password")
        account.password_hash = hashed
        account.must_change_password = True
        account.version += 1
        sessions.end_sessions(session, account_id, desk.clock.now())
        session.execute(
            delete(LoginAttempt).where(LoginAttempt.key == login_waits.key_of("u", account.username))
        )
        audit.record(session, desk, actor, "account.reset_password", "account", account_id)
        return CreatedAccount(account_id, one_time)


def require_office(session: Session, actor: Actor, unit_id: int) -> None:
    """Raises :class:`Forbidden` when an office is neither the administrator's own nor below it (nor is the administrator's every office)."""
    if unit_id not in query.administered(session, actor.account_id):
        raise _not_yours()


def _managed(session: Session, actor: Actor | None, account_id: int, act: str) -> Account:
    """The account, when the actor may manage it: of an office in reach, and an administrator of all offices only by another one."""
    if actor is not None:
        acting.person(session, actor, act)
    account = get_account(session, account_id)
    if actor is not None:
        require_office(session, actor, account.unit_id)
        if account.all_offices and not get_account(session, actor.account_id).all_offices:
            raise _not_yours()
    return account


def _not_yours() -> Forbidden:
    return Forbidden(
        "Quản trị chỉ làm việc với tài khoản và thông tin của cơ quan mình và các cơ quan cấp dưới. Nhờ quản trị của cơ quan ấy.",
        "An administrator manages the own office and those below it only. Ask the administrator of that office.",
    )


def check_password(password: str, username: str) -> None:
    """Raises :class:`Invalid` for a password that is too weak."""
    fault = password_fault(password, username=username)
    if fault is not None:
        raise bad_password(*fault)


def bad_password(vi: str, en: str) -> Invalid:
    """The refusal of a new password, beside its field."""
    return Invalid(vi, en, fields={"new": vi, "password": vi})


def _one_time_password() -> str:
    """Twenty characters that cannot be misread, about 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def get_account(session: Session, account_id: int) -> Account:
    """The account. Raises :class:`NotFound`."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("Không có tài khoản này.", f"No account {account_id}.")
    return account


def _not_oneself(actor: Actor, account_id: int) -> None:
    if actor.account_id == account_id:
        raise RuleBroken(
            "own_account",
            "Không ai tự đổi vai trò hoặc tự khóa tài khoản của mình. Hãy nhờ một quản trị khác.",
            "Nobody changes their own roles or switches themselves off.",
            lawful="Nhờ quản trị khác, hoặc dùng lệnh lamro users trên máy chủ.",
        )


def _keep_an_administrator(session: Session, account_id: int) -> None:
    # without an administrator of all offices nobody but the command line reaches the top office
    alike = Account.all_offices if get_account(session, account_id).all_offices else Account.active
    others = session.scalar(
        select(func.count())
        .select_from(Account)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.active, alike, AccountRole.role == Role.ADMINISTRATOR, Account.id != account_id)
    )
    if not others:
        raise RuleBroken(
            "last_administrator",
            "Đây là quản trị cuối cùng còn hoạt động. Hãy giao vai trò quản trị cho người khác trước.",
            "This is the last active administrator. Make somebody else one first.",
        )
