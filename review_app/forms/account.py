"""Logging in, the password, preferences."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import EqualTo, Length

from review_app.forms.base_form import Form, Required


class LogInForm(Form):
    """Name and password. The password is never shown again."""

    username = StringField(
        _("Tên đăng nhập"),
        [Required(_("Nhập tên đăng nhập.")), Length(max=60, message=_("Tên đăng nhập dài quá 60 chữ."))],
    )
    password = PasswordField(
        _("Mật khẩu"),
        [Required(_("Nhập mật khẩu.")), Length(max=256, message=_("Mật khẩu dài quá 256 ký tự."))],
    )
    next = HiddenField()


class PasswordForm(Form):
    """A new password, typed twice. Its rules are the service's."""

    old = PasswordField(_("Mật khẩu đang dùng"), [Required(_("Nhập mật khẩu đang dùng."))])
    new = PasswordField(
        _("Mật khẩu mới"),
        [
            Required(_("Nhập mật khẩu mới.")),
            Length(min=12, max=128, message=_("Mật khẩu mới cần từ 12 đến 128 ký tự.")),
        ],
    )
    again = PasswordField(
        _("Nhập lại mật khẩu mới"), [EqualTo("new", message=_("Hai lần nhập mật khẩu mới chưa giống nhau."))]
    )


class PreferencesForm(Form):
    """Language, theme, single-letter keys."""

    language = RadioField(_("Ngôn ngữ"), choices=[("vi", "Tiếng Việt"), ("en", "English")])
    theme = RadioField(_("Nền"), choices=[("auto", _("Theo máy")), ("light", _("Sáng")), ("dark", _("Tối"))])
    single_keys = BooleanField(_("Dùng phím tắt một chữ, một số"))
