"""Nguồn tin: the list, one source with its runs, "đọc ngay", adding and changing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from core.clock import VIETNAM
from core.errors import Invalid, NotFound
from core.queries import catalogue as catalogue_queries
from core.queries import reading as reading_queries
from core.queries import source_runs
from core.queries import sources as queries
from core.queries.frame import watched
from core.queries.place_names import place_names
from core.queries.source_preview import source_preview
from core.rules.search_queries import PlaceNames, search_queries
from core.services import crawl_requests, crawl_stop, sources
from review_app import context, frame
from review_app.blueprints.story import version_of
from review_app.forms.source import SourceForm, source_form
from review_app.gate import allow_act, local_path
from review_app.kind_words import kind_words
from review_app.language import current

blueprint = Blueprint("sources", __name__)

GROUPS = ("broken", "silent", "working", "off")

#: the fields that the catalogue may offer anew
FIELD_NAMES = {
    "name": lazy_gettext("Tên nguồn"),
    "kind": lazy_gettext("Loại"),
    "url": lazy_gettext("Địa chỉ"),
    "language": lazy_gettext("Ngôn ngữ"),
    "country": lazy_gettext("Nước"),
    "domestic": lazy_gettext("Nguồn trong nước"),
    "social": lazy_gettext("Mạng xã hội công khai"),
    "reach_tier": lazy_gettext("Tầm lan truyền"),
    "locality": lazy_gettext("Mã địa bàn của nguồn"),
    "rules": lazy_gettext("Thiết đặt riêng"),
}


@blueprint.get("/sources")
@allow_act("source.read")
def index() -> str:
    """The list, broken first."""
    only = request.args.get("group", "")
    with context.reading() as session:
        listing = queries.listing(session, context.now())
        now_read = reading_queries.reading(session, context.now())
    return render_template(
        "sources/index.html", listing=listing, only=only if only in GROUPS else "", now_read=now_read
    )


@blueprint.get("/sources/_reading")
@allow_act("source.read")
def reading() -> str:
    """What is being read now, as a part of the list's page."""
    with context.reading() as session:
        now_read = reading_queries.reading(session, context.now())
    return render_template("sources/reading.html", now_read=now_read)


@blueprint.get("/sources/<source_id>/runs/<int:run_id>")
@allow_act("source.read")
def run(source_id: str, run_id: int) -> str:
    """One reading: what it brought, what was held back, what failed."""
    with context.reading() as session:
        found = source_runs.run_page(session, source_id, run_id, context.now())
    return render_template("sources/run.html", found=found, run=found.run)


@blueprint.get("/sources/<source_id>/latest")
@allow_act("source.read")
def latest(source_id: str) -> str:
    """How the last reading of a source stands, as a part of its page."""
    with context.reading() as session:
        last = reading_queries.latest(session, source_id)
    return render_template(
        "sources/latest.html", last=last, source_id=source_id, fresh=reading_queries.FRESH, fragment=True
    )


@blueprint.post("/sources/_stop/<int:run_id>")
@allow_act("source.end_reading")
def stop(run_id: int) -> BaseResponse:
    """Dừng lần đọc này: whoever reads the source leaves it within a second or two."""
    source_id = crawl_stop.ask(context.desk(), context.actor(), run_id)
    frame.done(gettext("Đã yêu cầu dừng lần đọc này. Tin đọc được trước đó vẫn giữ."))
    return redirect(local_path(request.form.get("next"), url_for("sources.show", source_id=source_id)), 303)


@blueprint.get("/sources/<source_id>")
@allow_act("source.read")
def show(source_id: str) -> str:
    """One source with its runs."""
    with context.reading() as session:
        page = queries.show(session, source_id, context.now())
        offer = catalogue_queries.offer(session, context.desk().catalogue(), source_id)
        last = reading_queries.latest(session, source_id)
        number = request.args.get("page", "1")
        runs = source_runs.run_list(
            session, source_id, int(number) if number.isdigit() and len(number) < 6 else 1
        )
    return render_template(
        "sources/show.html",
        runs=runs,
        page=page,
        source=page.source,
        source_id=source_id,
        offer=offer,
        field_names=FIELD_NAMES,
        last=last,
        fresh=reading_queries.FRESH,
        fragment=False,
    )


