"""The words of the need score's screen: what each part is."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

PARTS: dict[str, LazyString] = {
    "base": lazy_gettext("Nhắc đến địa bàn"),
    "reach": lazy_gettext("Tầm lan truyền của nguồn"),
    "views": lazy_gettext("Lượt xem"),
    "spread": lazy_gettext("Nhiều tin, nhiều nguồn"),
    "copies": lazy_gettext("Bản chép lại"),
    "speed": lazy_gettext("Lan nhanh"),
    "hazard": lazy_gettext("Thiên tai, cháy nổ, dịch bệnh"),
    "impersonation": lazy_gettext("Mạo danh, lừa đảo"),
    "known_claim": lazy_gettext("Giống tuyên bố đã kết luận sai lệch"),
    "checkable": lazy_gettext("Có con số, văn bản đối chiếu được"),
    "foreign": lazy_gettext("Báo chí nước ngoài"),
    "new": lazy_gettext("Mới trong 24 giờ"),
    "old": lazy_gettext("Không có tin mới trong 7 ngày"),
}
PLACES: dict[str, LazyString] = {
    "in": lazy_gettext("đúng địa bàn"),
    "check": lazy_gettext("cần xem lại"),
    "out": lazy_gettext("ngoài địa bàn"),
}
