"""What a person hands in: a link or a text, with where and when it was seen (Article 6 clause 2: detects or receives)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Length

from review_app.forms.base_form import Form, LocalMomentField


class IntakeForm(Form):
    """One form for both; what the law needs is checked by the service, which names each field."""

    kind = RadioField(
        _("Nhập bằng"),
        choices=[("link", _("Đường dẫn (máy tự đọc trang)")), ("text", _("Nội dung chép lại"))],
        default="link",
    )
    url = StringField(_("Đường dẫn"), [Length(max=2000, message=_("Đường dẫn dài quá 2.000 ký tự."))])
    title = StringField(_("Tiêu đề"), [Length(max=500, message=_("Tiêu đề dài quá 500 chữ."))])
    text = TextAreaField(
        _("Nội dung"),
        [Length(max=200_000, message=_("Nội dung dài quá 200.000 ký tự. Hãy dán phần liên quan."))],
    )
    seen_where = StringField(_("Thấy ở đâu"), [Length(max=300, message=_("Nơi thấy dài quá 300 chữ."))])
    seen_at = LocalMomentField(_("Thấy lúc nào"))
    note = TextAreaField(_("Ghi chú"), [Length(max=2000, message=_("Ghi chú dài quá 2.000 chữ."))])
    upload = FileField(_("Ảnh chụp màn hình"))
