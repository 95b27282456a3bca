"""Stories after items were placed again: what became ours joins the story of its event, what is ours no longer leaves the one it lay in.

An item and its copies go together. Compared is as at intake, with the stories of the days around the item; a story of several items that
becomes ours stays what it is. Nothing leaves a story that a person of any office has touched: a tag (taken back or not), a
claim, an incident, a note, a place in a week's sample, a merge or a split. A text may come to one, as at intake, but never to one that an
office called "not about us", which would bury it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, union, update
from sqlalchemy.orm import Session

from core.groups import StoryCandidate
from core.queries.locality import watched_codes
from core.records.claim import Claim
from core.records.grouping import StoryGrouping
from core.records.item import Item, Mention, Story, StoryOffice, TagEvent
from core.records.need import BlindSample
from core.records.note import StoryNote
from core.rules.vocabulary import Band, Tag
from core.services import stories
from core.services.desk import Desk

_ROOT = func.coalesce(Item.copy_of_id, Item.id)


@dataclass(frozen=True, slots=True)
class Shift:
    """An original with its copies that goes to another story; ``to`` None: to one of its own."""

    items: tuple[int, ...]
    origin: int
    to: int | None


@dataclass(frozen=True, slots=True)
class _Family:
    """An original with its copies, the places they name from now on, and whether anything else lies in their story."""

    row: Any
    items: tuple[int, ...]
    places: frozenset[str]
    alone: bool

    @property
    def when(self) -> datetime:
        return stories.effective(self.row)


def plan(session: Session, desk: Desk, locality: str, ours: Mapping[int, bool]) -> list[Shift]:
    """What moves when these items (id → whether it speaks of ``locality`` from now on) are placed so. Changes nothing."""
    families = _families(session, locality, ours)
    held = touched(session, {family.row.story_id for family in families})
    free = sorted(
        (family for family in families if family.row.story_id not in held),
        key=lambda family: (family.when, family.row.id),
    )
    found: list[Shift] = []
    fresh: dict[int, StoryCandidate] = {}
    for family in free:
        if not family.places:
            if not family.alone and not _belongs(session, desk, family):
                found.append(Shift(family.items, family.row.story_id, None))
            continue
        goal = _joined(session, desk, family, fresh) if family.alone else None
        if goal is None:
            fresh[family.row.story_id] = _candidate_of(family)
        else:
            found.append(Shift(family.items, family.row.story_id, goal))
    return found


def apply(session: Session, desk: Desk, shifts: Sequence[Shift]) -> int:
    """Move them, in the caller's write transaction; what was touched by somebody meanwhile stays. Returns how many items moved."""
    held = touched(session, {shift.origin for shift in shifts})
    moved, changed = 0, set[int]()
    for shift in shifts:
        items = select(Item.id).where(Item.id.in_(shift.items), Item.story_id == shift.origin)
        if shift.origin in held or len(still := session.scalars(items).all()) != len(shift.items):
            continue
        goal = _own_story(session, shift) if shift.to is None else session.get(Story, shift.to)
        if goal is None or (shift.to is not None and not goal.items):
            continue
        session.execute(
            update(Item)
            .where(Item.id.in_(still))
            .values(story_id=goal.id)
            .execution_options(synchronize_session="fetch")
        )
        moved += len(still)
        changed |= {shift.origin, goal.id}
    stories.recount(session, desk, changed)
    for story_id in sorted(changed):
        stories.changed(session, desk, story_id)
    return moved


def touched(session: Session, story_ids: set[int]) -> set[int]:
    """Which of the stories somebody has said or done anything about."""
    ids = sorted(story_ids)
    return set(
        session.scalars(
            union(
                select(StoryOffice.story_id).where(StoryOffice.story_id.in_(ids)),
                select(TagEvent.story_id).where(TagEvent.story_id.in_(ids)),
                select(Claim.story_id).where(Claim.story_id.in_(ids)),
                select(StoryNote.story_id).where(StoryNote.story_id.in_(ids)),
                select(BlindSample.story_id).where(BlindSample.story_id.in_(ids)),
                select(StoryGrouping.story_id).where(StoryGrouping.story_id.in_(ids)),
                select(StoryGrouping.other_id).where(StoryGrouping.other_id.in_(ids)),
            )
        )
    )


def _own_story(session: Session, shift: Shift) -> Story:
    origin = session.get_one(Story, shift.origin)
    story = Story(
        title="", first_seen_at=origin.first_seen_at, last_seen_at=origin.last_seen_at, need_parts=[]
    )
    session.add(story)
    session.flush()
    return story


