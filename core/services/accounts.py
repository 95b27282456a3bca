"""People: log-in, sessions, passwords, roles (OWASP ASVS 5.0 level 2; reliability.md §6).

Sessions are rows here, not signed cookies: logging out, changing a password or switching an account off ends them at once.
A log-in that fails makes the next one wait, longer each time, for the account and for the address; nobody is locked out for ever.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, Invalid, NotFound, RuleBroken, Unavailable
from core.queries import accounts as query
from core.records.account import Account, AccountRole, LoginAttempt, WebSession
from core.records.unit import Unit
from core.rules.passwords import MAX_LENGTH, normal_password, password_fault
from core.rules.permissions import require
from core.rules.vocabulary import Role
from core.services import acting, audit, login_waits
from core.services.desk import Actor, Desk
from core.text.normalise import clean

if TYPE_CHECKING:
    from argon2 import PasswordHasher

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: a session's last use is written at most this often, so that reading pages does not take the write lock
_TOUCH = timedelta(seconds=60)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,58}[a-z0-9]")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh session; ``token`` is for the cookie and is stored nowhere."""

    actor: Actor
    token: str


@dataclass(frozen=True, slots=True)
class CreatedAccount:
    """A new or reset account; the one-time password is shown once, and is empty when the caller chose the password."""

    account_id: int
    one_time_password: str


# --- log-in and sessions --------------------------------------------------------------------------------------------


def log_in(
    desk: Desk, username: str, password: str, address: str, *, replaces: Actor | None = None
) -> LoggedIn:
    """Open a session; the one that the same browser held before ends with it (ASVS 7.2.4). Raises :class:`Invalid`: wrong pair (the same words for every cause), or code ``wait`` with the seconds."""
    name = _normal_name(username)
    keys = (login_waits.key_of("u", name), login_waits.key_of("a", address))
    login_waits.count_try(desk, keys)
    with desk.store.read() as session:
        account = session.scalar(select(Account).where(Account.username == name))
    # The same work for a name that does not exist, so that time tells nothing.
    right = _verify(_unknown_hash() if account is None else account.password_hash, password)
    now = desk.clock.now()
    with desk.store.write() as session:
        # Read again: the password may have been changed while the hash was being computed.
        current = None if account is None else session.get(Account, account.id)
        if (
            not right
            or account is None
            or current is None
            or not current.active
            or current.password_hash != account.password_hash
        ):
            known = "?" if account is None else account.id
            actor = None if account is None else _actor(session, account, address)
            audit.record(
                session,
                desk,
                actor,
                "account.log_in",
                "account",
                known,
                refused=True,
                detail={"address": address},
            )
            opened = None
        else:
            session.execute(delete(LoginAttempt).where(LoginAttempt.key == keys[0]))
            login_waits.uncount(session, keys[1])
            if _hasher().check_needs_rehash(current.password_hash):
                current.password_hash = _hash(password)
            if replaces is not None:
                _end_session(session, replaces.session_sha256, now)
            opened = _open_session(desk, session, current, address, now)
            audit.record(session, desk, opened.actor, "account.log_in", "account", current.id)
    if opened is None:
        raise Invalid(
            "Tên đăng nhập hoặc mật khẩu không đúng. Kiểm tra bàn phím tiếng Việt và phím Caps Lock rồi thử lại.",
            "The user name or the password is wrong.",
        )
    return opened


def authenticate(desk: Desk, token: str, address: str) -> Actor | None:
    """Who holds this session; None when there is none, it ended, was idle for 30 minutes or is 12 hours old.

    Roles are read anew each time, so that a change of roles takes effect at once.
    """
    if not token or len(token) > 200:
        return None
    now = desk.clock.now()
    key = _token_hash(token)
    with desk.store.read() as session:
        found = session.get(WebSession, key)
        if found is None or found.ended_at is not None:
            return None
        if now - found.last_seen_at > IDLE or now - found.created_at > ABSOLUTE:
            return None
        account = session.get(Account, found.account_id)
        if account is None or not account.active:
            return None
        actor = _actor(session, account, address, key)
        stale = now - found.last_seen_at >= _TOUCH
    if stale:
        try:
            with desk.store.write() as session:
                session.execute(
                    update(WebSession)
                    .where(WebSession.id_sha256 == key, WebSession.last_seen_at < now)
                    .values(last_seen_at=now, address=address[:60])
                )
        except Unavailable:
            pass  # a busy database must not log people out; the next page writes it
    return actor


