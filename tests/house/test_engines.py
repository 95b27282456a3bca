"""The fixtures that every other test stands on: closed network, real engines, and the count of who took part."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.engines import elasticsearch, postgresql, registry
from tests.engines.network.closed_network import NetworkClosed, is_loopback

ROOT = Path(__file__).resolve().parents[2]

# An address of the documentation range (RFC 5737) and a name that exists: neither is ever reached.
FAR_ADDRESS, FAR_NAME = "192.0.2.1", "www.chinhphu.vn"


@pytest.mark.parametrize(
    ("host", "stays"),
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("localhost", True), ("LOCALHOST.", True), (b"127.0.0.1", True),
        ("::ffff:127.0.0.1", True), ("0.0.0.0", False), ("10.0.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
        ("::", False), ("::ffff:10.0.0.1", False), ("127.0.0.1.example.org", False), ("localhost.evil.vn", False), ("2130706433", False),
    ],
)  # fmt: skip
def test_only_loopback_is_loopback(host, stays):
    assert is_loopback(host) is stays


WAYS = {
    "connect": f"import socket; socket.create_connection(({FAR_ADDRESS!r}, 80), 2)",
    "connect_ex": f"import socket; socket.socket().connect_ex(({FAR_ADDRESS!r}, 80))",
    "udp": f"import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ({FAR_ADDRESS!r}, 53))",
    "look-up": f"import socket; socket.getaddrinfo({FAR_NAME!r}, 443)",
    "old look-up": f"import socket; socket.gethostbyname({FAR_NAME!r})",
    "urllib": f"import urllib.request; urllib.request.urlopen('http://{FAR_NAME}/', timeout=2)",
    "asyncio": f"import asyncio; asyncio.run(asyncio.open_connection({FAR_ADDRESS!r}, 80))",
    "listen to all": "import socket; socket.create_server(('0.0.0.0', 0))",
}


@pytest.mark.refused_network
@pytest.mark.parametrize("way", WAYS)
def test_this_process_cannot_leave(way):
    # In a thread of its own: after a browser test this thread may be inside an event loop.
    with ThreadPoolExecutor(1) as pool, pytest.raises((NetworkClosed, OSError)) as caught:
        pool.submit(exec, WAYS[way], {}).result()
    assert "may not leave this machine" in str(caught.value)


@pytest.mark.refused_network
@pytest.mark.parametrize("way", WAYS)
def test_a_child_cannot_leave(way):
    done = subprocess.run([sys.executable, "-c", WAYS[way]], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "NetworkClosed" in done.stderr or "may not leave this machine" in done.stderr


@pytest.mark.refused_network
def test_a_grandchild_cannot_leave():
    program = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {WAYS['connect']!r}]).returncode)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "NetworkClosed" in done.stderr


def test_reserved_names_are_unknown_without_asking_anyone():
    for name in ("bao.example", "khong-co.invalid", "trang.test"):
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo(name, 80)


def test_a_child_reaches_loopback(smtp_sink):
    program = (
        f"import socket; print(socket.create_connection(('127.0.0.1', {smtp_sink.port}), 5).recv(3).decode())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "220\n"


def _run_pytest(
    folder: Path, text: str, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A run of pytest of its own, with our conftest and one test file, where paths are given as a person would."""
    (folder / "tests").mkdir()
    os.symlink(ROOT / "tests" / "engines", folder / "tests" / "engines")
    (folder / "tests" / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (folder / "tests" / "test_inner.py").write_text(text)
    settings = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(settings[settings.index("[tool.pytest.ini_options]") :])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, registry.REQUIRE_VARIABLE: "", **environment},
    )  # fmt: skip


@pytest.mark.long
def test_a_swallowed_try_to_leave_fails_the_test(tmp_path):
    inner = f"""
import contextlib, socket, subprocess, sys
def test_quiet():
    with contextlib.suppress(OSError):
        socket.create_connection(({FAR_ADDRESS!r}, 80), 2)
def test_quiet_child():
    subprocess.run([sys.executable, "-c", {WAYS["look-up"]!r}], stderr=subprocess.DEVNULL)
def test_harmless():
    pass
"""
    done = _run_pytest(tmp_path, inner)
    assert done.returncode == 1, done.stdout
    assert done.stdout.count("something tried") >= 2
    assert re.search(r"3 passed, 2 errors", done.stdout), done.stdout


INNER_ENGINES = """
import sqlite3
def test_store():
    sqlite3.connect(":memory:").close()
def test_index(elasticsearch_url):
    assert elasticsearch_url
def test_plain():
    pass
"""


@pytest.mark.long
@pytest.mark.parametrize("workers", ["2"])
def test_the_end_of_a_run_names_who_took_part(tmp_path, workers):
    done = _run_pytest(tmp_path, INNER_ENGINES, "-n", workers, LAMRO_TEST_ELASTICSEARCH_URL="")
    assert done.returncode == 0, done.stdout
    assert re.search(r"SQLite:\s+took part \(3\.[\d.]+\) in 1 test\n", done.stdout), done.stdout
    assert re.search(
        r"Elasticsearch:\s+did not take part: LAMRO_TEST_ELASTICSEARCH_URL is not set", done.stdout
    )
    assert re.search(
        r"Fonts:\s+(is here \(.*\), but no test of this run used it|did not take part)", done.stdout
    )
    assert "2 passed, 1 skipped" in done.stdout
    assert re.search(r"^SKIPPED .*Elasticsearch: LAMRO_TEST_ELASTICSEARCH_URL is not set", done.stdout, re.M)


