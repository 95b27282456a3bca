"""What visits of watched pages saw, in words that state a fact and conclude nothing."""

from __future__ import annotations

from flask.sansio.app import App
from flask_babel import LazyString, lazy_gettext

SAW: dict[str, LazyString] = {
    "first": lazy_gettext("đã đọc lần đầu, đã chụp lưu"),
    "same": lazy_gettext("không đổi"),
    "edited": lazy_gettext("bài đã sửa"),
    "gone": lazy_gettext("không còn truy cập được"),
    "back": lazy_gettext("truy cập lại được"),
    "moved": lazy_gettext("địa chỉ dẫn tới trang khác"),
    "unclear": lazy_gettext("mở được trang nhưng không đọc được bài"),
    "failed": lazy_gettext("chưa xem được"),
}

WHY: dict[str, LazyString] = {
    "http_401": lazy_gettext("đòi đăng nhập, mã 401"),
    "http_403": lazy_gettext("máy chủ từ chối, mã 403"),
    "http_404": lazy_gettext("mã 404"),
    "http_410": lazy_gettext("mã 410, đã gỡ hẳn"),
    "http_451": lazy_gettext("mã 451, bị chặn theo pháp luật"),
    "login_redirect": lazy_gettext("chuyển sang trang đăng nhập"),
    "home_redirect": lazy_gettext("chuyển về trang chủ"),
    "robots": lazy_gettext("trang không cho máy đọc"),
    "timeout": lazy_gettext("máy chủ trả lời quá chậm"),
    "dns": lazy_gettext("không tìm thấy tên miền"),
    "tls": lazy_gettext("chứng thư https không hợp lệ"),
    "interrupted": lazy_gettext("lượt xem bị ngắt"),
    "parser_changed": lazy_gettext("chỉ phần mềm đọc khác trước; bản chụp cũ đọc lại cũng ra chữ như nay"),
}


def saw_words(outcome: str, code: str = "") -> str:
    """One visit in a phrase: what was seen, and why when the page could not be read."""
    words = str(SAW.get(outcome, outcome))
    if (outcome in {"gone", "unclear", "failed"} or code == "parser_changed") and code in WHY:
        return f"{words} ({WHY[code]})"
    return words


def install(app: App) -> None:
    """Offer the words to templates."""
    app.jinja_env.globals["saw_words"] = saw_words
    app.jinja_env.globals["page_reasons"] = WHY
