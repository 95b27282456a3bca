"""One story: why it is ours, its items by time, copies, edits, claims, who tagged it; one item with its versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.queries import offices, people
from core.queries.claim import Withdrawn, may_see, withdrawn
from core.queries.frame import watched
from core.queries.reasons import BestMention, best_mentions
from core.queries.today import queue_ids
from core.queries.why import Why, explain
from core.records.account import Account
from core.records.claim import Claim, VerdictRecord
from core.records.grouping import StoryGrouping
from core.records.incident import Incident
from core.records.item import Capture, Item, Mention, Story, StoryLocality, TagEvent
from core.records.note import StoryNote
from core.records.source import Source
from core.records.unit import Unit
from core.rules.vocabulary import BROUGHT, VerdictState

#: a page shows so many items; copies beyond it are counted
MAX_ITEMS = 60
#: and so many of the latest notes
MAX_NOTES = 50


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the timeline."""

    id: int
    title: str
    language: str
    gist: str
    source_name: str
    social: bool
    domestic: bool
    at: datetime
    published: bool
    views: int
    edits: int
    captures: int
    copy_of_id: int | None
    author_masked: str
    received_via: str
    first: bool
    band: str
    attributed_to: str
    same_as_id: int | None = None
    """The item of the story that names our place, when this one names none."""
    same_as: str = ""

    @property
    def by_hand(self) -> bool:
        """Somebody brought it to the office; it was not read from a source."""
        return self.received_via in BROUGHT


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of the story and where its verdict stands; ``unit``: the office that works on it, empty for the reader's own."""

    id: int
    quote: str
    neutral_text: str
    verdict: str
    sub_verdict: str
    proposed: str
    proposed_sub: str
    concerns: str
    sensitive: bool
    created_by: str
    created_at: datetime
    incident_id: int | None
    unit: str
    withdrawn: Withdrawn | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """Who of the office tagged the story, when; ``undone`` when it was taken back."""

    at: datetime
    name: str
    tag: str
    undone: bool
    event_id: int
    account_id: int


