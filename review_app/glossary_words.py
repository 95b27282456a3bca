"""The words of the glossary's screen: what a term is about."""

from __future__ import annotations

from flask_babel import LazyString, lazy_gettext

from core.rules.glossary import TermKind

#: in the order of the page
KINDS: dict[str, LazyString] = {
    TermKind.HAZARD: lazy_gettext("Thiên tai, sự cố, ô nhiễm"),
    TermKind.CLAIM: lazy_gettext("Phản đối, tin đồn, thật giả"),
    TermKind.LAND: lazy_gettext("Đất đai, dự án, khoản thu"),
    TermKind.OFFICE: lazy_gettext("Cơ quan, pháp luật"),
    TermKind.PEOPLE: lazy_gettext("Người, hộ dân"),
    TermKind.PLACE: lazy_gettext("Đơn vị, địa điểm"),
    TermKind.MEASURE: lazy_gettext("Số, thời gian"),
}
