"""Counts of an office's week: items by day and by source, stories that need action. What it tagged "not about us" is never counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.queries import denials, offices
from core.records.item import Item, Mention, Story, StoryLocality, StoryOffice
from core.records.source import Source
from core.rules.vocabulary import NEEDED, Band, Tag


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """Items about an office: press, social and hand-given, by weekday (0 Monday) and by source; stories that need action."""

    press: int
    social: int
    action: int
    days: tuple[int, ...]
    sources: dict[str, int]


def counts(
    session: Session, unit_id: int, codes: Sequence[str], start: datetime, end: datetime
) -> WeekCounts:
    """Counts over items first seen in [start, end)."""
    about = select(Mention.item_id).where(Mention.locality.in_(codes), Mention.band == Band.IN)
    unsure = select(Mention.item_id).where(Mention.locality.in_(codes), Mention.band == Band.CHECK)
    taken = offices.stories(unit_id, StoryOffice.tag.not_in(["", Tag.IRRELEVANT]))
    others = offices.stories(unit_id, StoryOffice.tag == Tag.IRRELEVANT)
    rows = session.execute(
        select(Item.first_seen_at, Source.name, Source.social)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(
            Item.first_seen_at >= start,
            Item.first_seen_at < end,
            or_(Item.id.in_(about), Item.id.in_(unsure) & Item.story_id.in_(taken)),
            or_(Item.story_id.is_(None), Item.story_id.not_in(others)),
        )
    ).all()
    days, sources = [0] * 7, Counter[str]()
    press = 0
    for seen, name, social in rows:
        days[seen.astimezone(VIETNAM).weekday()] += 1
        sources[name or "Nhận trực tiếp"] += 1
        press += bool(name) and not social
    return WeekCounts(
        press, len(rows) - press, _action(session, unit_id, codes, start, end), tuple(days), dict(sources)
    )


def _action(session: Session, unit_id: int, codes: Sequence[str], start: datetime, end: datetime) -> int:
    """Stories first seen in the span that the office suspects, holds to be criticism, or opened an incident over."""
    about = select(StoryLocality.story_id).where(
        StoryLocality.locality.in_(codes), StoryLocality.band != Band.OUT
    )
    found = session.scalars(
        select(Story.id).where(
            Story.first_seen_at >= start,
            Story.first_seen_at < end,
            Story.id.in_(about),
            Story.id.in_(
                offices.stories(
                    unit_id,
                    or_(
                        StoryOffice.tag.in_(NEEDED),
                        and_(StoryOffice.incident_id.is_not(None), ~denials.only()),
                    ),
                )
            ),
        )
    )
    return len(found.all())
