"""Văn bản: the list; the draft sentence by sentence with the official page beside it; submit, tick, issue, send."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import NotFound
from core.ports import Sentence
from core.queries import document as queries
from core.queries.claim import EvidenceRow
from core.queries.official_page import official_page
from core.rules.vocabulary import DocumentState
from core.services import approve, draft, publish
from core.services.draft_content import DraftContent
from core.text.differences import Change, word_changes
from core.text.normalise import fold
from review_app import answer_words, context, draft_edits, frame, opened
from review_app.forms.drafting import HeadForm, IssueForm, PublishForm, SendForm, SentenceForm
from review_app.gate import allow_act
from review_app.numbers import is_whole, whole
from review_app.refusals import Refusal, attempt, press, version_of

blueprint = Blueprint("document", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EDITABLE = {DocumentState.DRAFT, DocumentState.RETURNED, DocumentState.SUBMITTED, DocumentState.APPROVED}


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence as listed: its number, the number of its paragraph when it begins one."""

    number: int
    sentence: Sentence
    begins: int
    blockers: tuple[draft_edits.Blocker, ...]
    evidence: EvidenceRow | None


@blueprint.get("/documents")
@allow_act("incident.read")
def index() -> str:
    """Documents of the office, those that wait first."""
    page = whole(request.args.get("page"))
    with context.reading() as session:
        rows = queries.index(session, context.actor().unit_id, offset=page * queries.PAGE)
    return render_template("document/index.html", rows=rows, page=page, more=len(rows) == queries.PAGE)


def _rows(
    content: DraftContent, found: tuple[draft_edits.Blocker, ...], evidence: tuple[EvidenceRow, ...]
) -> list[Row]:
    known = {piece.id: piece for piece in evidence}
    rows: list[Row] = []
    for number, group in enumerate(content.paragraphs, 1):
        for place, sentence in enumerate(group):
            at = len(rows) + 1
            rows.append(
                Row(
                    at,
                    sentence,
                    number if place == 0 else 0,
                    tuple(one for one in found if one.sentence == at),
                    known.get(sentence.evidence_id or 0),
                )
            )
    return rows


def _head_data(content: DraftContent) -> dict[str, Any]:
    return {
        "title": content.title,
        "subject": content.subject,
        "addressees": "\n".join(content.addressees),
        "bases": "\n".join(content.bases),
        "recipients": "\n".join(content.recipients),
        "archive": content.archive,
        "signer_authority": "\n".join(content.signer_authority),
        "urgency": content.urgency,
    }


def _evidence_choices(evidence: tuple[EvidenceRow, ...]) -> list[tuple[str, str]]:
    return [
        ("", gettext("Không có bằng chứng")),
        *((str(row.id), f"{row.number}. {row.title} · {row.source_name}") for row in evidence),
    ]


def _page(
    document_id: int,
    refusal: Refusal | None = None,
    *,
    at: int = 0,
    adding: int = -1,
    typed: tuple[Change, ...] = (),
    **forms: Any,
) -> Response | str:
    desk, person = context.desk(), context.actor()
    with context.reading() as session:
        around = queries.show(session, document_id, person.unit_id)
    version, content = draft.load(desk, document_id)
    official = draft.document(desk, document_id)
    found = draft_edits.blockers(content)
    rows = _rows(content, found, around.evidence)
    editable = around.row.state in _EDITABLE and person.unit_id is not None
    if not at and found and editable and adding < 0:
        at = next((one.sentence for one in found if one.sentence), 0)
    sentence = forms.get("sentence")
    if sentence is None:
        now = rows[at - 1].sentence if 0 < at <= len(rows) else None
        sentence = SentenceForm(
            formdata=None,
            prefix="sentence-",
            data={
                "text": now.text if now else "",
                "kind": now.kind if now else "fact",
                "evidence_id": str(now.evidence_id or "") if now else "",
                "source": now.source if now else "",
            },
        )
    sentence.evidence_id.choices = _evidence_choices(around.evidence)
    issue = forms.get("issue") or IssueForm(
        formdata=None, prefix="issue-", data={"issued_on": "", "signer_name": _signer(around)}
    )
    html = render_template(
        "document/show.html",
        page=around,
        version=version,
        rows=rows,
        blockers=found,
        paper=official_page(official),
        unchecked=official.unchecked_fields,
        at=at,
        adding=adding,
        typed=typed,
        sentence_form=sentence,
        head_form=forms.get("head") or HeadForm(formdata=None, prefix="head-", data=_head_data(content)),
        issue_form=issue,
        send_form=forms.get("send") or SendForm(formdata=None, prefix="send-"),
        publish_form=forms.get("publish") or PublishForm(formdata=None, prefix="publish-"),
        book=desk.recipients,
        editable=editable,
        sourced=sum(bool(row.sentence.source) for row in rows),
        refusal=refusal,
        read_token=opened.token(document_id, version, around.row.content_sha256, person.account_id),
    )
    return html if refusal is None else make_response(html, refusal.status)


