"""Passwords as they are stored: argon2id (OWASP ASVS 5.0; reliability.md §6)."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING

from core.rules.passwords import MAX_LENGTH, normal_password

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@cache
def hasher() -> PasswordHasher:
    """Argon2id at OWASP's parameters: 19 MiB, two passes, one lane."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def unknown_hash() -> str:
    """Of a password that nobody has: what a name that does not exist is checked against, so that time tells nothing."""
    return hasher().hash(secrets.token_urlsafe(24))


def hash_password(password: str) -> str:
    """The hash that is stored."""
    return hasher().hash(normal_password(password))


def verify(password_hash: str, password: str) -> bool:
    """Whether the password is the one of this hash; a hash that is none is of no password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    # Longer than any password we take: hashed cut, so that nobody makes us hash megabytes.
    try:
        return hasher().verify(password_hash, normal_password(password[: MAX_LENGTH * 8]))
    except (VerificationError, InvalidHashError):
        return False
