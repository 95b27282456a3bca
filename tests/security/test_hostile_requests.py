"""Requests that no form of ours sends: odd numbers, methods, hosts, sizes and cookies; and what the answers never say."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from waitress.server import create_server

from core.errors import Invalid
from core.records.claim import Claim
from core.rules.vocabulary import Role
from core.services import accounts, password_hashes, sessions
from review_app import gate
from review_app.app import create_app
from review_app.failures import printable
from review_app.headers import HEADERS
from review_app.numbers import is_whole, whole
from review_app.settings import WebSettings
from tests.fixtures.answering import go_on, with_parts
from tests.fixtures.office import PASSWORD, copy_office
from tests.fixtures.product import Product, Visitor
from tests.fixtures.web import SECRET, Person

ODD = [
    "²",
    "٣",
    "9" * 19,
    "9" * 5000,
    "-1",
    "1e3",
    "0x10",
    "1_0",
    " 1",
    "1.0",
    "",
    "null",
    "\x00",
    "1;DROP TABLE account",
]
NUMBERS = ("page", "before", "person", "id", "sentence", "add", "with", "story", "days", "item")


class Everybody(Person):
    """A person with every role, and the app behind."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.app = app


@pytest.fixture(scope="module")
def everybody(office_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    """Somebody with every role where everything has been done once, for requests that change nothing."""
    template, folder = office_template
    made = go_on(with_parts(copy_office(template, folder, tmp_path_factory.mktemp("odd"))), "queued")
    accounts.create(made.desk, None, "moi.vai", "Mọi Vai", "", "", made.office.unit_id, set(Role), PASSWORD)
    app = create_app(made.desk, WebSettings(secret_key=SECRET, environment="test"))
    app.testing = False
    someone = Everybody(app)
    someone.log_in("moi.vai")
    yield someone
    made.desk.store.close()


def rules(someone: Everybody) -> list[Any]:
    return [rule for rule in someone.app.url_map.iter_rules() if rule.endpoint != "static"]


def path_of(rule: Any, value: str = "1") -> str:
    from urllib.parse import quote

    found = rule.rule
    for name in rule.arguments:
        for kind in ("int:", ""):
            found = found.replace(f"<{kind}{name}>", quote(value, safe=""))
    return str(found)


@pytest.mark.parametrize("text", ODD)
def test_what_is_no_number_is_the_default(text: str) -> None:
    assert whole(text, 7) == 7 and not is_whole(text)
    assert whole("120") == 120 and is_whole("0")


@pytest.mark.long
def test_odd_numbers_in_addresses_break_nothing(everybody: Everybody) -> None:
    for rule in rules(everybody):
        if "GET" not in rule.methods:
            continue
        if rule.arguments:
            for odd in ("²", "9" * 19, "-1", "0", "..", "%00"):
                answer = everybody.get(path_of(rule, odd))
                assert answer.status_code in {200, 303, 400, 403, 404}, (rule.rule, odd, answer.status_code)
            continue
        for odd in ("²", "9" * 19, "-1", "\x00'"):
            answer = everybody.get(rule.rule, query_string=dict.fromkeys(NUMBERS, odd))
            assert answer.status_code in {200, 303, 400}, (rule.rule, odd, answer.status_code)


def test_odd_fields_in_forms_break_nothing(everybody: Everybody) -> None:
    from tests.security.test_offices import POSTS

    token = everybody.token("/more")
    odd = ("²", "9" * 19, "\x00", "-1")
    for endpoint, line in POSTS.items():
        rule = next(one for one in rules(everybody) if one.endpoint == endpoint and "POST" in one.methods)
        names = [*line.data, "version", "number", "pick", "events"]
        fields = {name: odd[(place + len(endpoint)) % len(odd)] for place, name in enumerate(names)}
        where = path_of(rule, "5" if endpoint.startswith(("incident", "approval")) else "1")
        answer = everybody.client.post(where, data={**fields, "csrf_token": token})
        assert answer.status_code in {200, 303, 400, 403, 404, 409}, (endpoint, answer.status_code)


@pytest.mark.long
def test_a_method_that_a_page_does_not_offer(everybody: Everybody) -> None:
    for rule in rules(everybody):
        for method in {"PUT", "PATCH", "DELETE", "TRACE", "POST", "GET"} - rule.methods:
            answer = everybody.client.open(path_of(rule), method=method)
            others = [one for one in rules(everybody) if one.rule == rule.rule]
            if any(method in one.methods for one in others):
                continue
            assert answer.status_code == 405 and answer.headers["Allow"], (rule.rule, method)
            assert answer.headers["Cache-Control"] == "no-store"


def test_an_override_of_the_method_means_nothing(everybody: Everybody) -> None:
    answer = everybody.get("/logout?_method=POST", headers={"X-HTTP-Method-Override": "POST"})
    assert answer.status_code == 405
    assert everybody.get("/today").status_code == 200


@pytest.mark.parametrize("fields", [1200, 0])
def test_forms_without_measure_are_refused(everybody: Everybody, fields: int) -> None:
    data = {f"f{number}": "x" for number in range(fields)} or {"text": "x" * (3 * 1024 * 1024)}
    answer = everybody.client.post(
        "/intake", data={**data, "csrf_token": "x"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413 and "Tệp hoặc nội dung quá lớn" in answer.text


def test_a_log_line_is_one_line(everybody: Everybody, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        everybody.get("/khong-co%0d%0a2026-01-01 error 00000000: 200 POST /login%1b[2J%e2%80%a8x%c2%85y")
    said = [record.getMessage() for record in caplog.records if "khong-co" in record.getMessage()]
    assert said and all(line.isprintable() and "\\r\\n" in line for line in said)
    assert printable("a" * 5000) == "a" * 300


def test_a_fault_of_ours_says_a_number_and_nothing_else(
    everybody: Everybody, caplog: pytest.LogCaptureFixture
) -> None:
    @gate.public
    def broken() -> str:
        raise ZeroDivisionError("secret words of the inside")

    app = create_app(everybody.app.extensions["lamro_desk"], WebSettings(secret_key=SECRET))
    app.add_url_rule("/broken", "broken", broken)
    for accept in ("text/html", "application/json"):
        answer = app.test_client().get("/broken", headers={"Accept": accept})
        assert answer.status_code == 500
        for word in ("secret words", "ZeroDivision", "Traceback", ".py"):
            assert word not in answer.text
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    assert "secret words" in caplog.text, "the log has what the page has not"


# --- log-ins ----------------------------------------------------------------------------------------------------------


def test_a_log_in_ends_the_one_before_in_the_same_browser(app: Any, person: Any) -> None:
    someone = person("hanh.dt")
    first = someone.client.get_cookie("lamro").value
    answer = someone.post("/login", {"username": "luc.pv", "password": PASSWORD}, page="/more")
    assert answer.status_code == 303
    assert someone.client.get_cookie("lamro").value != first
    thief = app.test_client()
    thief.set_cookie("lamro", first)
    assert thief.get("/today").status_code == 303


def test_a_session_that_the_server_did_not_make_is_nobody(app: Any, person: Any) -> None:
    """Fixation: a cookie put into the browser before log-in is not what the log-in uses."""
    someone = person()
    someone.client.set_cookie("lamro", "chosen-by-somebody-else")
    someone.log_in("hanh.dt")
    assert someone.client.get_cookie("lamro").value != "chosen-by-somebody-else"
    thief = app.test_client()
    thief.set_cookie("lamro", "chosen-by-somebody-else")
    assert thief.get("/today").status_code == 303


@pytest.mark.parametrize("what", ["roles", "active", "reset"])
def test_what_an_administrator_takes_away_is_gone_in_the_next_request(
    office: Any, person: Any, what: str
) -> None:
    someone, key = person("hanh.dt"), office.accounts["hanh.dt"]
    token = someone.token("/more")
    if what == "roles":
        accounts.set_roles(office.desk, None, key, [Role.AUDITOR])
    elif what == "active":
        accounts.set_active(office.desk, None, key, False)
    else:
        accounts.reset_password(office.desk, None, key)
    answer = someone.client.post(
        f"/stories/{office.stories['de']}/tag", data={"tag": "watch", "version": "1", "csrf_token": token}
    )
    assert answer.status_code == (403 if what == "roles" else 303)
    assert what == "roles" or "/login" in answer.location
    with office.desk.store.read() as session:
        from core.records.item import StoryOffice

        assert session.get(StoryOffice, (office.stories["de"], office.unit_id)) is None


def test_a_form_sent_twice_does_its_work_once(office: Any, person: Any) -> None:
    someone = person("hanh.dt")
    data = {
        "version": "1", "item_id": str(office.items["qua"]), "concerns": "none", "quote": "cho biết chưa nhận được quà cứu trợ dù danh sách đã lập",
    }  # fmt: skip
    where = f"/stories/{office.stories['qua']}/claim"
    assert someone.post(where, data).status_code == 303
    assert someone.post(where, data).status_code == 409
    with office.desk.store.read() as session:
        count = select(func.count()).select_from(Claim).where(Claim.story_id == office.stories["qua"])
        assert session.scalar(count) == 1


def test_every_wrong_pair_costs_one_password_hash(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, closed and known names: the same words and the same work, so that time tells nothing."""
    accounts.set_active(office.desk, None, office.accounts["luc.pv"], False)
    counted: list[str] = []
    real = password_hashes.verify

    def verify(password_hash: str, password: str) -> bool:
        counted.append(password_hash.rpartition("$")[0].rpartition("$")[0])
        return real(password_hash, password)

    monkeypatch.setattr(password_hashes, "verify", verify)
    said = set()
    for name, password in (("khong.co", PASSWORD), ("luc.pv", PASSWORD), ("hanh.dt", "sai mật khẩu rồi")):
        with pytest.raises(Invalid) as error:
            sessions.log_in(office.desk, name, password, "10.0.0.9")
        said.add((error.value.vi, error.value.en, error.value.code))
    assert len(said) == 1
    assert len(counted) == 3 and len(set(counted)) == 1, "one hash each, of one cost"


# --- the real server --------------------------------------------------------------------------------------------------


@pytest.fixture
def wire(office: Any) -> Iterator[Any]:
    """ask(bytes) → the whole answer of waitress, as it stands on the wire."""
    made = create_app(office.desk, WebSettings(secret_key=SECRET))
    listener = socket.create_server(("127.0.0.1", 0))
    server = create_server(made, sockets=[listener], threads=2, ident="", clear_untrusted_proxy_headers=True)
    port = listener.getsockname()[1]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def ask(request: str, host: str = "") -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            text = request.replace("{host}", host or f"127.0.0.1:{port}").replace("\n", "\r\n")
            line.sendall(text.encode("latin-1"))
            parts = []
            while part := line.recv(65536):
                parts.append(part)
        return b"".join(parts).decode("utf-8", "replace")

    yield ask
    server.close()


def test_headers_stand_on_every_answer_of_the_real_server(wire: Any, app: Any) -> None:
    for rule in app.url_map.iter_rules():
        where = "/static/css/base.css" if rule.endpoint == "static" else path_of(rule)
        for method in sorted(rule.methods & {"GET", "POST"}):
            head = wire(
                f"{method} {where} HTTP/1.1\nHost: {{host}}\nConnection: close\nContent-Length: 0\n\n"
            ).partition("\r\n\r\n")[0]
            for name, value in HEADERS.items():
                assert head.count(f"\r\n{name}: {value}") == 1, (method, where, name)
            assert "\r\nServer:" not in head, head
            assert rule.endpoint == "static" or "\r\nCache-Control: no-store" in head, where


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET /login HTTP/1.1\nHost: e.example\nConnection: close\n\n", "400"),
        ("GET /login HTTP/1.1\nHost: {host}@e.example\nConnection: close\n\n", "400"),
        ("GET http://e.example/login HTTP/1.1\nHost: e.example\nConnection: close\n\n", "400"),
        ("POST /login HTTP/1.1\nHost: {host}\nConnection: close\nContent-Length: 99999999999\n\n", "413"),
        ("GET /%zz HTTP/1.1\nHost: {host}\nConnection: close\n\n", "404"),
    ],
)
def test_the_real_server_refuses(wire: Any, request_text: str, status: str) -> None:
    answer = wire(request_text)
    assert answer.startswith(f"HTTP/1.1 {status} "), answer[:200]
    assert "csrf_token" not in answer and "Traceback" not in answer


def test_nobody_gives_himself_an_address(wire: Any, office: Any) -> None:
    """X-Forwarded-For of a stranger is not believed: waiting times would count nothing."""
    seen: list[str] = []
    real = sessions.authenticate

    def authenticate(desk: Any, token: str, address: str) -> Any:
        seen.append(address)
        return real(desk, token, address)

    from unittest import mock

    with mock.patch.object(sessions, "authenticate", authenticate):
        wire(
            "GET /login HTTP/1.1\nHost: {host}\nCookie: lamro=x\nX-Forwarded-For: 10.1.2.3\nX-Forwarded-Host: e.example\nConnection: close\n\n"
        )
    assert seen == ["127.0.0.1"]


@pytest.mark.long
def test_behind_the_named_proxy_the_visitors_address_counts(tmp_path: Path) -> None:
    """``LAMRO_TRUSTED_PROXY`` in the product itself: a wrong password is counted for the address that the proxy wrote last."""
    home = tmp_path / "home"
    home.mkdir()
    with Product(home, trusted_proxy="127.0.0.1") as product:
        assert product.run("init", "--locality", "11131").returncode == 0
        _, url = product.serve()
        visitor = Visitor(url)
        visitor._open.addheaders = [("X-Forwarded-For", "9.9.9.9, 203.0.113.7")]
        assert visitor.post("/login", username="quantri", password="không phải mật khẩu này") == 400
        assert product.sql("SELECT address FROM audit WHERE act = 'account.log_in'") == [("203.0.113.7",)]
        assert product.sql("SELECT all_offices FROM account") == [(1,)]
        assert product.run("init", "--locality", "11557", "--admin", "phuong").returncode == 0
        assert product.sql("SELECT all_offices FROM account WHERE username = 'phuong'") == [(0,)]
        assert (
            product.run("users", "add", "chung", "--role", "administrator", "--all-offices").returncode == 0
        )
        assert product.sql("SELECT all_offices FROM account WHERE username = 'chung'") == [(1,)]
        reset = product.run("users", "reset", "chung")
        assert reset.returncode == 0 and "CreatedAccount" not in reset.stdout
