"""``lamro capture``: what is listed and played back, and that a page cannot drive a terminal."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime

import pytest

from config.cli import main
from config.commands.output import terminal_safe
from core.records.engine import Store
from core.records.item import Capture
from core.records.migrate import upgrade
from crawlers.fetch.captures import Captures
from crawlers.fetch.client import Page

BODY = "<html><title>Đê</title><body><p>Nước \x1b]0;hỏng\x07lên \u202enhanh</p></body></html>".encode()
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMRO_HOME", str(tmp_path))
    monkeypatch.setenv("LAMRO_ENV", "test")
    store = Store(f"sqlite:///{tmp_path / 'lamro.db'}")
    upgrade(store)
    headers = [("Content-Type", "text/html"), ("X-Evil", "\x1b[2Jxoa man hinh")]
    record = Captures(tmp_path / "captures").write(
        Page("http://a.example/1", ["http://a.example/1"], 200, headers, {"content-type": "text/html"}, BODY,
             hashlib.sha256(BODY).hexdigest(), "203.0.113.1", AT, [])
    )  # fmt: skip
    with store.write() as session:
        session.add(
            Capture(
                kind="warc", path=record.path, url="http://a.example/\x1b[31m1", url_chain=record.url_chain, status=200, peer=record.peer,
                sha256=record.sha256, file_sha256=record.file_sha256, body_bytes=len(BODY), content_type="text/html", fetched_at=AT,
                headers=[list(pair) for pair in record.headers],
            )
        )  # fmt: skip
    store.close()
    return tmp_path / "captures" / record.path


def run(capsysbinary, *arguments):
    with pytest.raises(SystemExit) as end:
        main(["capture", *arguments])
    out, err = capsysbinary.readouterr()
    return end.value.code or 0, out, err.decode()


def test_listed_and_played_back(kept, capsysbinary):
    code, out, _ = run(capsysbinary, "list", "--json")
    (row,) = json.loads(out)
    assert (code, row["sha256"], row["status"]) == (0, hashlib.sha256(BODY).hexdigest(), 200)
    code, out, err = run(capsysbinary, "show", "1", "--body")
    assert (code, out) == (0, BODY) and "khớp" in err
    code, out, _ = run(capsysbinary, "show", "1", "--json")
    shown = json.loads(out)
    assert (code, shown["state"], shown["found_sha256"]) == (0, "intact", row["sha256"])
    assert ["Host", "a.example"] in shown["request_headers"]
    code, out, _ = run(capsysbinary, "show", "1", "--text")
    assert code == 0 and "Nước" in out.decode() and b"<p>" not in out


@pytest.mark.parametrize("what", ["--headers", "--text", ""])
def test_nothing_that_a_terminal_obeys_comes_out(kept, capsysbinary, what):
    code, out, err = run(capsysbinary, "show", "1", *([what] if what else []))
    assert code == 0 and out
    assert b"\x1b[2J" not in out and b"\x1b]0" not in out and "\x1b[31m1" not in out.decode() + err


def test_a_body_onto_a_terminal_is_escaped(kept, capsysbinary, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    _, out, _ = run(capsysbinary, "show", "1", "--body")
    assert rb"\x1b]0;" in out and b"\x1b" not in out and "\u202e" not in out.decode()
    assert terminal_safe("a\tb\nc\x9b1m\u2066") == "a\tb\nc\\x9b1m\\u2066"


def test_a_damaged_file_is_said_and_is_a_failure(kept, capsysbinary):
    kept.write_bytes(kept.read_bytes()[:-40])
    code, _, err = run(capsysbinary, "show", "1", "--body")
    assert code == 1 and "không dùng làm bằng chứng" in err
    kept.unlink()
    code, _, err = run(capsysbinary, "show", "1")
    assert code == 1 and "không còn trên đĩa" in err
    code, _, err = run(capsysbinary, "show", "77")
    assert code == 1 and "capture list" in err
    code, _, err = run(capsysbinary, "show", "1", "--body", "--text")
    assert code == 2
