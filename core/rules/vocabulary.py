"""The words of the trade as enumerations: roles, tags, verdicts, states, documents, levels.

Values are stored and appear in audit rows and exports; they never change meaning. What staff read is in
``review_app/translations`` and in the ``vi`` tables below, which follow the glossary (domain.md §5).
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a person may do (domain.md §2 roles × rights). One person may hold several."""

    OFFICER = "officer"
    VERIFIER = "verifier"
    DRAFTER = "drafter"
    CONTENT_APPROVER = "content_approver"
    SPOKESPERSON = "spokesperson"
    SIGNER = "signer"
    CLERK = "clerk"
    PUBLISHER = "publisher"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Level(StrEnum):
    """The level of an office; decides basis, addressee and signer (domain.md level table)."""

    COMMUNE = "commune"
    DEPARTMENT = "department"
    PROVINCE = "province"


class Tag(StrEnum):
    """The one triage vocabulary: a note or suspicion of one person, never a verdict (domain.md §2)."""

    IRRELEVANT = "irrelevant"
    WATCH = "watch"
    ACCURATE = "accurate"
    CRITICISM = "criticism"
    OPINION = "opinion"
    UNCLEAR = "unclear"
    SUSPECTED = "suspected"


#: tags that say that an answer is needed: something to correct, or somebody to reply to
NEEDED: frozenset[Tag] = frozenset({Tag.SUSPECTED, Tag.CRITICISM})

#: key on the keyboard, in the order of the buttons (ui: X W A C O U M)
TAG_KEYS: dict[Tag, str] = {
    Tag.IRRELEVANT: "x",
    Tag.WATCH: "w",
    Tag.ACCURATE: "a",
    Tag.CRITICISM: "c",
    Tag.OPINION: "o",
    Tag.UNCLEAR: "u",
    Tag.SUSPECTED: "m",
}


class Verdict(StrEnum):
    """The result on a claim (domain.md §2 state 4)."""

    ACCURATE = "accurate"
    MISLEADING = "misleading"
    UNVERIFIED = "unverified"
    OPINION = "opinion"


class SubVerdict(StrEnum):
    """What kind of Sai lệch or of Ý kiến, phê bình it is."""

    FALSE = "false"
    MISLEADING_IMPRESSION = "misleading_impression"
    OLD_CONTENT = "old_content"
    IMPERSONATION = "impersonation"
    WRONG_NAME = "wrong_name"
    CRITICISM = "criticism"
    SATIRE = "satire"
    NONE = ""


#: which sub-verdicts a verdict may carry
SUB_VERDICTS: dict[Verdict, tuple[SubVerdict, ...]] = {
    Verdict.ACCURATE: (SubVerdict.NONE, SubVerdict.CRITICISM),
    Verdict.MISLEADING: (
        SubVerdict.FALSE,
        SubVerdict.MISLEADING_IMPRESSION,
        SubVerdict.OLD_CONTENT,
        SubVerdict.IMPERSONATION,
        SubVerdict.WRONG_NAME,
    ),
    Verdict.UNVERIFIED: (SubVerdict.NONE,),
    Verdict.OPINION: (SubVerdict.NONE, SubVerdict.CRITICISM, SubVerdict.SATIRE),
}


class Heard(StrEnum):
    """What the machine hears of a judged claim in a later text."""

    REPEATS = "repeats"
    DENIES = "denies"


class Said(StrEnum):
    """A person's answer: the text says the claim again, denies or corrects it, or has nothing to do with it."""

    RIGHT = "right"
    DENIAL = "denial"
    WRONG = "wrong"


class VerdictState(StrEnum):
    """A verdict is proposed by one person and confirmed or returned by another."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    SUPERSEDED = "superseded"


class EvidenceKind(StrEnum):
    """Where a piece of evidence comes from."""

    CAPTURE = "capture"
    DOCUMENT = "document"
    STATEMENT = "statement"
    MEASUREMENT = "measurement"
    LINK = "link"


class IncidentState(StrEnum):
    """Article 6 as a workflow (domain.md §2 table); ``detected`` is an item before an incident exists."""

    RECEIVED = "received"
    VERIFYING = "verifying"
    CONCLUDED = "concluded"
    ASSESSING = "assessing"
    REPLYING = "replying"
    DOSSIER = "dossier"
    DRAFTING = "drafting"
    APPROVAL = "approval"
    ISSUED = "issued"
    PUBLISHED = "published"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    PAUSED = "paused"
    TRANSFERRED = "transferred"


class Spread(StrEnum):
    """R0–R3 of the response matrix (domain.md §6)."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"


