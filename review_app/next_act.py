"""The next act of an incident and whose it is: one sentence, and one button for the person whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext, ngettext

from core.queries.incident import DocumentRow, IncidentPage
from core.queries.people import Name
from core.rules.matrix import Answer
from core.rules.vocabulary import ApprovalStep, DocumentState, IncidentState, Role
from review_app import context, words
from review_app.answer_words import DOCUMENTS_LOWER, STEPS
from review_app.gate import may

S = IncidentState


@dataclass(frozen=True, slots=True)
class NextAct:
    """``words`` says what waits and for whom; ``label`` and ``address`` are empty when this person cannot do it."""

    words: str
    label: str = ""
    address: str = ""


def people_words(names: tuple[Name, ...], role: Role) -> str:
    """Name and post ("Nguyễn Thế Vinh, Phó Chủ tịch"), or the role when nobody holds it."""
    if not names:
        return str(gettext("%(role)s (chưa có ai giữ vai trò này)", role=words.ROLES[role]))
    return str(gettext(" hoặc ")).join(name.words() for name in names[:2])


def _for(page: IncidentPage, role: Role) -> str:
    return people_words(page.holders.get(role, ()), role)


def _reader_is(names: tuple[Name, ...]) -> bool:
    """The act is the reader's own, or may be: nobody is spoken of as a third person on the own screen."""
    return any(one.id == context.actor().account_id for one in names)


def next_act(page: IncidentPage) -> NextAct:
    """What waits on this incident."""
    state = S(page.state)
    if state in {S.RECEIVED, S.VERIFYING}:
        return _verifying(page)
    if state == S.CONCLUDED:
        return NextAct(
            gettext("Đã có kết luận. Cần đánh giá mức lan truyền và mức ảnh hưởng."),
            gettext("Đánh giá hai mức") if may("incident.assess") else "",
            "#assess",
        )
    if state == S.ASSESSING:
        return NextAct(
            gettext("Việc của tài khoản này: chọn phương án trả lời.")
            if _reader_is(page.holders.get(Role.SPOKESPERSON, ()))
            else gettext("Chờ %(name)s chọn phương án trả lời.", name=_for(page, Role.SPOKESPERSON)),
            gettext("Chọn phương án") if may("incident.choose") else "",
            "#choose",
        )
    if state == S.REPLYING:
        return NextAct(
            gettext("Phản ánh đúng: trả lời bằng văn bản, rồi ghi lại số, ngày và nơi nhận."),
            gettext("Ghi việc đã trả lời") if may("incident.record_reply") else "",
            "#record",
        )
    if state in {S.DOSSIER, S.DRAFTING, S.APPROVAL, S.ISSUED}:
        return _documents(page)
    if state == S.PUBLISHED:
        return NextAct(
            gettext("Đã công bố. Theo dõi xem tin còn lan không, nơi đăng có cải chính không."),
            gettext("Ghi kết quả theo dõi") if may("incident.follow_up") else "",
            "#follow",
        )
    if state == S.FOLLOW_UP:
        return NextAct(
            gettext("Việc của tài khoản này: theo dõi, khi tin đã lắng thì đóng vụ.")
            if _reader_is(page.holders.get(Role.CONTENT_APPROVER, ()))
            else gettext(
                "Đang theo dõi. Khi tin đã lắng, %(name)s đóng vụ.", name=_for(page, Role.CONTENT_APPROVER)
            ),
            gettext("Ghi kết quả theo dõi")
            if may("incident.follow_up")
            else gettext("Đóng vụ")
            if may("incident.close")
            else "",
            "#follow" if may("incident.follow_up") else "#close",
        )
    if state == S.PAUSED:
        return NextAct(
            gettext("Vụ việc đang tạm dừng: không gửi gì ra ngoài cho đến khi tiếp tục."),
            gettext("Tiếp tục vụ") if may("incident.resume") else "",
            "#other",
        )
    if state == S.TRANSFERRED:
        return NextAct(gettext("Đã chuyển cơ quan khác xử lý. Chỉ mở lại khi có bằng chứng mới."))
    return NextAct(gettext("Vụ đã đóng. %(result)s", result=page.result))


def _verifying(page: IncidentPage) -> NextAct:
    if not page.claims:
        story = page.stories[0].id if page.stories else 0
        return NextAct(
            gettext("Chưa có tuyên bố nào. Trích một câu kiểm chứng được từ câu chuyện."),
            gettext("Trích câu cần kết luận") if story and may("story.claim") else "",
            url_for("story.claim", story_id=story) if story else "",
        )
    open_claims = [claim for claim in page.claims if not claim.verdict]
    for claim in open_claims:
        if claim.proposed is not None:
            whom = (
                gettext("người xác nhận của đơn vị cấp trên hoặc lân cận")
                if claim.own and claim.proposed.verdict == "misleading"
                else _for(page, Role.VERIFIER)
            )
            mine = (
                _reader_is(page.holders.get(Role.VERIFIER, ()))
                and claim.proposed.proposed_by_id != context.actor().account_id
                and not (claim.own and claim.proposed.verdict == "misleading")
            )
            return NextAct(
                gettext(
                    "Việc của tài khoản này: xác nhận hoặc trả lại kết luận do %(name)s đề xuất.",
                    name=claim.proposed.proposed_by,
                )
                if mine
                else gettext(
                    "Kết luận do %(name)s đề xuất chờ %(whom)s xác nhận. Người đề xuất không tự xác nhận.",
                    name=claim.proposed.proposed_by,
                    whom=whom,
                ),
                gettext("Xem kết luận đề xuất"),
                url_for("claim.show", claim_id=claim.id) + "#verdict",
            )
    claim = (open_claims or list(page.claims))[0]
    if not claim.evidence:
        return NextAct(
            gettext("Cần bằng chứng: ít nhất hai nguồn độc lập, hoặc một văn bản của cơ quan có thẩm quyền."),
            gettext("Thêm bằng chứng") if may("claim.add_evidence") else "",
            url_for("claim.show", claim_id=claim.id) + "#add-evidence",
        )
    if claim.missing_accurate:
        return NextAct(
            ngettext(
                "Mới có %(origins)s nguồn độc lập. Muốn kết luận Chính xác hoặc Sai lệch thì còn cần %(num)s nguồn nữa, hoặc một văn bản của cơ quan có thẩm quyền.",
                "Mới có %(origins)s nguồn độc lập. Muốn kết luận Chính xác hoặc Sai lệch thì còn cần %(num)s nguồn nữa, hoặc một văn bản của cơ quan có thẩm quyền.",
                claim.missing_accurate,
                origins=claim.origins,
            ),
            gettext("Thêm bằng chứng") if may("claim.add_evidence") else "",
            url_for("claim.show", claim_id=claim.id) + "#add-evidence",
        )
    return NextAct(
        gettext(
            "Có %(pieces)s bằng chứng, %(origins)s nguồn độc lập: đủ để đề xuất kết luận.",
            pieces=len(claim.evidence),
            origins=claim.origins,
        ),
        gettext("Đề xuất kết luận") if may("claim.propose") else "",
        url_for("claim.show", claim_id=claim.id) + "#propose",
    )


