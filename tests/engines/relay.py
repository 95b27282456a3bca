"""A relay on loopback in front of a real server: it passes requests on as they are, and is told when to hold, cut or answer itself."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``number`` counts those of the same method and path, from 1."""

    method: str
    path: str
    number: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


#: what becomes of a request: an answer, or None to close the connection without one
Rule = Callable[["Relay", Asked], Answer | None]


def refuse(status: int, kind: str) -> Answer:
    """An answer as a busy or blocked Elasticsearch gives it to a whole request."""
    told = {"error": {"type": kind, "reason": "as told"}, "status": status}
    headers = (("X-Elastic-Product", "Elasticsearch"), ("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8"))  # fmt: skip
    return Answer(status, headers, json.dumps(told).encode())


class Relay:
    """Listens on a free port. ``rule`` is asked about each request; None passes all of them on."""

    def __init__(self, target: str) -> None:
        self._host = urlsplit(target).netloc
        self.rule: Rule | None = None
        self.asked: list[tuple[str, str]] = []
        self._lock = Lock()
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def take(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = relay._decide(self.command, self.path, body, tuple(self.headers.items()))
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers:
                    if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = take

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _decide(
        self, method: str, path: str, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> Answer | None:
        path, _, query = path.partition("?")
        with self._lock:
            self.asked.append((method, path))
            number = self.asked.count((method, path))
        asked = Asked(method, path + ("?" + query if query else ""), number, body, headers)
        return self.pass_on(asked) if self.rule is None else self.rule(self, asked)

    def pass_on(self, asked: Asked) -> Answer | None:
        """The server's own answer; None when it does not give one."""
        connection = http.client.HTTPConnection(self._host, timeout=60)
        try:
            connection.request(asked.method, asked.path, asked.body, dict(asked.headers))
            answer = connection.getresponse()
            return Answer(answer.status, tuple(answer.getheaders()), answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    @contextmanager
    def half_sent(self, asked: Asked) -> Iterator[None]:
        """Inside, the server has the first half of the body and waits for the rest, which never comes."""
        connection = http.client.HTTPConnection(self._host, timeout=60)
        connection.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
        for name, value in asked.headers:
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(asked.body[: len(asked.body) // 2])
        try:
            yield
        finally:
            connection.close()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
