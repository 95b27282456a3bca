"""Which real engines this run has, which tests used them, and what to say of it at the end.

An engine that is missing makes its tests skip with the reason, unless ``LAMRO_REQUIRE_ENGINES`` names it: then they fail, and
so does the run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

REQUIRE_VARIABLE = "LAMRO_REQUIRE_ENGINES"


class Missing(Exception):
    """The engine cannot be had here; the text says why, in plain words, and what would bring it."""


@dataclass
class Engine:
    """One engine: ``probe`` returns a few words on what was found, or raises :class:`Missing`."""

    name: str
    title: str
    probe: Callable[[], str]
    tests: set[str] = field(default_factory=set)
    _found: str | None = None
    _missing: str | None = None

    def look(self) -> tuple[bool, str]:
        """Whether it is here, and the words for it. Probed once."""
        if self._found is None and self._missing is None:
            try:
                self._found = self.probe()
            except Missing as reason:
                self._missing = str(reason)
        return (True, self._found or "") if self._missing is None else (False, self._missing)


_engines: dict[str, Engine] = {}
_current: list[str] = []


def register(name: str, title: str, probe: Callable[[], str]) -> None:
    """Make an engine known. Called once by the module that knows how to find it."""
    _engines[name] = Engine(name, title, probe)


def engines() -> dict[str, Engine]:
    """All engines, in the order in which they are reported."""
    return _engines


def required() -> list[str]:
    """The engines without which this run has failed. Raises ``pytest.UsageError`` on a name that nobody knows."""
    names = [name.strip() for name in os.environ.get(REQUIRE_VARIABLE, "").split(",") if name.strip()]
    unknown = sorted(set(names) - set(_engines))
    if unknown:
        raise pytest.UsageError(
            f"{REQUIRE_VARIABLE}: unknown engine {', '.join(unknown)}; known: {', '.join(_engines)}"
        )
    return names


def begin(test: str) -> None:
    """A test starts: what it uses from now on counts for it."""
    _current[:] = [test]


def end() -> None:
    """The test is over."""
    _current.clear()


def note(name: str) -> None:
    """The running test has just used this engine."""
    if _current:
        _engines[name].tests.add(_current[0])


def need(name: str, request: pytest.FixtureRequest) -> str:
    """Ask for an engine in a fixture: skips, or fails where it is required, when it is missing."""
    engine = _engines[name]
    here, words = engine.look()
    if not here:
        reason = f"{engine.title}: {words}"
        if name in required():
            pytest.fail(f"{reason} ({REQUIRE_VARIABLE} requires it)", pytrace=False)
        pytest.skip(reason)
    node = request.node
    if isinstance(node, pytest.Item):
        engine.tests.add(node.nodeid)
    else:
        note(name)
    return words
