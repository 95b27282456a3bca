"""The weights of the need score as a screen shows them: in force, proposed, before; and what the blind samples found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.account import Account
from core.records.need import NeedWeightsRow
from core.rules.need import NeedWeights, weights


@dataclass(frozen=True, slots=True)
class Proposal:
    """Weights that decisions proposed; ``trial`` as it is stored. ``in_force``: these are the ones used now."""

    id: int
    weights: NeedWeights
    before: NeedWeights
    trial: dict[str, Any]
    proposed_at: datetime
    applied_at: datetime | None
    applied_by: str
    undone_at: datetime | None
    undone_by: str
    in_force: bool


def row_in_force(session: Session) -> NeedWeightsRow | None:
    """The proposal that holds: applied last and not undone."""
    return session.scalar(
        select(NeedWeightsRow)
        .where(NeedWeightsRow.applied_at.is_not(None), NeedWeightsRow.undone_at.is_(None))
        .order_by(NeedWeightsRow.applied_at.desc(), NeedWeightsRow.id.desc())
        .limit(1)
    )


def waiting(session: Session) -> int | None:
    """The number of the latest proposal, when nobody has decided about it and the weights it was fitted beside still hold."""
    row = session.scalar(select(NeedWeightsRow).order_by(NeedWeightsRow.id.desc()).limit(1))
    return row.id if row is not None and row.applied_at is None else None


def proposals(session: Session, limit: int = 12) -> tuple[Proposal, ...]:
    """The latest proposals, the newest first."""
    holds = row_in_force(session)
    names = dict(session.execute(select(Account.id, Account.display_name)).all())
    rows = session.scalars(select(NeedWeightsRow).order_by(NeedWeightsRow.id.desc()).limit(limit))
    return tuple(
        Proposal(
            row.id, weights(row.weights), weights(row.before), dict(row.trial), row.proposed_at, row.applied_at,
            names.get(row.applied_by or 0, ""), row.undone_at, names.get(row.undone_by or 0, ""),
            holds is not None and holds.id == row.id,
        )
        for row in rows
    )  # fmt: skip
