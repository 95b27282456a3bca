"""Stories: which story a text joins, the figures of a story, and its place in the queue.

A machine's placing never changes a tag, a state or the version that goes with a form (guardrail G5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import ColumnElement, bindparam, exists, false, func, insert, or_, select, update
from sqlalchemy.orm import Session

from core.groups import StoryCandidate
from core.ports import StoryFacts
from core.records.item import Item, Mention, OutboxRow, Story, StoryLocality
from core.records.schema import UTCDateTime
from core.records.source import Source
from core.rules.need import NeedWeights
from core.rules.vocabulary import Band
from core.services import need_weights, suggestions
from core.services.desk import Desk

WINDOW = timedelta(hours=72)
_MOST_CANDIDATES = 200
#: so many later texts of a story are compared with a new one, beside its first
MORE = 3
#: characters of a text that are compared
OPENING = 700
#: a score that moved less is left as it is, so that the index need not be told
_NEED_STEP = 1.0
_RESCORED = timedelta(days=30)
_BATCH = 100
#: stories that one transaction rescores
_WRITTEN = 25
#: What the figures of a story need of its items and their sources: never their texts, of which a story may hold hundreds.
MEMBERS = select(
    Item.id,
    Item.story_id,
    Item.title,
    Item.lead,
    Item.published_at,
    Item.first_seen_at,
    Item.copy_of_id,
    Item.source_id,
    Item.host,
    Item.views,
    Item.kind,
    Source.reach_tier,
    Source.domestic,
    Source.social,
).outerjoin(Source, Source.id == Item.source_id)
_BETTER = {Band.IN: 2, Band.CHECK: 1, Band.OUT: 0}


def recent(
    session: Session, wanted: Iterable[frozenset[str]], now: datetime, *, until: datetime | None = None
) -> dict[frozenset[str], dict[int, StoryCandidate]]:
    """For each set of localities the stories of the 72 hours before ``now`` that share one of them, the latest first, at most 200.

    ``until``: for a moment that is past, the end of the stretch in which a story may have begun.
    Asked for a whole batch at once: texts of one round name the same few places in many combinations.
    """
    sets = set(wanted)
    everywhere = sorted(frozenset[str]().union(*sets))
    near: dict[int, set[str]] = {}
    for row in session.execute(
        select(StoryLocality.story_id, StoryLocality.locality)
        .join(Story, Story.id == StoryLocality.story_id)
        .where(StoryLocality.locality.in_(everywhere), *_within(now, until))
        .order_by(Story.last_seen_at.desc(), Story.id.desc())
    ):
        near.setdefault(row.story_id, set()).add(row.locality)
    chosen = {
        places: list(
            islice((story for story, has in near.items() if not places.isdisjoint(has)), _MOST_CANDIDATES)
        )
        for places in sets
    }
    known = candidates(session, sorted({story for part in chosen.values() for story in part}), until or now)
    return {places: {story: known[story] for story in part} for places, part in chosen.items()}


def _within(now: datetime, until: datetime | None) -> list[ColumnElement[bool]]:
    seen = [Story.last_seen_at >= now - WINDOW]
    return seen if until is None else [*seen, Story.first_seen_at <= until]


def recent_around(
    session: Session, names: Sequence[str], now: datetime, *, until: datetime | None = None
) -> dict[int, StoryCandidate]:
    """As :func:`recent`, stories that name a province, by one of its ``names``, but no locality that is watched."""
    if not names:
        return {}
    named = or_(
        *(column.contains(name, autoescape=True) for name in names for column in (Story.title, Story.lead))
    )
    placed = exists().where(StoryLocality.story_id == Story.id)
    ids = session.scalars(
        select(Story.id)
        .where(*_within(now, until), Story.items > 0, ~placed, named)
        .order_by(Story.last_seen_at.desc(), Story.id.desc())
        .limit(_MOST_CANDIDATES)
    )
    return candidates(session, sorted(ids), until or now)


def candidates(session: Session, ids: Sequence[int], now: datetime) -> dict[int, StoryCandidate]:
    """Stories as new texts, and each other, are compared with them; by number. ``now`` bounds when they were last heard of."""
    places: dict[int, set[str]] = {story_id: set() for story_id in ids}
    for row in session.execute(
        select(StoryLocality.story_id, StoryLocality.locality).where(StoryLocality.story_id.in_(ids))
    ):
        places[row.story_id].add(row.locality)
    latest = {
        row.story_id: row.latest
        for row in session.execute(
            select(
                Item.story_id, func.max(func.coalesce(Item.published_at, Item.first_seen_at)).label("latest")
            )
            .where(Item.story_id.in_(ids))
            .group_by(Item.story_id)
        )
    }
    # Columns, not objects: hundreds of stories are looked at, and none of them is changed here.
    stories = session.execute(
        select(Story.id, Story.title, Story.lead, Story.last_seen_at, Story.items).where(Story.id.in_(ids))
    )
    texts = _texts(session, ids)
    return {
        story.id: StoryCandidate(
            story_id=story.id,
            title=mine[0][0],
            lead=mine[0][1],
            localities=frozenset(places[story.id]),
            last_seen_at=min(latest.get(story.id) or story.last_seen_at, now),
            items=story.items,
            more=tuple(mine[1:]),
        )
        for story in stories
        for mine in [texts.get(story.id) or [(story.title, story.lead)]]
    }


def _texts(session: Session, story_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Title and opening of the first and of the latest items of each story that are no copies, in the order they came."""
    if not story_ids:
        return {}
    place = func.row_number().over(partition_by=Item.story_id, order_by=Item.id)
    back = func.row_number().over(partition_by=Item.story_id, order_by=Item.id.desc())
    ranked = (
        select(Item.id, place.label("place"), back.label("back"))
        .where(Item.story_id.in_(story_ids), Item.copy_of_id.is_(None))
        .subquery()
    )
    rows = session.execute(
        select(Item.story_id, Item.title, func.substr(Item.text, 1, OPENING).label("opening"))
        .join(ranked, ranked.c.id == Item.id)
        .where(or_(ranked.c.place == 1, ranked.c.back <= MORE))
        .order_by(Item.id)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.story_id, []).append((row.title, row.opening))
    return found


