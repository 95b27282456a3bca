"""Evidence, verdicts, and the second person's answer."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from core.rules.vocabulary import SUB_VERDICTS, SubVerdict, Verdict
from review_app import words
from review_app.answer_words import EVIDENCE
from review_app.forms.base_form import Form, Required


class EvidenceForm(Form):
    """A piece of evidence, with a file or without."""

    kind = SelectField(
        _("Loại bằng chứng"), choices=[(kind.value, label) for kind, label in EVIDENCE.items()]
    )
    title = StringField(
        _("Tên bằng chứng"),
        [Required(_("Nhập tên bằng chứng.")), Length(max=300, message=_("Tên bằng chứng dài quá 300 chữ."))],
    )
    source_name = StringField(
        _("Nơi cung cấp"),
        [
            Required(_("Nhập nơi cung cấp bằng chứng.")),
            Length(max=200, message=_("Nơi cung cấp dài quá 200 chữ.")),
        ],
    )
    source_locality = SelectField(_("Nơi cung cấp là cơ quan trong hệ thống"), validate_choice=False)
    competent_authority = BooleanField(_("Văn bản của cơ quan có thẩm quyền về việc này"))
    body = TextAreaField(_("Nội dung chính"), [Length(max=20_000, message=_("Nội dung dài quá 20.000 chữ."))])
    url = StringField(_("Đường dẫn"), [Length(max=2000, message=_("Đường dẫn dài quá 2.000 ký tự."))])
    as_of = StringField(_("Số liệu đến thời điểm"), [Length(max=60, message=_("Thời điểm dài quá 60 chữ."))])
    upload = FileField(_("Tệp kèm theo"))


class RemoveForm(Form):
    """Why a piece of evidence is taken out."""

    reason = TextAreaField(_("Lý do bỏ bằng chứng"), [Required(_("Ghi lý do bỏ bằng chứng."))])


class WithdrawForm(Form):
    """Why a claim that was opened by mistake is withdrawn."""

    version = HiddenField()
    reason = TextAreaField(_("Lý do rút tuyên bố"), [Required(_("Ghi lý do rút tuyên bố."))])


def verdict_choices() -> list[tuple[str, Any]]:
    """Pairs of "verdict:sub-verdict" with what staff read: one list, so that nothing impossible can be picked.

    Criticism is one mark everywhere; only here, where one of its two kinds is picked, are they told apart.
    """
    kinds = {
        (Verdict.ACCURATE, SubVerdict.CRITICISM): _("Phê bình, phản ánh: nội dung đúng"),
        (Verdict.OPINION, SubVerdict.CRITICISM): _("Phê bình, phản ánh: là ý kiến, không phân đúng sai"),
    }
    found: list[tuple[str, Any]] = []
    for verdict, subs in SUB_VERDICTS.items():
        for sub in subs:
            mark = words.verdict(verdict.value, sub.value)
            label = kinds.get((verdict, sub)) or (mark.label if mark is not None else "")
            found.append((f"{verdict}:{sub}", label))
    return found


class ProposeForm(Form):
    """A verdict with its reason."""

    version = HiddenField()
    verdict = RadioField(_("Kết luận đề xuất"), choices=verdict_choices(), validate_choice=False)
    reason = TextAreaField(_("Lý do kết luận"), [Required(_("Viết lý do kết luận: dựa vào bằng chứng nào."))])

    def parts(self) -> tuple[str, str]:
        """(verdict, sub-verdict) as the service wants them."""
        verdict, _colon, sub = (self.verdict.data or "").partition(":")
        return verdict, sub


class ConfirmForm(Form):
    """The second person confirms or gives back."""

    version = HiddenField()
    comment = TextAreaField(
        _("Ý kiến của người xác nhận"), [Length(max=4000, message=_("Ý kiến dài quá 4.000 chữ."))]
    )
