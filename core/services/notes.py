"""Notes on a story for one's own office: written by anybody who works on stories, taken back by their author."""

from __future__ import annotations

from core.errors import Forbidden, Invalid, NotFound
from core.records.item import Story
from core.records.note import StoryNote
from core.rules.permissions import require
from core.services import audit
from core.services.desk import Actor, Desk

MAX_LETTERS = 1000


def add(desk: Desk, actor: Actor, story_id: int, text: str) -> int:
    """Leave a note; returns its id. The log keeps that it was written, not what it says.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Invalid` (field ``text``: empty or too long).
    """
    with audit.attempt(desk, actor, "story.note", "story", story_id), desk.store.write() as session:
        require(actor, "story.note")
        words = text.strip()
        if not words or len(words) > MAX_LETTERS:
            vi = f"Ghi chú cần có chữ, dài nhất {MAX_LETTERS} chữ cái."
            raise Invalid(vi, f"A note needs words, at most {MAX_LETTERS} characters.", fields={"text": vi})
        if session.get(Story, story_id) is None:
            raise NotFound("Không có câu chuyện này.", f"No story {story_id}.")
        note = StoryNote(
            story_id=story_id,
            unit_id=actor.unit_id,
            account_id=actor.account_id,
            text=words,
            at=desk.clock.now(),
        )
        session.add(note)
        session.flush()
        audit.record(session, desk, actor, "story.note", "story", story_id, detail={"note": note.id})
        return note.id


def remove(desk: Desk, actor: Actor, note_id: int) -> int:
    """Take back one's own note; returns the id of its story. A second time changes nothing.

    Raises :class:`Forbidden` (another person's), :class:`NotFound` (none, or of another office).
    """
    with audit.attempt(desk, actor, "story.note_remove", "note", note_id), desk.store.write() as session:
        require(actor, "story.note_remove")
        note = session.get(StoryNote, note_id)
        if note is None or note.unit_id != actor.unit_id:
            raise NotFound("Không có ghi chú này.", f"No note {note_id}.")
        if note.account_id != actor.account_id:
            raise Forbidden(
                "Chỉ người viết mới bỏ được ghi chú. Có thể viết thêm ghi chú khác.",
                "Only its author can take a note back.",
            )
        if note.removed_at is None:
            note.removed_at = desk.clock.now()
            audit.record(
                session, desk, actor, "story.note_remove", "story", note.story_id, detail={"note": note_id}
            )
        return note.story_id
