"""The gates as attackers meet them: names that lie, names that change, libraries that would open things by themselves."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.messages import CrawlJob, SourceResult
from crawlers.round import Round, run_round
from tests.integration.crawlers.hostile import Server, article, reply

ROOT = Path(__file__).resolve().parents[2]


def results_of(round_: Round) -> list[SourceResult]:
    return [message for message in round_ if isinstance(message, SourceResult)]


def run(program: str, **env: str) -> dict[str, object]:
    """A child with our code on its path; it prints one JSON object."""
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": paths, **env}, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


CONNECT = """
import json, socket, asyncio
from crawlers.fetch.addresses import AllowedHosts
from crawlers.fetch.connect_gate import install_connect_gate
PORT, OTHER = %d, %d
install_connect_gate(AllowedHosts.from_environment({"LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": f"127.0.0.1:{PORT}"}))
said = {}
def dial(name, family, address, how="connect"):
    s = socket.socket(family, socket.SOCK_DGRAM if how == "sendto" else socket.SOCK_STREAM)
    try:
        s.sendto(b"x", address) if how == "sendto" else getattr(s, how)(address)
        said[name] = "open"
    except OSError as error:
        said[name] = error.errno
    finally:
        s.close()
dial("allowed", socket.AF_INET, ("127.0.0.1", PORT))
dial("other port", socket.AF_INET, ("127.0.0.1", OTHER))
dial("connect_ex", socket.AF_INET, ("127.0.0.1", OTHER), "connect_ex")
dial("other loopback", socket.AF_INET, ("127.0.0.2", PORT))
dial("any", socket.AF_INET, ("0.0.0.0", OTHER))
dial("v6", socket.AF_INET6, ("::1", OTHER))
dial("mapped", socket.AF_INET6, ("::ffff:127.0.0.1", OTHER))
dial("datagram", socket.AF_INET, ("127.0.0.1", OTHER), "sendto")
dial("local socket", socket.AF_UNIX, "/run/nothing")
import urllib.request
try:
    urllib.request.urlopen(f"http://127.0.0.1:{OTHER}/library", timeout=5)
    said["library"] = "open"
except OSError as error:
    said["library"] = getattr(error.reason, "errno", None)
print(json.dumps(said))
"""


@pytest.mark.refused_network
def test_the_connect_gate_sees_the_address_really_dialled():
    with Server() as allowed, Server() as other:
        ports = tuple(int(server.address.partition(":")[2]) for server in (allowed, other))
        said = run(CONNECT % ports)
        assert said.pop("allowed") == "open"
        assert set(said.values()) == {13}
        assert other.hits == []


RESOLVE = """
import json
from twisted.internet import asyncioreactor
asyncioreactor.install()
from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from crawlers.fetch import resolver
from crawlers.fetch.addresses import AllowedHosts
resolver.policy = AllowedHosts.from_environment({"LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": "press.example:8123"})
ANSWERS = {"good.example": ["203.162.4.1"], "inner.example": ["10.0.0.5"], "mixed.example": ["203.162.4.1", "127.0.0.1"],
           "press.example": ["127.0.0.1"], "rebind.example": ["203.162.4.1"]}
class Names:
    def resolveHostName(self, receiver, name, port=0, *rest):
        receiver.resolutionBegan(None)
        for address in ANSWERS[name]:
            receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()
class Seen:
    def __init__(self): self.addresses = []
    def resolutionBegan(self, r): pass
    def addressResolved(self, a): self.addresses.append(a.host)
    def resolutionComplete(self): pass
gated = resolver.GatedResolver(reactor, 100)
gated.original_resolver = Names()
def ask(name):
    seen = Seen(); gated.resolveHostName(seen, name, 80); return seen.addresses
said = {name: ask(name) for name in ANSWERS}
ANSWERS["rebind.example"] = ["127.0.0.1"]
resolver.CachingHostnameResolver  # the cache keeps the first answer; a fresh one is gated
gated2 = resolver.GatedResolver(reactor, 0); gated2.original_resolver = Names()
from scrapy.resolver import dnscache
dnscache.clear()
seen = Seen(); gated2.resolveHostName(seen, "rebind.example", 80)
said["rebound"] = seen.addresses
said["refused"] = sorted(resolver.refused_names)
said["dial"] = [resolver.policy.may_dial("127.0.0.1", 8123), resolver.policy.may_dial("127.0.0.1", 80)]
print(json.dumps(said))
"""


def test_a_name_with_one_inner_address_has_none():
    said = run(RESOLVE)
    assert said["good.example"] == ["203.162.4.1"]
    assert said["inner.example"] == said["mixed.example"] == said["rebound"] == []
    assert said["press.example"] == ["127.0.0.1"]
    assert said["refused"] == ["inner.example", "mixed.example", "rebind.example"]
    assert said["dial"] == [True, False]


CHILD = """
import json, os, socket, subprocess, sys
from crawlers import parse_child
sys.addaudithook(parse_child._refuse)
said = {}
def attempt(name, work):
    try:
        work(); said[name] = "done"
    except PermissionError:
        said[name] = "refused"
