"""Vụ việc: the list, the page that reads as the dossier will, and every act on an incident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.queries import claim as claim_queries
from core.queries import incident as queries
from core.queries import watch as watch_queries
from core.rules.matrix import Answer
from core.rules.vocabulary import Harm, IncidentState, Spread
from core.services import answer, incident_course, offering
from review_app import answer_words, context, frame
from review_app.forms.answering import (
    AssessForm,
    ChooseForm,
    FactForm,
    FollowForm,
    MakeForm,
    OpenForm,
    ReasonForm,
)
from review_app.forms.base_form import Form
from review_app.gate import allow_act
from review_app.next_act import next_act
from review_app.numbers import is_whole, whole
from review_app.refusals import Refusal, attempt, version_of

blueprint = Blueprint("incident", __name__)

#: the moves of the head: service, which states they start from, what is said afterwards
MOVES: dict[str, Callable[..., None]] = {
    "pause": incident_course.pause,
    "resume": incident_course.resume,
    "transfer": incident_course.transfer,
    "reopen": incident_course.reopen,
    "close": incident_course.close,
}


def _said(move: str) -> str:
    said: dict[str, str] = {
        "pause": gettext("Đã tạm dừng vụ việc. Không có gì được gửi ra ngoài."),
        "resume": gettext("Đã tiếp tục vụ việc."),
        "transfer": gettext("Đã ghi chuyển cơ quan khác."),
        "reopen": gettext("Đã mở lại việc xác minh."),
        "close": gettext("Đã đóng vụ việc."),
        "outside": gettext("Đã ghi việc đã thông tin."),
        "reply": gettext("Đã ghi việc đã trả lời."),
        "statement": gettext("Đã ghi thông tin ban đầu."),
    }
    return said[move]


@blueprint.get("/incidents")
@allow_act("incident.read")
def index() -> str:
    """Open incidents by their next clock; verdicts that wait for a second person; closed ones on request."""
    closed = request.args.get("closed") == "1"
    page = whole(request.args.get("page"))
    unit_id = context.actor().unit_id
    with context.reading() as session:
        rows = queries.index(session, unit_id, closed=closed, offset=page * queries.PAGE)
        waiting = claim_queries.waiting(session, unit_id)
    return render_template(
        "incident/index.html",
        rows=rows,
        waiting=waiting,
        closed=closed,
        page=page,
        more=len(rows) == queries.PAGE,
    )


@blueprint.route("/incidents/new", methods=["POST"])
@allow_act("incident.open")
def open() -> Response | BaseResponse:
    """Open an incident on a story."""
    form = OpenForm()
    story_id = whole(form.story_id.data)
    incident_id, refusal = attempt(
        "open",
        form,
        lambda: answer.open_incident(
            context.desk(), context.actor(), story_id, form.title.data or "", form.received_at.moment
        ),
    )
    if refusal is not None:
        with context.reading() as session:
            existing = queries.open_incident_of(session, story_id, context.actor().unit_id)
        html = render_template(
            "incident/open.html", form=form, refusal=refusal, story_id=story_id, existing=existing
        )
        return make_response(html, refusal.status)
    frame.done(gettext("Đã mở vụ việc. Đồng hồ phát ngôn lần đầu đang chạy."))
    return redirect(url_for("incident.show", incident_id=incident_id), 303)


def _page(incident_id: int, refusal: Refusal | None = None, **forms: Form) -> Response | str:
    desk = context.desk()
    with context.reading() as session:
        page = queries.show(session, incident_id, context.actor().unit_id)
        pages = watch_queries.of_incident(session, incident_id)
    # the reply's figures of spread speak first; a person may choose another level
    measured = desk.matrix.spread(
        views=page.views, sources=page.sources, press=page.press, reach_tier=page.reach_tier
    )
    assess = forms.get("assess") or AssessForm(
        formdata=None,
        prefix="assess-",
        data={"spread": page.spread or measured, "harm": page.harm, "impact": page.impact_at is not None},
    )
    choose = forms.get("choose") or ChooseForm(
        formdata=None,
        prefix="choose-",
        data={"answers": list(page.chosen), "silent": page.silent, "reason": page.choice_reason},
    )
    fact = forms.get("fact") or FactForm(formdata=None, prefix="fact-")
    fact.evidence_id.choices = [
        ("", gettext("Chưa có bằng chứng")),
        *((str(row.id), f"{row.title} · {row.source_name}") for row in page.evidence),
    ]
    options = answer.choices(desk, incident_id)
    suggestion = answer.suggestion(desk, incident_id)
    if forms.get("choose") is None and not page.chosen and not page.silent and suggestion:
        choose.answers.data = list(suggestion[0])
    state = IncidentState(page.state)
    html = render_template(
        "incident/show.html",
        incident=page,
        pages=pages,
        offers=offering.on_incident(desk, incident_id),
        next_act=next_act(page),
        road=_road(page),
        measured=measured,
        matrix=_matrix(desk.matrix),
        options=[option for option in Answer if option in options],
        suggestion=suggestion,
        assess_form=assess,
        choose_form=choose,
        fact_form=fact,
        follow_form=forms.get("follow") or FollowForm(formdata=None, prefix="follow-"),
        make_form=forms.get("make") or MakeForm(formdata=None, prefix="make-"),
        move_form=forms.get("move") or ReasonForm(formdata=None, prefix="move-"),
        record_form=forms.get("record") or ReasonForm(formdata=None, prefix="record-"),
        refusal=refusal,
        states=IncidentState,
        at_state=state,
    )
    return html if refusal is None else make_response(html, refusal.status)


def _matrix(matrix: Any) -> list[tuple[Spread, list[tuple[Harm, str]]]]:
    """The table in words: alternatives joined by "hoặc"."""
    return [
        (
            spread,
            [
                (
                    harm,
                    gettext(" hoặc ").join(
                        ", ".join(str(answer_words.SHORT_ANSWERS[one]) for one in Answer if one in option)
                        for option in matrix.cells[spread, harm]
                    ),
                )
                for harm in Harm
            ],
        )
        for spread in Spread
    ]


def _road(page: queries.IncidentPage) -> list[tuple[str, str]]:
    """(label, done | current | "") of the stepper. A paused incident stands where it was left."""
    from review_app.words import STATES

    state = IncidentState(page.state)
    if state in {IncidentState.PAUSED, IncidentState.TRANSFERRED}:
        state = (
            IncidentState(page.resume_state)
            if page.resume_state
            else IncidentState(
                next(
                    (move.from_state for move in page.moves if move.to_state == page.state),
                    IncidentState.RECEIVED,
                )
            )
        )
    if state == IncidentState.REPLYING or {"reply", "D18"} & set(page.chosen):
        road = answer_words.REPLY_ROAD
    elif page.chosen_at is not None and (page.silent or not any(one.startswith("D") for one in page.chosen)):
        road = answer_words.QUIET_ROAD
    else:
        road = answer_words.CLARIFY_ROAD
    if state not in road:
        road = answer_words.CLARIFY_ROAD
    at = road.index(state)
    return [
        (
            str(answer_words.DETECTED if step is None else STATES[step]),
            "done"
            if number < at or page.state == IncidentState.CLOSED
            else "current"
            if number == at
            else "",
        )
        for number, step in enumerate(road)
    ]


@blueprint.get("/incidents/<int:incident_id>")
@allow_act("incident.read")
def show(incident_id: int) -> Response | str:
    """The page of an incident."""
    return _page(incident_id)


def _back(incident_id: int, anchor: str, said: str) -> BaseResponse:
    frame.done(said)
    return redirect(url_for("incident.show", incident_id=incident_id) + anchor, 303)


@blueprint.post("/incidents/<int:incident_id>/claims")
@allow_act("incident.attach_claim")
def attach_claim(incident_id: int) -> BaseResponse:
    """Put a claim that belongs nowhere into this incident."""
    wanted = request.form.get("claim_id", "")
    answer.attach_claim(context.desk(), context.actor(), incident_id, whole(wanted))
    return _back(incident_id, "#claims", gettext("Đã đưa tuyên bố vào vụ việc."))


@blueprint.post("/incidents/<int:incident_id>/facts")
@allow_act("incident.add_fact")
def add_fact(incident_id: int) -> Response | BaseResponse | str:
    """A line of the table."""
    form = FactForm(prefix="fact-")

    def act() -> int:
        evidence = form.evidence_id.data or ""
        return answer.add_fact(
            context.desk(),
            context.actor(),
            incident_id,
            form.claim_part.data,
            form.fact.data,
            whole(evidence) if is_whole(evidence) else None,
            form.as_of.data or "",
        )

    _, refusal = attempt("fact", form, act)
    if refusal is not None:
        return _page(incident_id, refusal, fact=form)
    return _back(incident_id, "#facts", gettext("Đã thêm 1 dòng sự thật."))


@blueprint.post("/incidents/<int:incident_id>/facts/<int:fact_id>/remove")
@allow_act("incident.remove_fact")
def remove_fact(incident_id: int, fact_id: int) -> BaseResponse:
    """Take a line out; it stays in the record."""
    answer.remove_fact(context.desk(), context.actor(), fact_id)
    return _back(incident_id, "#facts", gettext("Đã bỏ 1 dòng sự thật. Bản ghi cũ vẫn được giữ."))


@blueprint.post("/incidents/<int:incident_id>/assess")
@allow_act("incident.assess")
def assess(incident_id: int) -> Response | BaseResponse | str:
    """Spread, harm, impact."""
    form = AssessForm(prefix="assess-")
    _, refusal = attempt(
        "assess",
        form,
        lambda: answer.assess(
            context.desk(),
            context.actor(),
            incident_id,
            version_of("assess-version"),
            form.spread.data or "",
            form.harm.data or "",
            form.impact.data,
        ),
    )
    if refusal is not None:
        return _page(incident_id, refusal, assess=form)
    return _back(
        incident_id,
        "#choose",
        gettext("Đã đánh giá hai mức. Việc tiếp theo: người phát ngôn chọn phương án."),
    )


@blueprint.post("/incidents/<int:incident_id>/choose")
@allow_act("incident.choose")
def choose(incident_id: int) -> Response | BaseResponse | str:
    """The spokesperson's choice."""
    form = ChooseForm(prefix="choose-")
    _, refusal = attempt(
        "choose",
        form,
        lambda: answer.choose(
            context.desk(),
            context.actor(),
            incident_id,
            version_of("choose-version"),
            form.answers.data or [],
            form.reason.data or "",
            form.silent.data,
        ),
    )
    if refusal is not None:
        return _page(incident_id, refusal, choose=form)
    return _back(incident_id, "#answer", gettext("Đã ghi phương án trả lời."))


