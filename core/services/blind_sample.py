"""The weekly blind sample: a few stories that the score ranked low and nobody touched, so that an office sees what the score misses.

Drawn once a week for each office among the stories of the week before that it has not tagged and that stand below the day's list, each
with the same chance, in an order that the office and the week decide: whoever draws again draws the same.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from core.queries import offices
from core.queries.frame import DAILY_STORIES, queue, watched
from core.queries.survivors import survivors
from core.records.item import Story
from core.records.need import BlindSample
from core.rules.weeks import span_of, week_before, week_of
from core.services import acting, audit
from core.services.desk import Actor, Desk
from core.services.units import active_units

#: the answer that is no tag
NO_NEED = "no_need"


def draw(desk: Desk, size: int) -> int:
    """Draw this week's sample of every office that has none yet, at most ``size`` stories each. Returns how many were drawn."""
    if size < 1:
        return 0
    week = week_of(desk.clock.now())
    drawn = 0
    for unit_id in active_units(desk):
        with desk.store.read() as session:
            if _drawn(session, unit_id, week):
                continue
        with desk.store.write() as session:
            if not _drawn(session, unit_id, week):
                drawn += _draw(session, desk, unit_id, week, size)
    return drawn


def _drawn(session: Session, unit_id: int, week: str) -> bool:
    count = select(func.count()).where(BlindSample.unit_id == unit_id, BlindSample.week == week)
    return bool(session.scalar(count))


def _draw(session: Session, desk: Desk, unit_id: int, week: str, size: int) -> int:
    now = desk.clock.now()
    waiting = queue(unit_id, list(watched(session, unit_id)), now)
    order = (Story.need.desc(), Story.id)
    top = list(session.scalars(waiting.order_by(*order).limit(DAILY_STORIES)))
    start, end = span_of(week_before(week))
    rows = session.execute(
        waiting.with_only_columns(Story.id, Story.need).where(
            Story.first_seen_at >= start, Story.first_seen_at < end, Story.id.not_in(top)
        )
    ).all()
    chosen = sorted(rows, key=lambda row: hashlib.sha256(f"{unit_id}:{week}:{row.id}".encode()).digest())[
        :size
    ]
    session.add_all(
        BlindSample(
            unit_id=unit_id, week=week, number=number, story_id=row.id, need=row.need, pool=len(rows), drawn_at=now
        )
        for number, row in enumerate(chosen, 1)
    )  # fmt: skip
    return len(chosen)


def no_need(desk: Desk, actor: Actor, week: str, number: int) -> None:
    """“Không cần xử lý” for a story of the own office's sample, and for those that were merged with it; a second time changes nothing.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` when the story has a tag, which answers.
    """

    def work(session: Session) -> None:
        rows, story_id = _rows(session, actor, week, number)
        if offices.view(session, story_id, actor.unit_id).tag:
            raise Conflict(
                "Chuyện này đã có nhãn; nhãn là câu trả lời.", "The story has a tag, which answers."
            )
        if all(row.answer for row in rows):
            return
        for row in rows:
            row.answer, row.answered_by, row.answered_at = NO_NEED, actor.account_id, desk.clock.now()
        audit.record(session, desk, actor, "sample.answer", "story", story_id, detail={"result": NO_NEED})

    acting.perform(desk, actor, "sample.answer", "sample", f"{week}/{number}", work)


def undo(desk: Desk, actor: Actor, week: str, number: int) -> None:
    """Take “Không cần xử lý” back. Raises :class:`Forbidden`, :class:`NotFound`."""

    def work(session: Session) -> None:
        rows, story_id = _rows(session, actor, week, number)
        if not any(row.answer for row in rows):
            return
        for row in rows:
            row.answer, row.answered_by, row.answered_at = "", None, None
        audit.record(session, desk, actor, "sample.answer", "story", story_id, detail={"result": ""})

    acting.perform(desk, actor, "sample.answer", "sample", f"{week}/{number}", work)


def _rows(session: Session, actor: Actor, week: str, number: int) -> tuple[list[BlindSample], int]:
    """The row of that number with those of the week whose stories lie in the same one by now, and that story."""
    who = acting.person(session, actor, "sample.answer")
    drawn = select(BlindSample).where(BlindSample.unit_id == who.unit_id, BlindSample.week == week)
    rows = session.scalars(drawn.order_by(BlindSample.number)).all()
    lies = survivors(session, {row.story_id for row in rows})
    asked = next((lies[row.story_id] for row in rows if row.number == number), None)
    if asked is None:
        raise NotFound("Tuần này không có chuyện đó trong danh sách xem lại.", "No such story in the sample.")
    return [row for row in rows if lies[row.story_id] == asked], asked
