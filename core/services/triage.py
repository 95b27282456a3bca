"""Tags: a note or a suspicion of one person on a story, for the own office alone; undone with one key, counted apart from verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import faults
from core.errors import Conflict, Forbidden, NotFound, RuleBroken
from core.records.item import TagEvent
from core.rules.permissions import require
from core.rules.vocabulary import Tag
from core.services import audit, office_rows
from core.services.desk import Actor, Desk
from core.services.office_rows import Shown, Standing


@dataclass(frozen=True, slots=True)
class Tagged:
    """The event, for undo, and the new version, for the next form."""

    event_id: int
    version: int


def tag(desk: Desk, actor: Actor, story_id: int, version: int, tag: Tag | str) -> Tagged:
    """Put the office's tag on a story in place of the one it has. The same tag by the same person again changes nothing.

    Raises :class:`Forbidden` (role, or a story of localities that the office does not watch), :class:`RuleBroken` (SUSPECTED needs a
    claim; a story with claims of the office keeps its tag), :class:`Conflict`, :class:`NotFound`.
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
        office_rows.require_version(session, story, version)
        if story.claimed:
            raise RuleBroken(
                "claim_open",
                "Câu chuyện này đã có tuyên bố đang xác minh nên không đổi nhãn được; kết luận nằm ở tuyên bố.",
                "Your office has claims on this story; their verdicts decide, its tag stays.",
                lawful="Đề xuất kết luận cho từng tuyên bố.",
            )
        event_id = office_rows.give(session, desk, story, actor.account_id, wanted)
        _record(session, desk, actor, "story.tag", story_id, {"before": story.tag, "after": str(wanted)})
        return Tagged(event_id, story.version + 1)


def undo(desk: Desk, actor: Actor, event_id: int) -> int:
    """Take back one's own tag; the office shows the one before. Returns the new version, for the next form.

    Raises :class:`Forbidden` (another person's tag, or one given for another office), :class:`Conflict` (tagged again since, or undone),
    :class:`NotFound`.
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
        if event.unit_id != actor.unit_id:
            raise Forbidden(
                "Nhãn này thuộc đơn vị khác; chỉ người của đơn vị đó đổi được.",
                "The tag belongs to another office.",
            )
        story = _story(session, actor, event.story_id)
        if event.undone_at is not None or story.last_event != event.id or story.tag != event.tag:
            raise Conflict(
                "Không hoàn tác được: câu chuyện đã được gắn nhãn lại hoặc đã hoàn tác rồi.",
                "The story was tagged again or the tag was undone already.",
            )
        if event.tag == Tag.SUSPECTED and story.claimed:
            raise RuleBroken(
                "claim_open",
                "Nhãn “Nghi sai lệch” đi cùng tuyên bố của cơ quan nên không hoàn tác riêng được.",
                "The suspicion stands on a claim of the office.",
                lawful="Tuyên bố ghi nhầm thì rút ở trang tuyên bố.",
            )
        event.undone_at = desk.clock.now()
        session.flush()
        earlier = session.execute(
            select(TagEvent.account_id, TagEvent.at)
            .where(
                TagEvent.story_id == event.story_id,
                TagEvent.unit_id == event.unit_id,
                TagEvent.undone_at.is_(None),
            )
            .order_by(TagEvent.id.desc())
            .limit(1)
        ).first()
        known = earlier is not None and bool(event.before)
        after = Shown(
            event.before,
            earlier.account_id if earlier is not None and known else None,
            earlier.at if earlier is not None and known else None,
        )
        detail = {"event": event_id, "before": event.tag, "after": event.before}
        office_rows.show(session, desk, story, after)
        _record(session, desk, actor, "story.untag", event.story_id, detail)
        return story.version + 1


def _story(session: Session, actor: Actor, story_id: int) -> Standing:
    found = office_rows.standing(session, story_id, actor.unit_id)
    if found.placed and not found.ours:
        raise Forbidden(
            "Câu chuyện này thuộc địa bàn mà cơ quan này không theo dõi.",
            "This story is about localities that your office does not watch.",
        )
    return found


def _record(
    session: Session, desk: Desk, actor: Actor, act: str, story_id: int, detail: dict[str, Any]
) -> None:
    audit.record(session, desk, actor, act, "story", story_id, detail=detail)
    faults.point("judge.before_commit")
