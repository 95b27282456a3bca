"""Sources: added, changed, switched on and off. The database is the truth for them (decision 7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound
from core.ports import CheckedSource
from core.queries import source_state
from core.records.item import Item
from core.records.source import Source
from core.rules.permissions import require
from core.rules.vocabulary import SourceState
from core.services import audit, source_course
from core.services.desk import Actor, Desk
from core.services.stories import reindex

#: minutes between readings of a source of which nothing is known yet
_INTERVAL = 60
_LONGEST_SILENCE = 365 * 24
#: what the search index holds of a source with each of its items
_SEARCHED = {"domestic", "social", "reach_tier"}


@dataclass(frozen=True, slots=True)
class NewSource:
    """What a form or a catalogue says of a source; :class:`core.records.source.Source` tells the meanings.

    Where None is possible, it leaves a source as it is, and a new one at its default.
    """

    id: str
    name: str
    kind: str
    url: str
    language: str = ""
    country: str = "VN"
    domestic: bool = True
    social: bool = False
    reach_tier: int = 1
    locality: str | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    interval_minutes: int = _INTERVAL
    interval_fixed: bool | None = None
    """None: fixed when the interval is another than the one that stands there."""
    poll_least_minutes: int | None = None
    poll_most_minutes: int | None = None
    expected_hours: int | None = None
    """How long without a new item is usual; 0: learned."""
    own_portal: bool | None = None
    catalogue_id: str | None = None
    catalogue_values: Mapping[str, Any] | None = None


def add_source(desk: Desk, actor: Actor | None, source: NewSource) -> str:
    """Add a source; it is due at once. Returns its id. ``actor`` None: the command line.

    Raises :class:`Forbidden`, :class:`Invalid` (fields).
    """
    with audit.attempt(desk, actor, "source.add", "source", source.id):
        if actor is not None:
            require(actor, "source.add")
        values = _checked(desk, source)
        with desk.store.write() as session:
            if session.get(Source, source.id) is not None:
                raise Invalid(
                    f"Đã có nguồn mang mã {source.id}. Chọn mã khác, hoặc sửa nguồn đã có.",
                    f"A source {source.id} exists already.",
                    fields={"id": "Mã này đã dùng cho nguồn khác."},
                )
            now = desk.clock.now()
            values.setdefault("interval_fixed", source.interval_minutes != _INTERVAL)
            session.add(
                Source(
                    id=source.id,
                    created_at=now,
                    next_due_at=now,
                    state=SourceState.NEW if source.enabled else SourceState.DISABLED,
                    off_since=None if source.enabled else now,
                    catalogue_id=source.catalogue_id,
                    catalogue_values=_plain(source.catalogue_values),
                    **values,
                )
            )
            audit.record(
                session,
                desk,
                actor,
                "source.add",
                "source",
                source.id,
                detail={"url": source.url, "kind": source.kind},
            )
    return source.id


def edit_source(desk: Desk, actor: Actor | None, source_id: str, version: int, source: NewSource) -> int:
    """Change a source (its id stays). Returns the new version. A new address forgets ETag, failures and crashes.

    Raises :class:`Forbidden`, :class:`Invalid`, :class:`NotFound`, :class:`Conflict`.
    """
    with audit.attempt(desk, actor, "source.edit", "source", source_id):
        if actor is not None:
            require(actor, "source.edit")
        values = _checked(desk, source)
        with desk.store.write() as session:
            row = source_row(session, source_id, version)
            changed = {key: value for key, value in values.items() if getattr(row, key) != value}
            if "interval_minutes" in changed and "interval_fixed" not in values:
                changed["interval_fixed"] = True
            before = {key: getattr(row, key) for key in changed}
            if "enabled" in changed:
                row.off_since = None if source.enabled else desk.clock.now()
            for key, value in changed.items():
                setattr(row, key, value)
            if _SEARCHED & set(changed):
                session.flush()
                of_it = session.scalars(select(Item.id).where(Item.source_id == source_id)).all()
                reindex(session, desk, of_it)
            if source.catalogue_values is not None:
                row.catalogue_values = _plain(source.catalogue_values)
            if {"url", "kind", "rules"} & set(changed):
                source_course.forget_answers(row)
                source_course.forget_failures(row)
                row.next_due_at = desk.clock.now()
            row.state = source_state.health(row, desk.clock.now()).state
            if changed:
                row.version += 1
                audit.record(
                    session,
                    desk,
                    actor,
                    "source.edit",
                    "source",
                    source_id,
                    detail={"before": before, "after": changed},
                )
            return row.version


def set_enabled(
    desk: Desk, actor: Actor | None, source_id: str, enabled: bool, *, version: int | None = None
) -> int:
    """Switch a source on or off; on forgets failures and crashes and makes it due at once. Returns the new version.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict` (when a version is given).
    """
    with audit.attempt(desk, actor, "source.set_enabled", "source", source_id), desk.store.write() as session:
        if actor is not None:
            require(actor, "source.set_enabled")
        row = source_row(session, source_id, version)
        if row.enabled == enabled and not (enabled and row.stopped_at):
            return row.version
        row.enabled, row.off_since = enabled, None if enabled else desk.clock.now()
        if enabled:
            source_course.forget_failures(row)
            row.next_due_at = desk.clock.now()
        row.state = source_state.health(row, desk.clock.now()).state
        row.version += 1
        audit.record(
            session, desk, actor, "source.set_enabled", "source", source_id, detail={"enabled": enabled}
        )
        return row.version


def listed(desk: Desk) -> list[NewSource]:
    """Every source by name as it could be added elsewhere, for a file to carry. Addresses that a command read once are left out."""
    with desk.store.read() as session:
        return [
            NewSource(
                id=row.id,
                name=row.name,
                kind=row.kind,
                url=row.url,
                language=row.language,
                country=row.country,
                domestic=row.domestic,
                social=row.social,
                reach_tier=row.reach_tier,
                locality=row.locality,
                rules=dict(row.rules),
                enabled=row.enabled,
                interval_minutes=row.interval_minutes,
                interval_fixed=row.interval_fixed,
                expected_hours=row.expected_hours,
                own_portal=row.own_portal,
            )
            for row in session.scalars(select(Source).order_by(Source.name, Source.id))
            if not row.id.startswith("tay-")
        ]


def check(desk: Desk, source: NewSource) -> None:
    """Raises :class:`Invalid` with every field that is wrong; looks at nothing but the source itself."""
    _checked(desk, source)


def _checked(desk: Desk, source: NewSource) -> dict[str, Any]:
    """The columns of a source, or Invalid with every field that is wrong."""
    fields: dict[str, str] = {}
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,79}", source.id):
        fields["id"] = (
            "Mã nguồn dùng chữ thường không dấu, chữ số, dấu chấm hoặc gạch ngang, tối đa 80 ký tự."
        )
    if not source.name.strip() or len(source.name) > 200:
        fields["name"] = "Nhập tên nguồn, tối đa 200 ký tự."
    if source.reach_tier not in range(4):
        fields["reach_tier"] = "Tầm lan truyền từ 0 đến 3."
    if not 5 <= source.interval_minutes <= 7 * 24 * 60:
        fields["interval_minutes"] = "Chu kỳ đọc từ 5 phút đến 7 ngày."
    fields |= _rhythm_faults(source)
    checked: CheckedSource | None = None
    try:
        checked = desk.kinds.check(source.kind, source.url, source.rules)
    except Invalid as error:
        fields.update(error.fields)
    if len(source.language) > 12 or len(source.country) > 4 or len(source.locality or "") > 12:
        fields["language"] = "Mã ngôn ngữ, quốc gia hoặc địa bàn quá dài."
    if fields or checked is None:
        raise Invalid(
            "Chưa lưu được nguồn tin: " + " ".join(fields.values()),
            f"The source has faults in: {', '.join(fields)}.",
            fields=fields,
        )
    return {
        "name": source.name.strip(),
        "kind": source.kind,
        "url": checked.url,
        "language": source.language,
        "country": source.country,
        "domestic": source.domestic,
        "social": source.social or checked.social,
        "reach_tier": source.reach_tier,
        "locality": source.locality or None,
        "rules": dict(checked.rules),
        "enabled": source.enabled,
        "interval_minutes": source.interval_minutes,
        **_rhythm(source),
    }


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else dict(values)


def _rhythm(source: NewSource) -> dict[str, Any]:
    """What was said of interval and expected period; the rest stays as it is."""
    said = {
        "interval_fixed": source.interval_fixed,
        "poll_least_minutes": source.poll_least_minutes,
        "poll_most_minutes": source.poll_most_minutes,
        "own_portal": source.own_portal,
    }
    values: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if source.expected_hours is not None:
        values["expected_hours"] = source.expected_hours or None
    return values


def _rhythm_faults(source: NewSource) -> dict[str, str]:
    fields = {}
    bounds = (source.poll_least_minutes, source.poll_most_minutes)
    given = [minutes for minutes in bounds if minutes is not None]
    if any(not 5 <= minutes <= 7 * 24 * 60 for minutes in given) or given != sorted(given):
        fields["poll_least_minutes"] = (
            "Nhịp đọc nhanh nhất và chậm nhất từ 5 phút đến 7 ngày, nhanh nhất không dài hơn chậm nhất."
        )
    if source.expected_hours is not None and not 0 <= source.expected_hours <= _LONGEST_SILENCE:
        fields["expected_hours"] = "Thời gian thường có tin mới từ 1 giờ đến 365 ngày; 0 để máy tự học."
    return fields


def source_row(session: Session, source_id: str, version: int | None = None) -> Source:
    """The row to change. Raises :class:`NotFound`, and :class:`Conflict` when somebody changed it after ``version``."""
    row = session.get(Source, source_id)
    if row is None:
        raise NotFound("Không có nguồn tin này.", f"No source {source_id}.")
    if version is not None and row.version != version:
        raise Conflict(
            f"Nguồn {row.name} vừa được người khác sửa. Tải lại trang để xem bản mới rồi sửa tiếp.",
            f"Source {source_id} was changed by somebody else.",
        )
    return row
