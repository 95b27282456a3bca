"""Tags: a note or a suspicion of one person on a story, undone with one key, counted apart from verdicts (domain.md §2)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import faults
from core.errors import Conflict, Forbidden, NotFound, RuleBroken
from core.queries.locality import watched_codes
from core.records.account import Account
from core.records.claim import Claim
from core.records.item import Story, StoryLocality, TagEvent
from core.rules.permissions import require
from core.rules.vocabulary import TAG_VI, Tag
from core.services import audit, stories
from core.services.desk import Actor, Desk


@dataclass(frozen=True, slots=True)
class Tagged:
    """The event, for undo, and the story's new version, for the next form."""

    event_id: int
    version: int


def tag(desk: Desk, actor: Actor, story_id: int, version: int, tag: Tag | str) -> Tagged:
    """Put a tag on a story in place of the one it has. The same tag by the same person again changes nothing.

    Raises :class:`Forbidden` (role, or a story of localities that the office does not watch), :class:`RuleBroken` (SUSPECTED needs a
    claim; a story with claims keeps its tag), :class:`Conflict`, :class:`NotFound`.
    """
    wanted = Tag(tag)
    with audit.attempt(desk, actor, "story.tag", "story", story_id), desk.store.write() as session:
        require(actor, "story.tag")
        story = _story(session, actor, story_id)
        if wanted is Tag.SUSPECTED:
            raise RuleBroken(
                "claim_needed",
                "“Nghi sai lệch” cần trích một câu kiểm chứng được. Hãy mở tuyên bố từ trang câu chuyện.",
                "A suspicion needs a quoted, checkable sentence: open a claim.",
                lawful="Mở tuyên bố, hoặc dùng nhãn Chưa đủ căn cứ.",
            )
        last = _last_event(session, story_id)
        if story.tag == wanted and story.tagged_by == actor.account_id and last is not None:
            return Tagged(last.id, story.version)
        _check_version(session, story, version)
        if session.scalar(select(Claim.id).where(Claim.story_id == story_id).limit(1)) is not None:
            raise RuleBroken(
                "claim_open",
                "Câu chuyện này đã có tuyên bố đang xác minh nên không đổi nhãn được; kết luận nằm ở tuyên bố.",
                "This story has claims; their verdicts decide, its tag stays.",
                lawful="Đề xuất kết luận cho từng tuyên bố.",
            )
        before = story.tag
        event = TagEvent(
            story_id=story_id, tag=wanted, before=before, account_id=actor.account_id, at=desk.clock.now()
        )
        session.add(event)
        story.tag, story.tagged_by, story.tagged_at = wanted, actor.account_id, event.at
        story.version += 1
        stories.changed(session, desk, story_id)
        audit.record(
            session,
            desk,
            actor,
            "story.tag",
            "story",
            story_id,
            detail={"before": before, "after": str(wanted)},
        )
        faults.point("judge.before_commit")
        return Tagged(event.id, story.version)


def undo(desk: Desk, actor: Actor, event_id: int) -> int:
    """Take back one's own tag; the story shows the one before. Returns the story's new version.

    Raises :class:`Forbidden` (another person's tag), :class:`Conflict` (tagged again since, or undone), :class:`NotFound`.
    """
    with audit.attempt(desk, actor, "story.untag", "tag_event", event_id), desk.store.write() as session:
        require(actor, "story.untag")
        event = session.get(TagEvent, event_id)
        if event is None:
            raise NotFound("Không có lần gắn nhãn này.", f"No tag event {event_id}.")
        if event.account_id != actor.account_id:
            raise Forbidden(
                "Chỉ người đã gắn nhãn mới hoàn tác được. Có thể gắn nhãn khác thay vào.",
                "Only the person who gave the tag can undo it.",
            )
        story = _story(session, actor, event.story_id)
        last = _last_event(session, event.story_id)
        if event.undone_at is not None or last is None or last.id != event.id or story.tag != event.tag:
            raise Conflict(
                "Không hoàn tác được: câu chuyện đã được gắn nhãn lại hoặc đã hoàn tác rồi.",
                "The story was tagged again or the tag was undone already.",
            )
        event.undone_at = desk.clock.now()
        session.flush()
        earlier = _last_event(session, event.story_id)
        story.tag = event.before
        story.tagged_by = earlier.account_id if earlier is not None and event.before else None
        story.tagged_at = earlier.at if earlier is not None and event.before else None
        story.version += 1
        stories.changed(session, desk, story.id)
        audit.record(
            session,
            desk,
            actor,
            "story.untag",
            "story",
            story.id,
            detail={"event": event_id, "before": event.tag, "after": event.before},
        )
        faults.point("judge.before_commit")
        return story.version


def _story(session: Session, actor: Actor, story_id: int) -> Story:
    story = session.get(Story, story_id)
    if story is None:
        raise NotFound("Không có câu chuyện này.", f"No story {story_id}.")
    places = set(session.scalars(select(StoryLocality.locality).where(StoryLocality.story_id == story_id)))
    if places and places.isdisjoint(watched_codes(session, [actor.unit_id])):
        raise Forbidden(
            "Câu chuyện này thuộc địa bàn mà cơ quan này không theo dõi.",
            "This story is about localities that your office does not watch.",
        )
    return story


def _check_version(session: Session, story: Story, version: int) -> None:
    if story.version == version:
        return
    name = session.scalar(select(Account.display_name).where(Account.id == story.tagged_by))
    now = TAG_VI[Tag(story.tag)] if story.tag else "chưa gắn nhãn"
    raise Conflict(
        f"Câu chuyện vừa được {name or 'người khác'} cập nhật (nhãn hiện nay: {now}). Xem lại rồi chọn tiếp.",
        f"The story was changed by {name or 'somebody else'} meanwhile (tag now: {story.tag or 'none'}).",
    )


def _last_event(session: Session, story_id: int) -> TagEvent | None:
    return session.scalar(
        select(TagEvent)
        .where(TagEvent.story_id == story_id, TagEvent.undone_at.is_(None))
        .order_by(TagEvent.id.desc())
        .limit(1)
    )
