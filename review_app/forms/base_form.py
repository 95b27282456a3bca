"""The base of every form: our words instead of WTForms' English, and the token checked once for the whole app."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import StopValidation

from core.clock import VIETNAM
from core.errors import Invalid
from review_app.language import FormWords, current

#: how people here write a moment; tried in order
MOMENTS = (
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y, %H:%M",
    "%H:%M %d/%m/%Y",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%d/%m/%Y",
)


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose errors are in the language of the request."""

    class Meta:
        """The app checks the token on every POST before any view runs; forms need not do it again."""

        csrf = False

        def get_translations(self, _form: Any) -> FormWords:
            """WTForms' own few sentences, in our words."""
            return FormWords()

    def refuse(self, error: Invalid) -> None:
        """Put what a service refused beside the fields it names; the form keeps what was typed."""
        for name, words in error.fields.items():
            field = self._fields.get(name)
            if field is not None:
                field.errors = [*field.errors, words if current() == "vi" else error.message("en")]


class Required:
    """Demands something other than blanks; ``words`` names the thing in Vietnamese."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it from the class

    def __init__(self, words: Any) -> None:
        self.words = words

    def __call__(self, _form: Any, field: Field) -> None:
        """Raise StopValidation with our words when nothing was entered."""
        if not field.data or (isinstance(field.data, str) and not field.data.strip()):
            raise StopValidation(str(self.words))


class LocalMomentField(StringField):  # type: ignore[misc]
    """A moment typed as people write it, in Viet Nam's time; ``moment`` is aware, or None when nothing was typed."""

    moment: datetime | None = None

    def pre_validate(self, _form: Any) -> None:
        """Read the moment. Raises StopValidation with an example when it cannot be read."""
        from flask_babel import gettext

        text = " ".join((self.data or "").split())
        self.moment = None
        if not text:
            return
        for pattern in MOMENTS:
            try:
                self.moment = datetime.strptime(text, pattern).replace(tzinfo=VIETNAM)
            except ValueError:
                continue
            return
        raise StopValidation(gettext("Ngày giờ chưa đúng. Ví dụ: 13/9/2026 07:30."))
