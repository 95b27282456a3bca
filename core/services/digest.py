"""The weekly digest: looked at any time, final once when the week is over."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.errors import Invalid
from core.ports import WeeklyDigest
from core.queries import digest as query
from core.records.document import DigestRecord
from core.rules.weeks import span_of
from core.services import acting, audit
from core.services.desk import Actor, Desk


def content(desk: Desk, unit_id: int, week: str) -> WeeklyDigest:
    """The digest of a week: the final one when it was made, else as it stands now.

    Raises :class:`Invalid` for what is no ISO week or has not begun, :class:`NotFound` for an unknown office.
    """
    now = desk.clock.now()
    if span_of(week)[0] > now:
        raise Invalid(
            f"Tuần {week} chưa bắt đầu. Chọn tuần này hoặc một tuần đã qua.",
            f"Week {week} has not begun.",
            fields={"week": "Tuần này chưa bắt đầu."},
        )
    with desk.store.read() as session:
        kept = query.frozen(session, unit_id, week)
        if kept is not None and query.final(kept[1]):
            return kept[1]
        return query.content(session, unit_id, week, now)


def make(desk: Desk, unit_id: int, week: str, actor: Actor | None = None) -> int:
    """Store the digest of a week with its HTML and .docx; returns its id, the same on every call.

    Made after the week it is final and never changes. Made while the week runs it is interim, says so, and the next call
    replaces it: half a week must not stand for ever. ``actor`` None: the schedule. Raises :class:`Forbidden` and what :func:`content` raises.
    """
    with audit.attempt(desk, actor, "digest.make", "digest", week[:20]), desk.store.read() as session:
        if actor is not None:
            acting.of_own_office(acting.person(session, actor, "digest.make"), unit_id)
        kept = query.frozen(session, unit_id, week)
    if kept is not None and query.final(kept[1]):
        return kept[0]
    digest = content(desk, unit_id, week)
    # made outside the write transaction: a file takes longer than a lock should be held
    html, docx = desk.renderer.digest_html(digest), desk.renderer.digest_docx(digest)
    try:
        return _store(desk, actor, unit_id, digest, html, docx)
    except IntegrityError:
        # another process was faster: the second try finds its row
        return _store(desk, actor, unit_id, digest, html, docx)


def _store(
    desk: Desk, actor: Actor | None, unit_id: int, digest: WeeklyDigest, html: str, docx: bytes
) -> int:
    """Write the digest and its audit row, unless a final one stands there already."""
    stored = query.as_json(digest)
    sha256 = hashlib.sha256(json.dumps(stored, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    with desk.store.write() as session:
        row = session.scalars(
            select(DigestRecord).where(DigestRecord.unit_id == unit_id, DigestRecord.week == digest.week)
        ).first()
        if row is None:
            row = DigestRecord(unit_id=unit_id, week=digest.week)
            session.add(row)
        elif row.made_at >= digest.ends_on:
            return row.id
        row.content, row.html, row.docx, row.made_at = stored, html, docx, digest.made_at
        session.flush()
        detail = {"unit": unit_id, "week": digest.week, "final": query.final(digest)}
        audit.record(
            session, desk, actor, "digest.make", "digest", row.id, detail=detail, content_sha256=sha256
        )
        return row.id
