"""RSS, RDF, Atom and JSON feeds. Press entries are opened; of a source marked as social they are whole posts and are not.

A home page leads to its feed: the one that it names, or the one that answers at a usual address when it names none. Where it names
several, a person must choose, since the wrong one would be read for months.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers.failures import Failure
from crawlers.parsers.results import FeedResult, Unreadable
from crawlers.spiders.base import Document, NoOptions
from crawlers.spiders.entries import EntryKind

if TYPE_CHECKING:
    from crawlers.fetch.client import Page
    from crawlers.spiders.desk import Run

USUAL_PATHS = ("/rss", "/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/rss/home.rss", "/feed.json")
_FEED_PATH = re.compile(r"rss|feed|atom|\.xml|\.json", re.I)


class FeedKind(EntryKind[NoOptions]):
    """One feed a source."""

    name = "feed"
    options = NoOptions

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """RSS, RDF, Atom, JSON Feed; of an HTML page, the feeds that it names."""
        from crawlers.parsers.feed import AN_HTML_PAGE, parse_feed
        from crawlers.parsers.feed_links import feeds_of_page

        try:
            return parse_feed(document.body, document.url, document.now, document.headers, document.limit)
        except Unreadable as error:
            if error.detail != AN_HTML_PAGE:
                raise
        return feeds_of_page(document.body, document.url, document.headers)

    async def documents(self, run: Run, options: NoOptions) -> AsyncIterator[tuple[Page, FeedResult]]:
        """The feed, or the feed behind the page."""
        page = await self.fetch_source(run, unzip=True)
        found = await self.parsed(run, page, options)
        if found.form == "web_page":
            page, found = await self._behind(run, page, [link.url for link in found.more], options)
            run.page = page
        yield page, found

    async def _behind(
        self, run: Run, page: Page, named: list[str], options: NoOptions
    ) -> tuple[Page, FeedResult]:
        no_feed = Failure("not_a_feed", "an HTML page", status=page.status, url=page.url)
        path = urlsplit(page.chain[0]).path
        if _FEED_PATH.search(path) or path.rstrip("/") != urlsplit(page.url).path.rstrip("/"):
            # A feed that has died shows a web page, often the home page; its other feeds are not what was asked for.
            raise no_feed
        if len(named) > 1:
            raise Failure("many_feeds", status=page.status, url=page.url, names=named)
        home = not path.rstrip("/")
        for address in named or [urljoin(page.url, usual) for usual in USUAL_PATHS if home]:
            try:
                answer, found = await self.another(run, address, options)
            except Failure:
                if named:
                    raise
                continue
            if found.form == "feed":
                return answer, found
        raise no_feed
