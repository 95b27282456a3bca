"""The sample press on loopback: one process, one port an outlet, its time taken from the demo's clock.

Each outlet is its own origin with its own robots.txt, as outside. Answers carry ETag and Last-Modified and obey
If-None-Match and If-Modified-Since (RFC 9110 §13.1); pages are gzipped when asked.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from config.demo.press import feeds, machine_lists, pages
from config.demo.press.catalogue import Catalogue, Outlet, load_catalogue
from config.demo.press.newsroom import Newsroom
from core.clock import Clock

_HOST = "127.0.0.1"
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an outlet says to one request, before conditions and compression."""

    status: int
    content_type: str
    body: bytes
    modified: datetime | None = None


class Front:
    """One outlet as seen from the web: a path in, an :class:`Answer` out. No sockets here."""

    def __init__(self, outlet: Outlet, newsroom: Newsroom, clock: Clock, base: str) -> None:
        self.outlet = outlet
        self.newsroom = newsroom
        self.clock = clock
        self.base = base

    def answer(self, path: str) -> Answer:
        """The document at ``path`` at the clock's present moment."""
        now = self.clock.now()
        if path == "/robots.txt":
            rules = "".join(f"Disallow: {rule}\n" for rule in self.outlet.disallow) or "Disallow:\n"
            named = (
                f"Sitemap: {self.base}{machine_lists.SITEMAP}\n" if machine_lists.offers(self.outlet) else ""
            )
            return Answer(200, "text/plain; charset=utf-8", f"User-agent: *\n{rules}{named}".encode())
        if self.newsroom.broken(self.outlet.id, now):
            return Answer(200, _HTML, pages.maintenance_page(self.outlet).encode())
        shelf = self.newsroom.shelf(self.outlet.id, now)
        modified = max((edition.updated for edition in shelf), default=None)
        if path == self.outlet.path:
            if self.outlet.shape == "listing":
                return Answer(200, _HTML, pages.list_page(self.outlet, shelf, self.base).encode(), modified)
            text, content_type = feeds.render_feed(self.outlet, shelf, self.base, now)
            return Answer(200, content_type, text.encode(), modified)
        if path == "/":
            return Answer(200, _HTML, pages.home_page(self.outlet, shelf, self.base).encode(), modified)
        if (listed := machine_lists.render(path, self.outlet, shelf, self.base)) is not None:
            return Answer(200, listed[1], listed[0].encode(), modified)
        edition = self.newsroom.at_path(self.outlet.id, path, now)
        if edition is None:
            return Answer(404, _HTML, pages.not_found_page(self.outlet).encode())
        # Only older items, so that a page changes when its article does and not whenever something new appears.
        older = [e for e in shelf if (e.published, e.item.id) < (edition.published, edition.item.id)][:4]
        page = pages.article_page(edition, older, self.base)
        return Answer(200, _HTML, page.encode(), max([edition.updated, *(e.updated for e in older)]))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    front: Front


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = 20
    server: _Server

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the crawler keeps its own record of what it read."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header in the demo's time."""
        return format_datetime(self.server.front.clock.now().astimezone(UTC), usegmt=True)

    def _send(self, *, with_body: bool) -> None:
        answer = self.server.front.answer(urlsplit(self.path).path)
        body = answer.body
        packed = "gzip" in self.headers.get("Accept-Encoding", "").lower()
        digest = hashlib.sha256(body).hexdigest()[:20]
        etag = f'W/"{digest}"' if packed else f'"{digest}"'
        fresh = answer.status == 200 and self._unchanged(digest, answer.modified)
        self.send_response(304 if fresh else answer.status)
        if answer.status == 200:
            self.send_header("ETag", etag)
            self.send_header("Vary", "Accept-Encoding")
            if answer.modified is not None:
                self.send_header("Last-Modified", format_datetime(answer.modified, usegmt=True))
        if not fresh:
            if packed:
                body = gzip.compress(body, 6, mtime=0)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body and not fresh:
            self.wfile.write(body)

    def _unchanged(self, digest: str, modified: datetime | None) -> bool:
        """If-None-Match decides alone when it is there; else If-Modified-Since, to the second."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or digest in re.findall(r'(?:W/)?"([^"]*)"', tags)
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (ValueError, TypeError):
            return False


class RunningPress:
    """A sample press that answers on loopback. Use as a context manager, or call :meth:`stop`."""

    def __init__(self, newsroom: Newsroom, clock: Clock, servers: Mapping[str, _Server]) -> None:
        self.newsroom = newsroom
        self.clock = clock
        self._servers = dict(servers)
        #: outlet id → ``http://127.0.0.1:PORT``
        self.outlets = {name: f"http://{_HOST}:{server.server_port}" for name, server in servers.items()}
        self._threads = [
            threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True, name=f"press-{name}"
            )
            for name, server in servers.items()
        ]
        for thread in self._threads:
            thread.start()

    @property
    def ports(self) -> dict[str, int]:
        """Outlet id → port, to be given to the next start so that addresses stay the same."""
        return {name: server.server_port for name, server in self._servers.items()}

    @property
    def allow_hosts(self) -> str:
        """The value for ``LAMRO_ALLOW_HOSTS``."""
        return ",".join(f"{_HOST}:{port}" for port in self.ports.values())

    def sources(self) -> list[dict[str, Any]]:
        """One row an outlet, ready for the table of sources."""
        return [
            {
                "id": outlet.id,
                "name": outlet.name,
                "kind": outlet.kind,
                "url": self.outlets[outlet.id] + outlet.path,
                "language": outlet.language,
                "country": outlet.country,
                "domestic": outlet.domestic,
                "reach_tier": outlet.reach_tier,
                "rules": outlet.rules.model_dump(exclude_defaults=True),
                "locality_code": outlet.locality_code,
                "social": outlet.social,
            }
            for outlet in self.newsroom.catalogue.outlets.values()
        ]

    def url_of(self, item_id: str) -> str:
        """The address of an item, whether or not it is published yet. Raises KeyError for an unknown id."""
        item = self.newsroom.catalogue.items[item_id]
        return self.outlets[self.newsroom.catalogue.outlet_of[item_id].id] + self.newsroom.path_of(item)

    def go_live(self, at: datetime | None = None) -> datetime:
        """Begin the watched part at ``at`` (aware; default: the clock's now): live items count from here."""
        moment = self.clock.now() if at is None else at.astimezone(UTC)
        self.newsroom.live_from = moment
        return moment

    def stop(self) -> None:
        """Close every port. Calling it twice does no harm."""
        # All at once: each waits for its loop to notice.
        stopping = [threading.Thread(target=server.shutdown) for server in self._servers.values()]
        for thread in stopping:
            thread.start()
        for thread in [*stopping, *self._threads]:
            thread.join()
        for server in self._servers.values():
            server.server_close()
        self._servers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class SamplePress:
    """The sample press before it runs.

    ``today`` is the demo's today in Vietnam; ``live_from`` (aware) is when live items start to count, None until
    :meth:`RunningPress.go_live`. ``ports`` asks for the ports of an earlier start; a port that is taken is replaced.
    """

    def __init__(
        self,
        clock: Clock,
        today: date,
        *,
        live_from: datetime | None = None,
        ports: Mapping[str, int] | None = None,
        catalogue: Catalogue | None = None,
    ) -> None:
        self.clock = clock
        self.ports = dict(ports or {})
        self.newsroom = Newsroom(catalogue or load_catalogue(), today, live_from)

    def start(self) -> RunningPress:
        """Bind one loopback port an outlet and begin to answer. Raises OSError when no port can be had."""
        servers: dict[str, _Server] = {}
        try:
            for outlet in self.newsroom.catalogue.outlets.values():
                server = _bind(self.ports.get(outlet.id, 0))
                server.front = Front(
                    outlet, self.newsroom, self.clock, f"http://{_HOST}:{server.server_port}"
                )
                servers[outlet.id] = server
        except OSError:
            for server in servers.values():
                server.server_close()
            raise
        return RunningPress(self.newsroom, self.clock, servers)


def _bind(port: int) -> _Server:
    try:
        return _Server((_HOST, port), _Handler)
    except OSError:
        if port == 0:
            raise
        return _Server((_HOST, 0), _Handler)
