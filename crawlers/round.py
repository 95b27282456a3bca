"""The scheduler's side of a round: start the crawler, hand it the jobs, check every line that comes back.

Only the standard library and the messages: importing this loads no crawler. A line that does not validate is handed on as a
:class:`BadLine` for quarantine; when the crawler dies, hangs or is stopped, the jobs it never answered are in
:attr:`Round.unanswered`, so that the scheduler can run them again one by one and quarantine the one that kills it (decision 3).
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import ValidationError

from core.messages import Candidate, CrawlJob, SourceResult, read_crawler_line

LINE_LIMIT = 4 << 20
#: What the crawler may take beyond its own round limit before it is killed: start, last page, clean-up.
GRACE_SECONDS = 30.0
_PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "VIRTUAL_ENV",
)
_OURS = ("LAMRO_ENV", "LAMRO_ALLOW_HOSTS", "LAMRO_CONTACT", "LAMRO_CLOCK", "LAMRO_RSSHUB_URL")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of the crawler that is not one of ours. ``source_id`` is empty when it cannot be told."""

    line: str
    reason: str
    source_id: str = ""


class Round:
    """Iterate to get candidates and results as they come; leave early and the crawler is killed.

    After the iteration ``returncode`` and ``timed_out`` say how it ended, ``unanswered`` which jobs have no result.
    """

    def __init__(
        self,
        jobs: Iterable[CrawlJob],
        captures_dir: Path,
        env: Mapping[str, str] | None = None,
        timeout: float = 900.0,
        log: IO[bytes] | int | None = None,
        page_seconds: float = 30.0,
        ready: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self.jobs = list(jobs)
        self.captures_dir = captures_dir
        self.timeout = timeout
        self.returncode: int | None = None
        self.timed_out = False
        self.stopped = False
        self._env = os.environ if env is None else env
        self._log = log
        self._page_seconds = page_seconds
        self._open = {job.source_id for job in self.jobs}
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = ready
        self._starting = threading.Lock()

    @property
    def unanswered(self) -> list[CrawlJob]:
        """Jobs without a result so far, in the order given."""
        return [job for job in self.jobs if job.source_id in self._open]

    @property
    def pid(self) -> int | None:
        """The crawler's process number while it runs."""
        return self._process.pid if self._process is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __iter__(self) -> Iterator[Candidate | SourceResult | BadLine]:
        if not self.jobs:
            return
        with self._starting:
            if self.stopped:
                return
            process = self._process = self._ready or self._start()
        lines: queue.Queue[bytes | None] = queue.Queue(maxsize=64)
        over = threading.Event()
        threads = [
            threading.Thread(target=self._feed, args=(process,), daemon=True),
            threading.Thread(target=self._drain, args=(process, lines, over), daemon=True),
        ]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + self.timeout + GRACE_SECONDS
        try:
            while True:
                try:
                    line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    self.timed_out = True
                    return
                if line is None:
                    return
                yield self._checked(line)
        finally:
            over.set()
            self.stop()
            while not lines.empty():
                lines.get_nowait()
            for thread in threads:
                thread.join(timeout=5)

    def stop(self) -> None:
        """Kill the crawler and its parser, if they still run; one that has not begun does not begin. From any thread.

        Jobs without a result stay in :attr:`unanswered`.
        """
        with self._starting:
            process = self._process
            if process is None:
                self.stopped = True
                process = self._process = self._ready
        if process is None or self.returncode is not None:
            return
        if process.poll() is None and (self.timed_out or self._open):
            self.stopped = True
            self._kill(process)
        try:
            self.returncode = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._kill(process)
            self.returncode = process.wait()

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        return start_crawler(self.captures_dir, self._env, self.timeout, self._log, self._page_seconds)

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None:
            return
        try:
            for job in self.jobs:
                process.stdin.write(job.for_crawler().encode() + b"\n")
            process.stdin.close()
        except OSError:
            pass  # it died: the reader sees the end

    @staticmethod
    def _drain(
        process: subprocess.Popen[bytes], lines: queue.Queue[bytes | None], over: threading.Event
    ) -> None:
        if process.stdout is None:
            return
        try:
            while not over.is_set():
                line = process.stdout.readline(LINE_LIMIT)
                if not line:
                    break
                if not line.endswith(b"\n") and len(line) >= LINE_LIMIT:
                    rest = line
                    while rest and not rest.endswith(b"\n"):
                        rest = process.stdout.readline(LINE_LIMIT)
                lines.put(line)
        except (OSError, ValueError):
            pass
        finally:
            lines.put(None)

    def _checked(self, line: bytes) -> Candidate | SourceResult | BadLine:
        shown = line[:500].decode("utf-8", "replace")
        try:
            message = read_crawler_line(line)
        except ValidationError as error:
            return BadLine(shown, error.errors()[0]["msg"])
        if message.source_id not in self._open:
            return BadLine(
                shown, "a source that was not asked for, or has its result already", message.source_id
            )
        if isinstance(message, SourceResult):
            self._open.discard(message.source_id)
        return message


def start_crawler(
    captures_dir: Path,
    env: Mapping[str, str],
    timeout: float,
    log: IO[bytes] | int | None = None,
    page_seconds: float = 30.0,
) -> subprocess.Popen[bytes]:
    """Start ``python -m crawlers``; it loads its libraries and waits for jobs. With stdin closed and no job it ends by itself."""
    captures_dir.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "crawlers",
            "--captures",
            str(captures_dir.resolve()),
            "--round-seconds",
            str(timeout),
            "--page-seconds",
            str(page_seconds),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=crawler_environment(env),
        start_new_session=True,  # a group of its own, so that the parser dies with it
    )


def run_round(
    jobs: Iterable[CrawlJob],
    captures_dir: Path,
    env: Mapping[str, str] | None = None,
    timeout: float = 900.0,
    log: IO[bytes] | int | None = None,
    page_seconds: float = 30.0,
    ready: subprocess.Popen[bytes] | None = None,
) -> Round:
    """One round of ``python -m crawlers``: iterate over the returned :class:`Round`.

    ``timeout`` is in seconds of real time, after which the crawler interrupts itself and, a little later, is killed. ``env`` is
    where settings are taken from (default: this process); only the crawler's own go on, never a database address or a secret.
    ``log`` receives the crawler's stderr (default: ours). ``page_seconds`` is the most one answer may take. ``ready`` is a crawler
    that :func:`start_crawler` started ahead with the same settings.
    """
    return Round(jobs, captures_dir, env, timeout, log, page_seconds, ready)


def crawler_environment(env: Mapping[str, str]) -> dict[str, str]:
    """What the crawler may know: where it runs and its own settings. No database credentials, no proxies, no secrets."""
    kept = {name: env[name] for name in (*_PASSED_ON, *_OURS) if name in env}
    root = str(Path(__file__).resolve().parent.parent)
    kept["PYTHONPATH"] = os.pathsep.join(part for part in (root, env.get("PYTHONPATH", "")) if part)
    kept["PYTHONUNBUFFERED"] = "1"
    return kept