@pytest.mark.parametrize("workers", ["0"])
def test_a_required_engine_that_is_missing_fails_the_run(tmp_path, workers):
    done = _run_pytest(
        tmp_path,
        INNER_ENGINES,
        "-n",
        workers,
        LAMRO_TEST_ELASTICSEARCH_URL="",
        LAMRO_REQUIRE_ENGINES="sqlite,elasticsearch",
    )
    assert done.returncode == 1
    assert "1 error" in done.stdout
    assert "Elasticsearch is required but missing" in done.stdout


def test_a_required_engine_that_nobody_used_fails_the_run(tmp_path):
    done = _run_pytest(tmp_path, "def test_plain():\n    pass\n", LAMRO_REQUIRE_ENGINES="sqlite")
    assert done.returncode == 1
    assert "1 passed" in done.stdout
    assert "SQLite is required and here, but no test used it" in done.stdout


def test_a_required_engine_that_does_not_exist_is_wrong_use(tmp_path):
    done = _run_pytest(tmp_path, "def test_plain():\n    pass\n", LAMRO_REQUIRE_ENGINES="oracle")
    assert done.returncode not in {0, 1}
    assert "unknown engine oracle" in done.stdout + done.stderr


def test_sqlite_is_the_real_one():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(body)")
        connection.execute("INSERT INTO t VALUES ('xã Chí Minh')")
        assert connection.execute("SELECT count(*) FROM t WHERE t MATCH '\"chí\"'").fetchone() == (1,)
    connection.close()


def test_postgresql_databases_are_apart_and_go_away(postgres_server, postgres_url):
    with psycopg.connect(postgresql.plain(postgres_url), autocommit=True) as connection:
        connection.execute("CREATE TABLE mark (word text)")
        connection.execute("INSERT INTO mark VALUES ('làm rõ')")
    copy = postgres_server.create(template=postgres_url.rsplit("/", 1)[1])
    with psycopg.connect(postgresql.plain(postgres_server.url_of(copy))) as connection:
        assert connection.execute("SELECT word FROM mark").fetchone() == ("làm rõ",)
        postgres_server.drop(copy)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(ValueError, match="not a database of the tests"):
        postgres_server.drop("postgres")


def test_elasticsearch_deletes_its_own_prefix_only(elasticsearch_url, elasticsearch_prefix):
    other = f"lamro-test-{os.urandom(6).hex()}-other"
    for name in (f"{elasticsearch_prefix}a", f"{elasticsearch_prefix}b", other):
        request = urllib.request.Request(f"{elasticsearch_url}/{name}", method="PUT")
        urllib.request.urlopen(request, timeout=60).close()
    elasticsearch.clean(elasticsearch_prefix)
    with urllib.request.urlopen(
        f"{elasticsearch_url}/_cat/indices/lamro-test-*?h=index", timeout=30
    ) as answer:
        left = answer.read().decode().split()
    assert other in left
    assert not [name for name in left if name.startswith(elasticsearch_prefix)]
    elasticsearch.clean(other[: -len("other")])
    for wrong in ("", "*", "lamro-", "lamro-test-", "lamro-test-*"):
        with pytest.raises(ValueError, match="not a prefix of the tests"):
            elasticsearch.clean(wrong)


class _Impostor:
    """An HTTP server on loopback that says it is some other cluster."""

    def __init__(self, body: bytes) -> None:
        import http.server
        import threading

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.mark.parametrize(
    "body", [b'{"cluster_name":"production","version":{"number":"8.19.13"}}', b"<html>", b"[]"]
)
def test_another_cluster_is_left_alone(monkeypatch, body):
    impostor = _Impostor(body)
    try:
        monkeypatch.setenv(elasticsearch.URL_VARIABLE, f"http://127.0.0.1:{impostor.server.server_port}")
        with pytest.raises(registry.Missing):
            elasticsearch.probe()
    finally:
        impostor.close()
    monkeypatch.setenv(elasticsearch.URL_VARIABLE, "http://search.example.org:9200")
    with pytest.raises(registry.Missing, match="not on this machine"):
        elasticsearch.probe()


def test_the_smtp_server_is_real(smtp_sink):
    smtp_sink.answers.append("451 try again")
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port, local_hostname="may-tram") as client:
        text = (
            "From: a@example.vn\r\nTo: b@example.vn\r\nSubject: =?utf-8?b?TMOgbSByw7U=?=\r\n\r\nxin chao\r\n"
        )
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@example.vn", ["b@example.vn"], text)
        client.sendmail("a@example.vn", ["b@example.vn"], text)
    assert [mail.message["Subject"] for mail in smtp_sink.received] == ["Làm rõ"]
    assert smtp_sink.received[0].recipients == ("b@example.vn",)


def test_the_browser_reads_loopback_and_nothing_else(page):
    impostor = _Impostor("<meta charset=utf-8><title>Việc hôm nay</title>".encode())
    try:
        page.goto(f"http://127.0.0.1:{impostor.server.server_port}/")
        assert page.title() == "Việc hôm nay"
        with pytest.raises(Exception, match="ERR_PROXY_CONNECTION_FAILED"):
            page.goto(f"http://{FAR_ADDRESS}/")
    finally:
        impostor.close()


def test_fonts_are_there(fonts):
    assert "Liberation Serif" in fonts


def test_pango_makes_a_pdf(pango):
    import weasyprint

    assert weasyprint.HTML(string="<p lang=vi>Làm rõ</p>").write_pdf().startswith(b"%PDF-")