def _signer(around: queries.DocumentPage) -> str:
    """The spokesperson who approved is the likely signer; the clerk may write another."""
    return around.row.steps[-1].name if around.row.steps else ""


def _argument(name: str, fallback: int) -> int:
    return whole(request.args.get(name), fallback)


@blueprint.get("/documents/<int:document_id>")
@allow_act("incident.read")
def show(document_id: int) -> Response | str:
    """The page of a document. Opening it is what lets an approver tick exactly this version."""
    adding = _argument("add", -1)
    answer = make_response(_page(document_id, at=_argument("sentence", 0), adding=adding))
    return opened.remember(answer, document_id)


def _content(document_id: int, version: int) -> DraftContent:
    """The content that the form was made from."""
    return draft.load(context.desk(), document_id, version)[1]


def _mine(document_id: int) -> queries.DocumentPage:
    """The document of the own office, or NotFound."""
    with context.reading() as session:
        return queries.show(session, document_id, context.actor().unit_id)


def _typed_sentence(form: SentenceForm, around: queries.DocumentPage) -> Sentence:
    """What was typed; a picked piece of evidence writes the source when nobody wrote one."""
    picked = next((row for row in around.evidence if str(row.id) == (form.evidence_id.data or "")), None)
    source = (form.source.data or "").strip()
    written_before = {_source_of(row) for row in around.evidence}
    if picked is not None and (not source or source in written_before):
        source = _source_of(picked)
    return Sentence(
        text=form.text.data or "",
        kind=form.kind.data or "fact",
        source=source,
        evidence_id=picked.id if picked is not None else None,
    )


def _source_of(row: EvidenceRow) -> str:
    return ", ".join(
        part for part in (row.title, row.source_name, f"số liệu đến {row.as_of}" if row.as_of else "") if part
    )


@blueprint.post("/documents/<int:document_id>/sentences")
@allow_act("document.save")
def sentence(document_id: int) -> Response | BaseResponse | str:
    """One edit: save, up, down, drop, add. Each is a version of its own."""
    around = _mine(document_id)
    form = SentenceForm(prefix="sentence-")
    number = whole(request.form.get("number"))
    act = request.form.get("act", "save")
    target = number

    def edit() -> int:
        nonlocal target
        version = version_of()
        content = _content(document_id, version)
        if act in {"up", "down"}:
            content, target = draft_edits.move(content, number, up=act == "up")
        elif act == "drop":
            content = draft_edits.drop(content, number)
            target = max(1, number - 1)
        elif act in {"add", "paragraph"}:
            content = draft_edits.add(
                content, number, _typed_sentence(form, around), paragraph=act == "paragraph"
            )
            target = number + 1
        else:
            content = draft_edits.change(content, number, _typed_sentence(form, around))
        return draft.save(context.desk(), context.actor(), document_id, version, content)

    if act in {"up", "down", "drop"}:
        # these carry no new words: the sentence field need not be right
        form.text.validators = ()
    _, refusal = attempt("sentence", form, edit)
    if refusal is not None:
        adding = number if act in {"add", "paragraph"} else -1
        return _page(
            document_id, refusal, at=0 if adding >= 0 else number, adding=adding, sentence=form,
            typed=_difference(document_id, number, form) if refusal.kind == "conflict" else (),
        )  # fmt: skip
    frame.done(
        gettext("Đã bỏ câu %(number)s.", number=number)
        if act == "drop"
        else gettext("Đã lưu câu %(number)s.", number=target)
    )
    return redirect(url_for("document.show", document_id=document_id, sentence=target) + f"#s-{target}", 303)


