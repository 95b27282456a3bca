"""From the shipped catalogue into the list of sources: taken over one by one, begun with by a new office, updates taken or left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.records.source import Source
from core.rules.catalogue import CatalogueEntry, Certainty, changes, starting
from core.rules.permissions import require
from core.services import audit, sources
from core.services.desk import Actor, Desk


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of entries that were asked for: ids of the sources made, and (name, Vietnamese, English) of each refusal."""

    made: tuple[str, ...]
    refused: tuple[tuple[str, str, str], ...]


def take(desk: Desk, actor: Actor | None, entry_ids: Iterable[str]) -> Taken:
    """Take entries over as sources that are read at once; one that cannot be taken never stops the next.

    Raises :class:`Forbidden`.
    """
    with audit.attempt(desk, actor, "source.add", "source", "catalogue"):
        if actor is not None:
            require(actor, "source.add")
    known = {entry.id: entry for entry in desk.catalogue()}
    made: list[str] = []
    refused: list[tuple[str, str, str]] = []
    for entry_id in dict.fromkeys(entry_ids):
        entry = known.get(entry_id)
        if entry is None:
            refused.append((entry_id[:80], "Danh mục không có mục này.", "The catalogue has no such entry."))
            continue
        try:
            _check(desk, entry)
            made.append(sources.add_source(desk, actor, _source(entry)))
        except Invalid as error:
            refused.append((entry.name, error.vi, error.en))
    return Taken(tuple(made), tuple(refused))


def start(desk: Desk, province: str) -> list[str]:
    """What a new office begins with; returns the ids. A shelf from which something was taken before is left as people left it."""
    with desk.store.read() as session:
        taken = set(session.scalars(select(Source.catalogue_id).where(Source.catalogue_id.is_not(None))))
    entries = desk.catalogue()
    begun = {(entry.group, entry.province) for entry in entries if entry.id in taken}
    wanted = [entry for entry in starting(entries, province) if (entry.group, entry.province) not in begun]
    return list(take(desk, None, [entry.id for entry in wanted]).made)


def take_update(desk: Desk, actor: Actor, source_id: str, version: int) -> int:
    """Set what the shipped entry says differently now; what staff changed elsewhere stays. Returns the new version.

    Raises :class:`Forbidden`, :class:`NotFound`, :class:`Conflict`, :class:`Invalid`.
    """
    with desk.store.read() as session:
        row, entry = _pair(desk, session, source_id)
        now = {name: getattr(row, name) for name in (*entry.values(), "id", "enabled", "interval_minutes")}
        offered = changes(row.catalogue_values or {}, entry)
    return sources.edit_source(
        desk,
        actor,
        source_id,
        version,
        sources.NewSource(**{**now, **offered, "catalogue_values": entry.values()}),
    )


def leave_update(desk: Desk, actor: Actor, source_id: str) -> None:
    """Keep the source as it is and ask no more until the shipped entry changes again.

    Raises :class:`Forbidden`, :class:`NotFound`.
    """
    with audit.attempt(desk, actor, "source.edit", "source", source_id), desk.store.write() as session:
        require(actor, "source.edit")
        row, entry = _pair(desk, session, source_id)
        left = changes(row.catalogue_values or {}, entry)
        row.catalogue_values = entry.values()
        audit.record(session, desk, actor, "source.edit", "source", source_id, detail={"update_left": left})


def _check(desk: Desk, entry: CatalogueEntry) -> None:
    """Raises :class:`Invalid` when the entry cannot be read, must be filled in first, or is there already."""
    if not entry.readable:
        raise Invalid(
            f"Chưa thêm {entry.name}: {entry.note_vi or 'nguồn này được biết là không đọc được.'}",
            f"{entry.name} was not added: {entry.note_en or 'it is known not to work.'}",
        )
    if entry.blanks:
        raise Invalid(
            f"Chưa thêm {entry.name}: địa chỉ còn chỗ phải điền. Bấm “Điền rồi thêm” ở mục này.",
            f"{entry.name} was not added: its address has blanks. Use “Fill in, then add”.",
        )
    with desk.store.read() as session:
        there = session.scalar(
            select(Source.name).where((Source.catalogue_id == entry.id) | (Source.url == entry.url))
        )
    if there is not None:
        raise Invalid(
            f"Chưa thêm {entry.name}: địa chỉ này đã có trong danh sách với tên {there}.",
            f"{entry.name} was not added: its address is there already as {there}.",
        )


def _source(entry: CatalogueEntry) -> sources.NewSource:
    return sources.NewSource(
        id=entry.id,
        interval_minutes=entry.interval_minutes,
        interval_fixed=False,
        catalogue_id=entry.id,
        catalogue_values=entry.values(),
        **entry.values(),
    )


def _pair(desk: Desk, session: Session, source_id: str) -> tuple[Source, CatalogueEntry]:
    row = session.get(Source, source_id)
    entry = next(
        (entry for entry in desk.catalogue() if row is not None and entry.id == row.catalogue_id), None
    )
    if row is None or entry is None or entry.certainty is Certainty.BROKEN:
        raise NotFound(
            "Danh mục không có gì mới cho nguồn này. Tải lại trang để xem.",
            "The catalogue has nothing new for this source. Load the page again.",
        )
    return row, entry
