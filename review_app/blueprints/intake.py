"""Nhập tin nhận được: a link, a text, a file or a note of a call, with where and when; and the button for the browser's bar."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid, RuleBroken
from core.queries import intake as queries
from core.services import intake
from review_app import context, frame, times
from review_app.forms.intake import IntakeForm
from review_app.gate import allow_act
from review_app.language import current

blueprint = Blueprint("intake", __name__)

#: how much of a selection the bookmark carries: the address must pass proxies that allow 8 kB, escaped twice by the log-in page
SELECTED = 800
#: nothing is read from the page but what the person selected; nothing is stored until the form is sent
_BOOKMARK = (
    "javascript:(function(){var s=String(window.getSelection()).slice(0,%d),e=encodeURIComponent;"
    "window.open('%s?url='+e(location.href.slice(0,1500))+'&title='+e(document.title.slice(0,200))+'&text='+e(s),'_blank','noopener')})()"
)


@blueprint.route("/intake", methods=["GET", "POST"])
@allow_act("item.receive")
def index() -> Response | BaseResponse:
    """The form; a refusal names each field and keeps what was typed, a known address leads to its item."""
    form = IntakeForm()
    problem, lawful, known = "", "", None
    status = 200
    if request.method == "GET":
        _prefill(form)
    else:
        status = 400
        sound = form.validate_on_submit()
        sound = form.fits(context.settings().max_upload_bytes) and sound
        if form.called() and sound:
            known = _known(form)
            if known is None:
                try:
                    return _receive(form)
                except Invalid as error:
                    form.refuse(error)
                    problem = gettext("Chưa lưu được.") if form.errors else error.message(current())
                except RuleBroken as error:
                    problem, lawful, status = error.message(current()), error.lawful, 409
            else:
                status = 409
    with context.reading() as session:
        mine = queries.requests(session, context.actor().account_id)
    html = render_template(
        "intake/index.html",
        form=form,
        problem=problem,
        lawful=lawful,
        known=known,
        mine=mine,
        file_lost=request.method == "POST" and bool(form.upload.data),
        limit=context.settings().max_upload_bytes,
    )
    return make_response(html, status)


@blueprint.get("/intake/bookmark")
@allow_act("item.receive")
def bookmark() -> str:
    """A button to drag to the browser's bar; it opens our form with the page's address, title and selected words."""
    code = _BOOKMARK % (SELECTED, url_for("intake.index", _external=True))
    return render_template("intake/bookmark.html", code=code)


def _prefill(form: IntakeForm) -> None:
    """What the address brings along; only shown, never stored."""
    form.seen_at.data = f"{times.full_day(context.now())} {times.clock_time(context.now())}"
    form.url.data = request.args.get("url", "")[:2000]
    form.title.data = request.args.get("title", "")[:500]
    form.text.data = request.args.get("text", "")[:5000]
    try:
        form.seen_where.data = (urlsplit(form.url.data).hostname or "")[:200]
    except ValueError:
        form.seen_where.data = ""
    if form.text.data.strip():
        form.kind.data = "text"


def _known(form: IntakeForm) -> queries.KnownItem | None:
    """The item that has this address already; a file is added to it instead of being refused."""
    if (
        not (form.url.data or "").strip()
        or form.kind.data == "phone"
        or (form.kind.data == "file" and form.upload.data)
    ):
        return None
    with context.reading() as session:
        return queries.known(session, form.url.data)


def _receive(form: IntakeForm) -> BaseResponse:
    """Hand it to the service: a link goes to the scheduler, the rest is stored at once."""
    desk, person = context.desk(), context.actor()
    way = str(form.kind.data)
    if way == "link":
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
    upload = form.upload.data if way != "phone" else None
    found = intake.receive(
        desk,
        person,
        intake.ReceivedText(
            url="" if way == "phone" else form.url.data or "",
            title=form.title.data or "",
            text=form.text.data or "",
            seen_where=f"Điện thoại: {(form.place.data or '').strip()}"
            if way == "phone"
            else form.seen_where.data or "",
            seen_at=form.seen_at.moment,
            note=form.note.data or "",
            upload=upload.read() if upload else None,
            upload_name=upload.filename or "" if upload else "",
            way={"file": "file", "phone": "phone"}.get(way, "hand"),
        ),
    )
    if found.known and upload:
        frame.done(gettext("Đã có tin này từ trước; tệp đã được thêm vào tin ấy."))
    elif found.known:
        frame.done(gettext("Đã có tin này từ trước, không lưu thêm bản trùng."))
    else:
        frame.done(gettext("Đã lưu tin nhận được."))
    return redirect(url_for("story.item", item_id=found.item_id), 303)