attempt("socket", lambda: socket.socket())
attempt("resolve", lambda: socket.getaddrinfo("localhost", 80))
attempt("program", lambda: subprocess.run(["true"]))
attempt("shell", lambda: os.system("true"))
attempt("fork", lambda: os.fork() or os._exit(0))
attempt("write", lambda: open("/tmp/lamro-should-not-be", "w"))
attempt("write by flags", lambda: os.open("/tmp/lamro-should-not-be", os.O_CREAT | os.O_WRONLY))
attempt("remove", lambda: os.remove("/tmp/lamro-should-not-be"))
attempt("rename", lambda: os.rename("/tmp/lamro-a", "/tmp/lamro-b"))
print(json.dumps(said))
"""


def test_the_parse_child_can_neither_call_nor_write():
    said = run(CHILD)
    assert set(said.values()) == {"refused"}, said


def test_robots_are_obeyed_and_the_refusal_is_a_word(tmp_path):
    with Server() as server:
        server.pages["/robots.txt"] = reply(b"User-agent: *\nDisallow: /kin/\n", kind="text/plain")
        server.pages["/kin/a.html"] = reply(article("Kín"))
        server.pages["/mo/a.html"] = reply(article("Xã họp dân ở nhà văn hóa"))
        jobs = [
            CrawlJob(source_id=path, kind="page", url=server.url(f"/{path}/a.html")) for path in ("kin", "mo")
        ]
        env = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address}
        results = {r.source_id: r for r in results_of(run_round(jobs, tmp_path, env, timeout=60))}
        assert (results["kin"].outcome, results["kin"].code) == ("refused", "robots")
        assert results["mo"].outcome == "new"
        assert "/kin/a.html" not in server.hits


@pytest.mark.parametrize(
    ("status", "outcome", "code"),
    [
        ("503 Service Unavailable", "failed", "robots_unreachable"),
        pytest.param("500 Internal Server Error", "failed", "robots_unreachable", marks=pytest.mark.long),
        ("404 Not Found", "new", ""),
        pytest.param("403 Forbidden", "new", "", marks=pytest.mark.long),
    ],
)
def test_a_server_in_trouble_forbids_and_a_missing_file_allows(tmp_path, status, outcome, code):
    with Server() as server:
        server.pages["/robots.txt"] = reply(b"User-agent: *\nDisallow: /\n", status, kind="text/plain")
        server.pages["/a.html"] = reply(article("Xã họp dân ở nhà văn hóa"))
        job = CrawlJob(source_id="a", kind="page", url=server.url("/a.html"))
        env = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": server.address}
        (result,) = results_of(run_round([job], tmp_path, env, timeout=60))
        assert (result.outcome, result.code) == (outcome, code)
        assert ("/a.html" in server.hits) == (outcome == "new")


def test_in_production_the_exception_does_not_exist(tmp_path):
    with Server() as server:
        server.pages["/a.html"] = reply(article("Xã họp dân"))
        job = CrawlJob(source_id="a", kind="page", url=server.url("/a.html"))
        env = {**os.environ, "LAMRO_ENV": "production", "LAMRO_ALLOW_HOSTS": server.address}
        (result,) = results_of(run_round([job], tmp_path, env, timeout=60))
        assert (result.outcome, result.code) == ("refused", "private_address")
        assert server.hits == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    import ssl
    import threading

    key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    import socket

    listener = socket.create_server(("127.0.0.1", 0))
    served: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                raw, _ = listener.accept()
                with context.wrap_socket(raw, server_side=True) as wrapped:
                    served.append(wrapped.recv(1000))
                    wrapped.sendall(reply(article("Xã họp dân")))
            except ssl.SSLError:
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    port = listener.getsockname()[1]
    job = CrawlJob(source_id="a", kind="page", url=f"https://127.0.0.1:{port}/a.html")
    env = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": f"127.0.0.1:{port}"}
    try:
        (result,) = results_of(run_round([job], tmp_path / "w", env, timeout=60))
    finally:
        listener.close()
    assert (result.outcome, result.code) == ("refused", "tls")
    assert served == []


def calls(name: str) -> list[tuple[Path, ast.Call]]:
    found = []
    for path in (ROOT / "crawlers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
                found.append((path, node))
    return found


def test_feedparser_is_given_a_stream_and_nothing_else():
    found = calls("feedparser.parse")
    assert len(found) == 1
    path, call = found[0]
    first = call.args[0]
    assert isinstance(first, ast.Name)
    source = path.read_text(encoding="utf-8")
    assert f"{first.id} = io.BytesIO(" in source


@pytest.mark.parametrize("name", ["requests", "httpx", "aiohttp", "urllib.request", "urllib3", "http.client"])
def test_only_scrapy_fetches(name):
    guilty = []
    for path in (ROOT / "crawlers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            guilty += [path for n in names if n == name or n.startswith(name + ".")]
    assert guilty == []
