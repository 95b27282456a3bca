"""One Scrapy crawl for a whole round: every job is a task, each answers with exactly one result whatever happens to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import scrapy

from core.clock import Clock
from core.messages import Candidate, CrawlJob, SourceResult
from crawlers.failures import Failure
from crawlers.fetch.addresses import AllowedHosts
from crawlers.fetch.captures import Captures
from crawlers.fetch.client import Fetcher
from crawlers.parse_worker import ParseWorker
from crawlers.registry import kind_of
from crawlers.spiders.base import Unchanged
from crawlers.spiders.desk import SOURCE_SECONDS, Desk, ParserDesk, Run

log = logging.getLogger(__name__)


class RoundSpider(scrapy.Spider):
    """Reads all jobs side by side. Candidates and results go out through ``emit`` the moment they exist."""

    name = "round"

    def __init__(
        self,
        jobs: list[CrawlJob],
        captures: Path,
        clock: Clock,
        allowed: AllowedHosts,
        emit: Callable[[Candidate | SourceResult], None],
        seconds: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.jobs = jobs
        self.captures_folder = captures
        self.clock = clock
        self.allowed = allowed
        self.emit = emit
        self.seconds = seconds

    async def start(self) -> AsyncIterator[Any]:
        """Run the round; yields no requests, since each kind fetches for itself through the engine."""
        parser = ParserDesk(ParseWorker())
        desk = Desk(
            fetcher=Fetcher(self.crawler.engine, self.clock, self.allowed),
            parser=parser,
            captures=Captures(self.captures_folder),
            clock=self.clock,
            emit=self.emit,
        )
        tasks = [asyncio.create_task(self._job(desk, job)) for job in self.jobs]
        try:
            if tasks:
                _, late = await asyncio.wait(tasks, timeout=self.seconds)
                for task in late:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            await parser.close()
        no_requests: tuple[scrapy.Request, ...] = ()
        for request in no_requests:
            yield request

    async def _job(self, desk: Desk, job: CrawlJob) -> None:
        loop = asyncio.get_running_loop()
        budget = min(SOURCE_SECONDS, self.seconds)
        run = Run(job=job, desk=desk, started_at=self.clock.now(), deadline=loop.time() + budget)
        try:
            kind, options = kind_of(job)
            await kind.read(run, options)
            result = self._finished(run)
        except Unchanged:
            result = self._result(run, "unchanged")
        except Failure as failure:
            result = self._failed(run, failure)
        except asyncio.CancelledError:
            result = self._failed(run, Failure("round_timeout"))
        except Exception as error:
            log.exception("source %s", job.source_id)
            result = self._failed(run, Failure("internal", str(error)))
        desk.emit(result)

    def _finished(self, run: Run) -> SourceResult:
        if run.candidates:
            return self._result(run, "truncated" if run.truncated else "new")
        if run.page_errors:
            return self._failed(run, Failure("all_pages_failed"))
        return self._result(run, "truncated" if run.truncated else "seen")

    def _failed(self, run: Run, failure: Failure) -> SourceResult:
        run.incomplete = True
        log.info("source %s: %s", run.job.source_id, failure)
        reason = failure.reason()
        return self._result(
            run,
            reason.outcome,
            code=failure.code,
            error_vi=reason.vi,
            error_en=reason.en,
            http_status=failure.status,
            final_url=failure.url[:2000],
            retry_after_seconds=failure.retry_after,
        )

    def _result(self, run: Run, outcome: Any, **fields: Any) -> SourceResult:
        page, job = run.page, run.job
        values: dict[str, Any] = {"http_status": None, "final_url": ""}
        if page is not None:
            values = {"http_status": page.status, "final_url": page.url[:2000]}
            if outcome == "unchanged":
                values |= {
                    "etag": page.headers.get("etag", job.etag)[:500],
                    "last_modified": page.headers.get("last-modified", job.last_modified)[:200],
                    "body_sha256": job.body_sha256,
                }
            elif not run.incomplete:
                # When something was left unread these stay empty: a 304 next time would hide it for ever.
                values |= {
                    "etag": page.headers.get("etag", "")[:500],
                    "last_modified": page.headers.get("last-modified", "")[:200],
                    "body_sha256": page.sha256,
                }
        values |= {key: value for key, value in fields.items() if value not in {None, ""}}
        return SourceResult(
            source_id=job.source_id,
            outcome=outcome,
            title=run.title[:500],
            entries=run.entries,
            candidates=run.candidates,
            seen=run.seen,
            page_errors=run.page_errors,
            started_at=run.started_at,
            finished_at=self.clock.now(),
            proof=run.proof,
            **values,
        )
