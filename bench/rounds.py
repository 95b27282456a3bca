"""Whole crawls over loopback: many feeds that say 304, and articles by the hundred, in one process each; pages a second, peak memory."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.corpus import Made
from bench.process_tree import Watch
from core.messages import Candidate, CrawlJob, SourceResult
from crawlers.round import Round


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one round did. ``peak`` is of crawler and parse child together, in MB."""

    seconds: float
    sources: int
    candidates: int
    outcomes: dict[str, int]
    peak: int


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    pages: dict[str, bytes]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """304 for whoever brings an ETag, else the page."""
        body = self.server.pages.get(self.path.partition("?")[0], b"")
        unchanged = self.headers.get("If-None-Match") is not None
        self.send_response(304 if unchanged else 200 if body else 404)
        self.send_header("ETag", '"1"')
        self.send_header(
            "Content-Type", "application/rss+xml" if "rss" in self.path else "text/html; charset=utf-8"
        )
        self.send_header("Content-Length", "0" if unchanged else str(len(body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(pages: dict[str, bytes]) -> Iterator[str]:
    """The address (``127.0.0.1:port``) of a server that has ``pages`` by path."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.pages = pages
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def crawl(jobs: list[CrawlJob], folder: Path, address: str) -> Crawled:
    """One round of these jobs."""
    env = {**os.environ, "LAMRO_ENV": "test", "LAMRO_ALLOW_HOSTS": address}
    outcomes: dict[str, int] = {}
    candidates = 0
    with (folder / "crawler.log").open("ab") as log:
        begun = time.monotonic()
        round_ = Round(jobs, folder / "captures", env, 600, log)
        lines = iter(round_)
        first = next(lines)
        with Watch(round_.pid or 0) as watch:
            for line in (one for part in ([first], lines) for one in part):
                if isinstance(line, Candidate):
                    candidates += 1
                elif isinstance(line, SourceResult):
                    outcomes[line.outcome] = outcomes.get(line.outcome, 0) + 1
        seconds = time.monotonic() - begun
    return Crawled(seconds, len(jobs), candidates, outcomes, watch.peak >> 20)


def unchanged_feeds(count: int, folder: Path) -> Crawled:
    """``count`` feeds that all say 304."""
    with serving({}) as address:
        jobs = [
            CrawlJob(source_id=f"s{i}", kind="feed", url=f"http://{address}/rss-{i}", etag='"1"')
            for i in range(count)
        ]
        return crawl(jobs, folder, address)


def articles(made: list[Made], folder: Path, per_feed: int = 25) -> Crawled:
    """Every page once, by feeds of ``per_feed`` entries, captures written."""
    from urllib.parse import urlsplit

    pages = {urlsplit(page.url).path: page.html for page in made}
    paths = list(pages)
    feeds = [paths[at : at + per_feed] for at in range(0, len(paths), per_feed)]
    for number, part in enumerate(feeds):
        items = "".join(f"<item><title>Tin {path}</title><link>{path}</link></item>" for path in part)
        pages[f"/rss-{number}"] = (
            f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()
        )
    with serving(pages) as address:
        jobs = [
            CrawlJob(source_id=f"s{i}", kind="feed", url=f"http://{address}/rss-{i}")
            for i in range(len(feeds))
        ]
        return crawl(jobs, folder, address)
