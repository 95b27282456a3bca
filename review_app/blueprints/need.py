"""Mức cần xử lý: what the queue is ordered by, proposed weights to apply or take back, the answers to the weekly blind sample."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.queries import blind_sample as samples
from core.queries import need as queries
from core.services import blind_sample, need_weights
from review_app import context, frame
from review_app.gate import allow_act
from review_app.need_words import PARTS, PLACES

blueprint = Blueprint("need", __name__)


@blueprint.get("/need")
@allow_act("need.read")
def show() -> str:
    """The weights in force beside those proposed, with the trial that speaks for them."""
    person = context.actor()
    with context.reading() as session:
        held = need_weights.present(session, context.desk())
        proposals = queries.proposals(session)
        sample = samples.recent(session, person.unit_id, context.now())
        may_change = need_weights.may_change(session, person.account_id)
    waiting = proposals[0] if proposals and proposals[0].applied_at is None else None
    return render_template(
        "need/show.html",
        held=held,
        proposals=proposals,
        waiting=waiting,
        sample=sample,
        may_change=may_change,
        parts=PARTS,
        places=PLACES,
    )


@blueprint.post("/need/proposals/<int:row_id>/apply")
@allow_act("need.apply")
def apply(row_id: int) -> BaseResponse:
    """Put a proposal in force."""
    need_weights.apply(context.desk(), context.actor(), row_id)
    frame.done(gettext("Đã áp dụng trọng số mới. Trong một giờ các chuyện được xếp lại."))
    return redirect(url_for("need.show"), 303)


@blueprint.post("/need/proposals/<int:row_id>/undo")
@allow_act("need.undo")
def undo(row_id: int) -> BaseResponse:
    """Take the weights in force back."""
    need_weights.undo(context.desk(), context.actor(), row_id)
    frame.done(gettext("Đã dùng lại trọng số trước. Trong một giờ các chuyện được xếp lại."))
    return redirect(url_for("need.show"), 303)


@blueprint.post("/sample/<week>/<int:number>")
@allow_act("sample.answer")
def no_need(week: str, number: int) -> BaseResponse:
    """Không cần xử lý."""
    blind_sample.no_need(context.desk(), context.actor(), week, number)
    frame.done(gettext("Đã ghi: không cần xử lý."))
    return redirect(url_for("today.index", _anchor="sample"), 303)


@blueprint.post("/sample/<week>/<int:number>/undo")
@allow_act("sample.answer")
def undo_sample(week: str, number: int) -> BaseResponse:
    """Take the answer back."""
    blind_sample.undo(context.desk(), context.actor(), week, number)
    frame.done(gettext("Đã hoàn tác."))
    return redirect(url_for("today.index", _anchor="sample"), 303)
