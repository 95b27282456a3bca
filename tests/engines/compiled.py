"""What libraries compile, kept from one test to the next: hundreds of stores and apps are made, each from the same statements and routes.

It was a quarter of what a test of pages took. Nothing of a store or an app is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


def share() -> None:
    """Share compiled statements among the stores of a kind of database, and builders of addresses among equal routes."""
    _share_statements()
    _share_routes()


def _share_statements() -> None:
    kept: dict[type, Any] = {}
    begin = Engine.__init__

    def init(self: Engine, *arguments: Any, **options: Any) -> None:
        begin(self, *arguments, **options)
        self._compiled_cache = kept.setdefault(type(self.dialect), LRUCache(3000))

    # The dialect is part of a statement's key.
    DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    Engine.__init__ = init  # type: ignore[method-assign]


def _share_routes() -> None:
    kept: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    make = Rule._compile_builder

    def builder(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in kept:
            kept[key] = make(self, append_unknown)
        return kept[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]