class Dated(Protocol):
    """An item, or a row with the two times of one."""

    @property
    def published_at(self) -> datetime | None: ...  # noqa: D102

    @property
    def first_seen_at(self) -> datetime: ...  # noqa: D102


def effective(item: Dated) -> datetime:
    """When an item happened: publication, but never after it was seen."""
    return item.first_seen_at if item.published_at is None else min(item.published_at, item.first_seen_at)


def recount(session: Session, desk: Desk, story_ids: Iterable[int]) -> set[int]:
    """Count the stories again from their items, with localities and need.

    Returns the ids of items whose index row is stale now, because the need or the places of their story moved; the caller raises
    their revision.
    """
    stale: set[int] = set()
    session.flush()
    ids = sorted(set(story_ids))
    rows: dict[int, list[Any]] = {story_id: [] for story_id in ids}
    for row in session.execute(MEMBERS.where(Item.story_id.in_(ids))):
        rows[row.story_id].append(row)
    places, moved = _places(session, ids)
    weights = need_weights.present(session, desk)
    false = suggestions.repeating_false(session, ids)
    for story in session.scalars(select(Story).where(Story.id.in_(ids)).order_by(Story.id)):
        members = sorted(rows[story.id], key=lambda row: (effective(row), row.id))
        if not members:
            # merged into another by a person
            story.items = story.copies = story.sources = story.views = 0
            continue
        count(story, members)
        band, score = places[story.id]
        known = facts_of(story, members, band, score, known=story.id in false)
        if _score(desk, story, known, weights) or story.id in moved:
            stale.update(row.id for row in members)
    return stale


def count(story: Story, rows: Sequence[Any]) -> None:
    """The figures of a story from its items (rows of :data:`MEMBERS`, in the order of :func:`effective`)."""
    first = next((row for row in rows if row.copy_of_id is None), rows[0])
    story.title, story.lead = first.title, first.lead
    story.first_seen_at = min(row.first_seen_at for row in rows)
    story.last_seen_at = max(row.first_seen_at for row in rows)
    story.items = len(rows)
    story.copies = sum(row.copy_of_id is not None for row in rows)
    story.sources = len({row.source_id or row.host or f"hand:{row.id}" for row in rows})
    story.views = sum(row.views for row in rows)
    story.reach_tier = max((row.reach_tier for row in rows if row.reach_tier is not None), default=0)


def changed(session: Session, desk: Desk, story_id: int) -> None:
    """After a tag or a claim: every item of the story must be indexed again. Same transaction as the change."""
    _stale(session, desk, _OF_STORY, {"story": story_id})


def reindex(session: Session, desk: Desk, item_ids: Iterable[int]) -> None:
    """Raise the revision of items and tell the outbox."""
    ids = sorted(set(item_ids))
    for start in range(0, len(ids), 500):
        _stale(session, desk, _OF_IDS, {"ids": ids[start : start + 500]})


def _stale(session: Session, desk: Desk, which: tuple[Any, Any], values: dict[str, Any]) -> None:
    """Two statements whatever the number of items: a review click makes them with the write lock in its hand."""
    raised, told = which
    session.flush()
    connection = session.connection()
    connection.execute(raised, values)
    connection.execute(told, {**values, "now": desk.clock.now()})
    for known in session.identity_map.values():
        if isinstance(known, Item):
            session.expire(known, ["revision"])


def _raise_and_tell(which: ColumnElement[bool]) -> tuple[Any, Any]:
    rows = select(Item.id, Item.revision, false(), bindparam("now", type_=UTCDateTime())).where(which)
    return (
        update(Item).where(which).values(revision=Item.revision + 1),
        insert(OutboxRow).from_select(["item_id", "revision", "deleted", "at"], rows.order_by(Item.id)),
    )


