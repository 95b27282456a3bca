"""What stands around every page: whose office it is, and how much waits in each place. Every count is bounded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.queries import offices, source_state
from core.records.document import Document
from core.records.incident import Incident
from core.records.item import Item, Story, StoryLocality, StoryOffice
from core.records.source import Source
from core.records.unit import Unit, WatchedLocality
from core.rules.vocabulary import Band, DocumentState, IncidentState, Tag

#: counters stop here and show a plus sign: a count over a year of items would cost more than it tells
CEILING = 999
#: an untagged story older than this has left the queue
QUEUE_DAYS = 30
#: at most so many stories a day are put before an officer (domain.md, "Việc hôm nay")
DAILY_STORIES = 20


@dataclass(frozen=True, slots=True)
class Frame:
    """Names and counters; a counter of 0 is not shown."""

    unit_id: int
    unit_name: str
    short_name: str
    parent_name: str
    localities: tuple[tuple[str, str], ...]
    counters: dict[str, int]

    def count(self, name: str) -> str:
        """A counter as shown, "" for none."""
        value = self.counters.get(name, 0)
        return "" if not value else f"{CEILING}+" if value > CEILING else str(value)


def watched(session: Session, unit_id: int) -> dict[str, str]:
    """Codes and names of the localities an office watches."""
    rows = session.execute(
        select(WatchedLocality.code, WatchedLocality.name)
        .where(WatchedLocality.unit_id == unit_id, WatchedLocality.active.is_(True))
        .order_by(WatchedLocality.code)
    )
    return {row.code: row.name for row in rows}


def short_names(names: dict[str, str]) -> dict[str, str]:
    """Names without the unit above them ("xã Chí Minh, thành phố Hải Phòng"), where no two would then read the same."""
    short = {code: name.partition(",")[0] for code, name in names.items()}
    taken = Counter(short.values())
    return {code: name if taken[name] == 1 else names[code] for code, name in short.items()}


def _bounded(session: Session, query: Select[Any]) -> int:
    return session.scalar(_count(query)) or 0


def _count(query: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(query.limit(CEILING + 1).subquery())


def queue(unit_id: int, codes: list[str], now: datetime) -> Select[Any]:
    """Stories that wait for the office's tag: about its places (or perhaps), of the last days. What others tagged waits too."""
    return _queue(unit_id, codes, now - timedelta(days=QUEUE_DAYS))


def _queue(unit_id: Any, codes: Any, since: Any) -> Select[Any]:
    about = select(StoryLocality.story_id).where(
        StoryLocality.locality.in_(codes), StoryLocality.band.in_([Band.IN, Band.CHECK])
    )
    tagged = exists().where(offices.own(unit_id), StoryOffice.tag != "")
    return select(Story.id).where(~tagged, Story.id.in_(about), Story.last_seen_at >= since)


def frame(session: Session, unit_id: int, now: datetime) -> Frame:
    """The frame of an office's pages."""
    unit, parent_name = session.execute(_OFFICE, {"unit": unit_id}).one()
    localities = watched(session, unit_id)
    asked = {"unit": unit_id, "codes": list(localities)}
    waiting = list(session.scalars(_WAITING, asked | {"since": now - timedelta(days=QUEUE_DAYS)}))
    counters = {
        "today": min(DAILY_STORIES, len(waiting)),
        **_items_waiting(session, waiting),
        **session.execute(_COUNTERS, asked).mappings().one(),
        "sources": sum(health.ask for _, health in source_state.troubled(session, now)),
    }
    return Frame(
        unit_id=unit_id,
        unit_name=unit.name,
        short_name=unit.short_name,
        parent_name=parent_name or "",
        localities=tuple(localities.items()),
        counters=counters,
    )


def _items_waiting(session: Session, stories: list[int]) -> dict[str, int]:
    """Counters of the items of the stories that wait: one look at them, unless there are more than a counter shows."""
    mine = Item.story_id.in_(stories)
    seen = session.execute(
        select(Item.band, Source.domestic)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(mine)
        .limit(CEILING + 1)
    ).all()
    if len(seen) <= CEILING:
        foreign = sum(row.domestic is False for row in seen)
        return {"inbox": len(seen), "foreign": foreign, "check": sum(row.band == Band.CHECK for row in seen)}
    abroad = select(Source.id).where(Source.domestic.is_(False))
    return {
        "inbox": len(seen),
        "foreign": _bounded(session, select(Item.id).where(mine, Item.source_id.in_(abroad))),
        "check": _bounded(session, select(Item.id).where(mine, Item.band == Band.CHECK)),
    }


def _criticism(unit_id: Any, codes: Any) -> Select[Any]:
    """Criticism that waits for an answer: tagged so by the office, whose incident over it is not closed."""
    about = select(StoryLocality.story_id).where(StoryLocality.locality.in_(codes))
    closed = select(Incident.id).where(Incident.state == IncidentState.CLOSED)
    open_story = offices.stories(
        unit_id,
        StoryOffice.tag == Tag.CRITICISM,
        StoryOffice.story_id.in_(about),
        or_(StoryOffice.incident_id.is_(None), StoryOffice.incident_id.not_in(closed)),
    )
    return select(Item.id).where(Item.story_id.in_(open_story))


# Made once: every page asks these, and to put a question together takes longer than to answer it.
_PARENT = aliased(Unit)
_UNIT: Any = bindparam("unit")
_CODES: Any = bindparam("codes", expanding=True)
_MINE = select(Incident.id).where(Incident.unit_id == _UNIT)
_OFFICE = (
    select(Unit, _PARENT.short_name).outerjoin(_PARENT, Unit.parent_id == _PARENT.id).where(Unit.id == _UNIT)
)
_WAITING = _queue(_UNIT, _CODES, bindparam("since", type_=Story.last_seen_at.type)).limit(CEILING + 1)
_COUNTERS = select(
    *(
        _count(query).scalar_subquery().label(name)
        for name, query in {
            "incidents": _MINE.where(
                Incident.state.not_in([IncidentState.CLOSED, IncidentState.TRANSFERRED])
            ),
            "documents": select(Document.id).where(
                Document.incident_id.in_(_MINE),
                Document.state.in_([DocumentState.DRAFT, DocumentState.RETURNED, DocumentState.APPROVED]),
            ),
            "approvals": select(Document.id).where(
                Document.incident_id.in_(_MINE), Document.state == DocumentState.SUBMITTED
            ),
            "criticism": _criticism(_UNIT, _CODES),
        }.items()
    )
)
