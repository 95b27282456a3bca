"""``lamro worker``: reads the sources that are due, on as many machines as wanted, all on one database.

What a scheduler does besides reading (index, mail, digests, alerts) stays with the one scheduler; it reads too, unless workers were
quicker. Two never read one source or one host at a time: sources are leased by row (decision 3). The captures folder must be one and
the same for all, since the app plays captures back from it.
"""

from __future__ import annotations

import threading

import structlog

from config.rounds import Crawlers, owner_name, read_due
from config.settings import Settings
from core.errors import LamroError
from core.services import crawl
from core.services.desk import Desk

log = structlog.get_logger("lamro.worker")

IDLE_SECONDS = 5.0
#: how many idle looks pass between two looks for the sources of workers that died
STALE_LOOKS = 12


class CrawlWorker:
    """The loop. ``run`` blocks until ``stop`` is called or a signal arrives."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk = desk
        self.settings = settings
        self.owner = owner_name("worker")
        self.crawlers = Crawlers()
        self.stopped = threading.Event()

    def run(self) -> None:
        """Read until stopped. A database that is away is waited for."""
        log.info("worker running", owner=self.owner)
        threading.Thread(target=self._end_reading, name="end", daemon=True).start()
        looks = 0
        while not self.stopped.is_set():
            report = None
            try:
                if looks % STALE_LOOKS == 0:
                    crawl.interrupt_stale(self.desk)
                report = read_due(self.desk, self.settings, self.owner, self.crawlers)
            except LamroError as error:
                log.warning("round failed", error=error.en)
            except Exception:
                log.exception("round failed")
            looks += 1
            if report is not None:
                log.info("round", **report.figures())
            else:
                self.stopped.wait(IDLE_SECONDS)
        # What was being read is free again at once, not when its lease runs out.
        crawl.give_back(self.desk, self.owner)

    def stop(self, *_: object) -> None:
        """End the loop; the crawler at work is stopped, its sources are read again by whoever comes first."""
        self.stopped.set()

    def _end_reading(self) -> None:
        # Not in the signal's handler: that runs in the middle of the loop, which may hold the crawlers' lock just then.
        self.stopped.wait()
        self.crawlers.end()


def run_worker(desk: Desk, settings: Settings) -> None:
    """The process of ``lamro worker``: stops cleanly on SIGTERM and Ctrl-C."""
    import signal

    worker = CrawlWorker(desk, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    worker.run()