@blueprint.post("/sources/<source_id>/crawl")
@allow_act("source.crawl")
def crawl_now(source_id: str) -> BaseResponse:
    """Đọc ngay: a request that the scheduler takes within a second."""
    crawl_requests.request_crawl(context.desk(), context.actor(), source_id)
    frame.done(gettext("Đã yêu cầu đọc nguồn này."))
    return redirect(local_path(request.form.get("next"), url_for("sources.show", source_id=source_id)), 303)


@blueprint.post("/sources/<source_id>/enabled")
@allow_act("source.set_enabled")
def enabled(source_id: str) -> BaseResponse:
    """Switch a source on or off."""
    wanted = request.form.get("enabled") == "yes"
    sources.set_enabled(context.desk(), context.actor(), source_id, wanted, version=version_of(request.form))
    frame.done(
        gettext("Đã bật nguồn này; máy đọc ngay.") if wanted else gettext("Đã tắt nguồn này. Tin cũ vẫn giữ.")
    )
    return redirect(url_for("sources.show", source_id=source_id), 303)


@blueprint.route("/sources/_add", methods=["GET", "POST"])
@allow_act("source.add")
def add() -> Response | BaseResponse:
    """Add a source; it is read at once."""
    begun = _of_entry(request.args.get("entry", "")) or {"kind": request.args.get("kind", "feed")}
    form = _form(begun)
    problem = ""
    if _is_saving() and form.validate():
        source_id = (form.id.data or "").strip() or source_id_of(form.name.data)
        try:
            sources.add_source(context.desk(), context.actor(), _new(form, source_id))
        except Invalid as error:
            problem = _refused(form, error)
        else:
            frame.done(gettext("Đã thêm nguồn. Máy đọc thử ngay."))
            return redirect(url_for("sources.show", source_id=source_id), 303)
    return _page(form, problem, None)


@blueprint.route("/sources/<source_id>/edit", methods=["GET", "POST"])
@allow_act("source.edit")
def edit(source_id: str) -> Response | BaseResponse:
    """Change a source."""
    with context.reading() as session:
        row = queries.show(session, source_id, context.now()).source
    form = _form({part.name: getattr(row, part.name) for part in fields(row)} | {"rules": dict(row.rules)})
    problem = ""
    if _is_saving() and form.validate():
        try:
            sources.edit_source(
                context.desk(), context.actor(), source_id, version_of(request.form), _new(form, row)
            )
        except Invalid as error:
            problem = _refused(form, error)
        else:
            frame.done(gettext("Đã lưu nguồn."))
            return redirect(url_for("sources.show", source_id=source_id), 303)
    return _page(form, problem, row)


@blueprint.get("/sources/_preview/<int:request_id>")
@allow_act("source.add")
def preview(request_id: int) -> str:
    """How a try of a source stands, as a part of the form's page."""
    with context.reading() as session:
        tried = source_preview(session, request_id, context.actor().account_id)
    return render_template("sources/preview.html", tried=tried)


def _form(begun: dict[str, Any]) -> SourceForm:
    """The form as posted, with the settings of the kind that was chosen; at first with what it begins with."""
    posted = request.method == "POST"
    kind = request.form.get("kind", "") if posted else str(begun.get("kind", ""))
    return source_form(context.desk().kinds, kind, None if posted else begun)


def _is_saving() -> bool:
    """True for the button that saves; the others of the form look, and change nothing."""
    return request.method == "POST" and request.form.get("do", "save") == "save"


def _refused(form: SourceForm, error: Invalid) -> str:
    form.refuse(error)
    return error.message(current())


