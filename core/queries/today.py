"""The first screen: what runs out next, what to look at, what to check again, what may be missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.queries import offices, people, source_state
from core.queries.blind_sample import SampleRow, this_week
from core.queries.frame import CEILING, DAILY_STORIES, queue, watched
from core.queries.known_claims import LateCopies, late_copies
from core.queries.reasons import Part, best_mentions, line
from core.records.account import Account
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Deadline, Incident, IncidentMove
from core.records.item import Item, Story, StoryOffice, TagEvent
from core.records.source import Source, SourceAlert
from core.rules.vocabulary import IncidentState, SourceState, VerdictState

#: when a published answer is looked at again (domain.md §2 state 11)
CHECKS = (timedelta(hours=24), timedelta(hours=72), timedelta(days=7), timedelta(days=30))
#: what a person needs for one story, from trials with the mock screens
SECONDS_A_STORY = 60
_BAR_HOURS = 12
_SOURCES = 5


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A deadline that runs."""

    incident_id: int
    number: int
    title: str
    kind: str
    starts_at: datetime
    due_at: datetime
    state: str
    basis: str


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story as a row with its reason."""

    id: int
    version: int
    title: str
    language: str
    gist: str
    reason: tuple[Part, ...]
    source_name: str
    social: bool
    domestic: bool
    last_seen_at: datetime
    items: int
    copies: int
    sources: int
    views: int
    reach_tier: int
    tag: str
    incident_id: int | None
    bars: tuple[int, ...]
    localities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FollowUpRow:
    """An incident to look at again."""

    incident_id: int
    number: int
    title: str
    since: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source that hides something, and what to do; without an id: the server's network."""

    id: str
    name: str
    state: str
    vi: str
    en: str
    advice_vi: str
    advice_en: str


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict that waits for its second person."""

    claim_id: int
    incident_id: int | None
    story_id: int
    quote: str
    verdict: str
    sub_verdict: str
    proposed_by: str
    proposed_by_id: int
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on Việc hôm nay."""

    at: datetime
    clocks: tuple[ClockRow, ...]
    stories: tuple[StoryRow, ...]
    done: tuple[StoryRow, ...]
    done_count: int
    waiting: int
    new_since_yesterday: int
    follow_ups: tuple[FollowUpRow, ...]
    verdicts: tuple[VerdictRow, ...]
    sources: tuple[SourceRow, ...]
    late_copies: tuple[LateCopies, ...] = ()
    sample: tuple[SampleRow, ...] = ()

    @property
    def goal(self) -> int:
        """How many stories today's work is: at most 20 of those that waited when the day began or came since.

        Done and waiting together are those, so what is cleared shortens the way and never lengthens it.
        """
        return min(DAILY_STORIES, self.done_count + self.waiting)

    @property
    def left(self) -> int:
        """How many stories are left of today's work; 0 when it is done, even when more wait."""
        return max(0, self.goal - self.done_count)

    @property
    def minutes_left(self) -> int:
        """About how long the rest takes."""
        return round(self.left * SECONDS_A_STORY / 60)


def board(session: Session, unit_id: int, now: datetime, *, language: str = "vi") -> Board:
    """The first screen of an office."""
    codes = list(watched(session, unit_id))
    ids = queue_ids(session, unit_id, codes, now)
    midnight = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = queue(unit_id, codes, now)
    tagged = select(TagEvent.story_id).where(
        TagEvent.unit_id == unit_id, TagEvent.at >= midnight, TagEvent.undone_at.is_(None)
    )
    done = offices.stories(unit_id, StoryOffice.story_id.in_(tagged), StoryOffice.tag != "")
    done_ids = list(session.scalars(done.order_by(StoryOffice.tagged_at.desc()).limit(3)))
    return Board(
        at=now,
        clocks=_clocks(session, unit_id),
        stories=rows(session, ids, unit_id, codes, now, language=language),
        done=rows(session, done_ids, unit_id, codes, now, language=language),
        done_count=session.scalar(select(func.count()).select_from(done.subquery())) or 0,
        waiting=session.scalar(select(func.count()).select_from(waiting.limit(CEILING + 1).subquery())) or 0,
        new_since_yesterday=session.scalar(
            select(func.count()).select_from(
                waiting.where(Story.first_seen_at >= now - timedelta(hours=24)).limit(CEILING + 1).subquery()
            )
        )
        or 0,
        follow_ups=_follow_ups(session, unit_id, now),
        verdicts=_verdicts(session, unit_id),
        sources=_sources(session, now),
        late_copies=late_copies(session, unit_id),
        sample=this_week(session, unit_id, now),
    )


