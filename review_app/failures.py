"""What people see when something goes wrong: what happened, what to do, what was kept, and a number for the log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from core.errors import Conflict, Forbidden, Invalid, LamroError, NotFound, RuleBroken, Unavailable
from review_app import context
from review_app.gate import SAFE_METHODS, wants_json, write_down
from review_app.language import current

STATUS: tuple[tuple[type[LamroError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (RuleBroken, 409),
    (Invalid, 400),
    (Unavailable, 503),
)

#: fields whose content is never shown again
_NEVER_SHOWN = ("password", "csrf", "token", "version")


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that the person had filled in; ``label`` is what it is called on most forms."""

    label: str
    value: str


def _kept() -> tuple[Kept, ...]:
    """What was typed, so that a refusal loses nothing. Never passwords or tokens."""
    if request.method != "POST":
        return ()
    try:
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return ()
    return tuple(
        Kept(_label(name), value)
        for name, value in pairs
        if value.strip() and len(value) > 20 and not any(word in name for word in _NEVER_SHOWN)
    )[:20]


def _label(name: str) -> str:
    """The error page knows no form: the names that many forms share are said, another field stands as what it is."""
    labels: dict[str, str] = {
        "note": gettext("Ghi chú"),
        "comment": gettext("Ghi chú"),
        "reason": gettext("Lý do"),
        "title": gettext("Tiêu đề"),
        "url": gettext("Đường dẫn"),
        "quote": gettext("Câu trích nguyên văn"),
        "text": gettext("Nội dung"),
        "body": gettext("Nội dung"),
    }
    return labels.get(name) or str(gettext("Một ô trong biểu mẫu"))


def printable(text: str) -> str:
    """On one line of a log and without codes that a terminal obeys: whatever is not printable is written as its escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:300])


def _words(status: int) -> tuple[str, str]:
    """Title and advice for a status."""
    if status == 400:
        return gettext("Yêu cầu chưa đúng"), gettext("Mở lại trang rồi thử lại.")
    if status == 401:
        return gettext("Phiên làm việc đã hết"), gettext("Đăng nhập lại rồi làm tiếp.")
    if status == 403:
        return gettext("Không có quyền làm việc này"), gettext(
            "Nếu cần quyền này cho công việc, hỏi người quản trị của cơ quan."
        )
    if status == 404:
        return gettext("Không tìm thấy trang này"), gettext(
            "Địa chỉ có thể gõ sai, hoặc nội dung đã được chuyển đi. Mở lại từ trang đầu."
        )
    if status == 405:
        return gettext("Không mở được theo cách này"), gettext("Mở lại trang trước rồi bấm nút trên trang.")
    if status == 409:
        return gettext("Đã có người sửa trước"), gettext("Mở lại trang để xem bản mới nhất rồi làm lại.")
    if status == 413:
        return gettext("Tệp hoặc nội dung quá lớn"), gettext(
            "Mỗi lần gửi được nhiều nhất %(size)s MB. Giảm kích thước ảnh, hoặc gửi từng phần.",
            size=context.settings().max_upload_bytes // (1024 * 1024),
        )
    if status == 429:
        return gettext("Gửi quá nhiều lần trong thời gian ngắn"), gettext("Chờ vài phút rồi làm lại.")
    if status == 503:
        return gettext("Một bộ phận đang tạm ngừng"), gettext(
            "Những gì đã lưu trước đó vẫn còn. Thử lại sau ít phút."
        )
    return gettext("Máy gặp lỗi"), gettext(
        "Mở lại trang để xem việc vừa làm đã được ghi chưa, rồi thử lại. Nếu vẫn lỗi, báo người quản trị kèm số lỗi ở dưới."
    )


def page(
    status: int, message: str = "", *, title: str = "", lawful: str = "", exception: bool = False
) -> Response:
    """The error page, or JSON for the page's own script; the number stands in the log beside the details."""
    error_number = secrets.token_hex(4)
    words = _words(status)
    from flask import current_app

    log = current_app.logger.exception if exception else current_app.logger.warning
    log(
        "error %s: %d %s %s %s",
        error_number,
        status,
        printable(request.method),
        printable(request.path),
        printable(message),
    )
    if wants_json():
        return make_response(
            jsonify(error=message or words[0], advice=lawful or words[1], number=error_number), status
        )
    html = render_template(
        "error.html",
        status=status,
        title=title or words[0],
        message=message,
        advice=lawful or words[1],
        error_number=error_number,
        kept=_kept() if status != 413 else (),
    )
    return make_response(html, status)


def _ours(error: LamroError) -> Response:
    if isinstance(error, NotFound) and request.method not in SAFE_METHODS:
        # what belongs to another office is "not found" to this one, but the try is remembered
        write_down(error)
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    if isinstance(error, RuleBroken):
        return page(
            status,
            error.message(current()),
            title=gettext("Quy định không cho làm việc này"),
            lawful=error.lawful,
        )
    return page(status, error.message(current()))


def _http(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        # The host is not ours: no address can be made, so the answer is bare.
        return Response(
            "Địa chỉ máy chủ không được chấp nhận. / Host not trusted.\n", 400, mimetype="text/plain"
        )
    if isinstance(error, CSRFError):
        return page(
            400,
            gettext("Biểu mẫu đã cũ hoặc không phải do trang này gửi."),
            lawful=gettext("Mở lại trang rồi gửi lại."),
        )
    if error.code is not None and 300 <= error.code < 400:
        return make_response(error.get_response())
    answer = page(413 if isinstance(error, RequestEntityTooLarge) else (error.code or 500))
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _unexpected(_error: Exception) -> Response:
    return page(500, exception=True)


def install(app: Flask) -> None:
    """Handle every error of ours, of HTTP, and the unexpected."""
    app.register_error_handler(LamroError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
