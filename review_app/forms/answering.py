"""Forms of the incident page. Each has a prefix, so that several stand on one page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from core.rules.vocabulary import Harm, Spread
from review_app.answer_words import FOLLOW_UPS, HARM_WORDS, SPREAD_WORDS
from review_app.forms.base_form import Form, LocalMomentField, Required


class OpenForm(Form):
    """Opening an incident on a story."""

    story_id = HiddenField()
    title = StringField(
        _("Tên vụ việc"),
        [Required(_("Nhập tên vụ việc.")), Length(max=300, message=_("Tên vụ việc dài quá 300 chữ."))],
    )
    received_at = LocalMomentField(_("Tiếp nhận lúc"))


class FactForm(Form):
    """A line of the table: what is said, what is so, by which evidence."""

    claim_part = TextAreaField(
        _("Nội dung lan truyền"),
        [
            Required(_("Ghi phần nội dung lan truyền.")),
            Length(max=1000, message=_("Phần này dài quá 1.000 chữ.")),
        ],
    )
    fact = TextAreaField(
        _("Sự thật"),
        [Required(_("Ghi sự thật đã kiểm.")), Length(max=2000, message=_("Sự thật dài quá 2.000 chữ."))],
    )
    evidence_id = SelectField(_("Bằng chứng"), validate_choice=False)
    as_of = StringField(_("Số liệu đến thời điểm"), [Length(max=60, message=_("Thời điểm dài quá 60 chữ."))])


class AssessForm(Form):
    """How far, how bad."""

    version = HiddenField()
    spread = RadioField(
        _("Mức lan truyền"),
        choices=[(level.value, SPREAD_WORDS[level]) for level in Spread],
        validate_choice=False,
    )
    harm = RadioField(
        _("Mức ảnh hưởng"),
        choices=[(level.value, HARM_WORDS[level]) for level in Harm],
        validate_choice=False,
    )
    impact = BooleanField(_("Dư luận đã bị ảnh hưởng"))


class ChooseForm(Form):
    """The spokesperson's choice."""

    version = HiddenField()
    answers = SelectMultipleField(_("Việc sẽ làm"), validate_choice=False)
    silent = BooleanField(_("Không phản hồi"))
    reason = TextAreaField(_("Lý do"), [Length(max=4000, message=_("Lý do dài quá 4.000 chữ."))])


class ReasonForm(Form):
    """A move that takes words: pause, hand over, reopen, close, resume, record."""

    version = HiddenField()
    reason = TextAreaField(_("Lý do"), [Length(max=4000, message=_("Lý do dài quá 4.000 chữ."))])


class FollowForm(Form):
    """A follow-up check."""

    version = HiddenField()
    outcome = RadioField(_("Kết quả theo dõi"), choices=list(FOLLOW_UPS), validate_choice=False)
    result = TextAreaField(_("Ghi rõ"), [Required(_("Ghi kết quả theo dõi."))])


class MakeForm(Form):
    """Making a document; one that was not chosen takes a reason."""

    kind = HiddenField()
    reason = TextAreaField(_("Lý do làm thêm văn bản này"))