@blueprint.post("/incidents/<int:incident_id>/follow")
@allow_act("incident.follow_up")
def follow_up(incident_id: int) -> Response | BaseResponse | str:
    """A follow-up check."""
    form = FollowForm(prefix="follow-")
    _, refusal = attempt(
        "follow",
        form,
        lambda: incident_course.follow_up(
            context.desk(),
            context.actor(),
            incident_id,
            version_of("follow-version"),
            form.result.data,
            form.outcome.data or "",
        ),
    )
    if refusal is not None:
        return _page(incident_id, refusal, follow=form)
    return _back(incident_id, "", gettext("Đã ghi kết quả theo dõi."))


def _move(incident_id: int, move: str) -> Response | BaseResponse | str:
    form = ReasonForm(prefix="move-")
    _, refusal = attempt(
        move,
        form,
        lambda: MOVES[move](
            context.desk(), context.actor(), incident_id, version_of("move-version"), form.reason.data or ""
        ),
    )
    if refusal is not None:
        return _page(incident_id, refusal, move=form)
    return _back(incident_id, "", _said(move))


@blueprint.post("/incidents/<int:incident_id>/pause")
@allow_act("incident.pause")
def pause(incident_id: int) -> Response | BaseResponse | str:
    """Pause."""
    return _move(incident_id, "pause")