_OF_STORY = _raise_and_tell(Item.story_id == bindparam("story"))
_OF_IDS = _raise_and_tell(Item.id.in_(bindparam("ids", expanding=True)))


def rescore(desk: Desk) -> int:
    """Let the need of the last 30 days' stories decay with their age. Returns how many stories moved in the queue.

    Counted without the write lock first: it is taken for the stories that change, a few at a time, so that no click waits for long.
    """
    now = desk.clock.now()
    with desk.store.read() as session:
        ids = list(
            session.scalars(select(Story.id).where(Story.last_seen_at >= now - _RESCORED).order_by(Story.id))
        )
    moved = 0
    for start in range(0, len(ids), _BATCH):
        with desk.store.read() as session:
            stirred = _would_change(session, desk, ids[start : start + _BATCH])
        for begun in range(0, len(stirred), _WRITTEN):
            part = stirred[begun : begun + _WRITTEN]
            with desk.store.write() as session:
                before = dict(session.execute(select(Story.id, Story.need).where(Story.id.in_(part))).all())
                reindex(session, desk, recount(session, desk, part))
                after = dict(session.execute(select(Story.id, Story.need).where(Story.id.in_(part))).all())
                moved += sum(before[story_id] != after[story_id] for story_id in before)
    return moved


def _would_change(session: Session, desk: Desk, story_ids: Sequence[int]) -> list[int]:
    """Which of the stories a recount would write anew, found in a session whose changes are thrown away."""
    recount(session, desk, story_ids)
    touched = [*session.new, *session.deleted, *(one for one in session.dirty if session.is_modified(one))]
    return sorted(
        {one.id if isinstance(one, Story) else one.story_id for one in touched if isinstance(one, Story | StoryLocality)}
    )  # fmt: skip


def _places(session: Session, story_ids: Sequence[int]) -> tuple[dict[int, tuple[Band, float]], set[int]]:
    """Write the stories' localities from their items' mentions: a story is about a place when any of its items is.

    Returns the best band of each with its best score, and the stories that came to a place or left one.
    """
    moved: set[int] = set()
    best: dict[int, dict[str, tuple[Band, float]]] = {story_id: {} for story_id in story_ids}
    mentions = session.execute(
        select(Item.story_id, Mention.locality, Mention.band, Mention.score)
        .join(Item, Item.id == Mention.item_id)
        .where(Item.story_id.in_(story_ids), Mention.band != Band.OUT)
    )
    for row in mentions:
        mine = best[row.story_id]
        mine[row.locality] = max(
            mine.get(row.locality, (Band.OUT, 0.0)), (Band(row.band), row.score), key=by_band
        )
    kept: dict[tuple[int, str], StoryLocality] = {
        (place.story_id, place.locality): place
        for place in session.scalars(select(StoryLocality).where(StoryLocality.story_id.in_(story_ids)))
    }
    for story_id, found in best.items():
        for locality, (band, score) in sorted(found.items()):
            place = kept.pop((story_id, locality), None)
            if place is None:
                session.add(StoryLocality(story_id=story_id, locality=locality, band=band, score=score))
                moved.add(story_id)
            else:
                place.band, place.score = band, score
    for place in kept.values():
        session.delete(place)
        moved.add(place.story_id)
    ranked = {
        story_id: max(found.values(), key=by_band, default=(Band.OUT, 0.0))
        for story_id, found in best.items()
    }
    return ranked, moved


def by_band(pair: tuple[Band, float]) -> tuple[int, float]:
    """For ``max``: the better band, then the higher score."""
    return _BETTER[pair[0]], pair[1]


def facts_of(story: Story, rows: Sequence[Any], band: Band, score: float, *, known: bool) -> StoryFacts:
    """What the need score may look at. ``known``: it repeats a claim judged misleading."""
    return StoryFacts(
        title=story.title,
        lead=story.lead,
        band=band,
        match_score=score,
        items=story.items,
        copies=story.copies,
        sources=story.sources,
        reach_tier=story.reach_tier,
        foreign=any(row.domestic is False for row in rows),
        social=any(row.kind == "post" or row.social for row in rows),
        views=story.views,
        first_seen_at=story.first_seen_at,
        last_seen_at=story.last_seen_at,
        looks_like_false_claim=known,
    )


def _score(desk: Desk, story: Story, facts: StoryFacts, weights: NeedWeights) -> bool:
    """Give the story its need; True when it moved enough for the index to be told."""
    need = desk.analyst.need(facts, desk.clock.now(), weights)
    parts = [part.as_json() for part in need.parts]
    if parts != story.need_parts:
        story.need_parts = parts
    if abs(need.score - story.need) < _NEED_STEP:
        return False
    story.need = need.score
    return True
