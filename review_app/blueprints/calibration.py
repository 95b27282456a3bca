"""Đo độ đúng bằng hai mươi câu: yes or no to each, the figures for this locality, and what to do about them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Conflict, Invalid
from core.queries import calibration as queries
from core.queries import localities
from core.rules.calibration import GOAL_PRECISION, GOAL_RECALL
from core.services import calibration, place_rules
from review_app import context, frame
from review_app.gate import allow_act
from review_app.language import current
from review_app.numbers import whole

blueprint = Blueprint("calibration", __name__)


@blueprint.get("/localities/<code>/calibration")
@allow_act("place.calibrate")
def show(code: str) -> str | BaseResponse:
    """What a run is, the runs so far; an open one goes on where it stopped."""
    person = context.actor()
    with context.reading() as session:
        place_rules.require_locality(session, person, code)
        row = localities.overview(session, [code], context.now())[0]
        waiting = queries.open_run(session, code, person.unit_id)
        runs = queries.history(session, code, person.unit_id)
    return render_template("locality/calibrate.html", row=row, waiting=waiting, runs=runs)


@blueprint.post("/localities/<code>/calibration")
@allow_act("place.calibrate")
def begin(code: str) -> BaseResponse:
    """Draw twenty hits, or go on with the open run."""
    run_id = calibration.begin(context.desk(), context.actor(), code)
    return redirect(url_for("calibration.ask", run_id=run_id), 303)


@blueprint.get("/calibrations/<int:run_id>")
@allow_act("place.calibrate")
def ask(run_id: int) -> str:
    """The next hit of a run, or its result."""
    person = context.actor()
    with context.reading() as session:
        run = queries.run(session, run_id, person.unit_id)
        row = localities.overview(session, [run.locality], context.now())[0]
        runs = queries.history(session, run.locality, person.unit_id) if run.figures else ()
    before = next((one for one in runs if one.id < run_id), None)
    return render_template(
        "locality/calibration.html",
        run=run,
        row=row,
        before=before,
        goal_precision=GOAL_PRECISION,
        goal_recall=GOAL_RECALL,
    )


@blueprint.post("/calibrations/<int:run_id>")
@allow_act("place.calibrate")
def answer(run_id: int) -> BaseResponse:
    """Đúng · Không phải."""
    word = request.form.get("ours", "")
    if word not in {"yes", "no"}:
        raise Invalid("Chưa chọn câu trả lời. Bấm một trong hai nút.", "No answer was chosen.")
    number = whole(request.form.get("number"))
    try:
        calibration.answer(context.desk(), context.actor(), run_id, number, ours=word == "yes")
    except Conflict as error:
        # Pressed twice, or in two windows: the first answer stands, and the next question follows.
        frame.done(error.message(current()))
    return redirect(url_for("calibration.ask", run_id=run_id), 303)


@blueprint.post("/calibrations/<int:run_id>/undo")
@allow_act("place.calibrate")
def undo(run_id: int) -> BaseResponse:
    """Take the last answer back."""
    number = calibration.undo(context.desk(), context.actor(), run_id)
    if number:
        frame.done(gettext("Đã hoàn tác câu trả lời trước."))
    return redirect(url_for("calibration.ask", run_id=run_id), 303)
