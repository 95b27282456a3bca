"""Tài khoản và cơ quan: people, roles, one-time passwords, what documents print of an office."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.queries import accounts as queries
from core.rules.vocabulary import Role
from core.services import accounts, units
from review_app import context, frame
from review_app.forms.admin import AccountForm, RolesForm, UnitForm
from review_app.gate import allow_act
from review_app.language import current

blueprint = Blueprint("admin", __name__)


def _reach(session: Any) -> frozenset[int]:
    """The offices that this person sees here: the own one and those below it."""
    return queries.administered(session, context.actor().account_id)


@blueprint.get("/admin")
@allow_act("account.read")
def index() -> str:
    """People and offices."""
    with context.reading() as session:
        mine = _reach(session)
        people, offices = queries.accounts(session, mine), queries.units(session, mine)
    return render_template("admin/index.html", people=people, offices=offices)


@blueprint.route("/admin/accounts/add", methods=["GET", "POST"])
@allow_act("account.create")
def add() -> Response:
    """A new account; its one-time password is on the answer to this form and nowhere else."""
    with context.reading() as session:
        offices = queries.units(session, _reach(session))
    form = AccountForm()
    form.unit_id.choices = [(office.id, office.short_name) for office in offices]
    problem = ""
    if request.method == "GET":
        form.unit_id.data = context.actor().unit_id
    elif form.validate_on_submit():
        try:
            made = accounts.create(
                context.desk(),
                context.actor(),
                form.username.data,
                form.display_name.data,
                form.position.data or "",
                form.email.data or "",
                form.unit_id.data,
                [Role(role) for role in form.roles.data],
            )
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
        else:
            return _once(made.account_id, made.one_time_password)
    return make_response(
        render_template("admin/add.html", form=form, problem=problem), 400 if form.is_submitted() else 200
    )


def _once(account_id: int, one_time: str) -> Response:
    """The page that shows a one-time password, once; it is not stored and not in the address."""
    with context.reading() as session:
        person = queries.account(session, account_id, _reach(session))
    return make_response(render_template("admin/once.html", person=person, one_time=one_time))


@blueprint.route("/admin/accounts/<int:account_id>", methods=["GET"])
@allow_act("account.read")
def show(account_id: int) -> str:
    """One account."""
    with context.reading() as session:
        person = queries.account(session, account_id, _reach(session))
    form = RolesForm(data={"roles": [role.value for role in person.roles]})
    return render_template("admin/show.html", person=person, form=form)


@blueprint.post("/admin/accounts/<int:account_id>/roles")
@allow_act("account.set_roles")
def roles(account_id: int) -> Response | BaseResponse:
    """Give an account exactly the roles that are ticked."""
    form = RolesForm()
    if form.validate_on_submit():
        try:
            accounts.set_roles(
                context.desk(), context.actor(), account_id, [Role(role) for role in form.roles.data]
            )
        except Invalid as error:
            form.refuse(error)
        else:
            frame.done(gettext("Đã lưu vai trò. Có hiệu lực ngay."))
            return redirect(url_for("admin.show", account_id=account_id), 303)
    with context.reading() as session:
        person = queries.account(session, account_id, _reach(session))
    return make_response(render_template("admin/show.html", person=person, form=form), 400)


@blueprint.post("/admin/accounts/<int:account_id>/active")
@allow_act("account.set_active")
def active(account_id: int) -> BaseResponse:
    """Switch an account on or off."""
    wanted = request.form.get("active") == "yes"
    accounts.set_active(context.desk(), context.actor(), account_id, wanted)
    frame.done(
        gettext("Đã mở lại tài khoản.")
        if wanted
        else gettext("Đã khóa tài khoản và kết thúc mọi phiên đăng nhập.")
    )
    return redirect(url_for("admin.show", account_id=account_id), 303)


@blueprint.post("/admin/accounts/<int:account_id>/password")
@allow_act("account.reset_password")
def reset(account_id: int) -> Response:
    """A new one-time password."""
    made = accounts.reset_password(context.desk(), context.actor(), account_id)
    return _once(account_id, made.one_time_password)


@blueprint.route("/admin/units/<int:unit_id>", methods=["GET", "POST"])
@allow_act("unit.edit")
def unit(unit_id: int) -> Response | BaseResponse:
    """What documents print of an office, and what it watches."""
    with context.reading() as session:
        office = queries.unit(session, unit_id, _reach(session))
    form = UnitForm(data=_of(office) if request.method == "GET" else None)
    problem = ""
    if form.validate_on_submit():
        try:
            units.describe(
                context.desk(),
                context.actor(),
                unit_id,
                {key: getattr(form, key).data or "" for key in units.DETAILS},
                {key: getattr(form, f"spokesperson_{key}").data or "" for key in units.SPOKESPERSON},
            )
            units.watch(
                context.desk(), context.actor(), unit_id, re.findall(r"[^\s,;]+", form.localities.data or "")
            )
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
        else:
            frame.done(gettext("Đã lưu thông tin cơ quan."))
            return redirect(url_for("admin.unit", unit_id=unit_id), 303)
    html = render_template("admin/unit.html", form=form, office=office, problem=problem)
    return make_response(html, 400 if form.is_submitted() else 200)


def _of(office: queries.UnitRow) -> dict[str, str]:
    """The form's fields out of the stored details."""
    person = office.details.get("spokesperson") or {}
    return {
        **{key: str(office.details.get(key, "")) for key in units.DETAILS},
        **{f"spokesperson_{key}": str(person.get(key, "")) for key in units.SPOKESPERSON},
        "localities": "\n".join(code for code, _ in office.watched),
    }
