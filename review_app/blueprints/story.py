"""Câu chuyện: tags by key and button, undo, why it is ours, items by time, the quote form; one item with its versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Conflict, Invalid, LamroError, RuleBroken
from core.queries import item as item_queries
from core.queries import quote as quote_queries
from core.queries import story as queries
from core.queries import watch as watch_queries
from core.queries.frame import watched
from core.queries.grouping import merged_into
from core.queries.known_claims import known_claims, set_aside
from core.queries.reasons import best_mentions
from core.rules.vocabulary import Said, Tag
from core.services import claims, notes, translating, triage
from core.services import known_claims as answers
from core.text.differences import word_changes
from review_app import context, frame, words
from review_app.forms.claim import ClaimForm
from review_app.gate import allow_act, local_path, may, wants_json
from review_app.language import current
from review_app.numbers import is_whole, whole

blueprint = Blueprint("story", __name__)


@blueprint.get("/stories/<int:story_id>")
@allow_act("story.read")
def show(story_id: int) -> str | BaseResponse:
    """The page of a story; one that was merged leads to where its items are."""
    with context.reading() as session:
        goal = merged_into(session, story_id)
    return _page(story_id) if goal is None else redirect(url_for("story.show", story_id=goal), 303)


def _page(story_id: int, refused: str = "", note: str = "", kept: RuleBroken | None = None) -> str:
    """The page; ``refused`` says why ``note`` was not kept, ``kept`` why an answer or a claim stays."""
    with context.reading() as session:
        story = queries.show(session, story_id, context.actor().unit_id, context.now())
        known = known_claims(session, story_id, context.actor().unit_id)
        pages = watch_queries.of_stories(session, [story_id])
        aside = set_aside(session, story_id, context.actor().unit_id)
    changes = [word_changes(row.quote, row.sentence) for row in known]
    return render_template(
        "story/show.html",
        story=story,
        claim=None,
        known=known,
        set_aside=aside,
        changes=changes,
        refused=refused,
        note=note,
        kept="" if kept is None else f"{kept.message(current())} {kept.lawful}".strip(),
        longest=notes.MAX_LETTERS,
        pages=pages,
    )


@blueprint.post("/stories/<int:story_id>/known/<int:claim_id>")
@allow_act("story.known_claim")
def known_claim(story_id: int, claim_id: int) -> BaseResponse:
    """Nói lại tuyên bố này · Tin cải chính / bác bỏ · Không phải: a person's answer to the machine's suggestion."""
    word = request.form.get("answer", "")
    heard = request.form.get("heard", "")
    incident = answers.answer(context.desk(), context.actor(), story_id, claim_id, word, heard)
    if incident is not None:
        frame.done(gettext("Đã đưa chuyện này vào vụ việc. Kết luận vẫn đứng ở tuyên bố cũ."))
    elif word == Said.RIGHT:
        frame.done(gettext("Đã ghi: nói lại tuyên bố này. Nhãn của chuyện này chưa đổi."))
    elif word == Said.DENIAL:
        frame.done(
            gettext(
                "Đã ghi: tin cải chính, bác bỏ. Tin được nêu ở tuyên bố và vụ việc, không tính là lan truyền."
            )
        )
    else:
        frame.done(gettext("Đã ghi: không phải tuyên bố ấy. Máy không hỏi lại cho chuyện này."))
    return redirect(url_for("story.show", story_id=story_id), 303)


@blueprint.post("/stories/<int:story_id>/known/<int:claim_id>/back")
@allow_act("story.known_claim_undo")
def take_back(story_id: int, claim_id: int) -> Response | BaseResponse:
    """Lấy lại câu trả lời; what rests on it already is named on the same page."""
    heard = request.form.get("heard", "")
    try:
        answers.take_back(context.desk(), context.actor(), story_id, claim_id, heard)
    except RuleBroken as error:
        return make_response(_page(story_id, kept=error), 409)
    frame.done(gettext("Đã lấy lại câu trả lời. Máy hỏi lại như trước."))
    return redirect(url_for("story.show", story_id=story_id), 303)


@blueprint.post("/stories/<int:story_id>/notes")
@allow_act("story.note")
def add_note(story_id: int) -> Response | BaseResponse:
    """A note for one's own office; a refusal keeps what was typed."""
    text = request.form.get("text", "")
    try:
        notes.add(context.desk(), context.actor(), story_id, text)
    except Invalid as error:
        return make_response(_page(story_id, error.message(current()), text), 400)
    frame.done(gettext("Đã ghi chú cho cả cơ quan."))
    return redirect(url_for("story.show", story_id=story_id) + "#notes", 303)


