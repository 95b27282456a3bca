"""Words of the answering side: answers of the matrix, evidence, approval steps, follow-up, dispatch. Labels go through gettext."""

from __future__ import annotations

from flask.sansio.app import App
from flask_babel import LazyString, lazy_gettext

from core.rules.matrix import Answer
from core.rules.vocabulary import (
    ApprovalStep,
    DispatchState,
    EvidenceKind,
    Harm,
    IncidentState,
    Spread,
    VerdictState,
)

ANSWERS: dict[Answer, LazyString] = {
    Answer.RECORD: lazy_gettext("Ghi nhận"),
    Answer.WATCH: lazy_gettext("Theo dõi"),
    Answer.PRIVATE_REPLY: lazy_gettext("Phản hồi riêng"),
    Answer.PREPARE: lazy_gettext("Chuẩn bị bản tin loa, bài Zalo OA"),
    Answer.REPLY: lazy_gettext("Trả lời phản ánh"),
    Answer.ESCALATE: lazy_gettext("Chuyển cấp trên"),
    Answer.CRISIS: lazy_gettext("Chế độ khủng hoảng"),
    Answer.D1: lazy_gettext("Thông cáo báo chí"),
    Answer.D2: lazy_gettext("Phát ngôn"),
    Answer.D3: lazy_gettext("Công văn thông báo tới cơ quan cấp trên"),
    Answer.D4: lazy_gettext("Tài liệu giao ban báo chí"),
    Answer.D5: lazy_gettext("Tin đăng cổng thông tin điện tử"),
    Answer.D6: lazy_gettext("Thông tin cung cấp cho cơ quan báo chí"),
    Answer.D7: lazy_gettext("Văn bản phản hồi, yêu cầu cải chính"),
    Answer.D8: lazy_gettext("Bản tin loa truyền thanh"),
    Answer.D9: lazy_gettext("Bài Zalo OA, Facebook"),
    Answer.D10: lazy_gettext("Bộ thông tin cho lực lượng thông tin đối ngoại"),
    Answer.D17: lazy_gettext("Báo cáo đột xuất"),
    Answer.D18: lazy_gettext("Văn bản trả lời phản ánh, phê bình"),
    Answer.D19: lazy_gettext("Thông tin ban đầu"),
    Answer.D20: lazy_gettext("Đính chính của cơ quan"),
    Answer.INFORMATION: lazy_gettext("Thông tin chủ động"),
}

#: inside a sentence or on a button: "Lập thông cáo báo chí"
DOCUMENTS_LOWER: dict[str, LazyString] = {
    "D1": lazy_gettext("thông cáo báo chí"),
    "D3": lazy_gettext("công văn thông báo"),
}

#: as the cells of the table say it
SHORT_ANSWERS: dict[Answer, LazyString] = {
    **ANSWERS,
    Answer.PREPARE: lazy_gettext("Chuẩn bị loa, Zalo OA"),
    Answer.D1: lazy_gettext("Thông cáo"),
    Answer.D3: lazy_gettext("Công văn báo cấp trên"),
    Answer.D4: lazy_gettext("Giao ban báo chí"),
    Answer.D5: lazy_gettext("Cổng"),
    Answer.D6: lazy_gettext("Cung cấp thông tin cho báo"),
    Answer.D7: lazy_gettext("Văn bản tới báo"),
    Answer.D8: lazy_gettext("Loa"),
    Answer.D9: lazy_gettext("Zalo OA"),
    Answer.D10: lazy_gettext("Thông tin đối ngoại"),
}

#: clocks beside a time, short enough for a phone
CLOCK_SHORT: dict[str, LazyString] = {
    "A": lazy_gettext("Phát ngôn lần đầu"),
    "B": lazy_gettext("Thông tin cho dư luận"),
    "C": lazy_gettext("Báo cấp trên"),
    "D": lazy_gettext("Trả lời phản ánh"),
}

#: the rows and columns of the table, in plain words
SPREAD_WORDS: dict[Spread, LazyString] = {
    Spread.R0: lazy_gettext("một bài, ít người xem"),
    Spread.R1: lazy_gettext("vài nhóm ở địa phương"),
    Spread.R2: lazy_gettext("từ một báo, hoặc rất nhiều lượt xem"),
    Spread.R3: lazy_gettext("báo cả nước hoặc nước ngoài"),
}
SPREAD_SHORT: dict[Spread, LazyString] = {
    Spread.R0: lazy_gettext("Một bài"),
    Spread.R1: lazy_gettext("Vài nhóm"),
    Spread.R2: lazy_gettext("Lan rộng"),
    Spread.R3: lazy_gettext("Cả nước, nước ngoài"),
}
HARM_WORDS: dict[Harm, LazyString] = {
    Harm.H0: lazy_gettext("không hại"),
    Harm.H1: lazy_gettext("gây lẫn lộn"),
    Harm.H2: lazy_gettext("quyền lợi, tiền, dịch vụ"),
    Harm.H3: lazy_gettext("an toàn, sức khỏe, trật tự"),
}

