"""The filters of the inbox as the address carries them, and as the rail's saved filters keep them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from flask import url_for
from werkzeug.datastructures import MultiDict

from core.finding import SortOrder
from core.queries import inbox as queries
from core.queries.frame import watched
from core.rules.vocabulary import Tag
from core.services import searching
from review_app import context
from review_app.numbers import whole

THREE = ("handled", "named", "foreign", "copies")
#: what a box of "holds a claim" may say; both, like none, is no condition
CLAIM = ("with", "without")
SORTS: tuple[SortOrder, ...] = ("newest", "published", "need")
#: 0 is any time
DAYS = (1, 7, 30, 90, 365, 0)


def plain_of(words_searched: str) -> queries.Wanted:
    """The filters that need not stand in the address."""
    return queries.SEARCH if words_searched.strip() else queries.Wanted()


def wanted(args: MultiDict[str, str]) -> queries.Wanted:
    """The filters of the address; anything that is not a filter value is left out.

    A search begins with everything that is stored, the list with what waits for a tag.
    """
    plain = plain_of(args.get("q", ""))

    def three(name: str, default: str) -> str:
        value = args.get(name, default)
        return value if value in {"", "with", "without"} else default

    def several(name: str, known: set[str] | None) -> tuple[str, ...]:
        values = dict.fromkeys(value for value in args.getlist(name) if value and len(value) <= 80)
        return tuple(value for value in values if known is None or value in known)[:50]

    def figure(name: str, default: int) -> int:
        return whole(args.get(name), default)

    days = figure("days", plain.days)
    claim = set(several("claim", set(CLAIM)))
    return queries.Wanted(
        handled=three("handled", plain.handled),
        named=three("named", plain.named),
        foreign=three("foreign", ""),
        copies=three("copies", ""),
        band=args.get("band", "") if args.get("band", "") in {"in", "check"} else "",
        kinds=several("kind", set(queries.KINDS)),
        languages=several("language", None),
        tags=several("tag", {"none", *Tag}),
        localities=several("locality", None),
        sources=several("source", None),
        claim=claim.pop() if len(claim) == 1 else "",
        reach=min(max(queries.REACH), figure("reach", 0)),
        story=figure("story", 0) or None,
        days=days if days in DAYS else plain.days,
        sort=args.get("sort", "newest") if args.get("sort") in SORTS else "newest",
        page=min(100, figure("page", 1)),
        upto=figure("upto", 0) or None,
    )


def address(wish: queries.Wanted, words_searched: str = "", **changes: Any) -> str:
    """The address of the list with some filters changed."""
    wish = replace(wish, **{"page": 1, "upto": None, **changes})
    plain = plain_of(words_searched)
    values: dict[str, Any] = {"q": words_searched or None}
    for name in (*THREE, "band", "claim", "reach", "days", "sort", "page", "story", "upto"):
        if getattr(wish, name) != getattr(plain, name):
            values[name] = getattr(wish, name)
    for name, several in (
        ("kind", "kinds"),
        ("language", "languages"),
        ("tag", "tags"),
        ("locality", "localities"),
        ("source", "sources"),
    ):
        values[name] = list(getattr(wish, several)) or None
    return url_for("inbox.index", **values)


def words_of(args: MultiDict[str, str]) -> str:
    """The words searched for, "" for none."""
    return " ".join(args.get("q", "").split())[:500]


def read(query: str) -> MultiDict[str, str]:
    """A kept query string as an address gives it; anything that is not one is empty."""
    return MultiDict(parse_qsl(query[:2000], keep_blank_values=True))


def asked(query: str) -> tuple[queries.Wanted, str]:
    """What a kept query string asks for: filters and words."""
    args = read(query)
    return wanted(args), words_of(args)


def kept(wish: queries.Wanted, words_searched: str) -> str:
    """The query string that opens this list again, from its first page."""
    return address(wish, words_searched).partition("?")[2]


def search(
    words_searched: str, wish: queries.Wanted, limit: int
) -> tuple[queries.Searched, searching.Matches]:
    """What the index finds for the words under the filters. Raises :class:`core.errors.Invalid` for a query that cannot be read."""
    with context.reading() as session:
        names = watched(session, context.actor().unit_id)
    sort: SortOrder = "newest"
    for known in SORTS:
        if wish.sort == known:
            sort = known
    found = searching.matches(
        context.desk(),
        context.actor(),
        words_searched,
        queries.filters(wish, context.actor().unit_id, list(names), context.now()),
        sort=sort,
        limit=limit,
        at_most=limit,
    )
    return queries.Searched(found.ids, found.total > len(found.ids), found.node), found
