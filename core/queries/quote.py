"""What the quote form offers: sentences of an item that can be judged, and the offices that a claim may be about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import offices
from core.queries.frame import watched
from core.queries.reasons import best_mentions, spans_of
from core.queries.story import MAX_ITEMS, story_of
from core.records.item import Item, Mention
from core.records.unit import Unit
from core.rules.vocabulary import Band

_SENTENCE = re.compile(r"[^.!?…。！？\n]+[.!?…。！？]*[”\"’')\]]*")


@dataclass(frozen=True, slots=True)
class ClaimChoice:
    """What the quote form offers: the story's items, sentences of the chosen one and their language, other offices."""

    story_id: int
    version: int
    title: str
    items: tuple[tuple[int, str], ...]
    item_id: int
    language: str
    sentences: tuple[str, ...]
    units: tuple[tuple[str, str], ...]


def claim_choice(session: Session, story_id: int, unit_id: int, item_id: int | None = None) -> ClaimChoice:
    """What the quote form offers. Raises :class:`NotFound` for a story or item that is not there."""
    story = story_of(session, story_id)
    rows = session.execute(
        select(Item.id, Item.title).where(Item.story_id == story_id).order_by(Item.id).limit(MAX_ITEMS)
    ).all()
    if not rows:
        raise NotFound("Câu chuyện này không còn tin nào.", "This story has no items left.")
    codes = list(watched(session, unit_id))
    best = best_mentions(session, [story_id], codes).get(story_id)
    known: list[int] = [row.id for row in rows]
    chosen = item_id if item_id in known else best.item_id if best and best.item_id in known else known[0]
    item = session.get_one(Item, chosen)
    mention = session.scalar(
        select(Mention).where(
            Mention.item_id == chosen, Mention.locality.in_(codes), Mention.band != Band.OUT
        )
    )
    offset = len(item.title) + 1
    spans = [(a - offset, b - offset) for a, b in spans_of(mention.spans) if a >= offset] if mention else []
    units = session.execute(
        select(Unit.locality, Unit.short_name).where(Unit.id != unit_id).order_by(Unit.short_name).limit(500)
    )
    return ClaimChoice(
        story_id=story.id,
        version=offices.view(session, story_id, unit_id).version,
        title=story.title,
        items=tuple((row.id, row.title) for row in rows),
        item_id=chosen,
        language=item.language or "",
        sentences=tuple(dict.fromkeys([item.title.strip(), *sentences(item.text, spans)])),
        units=tuple((row.locality, row.short_name) for row in units),
    )


def sentences(text: str, spans: Sequence[tuple[int, int]] = (), *, limit: int = 10) -> tuple[str, ...]:
    """Sentences of a text that could be quoted, those that name us and their neighbours first, in the order of the text."""
    found = [(m.start(), m.end(), m.group().strip()) for m in _SENTENCE.finditer(text[:20_000])]
    found = [each for each in found if 12 <= len(each[2]) <= 400]
    near = [
        min((abs(start - a) for a, _ in spans), default=0)
        if not any(start <= a < end for a, _ in spans)
        else -1
        for start, end, _ in found
    ]
    best = sorted(range(len(found)), key=lambda number: (near[number], number))[:limit]
    return tuple(dict.fromkeys(found[number][2] for number in sorted(best)))