def _documents(page: IncidentPage) -> NextAct:
    ours = [kind for kind in (Answer.D1, Answer.D3) if kind in page.chosen]
    made = {row.kind for row in page.documents}
    missing = [kind for kind in ours if kind not in made]
    drafts = [row for row in page.documents if row.state in {DocumentState.DRAFT, DocumentState.RETURNED}]
    waiting = [row for row in page.documents if row.state == DocumentState.SUBMITTED]
    approved = [row for row in page.documents if row.state == DocumentState.APPROVED]
    issued = [row for row in page.documents if row.state == DocumentState.ISSUED]
    if waiting:
        return _waiting(page, waiting)
    if not page.ready:
        return NextAct(
            gettext("Hồ sơ cần ít nhất một dòng sự thật có bằng chứng."),
            gettext("Thêm dòng sự thật") if may("incident.add_fact") else "",
            "#add-fact",
        )
    if missing and not drafts:
        return NextAct(
            gettext("Đã chọn phương án. Việc của tài khoản này: lập văn bản.")
            if _reader_is(page.holders.get(Role.DRAFTER, ()))
            else gettext("Đã chọn phương án. %(name)s lập văn bản.", name=_for(page, Role.DRAFTER)),
            gettext("Lập %(document)s", document=DOCUMENTS_LOWER[missing[0].value])
            if may("incident.make_document")
            else "",
            "#documents",
        )
    if drafts:
        row = drafts[0]
        returned = row.state == DocumentState.RETURNED
        sentence = (
            gettext("%(name)s trả lại: “%(comment)s”", name=row.returned_by, comment=row.returned)
            if returned
            else ngettext("Còn %(num)s văn bản đang soạn.", "Còn %(num)s văn bản đang soạn.", len(drafts))
        )
        return NextAct(
            sentence,
            gettext("Soạn %(document)s", document=DOCUMENTS_LOWER[row.kind])
            if may("document.sentence")
            else gettext("Xem bản thảo"),
            url_for("document.show", document_id=row.id),
        )
    if approved:
        return NextAct(
            gettext("Đã duyệt đủ. Việc của tài khoản này: lấy số, ghi ngày và người ký.")
            if _reader_is(page.holders.get(Role.CLERK, ()))
            else gettext("Đã duyệt đủ. %(name)s lấy số, ghi ngày và người ký.", name=_for(page, Role.CLERK)),
            gettext("Phát hành %(document)s", document=DOCUMENTS_LOWER[approved[0].kind])
            if may("document.issue")
            else "",
            url_for("document.show", document_id=approved[0].id) + "#issue",
        )
    if issued:
        unsent = next((row for row in issued if not row.queued and not row.sent), issued[0])
        return NextAct(
            gettext("Đã phát hành. Chọn nơi nhận và gửi.")
            if not unsent.queued
            else gettext("Văn bản đang chờ gửi."),
            gettext("Gửi %(document)s", document=DOCUMENTS_LOWER[unsent.kind])
            if may("document.send")
            else "",
            url_for("document.show", document_id=unsent.id) + "#send",
        )
    return NextAct(
        gettext("Phương án đã chọn làm ngoài hệ thống: thông tin qua kênh của cơ quan rồi ghi lại ở đây."),
        gettext("Ghi việc đã thông tin") if may("incident.record_outside") else "",
        "#record",
    )


def _waiting(page: IncidentPage, waiting: list[DocumentRow]) -> NextAct:
    step = next((step for step in waiting[0].steps if step.turn), waiting[0].steps[-1])
    role = Role.SPOKESPERSON if step.step == "spokesperson" else Role.CONTENT_APPROVER
    documents = ngettext("%(num)s văn bản", "%(num)s văn bản", len(waiting))
    named = str(STEPS[ApprovalStep(step.step)]).lower()
    return NextAct(
        gettext("Việc của tài khoản này: %(step)s (%(documents)s).", documents=documents, step=named)
        if _reader_is(step.who)
        else gettext(
            "%(documents)s chờ %(name)s: %(step)s. Người soạn không tự duyệt.",
            documents=documents,
            name=people_words(step.who, role),
            step=named,
        ),
        gettext("Xem để duyệt") if may("approval.show") else "",
        url_for("approval.show", incident_id=page.id) if may("approval.show") else "",
    )
