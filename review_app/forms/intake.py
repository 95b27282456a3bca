"""What a person hands in: a link, a text, a file, a note of a call, with where and when it was seen (Article 6 clause 2: detects or receives)."""

from __future__ import annotations

from typing import IO

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Length

from review_app.forms.base_form import Form, LocalMomentField

WAYS = ("link", "text", "file", "phone")


class IntakeForm(Form):
    """One form for all four; what the law needs is checked by the service, which names each field."""

    kind = RadioField(
        _("Nhập bằng"),
        choices=[
            ("link", _("Đường dẫn (máy tự đọc trang)")),
            ("text", _("Nội dung chép lại")),
            ("file", _("Ảnh chụp màn hình hoặc tệp PDF")),
            ("phone", _("Ghi cuộc điện thoại")),
        ],
        default="link",
    )
    url = StringField(_("Đường dẫn"), [Length(max=2000, message=_("Đường dẫn dài quá 2.000 ký tự."))])
    upload = FileField(_("Ảnh hoặc tệp PDF"))
    title = StringField(_("Tiêu đề"), [Length(max=500, message=_("Tiêu đề dài quá 500 chữ."))])
    text = TextAreaField(
        _("Nội dung"),
        [Length(max=200_000, message=_("Nội dung dài quá 200.000 ký tự. Hãy dán phần liên quan."))],
    )
    place = StringField(_("Việc xảy ra ở đâu"), [Length(max=200, message=_("Nơi xảy ra dài quá 200 chữ."))])
    seen_where = StringField(_("Thấy ở đâu"), [Length(max=300, message=_("Nơi thấy dài quá 300 chữ."))])
    seen_at = LocalMomentField(_("Thấy hoặc nghe lúc nào"))
    note = TextAreaField(_("Ghi chú"), [Length(max=2000, message=_("Ghi chú dài quá 2.000 chữ."))])

    def fits(self, limit: int) -> bool:
        """False, with the sentence beside the field, when the file is larger than ``limit`` bytes or the way asks for a file and got none."""
        stream: IO[bytes] | None = self.upload.data.stream if self.upload.data else None
        if stream is None:
            if self.kind.data != "file":
                return True
            self.upload.errors = [gettext("Chọn ảnh JPG, PNG hoặc tệp PDF.")]
            return False
        size = stream.seek(0, 2)
        stream.seek(0)
        if size <= limit:
            return True
        self.upload.errors = [
            gettext(
                "Tệp “%(name)s” lớn %(size)s MB, mỗi tệp nhiều nhất %(limit)s MB. Chữ đã gõ vẫn còn; chọn lại tệp nhỏ hơn.",
                name=(self.upload.data.filename or "")[:60],
                size=-(-size // (1024 * 1024)),
                limit=limit // (1024 * 1024),
            )
        ]
        return False

    def called(self) -> bool:
        """False, with the sentence beside the field, when a note of a call does not say which place it is about."""
        if self.kind.data != "phone" or (self.place.data or "").strip():
            return True
        self.place.errors = [gettext("Ghi thôn, tổ dân phố hoặc nơi mà người gọi nói tới.")]
        return False
