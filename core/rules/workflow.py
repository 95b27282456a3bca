"""Article 6 as a state machine (domain.md §2): which incident may go where, and which act moves it.

Pure tables. "Any state" of the table's last line means any that is still open. Nothing here moves an incident by a score (G5).
Two moves are ours, because documents D18 and D19 and those for channels are not made by the program yet: a reply, or an answer
that the office sent by its own means, is recorded and leads to follow-up.
"""

from __future__ import annotations

from enum import StrEnum

from core.errors import RuleBroken
from core.rules.vocabulary import STATE_VI, DocumentState, IncidentState

S = IncidentState


class Act(StrEnum):
    """What people, or the machine after sending, do to an incident."""

    BEGIN = "begin"
    CONCLUDE = "conclude"
    REOPEN_CLAIM = "reopen_claim"
    ASSESS = "assess"
    CHOOSE_ANSWER = "choose_answer"
    CHOOSE_REPLY = "choose_reply"
    CHOOSE_QUIET = "choose_quiet"
    RECORD_REPLY = "record_reply"
    RECORD_OUTSIDE = "record_outside"
    DRAFT = "draft"
    SUBMIT = "submit"
    RETURN = "return"
    ISSUE = "issue"
    PUBLISH = "publish"
    FOLLOW_UP = "follow_up"
    STILL_SPREADING = "still_spreading"
    NEW_EVIDENCE = "new_evidence"
    CLOSE = "close"
    PAUSE = "pause"
    RESUME = "resume"
    TRANSFER = "transfer"
    REOPEN = "reopen"


#: states in which work goes on
OPEN = frozenset(S) - {S.CLOSED, S.PAUSED, S.TRANSFERRED}

#: states in which documents may be drafted, changed, submitted, approved, issued: from the dossier on
DOCUMENT_STATES = frozenset({S.DOSSIER, S.DRAFTING, S.APPROVAL, S.ISSUED, S.PUBLISHED, S.FOLLOW_UP})

#: states in which an issued document may leave the house
DISPATCH_STATES = frozenset({S.DRAFTING, S.APPROVAL, S.ISSUED, S.PUBLISHED, S.FOLLOW_UP})

#: (act, from) → to. RESUME goes back to the state that was left and is not in the table.
MOVES: dict[tuple[Act, IncidentState], IncidentState] = {
    (Act.BEGIN, S.RECEIVED): S.VERIFYING,
    (Act.CONCLUDE, S.VERIFYING): S.CONCLUDED,
    (Act.ASSESS, S.CONCLUDED): S.ASSESSING,
    (Act.ASSESS, S.ASSESSING): S.ASSESSING,
    (Act.CHOOSE_ANSWER, S.ASSESSING): S.DOSSIER,
    (Act.CHOOSE_REPLY, S.ASSESSING): S.REPLYING,
    (Act.CHOOSE_QUIET, S.ASSESSING): S.FOLLOW_UP,
    (Act.RECORD_REPLY, S.REPLYING): S.FOLLOW_UP,
    (Act.RECORD_OUTSIDE, S.DOSSIER): S.FOLLOW_UP,
    (Act.DRAFT, S.DOSSIER): S.DRAFTING,
    (Act.SUBMIT, S.DRAFTING): S.APPROVAL,
    (Act.RETURN, S.APPROVAL): S.DRAFTING,
    (Act.ISSUE, S.APPROVAL): S.ISSUED,
    (Act.PUBLISH, S.ISSUED): S.PUBLISHED,
    (Act.FOLLOW_UP, S.PUBLISHED): S.FOLLOW_UP,
    (Act.FOLLOW_UP, S.FOLLOW_UP): S.FOLLOW_UP,
    (Act.STILL_SPREADING, S.FOLLOW_UP): S.ASSESSING,
    (Act.NEW_EVIDENCE, S.FOLLOW_UP): S.VERIFYING,
    (Act.CLOSE, S.FOLLOW_UP): S.CLOSED,
    (Act.REOPEN, S.CLOSED): S.VERIFYING,
    (Act.REOPEN, S.TRANSFERRED): S.VERIFYING,
}
# a verdict that falls (superseded, its evidence taken away) leads back to verifying from wherever the incident stands
MOVES |= {(Act.REOPEN_CLAIM, state): S.VERIFYING for state in OPEN - {S.RECEIVED, S.VERIFYING}}
MOVES |= {(Act.PAUSE, state): S.PAUSED for state in OPEN}
MOVES |= {(Act.TRANSFER, state): S.TRANSFERRED for state in (*OPEN, S.PAUSED)}

#: moves that need words: why (domain.md: pause, transfer, reopen, leaving state 5 in silence, closing with a result)
NEEDS_REASON = frozenset(
    {
        Act.PAUSE,
        Act.TRANSFER,
        Act.REOPEN,
        Act.CLOSE,
        Act.CHOOSE_QUIET,
        Act.STILL_SPREADING,
        Act.NEW_EVIDENCE,
        Act.RECORD_REPLY,
        Act.RECORD_OUTSIDE,
    }
)

