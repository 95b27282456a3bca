"""Accounts, roles, and what documents print of an office."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from core.rules.vocabulary import Role
from review_app.forms.base_form import Form, Required
from review_app.words import ROLES

_ROLE_CHOICES = [(role.value, ROLES[role]) for role in Role]


class RolesField(SelectMultipleField):  # type: ignore[misc]
    """One box a role."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AccountForm(Form):
    """A new account; the password is made by the machine and shown once."""

    username = StringField(
        _("Tên đăng nhập"), [Required(_("Nhập tên đăng nhập.")), Length(max=60, message=_("Dài quá 60 chữ."))]
    )
    display_name = StringField(
        _("Họ và tên"), [Required(_("Nhập họ và tên.")), Length(max=120, message=_("Dài quá 120 chữ."))]
    )
    position = StringField(_("Chức vụ"), [Length(max=120, message=_("Dài quá 120 chữ."))])
    email = StringField(_("Thư điện tử công vụ"), [Length(max=200, message=_("Dài quá 200 chữ."))])
    unit_id = SelectField(_("Cơ quan"), coerce=int)
    roles = RolesField(_("Vai trò"), choices=_ROLE_CHOICES)


class RolesForm(Form):
    """The roles of an account that exists."""

    roles = RolesField(_("Vai trò"), choices=_ROLE_CHOICES)


class UnitForm(Form):
    """What documents print of an office, and the localities that it watches."""

    superior = StringField(_("Cơ quan chủ quản (dòng trên cùng)"))
    place = StringField(_("Địa danh ghi trên văn bản"))
    code = StringField(_("Chữ viết tắt cơ quan trong ký hiệu"))
    archive = StringField(_("Dòng Lưu"))
    province = StringField(_("Tỉnh, thành phố"))
    portal = StringField(_("Cổng thông tin điện tử"))
    spokesperson_name = StringField(_("Người phát ngôn: họ và tên"))
    spokesperson_title = StringField(_("Người phát ngôn: chức vụ"))
    spokesperson_phone = StringField(_("Người phát ngôn: điện thoại"))
    spokesperson_email = StringField(_("Người phát ngôn: thư điện tử"))
    localities = TextAreaField(_("Mã các địa bàn theo dõi"))
