"""A term of the glossary."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from core.rules.gazetteer import LANGUAGES
from core.rules.glossary import MAX_LETTERS
from review_app.forms.base_form import Form
from review_app.glossary_words import KINDS
from review_app.words import language_name


class TermForm(Form):
    """Language, term, Vietnamese, kind."""

    language = SelectField(_("Tiếng"))
    term = StringField(
        _("Từ nước ngoài"), [Length(max=MAX_LETTERS * 2, message=_("Dài quá, ghi từ ngắn hơn."))]
    )
    gloss = StringField(
        _("Nghĩa tiếng Việt"), [Length(max=MAX_LETTERS * 2, message=_("Dài quá, ghi gọn hơn."))]
    )
    kind = SelectField(_("Nhóm"), choices=list(KINDS.items()))
    edit = HiddenField()
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(code, language_name(code)) for code in LANGUAGES]
