"""Which class reads which kind of source. A new kind is one file in ``spiders`` and one line here (and its name in the messages)."""

from __future__ import annotations

from core.messages import SourceKind
from crawlers.spiders.base import Kind
from crawlers.spiders.feed import FeedKind
from crawlers.spiders.listing import ListingKind
from crawlers.spiders.page import PageKind

KINDS: dict[SourceKind, Kind] = {
    "feed": FeedKind(),
    "listing": ListingKind(),
    "page": PageKind(),
}