@blueprint.post("/stories/notes/<int:note_id>/remove")
@allow_act("story.note_remove")
def remove_note(note_id: int) -> BaseResponse:
    """Take back one's own note."""
    story_id = notes.remove(context.desk(), context.actor(), note_id)
    frame.done(gettext("Đã bỏ ghi chú."))
    return redirect(url_for("story.show", story_id=story_id) + "#notes", 303)


@blueprint.post("/stories/<int:story_id>/tag")
@allow_act("story.tag")
def tag(story_id: int) -> Response | BaseResponse:
    """One tag of one person: a note or a suspicion, never a verdict."""
    wanted = _wanted_tag(request.form.get("tag", ""))
    given = triage.tag(context.desk(), context.actor(), story_id, version_of(request.form), wanted)
    label = words.TAGS[wanted].label
    said = gettext("Đã gắn %(tag)s cho 1 chuyện.", tag=label)
    more = _namesake(story_id) if wanted is Tag.IRRELEVANT else ("", "")
    if wants_json():
        mark = words.TAGS[wanted]
        return jsonify(
            more={"address": more[0], "text": more[1]} if more[0] else None,
            events=[given.event_id],
            version=given.version,
            text=said,
            label=str(mark.label),
            icon=mark.icon,
            css=mark.css,
        )
    frame.done(said, (given.event_id,), more)
    return redirect(local_path(request.form.get("next"), url_for("story.show", story_id=story_id)), 303)


def _namesake(story_id: int) -> tuple[str, str]:
    """After “Không liên quan”: where to say which sign shows that the name is not ours (address, words); empty when nothing names us."""
    if not may("locality.rule"):
        return "", ""
    with context.reading() as session:
        found = best_mentions(session, [story_id], list(watched(session, context.actor().unit_id)))
    mention = found.get(story_id)
    if mention is None or not mention.spans:
        return "", ""
    address = url_for("locality.rule", code=mention.locality, item=mention.item_id)
    return address, gettext("Không phải địa bàn? Đặt quy tắc")


def _wanted_tag(word: str) -> Tag:
    try:
        return Tag(word)
    except ValueError:
        raise Invalid(
            "Chưa chọn nhãn. Bấm một trong các nút nhãn.", "No tag was chosen. Press one of the tag buttons."
        ) from None


def version_of(form: Any) -> int:
    """The version that a form carries. Raises :class:`Conflict` when it is missing: nobody changes what they did not see."""
    if not is_whole(form.get("version")):
        raise Conflict(
            "Biểu mẫu thiếu số phiên bản. Mở lại trang rồi làm lại.",
            "The form lacks its version number. Open the page again.",
        )
    return whole(form.get("version"))


