"""Hộp tin: list, filters as form controls, search, tags for many at once."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid, LamroError
from core.finding import SearchPage
from core.queries import inbox as queries
from core.queries import saved_filters as filter_queries
from core.queries.frame import watched
from core.rules.vocabulary import Tag
from core.services import saved_filters, searching, triage
from review_app import context, frame, inbox_filters, words
from review_app.gate import allow_act, local_path
from review_app.language import both, current
from review_app.numbers import is_whole

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox")
@allow_act("item.search")
def index() -> Response:
    """The list."""
    return _page("")


def _page(refused: str, name: str = "") -> Response:
    """The list; ``refused`` says why a filter was not kept under ``name``."""
    args = request.args if request.method == "GET" else inbox_filters.read(request.form.get("query", ""))
    wish, searched = inbox_filters.wanted(args), inbox_filters.words_of(args)
    banner, problem = "", ""
    found: queries.Searched | None = None
    if searched:
        try:
            found, answer = inbox_filters.search(searched, wish, queries.CEILING)
            banner = both(answer.banner, answer.banner_en)
        except Invalid as error:
            problem = error.message(current())
            found = queries.Searched((), False, None)
    listing = _listing(wish, searched, found) if not problem else _read(wish, found, None)
    html = render_template(
        "inbox/index.html",
        listing=listing,
        wish=wish,
        searched=searched,
        banner=banner,
        problem=problem,
        address=lambda **changes: inbox_filters.address(wish, searched, **changes),
        here=inbox_filters.address(wish, searched, page=wish.page, upto=wish.upto),
        kept=inbox_filters.kept(wish, searched),
        refused=refused,
        filter_name=name,
        days=inbox_filters.DAYS,
    )
    return make_response(html, 400 if problem or refused else 200)


def _listing(wish: queries.Wanted, searched: str, found: queries.Searched | None) -> queries.Listing:
    """The list; one that is too long for the store to count is counted by the index, where that means the same."""
    office = context.actor().unit_id
    with context.reading() as session:
        codes = list(watched(session, office))
        long = queries.is_long(session, office, codes, wish, context.now(), found)
    listing = None if long else _read(wish, found, None)
    if listing is not None and not listing.capped:
        return listing
    counted = None
    if queries.index_counts(wish):
        filters = queries.filters(wish, office, codes, context.now())
        counted = searching.counted(context.desk(), context.actor(), searched, filters)
    return listing if counted is None and listing is not None else _read(wish, found, counted)


def _read(
    wish: queries.Wanted, found: queries.Searched | None, counted: SearchPage | None
) -> queries.Listing:
    with context.reading() as session:
        return queries.listing(
            session,
            context.actor().unit_id,
            wish,
            context.now(),
            language=current(),
            searched=found,
            counted=counted,
        )


@blueprint.post("/inbox/filters")
@allow_act("filter.save")
def save_filter() -> Response | BaseResponse:
    """Keep the list as it stands under a name, for the whole office."""
    name = request.form.get("name", "")
    args = inbox_filters.read(request.form.get("query", ""))
    query = inbox_filters.kept(inbox_filters.wanted(args), inbox_filters.words_of(args))
    try:
        saved_filters.save(context.desk(), context.actor(), name, query)
    except Invalid as error:
        return _page(error.message(current()), name)
    frame.done(gettext("Đã lưu bộ lọc “%(name)s” cho cả cơ quan.", name=" ".join(name.split())))
    return redirect(url_for("inbox.index") + "?" + query, 303)


@blueprint.get("/inbox/filters")
@allow_act("filter.save")
def filters() -> str:
    """The office's saved filters with what they hold now, and their alerts."""
    with context.reading() as session:
        saved = {line.id: line for line in filter_queries.of_unit(session, context.actor().unit_id)}
    rows = [(line, saved[line.id]) for line in frame.kept_filters() if line.id in saved]
    return render_template("inbox/filters.html", rows=rows, most=saved_filters.MAX_FILTERS)


@blueprint.post("/inbox/filters/<int:filter_id>/alert")
@allow_act("filter.alert")
def alert_filter(filter_id: int) -> BaseResponse:
    """Switch the alert of a filter on or off."""
    on = request.form.get("on") == "1"
    name = saved_filters.set_alert(context.desk(), context.actor(), filter_id, on=on)
    frame.done(
        gettext("Sẽ báo khi có tin mới khớp “%(name)s”.", name=name)
        if on
        else gettext("Thôi báo tin mới của “%(name)s”.", name=name)
    )
    return redirect(url_for("inbox.filters"), 303)


@blueprint.post("/inbox/filters/<int:filter_id>/remove")
@allow_act("filter.remove")
def remove_filter(filter_id: int) -> BaseResponse:
    """Drop a kept filter; the list it opened stays on screen, so that it can be kept again."""
    name = saved_filters.remove(context.desk(), context.actor(), filter_id)
    frame.done(gettext("Đã bỏ bộ lọc “%(name)s”. Có thể lưu lại từ trang này.", name=name))
    return redirect(local_path(request.form.get("next"), url_for("inbox.index")), 303)


@blueprint.post("/inbox/tag")
@allow_act("story.tag")
def tag() -> BaseResponse:
    """One tag for the chosen rows. Each story is an act of its own; those that somebody changed meanwhile are left and named."""
    back = local_path(request.form.get("next"), url_for("inbox.index"))
    chosen = dict.fromkeys(value for value in request.form.getlist("story"))
    pairs = [
        (int(a), int(b))
        for a, _, b in (value.partition(":") for value in chosen)
        if is_whole(a) and is_whole(b)
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
