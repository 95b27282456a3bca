"""Logging in and out, the first password, preferences, the phone's list of places, the list of keys."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from core.errors import Invalid
from core.services import own_account, sessions
from review_app import context, frame
from review_app.forms.account import LogInForm, PasswordForm, PreferencesForm
from review_app.gate import ANYBODY, allow, local_path, may, public
from review_app.language import current, remember

blueprint = Blueprint("account", __name__)

#: where people land, first that their roles open
_FIRST = ("today.index", "sources.index", "audit.index", "account.preferences")


@blueprint.get("/")
@allow(*ANYBODY)
def home() -> BaseResponse:
    """To the first place this person may open."""
    return redirect(url_for(next(endpoint for endpoint in _FIRST if may(endpoint))), 303)


@blueprint.route("/login", methods=["GET", "POST"])
@public
def log_in() -> Response | BaseResponse:
    """Log in; a wrong pair keeps the name and says what to check."""
    form = LogInForm()
    target = local_path(form.next.data or request.args.get("next"), url_for("account.home"))
    if request.method == "GET" and context.actor_or_none() is not None:
        return redirect(target, 303)
    problem = ""
    if form.validate_on_submit():
        try:
            found = sessions.log_in(
                context.desk(),
                form.username.data.strip(),
                form.password.data,
                request.remote_addr or "",
                replaces=context.actor_or_none(),
            )
        except Invalid as error:
            problem = error.message(current())
        else:
            return _welcome(found.token, target)
    form.next.data = target if target != url_for("account.home") else ""
    return make_response(
        render_template("account/log_in.html", form=form, problem=problem),
        400 if form.is_submitted() else 200,
    )


def _welcome(token: str, target: str) -> BaseResponse:
    """A fresh form cookie and the log-in cookie."""
    language = session.get("language", "vi")
    session.clear()
    session["language"] = language
    return _keep(redirect(target, 303), token)


def _keep(answer: BaseResponse, token: str) -> BaseResponse:
    """Hand the browser the log-in cookie."""
    settings = context.settings()
    answer.set_cookie(
        settings.login_cookie, token, secure=settings.secure_cookies, httponly=True, samesite="Lax", path="/"
    )
    return answer


@blueprint.post("/login/language")
@public
def choose_language() -> BaseResponse:
    """The language of the log-in page; afterwards the account's own counts."""
    remember(request.form.get("language", ""))
    return redirect(url_for("account.log_in", next=local_path(request.form.get("next"), "") or None), 303)


@blueprint.post("/logout")
@allow(*ANYBODY)
def log_out() -> BaseResponse:
    """End this log-in on the server, then forget the cookie."""
    sessions.log_out(context.desk(), context.actor())
    session.clear()
    answer = redirect(url_for("account.log_in"), 303)
    settings = context.settings()
    answer.delete_cookie(
        settings.login_cookie, secure=settings.secure_cookies, httponly=True, samesite="Lax", path="/"
    )
    return answer


@blueprint.route("/account/password", methods=["GET", "POST"])
@allow(*ANYBODY)
def password() -> Response | BaseResponse:
    """Change the password; every other log-in of this account ends."""
    form = PasswordForm()
    problem = ""
    if form.validate_on_submit():
        try:
            found = own_account.change_password(context.desk(), context.actor(), form.old.data, form.new.data)
        except Invalid as error:
            form.refuse(error)
            problem = error.message(current())
        else:
            frame.done(gettext("Đã đổi mật khẩu. Các nơi đăng nhập khác đã được đăng xuất."))
            return _keep(redirect(url_for("account.home"), 303), found.token)
    return make_response(
        render_template("account/password.html", form=form, problem=problem),
        400 if form.is_submitted() else 200,
    )


@blueprint.route("/account", methods=["GET", "POST"])
@allow(*ANYBODY)
def preferences() -> Response | BaseResponse:
    """Language, theme and keys of this account."""
    person = context.actor()
    form = PreferencesForm(data={
        "language": person.language, "theme": person.theme, "single_keys": person.single_keys,
    } if request.method == "GET" else None)  # fmt: skip
    if form.validate_on_submit():
        own_account.set_preferences(
            context.desk(),
            person,
            language=form.language.data,
            theme=form.theme.data,
            single_keys=form.single_keys.data,
        )
        session["language"] = form.language.data
        frame.done(gettext("Đã lưu cách hiển thị."))
        return redirect(url_for("account.preferences"), 303)
    return make_response(
        render_template("account/preferences.html", form=form), 400 if form.is_submitted() else 200
    )


@blueprint.post("/account/theme")
@allow(*ANYBODY)
def theme() -> BaseResponse:
    """The button in the top bar."""
    person = context.actor()
    wanted = request.form.get("theme", "auto")
    own_account.set_preferences(
        context.desk(),
        person,
        language=person.language,
        theme=wanted if wanted in {"auto", "light", "dark"} else "auto",
        single_keys=person.single_keys,
    )
    return redirect(local_path(request.form.get("next"), url_for("account.home")), 303)


@blueprint.get("/more")
@allow(*ANYBODY)
def more() -> str:
    """Every place, for the phone's fourth tab."""
    return render_template("account/more.html")


@blueprint.get("/keys")
@allow(*ANYBODY)
def keys() -> str:
    """Every key of the screens, for those without script; with script the same list opens over the page."""
    return render_template("account/keys.html")
