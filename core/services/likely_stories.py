"""Stories that could be one with this one, the likest first: for a person who merges, never for a machine that does.

Likeness is what grouping weighs (:meth:`core.ports.Analyst.story_likeness`), so that the list and the machine agree. Without words to
search for, the stories of the office's own places within fourteen days are compared; with words, those that the search finds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.finding import Filters
from core.queries import offices
from core.queries.frame import watched
from core.queries.story import story_of
from core.records.item import Item, Story, StoryLocality
from core.services import searching, stories
from core.services.desk import Actor, Desk

NEAR = timedelta(days=14)
#: so many of the latest are compared
_COMPARED = 200
#: and so many shown
MOST = 30


@dataclass(frozen=True, slots=True)
class LikelyStory:
    """A story of the office's own places that could go into another, with what the two share.

    ``places``: names of the office's places that both name; ``day``: a day on which both were seen; ``apart``: days between them where
    there is none.
    """

    id: int
    title: str
    tag: str
    items: int
    last_seen_at: datetime
    places: tuple[str, ...]
    day: date | None
    apart: int


@dataclass(frozen=True, slots=True)
class Likely:
    """The list; ``more``: so many were compared and are not shown. ``banner`` is empty when the index answered."""

    stories: tuple[LikelyStory, ...]
    more: int = 0
    banner: str = ""
    banner_en: str = ""


def likely(desk: Desk, actor: Actor, story_id: int, words: str = "") -> Likely:
    """The stories likest to this one, at most thirty.

    Raises :class:`core.errors.NotFound`, and :class:`core.errors.Invalid` (field ``q``) for words that cannot be searched for.
    """
    found = None
    with desk.store.read() as session:
        names = watched(session, actor.unit_id)
    if not names:
        return Likely(())
    if words.strip():
        found = searching.matches(
            desk, actor, words, Filters(localities=tuple(names)), limit=_COMPARED, at_most=_COMPARED
        )
    with desk.store.read() as session:
        story = story_of(session, story_id)
        near = _near(session, story, names, None if found is None else found.ids)
        shapes = stories.candidates(session, [story_id, *(one.id for one in near)], desk.clock.now())
        likeness = desk.analyst.story_likeness(shapes[story_id], [shapes[one.id] for one in near])
        best = sorted(near, key=lambda one: (-likeness[one.id], -one.last_seen_at.timestamp(), -one.id))[
            :MOST
        ]
        views = offices.views(session, [one.id for one in best], actor.unit_id)
        rows = tuple(
            LikelyStory(
                id=one.id,
                title=one.title,
                tag=views[one.id].tag,
                items=one.items,
                last_seen_at=one.last_seen_at,
                places=tuple(
                    names[code].partition(",")[0]
                    for code in sorted(shapes[story_id].localities & shapes[one.id].localities & set(names))
                ),
                day=_shared_day(story, one),
                apart=_days_apart(story, one),
            )
            for one in best
        )
    banner = ("", "") if found is None else (found.banner, found.banner_en)
    return Likely(rows, len(near) - len(rows), *banner)


def _near(
    session: Session, story: Story, codes: Collection[str], item_ids: Sequence[int] | None
) -> Sequence[Story]:
    ours = select(StoryLocality.story_id).where(
        StoryLocality.locality.in_(sorted(codes)), StoryLocality.band != "out"
    )
    wanted = [Story.id.in_(ours), Story.id != story.id, Story.items > 0]
    if item_ids is None:
        wanted += [
            Story.last_seen_at >= story.first_seen_at - NEAR,
            Story.first_seen_at <= story.last_seen_at + NEAR,
        ]
    else:
        wanted.append(Story.id.in_(select(Item.story_id).where(Item.id.in_(item_ids))))
    return session.scalars(
        select(Story).where(*wanted).order_by(Story.last_seen_at.desc(), Story.id.desc()).limit(_COMPARED)
    ).all()


def _days(story: Story) -> tuple[date, date]:
    first, last = (at.astimezone(VIETNAM).date() for at in (story.first_seen_at, story.last_seen_at))
    return first, last


def _shared_day(one: Story, two: Story) -> date | None:
    (first, last), (begun, ended) = _days(one), _days(two)
    day = min(last, ended)
    return day if day >= max(first, begun) else None


def _days_apart(one: Story, two: Story) -> int:
    (first, last), (begun, ended) = _days(one), _days(two)
    return max(0, (begun - last).days, (first - ended).days)
