"""Bảng từ: foreign words with their Vietnamese, the office's beside the shipped ones."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.queries import glossary as queries
from core.rules.gazetteer import LANGUAGES
from core.services import glossary
from review_app import context, frame
from review_app.forms.glossary import TermForm
from review_app.gate import allow_act
from review_app.glossary_words import KINDS
from review_app.language import current
from review_app.numbers import whole

blueprint = Blueprint("glossary", __name__)


@blueprint.get("/glossary")
@allow_act("glossary.read")
def index() -> str:
    """The terms of a language; ``edit`` fills the form with an own term, ``term`` with a shipped one."""
    language = _language(request.args.get("language", ""))
    form = TermForm(formdata=None, data={"language": language, "term": request.args.get("term", "")[:120]})
    with context.reading() as session:
        editing = next(
            (row for row in queries.own(session, language) if str(row.id) == request.args.get("edit")), None
        )
    if editing is not None:
        form.term.data, form.gloss.data, form.kind.data = (
            editing.term.term, editing.term.gloss, str(editing.term.kind)
        )  # fmt: skip
        form.edit.data, form.version.data = str(editing.id), str(editing.version)
    elif form.term.data:
        shipped = next(
            (one for one in context.desk().analyst.glossary() if one.language == language and one.term == form.term.data), None
        )  # fmt: skip
        if shipped is not None:
            form.gloss.data, form.kind.data = shipped.gloss, str(shipped.kind)
    return _page(language, form)


@blueprint.post("/glossary")
@allow_act("glossary.edit")
def save() -> tuple[str, int] | BaseResponse:
    """Add a term, or change one."""
    form = TermForm()
    language = form.language.data or ""
    problem = gettext("Chưa lưu từ.")
    if form.validate():
        try:
            glossary.save(
                context.desk(), context.actor(), language, form.term.data or "", form.gloss.data or "", form.kind.data or "",
                term_id=whole(form.edit.data) if form.edit.data else 0, version=whole(form.version.data) if form.version.data else 0,
            )  # fmt: skip
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
        else:
            frame.done(gettext("Đã lưu từ “%(term)s”. Mọi tin đều dùng ngay.", term=form.term.data))
            return redirect(url_for("glossary.index", language=language), 303)
    return _page(_language(language), form, problem), 422


@blueprint.post("/glossary/<int:term_id>/remove")
@allow_act("glossary.edit")
def remove(term_id: int) -> BaseResponse:
    """Take an own term out, or use a hidden shipped one again."""
    glossary.remove(context.desk(), context.actor(), term_id)
    frame.done(gettext("Đã bỏ từ của cơ quan; từ đi kèm trùng chữ (nếu có) được dùng lại."))
    return redirect(url_for("glossary.index", language=_language(request.form.get("language", ""))), 303)


@blueprint.post("/glossary/hide")
@allow_act("glossary.edit")
def hide() -> BaseResponse:
    """Use a shipped term no more."""
    language = _language(request.form.get("language", ""))
    glossary.hide(context.desk(), context.actor(), language, request.form.get("term", "")[:120])
    frame.done(gettext("Đã tắt từ đi kèm. Bật lại được trong mục của cơ quan."))
    return redirect(url_for("glossary.index", language=language), 303)


def _language(word: str) -> str:
    return word if word in LANGUAGES else LANGUAGES[0]


def _page(language: str, form: TermForm, problem: str = "") -> str:
    with context.reading() as session:
        own = queries.own(session, language)
    taken = {row.term.key for row in own}
    shipped = [
        term for term in context.desk().analyst.glossary() if term.language == language and term.key not in taken
    ]  # fmt: skip
    groups = [(label, [term for term in shipped if term.kind == kind]) for kind, label in KINDS.items()]
    return render_template(
        "glossary/index.html",
        spoken=language,
        languages=LANGUAGES,
        own=own,
        groups=groups,
        kinds=KINDS,
        form=form,
        problem=problem,
    )
