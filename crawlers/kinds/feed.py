"""RSS, RDF and Atom feeds. Press entries are opened; of a source marked as social they are whole posts and are not."""

from __future__ import annotations

from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions
from crawlers.spiders.entries import EntryKind


class FeedKind(EntryKind[NoOptions]):
    """One feed a source."""

    name = "feed"
    options = NoOptions

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """RSS, RDF, Atom."""
        from crawlers.parsers.feed import parse_feed

        return parse_feed(document.body, document.url, document.now, document.headers, document.limit)
