"""Địa bàn: what counts as ours and what does not, as rules that people set, see at work and take back."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Conflict, Invalid
from core.queries import calibration
from core.queries import item as item_queries
from core.queries import localities as queries
from core.services import place_rules
from review_app import context, frame
from review_app.gate import allow_act
from review_app.language import current
from review_app.numbers import is_whole, whole

blueprint = Blueprint("locality", __name__)

#: a preview lists so many items
FIRST = 10


@blueprint.get("/localities")
@allow_act("place.read")
def index() -> str | BaseResponse:
    """The localities of the office; with one only, its page."""
    with context.reading() as session:
        codes = place_rules.reach(session, context.actor())
        rows = queries.overview(session, codes, context.now())
    if len(rows) == 1:
        return redirect(url_for("locality.show", code=rows[0].code), 303)
    return render_template("locality/index.html", rows=rows, days=queries.DAYS)


@blueprint.get("/localities/<code>")
@allow_act("place.read")
def show(code: str) -> str:
    """One locality: counts by band, its rules, items that were put out."""
    with context.reading() as session:
        place_rules.require_locality(session, context.actor(), code)
        page = queries.page(session, code, context.now())
        runs = calibration.history(session, code, context.actor().unit_id)
    return render_template(
        "locality/show.html", page=page, days=queries.DAYS, measured=runs[0] if runs else None
    )


@blueprint.get("/localities/<code>/rule")
@allow_act("place.rule")
def rule(code: str) -> Response:
    """Not our place, or our place after all: which sign tells, and what a rule would change."""
    return _rule_page(
        code,
        whole(request.args["item"]) if is_whole(request.args.get("item")) else 0,
        request.args.get("sign", ""),
        admits=request.args.get("admits") == "yes",
    )


def _rule_page(code: str, item_id: int, value: str, *, admits: bool, problem: str = "") -> Response:
    person = context.actor()
    trial = None
    with context.reading() as session:
        place_rules.require_locality(session, person, code)
        signs = place_rules.signs(session, context.desk(), item_id, code)
        item = item_queries.item(session, item_id, person.unit_id)
        row = queries.overview(session, [code], context.now())[0]
        if value and not problem:
            try:
                trial = place_rules.trial(
                    session, context.desk(), person, code, item_id, value, admits=admits
                )
            except Conflict as error:
                problem = error.message(current())
    html = render_template(
        "locality/rule.html",
        row=row,
        item=item,
        signs=signs,
        value=value,
        admits=admits,
        trial=trial,
        changed=trial.changed if trial else (),
        first=FIRST,
        problem=problem,
    )
    return make_response(html, 400 if problem else 200)


@blueprint.post("/localities/<code>/rule")
@allow_act("place.rule")
def make(code: str) -> Response | BaseResponse:
    """Set the rule that was looked at."""
    item_id = whole(request.form["item"]) if is_whole(request.form.get("item")) else 0
    value, admits = request.form.get("sign", ""), request.form.get("admits") == "yes"
    try:
        done = place_rules.make(context.desk(), context.actor(), code, item_id, value, admits=admits)
    except (Invalid, Conflict) as error:
        return _rule_page(code, item_id, value, admits=admits, problem=error.message(current()))
    frame.done(_said(gettext("Đã đặt quy tắc."), done))
    return redirect(url_for("locality.show", code=code), 303)


@blueprint.post("/localities/<code>/rules/<int:rule_id>/undo")
@allow_act("place.rule_undo")
def undo(code: str, rule_id: int) -> BaseResponse:
    """Take a rule back; what it moved goes back too."""
    done = place_rules.undo(context.desk(), context.actor(), rule_id)
    frame.done(_said(gettext("Đã bỏ quy tắc."), done))
    return redirect(url_for("locality.show", code=code), 303)


@blueprint.post("/localities/<code>/rules/<int:rule_id>/more")
@allow_act("place.rule")
def more(code: str, rule_id: int) -> BaseResponse:
    """Go on with older items."""
    done = place_rules.go_on(context.desk(), context.actor(), rule_id)
    frame.done(_said(gettext("Đã xét tiếp."), done))
    return redirect(url_for("locality.show", code=code), 303)


def _said(what: str, done: place_rules.Applied) -> str:
    moved = ngettext("%(num)s tin đổi nhóm.", "%(num)s tin đổi nhóm.", done.moved)
    rest = gettext("Còn tin cũ hơn chưa xét; bấm Xét tiếp ở dòng quy tắc.") if done.more else ""
    return " ".join(part for part in (what, moved, rest) if part)
