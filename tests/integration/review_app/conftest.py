"""The review app over the small office, without a browser."""

from __future__ import annotations

import re

import pytest

from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.office import PASSWORD, make_office

SECRET = "s" * 48


class Person:
    """A browser without script: keeps cookies, sends the form token along."""

    def __init__(self, app):
        self.client = app.test_client()

    def get(self, address, **more):
        return self.client.get(address, **more)

    def token(self, address="/login"):
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(address).text)
        assert found, address
        return found.group(1)

    def post(self, address, data=None, *, page=None, **more):
        data = dict(data or {})
        data.setdefault("csrf_token", self.token(page or "/more"))
        return self.client.post(address, data=data, **more)

    def log_in(self, name, password=PASSWORD):
        answer = self.post("/login", {"username": name, "password": password}, page="/login")
        assert answer.status_code == 303, answer.text
        return self


@pytest.fixture
def office(tmp_path):
    made = make_office(tmp_path / "home")
    yield made
    made.desk.store.close()


@pytest.fixture
def app(office):
    made = create_app(office.desk, WebSettings(secret_key=SECRET, environment="test"))
    made.testing = False
    return made


@pytest.fixture
def person(app):
    """person("hanh.dt"): that member of staff, logged in; person(): nobody yet."""

    def make(name=None):
        someone = Person(app)
        return someone.log_in(name) if name else someone

    return make
