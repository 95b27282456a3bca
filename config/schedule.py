"""The scheduler process: what is due is read, what the app asks for is done, what changed is indexed, what was approved is sent.

One process, under an operating-system lock and a lease in the database: a second one ends with a plain sentence (reliability.md §3 row 20).
Jobs are defined here, their state is in our tables; a job that is late runs once, not once for each missed slot.
"""

from __future__ import annotations

import fcntl
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, TYPE_CHECKING

import structlog

from config.indexing import Feeder, SavedAlerts, check
from config.preview import SECONDS as PREVIEW_SECONDS
from config.preview import read_preview
from config.revisits import revisit_due
from config.rounds import Crawlers, Round, lease_minutes, owner_name, read_due, read_link
from config.settings import Settings
from core.clock import VIETNAM
from core.errors import LamroError, Misconfigured
from core.services import (
    blind_sample,
    crawl,
    crawl_requests,
    digest,
    dispatch,
    intake,
    known_claims,
    leases,
    rereading,
    source_alerts,
    staff_notices,
    stories,
    units,
)

if TYPE_CHECKING:
    from core.ports import Channel, Mailbox
    from core.services.desk import Desk

log = structlog.get_logger("lamro.schedule")

LEASE = "scheduler"
LEASE_SECONDS = 30


class AlreadyRunning(Misconfigured):
    """Another scheduler holds the lock or the lease."""

    code = "already_running"


