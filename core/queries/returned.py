"""Verdicts that the second person gave back: what the first one has to work on, until another is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from core.records.account import Account
from core.records.claim import Claim, VerdictRecord
from core.rules.vocabulary import VerdictState


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """A verdict given back: by whom, when, with which words."""

    claim_id: int
    story_id: int
    quote: str
    verdict: str
    sub_verdict: str
    by: str
    at: datetime
    comment: str


def returned(session: Session, unit_id: int, limit: int = 5) -> tuple[ReturnedRow, ...]:
    """Those of the office's claims whose last verdict was given back, the newest first."""
    later = aliased(VerdictRecord)
    found = session.execute(
        select(VerdictRecord, Claim, Account.display_name)
        .join(Claim, VerdictRecord.claim_id == Claim.id)
        .join(Account, VerdictRecord.decided_by == Account.id)
        .where(
            VerdictRecord.state == VerdictState.RETURNED,
            Claim.unit_id == unit_id,
            Claim.withdrawn_at.is_(None),
            ~exists().where(later.claim_id == VerdictRecord.claim_id, later.id > VerdictRecord.id),
        )
        .order_by(VerdictRecord.decided_at.desc(), VerdictRecord.id.desc())
        .limit(limit)
    )
    return tuple(
        ReturnedRow(
            claim_id=claim.id,
            story_id=claim.story_id,
            quote=claim.quote,
            verdict=record.verdict,
            sub_verdict=record.sub_verdict,
            by=name,
            at=record.decided_at or record.proposed_at,
            comment=record.comment,
        )
        for record, claim, name in found
    )
