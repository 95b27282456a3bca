"""A round of sources: leased jobs go to one crawler process, its lines go through intake, each source gets its run row.

Used by the scheduler, by ``lamro crawl`` and by the demo, so that there is one way from a source to the store.
"""

from __future__ import annotations

import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from config.settings import Settings
from config.tokens import with_tokens
from core.errors import LamroError
from core.messages import Candidate, CrawlJob, SourceResult
from core.services import crawl, crawl_stop, intake

if TYPE_CHECKING:
    from subprocess import Popen

    from core.services.desk import Desk
    from crawlers.round import BadLine
    from crawlers.round import Round as CrawlerProcess

#: how often a reading looks whether somebody asked for its end, in seconds of real time
STOP_LOOK_SECONDS = 1.0
#: candidates of one source that are stored together: few enough for a short write lock (performance.md §6)
BATCH = 25
LOG_BYTES = 5_000_000


class Crawlers:
    """The crawler processes at work, so that whoever must end can end them; afterwards none starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[CrawlerProcess] = []
        self._ended = False

    def ended(self) -> bool:
        """True when :meth:`end` was called: an answer that is missing now is nobody's fault."""
        return self._ended

    @contextmanager
    def watching(self, process: CrawlerProcess) -> Iterator[CrawlerProcess]:
        """Know this process while it is read. One that comes after the end is not begun."""
        with self._lock:
            self._running.append(process)
            late = self._ended
        if late:
            process.stop()
        try:
            yield process
        finally:
            with self._lock:
                self._running.remove(process)

    def end(self) -> None:
        """Kill those at work; their sources stay unanswered."""
        with self._lock:
            self._ended = True
            running = list(self._running)
        for process in running:
            process.stop()


@dataclass(slots=True)
class RoundReport:
    """How a round ended: the result and intake counts of every source, and which crashed the crawler."""

    results: dict[str, SourceResult] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    crashed: list[str] = field(default_factory=list)
    sources: int = 0
    """How many were asked for."""

    def figures(self) -> dict[str, object]:
        """What a log line says about it."""
        return {
            "sources": self.sources,
            "new": self.total("new"),
            "edited": self.total("edited"),
            "crashed": self.crashed,
        }

    def total(self, word: str) -> int:
        """The sum of one outcome over all sources."""
        return sum(counter[word] for counter in self.counts.values())