EVIDENCE: dict[EvidenceKind, LazyString] = {
    EvidenceKind.DOCUMENT: lazy_gettext("Văn bản, sổ sách"),
    EvidenceKind.MEASUREMENT: lazy_gettext("Số đo, kết quả kiểm tra"),
    EvidenceKind.STATEMENT: lazy_gettext("Lời kể, lời xác nhận đã ghi lại"),
    EvidenceKind.CAPTURE: lazy_gettext("Ảnh chụp, bản lưu"),
    EvidenceKind.LINK: lazy_gettext("Đường dẫn tới nguồn khác"),
}
EVIDENCE_ICONS: dict[str, str] = {
    "document": "doc",
    "measurement": "health",
    "statement": "phone",
    "capture": "camera",
    "link": "link",
}

VERDICT_STATES: dict[VerdictState, LazyString] = {
    VerdictState.PROPOSED: lazy_gettext("chờ người thứ hai xác nhận"),
    VerdictState.CONFIRMED: lazy_gettext("đã xác nhận"),
    VerdictState.RETURNED: lazy_gettext("bị trả lại"),
    VerdictState.SUPERSEDED: lazy_gettext("đã thay bằng kết luận khác"),
}

STEPS: dict[ApprovalStep, LazyString] = {
    ApprovalStep.CONTENT: lazy_gettext("Duyệt nội dung"),
    ApprovalStep.SECRECY: lazy_gettext("Rà bí mật, dữ liệu cá nhân"),
    ApprovalStep.SPOKESPERSON: lazy_gettext("Người phát ngôn duyệt"),
}

DISPATCHES: dict[DispatchState, tuple[LazyString, str, str]] = {
    DispatchState.QUEUED: (lazy_gettext("Đang chờ gửi"), "clock", "wait"),
    DispatchState.SENDING: (lazy_gettext("Đang gửi"), "clock", "wait"),
    DispatchState.SENT: (lazy_gettext("Đã gửi"), "check", "good"),
    DispatchState.FAILED: (lazy_gettext("Không gửi được"), "warn", "bad"),
}
CHANNELS: dict[str, LazyString] = {
    "email": lazy_gettext("Thư điện tử"),
    "folder": lazy_gettext("Thư mục trên máy"),
}

FOLLOW_UPS: tuple[tuple[str, LazyString], ...] = (
    ("quiet", lazy_gettext("Đã lắng, không lan thêm")),
    ("corrected", lazy_gettext("Nơi đăng đã cải chính hoặc gỡ")),
    ("spreading", lazy_gettext("Còn lan truyền: chọn lại phương án")),
    ("new_evidence", lazy_gettext("Có bằng chứng mới: xác minh lại")),
)

#: the stepper: twelve steps of a clarification, or the short road of a reply
CLARIFY_ROAD: tuple[IncidentState | None, ...] = (
    None,
    IncidentState.RECEIVED,
    IncidentState.VERIFYING,
    IncidentState.CONCLUDED,
    IncidentState.ASSESSING,
    IncidentState.DOSSIER,
    IncidentState.DRAFTING,
    IncidentState.APPROVAL,
    IncidentState.ISSUED,
    IncidentState.PUBLISHED,
    IncidentState.FOLLOW_UP,
    IncidentState.CLOSED,
)
REPLY_ROAD: tuple[IncidentState | None, ...] = (
    None,
    IncidentState.RECEIVED,
    IncidentState.VERIFYING,
    IncidentState.CONCLUDED,
    IncidentState.ASSESSING,
    IncidentState.REPLYING,
    IncidentState.FOLLOW_UP,
    IncidentState.CLOSED,
)
QUIET_ROAD: tuple[IncidentState | None, ...] = (
    None,
    IncidentState.RECEIVED,
    IncidentState.VERIFYING,
    IncidentState.CONCLUDED,
    IncidentState.ASSESSING,
    IncidentState.FOLLOW_UP,
    IncidentState.CLOSED,
)
DETECTED = lazy_gettext("Phát hiện")


def install(app: App) -> None:
    """Offer the words to templates."""
    app.jinja_env.globals.update(
        answer_names={answer.value: label for answer, label in ANSWERS.items()},
        answer_short={answer.value: label for answer, label in SHORT_ANSWERS.items()},
        spread_words={level.value: label for level, label in SPREAD_WORDS.items()},
        spread_short={level.value: label for level, label in SPREAD_SHORT.items()},
        harm_words={level.value: label for level, label in HARM_WORDS.items()},
        evidence_names={kind.value: label for kind, label in EVIDENCE.items()},
        evidence_icons=EVIDENCE_ICONS,
        verdict_states={state.value: label for state, label in VERDICT_STATES.items()},
        step_names={step.value: label for step, label in STEPS.items()},
        dispatch_marks={state.value: mark for state, mark in DISPATCHES.items()},
        clock_short=CLOCK_SHORT,
        document_lower=DOCUMENTS_LOWER,
        channel_names=CHANNELS,
        follow_up_names=dict(FOLLOW_UPS),
    )