def _difference(document_id: int, number: int, form: SentenceForm) -> tuple[Change, ...]:
    """What is stored now against what was typed."""
    _, content = draft.load(context.desk(), document_id)
    stored = list(content.sentences())
    if not 0 < number <= len(stored) or not form.text.data:
        return ()
    return word_changes(stored[number - 1].text, form.text.data)


@blueprint.post("/documents/<int:document_id>/head")
@allow_act("document.save")
def head(document_id: int) -> Response | BaseResponse | str:
    """What stands around the text."""
    _mine(document_id)
    form = HeadForm(prefix="head-")

    def lines(text: str | None) -> tuple[str, ...]:
        return tuple(line.strip() for line in (text or "").splitlines() if line.strip())

    def edit() -> int:
        version = version_of()
        content = replace(
            _content(document_id, version),
            title=(form.title.data or "").strip(),
            subject=form.subject.data.strip(),
            addressees=lines(form.addressees.data),
            bases=lines(form.bases.data),
            recipients=lines(form.recipients.data),
            archive=(form.archive.data or "").strip(),
            signer_authority=lines(form.signer_authority.data),
            urgency=form.urgency.data or "",
        )
        return draft.save(context.desk(), context.actor(), document_id, version, content)

    _, refusal = attempt("head", form, edit)
    if refusal is not None:
        stored = draft.load(context.desk(), document_id)[1] if refusal.kind == "conflict" else None
        return _page(
            document_id, refusal, head=form,
            typed=word_changes(_flat_head(_head_data(stored)), _flat_head(form.data)) if stored else (),
        )  # fmt: skip
    frame.done(gettext("Đã lưu phần đầu và phần cuối văn bản."))
    return redirect(url_for("document.show", document_id=document_id) + "#head", 303)


def _flat_head(data: dict[str, Any]) -> str:
    names = (
        "title",
        "subject",
        "addressees",
        "bases",
        "recipients",
        "archive",
        "signer_authority",
        "urgency",
    )
    return "\n".join(str(data.get(name) or "").replace("\r\n", "\n") for name in names)


@blueprint.post("/documents/<int:document_id>/submit")
@allow_act("document.submit")
def submit(document_id: int) -> Response | BaseResponse | str:
    """Put this version up for approval."""
    around = _mine(document_id)
    _, refusal = press(
        "submit", lambda: draft.submit(context.desk(), context.actor(), document_id, version_of())
    )
    if refusal is not None:
        return _page(document_id, refusal)
    frame.done(gettext("Đã gửi duyệt. Sửa một chữ là phải gửi duyệt lại."))
    return redirect(url_for("incident.show", incident_id=around.incident_id) + "#documents", 303)


@blueprint.post("/documents/<int:document_id>/checked")
@allow_act("document.tick_checked")
def checked(document_id: int) -> Response | BaseResponse | str:
    """A named person compared the cited legal fields with the official text."""
    _mine(document_id)
    _, refusal = press(
        "checked", lambda: approve.tick_checked(context.desk(), context.actor(), document_id, version_of())
    )
    if refusal is not None:
        return _page(document_id, refusal)
    frame.done(gettext("Đã ghi tên người đối chiếu văn bản gốc."))
    return redirect(url_for("document.show", document_id=document_id) + "#legal", 303)