class Scheduler:
    """The jobs and their loop. ``run`` blocks until ``stop`` is called or a signal arrives."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        channels: dict[str, Channel],
        mailbox: Mailbox | None = None,
    ) -> None:
        self.desk = desk
        self.settings = settings
        self.channels = channels
        self.mailbox = mailbox
        self.owner = owner_name("scheduler")
        self.stopped = threading.Event()
        self.crawlers = Crawlers()
        self.feeder = Feeder()
        self.saved_alerts = SavedAlerts()
        self._lock: IO[str] | None = None

    # --- one at a time ----------------------------------------------------------------------------------------------

    def acquire(self) -> None:
        """Take the lock file and the lease. Raises :class:`AlreadyRunning`."""
        self.settings.home.mkdir(parents=True, exist_ok=True)
        self._lock = self.settings.scheduler_lock.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(
                "Bộ lịch đã chạy trên máy này. Chỉ cần một; tắt tiến trình cũ nếu muốn chạy lại.",
                "A scheduler is already running for this home. Stop it first.",
            ) from None
        # One that died here holds its lease until it runs out; nobody needs to wait for a process that is gone.
        leases.release_dead(self.desk, LEASE)
        waited = 0
        while not leases.hold(self.desk, LEASE, self.owner, LEASE_SECONDS):
            waited += 1
            if waited > LEASE_SECONDS + 5 or self.stopped.wait(1):
                self._lock.close()
                raise AlreadyRunning(
                    "Bộ lịch đang chạy trên một máy khác dùng chung cơ sở dữ liệu. Chỉ cần một.",
                    "Another machine's scheduler holds the lease.",
                )

    # --- jobs -------------------------------------------------------------------------------------------------------

    def keep_lease(self) -> None:
        """Renew the lease; stop when it was lost (the machine slept and another took over)."""
        if not leases.hold(self.desk, LEASE, self.owner, LEASE_SECONDS):
            log.error("lease lost, stopping")
            self.stopped.set()

    def crawl_due(self) -> None:
        """Read the sources whose time has come, in one round."""
        report = read_due(self.desk, self.settings, self.owner, self.crawlers)
        if report is not None:
            log.info("round", **report.figures())

    def free_stale(self) -> None:
        """Free the sources whose reader died or lost the database: their leases ran out, or their process is gone."""
        closed = crawl.interrupt_stale(self.desk)
        if closed:
            log.warning("readings interrupted", runs=closed)

    def take_requests(self) -> None:
        """Do what the app asked for: read a source now, fetch a pasted link, try a source out."""
        for request in crawl_requests.take_requests(self.desk, self.owner):
            act = {"link": self._read_link, "preview": self._try_out}.get(request.kind, self._read_now)
            try:
                act(request)
            except LamroError as error:
                log.warning("request failed", request=request.request_id, error=error.en)
                crawl_requests.finish_request(
                    self.desk, request.request_id, {"error_vi": error.vi, "error_en": error.en}, failed=True
                )
            if self.crawlers.ended():
                return  # what was not answered is queued again when the loop ends

    def _read_link(self, request: crawl_requests.TakenRequest) -> None:
        with self._turn(request) as mine:
            if mine:
                candidate, result = read_link(self.settings, request.url, crawlers=self.crawlers)
                if not self.crawlers.ended():
                    intake.take_link_result(self.desk, request.request_id, candidate, result)

    def _try_out(self, request: crawl_requests.TakenRequest) -> None:
        with self._turn(request) as mine:
            if mine:
                told = read_preview(self.settings, request, self.crawlers)
                if not self.crawlers.ended():
                    crawl_requests.finish_request(
                        self.desk, request.request_id, told, failed=bool(told["error_vi"])
                    )

    @contextmanager
    def _turn(self, request: crawl_requests.TakenRequest) -> Iterator[bool]:
        """The host of a single page for as long as that is read; False, and the request put back, while another reads it."""
        if not crawl.claim_host(self.desk, request.url, PREVIEW_SECONDS):
            crawl_requests.put_back(self.desk, request.request_id)
            yield False
            return
        try:
            yield True
        finally:
            crawl.release_host(self.desk, request.url)

    def _read_now(self, request: crawl_requests.TakenRequest) -> None:
        wanted = [request.source_id] if request.source_id else []
        jobs = crawl.lease(self.desk, self.owner, wanted, minutes=lease_minutes(self.settings))
        if not jobs and crawl.host_is_busy(self.desk, request.source_id or ""):
            crawl_requests.put_back(self.desk, request.request_id)
            return
        round_ = Round(self.desk, self.settings, self.owner, crawlers=self.crawlers)
        report = round_.run(jobs) if jobs else None
        if not self.crawlers.ended():
            counts = {} if report is None else dict(report.counts[jobs[0].source_id])
            crawl_requests.finish_request(
                self.desk, request.request_id, {"read": bool(jobs), "counts": counts}
            )

    def revisit_pages(self) -> None:
        """Look again at the pages of flagged items whose time has come."""
        seen = revisit_due(self.desk, self.settings, self.crawlers)
        if seen:
            log.info("pages looked at again", **seen)

    def read_mail(self) -> None:
        """Take in what was forwarded to the office's inbox, where there is one."""
        from config.mail_round import read_mailbox

        if self.mailbox is not None:
            counts = read_mailbox(self.desk, self.settings, self.mailbox)
            if counts:
                log.info("mail", **counts)

    def feed_index(self) -> None:
        """Bring the index up to date with the outbox; an index that is away is tried again."""
        problem = self.feeder.feed(self.desk)
        if problem:
            log.warning("index away", error=problem)

    def check_index(self) -> None:
        """Once a night, after 02:00 (Viet Nam): compare the index with the store and mend what differs."""
        now = self.desk.clock.now().astimezone(VIETNAM)
        if now.hour < 2 or not leases.job_slot(self.desk, "check_index", now.date().isoformat()):
            return
        found = check(self.desk)
        if found is not None and not found.good:
            log.warning("index mended", lost=found.lost, missing=len(found.missing), extra=len(found.extra), stale=len(found.stale), ahead=len(found.ahead))  # fmt: skip

    def send_due(self) -> None:
        """Send what was approved and queued."""
        for dispatch_id, channel, message in dispatch.take_due(
            self.desk, self.owner, 10, tuple(self.channels)
        ):
            delivery = self.channels[channel].send(message)
            dispatch.record(self.desk, dispatch_id, delivery)

    def watch_sources(self) -> None:
        """See which sources fell silent or work again, and write to staff about it when there is a mail server."""
        swept = source_alerts.sweep(self.desk)
        if swept.opened or swept.closed:
            log.warning("source alerts", opened=len(swept.opened), closed=len(swept.closed))
        if "email" not in self.channels:
            return
        staff_notices.queue(self.desk)
        for notice_id, message in staff_notices.take_due(self.desk):
            staff_notices.record(self.desk, notice_id, self.channels["email"].send(message))

    def tell_saved(self) -> None:
        """Tell officers of new items that match a saved filter with its alert on."""
        told = self.saved_alerts.sweep(self.desk, mail="email" in self.channels)
        if told:
            log.info("saved filters told", alerts=told)

    def rescore(self) -> None:
        """Let the need score of old stories decay."""
        stories.rescore(self.desk)

    def reread_places(self) -> None:
        """Place stored items again after a name was corrected."""
        looked = rereading.go_on(self.desk, timedelta(days=self.settings.reread_days))
        if looked:
            log.info("items read again after a corrected name", items=looked)

    def draw_samples(self) -> None:
        """Draw this week's blind sample of each office, once."""
        drawn = blind_sample.draw(self.desk, self.settings.blind_sample)
        if drawn:
            log.info("blind samples drawn", stories=drawn)

    def compare_claims(self) -> None:
        """Look for claims that were just judged in the texts of the last 30 days."""
        known_claims.catch_up(self.desk)

    def weekly_digests(self) -> None:
        """Make last week's digest of each office once, from Monday 06:00 (Viet Nam) on."""
        now = self.desk.clock.now().astimezone(VIETNAM)
        if now.weekday() == 0 and now.hour < 6:
            return
        year, week, _ = (now - timedelta(days=7)).isocalendar()
        name = f"{year}-W{week:02d}"
        for unit_id in units.active_units(self.desk):
            # Made once by its own unique row: a slot taken before would lose the week of a process that dies in between.
            digest.make(self.desk, unit_id, name)

    # --- loop -------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until stopped. Raises :class:`AlreadyRunning` when another scheduler is at work."""
        from apscheduler.schedulers.background import BackgroundScheduler

        self.acquire()
        crawl.interrupt_stale(self.desk, self.owner)
        dispatch.recover(self.desk)
        scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        jobs: list[tuple[Callable[[], None], float]] = [
            (self.keep_lease, 10),
            (self.take_requests, 0.5),
            (self.crawl_due, 5),
            (self.free_stale, 60),
            (self.feed_index, 1),
            (self.read_mail, self.settings.imap_minutes * 60),
            (self.send_due, 2),
            (self.watch_sources, 60),
            (self.revisit_pages, 60),
            (self.rescore, 3600),
            (self.draw_samples, 600),
            (self.reread_places, 5),
            (self.compare_claims, 60),
            (self.weekly_digests, 600),
            (self.check_index, 600),
            (self.tell_saved, 60),
        ]
        for job, seconds in jobs:
            scheduler.add_job(
                self._guarded(job), "interval", seconds=seconds, id=job.__name__, next_run_time=None
            )
        scheduler.start(paused=True)
        for job, _ in jobs:
            scheduler.modify_job(job.__name__, next_run_time=_real_now())
        scheduler.resume()
        log.info("scheduler running", owner=self.owner)
        try:
            self.stopped.wait()
        finally:
            # A round may take minutes; its sources are read again at the next start.
            self.crawlers.end()
            scheduler.shutdown(wait=True)
            crawl.interrupt_stale(self.desk, owner_name("scheduler") + ":ended")
            leases.release(self.desk, LEASE, self.owner)
            if self._lock is not None:
                self._lock.close()

    def stop(self, *_: object) -> None:
        """End the loop: the crawler is stopped, what is being sent or indexed is finished."""
        self.stopped.set()

    def _guarded(self, job: Callable[[], None]) -> Callable[[], None]:
        """A job that raises is written to the log and runs again at its next time (reliability.md §3 row 22)."""

        def call() -> None:
            try:
                job()
            except Exception:
                log.exception("job failed", job=job.__name__)

        call.__name__ = job.__name__
        return call


def _real_now() -> object:
    from datetime import UTC, datetime

    return datetime.now(
        UTC
    )  # APScheduler's own wake-ups follow the machine, whatever the product's clock says


def run_scheduler(
    desk: Desk, settings: Settings, channels: dict[str, Channel], mailbox: Mailbox | None = None
) -> None:
    """The process of ``lamro schedule``: stops cleanly on SIGTERM and Ctrl-C."""
    scheduler = Scheduler(desk, settings, channels, mailbox)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, scheduler.stop)
    scheduler.run()
