"""The glossary that the office extends: terms added, changed and removed, shipped terms taken out and put back.

One glossary for the installation; every act says in the audit log who did it and what stood before. Items are glossed when they are
read, not when they are stored: a term that is saved now shows in every item at once, and nothing need be written again.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.records.glossary import GlossaryTerm
from core.rules.glossary import MOST_TERMS, checked, key_of
from core.services import acting, audit
from core.services.desk import Actor, Desk


def save(
    desk: Desk, actor: Actor, language: str, term: str, gloss: str, kind: str, *, term_id: int = 0, version: int = 0
) -> int:  # fmt: skip
    """Add a term, or change the one with this id. Returns its id.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` (changed meanwhile), :class:`Invalid` (fields).
    """

    def work(session: Session) -> int:
        acting.person(session, actor, "glossary.edit")
        given = checked(language, term, gloss, kind)
        same = _of(session, given.language, given.key)
        row = acting.get(session, GlossaryTerm, term_id, "từ") if term_id else same
        if same is not None and not same.hidden and (not term_id or same.id != term_id):
            said = f"Từ này đã có, nghĩa là “{same.gloss}”. Sửa từ đó."
            raise Invalid(said, "The term is there already.", fields={"term": said})
        if row is not None and term_id and row.version != version:
            raise acting.conflict(session, ("glossary_term", term_id))
        if same is not None and row is not None and same.id != row.id:
            session.delete(same)
            session.flush()
        before: dict[str, object] | None = None
        if row is None:
            _room(session)
            row = GlossaryTerm()
            session.add(row)
        else:
            before = {"term": row.term, "gloss": row.gloss, "hidden": row.hidden}
        row.language, row.key, row.term, row.gloss = given.language, given.key, given.term, given.gloss
        row.kind, row.hidden = given.kind, False
        return _tell(session, desk, actor, "glossary.save", row, before)

    return acting.perform(
        desk, actor, "glossary.save", "glossary_term", term_id or f"{language}:{term}"[:60], work
    )


def remove(desk: Desk, actor: Actor, term_id: int) -> None:
    """Take an own term out; a shipped term of the same words, or one that was hidden, holds again."""

    def work(session: Session) -> None:
        acting.person(session, actor, "glossary.edit")
        row = acting.get(session, GlossaryTerm, term_id, "từ")
        detail = {
            "language": row.language,
            "before": {"term": row.term, "gloss": row.gloss, "hidden": row.hidden},
        }
        session.delete(row)
        audit.record(session, desk, actor, "glossary.remove", "glossary_term", term_id, detail=detail)

    acting.perform(desk, actor, "glossary.remove", "glossary_term", term_id, work)


def hide(desk: Desk, actor: Actor, language: str, term: str) -> int:
    """Use a shipped term no more. Returns the id of the row that says so. Raises :class:`NotFound` when it is not shipped."""

    def work(session: Session) -> int:
        acting.person(session, actor, "glossary.edit")
        key = key_of(term)
        shipped = next(
            (one for one in desk.analyst.glossary() if one.language == language and one.key == key), None
        )
        if shipped is None:
            raise NotFound("Từ này không có trong bảng từ đi kèm.", "The term is not a shipped one.")
        row = _of(session, language, key)
        if row is None:
            _room(session)
            row = GlossaryTerm(
                language=language, key=key, term=shipped.term, gloss=shipped.gloss, kind=shipped.kind
            )
            session.add(row)
        row.hidden = True
        return _tell(session, desk, actor, "glossary.hide", row, None)

    return acting.perform(desk, actor, "glossary.hide", "glossary_term", f"{language}:{term}"[:60], work)


def _of(session: Session, language: str, key: str) -> GlossaryTerm | None:
    return session.scalar(
        select(GlossaryTerm).where(GlossaryTerm.language == language, GlossaryTerm.key == key)
    )


def _room(session: Session) -> None:
    if (session.scalar(select(func.count()).select_from(GlossaryTerm)) or 0) >= MOST_TERMS:
        said = f"Bảng từ có nhiều nhất {MOST_TERMS} từ. Bỏ bớt từ không dùng trước."
        raise Invalid(said, f"At most {MOST_TERMS} terms.", fields={"term": said})


def _tell(
    session: Session, desk: Desk, actor: Actor, act: str, row: GlossaryTerm, before: dict[str, object] | None
) -> int:
    row.changed_by, row.changed_at = actor.account_id, desk.clock.now()
    row.version = (row.version or 0) + 1
    session.flush()
    detail = {"language": row.language, "term": row.term, "gloss": row.gloss, "before": before}
    audit.record(session, desk, actor, act, "glossary_term", row.id, detail=detail)
    return row.id
