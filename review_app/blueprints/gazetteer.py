"""Tên gọi địa bàn: what a locality is and was called, where it comes from, which words are not it; corrected by administrators."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.clock import VIETNAM
from core.errors import Conflict, Invalid
from core.queries import accounts as people
from core.queries import gazetteer as offers
from core.queries import locality as queries
from core.services import gazetteer_add, gazetteer_edit, name_preview
from review_app import context, frame, gazetteer_words
from review_app.blueprints.story import version_of
from review_app.forms.gazetteer import CorrectForm, NameForm, OldForm, UnitForm, shown
from review_app.gate import allow_act
from review_app.language import current
from review_app.numbers import is_whole, whole

blueprint = Blueprint("gazetteer", __name__)


def _today() -> date:
    return context.now().astimezone(VIETNAM).date()


@blueprint.get("/gazetteer")
@allow_act("gazetteer.read")
def index() -> Response:
    """Watched localities, any unit by name or code, and what is shipped otherwise than the office has it."""
    return _index(UnitForm(formdata=None))


def _index(form: UnitForm, problem: str = "") -> Response:
    words = request.args.get("q", "")[:100]
    person = context.actor()
    with context.reading() as session:
        html = render_template(
            "gazetteer/index.html",
            q=words,
            found=queries.suggestions(session, words) if words.strip() else None,
            watched=queries.watched(
                session, {person.unit_id, *people.administered(session, person.account_id)}
            ),
            offers=offers.offers(session),
            fields=gazetteer_words.FIELDS,
            editable=gazetteer_edit.reach(session, person),
            revision=offers.revision(session),
            form=form,
            problem=problem,
        )
    return make_response(html, 400 if problem else 200)


@blueprint.post("/gazetteer")
@allow_act("gazetteer.edit")
def add_unit() -> Response | BaseResponse:
    """Add a unit of today."""
    form = UnitForm()
    if not form.validate():
        return _index(form, gettext("Chưa lưu được đơn vị."))
    try:
        unit_id = gazetteer_add.add_today(context.desk(), context.actor(), form.given())
    except Invalid as error:
        form.refuse(error)
        return _index(form, error.message(current()))
    frame.done(gettext("Đã thêm đơn vị. Thêm các đơn vị cũ và tên gọi khác ở trang này."))
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)


@blueprint.get("/gazetteer/<unit_id>")
@allow_act("gazetteer.read")
def show(unit_id: str) -> Response:
    """One unit: history, names by kind, namesakes."""
    edit = request.args.get("edit")
    return _page(unit_id, edit=whole(edit) if is_whole(edit) else 0)


def _page(
    unit_id: str,
    *,
    edit: int = 0,
    form: NameForm | None = None,
    correct: CorrectForm | None = None,
    problem: str = "",
    preview: name_preview.Preview | None = None,
    old: OldForm | None = None,
) -> Response:
    person = context.actor()
    with context.reading() as session:
        sheet = queries.sheet(session, unit_id, _today()) or queries.last_sheet(session, unit_id)
        if sheet is None:
            abort(404)
        codes = gazetteer_edit.reach(session, person)
        reread = queries.rereading(session, sheet.unit.id)
    row = next((name for name in sheet.names if name.id == edit), None)
    if form is None:
        form = NameForm(data=None if row is None else _of(row))
    if correct is None:
        correct = CorrectForm(
            data={
                "type": sheet.unit.type, "name": sheet.unit.name, "valid_from": shown(sheet.unit.valid_from),
                "valid_to": shown(sheet.unit.valid_to), "note": sheet.unit.note, "version": sheet.version,
            }
        )  # fmt: skip
    html = render_template(
        "gazetteer/show.html",
        sheet=sheet,
        groups=[
            (nature, [n for n in sheet.names if n.nature == nature])
            for nature in gazetteer_words.NAME_NATURES
        ],
        natures=gazetteer_words.NAME_NATURES,
        hints=gazetteer_words.HINTS,
        changes=gazetteer_words.CHANGES,
        fields=gazetteer_words.FIELDS,
        editable=codes is None or sheet.unit.id in codes,
        form=form,
        correct=correct,
        old=old or OldForm(formdata=None),
        reread=reread,
        editing=row,
        problem=problem,
        preview=preview,
        days=name_preview.DAYS,
        day=shown,
    )
    return make_response(html, 400 if problem else 200)


def _of(row: queries.NameRow) -> dict[str, object]:
    return {
        "nature": row.nature, "text": row.text, "language": row.language, "type": row.type, "until": shown(row.until),
        "note": row.note, "version": row.version,
    }  # fmt: skip


@blueprint.post("/gazetteer/<unit_id>/names")
@allow_act("gazetteer.edit")
def save(unit_id: str) -> Response | BaseResponse:
    """Preview a name, add it, or change one."""
    form = NameForm()
    edit = whole(request.form["edit"]) if is_whole(request.form.get("edit")) else 0
    if not form.validate():
        return _page(unit_id, edit=edit, form=form, problem=gettext("Chưa lưu được tên."))
    desk, person = context.desk(), context.actor()
    try:
        if request.form.get("do") == "preview":
            seen = name_preview.preview(desk, person, unit_id, form.text.data or "")
            return _page(unit_id, edit=edit, form=form, preview=seen)
        if edit:
            gazetteer_edit.edit_name(desk, person, edit, version_of(request.form), form.given())
        else:
            gazetteer_edit.add_name(desk, person, unit_id, form.given())
    except (Invalid, Conflict) as error:
        if isinstance(error, Invalid):
            form.refuse(error)
        return _page(unit_id, edit=edit, form=form, problem=error.message(current()))
    frame.done(
        gettext(
            "Đã lưu tên “%(name)s”. Tin mới được đọc theo tên này; tin đã lưu đang được đọc lại.",
            name=form.text.data,
        )
    )
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)


@blueprint.post("/gazetteer/<unit_id>/names/<int:name_id>/switch")
@allow_act("gazetteer.edit")
def switch(unit_id: str, name_id: int) -> BaseResponse:
    """Switch a name off, or on again."""
    active = request.form.get("active") == "yes"
    gazetteer_edit.switch_name(context.desk(), context.actor(), name_id, active=active)
    frame.done(
        gettext("Đã bật lại tên.")
        if active
        else gettext("Đã tắt tên. Bấm “Bật lại” ở nhóm của nó để hoàn tác.")
    )
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)


@blueprint.post("/gazetteer/<unit_id>/links")
@allow_act("gazetteer.edit")
def link(unit_id: str) -> BaseResponse:
    """Say that an old unit did not go into this one, or that it did."""
    active = request.form.get("active") == "yes"
    gazetteer_edit.switch_link(
        context.desk(), context.actor(), request.form.get("old", "")[:20], unit_id, active=active
    )
    frame.done(gettext("Đã bật lại liên kết.") if active else gettext("Đã tắt liên kết với đơn vị cũ."))
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)


@blueprint.post("/gazetteer/<unit_id>/old")
@allow_act("gazetteer.edit")
def add_old(unit_id: str) -> Response | BaseResponse:
    """Say what the unit was made of: a known former unit, or one that no table has."""
    form = OldForm()
    if not form.validate():
        return _page(unit_id, old=form, problem=gettext("Chưa lưu được đơn vị cũ."))
    try:
        gazetteer_add.add_old(context.desk(), context.actor(), unit_id, form.given(), form.nature.data or "")
    except Invalid as error:
        form.refuse(error)
        return _page(unit_id, old=form, problem=error.message(current()))
    frame.done(gettext("Đã thêm đơn vị cũ. Tên cũ được nhận ra từ bây giờ; tin đã lưu đang được đọc lại."))
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)


@blueprint.post("/gazetteer/<unit_id>/correct")
@allow_act("gazetteer.edit")
def correct(unit_id: str) -> Response | BaseResponse:
    """Set the unit's own facts right."""
    form = CorrectForm()
    if not form.validate():
        return _page(unit_id, correct=form, problem=gettext("Chưa lưu được đơn vị."))
    try:
        renamed = gazetteer_edit.correct_unit(
            context.desk(), context.actor(), unit_id, version_of(request.form), type=form.type.data, name=form.name.data or "",
            valid_from=form.valid_from.day, valid_to=form.valid_to.day, note=form.note.data or "",
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        if isinstance(error, Invalid):
            form.refuse(error)
        return _page(unit_id, correct=form, problem=error.message(current()))
    said = gettext("Đã sửa đơn vị. Lần nhập sau không ghi đè.")
    if renamed:
        said += " " + gettext(
            "Tên địa bàn đang theo dõi đổi theo danh mục; tên cũ vẫn được nhận ra. Tên cơ quan trên văn bản giữ nguyên."
        )
    frame.done(said)
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)


@blueprint.post("/gazetteer/<unit_id>/offer")
@allow_act("gazetteer.edit")
def offer(unit_id: str) -> BaseResponse:
    """Take the shipped values, or keep the office's own."""
    take = request.form.get("do") == "take"
    gazetteer_edit.answer_offer(context.desk(), context.actor(), unit_id, version_of(request.form), take=take)
    frame.done(
        gettext("Đã dùng giá trị đi kèm.")
        if take
        else gettext("Giữ giá trị của cơ quan. Chỉ hỏi lại khi giá trị đi kèm thay đổi.")
    )
    return redirect(url_for("gazetteer.show", unit_id=unit_id), 303)