@blueprint.post("/stories/undo")
@allow_act("story.untag")
def undo() -> Response | BaseResponse:
    """Take back the tags named by their events (Z, or the button of the result sentence)."""
    events = [int(word) for word in request.form.get("events", "").split(",") if is_whole(word)][:100]
    back = local_path(request.form.get("next"), url_for("account.home"))
    versions: dict[int, int] = {}
    problem: LamroError | None = None
    for event in events:
        try:
            versions[event] = triage.undo(context.desk(), context.actor(), event)
        except LamroError as error:
            problem = error
    if problem is not None and not versions:
        raise problem
    said = ngettext("Đã hoàn tác %(num)s chuyện.", "Đã hoàn tác %(num)s chuyện.", len(versions))
    if problem is not None:
        said += " " + problem.message(current())
    if wants_json():
        return jsonify(text=said, versions=[versions.get(event, 0) for event in events])
    frame.done(said)
    return redirect(back, 303)


@blueprint.route("/stories/<int:story_id>/claim", methods=["GET", "POST"])
@allow_act("claim.open")
def claim(story_id: int) -> Response | BaseResponse:
    """Nghi sai lệch…: asks for the quoted sentence and opens a claim. The form opens under the row where script runs."""
    person = context.actor()
    asked = request.form.get("item_id") or request.args.get("item", "")
    with context.reading() as session:
        choice = quote_queries.claim_choice(
            session, story_id, person.unit_id, whole(asked) if is_whole(asked) else None
        )
    form = ClaimForm()
    form.item_id.choices = list(choice.items)
    form.concerns_unit.choices = list(choice.units)
    problem = ""
    if request.method == "GET":
        form.item_id.data = choice.item_id
        form.quote.data = choice.sentences[1] if len(choice.sentences) > 1 else choice.sentences[0]
        form.version.data = str(choice.version)
        form.next.data = local_path(request.args.get("next"), "")
    elif "pick" in request.form or "reload" in request.form:
        if is_whole(request.form.get("pick")):
            form.quote.data = choice.sentences[min(int(request.form["pick"]), len(choice.sentences) - 1)]
    elif form.validate_on_submit() and _office_named(form):
        try:
            return _open_claim(story_id, form)
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
    status = 400 if request.method == "POST" and (form.errors or problem) else 200
    template = "story/claim_form.html" if request.headers.get("X-Fragment") else "story/claim.html"
    return make_response(render_template(template, form=form, choice=choice, problem=problem), status)


def _office_named(form: ClaimForm) -> bool:
    if form.concerns.data == "other" and form.concerns_unit.data not in dict(form.concerns_unit.choices):
        form.concerns_unit.errors = [gettext("Chọn cơ quan mà tuyên bố nói tới.")]
        return False
    return True


def _open_claim(story_id: int, form: ClaimForm) -> Response | BaseResponse:
    concerns = form.concerns_unit.data if form.concerns.data == "other" else form.concerns.data
    claim_id = claims.open_claim(
        context.desk(),
        context.actor(),
        story_id,
        version_of(request.form),
        form.item_id.data,
        form.quote.data,
        form.neutral_text.data or "",
        concerns,
        form.sensitive.data,
    )
    frame.done(gettext("Đã ghi tuyên bố và gắn Nghi sai lệch. Việc tiếp theo: mở vụ việc, thêm bằng chứng."))
    return redirect(url_for("claim.show", claim_id=claim_id), 303)


@blueprint.get("/items/<int:item_id>")
@allow_act("story.read")
def item(item_id: int) -> str:
    """One item in full: text with its marks, address, versions, captures."""
    return _item_page(item_id)


@blueprint.post("/items/<int:item_id>/translate")
@allow_act("story.read")
def translate(item_id: int) -> str:
    """The same page with a machine's Vietnamese under the original: shown once, kept nowhere."""
    return _item_page(item_id, translating.translate(context.desk(), context.actor(), item_id))


def _item_page(item_id: int, machine: translating.MachineText | None = None) -> str:
    with context.reading() as session:
        row = item_queries.item(session, item_id, context.actor().unit_id)
        page, visits = watch_queries.of_item(session, item_id)
    return render_template(
        "story/item.html",
        item=row,
        page=page,
        visits=visits,
        machine=machine,
        can_translate=context.desk().translator is not None,
    )