@blueprint.post("/incidents/<int:incident_id>/resume")
@allow_act("incident.resume")
def resume(incident_id: int) -> Response | BaseResponse | str:
    """Go on."""
    return _move(incident_id, "resume")


@blueprint.post("/incidents/<int:incident_id>/transfer")
@allow_act("incident.transfer")
def transfer(incident_id: int) -> Response | BaseResponse | str:
    """Hand over."""
    return _move(incident_id, "transfer")


@blueprint.post("/incidents/<int:incident_id>/reopen")
@allow_act("incident.reopen")
def reopen(incident_id: int) -> Response | BaseResponse | str:
    """Reopen."""
    return _move(incident_id, "reopen")


@blueprint.post("/incidents/<int:incident_id>/close")
@allow_act("incident.close")
def close(incident_id: int) -> Response | BaseResponse | str:
    """Close with the result in words."""
    return _move(incident_id, "close")


def _record(incident_id: int, what: str, service: Callable[..., None]) -> Response | BaseResponse | str:
    form = ReasonForm(prefix="record-")
    _, refusal = attempt(
        what,
        form,
        lambda: service(
            context.desk(), context.actor(), incident_id, version_of("record-version"), form.reason.data or ""
        ),
    )
    if refusal is not None:
        return _page(incident_id, refusal, record=form)
    return _back(incident_id, "", _said(what))


@blueprint.post("/incidents/<int:incident_id>/outside")
@allow_act("incident.record_outside")
def record_outside(incident_id: int) -> Response | BaseResponse | str:
    """The answer was given by the office's own means."""
    return _record(incident_id, "outside", incident_course.record_outside)


@blueprint.post("/incidents/<int:incident_id>/reply")
@allow_act("incident.record_reply")
def record_reply(incident_id: int) -> Response | BaseResponse | str:
    """The reply to criticism was sent."""
    return _record(incident_id, "reply", incident_course.record_reply)


@blueprint.post("/incidents/<int:incident_id>/statement")
@allow_act("incident.record_statement")
def record_statement(incident_id: int) -> Response | BaseResponse | str:
    """A first statement was given by the office's own means: clocks A and B stop."""
    return _record(incident_id, "statement", incident_course.record_statement)


@blueprint.post("/incidents/<int:incident_id>/documents")
@allow_act("document.make")
def make_document(incident_id: int) -> Response | BaseResponse | str:
    """Make the first version of a document."""
    from core.services import draft

    form = MakeForm(prefix="make-")
    document_id, refusal = attempt(
        "make",
        form,
        lambda: draft.make(
            context.desk(), context.actor(), incident_id, form.kind.data or "", form.reason.data or ""
        ),
    )
    if refusal is not None:
        return _page(incident_id, refusal, make=form)
    frame.done(gettext("Đã lập bản thảo từ hồ sơ. Điền chỗ trống và kiểm từng câu."))
    return redirect(url_for("document.show", document_id=document_id), 303)
