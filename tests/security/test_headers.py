"""Headers, cookies and hosts of every answer."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from review_app import assets
from review_app.app import create_app
from review_app.headers import HEADERS
from review_app.settings import WebSettings
from tests.fixtures.office import PASSWORD
from tests.fixtures.web import SECRET, Person, found

PAGES = ["/login", "/today", "/inbox", "/stories/1", "/items/1", "/stories/1/claim", "/intake", "/sources", "/account", "/more",
         "/nope", "/admin", "/healthz", "/static/css/base.css", "/static/nope.css", "/"]  # fmt: skip


@pytest.mark.parametrize("where", PAGES)
def test_every_answer_carries_the_headers(person, where):
    answer = person("hanh.dt").get(where)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    if not where.startswith("/static/css"):
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize(
    "where",
    ["/login", "/today", "/inbox", "/stories/1", "/items/1", "/intake", "/sources", "/account", "/nope"],
)
def test_pages_need_nothing_that_the_policy_forbids(person, where):
    html = person("hanh.dt").get(where).text
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert not re.search(r"<[^>]+\son[a-z]+=", html)
    assert not re.search(r"<style", html)
    assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!chuyen-que)[^"]+\.(?:css|js|woff2|svg|png)', html)


def test_login_cookie_is_kept_from_scripts_and_other_sites(person):
    answer = person().post("/login", {"username": "hanh.dt", "password": PASSWORD}, page="/login")
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert any(cookie.startswith("lamro=") for cookie in answer.headers.getlist("Set-Cookie"))


def test_behind_https_cookies_are_bound_to_the_host(office):
    app = create_app(office.desk, WebSettings(secret_key=SECRET, secure_cookies=True))
    someone = Person(app)
    page = someone.get("/login", base_url="https://localhost")
    token = found(r'name="csrf_token" value="([^"]+)"', page.text)
    answer = someone.client.post(
        "/login",
        data={"username": "hanh.dt", "password": PASSWORD, "csrf_token": token},
        base_url="https://localhost",
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-lamro", "__Host-lamro-form"}
    assert all("Secure" in cookie and "Domain" not in cookie for cookie in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example"])
def test_other_hosts_are_refused(app, host):
    answer = app.test_client().get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert "csrf_token" not in answer.text


def test_a_short_secret_refuses_to_start(office):
    with pytest.raises(ValueError):
        create_app(office.desk, WebSettings(secret_key="short"))


def test_static_files_are_cached_under_their_own_hash_only(app):
    client = app.test_client()
    good = client.get(f"/static/css/base.css?v={assets.digest('css/base.css')}")
    assert "immutable" in good.headers["Cache-Control"]
    assert good.content_type == "text/css; charset=utf-8"
    assert client.get("/static/css/base.css?v=000000000000").headers["Cache-Control"] == "no-cache"
    assert client.get("/static/js/triage.js").content_type == "text/javascript; charset=utf-8"
    assert client.get("/static/icons.svg").content_type.startswith("image/svg+xml")


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "fonts/SHA256SUMS", "%2e%2e/settings.py", "css/%2e%2e/%2e%2e/app.py"]
)
def test_nothing_else_leaves_the_static_folder(app, name):
    assert app.test_client().get(f"/static/{name}").status_code == 404


def test_the_fonts_are_the_ones_that_were_vendored():
    folder = assets.FOLDER / "fonts"
    lines = [line.split() for line in (folder / "SHA256SUMS").read_text().splitlines()]
    listed = {name: digest for digest, name in lines}
    assert set(listed) == {path.name for path in folder.glob("*.woff2")} and len(listed) == 4
    css = (assets.FOLDER / "css" / "base.css").read_text()
    for name, wanted in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == wanted
        assert f"../fonts/{name}?v={wanted[:12]}" in css
    assert "SIL Open Font License" in (folder / "OFL.txt").read_text()


def test_styles_avoid_what_old_browsers_lack():
    for path in (assets.FOLDER / "css").glob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        for word in (":has(", "light-dark(", "color-mix(", "@import", "url(http"):
            assert word not in text, (path.name, word)


def test_every_icon_that_a_template_asks_for_is_in_the_sprite():
    sprite = set(re.findall(r'id="i-([a-z]+)"', (assets.FOLDER / "icons.svg").read_text()))
    asked = set()
    for path in (Path(assets.FOLDER).parent / "templates").rglob("*.html"):
        asked |= set(re.findall(r"""icon\(['"]([a-z]+)['"]\)""", path.read_text()))
    assert asked and asked <= sprite