class Harm(StrEnum):
    """H0–H3 of the response matrix."""

    H0 = "H0"
    H1 = "H1"
    H2 = "H2"
    H3 = "H3"


class DocumentKind(StrEnum):
    """Documents made so far (domain.md §4). Each kind that exists has a maker; none is a stub."""

    PRESS_RELEASE = "D1"
    NOTICE = "D3"


class DocumentState(StrEnum):
    """Life of a document."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    ISSUED = "issued"
    PUBLISHED = "published"


class ApprovalStep(StrEnum):
    """Steps of state 8, in order; the signer's act is in the official document system and is recorded at issue."""

    CONTENT = "content"
    SECRECY = "secrecy"
    SPOKESPERSON = "spokesperson"


class Decision(StrEnum):
    """What a person does with a thing put before them."""

    APPROVED = "approved"
    RETURNED = "returned"


class DeadlineKind(StrEnum):
    """Clocks A–D of domain.md §2 (E–H come with their documents)."""

    FIRST_STATEMENT = "A"
    DIVIDED_OPINION = "B"
    NOTICE = "C"
    ANSWER_CRITICISM = "D"


class Band(StrEnum):
    """How sure the place match is."""

    IN = "in"
    CHECK = "check"
    OUT = "out"


class DispatchState(StrEnum):
    """Life of one message to one recipient."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


#: how an item came when a person of the office brought it: pasted text or link, uploaded file, note of a telephone call
BY_HAND: tuple[str, ...] = ("hand", "file", "phone")
#: what people brought to the office: by the form, or by mail to its inbox
BROUGHT: tuple[str, ...] = (*BY_HAND, "mail")


class SourceState(StrEnum):
    """The state of a source, from its last runs."""

    NEW = "new"
    WORKING = "working"
    EMPTY = "empty"
    SILENT = "silent"
    FAILING = "failing"
    DISABLED = "disabled"


TAG_VI: dict[Tag, str] = {
    Tag.IRRELEVANT: "Không liên quan",
    Tag.WATCH: "Theo dõi",
    Tag.ACCURATE: "Chính xác",
    Tag.CRITICISM: "Phê bình, phản ánh",
    Tag.OPINION: "Ý kiến, châm biếm",
    Tag.UNCLEAR: "Chưa đủ căn cứ",
    Tag.SUSPECTED: "Nghi sai lệch",
}

VERDICT_VI: dict[Verdict, str] = {
    Verdict.ACCURATE: "Chính xác",
    Verdict.MISLEADING: "Sai lệch",
    Verdict.UNVERIFIED: "Chưa đủ căn cứ",
    Verdict.OPINION: "Ý kiến, phê bình, phản ánh",
}

SUB_VERDICT_VI: dict[SubVerdict, str] = {
    SubVerdict.FALSE: "sai sự thật",
    SubVerdict.MISLEADING_IMPRESSION: "gây hiểu nhầm",
    SubVerdict.OLD_CONTENT: "nội dung cũ, cắt ghép",
    SubVerdict.IMPERSONATION: "mạo danh",
    SubVerdict.WRONG_NAME: "sai tên, sai địa danh",
    SubVerdict.CRITICISM: "phê bình, phản ánh",
    SubVerdict.SATIRE: "châm biếm",
    SubVerdict.NONE: "",
}

STATE_VI: dict[IncidentState, str] = {
    IncidentState.RECEIVED: "Tiếp nhận",
    IncidentState.VERIFYING: "Xác minh",
    IncidentState.CONCLUDED: "Kết luận",
    IncidentState.ASSESSING: "Phương án",
    IncidentState.REPLYING: "Trả lời phản ánh",
    IncidentState.DOSSIER: "Hồ sơ",
    IncidentState.DRAFTING: "Dự thảo",
    IncidentState.APPROVAL: "Chờ duyệt",
    IncidentState.ISSUED: "Phát hành",
    IncidentState.PUBLISHED: "Công bố",
    IncidentState.FOLLOW_UP: "Theo dõi",
    IncidentState.CLOSED: "Đóng",
    IncidentState.PAUSED: "Tạm dừng",
    IncidentState.TRANSFERRED: "Chuyển cơ quan khác",
}

DOCUMENT_VI: dict[DocumentKind, str] = {
    DocumentKind.PRESS_RELEASE: "Thông cáo báo chí",
    DocumentKind.NOTICE: "Công văn thông báo",
}
