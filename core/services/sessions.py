"""Log-in and sessions (OWASP ASVS 5.0 level 2; reliability.md §6).

Sessions are rows here, not signed cookies: logging out, changing a password or switching an account off ends them at once.
A log-in that fails makes the next one wait, longer each time, for the account and for the address; nobody is locked out for ever.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.errors import Invalid, Unavailable
from core.records.account import Account, AccountRole, LoginAttempt, WebSession
from core.rules.vocabulary import Role
from core.services import audit, login_waits, password_hashes
from core.services.desk import Actor, Desk
from core.text.normalise import clean

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: a session's last use is written at most this often, so that reading pages does not take the write lock
_TOUCH = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh session; ``token`` is for the cookie and is stored nowhere."""

    actor: Actor
    token: str


def log_in(
    desk: Desk, username: str, password: str, address: str, *, replaces: Actor | None = None
) -> LoggedIn:
    """Open a session; the one that the same browser held before ends with it (ASVS 7.2.4). Raises :class:`Invalid`: wrong pair (the same words for every cause), or code ``wait`` with the seconds."""
    name = normal_name(username)
    keys = (login_waits.key_of("u", name), login_waits.key_of("a", address))
    login_waits.count_try(desk, keys)
    with desk.store.read() as session:
        account = session.scalar(select(Account).where(Account.username == name))
    # The same work for a name that does not exist, so that time tells nothing.
    right = password_hashes.verify(
        password_hashes.unknown_hash() if account is None else account.password_hash, password
    )
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
            if password_hashes.hasher().check_needs_rehash(current.password_hash):
                current.password_hash = password_hashes.hash_password(password)
            if replaces is not None:
                end_session(session, replaces.session_sha256, now)
            opened = open_session(desk, session, current, address, now)
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
        if end_session(session, actor.session_sha256, desk.clock.now()):
            audit.record(session, desk, actor, "account.log_out", "account", actor.account_id)


def normal_name(username: str) -> str:
    """A user name as it is stored and looked up."""
    return unicodedata.normalize("NFKC", clean(username)).strip().lower()[:200]


def open_session(desk: Desk, session: Session, account: Account, address: str, now: datetime) -> LoggedIn:
    """A session of the account; those of over 30 days ago are forgotten."""
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


def end_session(session: Session, id_sha256: str, now: datetime) -> bool:
    """End one session; False when it had ended."""
    changed = session.execute(
        update(WebSession)
        .where(WebSession.id_sha256 == id_sha256, WebSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(WebSession.id_sha256)
    ).first()
    return changed is not None


def end_sessions(session: Session, account_id: int, now: datetime) -> None:
    """End every session of an account."""
    session.execute(
        update(WebSession)
        .where(WebSession.account_id == account_id, WebSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def roles_of(session: Session, account_id: int) -> frozenset[Role]:
    """The roles of an account as they stand."""
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
        roles=roles_of(session, account.id),
        address=address[:60],
        language=account.language,
        theme=account.theme,
        single_keys=account.single_keys,
        must_change_password=account.must_change_password,
        session_sha256=session_sha256,
    )
