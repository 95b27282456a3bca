"""Tuyên bố: the quoted sentence, its evidence, the verdict of two people, with refusals shown where they happen."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.queries import claim as queries
from core.services import claims, judge, offering, withdrawing
from core.services.claim_form import NewEvidence
from core.text.normalise import fold
from review_app import answer_words, context, frame
from review_app.forms.judging import (
    ConfirmForm,
    EvidenceForm,
    ProposeForm,
    RemoveForm,
    WithdrawForm,
    verdict_choices,
)
from review_app.gate import allow_act
from review_app.refusals import Refusal, attempt, press, version_of

blueprint = Blueprint("claim", __name__)
blueprint.record_once(lambda state: answer_words.install(state.app))


def _page(claim_id: int, refusal: Refusal | None = None, **forms: Any) -> Response | str:
    with context.reading() as session:
        claim = queries.show(session, claim_id, context.actor().unit_id)
        offices = queries.other_offices(session)
    evidence = forms.get("evidence") or EvidenceForm(formdata=None, prefix="evidence-")
    evidence.source_locality.choices = [("", gettext("Không, là nơi khác")), *offices]
    offers = offering.on_claim(context.desk(), context.actor(), claim_id)
    proposing = forms.get("propose") or ProposeForm(formdata=None, prefix="propose-")
    proposing.verdict.choices = [
        (value, label) for value, label in verdict_choices() if value.partition(":")[0] in offers.verdicts
    ]
    html = render_template(
        "claim/show.html",
        claim=claim,
        evidence_form=evidence,
        propose_form=proposing,
        confirm_form=forms.get("confirm") or ConfirmForm(formdata=None, prefix="confirm-"),
        remove_form=forms.get("remove") or RemoveForm(formdata=None, prefix="remove-"),
        removing=forms.get("removing", 0),
        withdraw_form=forms.get("withdraw") or WithdrawForm(formdata=None, prefix="withdraw-"),
        offers=offers,
        refusal=refusal,
    )
    return html if refusal is None else make_response(html, refusal.status)


@blueprint.get("/claims/<int:claim_id>")
@allow_act("incident.read")
def show(claim_id: int) -> Response | str:
    """The page of a claim."""
    return _page(claim_id)


@blueprint.post("/claims/<int:claim_id>/evidence")
@allow_act("evidence.add")
def add_evidence(claim_id: int) -> Response | BaseResponse | str:
    """Add a piece of evidence; everything typed is kept when it is refused, only the file must be picked again."""
    form = EvidenceForm(prefix="evidence-")
    with context.reading() as session:
        form.source_locality.choices = [("", ""), *queries.other_offices(session)]
    upload = form.upload.data
    data = upload.read() if upload else None

    def act() -> int:
        return claims.add_evidence(
            context.desk(),
            context.actor(),
            claim_id,
            NewEvidence(
                kind=form.kind.data,
                title=form.title.data,
                body=form.body.data or "",
                source_name=form.source_name.data,
                source_locality=form.source_locality.data or None,
                competent_authority=form.competent_authority.data,
                url=form.url.data or "",
                as_of=form.as_of.data or "",
                upload=data or None,
                upload_name=(upload.filename or "") if upload else "",
            ),
        )

    _, refusal = attempt("evidence", form, act)
    if refusal is not None:
        return _page(claim_id, refusal, evidence=form)
    frame.done(gettext("Đã thêm bằng chứng “%(title)s”.", title=form.title.data.strip()))
    return redirect(url_for("claim.show", claim_id=claim_id) + "#evidence", 303)


@blueprint.post("/evidence/<int:evidence_id>/remove")
@allow_act("evidence.remove")
def remove_evidence(evidence_id: int) -> Response | BaseResponse | str:
    """Take a piece out, with the reason; it stays in the record."""
    with context.reading() as session:
        claim_id = queries.claim_of_evidence(session, evidence_id)
    form = RemoveForm(prefix="remove-")
    _, refusal = attempt(
        "remove",
        form,
        lambda: claims.remove_evidence(context.desk(), context.actor(), evidence_id, form.reason.data),
    )
    if refusal is not None:
        return _page(claim_id, refusal, remove=form, removing=evidence_id)
    frame.done(gettext("Đã bỏ bằng chứng. Bản ghi cũ vẫn được giữ."))
    return redirect(url_for("claim.show", claim_id=claim_id) + "#evidence", 303)


@blueprint.get("/evidence/<int:evidence_id>/file")
@allow_act("incident.read")
def file(evidence_id: int) -> Response:
    """The kept file, as a download that no browser opens as a page of ours."""
    with context.reading() as session:
        relative, title = queries.file_of(session, evidence_id, context.actor().unit_id)
    name = re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:60] or "bang-chung"
    return send_file(
        context.desk().captures.path(relative),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=name + PurePath(relative).suffix,
    )


@blueprint.post("/claims/<int:claim_id>/propose")
@allow_act("verdict.propose")
def propose(claim_id: int) -> Response | BaseResponse | str:
    """Propose a verdict; a second person confirms it."""
    form = ProposeForm(prefix="propose-")

    def act() -> int:
        verdict, sub = form.parts()
        return judge.propose(
            context.desk(),
            context.actor(),
            claim_id,
            version_of("propose-version"),
            verdict,
            sub,
            form.reason.data,
        )

    _, refusal = attempt("propose", form, act)
    if refusal is not None:
        return _page(claim_id, refusal, propose=form)
    frame.done(gettext("Đã đề xuất kết luận. Việc tiếp theo: người thứ hai xác nhận."))
    return redirect(url_for("claim.show", claim_id=claim_id) + "#verdict", 303)


@blueprint.post("/verdicts/<int:verdict_id>/decide")
@allow_act("verdict.confirm")
def decide(verdict_id: int) -> Response | BaseResponse | str:
    """The second person: confirm exactly what was proposed, or give it back with a comment."""
    with context.reading() as session:
        claim_id = queries.claim_of_verdict(session, verdict_id)
    form = ConfirmForm(prefix="confirm-")
    back = request.form.get("decision") == "return"

    def act() -> bool:
        version = version_of("confirm-version")
        if back:
            judge.give_back(context.desk(), context.actor(), verdict_id, version, form.comment.data or "")
            return True
        return judge.confirm(context.desk(), context.actor(), verdict_id, version, form.comment.data or "")

    done, refusal = attempt("confirm", form, act)
    if refusal is not None:
        return _page(claim_id, refusal, confirm=form)
    if back:
        frame.done(gettext("Đã trả lại kết luận kèm ý kiến."))
    elif done:
        frame.done(gettext("Đã xác nhận kết luận."))
    else:
        frame.done(gettext("Đã ghi lần xác nhận thứ nhất. Nội dung nhạy cảm cần thêm một người xác nhận."))
    return redirect(url_for("claim.show", claim_id=claim_id) + "#verdict", 303)


@blueprint.post("/claims/<int:claim_id>/withdraw")
@allow_act("claim.withdraw")
def withdraw(claim_id: int) -> Response | BaseResponse | str:
    """Rút tuyên bố: opened by mistake; it stays in the record, struck through."""
    form = WithdrawForm(prefix="withdraw-")
    _, refusal = attempt(
        "withdraw",
        form,
        lambda: withdrawing.withdraw(
            context.desk(), context.actor(), claim_id, version_of("withdraw-version"), form.reason.data
        ),
    )
    if refusal is not None:
        return _page(claim_id, refusal, withdraw=form)
    frame.done(gettext("Đã rút tuyên bố. Bản ghi vẫn được giữ; có thể hoàn tác ở trang này."))
    return redirect(url_for("claim.show", claim_id=claim_id), 303)


@blueprint.post("/claims/<int:claim_id>/restore")
@allow_act("claim.restore")
def restore(claim_id: int) -> Response | BaseResponse | str:
    """Take the withdrawal back."""
    _, refusal = press(
        "restore",
        lambda: withdrawing.restore(context.desk(), context.actor(), claim_id, version_of("restore-version")),
    )
    if refusal is not None:
        return _page(claim_id, refusal)
    frame.done(gettext("Đã hoàn tác việc rút. Tuyên bố chờ xác minh như trước."))
    return redirect(url_for("claim.show", claim_id=claim_id), 303)
