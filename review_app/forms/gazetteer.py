"""Names of a locality, and a unit set right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, StopValidation

from core.rules.gazetteer import LANGUAGES
from core.services.gazetteer_edit import UNIT_TYPES, NewName
from review_app.forms.base_form import Form
from review_app.gazetteer_words import NAME_NATURES
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


def shown(day: date | None) -> str:
    """A day as the fields show it."""
    return "" if day is None else f"{day:%d/%m/%Y}"
