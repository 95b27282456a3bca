"""The words of the gazetteer's screens: kinds of names, kinds of changes, languages."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

from core.rules.gazetteer import NameNature, Nature

#: in the order of the page
NAME_NATURES: dict[str, LazyString] = {
    NameNature.FORMER: lazy_gettext("Tên cũ"),
    NameNature.ABBREVIATION: lazy_gettext("Viết tắt"),
    NameNature.BYNAME: lazy_gettext("Tên quen gọi"),
    NameNature.VILLAGE: lazy_gettext("Thôn, làng, khu dân cư"),
    NameNature.LANDMARK: lazy_gettext("Địa danh trong địa bàn"),
    NameNature.INSTITUTION: lazy_gettext("Cơ quan, cơ sở là địa bàn"),
    NameNature.FOREIGN: lazy_gettext("Tên tiếng nước ngoài"),
    NameNature.NEAR: lazy_gettext("Nơi ở gần, giúp nhận ra địa bàn"),
    NameNature.EXCLUDED: lazy_gettext("Từ ngữ loại trừ"),
}
HINTS: dict[str, LazyString] = {
    NameNature.FORMER: lazy_gettext("Báo vẫn dùng nhiều năm. Máy ghi rõ là tên trước ngày nào."),
    NameNature.ABBREVIATION: lazy_gettext(
        "Chữ P., X., H., TX., TP. trước tên máy đã hiểu; chỉ ghi chữ viết tắt riêng."
    ),
    NameNature.INSTITUTION: lazy_gettext("Nhắc đến nơi này là nói về địa bàn."),
    NameNature.NEAR: lazy_gettext("Không phải tên của địa bàn."),
    NameNature.EXCLUDED: lazy_gettext(
        "Trong cụm từ này, tên không phải địa bàn. Chỉ áp dụng cho địa bàn này."
    ),
}
CHANGES: dict[str, LazyString] = {
    Nature.MERGED: lazy_gettext("nhập"),
    Nature.SPLIT: lazy_gettext("tách một phần"),
    Nature.RENAMED: lazy_gettext("đổi tên"),
    Nature.TYPE_CHANGED: lazy_gettext("đổi loại đơn vị"),
    Nature.CONTINUED: lazy_gettext("giữ nguyên"),
}
FIELDS: dict[str, LazyString] = {
    "type": lazy_gettext("loại"),
    "name": lazy_gettext("tên"),
    "parent": lazy_gettext("mã cấp trên"),
    "valid_from": lazy_gettext("từ ngày"),
    "valid_to": lazy_gettext("đến ngày"),
    "note": lazy_gettext("ghi chú"),
}
