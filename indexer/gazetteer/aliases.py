"""The starting names of localities that no official table has: ``data/localities.yaml``, checked when it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class LocalityNames:
    """Extra names of one locality; see the head of ``localities.yaml`` for what each list means."""

    former: tuple[tuple[str, str], ...] = ()
    """(type, name)"""
    places: tuple[str, ...] = ()
    foreign: tuple[tuple[str, str], ...] = ()
    """(language, name)"""
    near: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def read_names(data: dict[str, Any]) -> dict[str, LocalityNames]:
    """Names by code from parsed YAML. Raises ValueError naming the locality and the field that is wrong."""
    out = {}
    for code, fields in data.items():
        unknown = set(fields) - {"former", "places", "foreign", "near", "exclude"}
        if unknown:
            raise ValueError(f"localities.yaml, {code}: unknown field {sorted(unknown)[0]!r}")
        try:
            out[str(code)] = LocalityNames(
                former=tuple((str(f["type"]), str(f["name"])) for f in fields.get("former") or ()),
                places=tuple(map(str, fields.get("places") or ())),
                foreign=tuple(
                    (str(lang), str(n))
                    for lang, names in (fields.get("foreign") or {}).items()
                    for n in names
                ),
                near=tuple(map(str, fields.get("near") or ())),
                exclude=tuple(map(str, fields.get("exclude") or ())),
            )
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"localities.yaml, {code}: {error}") from error
    return out


@lru_cache(maxsize=1)
def shipped_names() -> dict[str, LocalityNames]:
    """The shipped starting values by unit code."""
    import yaml

    text = (files("indexer.gazetteer") / "data" / "localities.yaml").read_text(encoding="utf-8")
    return read_names(yaml.safe_load(text))
