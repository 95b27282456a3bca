"""Waiting after wrong passwords: counted in the database for an account name and an address, longer each time, never for ever."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.records.account import LoginAttempt
from core.services.desk import Desk

#: failures without any wait, and the longest wait; per account and per address (an office shares one address)
_FREE = {"u": 4, "a": 20}
_LONGEST = timedelta(minutes=5)
_FORGET = timedelta(hours=24)


def key_of(kind: str, value: str) -> str:
    """Hashed: people type passwords into the name field, and addresses are personal data."""
    return f"{kind}:{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()}"


def count_try(desk: Desk, keys: tuple[str, ...]) -> None:
    """Count a failure before the password is looked at (so that parallel guesses count too); success takes it back.

    Raises :class:`Invalid` with code ``wait`` while the account or the address must wait; such a try does not lengthen the wait.
    """
    now = desk.clock.now()
    with desk.store.write() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - _FORGET))
        rows = {
            row.key: row for row in session.scalars(select(LoginAttempt).where(LoginAttempt.key.in_(keys)))
        }
        waits = [
            row.wait_until for row in rows.values() if row.wait_until is not None and row.wait_until > now
        ]
        for key in keys if not waits else ():
            row = rows.get(key)
            if row is None:
                row = LoginAttempt(key=key, failures=0, last_at=now)
                session.add(row)
            row.failures += 1
            row.last_at = now
            over = row.failures - _FREE[key[0]]
            row.wait_until = now + min(_LONGEST, timedelta(seconds=2 ** min(over, 20))) if over > 0 else None
    if waits:
        seconds = max(1, int((max(waits) - now).total_seconds()) + 1)
        error = Invalid(
            f"Đã thử sai nhiều lần. Hãy đợi {seconds} giây rồi thử lại, hoặc nhờ quản trị đặt lại mật khẩu.",
            f"Too many wrong tries. Wait {seconds} seconds, or ask an administrator to reset the password.",
        )
        error.code = "wait"
        raise error


def uncount(session: Session, key: str) -> None:
    """A right password takes its own try back."""
    row = session.get(LoginAttempt, key)
    if row is not None:
        row.failures = max(0, row.failures - 1)
        row.wait_until = None
