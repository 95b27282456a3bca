"""The shipped catalogue of sources: ``config/sources/*.yaml`` as entries. Read once a process, on first use."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from core.errors import Misconfigured
from core.rules.catalogue import GROUPS, CatalogueEntry, Certainty
from core.text.yaml_text import read_yaml


@cache
def shipped() -> tuple[CatalogueEntry, ...]:
    """Every entry. Raises :class:`Misconfigured` for a file that is not what it should be: it names the file and the entry."""
    folder = files("config") / "sources"
    entries: dict[str, CatalogueEntry] = {}
    for group in GROUPS:
        page = read_yaml((folder / f"{group}.yaml").read_bytes())
        for given in page["sources"]:
            entry = _entry({**page["defaults"], **given}, f"config/sources/{group}.yaml")
            if entry.id in entries:
                raise _wrong(f"config/sources/{group}.yaml", entry.id, "stands there twice")
            entries[entry.id] = entry
    return tuple(entries.values())


def _entry(given: dict[str, Any], file: str) -> CatalogueEntry:
    try:
        return CatalogueEntry(**given | {"certainty": Certainty(given["certainty"])})
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(file, str(given.get("id", "?")), str(error)) from error


def _wrong(file: str, entry: str, what: str) -> Misconfigured:
    return Misconfigured(
        f"Danh mục nguồn hỏng ở {file}, mục {entry}: {what}. Cài lại chương trình.",
        f"The catalogue of sources is damaged in {file}, entry {entry}: {what}. Install the program again.",
    )
