"""Nguồn tin: the list, one source with its runs, "đọc ngay", adding and changing."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.queries import catalogue as catalogue_queries
from core.queries import reading as reading_queries
from core.queries import sources as queries
from core.queries.frame import watched
from core.services import crawl_requests, crawl_stop, sources
from review_app import context, frame
from review_app.blueprints.story import version_of
from review_app.forms.source import SourceForm
from review_app.gate import allow_act, local_path
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
    "rules": lazy_gettext("Cách đọc trang chuyên mục"),
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
    return render_template(
        "sources/show.html",
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
    form = SourceForm(data=_of_entry(request.args.get("entry", "")) if request.method == "GET" else None)
    problem = ""
    if form.validate_on_submit():
        source_id = (form.id.data or "").strip() or source_id_of(form.name.data)
        try:
            sources.add_source(context.desk(), context.actor(), _new(form, source_id))
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
        else:
            frame.done(gettext("Đã thêm nguồn. Máy đọc lần đầu trong ít giây."))
            return redirect(url_for("sources.show", source_id=source_id), 303)
    html = render_template("sources/form.html", form=form, problem=problem, source=None)
    return make_response(html, 400 if form.is_submitted() else 200)


@blueprint.route("/sources/<source_id>/edit", methods=["GET", "POST"])
@allow_act("source.edit")
def edit(source_id: str) -> Response | BaseResponse:
    """Change a source."""
    with context.reading() as session:
        row = queries.show(session, source_id, context.now()).source
    rules = dict(row.rules)
    form = SourceForm(
        obj=row if request.method == "GET" else None,
        data={"link_css": rules.get("link_css", ""), "link_pattern": rules.get("link_pattern", "")}
        if request.method == "GET"
        else None,
    )
    problem = ""
    if form.validate_on_submit():
        try:
            sources.edit_source(
                context.desk(), context.actor(), source_id, version_of(request.form), _new(form, row, rules)
            )
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
        else:
            frame.done(gettext("Đã lưu nguồn."))
            return redirect(url_for("sources.show", source_id=source_id), 303)
    html = render_template("sources/form.html", form=form, problem=problem, source=row)
    return make_response(html, 400 if form.is_submitted() else 200)


def _of_entry(entry_id: str) -> dict[str, Any] | None:
    """What the form begins with when it comes from the catalogue: a search for our own name is filled in, other blanks are left."""
    desk = context.desk()
    entry = next((entry for entry in desk.catalogue() if entry.id == entry_id and entry.readable), None)
    if entry is None:
        return None
    with context.reading() as session:
        codes = list(watched(session, context.actor().unit_id))
    # The press writes "Hải Phòng", seldom "thành phố Hải Phòng".
    commune, _, province = (desk.analyst.unit_name(codes[0]) if codes else "").partition(", ")
    names = [commune, province.removeprefix("thành phố ").removeprefix("tỉnh ")]
    ours = " ".join(f'"{name}"' for name in names if name)
    return {
        **entry.values(),
        "url": entry.url.replace("{query}", quote(ours)) if ours else entry.url,
        "interval_minutes": entry.interval_minutes,
        "link_css": str(entry.rules.get("link_css", "")),
        "link_pattern": str(entry.rules.get("link_pattern", "")),
    }


def _new(
    form: SourceForm, was: str | queries.SourceRow, rules: dict[str, str] | None = None
) -> sources.NewSource:
    """What the form says; of a source that exists, what the form does not show stays."""
    before = was if isinstance(was, queries.SourceRow) else None
    same_side = before is not None and before.domestic == form.domestic.data
    found = {
        **(rules or {}),
        "link_css": form.link_css.data or "",
        "link_pattern": form.link_pattern.data or "",
    }
    return sources.NewSource(
        id=was if isinstance(was, str) else was.id,
        name=form.name.data.strip(),
        kind=form.kind.data,
        url=form.url.data.strip(),
        language=form.language.data,
        country=before.country if before is not None and same_side else "VN" if form.domestic.data else "",
        domestic=form.domestic.data,
        social=form.social.data,
        reach_tier=form.reach_tier.data,
        locality=(form.locality.data or "").strip() or None,
        rules={key: value for key, value in found.items() if value},
        enabled=before is None or before.enabled,
        interval_minutes=form.interval_minutes.data,
    )


def source_id_of(name: str) -> str:
    """A code out of a name: "Báo Cửa Biển" gives bao-cua-bien."""
    plain = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return (
        re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")[:60]
        or "nguon"
    )
