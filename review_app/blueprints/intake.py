"""Nhập tin nhận được: one form for a link or a text, with where and when it was seen."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.queries import intake as queries
from core.services import intake
from review_app import context, frame, times
from review_app.forms.intake import IntakeForm
from review_app.gate import allow_act
from review_app.language import current

blueprint = Blueprint("intake", __name__)


@blueprint.route("/intake", methods=["GET", "POST"])
@allow_act("item.receive")
def index() -> Response | BaseResponse:
    """The form; a refusal names each field and keeps what was typed."""
    form = IntakeForm()
    problem = ""
    if request.method == "GET":
        form.seen_at.data = f"{times.full_day(context.now())} {times.clock_time(context.now())}"
        form.url.data = request.args.get("url", "")[:2000]
    elif form.validate_on_submit():
        try:
            return _receive(form)
        except Invalid as error:
            form.refuse(error)
            problem = gettext("Chưa lưu được.") if form.errors else error.message(current())
    with context.reading() as session:
        mine = queries.requests(session, context.actor().account_id)
    html = render_template("intake/index.html", form=form, problem=problem, mine=mine)
    return make_response(html, 400 if form.errors or problem else 200)


def _receive(form: IntakeForm) -> BaseResponse:
    """Hand it to the service: a link goes to the scheduler, a text is stored at once."""
    desk, person = context.desk(), context.actor()
    if form.kind.data == "link":
        intake.receive_link(
            desk,
            person,
            form.url.data or "",
            form.seen_where.data or "",
            form.seen_at.moment,
            form.note.data or "",
        )
        frame.done(gettext("Đã nhận đường dẫn. Máy đọc trang trong ít giây; kết quả hiện ở danh sách dưới."))
        return redirect(url_for("intake.index") + "#mine", 303)
    upload = form.upload.data
    item_id = intake.receive_text(
        desk,
        person,
        intake.ReceivedText(
            url=form.url.data or "",
            title=form.title.data or "",
            text=form.text.data or "",
            seen_where=form.seen_where.data or "",
            seen_at=form.seen_at.moment,
            note=form.note.data or "",
            upload=upload.read() if upload else None,
            upload_name=upload.filename or "" if upload else "",
        ),
    )
    frame.done(gettext("Đã lưu tin nhận được."))
    return redirect(url_for("story.item", item_id=item_id), 303)
