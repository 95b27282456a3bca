"""Whether what is kept is still what was written: texts of items, captures and uploads against their SHA-256, the audit chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from core.queries import capture as captures
from core.records.item import Capture, Item
from core.services import audit
from core.services.desk import Desk
from core.services.prepared import text_hash

_PAGE = 200


@dataclass(frozen=True, slots=True)
class KeptFindings:
    """What was looked at, and the ids that are not as they were written. ``broken_at`` is the first wrong row of the audit log."""

    texts: int
    changed_texts: tuple[int, ...]
    captures: int
    changed_captures: tuple[int, ...]
    missing_captures: tuple[int, ...]
    audit_rows: int
    broken_at: int | None

    @property
    def good(self) -> bool:
        """Whether everything is as it was written."""
        return not (
            self.changed_texts or self.changed_captures or self.missing_captures or self.broken_at is not None
        )


def look(desk: Desk, progress: Callable[[int, int], object] = lambda done, whole: None) -> KeptFindings:
    """Read everything that is kept once. Minutes for years of captures; writes nothing."""
    with desk.store.read() as session:
        whole = (session.scalar(select(func.count()).select_from(Item)) or 0) + (
            session.scalar(select(func.count()).select_from(Capture)) or 0
        )
        rows, broken = audit.count(session), audit.verify_chain(session)
    texts, changed_texts = 0, []
    for number, good in _texts(desk):
        texts += 1
        progress(texts, whole)
        if not good:
            changed_texts.append(number)
    seen, changed, missing = 0, [], []
    for number, state in _captures(desk):
        seen += 1
        progress(texts + seen, whole)
        if state == "changed":
            changed.append(number)
        elif state == "missing":
            missing.append(number)
    return KeptFindings(texts, tuple(changed_texts), seen, tuple(changed), tuple(missing), rows, broken)


def _texts(desk: Desk) -> Iterator[tuple[int, bool]]:
    """(item id, whether its title and text are what was hashed when they came), in short transactions."""
    above = 0
    while True:
        with desk.store.read() as session:
            rows = session.execute(
                select(Item.id, Item.title, Item.text, Item.content_sha256)
                .where(Item.id > above)
                .order_by(Item.id)
                .limit(_PAGE)
            ).all()
        if not rows:
            return
        for row in rows:
            yield row.id, text_hash(row.title, row.text) == row.content_sha256
        above = rows[-1].id


def _captures(desk: Desk) -> Iterator[tuple[int, captures.State]]:
    above = 0
    while True:
        with desk.store.read() as session:
            ids = list(
                session.scalars(
                    select(Capture.id).where(Capture.id > above).order_by(Capture.id).limit(_PAGE)
                )
            )
            rows = [captures.line(session, number) for number in ids]
        if not rows:
            return
        for row in rows:
            yield row.id, captures.play(desk.captures, row).state
        above = rows[-1].id
