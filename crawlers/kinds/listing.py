"""A listing page without a feed, such as a commune's portal: its links are found by rules and each article is opened."""

from __future__ import annotations

from crawlers.parsers.results import Entry, FeedResult, ListingRules
from crawlers.spiders.base import Document
from crawlers.spiders.entries import EntryKind


class ListingKind(EntryKind[ListingRules]):
    """One listing page a source."""

    name = "listing"
    options = ListingRules
    keeps_unopened = False
    nothing = "no_links"

    def parse(self, document: Document, options: ListingRules) -> FeedResult:
        """Links by the office's rules, or by what an article's address and headline look like."""
        from crawlers.parsers.listing import parse_listing

        found = parse_listing(
            document.body, document.url, document.now, options, document.headers, document.limit
        )
        return FeedResult(
            title=found.title,
            entries=[Entry.model_validate(link.model_dump()) for link in found.links],
            warnings=found.warnings,
            truncated=found.truncated,
        )
