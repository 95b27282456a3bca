"""Machine Vietnamese for a foreign item: asked for, marked, shown once, kept nowhere; a server that fails costs nothing."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import inspect, text

from config.settings import load
from config.wiring import make_translator
from core.errors import Misconfigured, Unavailable
from indexer import translation
from indexer.translation import LibreTranslate
from review_app.app import create_app
from review_app.settings import WebSettings
from tests.fixtures.web import SECRET, Person


class Machine:
    """Speaks LibreTranslate's interface on loopback; ``answer`` may be changed, ``asked`` holds what came."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.known = {"en", "zh-Hans", "auto"}
        self.answer: tuple[int, bytes] | None = None
        machine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                machine.asked.append(body)
                status, answer = machine.answer or machine.translated(body)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def translated(self, body: dict[str, str]) -> tuple[int, bytes]:
        if body["source"] not in self.known:
            return 400, json.dumps({"error": f"{body['source']} is not supported"}).encode()
        words = "Đê ở xã Chí Minh bị nói là vỡ\n\nMạng xã hội nói rằng <b>đê</b> vỡ trong đêm."
        return 200, json.dumps({"translatedText": words}).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def machine():
    running = Machine()
    yield running
    running.close()


@pytest.fixture
def somebody(office, machine):
    desk = replace(office.desk, translator=LibreTranslate(machine.url, "khoa-mat"))
    app = create_app(desk, WebSettings(secret_key=SECRET, environment="test"))
    return lambda name: Person(app).log_in(name)


def everything(office) -> str:
    with office.desk.store.read() as session:
        names = inspect(session.connection()).get_table_names()
        return str([session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names])


def test_a_person_asks_and_sees_it_marked_and_nothing_is_kept(office, machine, somebody):
    item = office.items["en"]
    hanh = somebody("hanh.dt")
    page = hanh.get(f"/items/{item}")
    assert "Xem bản máy dịch" in page.text and not machine.asked
    answer = hanh.post(f"/items/{item}/translate", {}, page=f"/items/{item}")
    assert answer.status_code == 200
    assert "máy dịch" in answer.text and "không trích dẫn, không đưa vào văn bản" in answer.text
    assert "Mạng xã hội nói rằng &lt;b&gt;đê&lt;/b&gt; vỡ trong đêm." in answer.text
    assert "Social media posts claim" in answer.text, "the original stays on the page"
    (asked,) = machine.asked
    assert (asked["source"], asked["target"], asked["format"], asked["api_key"]) == (
        "en",
        "vi",
        "text",
        "khoa-mat",
    )
    assert "Mạng xã hội nói rằng" not in everything(office)
    assert "Mạng xã hội nói rằng" not in hanh.get(f"/items/{item}").text


def test_a_language_of_another_code_is_asked_for_by_it_or_found_out(office, machine, somebody):
    hanh = somebody("hanh.dt")
    hanh.post(f"/items/{office.items['zh']}/translate", {}, page=f"/items/{office.items['zh']}")
    assert [asked["source"] for asked in machine.asked] == ["zh-Hans"]
    machine.known = {"auto"}
    hanh.post(f"/items/{office.items['en']}/translate", {}, page=f"/items/{office.items['en']}")
    assert [asked["source"] for asked in machine.asked] == ["zh-Hans", "en", "auto"]


def test_vietnamese_items_have_no_button_and_are_not_sent(office, machine, somebody):
    item = office.items["dien"]
    hanh = somebody("hanh.dt")
    assert "Xem bản máy dịch" not in hanh.get(f"/items/{item}").text
    assert hanh.post(f"/items/{item}/translate", {}, page=f"/items/{item}").status_code == 400
    assert not machine.asked


def test_without_a_machine_there_is_no_button(office, person):
    item = office.items["en"]
    hanh = person("hanh.dt")
    assert "Xem bản máy dịch" not in hanh.get(f"/items/{item}").text
    answer = hanh.post(f"/items/{item}/translate", {}, page=f"/items/{item}")
    assert answer.status_code == 503
    assert "Chưa cài máy dịch" in answer.text


@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>"), (200, b"{}"), (200, b'{"translatedText": null}'), (200, b'{"translatedText": " "}'), (200, b"[]"),
        (200, b'{"translatedText": "' + b"x" * 1_100_000 + b'"}'), (403, b'{"error": "Visit https://x to get an API key"}'),
        (429, b""), (500, b'{"error": "khong du bo nho"}'), (302, b""),
    ],
)  # fmt: skip
def test_whatever_the_machine_answers_is_a_plain_sentence(machine, answer):
    machine.answer = answer
    with pytest.raises(Unavailable) as told:
        LibreTranslate(machine.url).translate("A dyke was breached.", "en")
    assert told.value.vi.startswith("Máy dịch không trả lời được (")
    assert len(told.value.vi) < 400


def test_a_machine_that_is_away_or_silent_is_told(machine, monkeypatch):
    with pytest.raises(Unavailable):
        LibreTranslate("http://127.0.0.1:1").translate("x", "en")
    monkeypatch.setattr(translation, "TIMEOUT_SECONDS", 0.2)
    machine.translated = lambda _body: threading.Event().wait(1.0) or (200, b"{}")
    with pytest.raises(Unavailable):
        LibreTranslate(machine.url).translate("x", "en")


def test_the_setting_makes_it_and_only_http_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMRO_HOME", str(tmp_path))
    assert make_translator(load()) is None
    monkeypatch.setenv("LAMRO_TRANSLATOR_URL", "http://may-dich:5000")
    made = make_translator(load())
    assert made == LibreTranslate("http://may-dich:5000", "")
    monkeypatch.setenv("LAMRO_TRANSLATOR_URL", "file:///etc/passwd")
    with pytest.raises(Misconfigured):
        load()
