"""The audit log for people: by thing, person, day; refused tries marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.queries.people import names
from core.records.account import Account
from core.records.audit import AuditRow
from core.records.claim import Claim, VerdictRecord

PAGE = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; empty fields ask for everything."""

    object_type: str = ""
    object_id: str = ""
    account_id: int | None = None
    day: date | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the log. ``detail`` is what the act wrote down, ids and words, never texts of items."""

    id: int
    at: datetime
    name: str
    address: str
    act: str
    object_type: str
    object_id: str
    refused: bool
    detail: dict[str, Any]
    content_sha256: str
    hash: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Rows, newest first; ``next_before`` continues below, None at the end."""

    rows: tuple[LogRow, ...]
    next_before: int | None
    people: tuple[tuple[int, str], ...]


def page(session: Session, unit_id: int, wanted: Filter, before: int | None = None) -> LogPage:
    """The log of an office: what its people and the machine did, and what others did to its claims, its accounts and itself."""
    staff = select(Account.id).where(Account.unit_id == unit_id)
    ours = select(cast(Claim.id, String)).where(Claim.unit_id == unit_id)
    judged = (
        select(cast(VerdictRecord.id, String))
        .join(Claim, Claim.id == VerdictRecord.claim_id)
        .where(Claim.unit_id == unit_id)
    )
    members = select(cast(Account.id, String)).where(Account.unit_id == unit_id)
    query = select(AuditRow).where(
        or_(
            AuditRow.account_id.is_(None),
            AuditRow.account_id.in_(staff),
            (AuditRow.object_type == "account") & AuditRow.object_id.in_(members),
            (AuditRow.object_type == "unit") & (AuditRow.object_id == str(unit_id)),
            (AuditRow.object_type == "claim") & AuditRow.object_id.in_(ours),
            (AuditRow.object_type == "verdict") & AuditRow.object_id.in_(judged),
        )
    )
    if wanted.object_type:
        query = query.where(AuditRow.object_type == wanted.object_type)
    if wanted.object_id:
        query = query.where(AuditRow.object_id == wanted.object_id)
    if wanted.account_id is not None:
        query = query.where(AuditRow.account_id == wanted.account_id)
    if wanted.day is not None:
        start = datetime.combine(wanted.day, time.min, tzinfo=VIETNAM)
        query = query.where(AuditRow.at >= start, AuditRow.at < start + timedelta(days=1))
    if wanted.refused:
        query = query.where(AuditRow.refused.is_(True))
    if before is not None:
        query = query.where(AuditRow.id < before)
    found = session.scalars(query.order_by(AuditRow.id.desc()).limit(PAGE + 1)).all()
    known = names(session, [row.account_id for row in found])
    return LogPage(
        rows=tuple(
            LogRow(
                id=row.id,
                at=row.at,
                name=known[row.account_id].name if row.account_id in known else "",
                address=row.address,
                act=row.act,
                object_type=row.object_type,
                object_id=row.object_id,
                refused=row.refused,
                detail=row.detail,
                content_sha256=row.content_sha256,
                hash=row.hash,
            )
            for row in found[:PAGE]
        ),
        next_before=found[PAGE - 1].id if len(found) > PAGE else None,
        people=tuple(
            (key, name)
            for key, name in session.execute(
                select(Account.id, Account.display_name)
                .where(Account.unit_id == unit_id)
                .order_by(Account.display_name)
            )
        ),
    )
