"""Accurate criticism that waits for an answer, and criticism that was put aside: what a digest shows first (G2, storyline T14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.queries import offices
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Deadline, Incident
from core.records.item import Item, Story, StoryLocality, StoryOffice, TagEvent
from core.records.source import Source
from core.records.unit import Unit
from core.rules.deadlines import add_working_days
from core.rules.vocabulary import Band, DeadlineKind, IncidentState, SubVerdict, Tag, Verdict, VerdictState

#: Decree 237/2026 Đ.18 k.3; used when nobody has opened an incident, whose clock D then counts
ANSWER_WORKING_DAYS = 15
#: criticism that stays under "watch" longer than this is shown as put aside (T14)
BURIED_AFTER = timedelta(days=7)
_DONE = (IncidentState.CLOSED, IncidentState.TRANSFERRED)


@dataclass(frozen=True, slots=True)
class WaitingCriticism:
    """A story whose criticism the office holds to be true and has not answered yet. Times are aware."""

    story_id: int
    title: str
    source: str
    items: int
    unit: str
    received_at: datetime
    due_at: datetime
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class BuriedCriticism:
    """A story that was criticism and has been "watch" for too long: who put it there, when."""

    story_id: int
    title: str
    source: str
    since: datetime


def accurate_criticism() -> ColumnElement[bool]:
    """Claims whose confirmed verdict says: this is true, or it is criticism."""
    return or_(
        Claim.verdict == Verdict.ACCURATE,
        and_(Claim.verdict == Verdict.OPINION, Claim.sub_verdict == SubVerdict.CRITICISM),
    )


def _sources(session: Session, story_ids: Sequence[int]) -> dict[int, str]:
    """The name of the source that brought each story first."""
    rows = session.execute(
        select(Item.story_id, Source.name, Item.seen_where)
        .outerjoin(Source, Source.id == Item.source_id)
        .where(Item.story_id.in_(story_ids))
        .order_by(Item.id.desc())
    )
    return {
        story_id: name or seen_where or "nhận trực tiếp" for story_id, name, seen_where in rows if story_id
    }


def waiting(session: Session, unit_id: int, codes: Sequence[str], until: datetime) -> list[WaitingCriticism]:
    """Criticism of an office that waits, what is due first leading; known before ``until``."""
    about = select(StoryLocality.story_id).where(
        StoryLocality.locality.in_(codes), StoryLocality.band != Band.OUT
    )
    judged = select(Claim.story_id).where(Claim.unit_id == unit_id, accurate_criticism())
    said = offices.stories(unit_id, StoryOffice.tag == Tag.CRITICISM, StoryOffice.story_id.in_(about))
    stories = session.scalars(
        select(Story).where(or_(Story.id.in_(said), Story.id.in_(judged)), Story.first_seen_at < until)
    ).all()
    ids = [story.id for story in stories]
    views = offices.views(session, ids, unit_id)
    names = _sources(session, ids)
    units = {unit.id: unit.short_name for unit in session.scalars(select(Unit))}
    claims = session.scalars(
        select(Claim)
        .where(Claim.story_id.in_(ids), Claim.unit_id == unit_id, accurate_criticism())
        .order_by(Claim.id)
    ).all()
    tagged: dict[int, datetime] = {}
    for event in session.scalars(
        select(TagEvent)
        .where(
            TagEvent.story_id.in_(ids),
            TagEvent.unit_id == unit_id,
            TagEvent.tag == Tag.CRITICISM,
            TagEvent.undone_at.is_(None),
        )
        .order_by(TagEvent.id.desc())
    ):
        tagged[event.story_id] = event.at
    found = []
    for story in stories:
        own = [claim for claim in claims if claim.story_id == story.id]
        incident_id = views[story.id].incident_id or next(
            (claim.incident_id for claim in own if claim.incident_id), None
        )
        incident = session.get(Incident, incident_id) if incident_id else None
        clock = None
        if incident is not None:
            if incident.state in _DONE:
                continue
            clock = session.scalar(
                select(Deadline).where(
                    Deadline.incident_id == incident.id, Deadline.kind == DeadlineKind.ANSWER_CRITICISM
                )
            )
            if clock is not None and clock.met_at is not None:
                continue
        received = _received(session, story, own, incident, tagged.get(story.id))
        if received >= until:
            continue
        concerned = next((claim.concerns_unit_id for claim in own if claim.concerns_unit_id), None)
        found.append(
            WaitingCriticism(
                story_id=story.id,
                title=story.title,
                source=names.get(story.id, ""),
                items=story.items,
                unit=units.get(concerned or (incident.unit_id if incident else unit_id), ""),
                received_at=clock.starts_at if clock else received,
                due_at=clock.due_at if clock else add_working_days(received, ANSWER_WORKING_DAYS),
                incident_id=incident_id,
            )
        )
    return sorted(found, key=lambda row: (row.due_at, row.story_id))


def _received(
    session: Session,
    story: Story,
    claims: Sequence[Claim],
    incident: Incident | None,
    tagged_at: datetime | None,
) -> datetime:
    """When the office took the criticism up, the earliest of what is recorded: incident, tag, verdict; else first seen."""
    moments = [
        moment for moment in (tagged_at, incident.received_at if incident else None) if moment is not None
    ]
    if claims:
        decided = session.scalar(
            select(VerdictRecord.decided_at)
            .where(
                VerdictRecord.claim_id.in_([claim.id for claim in claims]),
                VerdictRecord.state == VerdictState.CONFIRMED,
                VerdictRecord.decided_at.is_not(None),
            )
            .order_by(VerdictRecord.id)
            .limit(1)
        )
        if decided is not None:
            moments.append(decided)
    return min(moments, default=story.first_seen_at)


def buried(session: Session, unit_id: int, codes: Sequence[str], now: datetime) -> list[BuriedCriticism]:
    """Stories that the office has under "watch" for over seven days though it tagged them criticism, or judged a claim of theirs so."""
    about = select(StoryLocality.story_id).where(
        StoryLocality.locality.in_(codes), StoryLocality.band != Band.OUT
    )
    judged = select(Claim.story_id).where(Claim.unit_id == unit_id, accurate_criticism())
    was = select(TagEvent.story_id).where(
        TagEvent.unit_id == unit_id, TagEvent.tag == Tag.CRITICISM, TagEvent.undone_at.is_(None)
    )
    rows = session.execute(
        select(Story.id, Story.title, StoryOffice.tagged_at)
        .join(StoryOffice, offices.own(unit_id))
        .where(
            StoryOffice.tag == Tag.WATCH,
            or_(Story.id.in_(about), Story.id.in_(judged)),
            or_(Story.id.in_(was), Story.id.in_(judged)),
            StoryOffice.tagged_at < now - BURIED_AFTER,
        )
        .order_by(StoryOffice.tagged_at, Story.id)
    ).all()
    names = _sources(session, [row.id for row in rows])
    return [
        BuriedCriticism(row.id, row.title, names.get(row.id, ""), row.tagged_at)
        for row in rows
        if row.tagged_at is not None
    ]


def answered(session: Session, unit_id: int, since: datetime, until: datetime) -> tuple[int, int]:
    """(answered on time, all whose answer was given or fell due) of clock D between two moments."""
    clocks = session.scalars(
        select(Deadline)
        .join(Incident, Incident.id == Deadline.incident_id)
        .where(
            Incident.unit_id == unit_id,
            Deadline.kind == DeadlineKind.ANSWER_CRITICISM,
            or_(
                and_(Deadline.met_at >= since, Deadline.met_at < until),
                and_(Deadline.due_at >= since, Deadline.due_at < until),
            ),
        )
    ).all()
    # one that was answered in an earlier span was counted there
    counted = [clock for clock in clocks if clock.met_at is None or clock.met_at >= since]
    on_time = sum(
        clock.met_at is not None and clock.met_at <= clock.due_at and clock.met_at < until
        for clock in counted
    )
    return on_time, len(counted)