class Round:
    """One round. ``on_source`` is told each source as it ends, ``on_items`` the counts of a source as they grow (progress on a terminal).

    ``ready`` is a crawler started ahead by :func:`ready_crawler`. A source whose reading a person ends (:mod:`core.services.crawl_stop`) is left; the others are read on in a new crawler.
    """

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        owner: str,
        *,
        on_source: Callable[[str, SourceResult | None, Counter[str]], None] | None = None,
        on_items: Callable[[str, Counter[str]], None] | None = None,
        crawlers: Crawlers | None = None,
        ready: Popen[bytes] | None = None,
    ) -> None:
        self.desk = desk
        self.settings = settings
        self.owner = owner
        self.on_source = on_source
        self.on_items = on_items
        self.crawlers = crawlers or Crawlers()
        self._ready = ready
        self.report = RoundReport()
        self._buffer: dict[str, list[Candidate]] = defaultdict(list)
        self._runs: dict[str, int] = {}
        self._process: CrawlerProcess | None = None
        self._stopped: set[str] = set()
        self._ended_for_stop = False

    def run(self, jobs: Sequence[CrawlJob]) -> RoundReport:
        """Read the leased sources. Whatever one of them does, the others are answered; a crawler killed by one is run again without it."""
        self.report.sources = len(jobs)
        self._runs = crawl.begin_round(self.desk, self.owner, jobs)
        try:
            with self._looking_for_stops():
                alone = self._read(jobs)
                if len(jobs) == 1:
                    self._crash(alone)
                else:
                    for job in alone:
                        self._crash(self._read([job]))
            # A round that was ended leaves its rows "running"; whoever ended it closes them (crawl.interrupt_stale).
        except BaseException:
            self._interrupt(jobs)
            raise
        return self.report

    def _interrupt(self, jobs: Sequence[CrawlJob]) -> None:
        """Our own fault in mid-round (full disk, locked database): give the leases back, so that the sources are read again soon."""
        now = self.desk.clock.now()
        for job in jobs:
            if job.source_id not in self.report.results and job.source_id not in self.report.crashed:
                crawl.finish(
                    self.desk,
                    self._runs[job.source_id],
                    SourceResult(
                        source_id=job.source_id,
                        outcome="interrupted",
                        code="interrupted",
                        error_vi="Lần đọc này bị ngắt vì lỗi của chương trình; nguồn sẽ được đọc lại.",
                        error_en="The round was interrupted by a fault of the program; the source is read again.",
                        started_at=now,
                        finished_at=now,
                    ),
                )

    def _read(self, jobs: Sequence[CrawlJob]) -> list[CrawlJob]:
        """Read in one crawler process; returns the jobs it did not answer, none of them when the round was ended from outside.

        When a person ends one of them, the crawler goes with it, and the others are read on in a new one.
        """
        while True:
            jobs = self._without_stopped(jobs)
            if not jobs or self.crawlers.ended():
                return []
            unanswered = self._read_once(jobs)
            if self.crawlers.ended():
                return []
            if not self._ended_for_stop:
                return self._without_stopped(unanswered)
            left = self._without_stopped(unanswered)
            jobs = crawl.renew(
                self.desk, self.owner, [job.source_id for job in left], lease_minutes(self.settings)
            )

    def _read_once(self, jobs: Sequence[CrawlJob]) -> list[CrawlJob]:
        from crawlers.round import run_round

        with crawler_log(self.settings) as log:
            process = run_round(
                with_tokens(self.settings.home, jobs),
                captures_dir=self.settings.captures_path,
                env=self.settings.environment(),
                timeout=float(self.settings.crawl_round_seconds),
                log=log,
                ready=self._ready,
            )
            self._ready = None
            self._ended_for_stop = False
            self._process = process
            with self.crawlers.watching(process):
                self._listen(process)
            self._process = None
        for source_id in list(self._buffer):
            self._flush(source_id)
        return process.unanswered

    @contextmanager
    def _looking_for_stops(self) -> Iterator[None]:
        """Look every second whether somebody asked for the end of one of ours, and end the crawler that reads it."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(STOP_LOOK_SECONDS):
                try:
                    self._stopped |= crawl_stop.asked(self.desk, self._runs.values())
                except LamroError:
                    continue  # a locked database: the next second will do
                process = self._process
                if process is not None and any(job.source_id in self._stopped for job in process.unanswered):
                    self._ended_for_stop = True
                    process.stop()

        thread = threading.Thread(target=look, name="stops", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _without_stopped(self, jobs: Sequence[CrawlJob]) -> list[CrawlJob]:
        """The jobs to go on with; the runs of the others are closed with the name of the person who ended them."""
        for job in jobs:
            if job.source_id in self._stopped:
                vi, en = crawl_stop.close(self.desk, self._runs[job.source_id])
                now = self.desk.clock.now()
                result = SourceResult(
                    source_id=job.source_id,
                    outcome="interrupted",
                    code="stopped",
                    error_vi=vi,
                    error_en=en,
                    started_at=now,
                    finished_at=now,
                )
                self.report.results[job.source_id] = result
                if self.on_source:
                    self.on_source(job.source_id, result, self.report.counts[job.source_id])
        return [job for job in jobs if job.source_id not in self._stopped]

    def _listen(self, lines: Iterable[Candidate | SourceResult | BadLine]) -> None:
        """Hand each line on; the last batch of a source is stored before its run is closed."""
        from crawlers.round import BadLine

        for line in lines:
            if isinstance(line, BadLine):
                intake.quarantine_line(
                    self.desk,
                    line.source_id,
                    "Dòng dữ liệu của bộ đọc tin không hợp lệ nên được giữ riêng, không đưa vào kho.",
                    f"A line of the crawler did not validate: {line.reason}",
                    line.line,
                )
            elif isinstance(line, Candidate):
                self._buffer[line.source_id].append(line)
                if len(self._buffer[line.source_id]) >= BATCH:
                    self._flush(line.source_id)
            else:
                self._flush(line.source_id)
                self._finish(line)

    def _flush(self, source_id: str) -> None:
        candidates = self._buffer.pop(source_id, [])
        if candidates:
            for taken in intake.take(self.desk, candidates, run_id=self._runs.get(source_id)):
                self.report.counts[source_id][taken.outcome] += 1
            if self.on_items:
                self.on_items(source_id, self.report.counts[source_id])

    def _finish(self, result: SourceResult) -> None:
        counts = self.report.counts[result.source_id]
        crawl.finish(self.desk, self._runs[result.source_id], result, counts)
        self.report.results[result.source_id] = result
        if self.on_source:
            self.on_source(result.source_id, result, counts)

    def _crash(self, jobs: Sequence[CrawlJob]) -> None:
        for job in jobs:
            crawl.crashed(self.desk, job.source_id, self._runs[job.source_id])
            self.report.crashed.append(job.source_id)
            if self.on_source:
                self.on_source(job.source_id, None, self.report.counts[job.source_id])


def lease_minutes(settings: Settings) -> int:
    """How long the sources of one round are held: as long as it may take, and its end."""
    return settings.crawl_round_seconds // 60 + 2


def read_due(desk: Desk, settings: Settings, owner: str, crawlers: Crawlers) -> RoundReport | None:
    """One round of the sources whose time has come and that nobody else reads; None when there are none."""
    due = crawl.due(desk, settings.crawl_round_sources)
    jobs = crawl.lease(desk, owner, due, minutes=lease_minutes(settings))
    return Round(desk, settings, owner, crawlers=crawlers).run(jobs) if jobs else None


def owner_name(role: str) -> str:
    """A lease owner's name, unique to this process."""
    return f"{role}:{os.uname().nodename}:{os.getpid()}"


def ready_crawler(settings: Settings) -> Popen[bytes]:
    """A crawler that loads its libraries while its owner does something else; it ends by itself when its owner does."""
    from crawlers.round import start_crawler

    with crawler_log(settings) as log:
        return start_crawler(
            settings.captures_path, settings.environment(), float(settings.crawl_round_seconds), log
        )


def read_link(
    settings: Settings, url: str, *, language: str = "", crawlers: Crawlers | None = None
) -> tuple[Candidate | None, SourceResult | None]:
    """Fetch one address through the same crawler and gates, for a link given by hand or a preview; stores nothing."""
    from crawlers.round import BadLine, run_round

    job = CrawlJob(source_id="link", kind="page", url=url, language=language)
    candidate: Candidate | None = None
    result: SourceResult | None = None
    with crawler_log(settings) as log:
        process = run_round([job], settings.captures_path, settings.environment(), timeout=90.0, log=log)
        with (crawlers or Crawlers()).watching(process):
            lines = list(process)
        for line in lines:
            if isinstance(line, Candidate):
                candidate = line
            elif not isinstance(line, BadLine):
                result = line
    return candidate, result


@contextmanager
def crawler_log(settings: Settings) -> Iterator[IO[bytes]]:
    """Where the crawler's own log goes: one file in the home, begun anew when it is full."""
    path = settings.home / "crawler.log"
    full = path.exists() and path.stat().st_size > LOG_BYTES
    with path.open("wb" if full else "ab") as log:
        yield log