def _families(session: Session, locality: str, ours: Mapping[int, bool]) -> list[_Family]:
    roots = sorted(set(session.scalars(select(_ROOT).where(Item.id.in_(ours)))))
    members: dict[int, list[Any]] = {}
    for row in session.execute(
        select(
            Item.id, _ROOT.label("root"), Item.title, Item.text, Item.language, Item.published_at, Item.first_seen_at, Item.story_id
        )
        .where(or_(Item.id.in_(roots), Item.copy_of_id.in_(roots)), Item.story_id.is_not(None))
        .order_by(Item.id)
    ):  # fmt: skip
        members.setdefault(row.root, []).append(row)
    every = {row.id: row.root for rows in members.values() for row in rows}
    places: dict[int, set[str]] = {root: set() for root in members}
    for mention in session.execute(
        select(Mention.item_id, Mention.locality).where(Mention.item_id.in_(every), Mention.band != Band.OUT)
    ):
        if mention.locality != locality or mention.item_id not in ours:
            places[every[mention.item_id]].add(mention.locality)
    for item_id, now in ours.items():
        if now and item_id in every:
            places[every[item_id]].add(locality)
    sizes = dict(
        session.execute(
            select(Item.story_id, func.count())
            .where(Item.story_id.in_({rows[0].story_id for rows in members.values()}))
            .group_by(Item.story_id)
        ).all()
    )
    return [
        _Family(
            next((row for row in rows if row.id == root), rows[0]),
            tuple(row.id for row in rows),
            frozenset(places[root]),
            alone=sizes[rows[0].story_id] == len(rows),
        )
        for root, rows in members.items()
        if len({row.story_id for row in rows}) == 1
    ]


def _joined(session: Session, desk: Desk, family: _Family, fresh: Mapping[int, StoryCandidate]) -> int | None:
    """The story of the same event: of the same places first, then of those that name only their province."""
    until = family.when + stories.WINDOW
    near = stories.recent(session, [family.places], family.when, until=until)[family.places]
    near = {**near, **{key: one for key, one in fresh.items() if one.localities & family.places}}
    found = _best(session, desk, family, family.places, near)
    if found is None:
        names = desk.analyst.area_names(family.places)
        around = stories.recent_around(session, names, family.when, until=until)
        found = _best(session, desk, family, frozenset(), around)
    return found


def _best(
    session: Session, desk: Desk, family: _Family, places: frozenset[str], near: Mapping[int, StoryCandidate]
) -> int | None:
    buried = set(
        session.scalars(
            select(StoryOffice.story_id).where(
                StoryOffice.story_id.in_(near), StoryOffice.tag == Tag.IRRELEVANT
            )
        )
    )
    ids = sorted(set(near) - buried - {family.row.story_id})
    begun = dict(session.execute(select(Story.id, Story.first_seen_at).where(Story.id.in_(ids))).all())
    candidates = [
        # A story that went on is as near as it ever was to the item's day.
        replace(
            near[story_id], last_seen_at=max(min(near[story_id].last_seen_at, family.when), begun[story_id])
        )
        for story_id in ids
    ]
    return _same(desk, family, places, candidates)


def _belongs(session: Session, desk: Desk, family: _Family) -> bool:
    """Whether an item that names none of our places belongs to its story all the same: as one that names the province only."""
    rest = session.execute(
        select(Item.id, Item.title, func.substr(Item.text, 1, stories.OPENING).label("opening"), Item.published_at, Item.first_seen_at)
        .where(Item.story_id == family.row.story_id, Item.id.not_in(family.items), Item.copy_of_id.is_(None))
        .order_by(Item.id)
    ).all()  # fmt: skip
    others = frozenset(
        session.scalars(
            select(Mention.locality)
            .join(Item, Item.id == Mention.item_id)
            .where(
                Item.story_id == family.row.story_id, Item.id.not_in(family.items), Mention.band != Band.OUT
            )
        )
    )
    around = desk.analyst.analyse(
        family.row.title,
        family.row.text,
        localities=watched_codes(session),
        language_hint=family.row.language,
    ).around
    if not rest or not around & others:
        return False
    nearest = min((stories.effective(row) for row in rest), key=lambda at: abs(at - family.when))
    texts = [(row.title, row.opening) for row in rest]
    candidate = StoryCandidate(
        family.row.story_id, *texts[0], others, nearest, len(rest), more=tuple(texts[1:][-stories.MORE :])
    )
    return _same(desk, family, frozenset(), [candidate]) is not None


def _same(
    desk: Desk, family: _Family, places: frozenset[str], candidates: Sequence[StoryCandidate]
) -> int | None:
    return desk.analyst.same_story(
        family.row.title, family.row.text[: stories.OPENING], places, family.when, candidates
    )


def _candidate_of(family: _Family) -> StoryCandidate:
    row = family.row
    return StoryCandidate(row.story_id, row.title, row.text[: stories.OPENING], family.places, family.when, 1)
