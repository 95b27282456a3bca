"""Filters of the inbox kept under a name for the whole office."""

from __future__ import annotations

from sqlalchemy import func, select

from core.errors import Invalid, NotFound
from core.records.item import Item
from core.records.saved_filter import SavedFilter
from core.rules.permissions import require
from core.services import audit
from core.services.desk import Actor, Desk

#: the rail counts each of them on every page
MAX_FILTERS = 8
MAX_NAME = 60
MAX_QUERY = 1000


def save(desk: Desk, actor: Actor, name: str, query: str) -> int:
    """Keep the list of address ``query`` under ``name``; returns its id.

    Raises :class:`Forbidden`, :class:`Invalid` (field ``name``: empty, too long, taken, or the rail is full).
    """
    with audit.attempt(desk, actor, "filter.save", "filter", ""), desk.store.write() as session:
        require(actor, "filter.save")
        words = " ".join(name.split())
        if not words or len(words) > MAX_NAME:
            raise _refused(
                f"Bộ lọc cần có tên, dài nhất {MAX_NAME} chữ cái. Ví dụ: Bão, đê điều.",
                f"A filter needs a name of at most {MAX_NAME} characters.",
            )
        if not query or len(query) > MAX_QUERY:
            raise _refused(
                "Chưa chọn điều kiện nào để lưu, hoặc có quá nhiều điều kiện. Chọn điều kiện trong Hộp tin rồi lưu lại.",
                "There is no condition to keep, or there are too many. Choose some in the inbox first.",
            )
        mine = select(SavedFilter).where(SavedFilter.unit_id == actor.unit_id)
        if session.scalar(mine.where(SavedFilter.name == words)) is not None:
            raise _refused(
                f"Đã có bộ lọc tên “{words}”. Đặt tên khác, hoặc mở bộ lọc ấy và bỏ đi trước.",
                f"There is a filter called “{words}” already. Choose another name, or remove that one first.",
            )
        count = session.scalar(
            select(func.count()).select_from(SavedFilter).where(SavedFilter.unit_id == actor.unit_id)
        )
        if (count or 0) >= MAX_FILTERS:
            raise _refused(
                f"Đã có đủ {MAX_FILTERS} bộ lọc. Mở một bộ lọc không dùng nữa và bỏ đi, rồi lưu lại.",
                f"There are {MAX_FILTERS} filters already. Open one that is no longer used, remove it, then save again.",
            )
        kept = SavedFilter(
            unit_id=actor.unit_id,
            account_id=actor.account_id,
            name=words,
            query=query,
            created_at=desk.clock.now(),
        )
        session.add(kept)
        session.flush()
        audit.record(session, desk, actor, "filter.save", "filter", kept.id, detail={"name": words})
        return kept.id


def remove(desk: Desk, actor: Actor, filter_id: int) -> str:
    """Drop one of the office's filters; returns its name. Raises :class:`Forbidden`, :class:`NotFound`."""
    with audit.attempt(desk, actor, "filter.remove", "filter", filter_id), desk.store.write() as session:
        require(actor, "filter.remove")
        kept = session.get(SavedFilter, filter_id)
        if kept is None or kept.unit_id != actor.unit_id:
            raise NotFound(
                "Không có bộ lọc này; có thể người khác trong cơ quan vừa bỏ.",
                f"No filter {filter_id}; somebody of the office may have removed it.",
            )
        name = kept.name
        session.delete(kept)
        audit.record(session, desk, actor, "filter.remove", "filter", filter_id, detail={"name": name})
        return name


def set_alert(desk: Desk, actor: Actor, filter_id: int, *, on: bool) -> str:
    """Tell the officers of new matches from now on, or no longer; returns the filter's name. Raises :class:`Forbidden`, :class:`NotFound`."""
    with audit.attempt(desk, actor, "filter.alert", "filter", filter_id), desk.store.write() as session:
        require(actor, "filter.alert")
        kept = session.get(SavedFilter, filter_id)
        if kept is None or kept.unit_id != actor.unit_id:
            raise NotFound(
                "Không có bộ lọc này; có thể người khác trong cơ quan vừa bỏ.",
                f"No filter {filter_id}; somebody of the office may have removed it.",
            )
        if on and not kept.alert:
            # What is there already was seen in the list.
            kept.seen_id = session.scalar(select(func.max(Item.id))) or 0
        kept.alert = on
        audit.record(
            session, desk, actor, "filter.alert", "filter", filter_id, detail={"name": kept.name, "on": on}
        )
        return kept.name


def _refused(vi: str, en: str) -> Invalid:
    return Invalid(vi, en, fields={"name": vi})
