"""Forms of the document page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from review_app.forms.base_form import Form, LocalMomentField, Required

KINDS = (
    ("fact", _("Sự thật")),
    ("claim", _("Nội dung chưa đúng")),
    ("done", _("Việc đã, đang làm")),
    ("advice", _("Lời khuyên")),
    ("open", _("Còn đang làm rõ")),
    ("contact", _("Liên hệ")),
    ("basis", _("Căn cứ")),
)


class SentenceForm(Form):
    """One sentence with where it comes from."""

    text = TextAreaField(
        _("Câu"),
        [Required(_("Viết câu, hoặc bỏ câu này.")), Length(max=2000, message=_("Câu dài quá 2.000 chữ."))],
    )
    kind = SelectField(_("Câu này là"), choices=list(KINDS), validate_choice=False)
    evidence_id = SelectField(_("Bằng chứng"), validate_choice=False)
    source = StringField(_("Nguồn ghi là"), [Length(max=400, message=_("Nguồn dài quá 400 chữ."))])


class HeadForm(Form):
    """What stands around the text; lists are a line each."""

    version = HiddenField()
    title = StringField(_("Tên loại văn bản"), [Length(max=200, message=_("Tên loại dài quá 200 chữ."))])
    subject = TextAreaField(
        _("Trích yếu"),
        [Required(_("Nhập trích yếu nội dung.")), Length(max=300, message=_("Trích yếu dài quá 300 chữ."))],
    )
    addressees = TextAreaField(_("Kính gửi"))
    bases = TextAreaField(_("Căn cứ"))
    recipients = TextAreaField(_("Nơi nhận"))
    archive = StringField(_("Lưu"), [Length(max=120, message=_("Dòng lưu dài quá 120 chữ."))])
    signer_authority = TextAreaField(_("Quyền hạn, chức vụ của người ký"))
    urgency = SelectField(
        _("Độ khẩn"),
        choices=[("", _("Không")), ("KHẨN", "KHẨN"), ("THƯỢNG KHẨN", "THƯỢNG KHẨN"), ("HỎA TỐC", "HỎA TỐC")],
        validate_choice=False,
    )


class LocalDayField(StringField):  # type: ignore[misc]
    """A day typed as people write it (13/9/2026), or by the browser's date field; ``day`` is the date or None."""

    day: date | None = None

    def picked(self) -> date:
        """The day of a field that was validated. Raises ValueError before."""
        if self.day is None:
            raise ValueError("the field was not validated")
        return self.day

    def pre_validate(self, _form: Any) -> None:
        """Read the day. Raises StopValidation with an example when it cannot be read."""
        text = (self.data or "").strip()
        for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
            try:
                self.day = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day, no moment
            except ValueError:
                continue
            return
        raise StopValidation(gettext("Ngày chưa đúng. Ví dụ: 13/9/2026."))


class IssueForm(Form):
    """What the clerk got from the official document system."""

    version = HiddenField()
    number = StringField(_("Số văn bản"), [Required(_("Nhập số văn bản."))])
    issued_on = LocalDayField(_("Ngày phát hành"))
    signer_name = StringField(_("Người ký"), [Required(_("Nhập họ tên người ký."))])


class SendForm(Form):
    """Recipients out of the address book, and one more by hand."""

    recipients = SelectMultipleField(_("Nơi nhận"), validate_choice=False)
    name = StringField(_("Nơi nhận khác"), [Length(max=200, message=_("Tên nơi nhận dài quá 200 chữ."))])
    address = StringField(_("Thư điện tử"), [Length(max=200, message=_("Địa chỉ dài quá 200 ký tự."))])


class PublishForm(Form):
    """Put on a channel by hand."""

    where = StringField(_("Công bố ở đâu"), [Required(_("Nhập nơi công bố."))])
    url = StringField(_("Đường dẫn"), [Length(max=2000, message=_("Đường dẫn dài quá 2.000 ký tự."))])
    at = LocalMomentField(_("Lúc nào"))