def log_out(desk: Desk, actor: Actor) -> None:
    """End the actor's session. Harmless when it has ended."""
    with desk.store.write() as session:
        if _end_session(session, actor.session_sha256, desk.clock.now()):
            audit.record(session, desk, actor, "account.log_out", "account", actor.account_id)


# --- one's own account ----------------------------------------------------------------------------------------------


def change_password(desk: Desk, actor: Actor, old: str, new: str) -> LoggedIn:
    """Change one's own password: every session of the account ends, and a fresh one is returned for this browser.

    Raises :class:`Invalid` with the field ``old`` or ``new``.
    """
    with desk.store.read() as session:
        account = _account(session, actor.account_id)
    key = login_waits.key_of("u", account.username)
    login_waits.count_try(desk, (key,))
    if not _verify(account.password_hash, old):
        with desk.store.write() as session:
            audit.record(session, desk, actor, "account.change_password", "account", account.id, refused=True)
        raise Invalid(
            "Mật khẩu hiện tại không đúng.",
            "The present password is wrong.",
            fields={"old": "Mật khẩu hiện tại không đúng."},
        )
    _check_password(new, account.username)
    if normal_password(old) == normal_password(new):
        raise _bad_password(
            "Mật khẩu mới phải khác mật khẩu cũ.", "The new password must differ from the old one."
        )
    fresh = _hash(new)
    now = desk.clock.now()
    with desk.store.write() as session:
        current = _account(session, actor.account_id)
        if current.password_hash != account.password_hash:
            raise Conflict(
                "Mật khẩu vừa được đổi ở nơi khác. Hãy đăng nhập lại.",
                "The password was changed elsewhere meanwhile. Log in again.",
            )
        current.password_hash = fresh
        current.must_change_password = False
        current.version += 1
        _end_sessions(session, current.id, now)
        session.execute(delete(LoginAttempt).where(LoginAttempt.key == key))
        audit.record(session, desk, actor, "account.change_password", "account", current.id)
        return _open_session(desk, session, current, actor.address, now)


def set_preferences(
    desk: Desk,
    actor: Actor,
    *,
    language: str | None = None,
    theme: str | None = None,
    single_keys: bool | None = None,
) -> None:
    """Change language (vi, en), theme (auto, light, dark) or single-key shortcuts of one's own account. Not audited: no act of the office.

    Raises :class:`Invalid` on another value.
    """
    if (language is not None and language not in {"vi", "en"}) or (
        theme is not None and theme not in {"auto", "light", "dark"}
    ):
        raise Invalid("Lựa chọn hiển thị không có.", "No such preference.")
    with desk.store.write() as session:
        account = _account(session, actor.account_id)
        account.language = account.language if language is None else language
        account.theme = account.theme if theme is None else theme
        account.single_keys = account.single_keys if single_keys is None else single_keys


# --- administration -------------------------------------------------------------------------------------------------


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
    name = _normal_name(username)
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
            _check_password(password, name)
        one_time = "" if password is not None else _one_time_password()
        hashed = _hash(password if password is not None else one_time)
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
        before = _roles(session, account_id)
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
            if Role.ADMINISTRATOR in _roles(session, account_id):
                _keep_an_administrator(session, account_id)
            _end_sessions(session, account_id, desk.clock.now())
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
    hashed = _hash(one_time)
    with (
        audit.attempt(desk, actor, "account.reset_password", "account", account_id),
        desk.store.write() as session,
    ):
        account = _managed(session, actor, account_id, "account.reset_password")
        account.password_hash = hashed
        account.must_change_password = True
        account.version += 1
        _end_sessions(session, account_id, desk.clock.now())
        session.execute(
            delete(LoginAttempt).where(LoginAttempt.key == login_waits.key_of("u", account.username))
        )
        audit.record(session, desk, actor, "account.reset_password", "account", account_id)
        return CreatedAccount(account_id, one_time)


