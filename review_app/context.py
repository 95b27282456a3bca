"""What a view reaches for: the desk, the person who acts, a read session. Nothing is global; all hangs on the app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from flask import current_app, g

from core.services.desk import Actor, Desk
from review_app.settings import WebSettings


def desk() -> Desk:
    """The desk that the services work with."""
    return cast("Desk", current_app.extensions["lamro_desk"])


def settings() -> WebSettings:
    """The settings of the web side."""
    return cast("WebSettings", current_app.extensions["lamro_settings"])


def actor_or_none() -> Actor | None:
    """The person behind this request, if anybody is logged in."""
    return cast("Actor | None", g.get("actor"))


def actor() -> Actor:
    """The person behind this request; only for views that the gate opens to signed-in people."""
    found = actor_or_none()
    if found is None:
        raise RuntimeError("a view asked for the actor without being behind the gate")
    return found


def now() -> datetime:
    """The present moment by the desk's clock (UTC)."""
    return desk().clock.now()


@contextmanager
def reading() -> Iterator[Any]:
    """A read session for ``core.queries``."""
    with desk().store.read() as session:
        yield session