def queue_ids(
    session: Session, unit_id: int, codes: Sequence[str], now: datetime, limit: int = DAILY_STORIES
) -> list[int]:
    """Ids of the stories that wait for the office, by need."""
    waiting = queue(unit_id, list(codes), now)
    return list(session.scalars(waiting.order_by(Story.need.desc(), Story.id).limit(limit)))


def rows(
    session: Session,
    ids: Sequence[int],
    unit_id: int,
    codes: Sequence[str],
    now: datetime,
    *,
    language: str = "vi",
) -> tuple[StoryRow, ...]:
    """Rows of stories in the order of ``ids``, as the office sees them."""
    if not ids:
        return ()
    views = offices.views(session, ids, unit_id)
    stories = {story.id: story for story in session.scalars(select(Story).where(Story.id.in_(ids)))}
    mentions = best_mentions(session, ids, codes)
    firsts = {
        item.story_id: item
        for item in session.execute(
            select(Item.story_id, Item.language, Item.gist, Item.source_id, Item.seen_where).where(
                Item.id.in_(select(func.min(Item.id)).where(Item.story_id.in_(ids)).group_by(Item.story_id))
            )
        )
    }
    wanted = {item.source_id for item in firsts.values() if item.source_id}
    wanted |= {mention.source_id for mention in mentions.values() if mention.source_id}
    sources = {source.id: source for source in session.scalars(select(Source).where(Source.id.in_(wanted)))}
    bars = _bars(session, [story.id for story in stories.values() if story.items >= 4], now)
    out = []
    for story_id in ids:
        story = stories.get(story_id)
        if story is None:
            continue
        mention = mentions.get(story_id)
        first = firsts.get(story_id)
        source = sources.get(
            (mention.source_id if mention else None) or (first.source_id if first else "") or ""
        )
        out.append(
            StoryRow(
                id=story.id,
                version=views[story_id].version,
                title=story.title,
                language=mention.language if mention else first.language if first else "",
                gist=mention.gist if mention else first.gist if first else "",
                reason=line(mention, story.need_parts, language=language) if mention else (),
                source_name=source.name if source else (first.seen_where if first else ""),
                social=source.social if source else False,
                domestic=source.domestic if source else True,
                last_seen_at=story.last_seen_at,
                items=story.items,
                copies=story.copies,
                sources=story.sources,
                views=story.views,
                reach_tier=min(3, max(0, story.reach_tier)),
                tag=views[story_id].tag,
                incident_id=views[story_id].incident_id,
                bars=bars.get(story.id, ()),
                localities=(mention.locality,) if mention else (),
            )
        )
    return tuple(out)


