"""Alerts on saved filters: new items that match, told once to the office's officers, a batch at a time.

An item is looked at once for each filter, when the index has it; what a filter asks of tags and time is asked then. Internal e-mail
like all staff notices (decision 14); without a mail server the page of saved filters says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from core.errors import Unavailable
from core.finding import DEEPEST, Filters
from core.queries import inbox
from core.queries.frame import watched
from core.records.item import Item
from core.records.saved_filter import SavedFilter
from core.records.source import Source
from core.rules.vocabulary import Role
from core.services import staff_notices
from core.services.desk import Desk
from core.text import query as query_language

#: one alert a filter in this time at most; what comes meanwhile is in the next one
PAUSE = timedelta(minutes=30)
#: an alert names so many items; the rest is counted
NAMED = 10

#: what a kept address asks for: its filters, and the words typed
Read = Callable[[str], tuple[inbox.Wanted, str]]


@dataclass(frozen=True, slots=True)
class _New:
    id: int
    title: str
    source: str
    at: datetime


def sweep(desk: Desk, read: Read, upto: int, *, mail: bool) -> int:
    """Look at the items up to the id ``upto`` that each filter has not seen. Returns how many alerts were given.

    ``upto`` is an id that the index has for sure. A filter whose words cannot be asked now is asked again at the next call.
    """
    now = desk.clock.now()
    with desk.store.read() as session:
        due = list(
            session.scalars(
                select(SavedFilter)
                .where(
                    SavedFilter.alert,
                    SavedFilter.seen_id < upto,
                    (SavedFilter.told_at.is_(None)) | (SavedFilter.told_at <= now - PAUSE),
                )
                .order_by(SavedFilter.id)
            )
        )
    told = 0
    for kept in due:
        try:
            found = _matches(desk, kept, read, upto, now)
        except Unavailable:
            continue
        with desk.store.write() as session:
            row = session.get(SavedFilter, kept.id)
            if row is None or not row.alert or row.seen_id != kept.seen_id:
                continue  # removed, switched off, or told by somebody else meanwhile
            row.seen_id = upto
            if not found:
                continue
            row.told_at, row.told_items = now, len(found)
            told += 1
            if mail:
                staff_notices.leave(
                    session,
                    (Role.OFFICER,),
                    f"saved-{row.id}-{row.seen_id}",
                    partial(_words, row.name, found),
                    now,
                    unit_id=row.unit_id,
                )
    return told


def _matches(desk: Desk, kept: SavedFilter, read: Read, upto: int, now: datetime) -> list[_New]:
    wanted, words = read(kept.query)
    with desk.store.read() as session:
        codes = list(watched(session, kept.unit_id))
    filters = replace(inbox.filters(wanted, kept.unit_id, codes, now), above=kept.seen_id, upto=upto)
    ids: Sequence[int] | None = None
    if words:
        ids = _found(desk, words, filters)
        if not ids:
            return []
    with desk.store.read() as session:
        query = inbox.new_items(wanted, kept.unit_id, codes, now, above=kept.seen_id, upto=upto)
        if ids is not None:
            query = query.where(Item.id.in_(ids))
        rows = session.execute(
            query.with_only_columns(Item.id, Item.title, Source.name, Item.seen_where, Item.first_seen_at)
            .order_by(Item.id.desc())
            .limit(inbox.CEILING)
        )
        return [_New(row.id, row.title, row.name or row.seen_where, row.first_seen_at) for row in rows]


def _found(desk: Desk, words: str, filters: Filters) -> Sequence[int]:
    if desk.index is None:
        raise Unavailable("Không có chỉ mục tìm kiếm.", "There is no search index.")
    node = query_language.parse_query(words)
    if isinstance(node, query_language.Invalid):
        return ()
    page = desk.index.search(node, filters, sort="newest", limit=min(inbox.CEILING, DEEPEST), at_most=0)
    return page.ids


def _words(name: str, found: Sequence[_New], language: str) -> tuple[str, str]:
    lines = [f"- {one.title} ({one.source})" if one.source else f"- {one.title}" for one in found[:NAMED]]
    rest = len(found) - NAMED
    if language == "en":
        subject = f"Làm Rõ: {len(found)} new for “{name}”"
        lines += [f"… and {rest} more."] * (rest > 0)
        foot = (
            "Open the saved filter in Làm Rõ to see them. This message goes to the office's own staff only."
        )
    else:
        subject = f"Làm Rõ: {len(found)} tin mới khớp bộ lọc “{name}”"
        lines += [f"… và {rest} tin nữa."] * (rest > 0)
        foot = "Mở bộ lọc đã lưu trong Làm Rõ để xem. Thư này chỉ gửi cho cán bộ của cơ quan."
    return subject, "\n".join([*lines, "", foot])
