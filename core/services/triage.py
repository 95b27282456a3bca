"""Tags: a note or a suspicion of one person on a story, undone with one key, counted apart from verdicts (domain.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from core import faults
from core.errors import Conflict, Forbidden, NotFound, RuleBroken
from core.records.account import Account
from core.records.claim import Claim
from core.records.item import Story, StoryLocality, TagEvent
from core.records.unit import WatchedLocality
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
        if story.tag == wanted and story.tagged_by == actor.account_id and story.last_event is not None:
            return Tagged(story.last_event, story.version)
        _check_version(session, story, version)
        if story.claimed:
            raise RuleBroken(
                "claim_open",
                "Câu chuyện này đã có tuyên bố đang xác minh nên không đổi nhãn được; kết luận nằm ở tuyên bố.",
                "This story has claims; their verdicts decide, its tag stays.",
                lawful="Đề xuất kết luận cho từng tuyên bố.",
            )
        now = desk.clock.now()
        event_id = session.connection().scalar(
            _GIVEN, {"story_id": story_id, "tag": wanted, "before": story.tag, "account_id": actor.account_id, "at": now}
        )  # fmt: skip
        after = _Shown(wanted, actor.account_id, now)
        _show(session, desk, actor, "story.tag", story, after, {"before": story.tag, "after": str(wanted)})
        return Tagged(int(event_id or 0), story.version + 1)


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
        if event.undone_at is not None or story.last_event != event.id or story.tag != event.tag:
            raise Conflict(
                "Không hoàn tác được: câu chuyện đã được gắn nhãn lại hoặc đã hoàn tác rồi.",
                "The story was tagged again or the tag was undone already.",
            )
        event.undone_at = desk.clock.now()
        session.flush()
        earlier = session.execute(
            select(TagEvent.account_id, TagEvent.at)
            .where(TagEvent.story_id == story.id, TagEvent.undone_at.is_(None))
            .order_by(TagEvent.id.desc())
            .limit(1)
        ).first()
        known = earlier is not None and bool(event.before)
        after = _Shown(
            event.before,
            earlier.account_id if earlier is not None and known else None,
            earlier.at if earlier is not None and known else None,
        )
        detail = {"event": event_id, "before": event.tag, "after": event.before}
        _show(session, desk, actor, "story.untag", story, after, detail)
        return story.version + 1


@dataclass(frozen=True, slots=True)
class _Standing:
    """A story as a tag finds it."""

    id: int
    tag: str
    tagged_by: int | None
    version: int
    placed: bool
    ours: bool
    claimed: bool
    last_event: int | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which tag a story shows, whose it is, since when."""

    tag: str
    by: int | None
    at: datetime | None


_PLACES = exists().where(StoryLocality.story_id == Story.id)
#: everything that a tag must know before it is given, in one question: the write lock is held meanwhile
_STANDING = select(
    Story.id,
    Story.tag,
    Story.tagged_by,
    Story.version,
    _PLACES.label("placed"),
    _PLACES.where(
        WatchedLocality.code == StoryLocality.locality,
        WatchedLocality.unit_id == bindparam("unit"),
        WatchedLocality.active,
    ).label("ours"),
    exists().where(Claim.story_id == Story.id).label("claimed"),
    select(func.max(TagEvent.id))
    .where(TagEvent.story_id == Story.id, TagEvent.undone_at.is_(None))
    .scalar_subquery()
    .label("last_event"),
).where(Story.id == bindparam("story"))
_GIVEN = insert(TagEvent).returning(TagEvent.id)
_SHOWN = (
    update(Story)
    .where(Story.id == bindparam("story"))
    .values(
        tag=bindparam("given"), tagged_by=bindparam("by"), tagged_at=bindparam("at"), version=Story.version + 1
    )
)  # fmt: skip


def _story(session: Session, actor: Actor, story_id: int) -> _Standing:
    row = session.connection().execute(_STANDING, {"story": story_id, "unit": actor.unit_id}).first()
    if row is None:
        raise NotFound("Không có câu chuyện này.", f"No story {story_id}.")
    story = _Standing(*row)
    if story.placed and not story.ours:
        raise Forbidden(
            "Câu chuyện này thuộc địa bàn mà cơ quan này không theo dõi.",
            "This story is about localities that your office does not watch.",
        )
    return story


def _show(
    session: Session, desk: Desk, actor: Actor, act: str, story: _Standing, after: _Shown, detail: dict[str, Any]
) -> None:  # fmt: skip
    session.connection().execute(
        _SHOWN, {"story": story.id, "given": after.tag, "by": after.by, "at": after.at}
    )
    stories.changed(session, desk, story.id)
    audit.record(session, desk, actor, act, "story", story.id, detail=detail)
    faults.point("judge.before_commit")


def _check_version(session: Session, story: _Standing, version: int) -> None:
    if story.version == version:
        return
    name = session.scalar(select(Account.display_name).where(Account.id == story.tagged_by))
    now = TAG_VI[Tag(story.tag)] if story.tag else "chưa gắn nhãn"
    raise Conflict(
        f"Câu chuyện vừa được {name or 'người khác'} cập nhật (nhãn hiện nay: {now}). Xem lại rồi chọn tiếp.",
        f"The story was changed by {name or 'somebody else'} meanwhile (tag now: {story.tag or 'none'}).",
    )
