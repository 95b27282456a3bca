"""The week's blind sample as the first screen shows it, and what the samples found: how many of the stories ranked low needed an answer.

A story that people merged since is followed into the one that its items lie in. Drawing another in its place would hide what the sample is
for: a story that stood low and belongs to one that needed an answer was missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from core.queries import offices
from core.queries.survivors import survivors
from core.records.claim import Claim
from core.records.item import Item, Story, StoryOffice
from core.records.need import BlindSample
from core.records.source import Source
from core.rules.calibration import Share, wilson
from core.rules.vocabulary import NEEDED
from core.rules.weeks import week_of

#: weeks that the long figure looks back
WEEKS = 12


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A drawn story, or the one it was merged into: never its score. ``answer``: the office's tag, "no_need", or empty.

    Outlet, moment, language and gist are those of its first item.
    """

    week: str
    number: int
    story_id: int
    version: int
    title: str
    tag: str
    answer: str
    source_name: str
    at: datetime
    language: str
    gist: str
    lead: str


@dataclass(frozen=True, slots=True)
class SampleFigures:
    """Of the stories drawn, how many were answered and how many of those needed an answer; ``share`` with its 95 % interval.

    ``pool``: how many stories ranked low the samples stand for.
    """

    drawn: int
    answered: int
    needed: int
    pool: int
    share: Share | None

    def sentence(self, when: str) -> str:
        """In Vietnamese, for the digest; empty when nothing was drawn."""
        if not self.drawn:
            return ""
        head = f"Xem lại ngẫu nhiên {when}: {self.drawn} chuyện xếp thấp, đã trả lời {self.answered}"
        if self.share is None:
            return f"{head}; chưa nói được máy bỏ sót bao nhiêu."
        return (
            f"{head}, trong đó {self.needed} chuyện thật ra cần trả lời ({self.share.value * 100:.0f} %, "
            f"trong khoảng {self.share.low * 100:.0f}–{self.share.high * 100:.0f} %)."
        )


def this_week(session: Session, unit_id: int, now: datetime) -> tuple[SampleRow, ...]:
    """The sample of the present week of an office, unanswered ones first; two that were merged into one are one."""
    drawn = session.scalars(
        select(BlindSample)
        .where(BlindSample.unit_id == unit_id, BlindSample.week == week_of(now))
        .order_by(BlindSample.number)
    ).all()
    lies = survivors(session, {sample.story_id for sample in drawn})
    first = select(func.min(Item.id)).where(Item.story_id == Story.id).correlate(Story).scalar_subquery()
    known = {
        story.id: story
        for story in session.execute(
            select(
                Story.id, Story.title, Story.lead, offices.VERSION.label("version"), offices.TAG.label("tag"),
                Item.language, Item.gist, Item.seen_where, Item.published_at, Item.first_seen_at, Source.name,
            )
            .join(Item, Item.id == first)
            .outerjoin(Source, Source.id == Item.source_id)
            .outerjoin(StoryOffice, offices.own(unit_id))
            .where(Story.id.in_(set(lies.values())), Story.items > 0)
        )
    }  # fmt: skip
    found: dict[int, SampleRow] = {}
    for sample in drawn:
        story = known.get(lies[sample.story_id])
        if story is not None and (story.id not in found or not found[story.id].answer):
            number = found[story.id].number if story.id in found else sample.number
            found[story.id] = SampleRow(
                sample.week,
                number,
                story.id,
                story.version,
                story.title,
                story.tag,
                story.tag or sample.answer,
                story.name or story.seen_where,
                story.published_at or story.first_seen_at,
                story.language,
                story.gist,
                story.lead,
            )
    return tuple(sorted(found.values(), key=lambda row: (bool(row.answer), row.number)))


def recent(session: Session, unit_id: int, now: datetime) -> SampleFigures:
    """Of the last twelve weeks."""
    return figures(session, unit_id, now - timedelta(weeks=WEEKS), now + timedelta(seconds=1))


def figures(session: Session, unit_id: int, since: datetime, until: datetime) -> SampleFigures:
    """Of the samples drawn in [since, until)."""
    rows = session.execute(
        select(BlindSample.week, BlindSample.answer, BlindSample.pool, BlindSample.story_id).where(
            BlindSample.unit_id == unit_id, BlindSample.drawn_at >= since, BlindSample.drawn_at < until
        )
    ).all()
    lies = survivors(session, {row.story_id for row in rows})
    judged = exists().where(
        Claim.story_id == Story.id, Claim.unit_id == unit_id, Claim.withdrawn_at.is_(None)
    )
    said = {
        row.id: row
        for row in session.execute(
            select(
                Story.id,
                offices.TAG.label("tag"),
                or_(judged, StoryOffice.incident_id.is_not(None)).label("judged"),
            )
            .outerjoin(StoryOffice, offices.own(unit_id))
            .where(Story.id.in_(set(lies.values())))
        )
    }
    of = [(row.answer, said[lies[row.story_id]]) for row in rows]
    answered = [story for answer, story in of if answer or story.tag or story.judged]
    needed = sum(story.judged or story.tag in NEEDED for story in answered)
    return SampleFigures(
        drawn=len(rows),
        answered=len(answered),
        needed=needed,
        pool=sum({row.week: row.pool for row in rows}.values()),
        share=wilson(needed, len(answered)) if answered else None,
    )
