"""The kinds of source. A new kind is one new file in :mod:`crawlers.kinds` with one class; nothing else lists them.

What a screen or the command line needs to know of a kind (which addresses and settings it takes) is asked through the port
:class:`core.ports.SourceKinds`; asking loads no crawler.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pydantic import ValidationError

from core.errors import Invalid
from core.messages import CrawlJob, Message
from core.ports import CheckedSource, SourceOption
from core.rules.politeness import polite_host
from crawlers import kinds
from crawlers.failures import Failure
from crawlers.spiders.base import URL_LIMIT, Kind, bad_address


@cache
def all_kinds() -> Mapping[str, Kind[Any]]:
    """Every kind by its name. Raises TypeError when a file of ``crawlers.kinds`` does not hold exactly one, or a name is used twice."""
    found: dict[str, Kind[Any]] = {}
    for file in iter_modules(kinds.__path__):
        module = import_module(f"{kinds.__name__}.{file.name}")
        classes = [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, Kind)
            and value.__module__ == module.__name__
            and not inspect.isabstract(value)
        ]
        if len(classes) != 1:
            raise TypeError(
                f"{module.__name__} must hold exactly one kind of source, it holds {len(classes)}"
            )
        kind = classes[0]()
        if kind.name in found:
            raise TypeError(f"two kinds of source are called {kind.name}")
        found[kind.name] = kind
    return found


def kind_of(job: CrawlJob) -> tuple[Kind[Any], Message]:
    """The kind of a job and its settings, checked. Raises :class:`Failure` ``unknown_kind`` or ``bad_rules``."""
    kind = all_kinds().get(job.kind)
    if kind is None:
        raise Failure("unknown_kind", job.kind, url=job.url)
    try:
        return kind, kind.options.model_validate(job.rules)
    except ValidationError as error:
        raise Failure("bad_rules", str(error), url=job.url) from error


def paces() -> dict[str, float]:
    """Hosts with a rule of their own, and the seconds between two requests to them."""
    return {host: seconds for kind in all_kinds().values() for host, seconds in kind.pace.items()}


class KindRegistry:
    """Implements :class:`core.ports.SourceKinds`."""

    def names(self) -> tuple[str, ...]:
        """Names in alphabetical order."""
        return tuple(sorted(all_kinds()))

    def options(self, kind: str) -> tuple[SourceOption, ...]:
        """The settings that the kind takes, in the order it states them. Raises KeyError for an unknown kind."""
        schema = all_kinds()[kind].options.model_json_schema()
        required = set(schema.get("required", ()))
        return tuple(_option(name, part, name in required) for name, part in schema["properties"].items())

    def check(self, kind: str, url: str, rules: Mapping[str, Any]) -> CheckedSource:
        """Address and settings as they are stored. Raises :class:`Invalid` naming ``kind``, ``url`` and ``rules`` where wrong."""
        chosen = all_kinds().get(kind)
        if chosen is None:
            vi = f"Chọn loại nguồn: {', '.join(self.names())}."
            raise Invalid(vi, f"There is no kind of source {kind!r}.", fields={"kind": vi})
        try:
            options = chosen.options.model_validate(dict(rules))
        except (ValidationError, TypeError, ValueError) as error:
            vi = self._rules_sentence(kind, error)
            raise Invalid(
                vi, f"The settings do not fit a source of kind {kind}.", fields={"rules": vi}
            ) from error
        address = chosen.address(url, options)
        if len(address) > URL_LIMIT:
            raise bad_address("Từ tìm hoặc địa chỉ quá dài. Rút ngắn lại.")
        return CheckedSource(address, options.model_dump(mode="json", exclude_defaults=True), chosen.social)

    def pace(self, url: str) -> float:
        """As the port says."""
        host = polite_host(url)
        return next(
            (
                seconds
                for name, seconds in paces().items()
                if host and polite_host(f"https://{name}/") == host
            ),
            0.0,
        )

    def _rules_sentence(self, kind: str, error: Exception) -> str:
        known = ", ".join(option.name for option in self.options(kind))
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "type": ""}
        where = ".".join(str(part) for part in first["loc"]) or "?"
        if not known:
            return f"Loại nguồn {kind} không có thiết đặt riêng; bỏ mục {where}."
        if first["type"] == "extra_forbidden":
            return f"Loại nguồn {kind} không có mục {where}; dùng: {known}."
        if first["type"] == "missing":
            return f"Loại nguồn {kind} cần có mục {where}."
        return f"Mục {where} của loại nguồn {kind} có giá trị không dùng được. Các mục: {known}."


def _option(name: str, part: Mapping[str, Any], required: bool) -> SourceOption:
    choices = tuple(str(word) for word in part.get("enum", ()))
    form = {"integer": "number", "number": "number", "boolean": "yes_no", "array": "list"}.get(
        str(part.get("type")), "text"
    )
    return SourceOption(name, "choice" if choices else form, required, part.get("default"), choices)
