"""A list of sources from a file into the store: first what would happen to each entry, then the adding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.records.source import Source
from core.rules.permissions import require
from core.services import audit, sources
from core.services.desk import Actor, Desk
from core.services.source_files import Listed, source_id_of
from core.services.sources import NewSource
from core.text.urls import canonical_url


@dataclass(frozen=True, slots=True)
class There:
    """An entry whose source exists: its line, its name in the file, and the source."""

    line: int
    name: str
    source_id: str
    source_name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. ``wrong`` holds the entries that cannot be taken, each with its sentence."""

    new: tuple[Listed, ...]
    there: tuple[There, ...]
    wrong: tuple[Listed, ...]


def preview(desk: Desk, listed: Iterable[Listed]) -> Preview:
    """Sort the entries of a file; changes nothing."""
    with desk.store.read() as session:
        by_url, names = _known(session)
    new: list[Listed] = []
    there: list[There] = []
    wrong: list[Listed] = []
    for one in listed:
        source = one.source
        if source is None:
            wrong.append(one)
            continue
        known = by_url.get(canonical_url(source.url))
        if known is None and source.id in names and source.id != source_id_of(source.url):
            known = source.id
        if known is not None:
            there.append(There(one.line, source.name, known, names[known]))
            continue
        try:
            sources.check(desk, source)
        except Invalid as error:
            wrong.append(Listed(one.line, None, f"{source.name}: {error.vi}", f"{source.name}: {error.en}"))
        else:
            new.append(one)
    return Preview(tuple(new), tuple(there), tuple(wrong))


def add(desk: Desk, actor: Actor | None, entries: Sequence[Listed]) -> tuple[list[str], list[Listed]]:
    """Add what :func:`preview` called new: ids of the sources made, and the entries refused since.

    Raises :class:`Forbidden`.
    """
    with audit.attempt(desk, actor, "source.add", "source", "import"):
        if actor is not None:
            require(actor, "source.add")
    now = preview(desk, entries)
    with desk.store.read() as session:
        _, names = _known(session)
    made: list[str] = []
    refused = list(now.wrong)
    for one in now.new:
        if one.source is None:
            continue
        source = replace(one.source, id=_free(one.source, {*names, *made}))
        try:
            made.append(sources.add_source(desk, actor, source))
        except Invalid as error:
            refused.append(Listed(one.line, None, f"{source.name}: {error.vi}", f"{source.name}: {error.en}"))
    return made, refused


def _known(session: Session) -> tuple[dict[str, str], dict[str, str]]:
    """Canonical address → id, and id → name, of every source."""
    rows = session.execute(select(Source.id, Source.name, Source.url)).all()
    return {canonical_url(row.url): row.id for row in rows}, {row.id: row.name for row in rows}


def _free(source: NewSource, taken: set[str]) -> str:
    """The source's id, or the next free one: addresses that differ in their query only give one code."""
    number, wanted = 1, source.id
    while wanted in taken:
        number += 1
        wanted = f"{source.id[:76]}-{number}"
    return wanted