@blueprint.post("/documents/<int:document_id>/issue")
@allow_act("document.issue")
def issue(document_id: int) -> Response | BaseResponse | str:
    """Number, date, signer."""
    _mine(document_id)
    form = IssueForm(prefix="issue-")
    _, refusal = attempt(
        "issue",
        form,
        lambda: publish.issue(
            context.desk(),
            context.actor(),
            document_id,
            version_of(),
            form.number.data,
            form.issued_on.picked(),
            form.signer_name.data,
        ),
    )
    if refusal is not None:
        return _page(document_id, refusal, issue=form)
    frame.done(gettext("Đã ghi số và ngày phát hành. Việc tiếp theo: gửi tới nơi nhận."))
    return redirect(url_for("document.show", document_id=document_id) + "#send", 303)


@blueprint.post("/documents/<int:document_id>/send")
@allow_act("document.queue")
def send(document_id: int) -> Response | BaseResponse | str:
    """Queue for the recipients picked."""
    _mine(document_id)
    form = SendForm(prefix="send-")
    book = context.desk().recipients

    def act() -> int:
        picked = [book[int(at)] for at in form.recipients.data or [] if is_whole(at) and int(at) < len(book)]
        if (form.name.data or "").strip() or (form.address.data or "").strip():
            picked.append((form.name.data or "", "email", form.address.data or ""))
        return len(publish.queue(context.desk(), context.actor(), document_id, picked))

    count, refusal = attempt("send", form, act)
    if refusal is not None:
        return _page(document_id, refusal, send=form)
    frame.done(gettext("Đã đưa vào hàng chờ gửi tới %(count)s nơi.", count=count))
    return redirect(url_for("document.show", document_id=document_id) + "#send", 303)


@blueprint.post("/documents/<int:document_id>/published")
@allow_act("document.publish")
def published(document_id: int) -> Response | BaseResponse | str:
    """Record that it was put on a channel by hand."""
    _mine(document_id)
    form = PublishForm(prefix="publish-")
    _, refusal = attempt(
        "publish",
        form,
        lambda: publish.published(
            context.desk(), context.actor(), document_id, form.where.data, form.url.data or "", form.at.moment
        ),
    )
    if refusal is not None:
        return _page(document_id, refusal, publish=form)
    frame.done(gettext("Đã ghi nơi công bố."))
    return redirect(url_for("document.show", document_id=document_id) + "#send", 303)


@blueprint.get("/documents/<int:document_id>/file.docx")
@allow_act("incident.read")
def file(document_id: int) -> Response:
    """The .docx, of this version or of an earlier one."""
    around = _mine(document_id)
    version = _argument("version", 0) or None
    data = draft.render(context.desk(), document_id, version)
    name = re.sub(r"[^a-z0-9]+", "-", fold(str(answer_words.DOCUMENTS_LOWER[around.row.kind]))).strip("-")
    return send_file(
        BytesIO(data),
        mimetype=DOCX,
        as_attachment=True,
        download_name=f"{name}-vu-{around.incident_number}-ban-{version or around.row.version}.docx",
    )


@blueprint.get("/documents/<int:document_id>/compare")
@allow_act("incident.read")
def compare(document_id: int) -> str:
    """The present version beside an earlier one, word by word."""
    around = _mine(document_id)
    before = _argument("with", max(1, around.row.version - 1))
    if before >= around.row.version or before < 1:
        raise NotFound("Không có bản đó để so.", "There is no such version to compare with.")
    old, new = (draft.load(context.desk(), document_id, number)[1] for number in (before, around.row.version))
    return render_template(
        "document/compare.html",
        page=around,
        before=before,
        head=word_changes(_flat_head(_head_data(old)), _flat_head(_head_data(new))),
        body=word_changes(_body(old), _body(new)),
    )


def _body(content: DraftContent) -> str:
    return "\n\n".join(" ".join(one.text for one in group) for group in content.paragraphs)
