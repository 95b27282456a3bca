"""What staff read for each word of ``core.rules.vocabulary``, with its icon and colour. Labels go through gettext."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask_babel import LazyString, gettext, lazy_gettext

from core.rules.vocabulary import (
    TAG_KEYS,
    DeadlineKind,
    DocumentKind,
    DocumentState,
    Harm,
    IncidentState,
    Role,
    SourceState,
    Spread,
    SubVerdict,
    Tag,
    Verdict,
)
from review_app.kind_words import option_words


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with the icon and the colour class of ``components.css``."""

    label: LazyString
    icon: str
    css: str
    short: LazyString | None = None


TAGS: dict[Tag, Mark] = {
    Tag.IRRELEVANT: Mark(lazy_gettext("Không liên quan"), "none", "v-none"),
    Tag.WATCH: Mark(lazy_gettext("Theo dõi"), "watch", "v-watch"),
    Tag.ACCURATE: Mark(lazy_gettext("Chính xác"), "accurate", "v-accurate"),
    Tag.CRITICISM: Mark(
        lazy_gettext("Phê bình, phản ánh"), "criticism", "v-criticism", short=lazy_gettext("Phản ánh")
    ),
    Tag.OPINION: Mark(
        lazy_gettext("Ý kiến, châm biếm"), "opinion", "v-opinion", short=lazy_gettext("Ý kiến")
    ),
    Tag.UNCLEAR: Mark(lazy_gettext("Chưa đủ căn cứ"), "unverified", "v-unverified"),
    Tag.SUSPECTED: Mark(lazy_gettext("Nghi sai lệch"), "misleading", "v-misleading"),
}

VERDICTS: dict[Verdict, Mark] = {
    Verdict.ACCURATE: Mark(lazy_gettext("Chính xác"), "accurate", "v-accurate"),
    Verdict.MISLEADING: Mark(lazy_gettext("Sai lệch"), "misleading", "v-misleading"),
    Verdict.UNVERIFIED: Mark(lazy_gettext("Chưa đủ căn cứ"), "unverified", "v-unverified"),
    Verdict.OPINION: Mark(lazy_gettext("Ý kiến, phê bình, phản ánh"), "opinion", "v-opinion"),
}

SUB_VERDICTS: dict[SubVerdict, LazyString] = {
    SubVerdict.FALSE: lazy_gettext("sai sự thật"),
    SubVerdict.MISLEADING_IMPRESSION: lazy_gettext("gây hiểu nhầm"),
    SubVerdict.OLD_CONTENT: lazy_gettext("nội dung cũ, cắt ghép"),
    SubVerdict.IMPERSONATION: lazy_gettext("mạo danh"),
    SubVerdict.WRONG_NAME: lazy_gettext("sai tên, sai địa danh"),
    SubVerdict.CRITICISM: lazy_gettext("phê bình, phản ánh"),
    SubVerdict.SATIRE: lazy_gettext("châm biếm"),
}

STATES: dict[IncidentState, LazyString] = {
    IncidentState.RECEIVED: lazy_gettext("Tiếp nhận"),
    IncidentState.VERIFYING: lazy_gettext("Xác minh"),
    IncidentState.CONCLUDED: lazy_gettext("Kết luận"),
    IncidentState.ASSESSING: lazy_gettext("Phương án"),
    IncidentState.REPLYING: lazy_gettext("Trả lời phản ánh"),
    IncidentState.DOSSIER: lazy_gettext("Hồ sơ"),
    IncidentState.DRAFTING: lazy_gettext("Dự thảo"),
    IncidentState.APPROVAL: lazy_gettext("Chờ duyệt"),
    IncidentState.ISSUED: lazy_gettext("Phát hành"),
    IncidentState.PUBLISHED: lazy_gettext("Công bố"),
    IncidentState.FOLLOW_UP: lazy_gettext("Theo dõi"),
    IncidentState.CLOSED: lazy_gettext("Đóng"),
    IncidentState.PAUSED: lazy_gettext("Tạm dừng"),
    IncidentState.TRANSFERRED: lazy_gettext("Chuyển cơ quan khác"),
}

DOCUMENTS: dict[DocumentKind, LazyString] = {
    DocumentKind.PRESS_RELEASE: lazy_gettext("Thông cáo báo chí"),
    DocumentKind.NOTICE: lazy_gettext("Công văn thông báo"),
}

