"""Default deny: every endpoint × every role × every method does exactly what the endpoint declared."""

from __future__ import annotations

from typing import Any

import pytest
from flask import abort, url_for
from sqlalchemy import func, select

from core.records.account import AccountRole
from core.records.audit import AuditRow
from core.rules.permissions import ACTS
from core.rules.vocabulary import Role
from core.services import accounts, sessions
from review_app import gate
from tests.fixtures.office import PASSWORD

#: what people who have not logged in may reach
PUBLIC = {"static", "account.log_in", "account.choose_language", "health.probe"}
#: values for the holes of addresses; most name nothing, which is enough: the gate comes before the view
HOLES = {"Number": 999999, "PathConverter": "css/base.css"}


def endpoints(app):
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()})


def declared(app, name) -> gate.Permit:
    permit = gate.permit_of(app, name)
    assert permit is not None, name
    return permit


def address(app, rule):
    values: dict[str, Any] = {
        name: HOLES.get(type(found).__name__, "khong-co") for name, found in rule._converters.items()
    }
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def test_every_endpoint_declares_who_may_use_it(app):
    assert [name for name in endpoints(app) if gate.permit_of(app, name) is None] == []


def test_only_these_are_open_to_everybody(app):
    assert {name for name in endpoints(app) if declared(app, name).public} == PUBLIC


def test_an_endpoint_that_declares_nothing_answers_nobody(app, person):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for name in (None, "hanh.dt", "tu.la"):
        answer = person(name).get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.text


def test_every_act_named_by_an_endpoint_is_in_the_table(app):
    named = {declared(app, name).act for name in endpoints(app)} - {""}
    assert named <= set(ACTS)
    with pytest.raises(KeyError):
        gate.allow_act("no.such_act")
    with pytest.raises(ValueError):
        gate.allow()


def every(app):
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


@pytest.fixture
def bare(app):
    """The app with every view replaced by one word, so that only the gate decides; permits stay."""
    for name, view in list(app.view_functions.items()):

        def answer(*_, _view=view, **__):
            return "behind the gate"

        answer.permit = gate.permit_of(app, name)  # type: ignore[attr-defined]
        app.view_functions[name] = answer
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.mark.parametrize(
    "role",
    [
        None,
        Role.OFFICER,
        Role.ADMINISTRATOR,
        *(
            pytest.param(role, marks=pytest.mark.long)
            for role in Role
            if role not in {Role.OFFICER, Role.ADMINISTRATOR}
        ),
    ],
)
def test_role_by_endpoint_by_method(bare, office, role):
    client = bare.test_client()
    if role is not None:
        accounts.create(office.desk, None, "thu.vai", "Người Thử", "", "", office.unit_id, {role}, PASSWORD)
        client.set_cookie("lamro", sessions.log_in(office.desk, "thu.vai", PASSWORD, "127.0.0.1").token)
    seen = 0
    for rule, method in every(bare):
        permit = declared(bare, rule.endpoint)
        where = address(bare, rule)
        answer = client.open(where, method=method)
        seen += 1
        if permit.public or (role is not None and role in permit.roles):
            assert answer.text == "behind the gate", (method, where)
        elif role is None:
            assert answer.status_code == 303 and "/login" in answer.location, (method, where)
        else:
            assert answer.status_code == 403 and "behind the gate" not in answer.text, (method, where)
    assert seen > 40


def test_a_refused_post_is_in_the_audit_log(office, person):
    someone = person("vinh.nt")
    answer = someone.post(f"/stories/{office.stories['de']}/tag", {"tag": "watch", "version": "1"})
    assert answer.status_code == 403
    with office.desk.store.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.act == "story.tag")).one()
        assert row.refused and row.account_id == office.accounts["vinh.nt"]
        assert row.object_id == str(office.stories["de"])


def test_a_post_from_another_site_is_refused(office, person):
    someone = person("hanh.dt")
    for said in ("cross-site", "same-site"):
        answer = someone.post("/logout", headers={"Sec-Fetch-Site": said})
        assert answer.status_code == 403
    assert someone.get("/today").status_code == 200
    assert someone.post("/logout", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize(
    "token",
    [
        "",
        pytest.param("x", marks=pytest.mark.long),
        pytest.param("ImZha2Ui.aaaa.bbbb", marks=pytest.mark.long),
    ],
)
def test_no_post_without_the_form_token(app, office, person, token):
    someone = person("hanh.dt")
    for rule, method in every(app):
        if method == "GET":
            continue
        where = address(app, rule)
        answer = someone.client.open(where, method=method, data={"csrf_token": token} if token else {})
        assert answer.status_code in {400, 403}, where
    with office.desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AccountRole)) > 0
        assert not list(
            session.scalars(select(AuditRow).where(AuditRow.act == "story.tag", AuditRow.refused.is_(False)))
        )


def test_one_persons_token_is_no_use_to_another(office, person):
    mine, theirs = person("hanh.dt"), person("luc.pv")
    answer = theirs.post("/account/theme", {"theme": "dark", "csrf_token": mine.token("/more")})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "\t//evil.example",
    ],
)
def test_no_open_redirect(person, target):
    someone = person()
    answer = someone.post(
        "/login", {"username": "hanh.dt", "password": PASSWORD, "next": target}, page="/login"
    )
    assert answer.status_code == 303 and answer.location == "/"
    answer = someone.post("/account/theme", {"theme": "dark", "next": target})
    assert answer.status_code == 303 and answer.location == "/"


def test_logging_out_ends_the_session_on_the_server(app, person):
    someone = person("hanh.dt")
    stolen = someone.client.get_cookie("lamro").value
    someone.post("/logout")
    thief = app.test_client()
    thief.set_cookie("lamro", stolen)
    assert thief.get("/today").status_code == 303


def test_a_one_time_password_must_be_changed_first(office, person):
    made = accounts.create(office.desk, None, "moi.nv", "Người Mới", "", "", office.unit_id, {Role.OFFICER})
    someone = person()
    someone.post("/login", {"username": "moi.nv", "password": made.one_time_password}, page="/login")
    for where in ("/today", "/inbox", "/more", "/"):
        assert someone.get(where).location == "/account/password"
    answer = someone.post(
        "/account/password",
        {
            "old": made.one_time_password,
            "new": "trau ta gam co ven duong",
            "again": "trau ta gam co ven duong",
        },
        page="/account/password",
    )
    assert answer.status_code == 303, answer.text
    assert someone.get("/today").status_code == 200


def test_abort_inside_a_view_keeps_its_status(app, person):
    @gate.public
    def teapot():
        abort(418)

    app.add_url_rule("/teapot", "teapot", teapot)
    assert person().get("/teapot").status_code == 418
