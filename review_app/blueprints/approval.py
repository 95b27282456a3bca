"""Duyệt: one page an incident, made for a phone. A version must be opened before it can be ticked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid, RuleBroken
from core.queries import approval as queries
from core.queries import incident as incidents
from core.queries.incident import DocumentRow
from core.rules.vocabulary import ApprovalStep, Decision, DocumentState
from core.services import approve, audit
from review_app import context, frame, opened
from review_app.answer_words import STEPS
from review_app.gate import allow_act
from review_app.numbers import is_whole
from review_app.refusals import Refusal, press

blueprint = Blueprint("approval", __name__)


@dataclass(frozen=True, slots=True)
class Pick:
    """A document on the page: the step whose turn it is, whether it is this person's, and whether this person opened it."""

    row: DocumentRow
    step: str
    mine: bool
    read: bool
    ticked: bool


@blueprint.get("/approvals")
@allow_act("document.decide.content", "document.decide.spokesperson")
def index() -> str:
    """What waits for this person, then what waits for others."""
    person = context.actor()
    with context.reading() as session:
        rows = queries.waiting(session, person.unit_id, person.account_id)
    return render_template("approval/index.html", rows=rows)


def _picks(documents: tuple[DocumentRow, ...], ticked: set[int] | None) -> list[Pick]:
    person = context.actor()
    picks = []
    for row in documents:
        if row.state != DocumentState.SUBMITTED:
            continue
        mine = queries.my_step(row, person.account_id)
        step = mine or next((one.step for one in row.steps if one.turn), "")
        read = opened.has(row.id, row.version, row.content_sha256)
        picks.append(
            Pick(row, step, bool(mine), read, bool(mine) and read and (ticked is None or row.id in ticked))
        )
    return picks


def _page(
    incident_id: int,
    refusal: Refusal | None = None,
    comment: str = "",
    ticked: set[int] | None = None,
    done: str = "",
) -> Response | str:
    person = context.actor()
    with context.reading() as session:
        page = incidents.show(session, incident_id, person.unit_id)
        queue = [row.id for row in queries.waiting(session, person.unit_id, person.account_id) if row.mine]
    picks = _picks(page.documents, ticked)
    html = render_template(
        "approval/show.html",
        incident=page,
        picks=picks,
        ready=sum(pick.ticked for pick in picks),
        position=queue.index(incident_id) + 1 if incident_id in queue else 0,
        queue=len(queue),
        comment=comment,
        refusal=refusal,
        done=done,
    )
    return html if refusal is None else make_response(html, refusal.status)


@blueprint.get("/approvals/<int:incident_id>")
@allow_act("document.decide.content", "document.decide.spokesperson")
def show(incident_id: int) -> Response | str:
    """Claim, verdict, facts, proposed answer, documents."""
    return _page(incident_id)


@blueprint.post("/approvals/<int:incident_id>")
@allow_act("document.decide.content", "document.decide.spokesperson")
def decide(incident_id: int) -> Response | BaseResponse | str:
    """Approve or give back the ticked versions, exactly as they were read."""
    person = context.actor()
    ticked = {int(word) for word in request.form.getlist("document") if is_whole(word)}
    comment = request.form.get("comment", "")
    decision = Decision.RETURNED if request.form.get("decision") == Decision.RETURNED else Decision.APPROVED
    with context.reading() as session:
        page = incidents.show(session, incident_id, person.unit_id)
    rows = [row for row in page.documents if row.id in ticked]
    _, refusal = press("decide", lambda: _require_ticked(rows))
    count = 0
    for row in rows if refusal is None else ():
        _, refusal = press("decide", lambda row=row: _decide(row, decision, comment))  # type: ignore[misc]
        if refusal is not None:
            break
        count += 1
    if decision == Decision.RETURNED:
        said = ngettext("Đã trả lại %(num)s bản kèm ý kiến.", "Đã trả lại %(num)s bản kèm ý kiến.", count)
    else:
        said = _approved_words(rows[:count])
    if refusal is not None:
        return _page(incident_id, refusal, comment, ticked, said if count else "")
    with context.reading() as session:
        page = incidents.show(session, incident_id, person.unit_id)
    frame.done(said if decision == Decision.RETURNED else f"{said} {_left_words(page.documents, ticked)}")
    if any(pick.mine for pick in _picks(page.documents, None)):
        return redirect(url_for("approval.show", incident_id=incident_id), 303)
    return redirect(url_for("approval.index"), 303)


def _approved_words(rows: list[DocumentRow]) -> str:
    """What was approved, named by its step: a second press on the same page is another step."""
    steps = {request.form.get(f"step-{row.id}", "") for row in rows}
    count = len(rows)
    if steps == {ApprovalStep.CONTENT}:
        return str(ngettext("Đã duyệt nội dung %(num)s bản.", "Đã duyệt nội dung %(num)s bản.", count))
    if steps == {ApprovalStep.SECRECY}:
        return str(
            ngettext(
                "Đã rà bí mật, dữ liệu cá nhân %(num)s bản.",
                "Đã rà bí mật, dữ liệu cá nhân %(num)s bản.",
                count,
            )
        )
    if steps == {ApprovalStep.SPOKESPERSON}:
        return str(
            ngettext("Người phát ngôn đã duyệt %(num)s bản.", "Người phát ngôn đã duyệt %(num)s bản.", count)
        )
    return str(ngettext("Đã duyệt %(num)s bản.", "Đã duyệt %(num)s bản.", count))


def _left_words(documents: tuple[DocumentRow, ...], decided: set[int]) -> str:
    """Which step the decided versions wait for now."""
    left = dict.fromkeys(
        str(STEPS[ApprovalStep(step.step)]).lower()
        for row in documents
        if row.id in decided and row.state == DocumentState.SUBMITTED
        for step in row.steps
        if step.turn
    )
    if left:
        return str(gettext("Còn bước: %(steps)s.", steps="; ".join(left)))
    return str(gettext("Đã đủ các bước duyệt."))


def _require_ticked(rows: list[DocumentRow]) -> None:
    if not rows:
        raise Invalid(
            gettext("Chưa chọn bản nào. Mở đọc một bản, đánh dấu, rồi quyết định."),
            "No document was ticked. Open one, tick it, then decide.",
        )


def _decide(row: DocumentRow, decision: Decision, comment: str) -> str:
    """Decide on the version that the form shows; one that this person never opened is refused and audited."""
    desk, person = context.desk(), context.actor()
    version, _, sha256 = request.form.get(f"version-{row.id}", "").partition(":")
    step = request.form.get(f"step-{row.id}", "")
    if not is_whole(version) or not opened.has(row.id, int(version), sha256):
        error = RuleBroken(
            "unread",
            "Bản này chưa được mở đọc nên chưa duyệt hay trả lại được.",
            "This version was not opened, so it cannot be decided on.",
            lawful="Bấm “Đọc” để mở đúng bản đang chờ, rồi quyết định.",
        )
        audit.refused(desk, person, f"document.decide.{step or 'content'}", "document", row.id, error)
        raise error
    return approve.decide(desk, person, row.id, int(version), sha256, step, decision.value, comment)