#: what people call the acts
ACT_VI: dict[Act, str] = {
    Act.BEGIN: "bắt đầu xác minh",
    Act.CONCLUDE: "kết luận",
    Act.REOPEN_CLAIM: "xác minh lại tuyên bố",
    Act.ASSESS: "đánh giá lan truyền và ảnh hưởng",
    Act.CHOOSE_ANSWER: "chọn phương án",
    Act.CHOOSE_REPLY: "chọn trả lời phản ánh",
    Act.CHOOSE_QUIET: "chọn không phản hồi công khai",
    Act.RECORD_REPLY: "ghi việc đã trả lời",
    Act.RECORD_OUTSIDE: "ghi việc đã thông tin",
    Act.DRAFT: "soạn văn bản",
    Act.SUBMIT: "gửi duyệt",
    Act.RETURN: "trả lại",
    Act.ISSUE: "phát hành",
    Act.PUBLISH: "công bố, gửi",
    Act.FOLLOW_UP: "ghi kết quả theo dõi",
    Act.STILL_SPREADING: "ghi còn lan truyền",
    Act.NEW_EVIDENCE: "ghi có bằng chứng mới",
    Act.CLOSE: "đóng",
    Act.PAUSE: "tạm dừng",
    Act.RESUME: "tiếp tục",
    Act.TRANSFER: "chuyển cơ quan khác",
    Act.REOPEN: "mở lại",
}


def allowed_acts(state: IncidentState) -> frozenset[Act]:
    """Every act that the state admits."""
    acts = {act for act, origin in MOVES if origin == state}
    if state == S.PAUSED:
        acts.add(Act.RESUME)
    return frozenset(acts)


def target(act: Act, state: IncidentState, *, resume_state: str = "") -> IncidentState:
    """Where the act leads. Raises :class:`RuleBroken` ("workflow") when the state does not admit it."""
    if act == Act.RESUME and state == S.PAUSED:
        return S(resume_state) if resume_state in set(OPEN) else S.VERIFYING
    try:
        return MOVES[act, state]
    except KeyError:
        possible = ", ".join(sorted(ACT_VI[other] for other in allowed_acts(state)))
        raise RuleBroken(
            "workflow",
            f"Vụ việc đang ở bước “{STATE_VI[state]}” nên chưa thể {ACT_VI[act]}.",
            f"The incident is in state {state}; {act} is not possible from there.",
            lawful=f"Từ bước này có thể: {possible}." if possible else "",
        ) from None


D = DocumentState

#: what may be done with a document, by its state
DOCUMENT_MOVES: dict[tuple[str, DocumentState], DocumentState] = {
    ("save", D.DRAFT): D.DRAFT,
    ("save", D.RETURNED): D.DRAFT,
    ("save", D.SUBMITTED): D.DRAFT,
    ("save", D.APPROVED): D.DRAFT,
    ("submit", D.DRAFT): D.SUBMITTED,
    ("approve", D.SUBMITTED): D.SUBMITTED,
    ("approve_last", D.SUBMITTED): D.APPROVED,
    ("return", D.SUBMITTED): D.RETURNED,
    ("return", D.APPROVED): D.RETURNED,
    ("issue", D.APPROVED): D.ISSUED,
    ("publish", D.ISSUED): D.PUBLISHED,
    ("publish", D.PUBLISHED): D.PUBLISHED,
}

DOCUMENT_STATE_VI: dict[DocumentState, str] = {
    D.DRAFT: "dự thảo",
    D.SUBMITTED: "chờ duyệt",
    D.RETURNED: "bị trả lại",
    D.APPROVED: "đã duyệt",
    D.ISSUED: "đã phát hành",
    D.PUBLISHED: "đã công bố",
}

_DOCUMENT_ACT_VI = {
    "save": "sửa",
    "submit": "gửi duyệt",
    "approve": "duyệt",
    "approve_last": "duyệt",
    "return": "trả lại",
    "issue": "phát hành",
    "publish": "gửi hoặc công bố",
}

#: what is possible instead, by state
_DOCUMENT_NEXT: dict[DocumentState, str] = {
    D.DRAFT: "Gửi duyệt bản này trước.",
    D.SUBMITTED: "Chờ duyệt đủ các bước, hoặc lưu bản sửa rồi trình lại.",
    D.RETURNED: "Sửa theo ý kiến, lưu rồi gửi duyệt lại.",
    D.APPROVED: "Phát hành bản đã duyệt, hoặc lưu bản sửa rồi trình lại.",
    D.ISSUED: "Văn bản đã phát hành không sửa được; nếu có sai sót, cơ quan ra đính chính.",
    D.PUBLISHED: "Văn bản đã công bố không sửa được; nếu có sai sót, cơ quan ra đính chính.",
}


def document_target(act: str, state: DocumentState) -> DocumentState:
    """Where an act leads a document. Raises :class:`RuleBroken` ("workflow") when its state does not admit it."""
    try:
        return DOCUMENT_MOVES[act, state]
    except KeyError:
        lawful = _DOCUMENT_NEXT[state]
        raise RuleBroken(
            "workflow",
            f"Văn bản đang ở trạng thái “{DOCUMENT_STATE_VI[state]}” nên không thể {_DOCUMENT_ACT_VI[act]}.",
            f"The document is {state}; it cannot be changed by {act}.",
            lawful=lawful,
        ) from None
