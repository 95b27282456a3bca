"""Names of a locality, and a unit set right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, StopValidation

from core.rules.gazetteer import LANGUAGES
from core.services.gazetteer_add import NewUnit
from core.services.gazetteer_edit import UNIT_TYPES, NewName
from review_app.forms.base_form import Form
from review_app.gazetteer_words import CHANGES, NAME_NATURES
from review_app.words import language_name

_TYPES = [(word, word) for word in UNIT_TYPES]


class DayField(StringField):  # type: ignore[misc]
    """A day typed as people write it; ``day`` is None when nothing was typed."""

    day: date | None = None

    def pre_validate(self, _form: Any) -> None:
        """Read the day. Raises StopValidation with an example when it cannot be read."""
        text = "".join((self.data or "").split())
        self.day = None
        for pattern in ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"):
            try:
                self.day = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day has no zone
            except ValueError:
                continue
            return
        if text:
            raise StopValidation(gettext("Ngày chưa đúng. Ví dụ: 30/6/2025."))


class NameForm(Form):
    """A further name."""

    nature = SelectField(_("Loại tên"), choices=list(NAME_NATURES.items()))
    text = StringField(_("Tên"), [Length(max=200, message=_("Dài quá 200 chữ."))])
    language = SelectField(_("Tiếng (tên nước ngoài)"), choices=[])
    type = SelectField(_("Loại đơn vị (tên cũ)"), choices=[("", "-"), *_TYPES])
    until = DayField(_("Dùng đến ngày (tên cũ)"))
    note = StringField(_("Ghi chú, nguồn"), [Length(max=500, message=_("Dài quá 500 chữ."))])
    version = HiddenField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.language.choices = [("", "-"), *((code, language_name(code)) for code in LANGUAGES)]

    def given(self) -> NewName:
        """What was typed, for the service."""
        return NewName(
            self.nature.data, self.text.data or "", self.language.data or "", self.type.data or "", self.until.day,
            self.note.data or "",
        )  # fmt: skip


class CorrectForm(Form):
    """A unit's own facts."""

    type = SelectField(_("Loại đơn vị"), choices=_TYPES)
    name = StringField(_("Tên"), [Length(max=200, message=_("Dài quá 200 chữ."))])
    valid_from = DayField(_("Từ ngày"))
    valid_to = DayField(_("Đến hết ngày"))
    note = StringField(_("Ghi chú, căn cứ"), [Length(max=500, message=_("Dài quá 500 chữ."))])
    version = HiddenField()


class OldForm(Form):
    """A former unit of a locality: one that is known, or one to be added."""

    old = StringField(_("Mã đơn vị cũ, nếu danh mục đã có"), [Length(max=20, message=_("Dài quá."))])
    type = SelectField(_("Loại đơn vị"), choices=_TYPES)
    name = StringField(_("Tên đơn vị cũ"), [Length(max=200, message=_("Dài quá 200 chữ."))])
    valid_to = DayField(_("Ngày cuối còn hiệu lực"))
    parent = StringField(_("Mã cấp trên lúc đó"), [Length(max=12, message=_("Dài quá."))])
    code = StringField(_("Mã đơn vị"), [Length(max=12, message=_("Dài quá."))])
    nature = SelectField(_("Thay đổi"), choices=list(CHANGES.items()))
    note = StringField(_("Ghi chú, căn cứ"), [Length(max=500, message=_("Dài quá 500 chữ."))])

    def given(self) -> NewUnit | str:
        """What was typed, for the service: the code of a known unit, or the facts of a new one."""
        known = (self.old.data or "").strip()
        return known or NewUnit(
            self.type.data, self.name.data or "", self.code.data or "", self.parent.data or "", None, self.valid_to.day,
            self.note.data or "",
        )  # fmt: skip


class UnitForm(Form):
    """A unit of today that the table does not have yet."""

    code = StringField(_("Mã đơn vị"), [Length(max=12, message=_("Dài quá."))])
    type = SelectField(_("Loại đơn vị"), choices=_TYPES)
    name = StringField(_("Tên"), [Length(max=200, message=_("Dài quá 200 chữ."))])
    parent = StringField(_("Mã cấp trên"), [Length(max=12, message=_("Dài quá."))])
    valid_from = DayField(_("Từ ngày"))
    note = StringField(_("Ghi chú, căn cứ"), [Length(max=500, message=_("Dài quá 500 chữ."))])

    def given(self) -> NewUnit:
        """What was typed, for the service."""
        return NewUnit(
            self.type.data, self.name.data or "", self.code.data or "", self.parent.data or "", self.valid_from.day, None,
            self.note.data or "",
        )  # fmt: skip


def shown(day: date | None) -> str:
    """A day as the fields show it."""
    return "" if day is None else f"{day:%d/%m/%Y}"
