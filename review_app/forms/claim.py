"""The quote form: a checkable sentence out of an item, and whom it concerns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from review_app.forms.base_form import Form, Required


class ClaimForm(Form):
    """Opening a claim. ``concerns`` is none, own or other; other asks for the office."""

    version = HiddenField()
    next = HiddenField()
    item_id = SelectField(_("Trích từ tin"), coerce=int)
    quote = TextAreaField(
        _("Câu cần kết luận, trích nguyên văn"),
        [
            Required(_("Chọn hoặc chép câu cần kết luận.")),
            Length(max=1000, message=_("Câu trích dài quá 1.000 chữ. Chọn một câu kiểm chứng được.")),
        ],
    )
    neutral_text = TextAreaField(
        _("Viết lại trung tính"), [Length(max=500, message=_("Câu viết lại dài quá 500 chữ."))]
    )
    concerns = RadioField(
        _("Tuyên bố nói về việc làm, lãnh đạo hoặc cán bộ của ai"),
        choices=[
            ("none", _("Không nói về cơ quan nào")),
            ("own", _("Cơ quan này")),
            ("other", _("Cơ quan khác")),
        ],
        default="none",
    )
    concerns_unit = SelectField(_("Cơ quan khác là"), validate_choice=False)
    sensitive = BooleanField(
        _(
            "Chạm đến tôn giáo, dân tộc, nhân quyền, biên giới hoặc quốc phòng (cần hai người xem và báo cấp trên)"
        )
    )
