"""Hộp tin: list, filters as form controls, search, tags for many at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid, LamroError
from core.queries import inbox as queries
from core.queries.frame import watched
from core.rules.vocabulary import Tag
from core.services import searching, triage
from review_app import context, frame, words
from review_app.gate import allow_act, local_path
from review_app.language import both, current

blueprint = Blueprint("inbox", __name__)

THREE = ("handled", "named", "foreign", "copies")
SORTS = ("newest", "published", "need")
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

    def whole(name: str, default: int) -> int:
        value = args.get(name, "")
        return int(value) if value.isdigit() and len(value) < 10 else default

    days = whole("days", plain.days)
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
        story=whole("story", 0) or None,
        days=days if days in DAYS else plain.days,
        sort=args.get("sort", "newest") if args.get("sort") in SORTS else "newest",
        page=min(100, whole("page", 1)),
    )


def address(wish: queries.Wanted, words_searched: str = "", **changes: Any) -> str:
    """The address of the list with some filters changed."""
    wish = replace(wish, **{"page": 1, **changes})
    plain = plain_of(words_searched)
    values: dict[str, Any] = {"q": words_searched or None}
    for name in (*THREE, "band", "days", "sort", "page", "story"):
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


@blueprint.get("/inbox")
@allow_act("item.search")
def index() -> Response:
    """The list."""
    person = context.actor()
    wish = wanted(request.args)
    searched = " ".join(request.args.get("q", "").split())[:500]
    banner, problem = "", ""
    found: queries.Searched | None = None
    if searched:
        try:
            found, banner = _search(searched, wish)
        except Invalid as error:
            problem = error.message(current())
            found = queries.Searched((), False, None)
    with context.reading() as session:
        listing = queries.listing(
            session, person.unit_id, wish, context.now(), language=current(), searched=found
        )
    html = render_template(
        "inbox/index.html",
        listing=listing,
        wish=wish,
        searched=searched,
        banner=banner,
        problem=problem,
        address=lambda **changes: address(wish, searched, **changes),
        here=address(wish, searched, page=wish.page),
        days=DAYS,
    )
    return make_response(html, 400 if problem else 200)


def _search(searched: str, wish: queries.Wanted) -> tuple[queries.Searched, str]:
    """What the index finds, as many as the list looks at; the banner says when the index is away."""
    with context.reading() as session:
        names = watched(session, context.actor().unit_id)
    sort: Any = wish.sort
    found = searching.matches(
        context.desk(),
        context.actor(),
        searched,
        queries.filters(wish, list(names), context.now()),
        sort=sort,
        limit=queries.CEILING,
    )
    more = found.total > len(found.ids)
    return queries.Searched(found.ids, more, found.node), both(found.banner, found.banner_en)


@blueprint.post("/inbox/tag")
@allow_act("story.tag")
def tag() -> BaseResponse:
    """One tag for the chosen rows. Each story is an act of its own; those that somebody changed meanwhile are left and named."""
    back = local_path(request.form.get("next"), url_for("inbox.index"))
    chosen = dict.fromkeys(value for value in request.form.getlist("story"))
    pairs = [
        (int(a), int(b))
        for a, _, b in (value.partition(":") for value in chosen)
        if a.isdigit() and b.isdigit()
    ]
    if not pairs or request.form.get("tag") not in set(Tag) - {Tag.SUSPECTED}:
        frame.done(gettext("Chưa chọn tin nào. Đánh dấu ô ở đầu hàng rồi bấm nhãn."))
        return redirect(back, 303)
    wish = Tag(request.form["tag"])
    events, refused = [], ""
    for story_id, version in pairs[: queries.PAGE]:
        try:
            events.append(triage.tag(context.desk(), context.actor(), story_id, version, wish).event_id)
        except LamroError as error:
            refused = error.message(current())
    said = ngettext(
        "Đã gắn %(tag)s cho %(num)s chuyện.",
        "Đã gắn %(tag)s cho %(num)s chuyện.",
        len(events),
        tag=words.TAGS[wish].label,
    )
    left = min(len(pairs), queries.PAGE) - len(events)
    if left:
        said += (
            " "
            + ngettext("%(num)s chuyện chưa gắn được:", "%(num)s chuyện chưa gắn được:", left)
            + " "
            + refused
        )
    frame.done(said, tuple(events))
    return redirect(back, 303)
