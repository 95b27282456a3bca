"""The starting names of localities that no official table has: ``data/localities.yaml``, checked when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from core.rules.gazetteer import LANGUAGES, Name, NameNature

#: fields of the file that hold plain lists of names
_PLAIN = {
    "villages": NameNature.VILLAGE,
    "landmarks": NameNature.LANDMARK,
    "institutions": NameNature.INSTITUTION,
    "bynames": NameNature.BYNAME,
    "abbreviations": NameNature.ABBREVIATION,
    "near": NameNature.NEAR,
    "exclude": NameNature.EXCLUDED,
}


def read_names(data: dict[str, Any]) -> tuple[Name, ...]:
    """Names from parsed YAML. Raises ValueError naming the locality and the field that is wrong."""
    found: dict[str, Name] = {}
    for code, fields in data.items():
        try:
            for name in _names(str(code), fields or {}):
                if not name.text.strip() or len(name.text) > 200:
                    raise ValueError(f"{name.nature}: a name needs 1 to 200 characters")
                found[name.key] = name
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise ValueError(f"localities.yaml, {code}: {error}") from error
    return tuple(found.values())


def _names(code: str, fields: dict[str, Any]) -> Iterator[Name]:
    unknown = set(fields) - {"former", "foreign", *_PLAIN}
    if unknown:
        raise ValueError(f"unknown field {sorted(unknown)[0]!r}")
    for former in fields.get("former") or ():
        until = former.get("until")
        if until is not None and not isinstance(until, date):
            raise ValueError(f"until: {until!r} is not a date")
        yield Name(code, NameNature.FORMER, str(former["name"]), "", str(former["type"]), until)
    for language, names in (fields.get("foreign") or {}).items():
        if language not in LANGUAGES:
            raise ValueError(f"unknown language {language!r}")
        yield from (Name(code, NameNature.FOREIGN, str(name), language) for name in names)
    for field, nature in _PLAIN.items():
        yield from (Name(code, nature, str(name)) for name in fields.get(field) or ())


def shipped_yaml() -> bytes:
    """The shipped file as it lies in the package."""
    return (files("indexer.gazetteer") / "data" / "localities.yaml").read_bytes()


def read_yaml(data: bytes) -> tuple[Name, ...]:
    """Names of a file like the shipped one. Raises ValueError for what is none."""
    import yaml

    from core.text import yaml_text

    try:
        parsed = yaml_text.read_yaml(data)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    if not isinstance(parsed, dict):
        raise ValueError("localities.yaml: unit codes with their names are expected")  # noqa: TRY004 - what is wrong is the file
    return read_names(parsed)


@lru_cache(maxsize=1)
def shipped_names() -> tuple[Name, ...]:
    """The shipped starting values."""
    return read_yaml(shipped_yaml())
