"""Vietnamese by default, English by switch. Source strings are Vietnamese; ``translations/en`` is complete, a test holds it so."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, g, has_request_context, session
from flask_babel import Babel, format_decimal, get_locale, lazy_gettext
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

from review_app import context

LANGUAGES = ("vi", "en")

#: Flask-Babel has no types of its own
gettext: Callable[..., str] = _gettext
ngettext: Callable[..., str] = _ngettext


def select() -> str:
    """The language of this request: the account's, else what was chosen on the log-in page, else Vietnamese."""
    if not has_request_context():
        return "vi"
    person = context.actor_or_none()
    wanted = person.language if person is not None else session.get("language", "vi")
    return wanted if wanted in LANGUAGES else "vi"


def current() -> str:
    """``vi`` or ``en``, for errors and machine sentences that carry both."""
    return "en" if str(get_locale()).startswith("en") else "vi"


def number(value: float) -> str:
    """A figure as people write it: 3.100 in Vietnamese, 3,100 in English."""
    return str(format_decimal(value))


def both(vi: str, en: str) -> str:
    """The sentence in the language of this request; the other one when it is empty."""
    return (en or vi) if current() == "en" else (vi or en)


#: what WTForms says by itself, in our words
_WTFORMS = {
    "Not a valid choice.": lazy_gettext("Lựa chọn này không có trong danh sách."),
    "Not a valid choice": lazy_gettext("Lựa chọn này không có trong danh sách."),
    "Invalid Choice: could not coerce.": lazy_gettext("Lựa chọn này không có trong danh sách."),
    "This field is required.": lazy_gettext("Cần nhập mục này."),
    "Not a valid integer value.": lazy_gettext("Cần một số nguyên."),
    "Not a valid datetime value.": lazy_gettext("Ngày giờ chưa đúng. Ví dụ: 13/9/2026 07:30."),
    "Not a valid date value.": lazy_gettext("Ngày chưa đúng. Ví dụ: 13/9/2026."),
}


class FormWords:
    """The translations object that WTForms asks for."""

    def gettext(self, text: str) -> str:
        """Our sentence for one of WTForms' own."""
        return str(_WTFORMS.get(text, text))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """WTForms' plural sentences are not used: every validator carries its own words."""
        return singular if n == 1 else plural


def install(app: Flask) -> None:
    """Set up Flask-Babel."""
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Ho_Chi_Minh"
    Babel(app, locale_selector=select)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.filters["number"] = number
    app.jinja_env.globals["both"] = both
    app.jinja_env.globals["language"] = current
    app.jinja_env.globals["_"] = gettext


def remember(language: str) -> None:
    """Keep the language chosen before log-in."""
    if language in LANGUAGES:
        session["language"] = language
        g.pop("_flask_babel", None)
