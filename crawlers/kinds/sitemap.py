"""A site's sitemap or news sitemap, for outlets without a feed: the newest pages of it, never the archive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from pydantic import Field

from core.messages import Message
from crawlers.failures import Failure
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document
from crawlers.spiders.entries import EntryKind

if TYPE_CHECKING:
    from crawlers.fetch.client import Page
    from crawlers.spiders.desk import Run

#: An index may name indexes (robots.txt → index → section index → pages).
MOST_LEVELS = 3


class SitemapRules(Message):
    """``link_pattern`` as in a listing; pages older than ``max_age_days`` and parts beyond ``max_files`` are not read."""

    link_pattern: str = Field(default="", max_length=200)
    max_age_days: int = Field(default=14, ge=1, le=366)
    max_files: int = Field(default=5, ge=1, le=30)


class SitemapKind(EntryKind[SitemapRules]):
    """One sitemap, index or robots.txt a source."""

    name = "sitemap"
    options = SitemapRules

    def parse(self, document: Document, options: SitemapRules) -> FeedResult:
        """Pages, newest first, or the parts of an index."""
        from crawlers.parsers.sitemap import parse_sitemap

        return parse_sitemap(
            document.body,
            document.url,
            document.now,
            document.headers,
            document.limit,
            link_pattern=options.link_pattern,
            max_age_days=options.max_age_days,
        )

    async def documents(self, run: Run, options: SitemapRules) -> AsyncIterator[tuple[Page, FeedResult]]:
        """The sitemap, and where it is an index, its newest parts. A part that cannot be read is noted and passed over."""
        page = await self.fetch_source(run, unzip=True)
        found = await self.parsed(run, page, options)
        yield page, found
        waiting = [(link.url, 2) for link in found.more]
        read = {page.url}
        while waiting and len(read) <= options.max_files:
            address, level = waiting.pop(0)
            if address in read:
                continue
            read.add(address)
            if not run.may_open_more():
                return
            try:
                page, found = await self.another(run, address, options)
            except Failure as failure:
                run.page_failed(address, failure.code, failure.detail)
                continue
            run.page_read()
            if level < MOST_LEVELS:
                # Depth first: a section index names the newest pages of its section before the next section is asked.
                waiting[:0] = [(link.url, level + 1) for link in found.more]
            yield page, found
