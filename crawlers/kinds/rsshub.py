"""RSSHub: a feed that the office's own instance makes of a site without one. The instance is named by ``LAMRO_RSSHUB_URL``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from crawlers.failures import Failure
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions
from crawlers.spiders.entries import Ask, EntryKind

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run


class RssHubKind(EntryKind[NoOptions]):
    """The instance's address with a route: ``http://rsshub:1200/zaobao/znews/china``."""

    name = "rsshub"
    options = NoOptions

    def ask(self, run: Run, options: NoOptions) -> Ask:
        """The route, asked of the office's own instance only; it is ours, so its robots.txt is not asked."""
        from crawlers.fetch.client import Access

        base = os.environ.get("LAMRO_RSSHUB_URL", "").strip().rstrip("/")
        if not base or not run.job.url.startswith(base + "/"):
            raise Failure("rsshub_unset", url=run.job.url)
        return Ask(run.job.url, access=Access(interface=True, bridge=True))

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """RSS or Atom, as RSSHub writes it."""
        from crawlers.parsers.feed import parse_feed

        return parse_feed(document.body, document.url, document.now, document.headers, document.limit)
