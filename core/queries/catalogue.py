"""Danh mục nguồn: the shipped catalogue with what is in the list of sources already, and what it offers a source anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.source import Source
from core.records.unit import Unit
from core.rules.catalogue import CatalogueEntry, Certainty, Wanted, changes, search
from core.rules.vocabulary import Level

PAGE = 40


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with the id of the source that it is already, or "" ."""

    entry: CatalogueEntry
    source_id: str

    @property
    def free(self) -> bool:
        """True when one click adds it."""
        return not self.source_id and self.entry.readable and not self.entry.blanks


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the catalogue. ``provinces`` and ``languages`` hold (code, entries) of the whole catalogue; ``home`` is ours."""

    rows: tuple[EntryRow, ...]
    total: int
    page: int
    pages: int
    home: str
    provinces: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the catalogue says about a source: fields as (name, used now, shipped now), and why not to read it when that is known."""

    changed: tuple[tuple[str, str, str], ...]
    broken_vi: str = ""
    broken_en: str = ""


def shelf(
    session: Session, entries: Sequence[CatalogueEntry], wanted: Wanted, unit_id: int, page: int
) -> Shelf:
    """The entries that fit, a page of them."""
    home = home_province(session, unit_id)
    found = search(entries, wanted, home)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, page), pages)
    by_entry, by_url = {}, {}
    for source_id, catalogue_id, url in session.execute(select(Source.id, Source.catalogue_id, Source.url)):
        by_url[url] = source_id
        if catalogue_id:
            by_entry[catalogue_id] = source_id
    provinces = Counter(entry.province for entry in entries if entry.province)
    languages = Counter(entry.language for entry in entries if entry.language)
    return Shelf(
        rows=tuple(
            EntryRow(entry, by_entry.get(entry.id) or (by_url.get(entry.url, "") if entry.url else ""))
            for entry in found[(page - 1) * PAGE : page * PAGE]
        ),
        total=len(found),
        page=page,
        pages=pages,
        home=home,
        provinces=tuple(sorted(provinces.items())),
        languages=tuple(languages.most_common()),
    )


def home_province(session: Session, unit_id: int) -> str:
    """The code of the province or city that this office lies in; "" when it is not known."""
    unit = session.get(Unit, unit_id)
    while unit is not None and unit.level != Level.PROVINCE and unit.parent_id is not None:
        unit = session.get(Unit, unit.parent_id)
    return unit.locality if unit is not None and unit.level == Level.PROVINCE else ""


def offer(session: Session, entries: Sequence[CatalogueEntry], source_id: str) -> Offer | None:
    """What the shipped entry says now that it did not say when the source was taken from it; None when that is nothing."""
    row = session.get(Source, source_id)
    if row is None or not row.catalogue_id:
        return None
    entry = next((entry for entry in entries if entry.id == row.catalogue_id), None)
    if entry is None:
        return None
    if entry.certainty is Certainty.BROKEN:
        return Offer((), entry.note_vi, entry.note_en) if row.enabled else None
    changed = tuple(
        (name, _shown(getattr(row, name)), _shown(value))
        for name, value in changes(row.catalogue_values or {}, entry).items()
        if getattr(row, name) != value
    )
    return Offer(changed) if changed else None


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    return "" if value is None else str(value)
