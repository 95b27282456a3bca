"""What a source would give, as a try before saving it told: for the person who asked, and for nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.errors import NotFound
from core.records.source import CrawlRequest

#: a name of a source has at most so many characters
NAME = 200
#: of what a crawler told, so much is shown
SHOWN = 15


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry that would be read. ``words`` is 0 where its page was not opened."""

    title: str
    url: str
    published_at: datetime | None
    words: int


@dataclass(frozen=True, slots=True)
class SourcePreview:
    """A try: ``moving`` until it has ended; ``found`` is how many entries the source holds, ``title`` what it calls itself."""

    id: int
    moving: bool
    outcome: str
    error_vi: str
    error_en: str
    final_url: str
    found: int
    entries: tuple[FoundEntry, ...]
    title: str = ""

    @property
    def undated(self) -> int:
        """How many of the entries shown have no date."""
        return sum(entry.published_at is None for entry in self.entries)


def source_preview(session: Session, request_id: int, account_id: int) -> SourcePreview:
    """The try with this number. Raises :class:`NotFound`, also for somebody else's."""
    row = session.get(CrawlRequest, request_id)
    if row is None or row.kind != "preview" or row.requested_by != account_id:
        raise NotFound(
            "Không có lần xem thử này. Bấm Xem thử lần nữa.", "There is no such preview. Try again."
        )
    told = row.result
    entries = told.get("entries")
    return SourcePreview(
        id=row.id,
        moving=row.state in {"queued", "running"},
        outcome=str(told.get("outcome", "")),
        error_vi=str(told.get("error_vi", "")),
        error_en=str(told.get("error_en", "")),
        final_url=str(told.get("final_url", "")),
        found=_whole(told.get("found")),
        entries=tuple(
            _entry(entry)
            for entry in (entries if isinstance(entries, list) else [])[:SHOWN]
            if isinstance(entry, dict)
        ),
        title=" ".join(str(told.get("title", "")).split())[:NAME],
    )


def _entry(told: Mapping[str, Any]) -> FoundEntry:
    try:
        published = datetime.fromisoformat(str(told.get("published_at")))
    except ValueError:
        published = None
    return FoundEntry(
        title=str(told.get("title", "")),
        url=str(told.get("url", "")),
        published_at=published if published is not None and published.tzinfo is not None else None,
        words=_whole(told.get("words")),
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
