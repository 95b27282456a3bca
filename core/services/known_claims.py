"""Have we judged this claim before? Judged claims against the texts of the last 30 days, and people's answers to the suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, Invalid, NotFound, RuleBroken
from core.ports import JudgedClaim
from core.records.audit import AuditRow
from core.records.claim import Claim, VerdictRecord
from core.records.document import Document
from core.records.grouping import StoryGrouping
from core.records.incident import Incident
from core.records.item import Item, Story, StoryOffice
from core.records.source import JobRun
from core.records.suggestion import ClaimSuggestion
from core.rules.vocabulary import Band, DocumentState, Heard, IncidentState, Said, VerdictState
from core.services import acting, audit, office_rows, stories, suggestions
from core.services.acting import get, perform, person
from core.services.desk import Actor, Desk

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


def answer(desk: Desk, actor: Actor, story_id: int, claim_id: int, said: str, heard: str = "") -> int | None:
    """A person's answer to what the machine heard of a judged claim. Returns the incident that the story was put into, if any.

    ``said`` is one of :class:`Said`; ``heard`` names the question, where the machine heard both in one story; the answer is for the
    items that nobody has answered yet. ``right``: the story goes into the open incident of that claim when it is the own office's,
    which has none on the story. ``denial``: the items stay outside, are shown beside claim and incident as what denies them, and count
    in no figure of the incident's spread. The verdict stays with the claim that was judged; nothing is inherited silently.

    Raises :class:`Invalid`, :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` (answered meanwhile), :class:`RuleBroken`.
    """

    def work(session: Session) -> int | None:
        who = person(session, actor, "story.known_claim")
        if said not in set(Said):
            message = "Chưa chọn câu trả lời. Bấm một trong các nút."
            raise Invalid(message, f"Unknown answer {said!r}.", fields={"answer": message})
        story, claim = _asked(session, who, story_id, claim_id)
        rows = [row for row in _rows(session, story, claim, heard) if not row.answer]
        if not rows:
            raise Conflict(
                "Câu hỏi này đã có người trả lời. Tải lại trang; muốn đổi thì lấy lại câu trả lời trước.",
                "The question was answered already; take that answer back first.",
            )
        own = office_rows.row_of(session, story.id, who.unit_id)
        incident = _incident_for(session, own, claim) if said == Said.RIGHT else None
        now = desk.clock.now()
        for row in rows:
            row.answer, row.answered_by, row.answered_at = said, who.id, now
            row.answered_unit_id = who.unit_id
            row.joined_incident_id = None if incident is None else incident.id
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
                "answer": said,
                "heard": sorted({row.stance for row in rows}),
                **({"copies": sorted(row.item_id for row in rows)} if claim.story_id == story.id else {}),
                "incident": None if incident is None else incident.id,
            },
        )
        stories.reindex(session, desk, stories.recount(session, desk, [story.id]))
        return None if incident is None else incident.id

    return perform(desk, actor, "story.known_claim", "story", story_id, work)


def take_back(desk: Desk, actor: Actor, story_id: int, claim_id: int, heard: str = "") -> None:
    """Take the office's last answer back: the machine asks again, and a story that the answer put into an incident leaves it.

    Raises :class:`Forbidden` (another office's answer), :class:`NotFound`, :class:`Conflict` (nothing answered any more) and
    :class:`RuleBroken` ("workflow") when something rests on the answer already: see :func:`_require_free`.
    """

    def work(session: Session) -> None:
        who = person(session, actor, "story.known_claim_undo")
        story, claim = _asked(session, who, story_id, claim_id)
        answered = [row for row in _rows(session, story, claim, heard) if row.answer and row.answered_at]
        given = [row.answered_at for row in answered if row.answered_by is not None and row.answered_at]
        if not given:
            raise Conflict(
                "Câu trả lời này đã được lấy lại rồi. Tải lại trang.", "The answer was taken back already."
            )
        last = max(given)
        rows = [row for row in answered if row.answered_at is not None and row.answered_at >= last]
        if any(row.answered_unit_id != who.unit_id for row in rows):
            raise Forbidden(
                "Câu trả lời này của đơn vị khác; chỉ người của đơn vị đó lấy lại được.",
                "The answer belongs to another office.",
            )
        said, joined = (
            rows[0].answer,
            next((row.joined_incident_id for row in rows if row.joined_incident_id), None),
        )
        _require_free(session, who.unit_id, story, claim, said, joined, last)
        for row in rows:
            row.answer, row.answered_by, row.answered_at = "", None, None
            row.answered_unit_id = row.joined_incident_id = None
        own = office_rows.row_of(session, story.id, who.unit_id)
        left = joined is not None and own.incident_id == joined
        if left:
            own.incident_id = None
            own.version += 1
        session.flush()
        audit.record(
            session,
            desk,
            actor,
            "story.known_claim_undo",
            "story",
            story.id,
            detail={"claim": claim.id, "answer": said, "incident": joined if left else None},
        )
        stories.reindex(session, desk, stories.recount(session, desk, [story.id]))

    perform(desk, actor, "story.known_claim_undo", "story", story_id, work)


def _asked(session: Session, who: acting.Person, story_id: int, claim_id: int) -> tuple[Story, Claim]:
    """The story and the claim, when the person's office may answer about them."""
    story = get(session, Story, story_id, "câu chuyện")
    acting.of_own_places(session, who, story.id)
    claim = get(session, Claim, claim_id, "tuyên bố")
    if claim.unit_id not in {who.unit_id, *acting.ancestors(session, who.unit_id)}:
        raise RuleBroken("workflow", "Tuyên bố này của đơn vị khác.", "The claim belongs to another office.")
    return story, claim


def _rows(session: Session, story: Story, claim: Claim, heard: str) -> list[ClaimSuggestion]:
    """What the question is about. On the claim's own story: copies of the judged text and denials, each asked about on its own."""
    query = (
        select(ClaimSuggestion)
        .join(Item, Item.id == ClaimSuggestion.item_id)
        .where(Item.story_id == story.id, ClaimSuggestion.claim_id == claim.id)
        .order_by(ClaimSuggestion.item_id)
    )
    if claim.story_id == story.id:
        query = query.where(
            or_(
                Item.copy_of_id.is_not(None),
                ClaimSuggestion.stance == Heard.DENIES,
                ClaimSuggestion.answer != "",
            )
        )
    if heard:
        query = query.where(ClaimSuggestion.stance == heard)
    rows = list(session.scalars(query))
    if not rows:
        raise NotFound(
            "Gợi ý này không còn: tin đã đổi hoặc đã chuyển sang chuyện khác. Tải lại trang.",
            "There is no such suggestion any more.",
        )
    return rows


def _require_free(
    session: Session, unit_id: int, story: Story, claim: Claim, said: str, joined: int | None, since: datetime
) -> None:
    """Raises :class:`RuleBroken` when something rests on the answer.

    On a denial: a follow-up check of the claim's incident that found "corrected", or its closing. On a "yes" that put the story into an
    incident: its closing or handing over, claims of the story in it, a document of it that was submitted since, a merge of the story since.
    """
    if said == Said.DENIAL and claim.incident_id is not None:
        incident = get(session, Incident, claim.incident_id, "vụ việc")
        checks = session.scalars(
            select(AuditRow.detail).where(
                AuditRow.act == "incident.follow_up",
                AuditRow.object_id == str(incident.id),
                AuditRow.refused.is_(False),
                AuditRow.at >= since,
            )
        )
        if incident.state in _OVER or any(detail.get("outcome") == "corrected" for detail in checks):
            raise RuleBroken(
                "workflow",
                f"Vụ {incident.number} đã ghi kết quả theo dõi hoặc đã đóng sau câu trả lời này, nên không lấy lại được.",
                "A follow-up result of the incident, or its closing, rests on the answer.",
                lawful="Mở lại vụ việc hoặc ghi một lần theo dõi mới, nêu rõ tin này không phải cải chính.",
            )
    if said != Said.RIGHT or joined is None:
        return
    incident = get(session, Incident, joined, "vụ việc")
    submitted = session.scalar(
        select(Document.id)
        .where(
            Document.incident_id == joined,
            Document.state.not_in([DocumentState.DRAFT, DocumentState.RETURNED]),
            Document.updated_at >= since,
        )
        .limit(1)
    )
    claims = session.scalar(
        select(Claim.id)
        .where(Claim.story_id == story.id, Claim.unit_id == unit_id, Claim.incident_id == joined)
        .limit(1)
    )
    merged = session.scalar(
        select(StoryGrouping.id)
        .where(
            StoryGrouping.undone_at.is_(None),
            StoryGrouping.at >= since,
            or_(StoryGrouping.story_id == story.id, StoryGrouping.other_id == story.id),
        )
        .limit(1)
    )
    why = (
        f"vụ {incident.number} đã đóng hoặc đã chuyển" if incident.state in _OVER
        else f"vụ {incident.number} đã có văn bản trình sau câu trả lời này" if submitted is not None
        else f"chuyện này có tuyên bố trong vụ {incident.number}" if claims is not None
        else "chuyện này đã được gộp hoặc tách sau câu trả lời này" if merged is not None
        else ""
    )  # fmt: skip
    if why:
        raise RuleBroken(
            "workflow",
            f"Không lấy lại được câu trả lời: {why}.",
            "Something rests on the answer already.",
            lawful="Hoàn tác việc đó trước, hoặc ghi chú ở trang câu chuyện.",
        )


_OVER = frozenset({IncidentState.CLOSED, IncidentState.TRANSFERRED})


def _incident_for(session: Session, own: StoryOffice, claim: Claim) -> Incident | None:
    """The claim's open incident, when this story may join it for the office."""
    if own.incident_id is not None or claim.incident_id is None:
        return None
    incident = session.get(Incident, claim.incident_id)
    if incident is None or incident.unit_id != own.unit_id:
        return None
    return None if incident.state in _OVER else incident
