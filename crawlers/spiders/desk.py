"""What a kind of source works with: fetch a page, have it parsed, keep it, and collect candidates and the result of its job."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from core.clock import Clock
from core.messages import Candidate, CaptureRecord, CrawlJob, SourceResult
from core.text.urls import canonical_url
from crawlers.failures import Failure, reason_of
from crawlers.fetch.captures import Captures
from crawlers.fetch.client import Fetcher, Page
from crawlers.parse_worker import ParseWorker
from crawlers.parsers.plain import TITLE_LIMIT
from crawlers.parsers.results import Article, Unreadable

log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: After so many articles of a source failed in a row, the rest waits for the next round.
FAILURES_IN_A_ROW = 5
#: The most seconds of real time one source may take in a round.
SOURCE_SECONDS = 300.0
PAGE_ERRORS_LISTED = 50


class ParserDesk:
    """Puts pages to the parse worker one by one, the smallest first: a page made to stall us is large, so it waits."""

    def __init__(self, worker: ParseWorker) -> None:
        self._worker = worker
        self._queue: asyncio.PriorityQueue[
            tuple[int, int, Callable[[ParseWorker], Any], asyncio.Future[Any]]
        ] = asyncio.PriorityQueue()
        self._number = count()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parse")
        self._task: asyncio.Task[None] | None = None

    async def parse(self, size: int, work: Callable[[ParseWorker], _T]) -> _T:
        """Run ``work`` on the worker when its turn comes. Raises what it raises."""
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        await self._queue.put((size, next(self._number), work, future))
        return await future

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            _, _, work, future = await self._queue.get()
            if future.done():
                continue
            try:
                result = await loop.run_in_executor(self._thread, work, self._worker)
            except Exception as error:
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(result)

    async def close(self) -> None:
        """Stop serving and end the child."""
        if self._task is not None:
            self._task.cancel()
        self._worker.abort()  # a page still being read would hold the round up
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._worker.close()


@dataclass
class Desk:
    """The tools shared by every source of a round."""

    fetcher: Fetcher
    parser: ParserDesk
    captures: Captures
    clock: Clock
    emit: Callable[[Candidate | SourceResult], None]


@dataclass
class Run:
    """One job while it is being read: its counts, its page errors, and what must be read again next time."""

    job: CrawlJob
    desk: Desk
    started_at: datetime
    deadline: float
    page: Page | None = None
    #: what the source's document calls itself
    title: str = ""
    entries: int = 0
    opened: int = 0
    candidates: int = 0
    seen: int = 0
    truncated: bool = False
    #: something was left unread: the next round must not be told "unchanged"
    incomplete: bool = False
    page_errors: list[dict[str, str]] = field(default_factory=list)
    #: of a re-visit: the answer that held no article, as kept
    proof: CaptureRecord | None = None
    _failed_in_a_row: int = 0
    _known_hashes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._known_hashes = frozenset(h for h in self.job.known.values() if h)

    def is_known(self, url: str, entry_hash: str) -> bool:
        """Whether this state of this entry is stored already.

        The hash holds the entry's own address, so it is looked for among all of them: an item whose page redirects is stored
        under its final address.
        """
        if self.job.preview or not entry_hash:
            return False
        return self.job.known.get(canonical_url(url)) == entry_hash or entry_hash in self._known_hashes

    def cut_off(self) -> None:
        """Note that the source holds more than was taken. What is left comes in the next round, so that round must read it again."""
        self.truncated = self.incomplete = True

    def may_open_more(self) -> bool:
        """Whether further article pages may be asked for in this round."""
        return self._failed_in_a_row < FAILURES_IN_A_ROW and asyncio.get_running_loop().time() < self.deadline

    def page_failed(self, url: str, code: str, detail: str = "") -> None:
        """Note an article that could not be read; the source goes on."""
        log.info("source %s: page failed: %s %s", self.job.source_id, code, detail)
        self.incomplete = True
        if code not in {"skipped", "bad_link"}:  # those say nothing about the server
            self._failed_in_a_row += 1
        if len(self.page_errors) < PAGE_ERRORS_LISTED:
            reason = reason_of(code)
            self.page_errors.append(
                {"url": url[:500], "code": code, "error_vi": reason.vi, "error_en": reason.en}
            )

    def page_read(self) -> None:
        """Note an article that was read."""
        self._failed_in_a_row = 0

    async def article(self, url: str) -> tuple[Page, Article]:
        """Fetch one page and read its text. Raises :class:`Failure`; an empty extraction is one (``empty_text``)."""
        page = await self.desk.fetcher.get(url)
        article = await self.read_article(page)
        return page, article

    async def read_article(self, page: Page) -> Article:
        """The text of a page already fetched. Raises :class:`Failure`."""
        if not page.body.strip():
            raise Failure("empty", status=page.status, url=page.url)
        now = self.desk.clock.now()
        article = await self.parse(
            page, lambda worker: worker.article(page.body, page.url, now, page.headers)
        )
        if article.kind == "empty":
            raise Failure("empty_text", status=page.status, url=page.url)
        return article

    async def parse(self, page: Page, work: Callable[[ParseWorker], _T]) -> _T:
        """Run a parser on a page, waiting for its turn. Raises :class:`Failure`."""
        try:
            async with self.desk.fetcher.budget.holding(len(page.body)):
                return await self.desk.parser.parse(len(page.body), work)
        except Unreadable as error:
            raise Failure(error.code, error.detail, status=page.status, url=page.url) from error

    async def capture(self, page: Page) -> CaptureRecord | None:
        """Keep the page as evidence (nothing in a preview). Raises :class:`Failure`."""
        if self.job.preview:
            return None
        return await asyncio.get_running_loop().run_in_executor(None, self.desk.captures.write, page)

    def found(self, candidate: Candidate) -> None:
        """Hand a candidate to the scheduler, at once."""
        self.candidates += 1
        self.desk.emit(candidate)

    def from_article(
        self,
        page: Page,
        article: Article,
        capture: CaptureRecord | None,
        *,
        title: str = "",
        summary: str = "",
        published_at: datetime | None = None,
        entry_hash: str = "",
        author: str = "",
        extra_warnings: list[str] | None = None,
        found_by: str = "",
    ) -> Candidate:
        """A candidate from a page; the named values are what the feed or listing said, used where the page is silent.

        Date order: the page's own steps (json-ld, meta, byline), then the feed's, then htmldate.
        """
        at, source = article.published_at, article.date_from
        if (at is None or source == "htmldate") and published_at is not None:
            at, source = published_at, "feed"
        return Candidate(
            source_id=self.job.source_id,
            url=page.url[:2000],
            canonical_url=(article.canonical_url or canonical_url(page.url))[:2000],
            title=(article.title or title)[:TITLE_LIMIT],
            text=article.text,
            summary=summary,
            published_at=at,
            date_from=source if at is not None else "none",
            updated_at=article.updated_at,
            language_hint=self.job.language or article.language_hint,
            author=article.author or author,
            kind="listing" if article.kind == "listing" else "article",
            entry_hash=entry_hash,
            found_by=found_by,
            warnings=list(dict.fromkeys([*(extra_warnings or []), *page.warnings, *article.warnings])),
            capture=capture,
        )