@dataclass(frozen=True, slots=True)
class GroupedRow:
    """A merge or a split that concerns the story; ``into``: the items came into this story, from the other or out of it."""

    at: datetime
    name: str
    kind: str
    into: bool
    items: int
    other_id: int
    other_title: str
    undone: bool


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note that somebody of the reader's office left."""

    id: int
    text: str
    name: str
    account_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class NeedPoint:
    """A part of the need score, in points of 100: amount × weight. Without a weight: scored before weights were kept.

    ``times``: the part multiplies the sum of the others.
    """

    points: int
    vi: str
    en: str
    weight: int | None
    amount: float
    times: bool


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything on the page of a story, as an office sees it. ``other_tags``: of the offices below."""

    id: int
    version: int
    title: str
    language: str
    tag: str
    tagged_by: str
    tagged_at: datetime | None
    other_tags: tuple[offices.OtherTag, ...]
    ours: bool
    """About a place that the office watches, or about none: it may tag, claim and answer."""
    claimed: bool
    """The office has a claim on it, so that its tag stays."""
    first_seen_at: datetime
    last_seen_at: datetime
    items: int
    copies: int
    sources: int
    languages: tuple[str, ...]
    views: int
    reach_tier: int
    need_parts: tuple[NeedPoint, ...]
    need: int
    incident_id: int | None
    incident_number: int | None
    why: tuple[Why, ...]
    timeline: tuple[ItemRow, ...]
    more_items: int
    bars: tuple[int, ...]
    bars_from: datetime
    bars_to: datetime
    claims: tuple[ClaimRow, ...]
    log: tuple[LogRow, ...]
    grouped: tuple[GroupedRow, ...]
    notes: tuple[NoteRow, ...]
    position: int
    queue_length: int
    previous_id: int | None
    next_id: int | None


def story_of(session: Session, story_id: int) -> Story:
    """The record of a story. Raises :class:`NotFound`."""
    story = session.get(Story, story_id)
    if story is None:
        raise NotFound(
            "Không có câu chuyện này. Có thể đã được gộp vào câu chuyện khác; tìm lại trong Hộp tin.",
            "There is no such story. It may have been merged; look in the inbox.",
        )
    return story


def show(session: Session, story_id: int, unit_id: int, now: datetime, *, queued: bool = True) -> StoryPage:
    """The page of a story. Raises :class:`NotFound`."""
    story = story_of(session, story_id)
    own = offices.view(session, story_id, unit_id)
    names = watched(session, unit_id)
    codes = list(names)
    others = set(session.scalars(select(StoryLocality.locality).where(StoryLocality.story_id == story_id)))
    mentions = best_mentions(session, [story_id], codes or list(others))
    if story_id not in mentions and others - set(codes):
        mentions = best_mentions(session, [story_id], list(others))
    timeline = _timeline(session, story_id, mentions.get(story_id), codes or list(others))
    order = queue_ids(session, unit_id, codes, now) if queued else []
    at = order.index(story_id) if story_id in order else -1
    start, end, bars = _bars(session, story)
    incident_number = (
        session.scalar(select(Incident.number).where(Incident.id == own.incident_id))
        if own.incident_id
        else None
    )
    claims = _claims(session, story_id, unit_id)
    tagged_by = (
        session.scalar(select(Account.display_name).where(Account.id == own.tagged_by))
        if own.tagged_by
        else ""
    )
    languages = session.scalars(
        select(Item.language).where(Item.story_id == story_id).distinct().order_by(Item.language)
    )
    return StoryPage(
        id=story.id,
        version=own.version,
        title=story.title,
        language=timeline[0].language if timeline else "",
        tag=own.tag,
        tagged_by=tagged_by or "",
        tagged_at=own.tagged_at,
        other_tags=offices.others(session, story_id, unit_id),
        ours=not others or not others.isdisjoint(codes),
        claimed=any(not row.unit and row.withdrawn is None for row in claims),
        first_seen_at=story.first_seen_at,
        last_seen_at=story.last_seen_at,
        items=story.items,
        copies=story.copies,
        sources=story.sources,
        languages=tuple(code for code in languages if code),
        views=story.views,
        reach_tier=min(3, max(0, story.reach_tier)),
        need_parts=tuple(
            NeedPoint(
                points=round(float(part["value"]) * 100),
                vi=str(part["vi"]),
                en=str(part["en"]),
                weight=round(float(part["weight"]) * 100) if "weight" in part else None,
                amount=float(part.get("amount", 1)),
                times=part.get("code") == "locality",
            )
            for part in story.need_parts
        ),
        need=round(story.need),
        incident_id=own.incident_id,
        incident_number=incident_number,
        why=tuple(explain(session, mention, names, 0) for mention in mentions.values()),
        timeline=timeline,
        more_items=max(0, story.items - len(timeline)),
        bars=bars,
        bars_from=start,
        bars_to=end,
        claims=claims,
        log=_log(session, story_id, unit_id),
        grouped=_grouped(session, story_id),
        notes=_notes(session, story_id, unit_id),
        position=at + 1,
        queue_length=len(order),
        previous_id=order[at - 1] if at > 0 else None,
        next_id=order[at + 1] if 0 <= at < len(order) - 1 else (order[0] if at < 0 and order else None),
    )


def _timeline(
    session: Session, story_id: int, best: BestMention | None, codes: list[str]
) -> tuple[ItemRow, ...]:
    captures = (
        select(Capture.item_id, func.count().label("n"))
        .where(Capture.item_id.is_not(None))
        .group_by(Capture.item_id)
        .subquery()
    )
    found = session.execute(
        select(
            Item.id, Item.title, Item.language, Item.gist, Item.seen_where, Item.published_at, Item.first_seen_at, Item.views,
            Item.edits, Item.copy_of_id, Item.author_masked, Item.received_via, Item.band, Item.attributed_to,
            Source.name, Source.social, Source.domestic, captures.c.n,
        )
        .outerjoin(Source, Item.source_id == Source.id)
        .outerjoin(captures, captures.c.item_id == Item.id)
        .where(Item.story_id == story_id)
        .order_by(Item.id)
        .limit(MAX_ITEMS)
    ).all()  # fmt: skip
    rows = sorted(found, key=lambda row: (row.published_at or row.first_seen_at, row.id))
    named = set(
        session.scalars(
            select(Mention.item_id).where(
                Mention.item_id.in_([row.id for row in rows]), Mention.locality.in_(codes)
            )
        )
    )
    return tuple(
        ItemRow(
            id=row.id,
            title=row.title,
            language=row.language,
            gist=row.gist,
            source_name=row.name or row.seen_where,
            social=bool(row.social),
            domestic=row.domestic is not False,
            at=row.published_at or row.first_seen_at,
            published=row.published_at is not None,
            views=row.views,
            edits=row.edits,
            captures=row.n or 0,
            copy_of_id=row.copy_of_id,
            author_masked=row.author_masked,
            received_via=row.received_via,
            first=number == 0 and len(rows) > 1,
            band=row.band,
            attributed_to=row.attributed_to,
            same_as_id=best.item_id if best is not None and row.id not in named else None,
            same_as=best.title if best is not None and row.id not in named else "",
        )
        for number, row in enumerate(rows)
    )


def _bars(session: Session, story: Story) -> tuple[datetime, datetime, tuple[int, ...]]:
    """Items over the story's life in twelve equal steps of at least an hour."""
    end = story.last_seen_at
    length = max(end - story.first_seen_at, timedelta(hours=11, minutes=59))
    start = end - length
    step = (length / 12).total_seconds() + 1
    counts = [0] * 12
    for (seen,) in session.execute(
        select(Item.first_seen_at).where(Item.story_id == story.id).order_by(Item.id.desc()).limit(2000)
    ):
        counts[min(11, max(0, int((seen - start).total_seconds() // step)))] += 1
    return start, end, tuple(counts)


def _claims(session: Session, story_id: int, unit_id: int) -> tuple[ClaimRow, ...]:
    """Those whose page the office may open, its own first."""
    every = people.units(session)
    rows = session.execute(
        select(Claim, Account.display_name, Unit.short_name)
        .join(Account, Claim.created_by == Account.id)
        .outerjoin(Unit, Claim.concerns_unit_id == Unit.id)
        .where(Claim.story_id == story_id)
        .order_by(Claim.withdrawn_at.is_not(None), Claim.unit_id != unit_id, Claim.id)
        .limit(50)
    ).all()
    found = [row for row in rows if may_see(every, row[0], unit_id)]
    names = people.names(session, [claim.withdrawn_by for claim, _, _ in found])
    proposed = {
        verdict.claim_id: verdict
        for verdict in session.scalars(
            select(VerdictRecord).where(
                VerdictRecord.claim_id.in_([claim.id for claim, _, _ in found]),
                VerdictRecord.state == VerdictState.PROPOSED,
            )
        )
    }
    return tuple(
        ClaimRow(
            id=claim.id,
            quote=claim.quote,
            neutral_text=claim.neutral_text,
            verdict=claim.verdict,
            sub_verdict=claim.sub_verdict,
            proposed=proposed[claim.id].verdict if claim.id in proposed else "",
            proposed_sub=proposed[claim.id].sub_verdict if claim.id in proposed else "",
            concerns=unit or "",
            sensitive=claim.sensitive,
            created_by=name,
            created_at=claim.created_at,
            incident_id=claim.incident_id,
            unit="" if claim.unit_id == unit_id else every[claim.unit_id].short_name,
            withdrawn=withdrawn(claim, names),
        )
        for claim, name, unit in found
    )


def _notes(session: Session, story_id: int, unit_id: int) -> tuple[NoteRow, ...]:
    """The office's own notes, oldest first; another office's stay with it."""
    found = session.execute(
        select(StoryNote.id, StoryNote.text, Account.display_name, StoryNote.account_id, StoryNote.at)
        .join(Account, StoryNote.account_id == Account.id)
        .where(StoryNote.story_id == story_id, StoryNote.unit_id == unit_id, StoryNote.removed_at.is_(None))
        .order_by(StoryNote.id.desc())
        .limit(MAX_NOTES)
    ).all()
    return tuple(NoteRow(*row) for row in reversed(found))


def _log(session: Session, story_id: int, unit_id: int) -> tuple[LogRow, ...]:
    found = session.execute(
        select(TagEvent, Account.display_name)
        .join(Account, TagEvent.account_id == Account.id)
        .where(TagEvent.story_id == story_id, TagEvent.unit_id == unit_id)
        .order_by(TagEvent.id.desc())
        .limit(10)
    )
    return tuple(
        LogRow(event.at, name, event.tag, event.undone_at is not None, event.id, event.account_id)
        for event, name in found
    )


def _grouped(session: Session, story_id: int) -> tuple[GroupedRow, ...]:
    other = case((StoryGrouping.story_id == story_id, StoryGrouping.other_id), else_=StoryGrouping.story_id)
    found = session.execute(
        select(StoryGrouping, Account.display_name, Story.id, Story.title)
        .join(Account, StoryGrouping.account_id == Account.id)
        .join(Story, Story.id == other)
        .where((StoryGrouping.story_id == story_id) | (StoryGrouping.other_id == story_id))
        .order_by(StoryGrouping.id.desc())
        .limit(10)
    )
    return tuple(
        GroupedRow(
            at=row.at,
            name=name,
            kind=row.kind,
            into=(row.kind == "merge") == (row.story_id == story_id),
            items=len(row.item_ids),
            other_id=other_id,
            other_title=title,
            undone=row.undone_at is not None,
        )
        for row, name, other_id, title in found
    )
