"""What stands around every page: the office's name, the places with their counters, the theme, the last message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, flash, g, get_flashed_messages, request, url_for
from flask_babel import LazyString, lazy_gettext

from core.errors import Invalid
from core.queries import frame as frame_queries
from core.queries import inbox as inbox_queries
from core.queries import saved_filters
from review_app import context, inbox_filters
from review_app.gate import may


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the rail."""

    label: LazyString
    icon: str
    endpoint: str
    counter: str = ""
    args: tuple[tuple[str, str], ...] = ()


#: the six places of ui.md §5; each shows only to people whom its endpoint admits
PLACES = (
    Place(lazy_gettext("Việc hôm nay"), "today", "today.index", "today"),
    Place(lazy_gettext("Hộp tin"), "inbox", "inbox.index", "inbox"),
    Place(lazy_gettext("Vụ việc"), "case", "incident.index", "incidents"),
    Place(lazy_gettext("Văn bản"), "doc", "document.index", "documents"),
    Place(lazy_gettext("Chờ duyệt"), "check", "approval.index", "approvals"),
    Place(lazy_gettext("Bản tin tuần"), "digest", "digest.index"),
    Place(lazy_gettext("Nguồn tin"), "source", "sources.index", "sources"),
    Place(lazy_gettext("Địa bàn"), "mark", "locality.index"),
)

#: views of the inbox that every office needs
FILTERS = (
    Place(lazy_gettext("Báo nước ngoài"), "", "inbox.index", "foreign", (("foreign", "with"),)),
    Place(
        lazy_gettext("Phản ánh chưa trả lời"),
        "",
        "inbox.index",
        "criticism",
        (("tag", "criticism"), ("handled", "")),
    ),
    Place(lazy_gettext("Địa bàn cần xem lại"), "", "inbox.index", "check", (("band", "check"),)),
)

ADMINISTRATION = (
    Place(lazy_gettext("Tài khoản và cơ quan"), "people", "admin.index"),
    Place(lazy_gettext("Tình trạng máy"), "health", "health.index"),
    Place(lazy_gettext("Nhật ký"), "log", "audit.index"),
)

#: which place a page belongs to when its blueprint is not a place itself
_BELONGS = {
    "gazetteer": "locality",
    "glossary": "locality",
    "story": "today",
    "trends": "inbox",
    "need": "health",
    "intake": "inbox",
    "calibration": "locality",
    "catalogue": "sources",
    "source_files": "sources",
}


@dataclass(frozen=True, slots=True)
class Undo:
    """A result sentence that can be taken back: ids of the tag events, or the address to post to; ``more`` is a link to what may follow."""

    text: str
    events: tuple[int, ...]
    more: tuple[str, str] = ("", "")
    undo: str = ""


def done(text: str, events: tuple[int, ...] = (), more: tuple[str, str] = ("", ""), undo: str = "") -> None:
    """Say on the next page what was done; with events, or an address to post to, offer to take it back; with ``more``, what may follow."""
    # Flask stores any JSON value of a message; its type says str.
    flash(cast("str", {"text": text, "events": list(events), "more": list(more), "undo": undo}), "done")


def _message() -> Undo | None:
    messages: list[Any] = get_flashed_messages(category_filter=["done"])
    if not messages:
        return None
    last = messages[-1]
    address, label = last.get("more") or ("", "")
    return Undo(
        str(last["text"]),
        tuple(int(event) for event in last["events"]),
        (address, label),
        str(last.get("undo") or ""),
    )


def _shown(places: tuple[Place, ...]) -> tuple[tuple[Place, str, bool], ...]:
    """(place, address, is this where we are) of the places this person may open."""
    blueprint = request.blueprint or ""
    here = _BELONGS.get(blueprint, blueprint)
    return tuple(
        (
            place,
            url_for(place.endpoint, **cast("dict[str, Any]", dict(place.args))),
            place.endpoint.partition(".")[0] == here and not place.args,
        )
        for place in places
        if may(place.endpoint)
    )


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A filter that the office keeps, as a line of the rail; ``count`` is "" for none or when the index is away."""

    id: int
    label: str
    query: str
    address: str
    count: str
    here: bool


def kept_filters() -> tuple[KeptFilter, ...]:
    """The office's saved filters with what they hold now, read once a request."""
    person = context.actor_or_none()
    if person is None or not may("inbox.index"):
        return ()
    if "kept_filters" not in g:
        with context.reading() as session:
            saved = saved_filters.of_unit(session, person.unit_id)
        g.kept_filters = tuple(_counted(line) for line in saved)
    found: tuple[KeptFilter, ...] = g.kept_filters
    return found


def _counted(line: saved_filters.Saved) -> KeptFilter:
    args = inbox_filters.read(line.query)
    wish, words = inbox_filters.wanted(args), inbox_filters.words_of(args)
    ceiling = frame_queries.CEILING
    here = request.endpoint == "inbox.index" and line.query == inbox_filters.kept(
        inbox_filters.wanted(request.args), inbox_filters.words_of(request.args)
    )
    number = 0
    searched: inbox_queries.Searched | None = None
    try:
        away = False
        if words:
            # Without an index a search reads 2,000 texts: too much for a number in the rail.
            away = context.desk().index is None
            if not away:
                searched, answer = inbox_filters.search(words, wish, ceiling + 1)
                away = bool(answer.banner)
        if not away:
            with context.reading() as session:
                unit_id = context.actor().unit_id
                codes = list(frame_queries.watched(session, unit_id))
                number = inbox_queries.count(
                    session, unit_id, codes, wish, context.now(), at_most=ceiling, searched=searched
                )
    except Invalid:
        number = 0
    shown = "" if not number else f"{ceiling}+" if number > ceiling else str(number)
    return KeptFilter(line.id, line.name, line.query, f"{url_for('inbox.index')}?{line.query}", shown, here)


def _summary() -> frame_queries.Frame | None:
    """The counters, read once a request."""
    if "frame" not in g:
        person = context.actor_or_none()
        if person is None:
            g.frame = None
        else:
            with context.reading() as session:
                g.frame = frame_queries.frame(session, person.unit_id, context.now())
    found: frame_queries.Frame | None = g.frame
    return found


def _variables() -> dict[str, Any]:
    person = context.actor_or_none()
    return {
        "actor": person,
        "our_office": _summary,
        "rail": lambda: _shown(PLACES),
        "rail_filters": lambda: _shown(FILTERS),
        "kept_filters": kept_filters,
        "rail_admin": lambda: _shown(ADMINISTRATION),
        "last_message": _message,
        "theme": person.theme if person is not None else "auto",
        "single_keys": person is None or person.single_keys,
        "simulated_clock": context.settings().simulated_clock,
    }


def known(endpoint: str) -> bool:
    """True when the endpoint exists in this app."""
    return endpoint in current_app.view_functions


def install(app: Flask) -> None:
    """Offer the frame to every template."""
    app.context_processor(_variables)
    app.jinja_env.globals["may"] = may
