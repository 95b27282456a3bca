"""A source: what it is, where, how often; its settings follow its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, StopValidation

from core.ports import SourceKinds, SourceOption
from review_app.forms.base_form import Form, Required
from review_app.kind_words import kind_words, option_words

#: the settings of a kind are fields with this in front, so that none is taken for a field of every source
RULE = "rule_"


class SourceForm(Form):
    """Adding and changing a source. The service checks the address and the settings."""

    version = HiddenField()
    id = StringField(_("Mã nguồn"), [Length(max=80, message=_("Mã nguồn dài quá 80 ký tự."))])
    name = StringField(
        _("Tên nguồn"), [Required(_("Nhập tên nguồn.")), Length(max=200, message=_("Tên dài quá 200 chữ."))]
    )
    kind = SelectField(_("Loại"))
    url = StringField(
        _("Địa chỉ"),
        [
            Required(_("Nhập địa chỉ, hoặc từ cần tìm với loại tìm tin.")),
            Length(max=2000, message=_("Địa chỉ dài quá 2.000 ký tự.")),
        ],
    )
    language = SelectField(
        _("Ngôn ngữ"),
        choices=[
            ("", _("Máy tự nhận")),
            ("vi", _("Tiếng Việt")),
            ("en", _("Tiếng Anh")),
            ("zh", _("Tiếng Trung")),
            ("lo", _("Tiếng Lào")),
            ("km", _("Tiếng Khmer")),
            ("fr", _("Tiếng Pháp")),
            ("ko", _("Tiếng Hàn")),
            ("ja", _("Tiếng Nhật")),
            ("ru", _("Tiếng Nga")),
        ],
    )
    domestic = BooleanField(_("Nguồn trong nước"), default=True)
    social = BooleanField(_("Mạng xã hội công khai"))
    reach_tier = SelectField(
        _("Tầm lan truyền"),
        coerce=int,
        choices=[
            (0, _("Trang ít người đọc")),
            (1, _("Địa phương")),
            (2, _("Tỉnh, trang lớn")),
            (3, _("Cả nước, nước ngoài")),
        ],
        default=1,
    )
    locality = StringField(
        _("Mã địa bàn của nguồn"), [Length(max=12, message=_("Mã địa bàn dài quá 12 ký tự."))]
    )
    interval_minutes = IntegerField(
        _("Đọc lại sau (phút)"),
        [NumberRange(5, 10080, message=_("Từ 5 phút đến 10.080 phút (7 ngày)."))],
        default=60,
    )
    interval_fixed = BooleanField(_("Giữ đúng nhịp đọc này, không để máy tự học"))
    poll_least_minutes = IntegerField(
        _("Đọc dày nhất (phút một lần)"),
        [Optional(), NumberRange(5, 10080, message=_("Từ 5 phút đến 10.080 phút (7 ngày)."))],
        default=15,
    )
    poll_most_minutes = IntegerField(
        _("Đọc thưa nhất (phút một lần)"),
        [Optional(), NumberRange(5, 10080, message=_("Từ 5 phút đến 10.080 phút (7 ngày)."))],
        default=360,
    )
    expected_hours = IntegerField(
        _("Thường có tin mới trong (giờ)"),
        [Optional(), NumberRange(0, 8760, message=_("Từ 0 đến 8.760 giờ (365 ngày); 0 để máy tự học."))],
    )
    own_portal = BooleanField(_("Cổng thông tin của chính cơ quan"))
    #: the settings of the chosen kind, in its order
    options: tuple[SourceOption, ...] = ()

    def try_only(self) -> None:
        """For a try, which needs no name: the one that is found is offered."""
        self.name.validators = [Optional()]

    def validate_url(self, field: StringField) -> None:
        """Raise StopValidation while the address still has a blank of the catalogue in it."""
        blank = re.search(r"\{([a-z]+)\}", field.data or "")
        if blank:
            raise StopValidation(
                gettext("Thay %(blank)s trong địa chỉ bằng tên hoặc mã thật.", blank=blank.group())
            )

    @property
    def rule_fields(self) -> list[Field]:
        """The fields of the chosen kind's settings."""
        return [self[RULE + option.name] for option in self.options]

    def rules(self) -> dict[str, Any]:
        """The settings as the service takes them; what was left empty is left out."""
        found: dict[str, Any] = {}
        for option in self.options:
            value = self[RULE + option.name].data
            if option.form == "list":
                value = [line.strip() for line in (value or "").splitlines() if line.strip()]
            elif isinstance(value, str):
                value = value.strip()
            if value not in (None, "", [], option.default):
                found[option.name] = value
        return found


def source_form(kinds: SourceKinds, kind: str, values: Mapping[str, Any] | None = None) -> SourceForm:
    """The form with the settings of ``kind``; with ``values`` (a source, or an entry of the catalogue) it begins with them."""
    names = kinds.names()
    chosen = kind if kind in names else names[0]
    options = kinds.options(chosen)
    fields = {RULE + option.name: _field(option) for option in options}
    form: SourceForm = type("SourceOfKindForm", (SourceForm,), fields)(data=_begin(values, options))
    form.options = options
    # Feeds first, the rest by its words.
    order = ["feed", "listing", "sitemap", "page"]
    listed = sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))
    form.kind.choices = [(name, kind_words(name).label) for name in listed]
    return form


def _begin(values: Mapping[str, Any] | None, options: Sequence[SourceOption]) -> dict[str, Any] | None:
    if values is None:
        return None
    rules = values.get("rules", {})
    begun = dict(values)
    for option in options:
        value = rules.get(option.name, option.default)
        begun[RULE + option.name] = "\n".join(map(str, value or ())) if option.form == "list" else value
    return begun


def _field(option: SourceOption) -> Field:
    words = option_words(option.name)
    long = [Length(max=2000, message=_("Dài quá 2.000 ký tự."))]
    if option.form == "number":
        return IntegerField(words.label, [Optional()], description=words.hint, default=option.default)
    if option.form == "yes_no":
        return BooleanField(words.label, description=words.hint, default=bool(option.default))
    if option.form == "choice":
        choices = [(word, word or _("Máy tự chọn")) for word in option.choices]
        return SelectField(words.label, choices=choices, description=words.hint, default=option.default)
    if option.form == "list":
        return TextAreaField(words.label, long, description=words.hint)
    return StringField(words.label, long, description=words.hint)
