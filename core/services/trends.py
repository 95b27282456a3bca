"""Trends of an office's localities, counted by the search index: volume by day and source, days that stand out, phrases that rise.

The figures are counts of hits, so that every engine gives the same. Which phrases are asked about comes out of the store: the titles of
the newest items of the period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from core.clock import VIETNAM
from core.errors import Unavailable
from core.finding import Filters, SearchIndex
from core.queries.frame import watched
from core.records.item import Item, Mention
from core.records.source import Source
from core.rules import trends as rules
from core.rules.permissions import require
from core.rules.vocabulary import Band
from core.services.desk import Actor, Desk
from core.text.query import Phrase
from core.text.tokens import tokenise

#: what the page shows, and what a phrase is compared with
DAYS = 7
BEFORE = 28
SHOWN = 42
#: titles read for phrases, and phrases asked of the index
TITLES = 2000
ASKED = 150


@dataclass(frozen=True, slots=True)
class Day:
    """A day in Viet Nam and the items first seen in it."""

    day: date
    items: int


@dataclass(frozen=True, slots=True)
class SourceVolume:
    """A source's items in the last seven days and what the 28 days before let expect; ``days`` is each day shown."""

    source_id: str
    name: str
    now: int
    usual: float
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """What a page or a report shows; ``until`` is the last whole or running day counted.

    ``from_day``: the first day that has enough days of watching before it to be called unusual, when that is not long past; a phrase has
    risen, and a source more than usual, from then on only.
    """

    days: tuple[Day, ...]
    sources: tuple[SourceVolume, ...]
    spikes: tuple[tuple[Day, float], ...]
    rising: tuple[rules.Rising, ...]
    until: date
    from_day: date | None = None


def trends(desk: Desk, actor: Actor | None, unit_id: int) -> Trends:
    """The last six weeks of an office's localities. Raises :class:`Forbidden`, and :class:`Unavailable` while the index is away."""
    if actor is not None:
        require(actor, "item.search")
    if desk.index is None:
        raise Unavailable(
            "Xu hướng được đếm bằng chỉ mục tìm kiếm, và chưa có chỉ mục nào được cấu hình.",
            "Trends are counted by the search index, and none is configured.",
        )
    with desk.store.read() as session:
        codes = tuple(watched(session, unit_id))
        began = session.scalar(select(Item.first_seen_at).order_by(Item.id).limit(1))
        names = {row.id: row.name for row in session.execute(select(Source.id, Source.name))}
    today = desk.clock.now().astimezone(VIETNAM).date()
    first = today - timedelta(days=SHOWN + BEFORE - 1)
    here = Filters(localities=codes, since=_start(first), until=_start(today + timedelta(days=1)))
    held = desk.index.volume(None, here)
    every = [first + timedelta(days=at) for at in range(SHOWN + BEFORE)]
    totals = dict.fromkeys(every, 0)
    by_source: dict[str, dict[date, int]] = {}
    for (ordinal, source), number in held.items():
        day = date.fromordinal(ordinal)
        totals[day] += number
        by_source.setdefault(source, {})[day] = number
    counts = list(totals.values())
    # The day on which watching began is a part of a day, with what the sources still held.
    watched_from = today if began is None else began.astimezone(VIETNAM).date() + timedelta(days=1)
    enough = watched_from + timedelta(days=rules.LEAST_DAYS)
    compared = enough <= today - timedelta(days=DAYS - 1)
    days = tuple(Day(day, totals[day]) for day in every)
    return Trends(
        days=days[BEFORE:],
        sources=_sources(by_source, names, every, watched_from),
        spikes=tuple(
            (days[one.day], one.usual)
            for one in rules.spikes(counts, BEFORE, max(0, (watched_from - first).days))
        ),
        rising=_rising(desk, desk.index, codes, today, watched_from) if compared else (),
        until=today,
        from_day=None if enough <= every[BEFORE] else enough,
    )


def _sources(
    held: dict[str, dict[date, int]], names: dict[str, str], every: Sequence[date], watched_from: date
) -> tuple[SourceVolume, ...]:
    rows = []
    for source, counts in held.items():
        days = tuple(counts.get(day, 0) for day in every)
        usual = sum(days[-DAYS - BEFORE : -DAYS]) * DAYS / _days_before(every[-1], watched_from)
        rows.append(
            SourceVolume(source, names.get(source, ""), sum(days[-DAYS:]), round(usual, 1), days[BEFORE:])
        )
    return tuple(sorted(rows, key=lambda row: (-row.now, -row.usual, row.source_id)))


def _days_before(today: date, watched_from: date) -> int:
    """How many of the days before the last seven were watched."""
    return min(BEFORE, max(1, (today - timedelta(days=DAYS - 1) - watched_from).days))


def _rising(
    desk: Desk, index: SearchIndex, codes: tuple[str, ...], today: date, watched_from: date
) -> tuple[rules.Rising, ...]:
    period = Filters(
        localities=codes,
        since=_start(today - timedelta(days=DAYS - 1)),
        until=_start(today + timedelta(days=1)),
    )
    before = replace(period, since=_start(today - timedelta(days=DAYS + BEFORE - 1)), until=period.since)
    with desk.store.read() as session:
        here = select(Mention.item_id).where(Mention.locality.in_(codes), Mention.band != Band.OUT)
        titles = session.scalars(
            select(Item.title)
            .where(Item.first_seen_at >= period.since, Item.id.in_(here))
            .order_by(Item.id.desc())
            .limit(TITLES)
        ).all()
    asked = rules.phrases(([token.exact for token in tokenise(title)] for title in titles), ASKED)
    questions = [Phrase(words, "exact") for words in asked]
    now = index.counts([(question, period) for question in questions])
    then = index.counts([(question, before) for question in questions])
    counts = {words: (a, b) for words, a, b in zip(asked, now, then, strict=True)}
    return rules.rising(counts, DAYS, _days_before(today, watched_from))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM).astimezone(UTC)