def _bars(session: Session, ids: Sequence[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Items an hour over the last twelve hours, oldest first; bounded."""
    if not ids:
        return {}
    start = now - timedelta(hours=_BAR_HOURS)
    found: dict[int, list[int]] = {}
    for story_id, seen in session.execute(
        select(Item.story_id, Item.first_seen_at)
        .where(Item.story_id.in_(ids), Item.first_seen_at > start)
        .order_by(Item.id.desc())
        .limit(2000)
    ):
        hours = found.setdefault(story_id or 0, [0] * _BAR_HOURS)
        hours[min(_BAR_HOURS - 1, int((seen - start).total_seconds() // 3600))] += 1
    return {story_id: tuple(hours) for story_id, hours in found.items()}


def _clocks(session: Session, unit_id: int) -> tuple[ClockRow, ...]:
    stopped = [IncidentState.CLOSED, IncidentState.TRANSFERRED, IncidentState.PAUSED]
    found: Any = session.execute(
        select(Deadline, Incident)
        .join(Incident, Deadline.incident_id == Incident.id)
        .where(Incident.unit_id == unit_id, Deadline.met_at.is_(None), Incident.state.not_in(stopped))
        .order_by(Deadline.due_at, Deadline.id)
        .limit(6)
    )
    return tuple(
        ClockRow(
            incident_id=incident.id,
            number=incident.number,
            title=incident.title,
            kind=deadline.kind,
            starts_at=deadline.starts_at,
            due_at=deadline.due_at,
            state=incident.state,
            basis=deadline.basis,
        )
        for deadline, incident in found
    )


def _follow_ups(session: Session, unit_id: int, now: datetime) -> tuple[FollowUpRow, ...]:
    last = (
        select(IncidentMove.incident_id, func.max(IncidentMove.at).label("since"))
        .group_by(IncidentMove.incident_id)
        .subquery()
    )
    found = session.execute(
        select(Incident.id, Incident.number, Incident.title, last.c.since)
        .join(last, last.c.incident_id == Incident.id)
        .where(
            Incident.unit_id == unit_id,
            Incident.state.in_([IncidentState.FOLLOW_UP, IncidentState.PUBLISHED]),
        )
        .order_by(last.c.since)
        .limit(5)
    )
    return tuple(
        FollowUpRow(
            row.id,
            row.number,
            row.title,
            row.since,
            next((row.since + c for c in CHECKS if row.since + c > now), None),
        )
        for row in found
    )


def _verdicts(session: Session, unit_id: int) -> tuple[VerdictRow, ...]:
    """Proposed verdicts of this office, and those that related offices have about themselves, which only an outsider may confirm."""
    every = people.units(session)
    helped = [other for other in every if unit_id in people.related(every, other)]
    found = session.execute(
        select(VerdictRecord, Claim, Account.display_name)
        .join(Claim, VerdictRecord.claim_id == Claim.id)
        .join(Account, VerdictRecord.proposed_by == Account.id)
        .where(
            VerdictRecord.state == VerdictState.PROPOSED,
            or_(
                Claim.unit_id == unit_id,
                and_(Claim.concerns_unit_id == Claim.unit_id, Claim.unit_id.in_(helped)),
            ),
        )
        .order_by(VerdictRecord.proposed_at)
        .limit(5)
    )
    return tuple(
        VerdictRow(
            claim_id=claim.id,
            incident_id=claim.incident_id,
            story_id=claim.story_id,
            quote=claim.quote,
            verdict=verdict.verdict,
            sub_verdict=verdict.sub_verdict,
            proposed_by=name,
            proposed_by_id=verdict.proposed_by,
            proposed_at=verdict.proposed_at,
        )
        for verdict, claim, name in found
    )


def _sources(session: Session, now: datetime) -> tuple[SourceRow, ...]:
    """Those that need a person; a failure that passes by itself is not shown here."""
    network = session.scalar(
        select(SourceAlert).where(SourceAlert.closed_at.is_(None), SourceAlert.source_id.is_(None)).limit(1)
    )
    if network is not None:
        return (
            SourceRow(
                "", "", SourceState.FAILING, network.vi, network.en, network.advice_vi, network.advice_en
            ),
        )
    found = [(source, health) for source, health in source_state.troubled(session, now) if health.ask]
    found.sort(key=lambda pair: (not pair[0].own_portal, pair[1].state))
    return tuple(
        SourceRow(
            source.id, source.name, health.state, health.vi, health.en, health.advice_vi, health.advice_en
        )
        for source, health in found[:_SOURCES]
    )
