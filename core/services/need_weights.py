"""The weights of the need score in force; applying a proposal, taking it back.

Weights are of the whole installation, since a story has one place in everybody's queue. So only an administrator whose offices are all
that watch something may apply or undo; nothing is ever applied by itself.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden
from core.queries.accounts import administered
from core.queries.need import row_in_force
from core.records.need import NeedWeightsRow
from core.records.unit import WatchedLocality
from core.rules.need import NeedWeights, weights
from core.services import acting, audit
from core.services.desk import Actor, Desk


def present(session: Session, desk: Desk) -> NeedWeights:
    """The weights in force: the proposal applied last, else those of the office's file, else the shipped ones."""
    row = row_in_force(session)
    return desk.weights if row is None else weights(row.weights)


def apply(desk: Desk, actor: Actor, row_id: int) -> None:
    """Put a proposal in force. The hourly job then gives every story of 30 days its new place.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` (applied before, or the weights changed since it was fitted).
    """

    def work(session: Session) -> None:
        _require(session, actor, "need.apply")
        row = acting.get(session, NeedWeightsRow, row_id, "đề xuất trọng số")
        if row.applied_at is not None:
            raise Conflict("Đề xuất này đã được áp dụng một lần.", "The proposal was applied before.")
        if weights(row.before) != present(session, desk):
            raise Conflict(
                "Trọng số đang dùng đã đổi từ khi có đề xuất này, nên phép so không còn đúng. Chạy lại lamro need refit.",
                "The weights in force changed since this was proposed. Run lamro need refit again.",
            )
        row.applied_at, row.applied_by = desk.clock.now(), actor.account_id
        audit.record(
            session, desk, actor, "need.apply", "need_weights", row_id, detail={"before": row.before, "after": row.weights}
        )  # fmt: skip

    acting.perform(desk, actor, "need.apply", "need_weights", row_id, work)


def undo(desk: Desk, actor: Actor, row_id: int) -> None:
    """Take back the weights in force: those before them hold again. Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict`."""

    def work(session: Session) -> None:
        _require(session, actor, "need.undo")
        row = acting.get(session, NeedWeightsRow, row_id, "đề xuất trọng số")
        now_in_force = row_in_force(session)
        if now_in_force is None or now_in_force.id != row.id:
            raise Conflict("Trọng số này không phải trọng số đang dùng.", "These weights are not in force.")
        row.undone_at, row.undone_by = desk.clock.now(), actor.account_id
        session.flush()
        audit.record(
            session, desk, actor, "need.undo", "need_weights", row_id, detail={"after": present(session, desk).as_json()}
        )  # fmt: skip

    acting.perform(desk, actor, "need.undo", "need_weights", row_id, work)


def may_change(session: Session, account_id: int) -> bool:
    """True when the administrator's offices are all that watch something."""
    watching = set(session.scalars(select(WatchedLocality.unit_id).where(WatchedLocality.active)))
    return watching <= administered(session, account_id)


def _require(session: Session, actor: Actor, act: str) -> None:
    acting.person(session, actor, act)
    if not may_change(session, actor.account_id):
        raise Forbidden(
            "Trọng số dùng chung cho mọi cơ quan trên máy chủ này. Nhờ quản trị của mọi cơ quan áp dụng hoặc hoàn tác.",
            "The weights are those of every office of this installation: only its administrator changes them.",
        )