DOCUMENT_STATES: dict[DocumentState, LazyString] = {
    DocumentState.DRAFT: lazy_gettext("Đang soạn"),
    DocumentState.SUBMITTED: lazy_gettext("Chờ duyệt"),
    DocumentState.RETURNED: lazy_gettext("Trả lại"),
    DocumentState.APPROVED: lazy_gettext("Đã duyệt"),
    DocumentState.ISSUED: lazy_gettext("Đã phát hành"),
    DocumentState.PUBLISHED: lazy_gettext("Đã công bố"),
}

CLOCKS: dict[DeadlineKind, LazyString] = {
    DeadlineKind.FIRST_STATEMENT: lazy_gettext("Phát ngôn lần đầu"),
    DeadlineKind.DIVIDED_OPINION: lazy_gettext("Cung cấp thông tin khi dư luận còn khác nhau"),
    DeadlineKind.NOTICE: lazy_gettext("Công văn báo cấp trên"),
    DeadlineKind.ANSWER_CRITICISM: lazy_gettext("Trả lời phản ánh"),
}

SPREADS: dict[Spread, LazyString] = {
    Spread.R0: lazy_gettext("Một bài"),
    Spread.R1: lazy_gettext("Vài nhóm"),
    Spread.R2: lazy_gettext("Lan rộng"),
    Spread.R3: lazy_gettext("Báo cả nước, nước ngoài"),
}

HARMS: dict[Harm, LazyString] = {
    Harm.H0: lazy_gettext("không hại"),
    Harm.H1: lazy_gettext("gây lẫn lộn"),
    Harm.H2: lazy_gettext("quyền lợi, tiền, dịch vụ"),
    Harm.H3: lazy_gettext("an toàn, sức khỏe, trật tự"),
}

ROLES: dict[Role, LazyString] = {
    Role.OFFICER: lazy_gettext("cán bộ theo dõi"),
    Role.VERIFIER: lazy_gettext("người xác nhận"),
    Role.DRAFTER: lazy_gettext("người soạn"),
    Role.CONTENT_APPROVER: lazy_gettext("người duyệt nội dung"),
    Role.SPOKESPERSON: lazy_gettext("người phát ngôn"),
    Role.SIGNER: lazy_gettext("người ký"),
    Role.CLERK: lazy_gettext("văn thư"),
    Role.PUBLISHER: lazy_gettext("người đăng"),
    Role.MANAGER: lazy_gettext("lãnh đạo theo dõi"),
    Role.ADMINISTRATOR: lazy_gettext("quản trị"),
    Role.AUDITOR: lazy_gettext("người kiểm tra nhật ký"),
}

SOURCE_STATES: dict[SourceState, Mark] = {
    SourceState.NEW: Mark(lazy_gettext("Chưa đọc lần nào"), "clock", "st-off"),
    SourceState.WORKING: Mark(lazy_gettext("Bình thường"), "check", "st-ok"),
    SourceState.EMPTY: Mark(lazy_gettext("Đọc được, không có tin"), "clock", "st-quiet"),
    SourceState.SILENT: Mark(lazy_gettext("Im lặng lâu"), "clock", "st-quiet"),
    SourceState.FAILING: Mark(lazy_gettext("Lỗi"), "warn", "st-bad"),
    SourceState.DISABLED: Mark(lazy_gettext("Đang tắt"), "none", "st-off"),
}

SOURCE_KINDS: dict[str, LazyString] = {
    "feed": lazy_gettext("nguồn cấp tin (RSS, Atom, JSON)"),
    "sitemap": lazy_gettext("sơ đồ trang (sitemap)"),
    "listing": lazy_gettext("trang chuyên mục"),
    "page": lazy_gettext("một trang"),
    "google-news": lazy_gettext("tìm trên Google News"),
    "bing-news": lazy_gettext("tìm trên Bing News"),
    "gdelt": lazy_gettext("tìm trên GDELT (báo thế giới)"),
    "facebook": lazy_gettext("Trang Facebook (cần mã truy cập)"),
    "youtube": lazy_gettext("kênh YouTube"),
    "telegram": lazy_gettext("kênh Telegram công khai"),
    "mastodon": lazy_gettext("thẻ hoặc tài khoản Mastodon"),
    "bluesky": lazy_gettext("tài khoản hoặc lượt tìm Bluesky"),
    "reddit": lazy_gettext("cộng đồng hoặc lượt tìm Reddit"),
    "rsshub": lazy_gettext("máy RSSHub của cơ quan"),
}

