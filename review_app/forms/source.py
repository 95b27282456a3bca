"""A source: what it is, where, how often."""

from __future__ import annotations

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange, StopValidation

from review_app.forms.base_form import Form, Required
from review_app.words import SOURCE_KINDS


class SourceForm(Form):
    """Adding and changing a source. The service checks the address and the rules."""

    version = HiddenField()
    id = StringField(_("Mã nguồn"), [Length(max=80, message=_("Mã nguồn dài quá 80 ký tự."))])
    name = StringField(
        _("Tên nguồn"), [Required(_("Nhập tên nguồn.")), Length(max=200, message=_("Tên dài quá 200 chữ."))]
    )
    kind = SelectField(_("Loại"), choices=list(SOURCE_KINDS.items()))
    url = StringField(
        _("Địa chỉ"),
        [
            Required(_("Nhập địa chỉ bắt đầu bằng https://.")),
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
    link_css = StringField(_("Chỗ lấy liên kết (CSS)"), [Length(max=300, message=_("Dài quá 300 ký tự."))])
    link_pattern = StringField(_("Mẫu địa chỉ bài"), [Length(max=300, message=_("Dài quá 300 ký tự."))])

    def validate_url(self, field: StringField) -> None:
        """Raise StopValidation while the address still has a blank of the catalogue in it."""
        blank = re.search(r"\{([a-z]+)\}", field.data or "")
        if blank:
            raise StopValidation(
                gettext("Thay %(blank)s trong địa chỉ bằng tên hoặc mã thật.", blank=blank.group())
            )
