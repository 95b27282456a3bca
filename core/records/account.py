"""People who log in, their roles, sessions and failed attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Account(Table):
    """A member of staff. ``position`` is printed ("Phó Chủ tịch"); ``version`` guards concurrent edits."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    all_offices: Mapped[bool] = mapped_column(default=False, server_default=false())
    """As administrator, this person manages every office of the installation; only the command line on the server sets it."""
    language: Mapped[str] = mapped_column(String(5), default="vi")
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    single_keys: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class AccountRole(Table):
    """One role of one person."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Word, primary_key=True)


class WebSession(Table):
    """A log-in: only the SHA-256 of the random id is stored (reliability.md §6)."""

    __tablename__ = "web_session"

    id_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(60), default="")
    ended_at: Mapped[datetime | None]


class LoginAttempt(Table):
    """Failed log-ins of one account name or one address: a growing delay, never a lock-out for ever."""

    __tablename__ = "login_attempt"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    wait_until: Mapped[datetime | None]
