"""Sources from a file: OPML (what feed readers export) or YAML (a list of mappings)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from core.errors import Invalid
from core.services.sources import NewSource

#: more than this in one file is a mistake, not a catalogue (reliability.md §4 row 67)
MOST = 2000
MOST_BYTES = 5_000_000
_FIELDS = {
    "id",
    "name",
    "kind",
    "url",
    "language",
    "country",
    "domestic",
    "social",
    "reach_tier",
    "locality",
    "rules",
    "enabled",
    "interval_minutes",
}


def read_sources(path: Path) -> Iterator[tuple[int, NewSource | str]]:
    """(number, source or the sentence why not) of each entry. Raises :class:`Invalid` when the file as a whole cannot be read."""
    data = path.read_bytes()
    if len(data) > MOST_BYTES:
        raise Invalid(
            f"{path.name} quá lớn ({len(data) // 1_000_000} MB, tối đa 5 MB).", f"{path.name} is too large."
        )
    entries = _opml(data, path.name) if data.lstrip()[:1] == b"<" else _yaml(data, path.name)
    if len(entries) > MOST:
        raise Invalid(
            f"{path.name} có {len(entries)} nguồn, tối đa {MOST}. Chia tệp rồi nhập lại.",
            f"{path.name}: too many sources.",
        )
    for number, entry in enumerate(entries, start=1):
        yield number, _source(entry)


def _source(entry: dict[str, Any]) -> NewSource | str:
    unknown = sorted(set(entry) - _FIELDS)
    if unknown:
        return f"trường lạ {', '.join(unknown)}"
    url = str(entry.get("url", "")).strip()
    if urlsplit(url).scheme not in {"http", "https"}:
        return f"địa chỉ {url[:80]!r} không phải http hoặc https"
    given = {key: value for key, value in entry.items() if value is not None}
    given["id"] = str(
        entry.get("id")
        or re.sub(r"[^a-z0-9]+", "-", f"{urlsplit(url).netloc}{urlsplit(url).path}".lower()).strip("-")
    )[:80]
    given["name"] = str(entry.get("name") or urlsplit(url).netloc)
    given["kind"] = str(entry.get("kind") or "feed")
    try:
        return NewSource(**given)
    except (TypeError, ValueError) as error:
        return str(error)


def _yaml(data: bytes, name: str) -> list[dict[str, Any]]:
    try:
        value = yaml.safe_load(data)
    except yaml.YAMLError as error:
        raise Invalid(f"{name} không phải YAML: {error}", f"{name} is not YAML: {error}") from error
    if isinstance(value, dict):
        value = value.get("sources")
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Invalid(
            f"{name}: cần một danh sách nguồn (mỗi nguồn có url, kind, name).",
            f"{name}: a list of sources is needed.",
        )
    return value


def _opml(data: bytes, name: str) -> list[dict[str, Any]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(f"{name} không phải OPML: {error}", f"{name} is not OPML: {error}") from error
    return [
        {
            "url": outline.get("xmlUrl"),
            "name": outline.get("title") or outline.get("text") or "",
            "kind": "feed",
        }
        for outline in root.iter("outline")
        if outline.get("xmlUrl")
    ]
