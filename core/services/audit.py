"""The audit log's one writer: a row in the same transaction as the act, chained to the row before (reliability.md §7).

The chain shows an edited, inserted or removed row. It cannot show a tail that was cut off: for that the head hash leaves the
machine (weekly digest, dossier), and :func:`head` says what it should be.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.errors import Forbidden, LamroError, RuleBroken
from core.records.audit import AuditRow
from core.services.desk import Actor, Desk

#: what the first row names as its previous
GENESIS = "0" * 64
_LAST = select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)
_ADD = insert(AuditRow)
_HASHED = (
    "id", "at", "account_id", "address", "act", "object_type", "object_id", "refused", "detail", "content_sha256", "previous",
)  # fmt: skip


def record(
    session: Session,
    desk: Desk,
    actor: Actor | None,
    act: str,
    object_type: str,
    object_id: object,
    *,
    detail: Mapping[str, Any] | None = None,
    content_sha256: str = "",
    refused: bool = False,
) -> None:
    """Add a row to the caller's write transaction. ``actor`` None is the machine itself.

    ``detail`` must be JSON; never passwords, tokens or the texts of items (hashes and ids instead).
    """
    session.flush()
    # Plain rows, no objects: every act of a person waits for this, with the write lock in its hand.
    connection = session.connection()
    last = connection.execute(_LAST).first()
    row = {
        "id": 1 if last is None else last.id + 1,
        "at": desk.clock.now(),
        "account_id": None if actor is None else actor.account_id,
        "address": "" if actor is None else _plain(actor.address)[:60],
        "act": act,
        "object_type": object_type,
        "object_id": _plain(str(object_id))[:80],
        "refused": refused,
        "detail": json.loads(_plain(_canonical(detail or {}))),
        "content_sha256": content_sha256,
        "previous": GENESIS if last is None else last.hash,
    }
    connection.execute(_ADD, {**row, "hash": _hash(row)})


def refused(
    desk: Desk, actor: Actor | None, act: str, object_type: str, object_id: object, error: LamroError
) -> None:
    """Write a refused try in a transaction of its own (the act's own one was rolled back). Never call it inside ``store.write()``."""
    detail: dict[str, Any] = {"code": error.code, "reason": error.en}
    if isinstance(error, RuleBroken):
        detail["rule"] = error.rule
    with desk.store.write() as session:
        record(session, desk, actor, act, object_type, object_id, detail=detail, refused=True)


@contextmanager
def attempt(desk: Desk, actor: Actor | None, act: str, object_type: str, object_id: object) -> Iterator[None]:
    """Around an act, outside its transaction: a Forbidden or RuleBroken that leaves the block is audited and raised on."""
    try:
        yield
    except (Forbidden, RuleBroken) as error:
        refused(desk, actor, act, object_type, object_id, error)
        raise


def verify_chain(session: Session) -> int | None:
    """The id of the first row that is not what was written (or of the row after one that is missing); None when all is well."""
    previous, expected = GENESIS, 1
    rows = session.execute(select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=500)).scalars()
    for row in rows:
        if (
            row.id != expected
            or row.previous != previous
            or row.hash != _hash({name: getattr(row, name) for name in _HASHED})
        ):
            return row.id
        previous, expected = row.hash, expected + 1
        session.expunge(row)
    return None


def count(session: Session) -> int:
    """How many rows the log has: they are numbered from 1 without a gap."""
    return session.scalar(select(AuditRow.id).order_by(AuditRow.id.desc()).limit(1)) or 0


def head(session: Session) -> str:
    """The hash of the last row (64 hexadecimal digits): what a digest or dossier prints."""
    found = session.execute(select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)).scalar()
    return found or GENESIS


def _canonical(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_json)


def _json(value: object) -> object:
    """What JSON lacks, written one way: moments in UTC, sets sorted, the rest as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, set | frozenset | tuple):
        return sorted(str(part) for part in value)
    return str(value)


def _plain(text: str) -> str:
    """Without what PostgreSQL or UTF-8 cannot hold: NUL and lone surrogates."""
    return text.replace("\x00", "").replace("\\u0000", "").encode("utf-8", "replace").decode()


def _hash(row: Mapping[str, Any]) -> str:
    content = {**row, "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds")}
    return hashlib.sha256(_canonical(content).encode()).hexdigest()