def _page(form: SourceForm, problem: str, row: queries.SourceRow | None) -> Response:
    """The form's page: after another kind was chosen, with a try that was asked for, or with what is wrong."""
    do = request.form.get("do", "save")
    asked = request.form.get("preview", "")
    number = int(asked) if asked.isdigit() and len(asked) < 15 else 0
    if request.method == "POST" and do == "preview":
        number = 0
        form.try_only()
        if form.validate():
            try:
                number = crawl_requests.request_preview(
                    context.desk(), context.actor(), _new(form, row or "xem-thu")
                )
            except Invalid as error:
                problem = _refused(form, error)
    tried = None
    if number:
        with context.reading() as session:
            try:
                tried = source_preview(session, number, context.actor().account_id)
            except NotFound as error:
                problem = problem or error.message(current())
    if tried is not None and tried.title and do in {"name", "look"} and not (form.name.data or "").strip():
        form.name.data = tried.title
    html = render_template(
        "sources/form.html",
        form=form,
        problem=problem,
        source=row,
        words=kind_words(form.kind.data),
        tried=tried,
    )
    return make_response(html, 400 if problem or form.errors else 200)


def _of_entry(entry_id: str) -> dict[str, Any] | None:
    """What the form begins with when it comes from the catalogue: a search for our own name is filled in, other blanks are left."""
    desk = context.desk()
    entry = next((entry for entry in desk.catalogue() if entry.id == entry_id and entry.readable), None)
    if entry is None:
        return None
    ours = _words_of_ours(entry.language or "vi") if "query" in entry.blanks else ""
    return {
        **entry.values(),
        "locality": entry.province,
        "url": entry.url.replace("{query}", quote(ours) if entry.url.startswith("http") else ours)
        if ours
        else entry.url,
        "interval_minutes": entry.interval_minutes,
    }


def _words_of_ours(language: str) -> str:
    """The words under which a search engine finds the first locality that this office watches; "" when nothing is sure."""
    with context.reading() as session:
        codes = list(watched(session, context.actor().unit_id))
        day = context.now().astimezone(VIETNAM).date()
        names = place_names(session, codes[0], day) if codes else None
    if names is None:
        # Nothing was imported yet: the analyst reads by the shipped table until then.
        full, _, above = (context.desk().analyst.unit_name(codes[0]) if codes else "").partition(", ")
        if not full:
            return ""
        parent = above.removeprefix("thành phố ").removeprefix("tỉnh ")
        names = PlaceNames(full=full, bare=full.partition(" ")[2], parent=parent)
    found = search_queries(names, (language,))
    return found[0].words if found else ""


def _new(form: SourceForm, was: str | queries.SourceRow) -> sources.NewSource:
    """What the form says; of a source that exists, what the form does not show stays."""
    before = was if isinstance(was, queries.SourceRow) else None
    same_side = before is not None and before.domestic == form.domestic.data
    return sources.NewSource(
        id=was if isinstance(was, str) else was.id,
        name=(form.name.data or "").strip(),
        kind=form.kind.data,
        url=form.url.data.strip(),
        language=form.language.data,
        country=before.country if before is not None and same_side else "VN" if form.domestic.data else "",
        domestic=form.domestic.data,
        social=form.social.data,
        reach_tier=form.reach_tier.data,
        locality=(form.locality.data or "").strip() or None,
        rules=form.rules(),
        enabled=before is None or before.enabled,
        interval_minutes=form.interval_minutes.data,
        interval_fixed=form.interval_fixed.data,
        poll_least_minutes=form.poll_least_minutes.data,
        poll_most_minutes=form.poll_most_minutes.data,
        expected_hours=form.expected_hours.data or 0,
        own_portal=form.own_portal.data,
    )


def source_id_of(name: str) -> str:
    """A code out of a name: "Báo Cửa Biển" gives bao-cua-bien."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return (
        re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")[:60]
        or "nguon"
    )