#: works as it did, but its last reading failed in a way that passes
RETRYING = Mark(lazy_gettext("Sẽ đọc lại"), "clock", "st-quiet")

OUTCOMES: dict[str, LazyString] = {
    "new": lazy_gettext("có tin mới"),
    "seen": lazy_gettext("không có tin mới"),
    "unchanged": lazy_gettext("không thay đổi"),
    "empty": lazy_gettext("không có tin nào"),
    "truncated": lazy_gettext("bị cắt bớt"),
    "refused": lazy_gettext("bị từ chối"),
    "failed": lazy_gettext("không đọc được"),
    "interrupted": lazy_gettext("bị ngắt giữa chừng"),
    "quarantined": lazy_gettext("tạm dừng vì làm hỏng lần đọc"),
}

LANGUAGE_NAMES: dict[str, LazyString] = {
    "vi": lazy_gettext("Tiếng Việt"),
    "en": lazy_gettext("Tiếng Anh"),
    "zh": lazy_gettext("Tiếng Trung"),
    "fr": lazy_gettext("Tiếng Pháp"),
    "lo": lazy_gettext("Tiếng Lào"),
    "km": lazy_gettext("Tiếng Khmer"),
    "th": lazy_gettext("Tiếng Thái Lan"),
    "ko": lazy_gettext("Tiếng Hàn"),
    "ja": lazy_gettext("Tiếng Nhật"),
    "ru": lazy_gettext("Tiếng Nga"),
}


#: what the scheduler does by itself and writes down
JOBS: dict[str, LazyString] = {
    "check_index": lazy_gettext("Đối chiếu chỉ mục với kho"),
    "known_claims": lazy_gettext("So tin mới với tuyên bố đã kết luận"),
}


def tag(word: str) -> Mark | None:
    """The mark of a tag; None for no tag."""
    return TAGS[Tag(word)] if word else None


def verdict(word: str, sub: str = "") -> Mark | None:
    """The mark of a verdict with its sub-verdict; criticism and its colour are their own."""
    if not word:
        return None
    if sub == SubVerdict.CRITICISM:
        return TAGS[Tag.CRITICISM]
    mark = VERDICTS[Verdict(word)]
    if not sub:
        return mark
    label = lazy_gettext("%(verdict)s: %(sub)s", verdict=mark.label, sub=SUB_VERDICTS[SubVerdict(sub)])
    return Mark(label, mark.icon, mark.css)


def language_name(code: str) -> str:
    """The Vietnamese name of a language code."""
    found = LANGUAGE_NAMES.get(code.partition("-")[0])
    return str(found) if found is not None else gettext("Ngôn ngữ khác")


def roles(held: frozenset[Role]) -> str:
    """The roles of a person in their usual order."""
    return ", ".join(str(ROLES[role]) for role in Role if role in held)


def install(app: Flask) -> None:
    """Offer the words to templates."""
    app.jinja_env.globals.update(
        job_names=JOBS,
        tag_mark=tag,
        verdict_mark=verdict,
        language_name=language_name,
        role_names=roles,
        tags=tuple((each.value, mark, TAG_KEYS[each].upper()) for each, mark in TAGS.items()),
        state_names={state.value: label for state, label in STATES.items()},
        document_names={kind.value: label for kind, label in DOCUMENTS.items()},
        document_states={state.value: label for state, label in DOCUMENT_STATES.items()},
        clock_names={kind.value: label for kind, label in CLOCKS.items()},
        spread_names={level.value: label for level, label in SPREADS.items()},
        harm_names={level.value: label for level, label in HARMS.items()},
        source_marks={state.value: mark for state, mark in SOURCE_STATES.items()},
        source_mark=lambda row: RETRYING if row.retrying else SOURCE_STATES[SourceState(row.state)],
        option_words=option_words,
        kind_short=lambda kind: SOURCE_KINDS.get(kind, kind),
        outcome_names=OUTCOMES,
    )
