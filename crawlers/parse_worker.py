"""Parsing behind a wall: one long-lived child that can be killed, for bytes that no limit on size makes harmless.

The child (:mod:`crawlers.parse_child`) has no network, no credentials, 1 GB of address space, 384 MB of data and 10 s of CPU a page; this side
gives it 20 s on the clock, checks what comes back against the result's schema, replaces it when it dies and recycles it after
500 pages (reliability.md §5.7). Works on its own: ``lamro feed`` and ``lamro extract`` use it too.
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from core.messages import MailRead
from crawlers.parsers.results import Article, FeedResult, PlainText, Unreadable

CPU_SECONDS = 10
WALL_SECONDS = 20
#: Address space of the child, and what of it may be written to: the second is what counts in memory, and keeps crawler and
#: child together below 640 MB. The largest honest pages (10 MB, the fetcher's limit) take up to 370 MB.
MEMORY_BYTES = 1 << 30
DATA_BYTES = 384 << 20
PAGES_PER_CHILD = 500
ANSWER_LIMIT = 32 << 20
START_SECONDS = 60
_HEAD = struct.Struct(">II")

_Result = TypeVar("_Result", bound=BaseModel)


class ParserKilled(Unreadable):
    """The page went over a limit or broke the child; the child was replaced. The next page is not affected."""

    def __init__(self, detail: str) -> None:
        super().__init__("parser_killed", detail)


class ParseWorker:
    """A killable parser. Not thread-safe: one page at a time, one thread.

    ``wall_seconds``, ``cpu_seconds`` and ``pages_per_child`` are the limits named above; ``parsers`` are loaded when the child starts
    (article, entries, text, pdf, mail), any other one when it is first asked for. Use as a context manager, or call
    :meth:`close`.
    """

    def __init__(
        self,
        *,
        wall_seconds: float = WALL_SECONDS,
        cpu_seconds: int = CPU_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        pages_per_child: int = PAGES_PER_CHILD,
        parsers: Sequence[str] = ("article", "entries"),
    ) -> None:
        self.wall_seconds = wall_seconds
        self.cpu_seconds = cpu_seconds
        self.memory_bytes = memory_bytes
        self.pages_per_child = pages_per_child
        self.parsers = tuple(parsers)
        self.kills = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process number while it lives."""
        return self._child.pid if self._child is not None else None

    def feed(
        self,
        body: bytes,
        url: str,
        now: datetime,
        headers: Mapping[str, str] | None = None,
        limit: int = 1_000,
    ) -> FeedResult:
        """As :func:`crawlers.parsers.feed.parse_feed`. Raises :class:`Unreadable`, :class:`ParserKilled`."""
        return self._ask("feed", body, url, now, headers, {"limit": limit}, FeedResult)

    def article(
        self, body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None
    ) -> Article:
        """As :func:`crawlers.parsers.article.extract_article`. Raises :class:`Unreadable`, :class:`ParserKilled`."""
        return self._ask("article", body, url, now, headers, {}, Article)

    def entries(
        self,
        kind: str,
        body: bytes,
        url: str,
        now: datetime,
        headers: Mapping[str, str] | None = None,
        rules: Mapping[str, Any] | None = None,
        limit: int = 1_000,
    ) -> FeedResult:
        """As :meth:`crawlers.spiders.base.Kind.parse` of the kind named. Raises :class:`Unreadable`, :class:`ParserKilled`."""
        extra = {"kind": kind, "rules": dict(rules or {}), "limit": limit}
        return self._ask("entries", body, url, now, headers, extra, FeedResult)

    def text(
        self, body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None
    ) -> PlainText:
        """As :func:`crawlers.parsers.whole.whole_text`. Raises :class:`Unreadable`, :class:`ParserKilled`."""
        return self._ask("text", body, url, now, headers, {}, PlainText)

    def pdf(self, body: bytes, now: datetime) -> PlainText:
        """As :func:`crawlers.parsers.pdf.pdf_text`. Raises :class:`Unreadable`, :class:`ParserKilled`."""
        return self._ask("pdf", body, "", now, None, {}, PlainText)

    def mail(self, body: bytes, now: datetime) -> MailRead:
        """As :func:`crawlers.parsers.mail.parse_mail`. Raises :class:`Unreadable`, :class:`ParserKilled`."""
        return self._ask("mail", body, "", now, None, {}, MailRead)

    def abort(self) -> None:
        """Kill the child at once, from any thread: the page it reads ends as :class:`ParserKilled`."""
        child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """End the child. Safe to call twice."""
        child, self._child = self._child, None
        self._pages = 0
        if child is None:
            return
        if child.stdin is not None:
            try:
                child.stdin.close()  # the child reads end of file and leaves
            except OSError:
                pass
        try:
            child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()

    def _ask(
        self,
        what: str,
        body: bytes,
        url: str,
        now: datetime,
        headers: Mapping[str, str] | None,
        extra: dict[str, Any],
        shape: type[_Result],
    ) -> _Result:
        head = {"what": what, "url": url, "now": now.isoformat(), "headers": dict(headers or {}), **extra}
        answer = self._exchange(json.dumps(head).encode(), body)
        if "error" in answer:
            raise Unreadable(str(answer["error"]), str(answer.get("detail", ""))[:500])
        try:
            return shape.model_validate(answer.get("result"))
        except ValidationError as error:
            self._kill()
            raise ParserKilled(f"the child's answer is not a {shape.__name__}") from error

    def _exchange(self, head: bytes, body: bytes) -> dict[str, Any]:
        if self._pages >= self.pages_per_child:
            self.close()
        child = self._started()
        self._pages += 1
        to_child, from_child = _pipes(child)
        deadline = time.monotonic() + self.wall_seconds
        try:
            self._send(to_child, _HEAD.pack(len(head), len(body)) + head + body, deadline)
            raw = self._receive(from_child, deadline)
            answer = json.loads(raw)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self._kill()
            raise ParserKilled(str(error) or type(error).__name__) from error
        if not isinstance(answer, dict):
            self._kill()
            raise ParserKilled("the child's answer is not an object")
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        root = Path(__file__).resolve().parent.parent
        # Nothing of our environment goes in: no secrets, no proxies, no clock (``now`` travels with each page).
        environment = {
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "crawlers.parse_child",
                str(self.cpu_seconds),
                str(self.memory_bytes),
                str(min(DATA_BYTES, self.memory_bytes)),
                ",".join(self.parsers),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )
        self._child, self._pages = child, 0
        to_child, from_child = _pipes(child)
        os.set_blocking(to_child, False)
        try:
            # Loading the parsers takes a second or two on an old machine and is not the first page's fault.
            self._receive(from_child, time.monotonic() + START_SECONDS)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self._kill()
            raise ParserKilled(f"the child did not start: {error}") from error
        return child

    def _kill(self) -> None:
        child, self._child = self._child, None
        self._pages = 0
        if child is None:
            return
        self.kills += 1
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass

    @staticmethod
    def _send(fd: int, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [fd], [], left)[1]:
                raise TimeoutError("wall limit while sending")
            try:
                view = view[os.write(fd, view[:65536]) :]
            except BlockingIOError:
                continue

    @staticmethod
    def _receive(fd: int, deadline: float) -> bytes:
        """One frame: four bytes of length, then as many bytes."""
        buffer = bytearray()
        need = 4
        size = -1
        while len(buffer) < need:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise TimeoutError("wall limit")
            chunk = os.read(fd, min(1 << 20, need - len(buffer)))
            if not chunk:
                raise EOFError("the child died: CPU or memory limit, or a crash")
            buffer += chunk
            if size < 0 and len(buffer) >= 4:
                size = int.from_bytes(buffer[:4], "big")
                if size > ANSWER_LIMIT:
                    raise ValueError("answer too large")
                need = 4 + size
        return bytes(buffer[4:])


def _pipes(child: subprocess.Popen[bytes]) -> tuple[int, int]:
    if child.stdin is None or child.stdout is None:
        raise ParserKilled("the child was started without pipes")
    return child.stdin.fileno(), child.stdout.fileno()