def require_office(session: Session, actor: Actor, unit_id: int) -> None:
    """Raises :class:`Forbidden` when an office is neither the administrator's own nor below it (nor is the administrator's every office)."""
    if unit_id not in query.administered(session, actor.account_id):
        raise _not_yours()


# --- inside ---------------------------------------------------------------------------------------------------------


def _managed(session: Session, actor: Actor | None, account_id: int, act: str) -> Account:
    """The account, when the actor may manage it: of an office in reach, and an administrator of all offices only by another one."""
    if actor is not None:
        acting.person(session, actor, act)
    account = _account(session, account_id)
    if actor is not None:
        require_office(session, actor, account.unit_id)
        if account.all_offices and not _account(session, actor.account_id).all_offices:
            raise _not_yours()
    return account


def _not_yours() -> Forbidden:
    return Forbidden(
        "Quản trị chỉ làm việc với tài khoản và thông tin của cơ quan mình và các cơ quan cấp dưới. Nhờ quản trị của cơ quan ấy.",
        "An administrator manages the own office and those below it only. Ask the administrator of that office.",
    )


def _normal_name(username: str) -> str:
    return unicodedata.normalize("NFKC", clean(username)).strip().lower()[:200]


def _check_password(password: str, username: str) -> None:
    fault = password_fault(password, username=username)
    if fault is not None:
        raise _bad_password(*fault)


def _bad_password(vi: str, en: str) -> Invalid:
    return Invalid(vi, en, fields={"new": vi, "password": vi})


def _one_time_password() -> str:
    """Twenty characters that cannot be misread, about 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def _open_session(desk: Desk, session: Session, account: Account, address: str, now: datetime) -> LoggedIn:
    token = secrets.token_urlsafe(32)
    key = _token_hash(token)
    session.execute(delete(WebSession).where(WebSession.created_at < now - timedelta(days=30)))
    session.add(
        WebSession(
            id_sha256=key, account_id=account.id, created_at=now, last_seen_at=now, address=address[:60]
        )
    )
    session.flush()
    return LoggedIn(_actor(session, account, address, key), token)


def _end_session(session: Session, id_sha256: str, now: datetime) -> bool:
    """End one session; False when it had ended."""
    changed = session.execute(
        update(WebSession)
        .where(WebSession.id_sha256 == id_sha256, WebSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(WebSession.id_sha256)
    ).first()
    return changed is not None


def _end_sessions(session: Session, account_id: int, now: datetime) -> None:
    session.execute(
        update(WebSession)
        .where(WebSession.account_id == account_id, WebSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _account(session: Session, account_id: int) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("Không có tài khoản này.", f"No account {account_id}.")
    return account


def _roles(session: Session, account_id: int) -> frozenset[Role]:
    return frozenset(
        Role(role)
        for role in session.scalars(select(AccountRole.role).where(AccountRole.account_id == account_id))
    )


def _actor(session: Session, account: Account, address: str, session_sha256: str = "") -> Actor:
    return Actor(
        account_id=account.id,
        username=account.username,
        display_name=account.display_name,
        position=account.position,
        unit_id=account.unit_id,
        roles=_roles(session, account.id),
        address=address[:60],
        language=account.language,
        theme=account.theme,
        single_keys=account.single_keys,
        must_change_password=account.must_change_password,
        session_sha256=session_sha256,
    )


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
    alike = Account.all_offices if _account(session, account_id).all_offices else Account.active
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


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _unknown_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(24))


def _hash(password: str) -> str:
    return _hasher().hash(normal_password(password))


def _verify(password_hash: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    # Longer than any password we take: hashed cut, so that nobody makes us hash megabytes.
    try:
        return _hasher().verify(password_hash, normal_password(password[: MAX_LENGTH * 8]))
    except (VerificationError, InvalidHashError):
        return False
