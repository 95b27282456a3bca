"""Weights of the need score refitted from what people of every office decided, and proposed where they beat those in force on the last month's decisions.

Nothing is applied: that is an administrator's act (:mod:`core.services.need_weights`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from core.records.claim import Claim
from core.records.item import Item, Story, StoryLocality, StoryOffice
from core.records.need import BlindSample, NeedWeightsRow
from core.rules.need import NeedWeights
from core.rules.need_fit import Decision, Trial, trial
from core.rules.vocabulary import NEEDED, Band, Tag
from core.services import audit, stories
from core.services.desk import Desk
from core.services.need_weights import present

#: decisions older than this tell of another time
YEAR = timedelta(days=365)
#: the newest decisions that a fit reads
MOST = 3_000
_BATCH = 200


def decisions(session: Session, desk: Desk) -> list[Decision]:
    """What each office decided within a year about stories of its places, each with the parts as they were at that moment.

    “Không liên quan” speaks of the place and is left out; so is likeness to judged claims, which later judgements would colour.
    """
    now = desk.clock.now()
    taken: dict[int, dict[int, tuple[datetime, bool]]] = defaultdict(dict)
    judged = exists().where(
        Claim.story_id == StoryOffice.story_id,
        Claim.unit_id == StoryOffice.unit_id,
        Claim.withdrawn_at.is_(None),
    )
    for row in session.execute(
        select(
            StoryOffice.story_id,
            StoryOffice.unit_id,
            StoryOffice.tag,
            StoryOffice.tagged_at,
            or_(judged, StoryOffice.incident_id.is_not(None)).label("judged"),
        )
        .join(Story, Story.id == StoryOffice.story_id)
        .where(
            StoryOffice.tag.not_in(["", Tag.IRRELEVANT]),
            StoryOffice.tagged_at >= now - YEAR,
            Story.items > 0,
        )
        .order_by(StoryOffice.tagged_at.desc())
        .limit(MOST)
    ):
        taken[row.story_id][row.unit_id] = (row.tagged_at or now, row.judged or row.tag in NEEDED)
    for sample in session.execute(
        select(BlindSample.story_id, BlindSample.unit_id, BlindSample.answered_at)
        .join(Story, Story.id == BlindSample.story_id)
        .where(BlindSample.answer != "", BlindSample.answered_at >= now - YEAR, Story.items > 0)
    ):
        taken[sample.story_id].setdefault(sample.unit_id, (sample.answered_at or now, False))
    found = []
    ids = sorted(taken)
    base = NeedWeights()
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        members: dict[int, list[Any]] = defaultdict(list)
        for member in session.execute(stories.MEMBERS.where(Item.story_id.in_(part))):
            members[member.story_id or 0].append(member)
        places = _places(session, part)
        for story_id, rows in members.items():
            place = places.get(story_id, (Band.OUT, 0.0))
            for at, needed in taken[story_id].values():
                then = [row for row in rows if row.first_seen_at <= at]
                if then:
                    found.append(_decision(desk, then, place, base, at, needed=needed))
    return sorted(found, key=lambda one: one.at)


def propose(desk: Desk) -> tuple[Trial, int | None]:
    """Refit; the trial, and the number of the proposal when the new weights beat those in force on the last month's decisions.

    Raises :class:`Invalid` when there are too few decisions. Applies nothing.
    """
    with desk.store.read() as session:
        now_in_force = present(session, desk)
        taken = decisions(session, desk)
    told = trial(taken, now_in_force, desk.clock.now())
    if not told.better:
        return told, None
    with desk.store.write() as session:
        row = NeedWeightsRow(
            weights=told.weights.as_json(),
            before=now_in_force.as_json(),
            trial={key: value for key, value in asdict(told).items() if key != "weights"},
            proposed_at=desk.clock.now(),
        )
        session.add(row)
        session.flush()
        audit.record(session, desk, None, "need.propose", "need_weights", row.id, detail=row.trial)
        return told, row.id


def _places(session: Session, story_ids: Sequence[int]) -> dict[int, tuple[Band, float]]:
    best: dict[int, tuple[Band, float]] = {}
    for row in session.execute(
        select(StoryLocality.story_id, StoryLocality.band, StoryLocality.score).where(
            StoryLocality.story_id.in_(story_ids)
        )
    ):
        pair = (Band(row.band), row.score)
        best[row.story_id] = max(best.get(row.story_id, pair), pair, key=stories.by_band)
    return best


def _decision(
    desk: Desk, rows: list[Any], place: tuple[Band, float], base: NeedWeights, at: datetime, *, needed: bool
) -> Decision:
    rows.sort(key=lambda row: (stories.effective(row), row.id))
    then = Story()
    stories.count(then, rows)
    facts = stories.facts_of(then, rows, *place, known=False)
    parts = desk.analyst.need(facts, at, base).parts
    amounts = {part.code: part.amount for part in parts if part.code != "locality"}
    certainty = next(part.value for part in parts if part.code == "locality")
    return Decision(amounts, certainty, needed, at)
