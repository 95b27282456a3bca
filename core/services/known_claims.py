"""Have we judged this claim before? Judged claims against the texts of the last 30 days, and people's answers to the suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound, RuleBroken
from core.ports import JudgedClaim
from core.records.claim import Claim, VerdictRecord
from core.records.incident import Incident
from core.records.item import Item, Story, StoryOffice
from core.records.source import JobRun
from core.records.suggestion import ClaimSuggestion
from core.rules.vocabulary import Band, IncidentState, VerdictState
from core.services import acting, audit, office_rows, stories, suggestions
from core.services.acting import get, perform, person
from core.services.desk import Actor, Desk
from core.services.suggestions import RIGHT, WRONG

LOOK_BACK = timedelta(days=30)
BATCH = 50
_JOB = "known_claims"


def catch_up(desk: Desk) -> int:
    """Compare claims that were judged since the last time with the texts of the last 30 days. Returns how many likenesses were found.

    Each confirmed verdict is taken once (a unique row); a process that dies in the middle takes it again, which changes nothing.
    """
    found = 0
    with desk.store.read() as session:
        done = set(session.scalars(select(JobRun.slot).where(JobRun.job == _JOB)))
        rows = session.execute(
            select(VerdictRecord.id, Claim.id.label("claim"), Claim.quote, Claim.neutral_text)
            .join(Claim, Claim.id == VerdictRecord.claim_id)
            .where(VerdictRecord.state == VerdictState.CONFIRMED, Claim.verdict != "")
            .order_by(VerdictRecord.id)
        ).all()
    for row in rows:
        if str(row.id) in done:
            continue
        found += _look_back(desk, suggestions.wordings(row.claim, row.quote, row.neutral_text))
        now = desk.clock.now()
        with desk.store.write() as session:
            session.merge(JobRun(job=_JOB, slot=str(row.id), started_at=now, finished_at=now, error=""))
    return found


def _look_back(desk: Desk, claims: Sequence[JudgedClaim]) -> int:
    since, last, found = desk.clock.now() - LOOK_BACK, 0, 0
    while True:
        with desk.store.read() as session:
            texts = session.execute(
                select(Item.id, Item.story_id, Item.title, Item.text)
                .where(Item.id > last, Item.first_seen_at >= since, Item.band != Band.OUT)
                .order_by(Item.id)
                .limit(BATCH)
            ).all()
        if not texts:
            return found
        last = texts[-1].id
        like = {
            row: likenesses
            for row in texts
            if (likenesses := desk.analyst.like_claims(row.title, row.text, claims))
        }
        if like:
            with desk.store.write() as session:
                suggestions.note(session, desk, {row.id: ones for row, ones in like.items()}, whole=False)
                moved = {row.story_id for row in like if row.story_id is not None}
                stories.reindex(session, desk, stories.recount(session, desk, moved))
            found += len(like)


def answer(desk: Desk, actor: Actor, story_id: int, claim_id: int, *, right: bool) -> int | None:
    """A person's answer to "is this the claim that was judged?". Returns the incident that the story was put into, if any.

    About copies that came late into the story of the claim itself, the answer is for those that nobody has answered yet.
    Right: the story goes into the open incident of that claim when it is the own office's, which has none on the story. The verdict stays with
    the claim that was judged; nothing is inherited silently. Raises :class:`Forbidden`, :class:`NotFound`, :class:`RuleBroken`.
    """

    def work(session: Session) -> int | None:
        who = person(session, actor, "story.known_claim")
        story = get(session, Story, story_id, "câu chuyện")
        acting.of_own_places(session, who, story.id)
        claim = get(session, Claim, claim_id, "tuyên bố")
        rows = list(
            session.scalars(
                select(ClaimSuggestion)
                .join(Item, Item.id == ClaimSuggestion.item_id)
                .where(Item.story_id == story.id, ClaimSuggestion.claim_id == claim.id)
            )
        )
        if claim.story_id == story.id:
            # Copies of the judged text itself: each is asked about, and what was said of earlier ones stays said.
            copies = set(
                session.scalars(
                    select(Item.id).where(Item.story_id == story.id, Item.copy_of_id.is_not(None))
                )
            )
            rows = [row for row in rows if not row.answer and row.item_id in copies]
        if not rows:
            raise NotFound(
                "Gợi ý này không còn: tin đã đổi hoặc đã chuyển sang chuyện khác. Tải lại trang.",
                "There is no such suggestion any more.",
            )
        if claim.unit_id not in {who.unit_id, *acting.ancestors(session, who.unit_id)}:
            raise RuleBroken(
                "workflow", "Tuyên bố này của đơn vị khác.", "The claim belongs to another office."
            )
        now = desk.clock.now()
        for row in rows:
            row.answer, row.answered_by, row.answered_at = (RIGHT if right else WRONG), who.id, now
        own = office_rows.row_of(session, story.id, who.unit_id)
        incident = _incident_for(session, own, claim) if right else None
        if incident is not None:
            own.incident_id = incident.id
            own.version += 1
        session.flush()
        audit.record(
            session,
            desk,
            actor,
            "story.known_claim",
            "story",
            story.id,
            detail={
                "claim": claim.id,
                "answer": RIGHT if right else WRONG,
                **({"copies": sorted(row.item_id for row in rows)} if claim.story_id == story.id else {}),
                "incident": None if incident is None else incident.id,
            },
        )
        stories.reindex(session, desk, stories.recount(session, desk, [story.id]))
        return None if incident is None else incident.id

    return perform(desk, actor, "story.known_claim", "story", story_id, work)


def _incident_for(session: Session, own: StoryOffice, claim: Claim) -> Incident | None:
    """The claim's open incident, when this story may join it for the office."""
    if own.incident_id is not None or claim.incident_id is None:
        return None
    incident = session.get(Incident, claim.incident_id)
    if incident is None or incident.unit_id != own.unit_id:
        return None
    closed = {IncidentState.CLOSED, IncidentState.TRANSFERRED}
    return None if IncidentState(incident.state) in closed else incident
