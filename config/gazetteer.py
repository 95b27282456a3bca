"""The gazetteer between its files and the database: read, take in, load. ``lamro init`` and ``lamro gazetteer`` come this way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from core.errors import Invalid, Misconfigured
from core.queries import gazetteer as queries
from core.records.engine import Store
from core.rules.gazetteer import Everything
from core.services.desk import Desk
from core.services.gazetteer_import import Imported, Progress, take_in
from indexer.analysis.places.names import SHIPPED, Held
from indexer.gazetteer.aliases import read_yaml, shipped_yaml
from indexer.gazetteer.units import read_table, shipped_table

#: a table of every unit there ever was is under 1 MB
MAX_BYTES = 50_000_000


def loader(store: Store) -> Callable[[], Everything]:
    """What the analyst calls when the gazetteer has changed."""

    def load() -> Everything:
        with store.read() as session:
            return queries.everything(session)

    return load


def held(store: Store) -> Held:
    """The gazetteer of a store as texts are read by it; the shipped one while nothing was imported."""
    everything = loader(store)()
    return Held.of(everything) if everything.units else SHIPPED


def at_home() -> Held:
    """The gazetteer of this home; the shipped one where there is no home."""
    from config.settings import load
    from config.wiring import make_store

    try:
        store = make_store(load())
    except Misconfigured:
        return SHIPPED
    found = held(store)
    store.close()
    return found


def take_shipped(desk: Desk, progress: Progress | None = None) -> Imported:
    """The values that came with the program, into the database. Quick when they are there already."""
    table, names = shipped_table(), shipped_yaml()
    digest = hashlib.sha256(table + names).hexdigest()
    with desk.store.read() as session:
        if queries.digest(session) == digest:
            return Imported(revision=queries.revision(session), offered=queries.offered(session))
    units, links = read_table(table)
    return take_in(desk, units, links, read_yaml(names), digest, progress=progress)


def take_file(desk: Desk, file: Path, progress: Progress | None = None) -> Imported:
    """A table of units (``.tsv``, ``.tsv.gz``) or a file of names (``.yaml``) in the form of the shipped ones.

    Raises :class:`Invalid` naming what is wrong in the file; nothing is changed then.
    """
    data = file.read_bytes()
    if len(data) > MAX_BYTES:
        raise Invalid(f"Tệp {file.name} lớn quá 50 MB.", f"{file.name} is larger than 50 MB.")
    digest = hashlib.sha256(data).hexdigest()
    try:
        if file.suffix in {".yaml", ".yml"}:
            return take_in(desk, (), (), read_yaml(data), digest, progress=progress)
        units, links = read_table(data)
    except (ValueError, OSError, EOFError) as error:
        raise Invalid(
            f"Chưa nhập tệp {file.name}: {error}. Không có gì thay đổi.",
            f"{file.name} was not imported: {error}. Nothing was changed.",
        ) from error
    return take_in(desk, units, links, None, digest, progress=progress)
