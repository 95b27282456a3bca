"""Default deny: an endpoint that has not declared who may use it answers nobody (reliability.md §6, roles 8.x)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for

from core.errors import Forbidden, LamroError
from core.rules.permissions import ACTS
from core.rules.vocabulary import Role
from core.services import audit, sessions
from review_app import context

View = TypeVar("View", bound=Callable[..., Any])

#: every role: anybody who works here
ANYBODY: frozenset[Role] = frozenset(Role)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: endpoints a person may reach before the one-time password is replaced
_BEFORE_PASSWORD = frozenset({"account.password", "account.log_out", "static"})


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may use an endpoint: everybody (``public``), or people with one of the roles; ``act`` is its name in the audit log."""

    roles: frozenset[Role]
    public: bool = False
    act: str = ""


def allow(*roles: Role) -> Callable[[View], View]:
    """Open a view to people who hold one of ``roles``."""
    if not roles:
        raise ValueError("allow() needs at least one role")

    def mark(view: View) -> View:
        view.permit = Permit(frozenset(roles))  # type: ignore[attr-defined]
        return view

    return mark


def allow_act(*acts: str) -> Callable[[View], View]:
    """Open a view to people whose roles allow one of the acts of ``core.rules.permissions``: one table says who may do what.

    A try to post by anybody else is written to the audit log under the first act. Raises KeyError for an unknown act.
    """
    roles = frozenset().union(*(ACTS[act] for act in acts))

    def mark(view: View) -> View:
        view.permit = Permit(roles, act=acts[0])  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Open a view to people who have not logged in."""
    view.permit = Permit(frozenset(), public=True)  # type: ignore[attr-defined]
    return view


def permit_of(app: Flask, endpoint: str | None) -> Permit | None:
    """What an endpoint declared; None when it declared nothing or does not exist."""
    view = app.view_functions.get(endpoint or "")
    return getattr(view, "permit", None)


def may(endpoint: str) -> bool:
    """True when the person of this request may open the endpoint; false for one that does not exist."""
    permit = permit_of(current_app, endpoint)
    person = context.actor_or_none()
    return permit is not None and (permit.public or (person is not None and person.has(*permit.roles)))


def wants_json() -> bool:
    """True for the page's own script, which asks for JSON by name."""
    return request.headers.get("Accept", "") == "application/json"


def here() -> str:
    """The path of this request with its query, to come back to after logging in."""
    return request.full_path.rstrip("?")


def local_path(target: str | None, fallback: str) -> str:
    """``target`` when it is a path of this site, else ``fallback``: no open redirect.

    Browsers read a backslash as a slash and drop control characters, so both are refused.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return fallback
    if "\\" in target or any(ord(character) < 0x20 or ord(character) == 0x7F for character in target):
        return fallback
    return target


def _identify() -> None:
    """Who is behind the request: the server-side session named by the cookie."""
    g.actor = None
    if request.endpoint == "static":
        return
    token = request.cookies.get(context.settings().login_cookie, "")
    if token:
        g.actor = sessions.authenticate(context.desk(), token, request.remote_addr or "")


def _check() -> Response | None:
    """Deny unless the endpoint opened itself to this person."""
    if request.routing_exception is not None:
        return None
    permit = permit_of(current_app, request.endpoint)
    if permit is None:
        current_app.logger.error("endpoint %s has not declared who may use it", request.endpoint)
        abort(403)
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site", "same-origin") not in {
        "same-origin",
        "none",
    }:
        raise Forbidden(
            "Yêu cầu này được gửi từ một trang khác nên không được nhận. Mở lại trang trong Làm Rõ rồi làm lại.",
            "This request came from another site and was not accepted. Open the page in Làm Rõ and try again.",
        )
    if permit.public:
        return None
    person = context.actor_or_none()
    if person is None:
        if wants_json():
            abort(401)
        back = here() if request.method in SAFE_METHODS else None
        return _to(url_for("account.log_in", next=back))
    if person.must_change_password and request.endpoint not in _BEFORE_PASSWORD:
        return _to(url_for("account.password"))
    if not person.has(*permit.roles):
        error = Forbidden(
            "Tài khoản này không có vai trò để mở trang hoặc làm việc đó. Người quản trị của cơ quan có thể cấp vai trò.",
            "This account does not hold a role for this page or act. The administrator of the office can grant it.",
        )
        if request.method not in SAFE_METHODS:
            write_down(error)
        raise error
    return None


def write_down(error: LamroError) -> None:
    """A try to change something that no service came to judge (no role; another office's thing) is audited as the services audit theirs."""
    permit = permit_of(current_app, request.endpoint)
    if permit is None or context.actor_or_none() is None:
        return
    named = "/".join(str(value) for value in (request.view_args or {}).values())
    kind = (request.endpoint or "").partition(".")[0]
    audit.refused(
        context.desk(), context.actor(), permit.act or str(request.endpoint), kind[:30], named, error
    )


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)  # noqa: S101 - flask's redirect is typed wider than it is
    return response


def install(app: Flask) -> None:
    """Put the gate before everything else."""
    app.before_request(_identify)
    app.before_request(_check)
