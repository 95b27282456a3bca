"""Google News, searched by words: pointers to articles of outlets that are no source of their own.

The links lead through Google and cannot be followed without running its scripts, so nothing is opened: an item is headline, outlet and
day, and a person opens the article.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import Field

from core.messages import Message
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, bad_address, search_words, web_address
from crawlers.spiders.entries import EntryKind

Edition = Literal["", "vi", "en", "zh", "ja", "ko", "ru", "fr", "de"]
#: edition → hl, gl, ceid
_EDITIONS = {
    "vi": ("vi", "VN", "VN:vi"),
    "en": ("en-US", "US", "US:en"),
    "zh": ("zh-CN", "CN", "CN:zh-Hans"),
    "ja": ("ja", "JP", "JP:ja"),
    "ko": ("ko", "KR", "KR:ko"),
    "ru": ("ru", "RU", "RU:ru"),
    "fr": ("fr", "FR", "FR:fr"),
    "de": ("de", "DE", "DE:de"),
}
_WHEN = re.compile(r"\s*\bwhen:\d+[hdmy]\b")


class GoogleNewsRules(Message):
    """``edition``: language edition (empty: the address's own, else Vietnamese); ``days``: how far back (0: as in the words)."""

    edition: Edition = ""
    days: int = Field(default=0, ge=0, le=90)


class GoogleNewsKind(EntryKind[GoogleNewsRules]):
    """One query in one edition a source."""

    name = "google-news"
    options = GoogleNewsRules
    opens_pages = False

    def address(self, given: str, options: GoogleNewsRules) -> str:
        """Words, or an address of Google News's search; another host's ``/rss`` address is a mirror and stays as it is."""
        words = search_words(given)
        edition: str = options.edition or "vi"
        if not words:
            parts = urlsplit(web_address(given))
            if parts.hostname != "news.google.com":
                return given.strip()
            query = parse_qs(parts.query)
            words = query.get("q", [""])[0]
            if not words or not parts.path.endswith("/search"):
                raise bad_address(
                    "Gõ từ cần tìm, hoặc dán địa chỉ trang kết quả tìm kiếm của Google News (có /search?q=)."
                )
            if not options.edition:
                edition = query.get("hl", ["vi"])[0].partition("-")[0]
        if options.days:
            words = f"{_WHEN.sub('', words)} when:{options.days}d"
        hl, gl, ceid = _EDITIONS.get(edition, _EDITIONS["vi"])
        return "https://news.google.com/rss/search?" + urlencode(
            {"q": words, "hl": hl, "gl": gl, "ceid": ceid}
        )

    def parse(self, document: Document, options: GoogleNewsRules) -> FeedResult:
        """The feed's entries as pointers."""
        from crawlers.parsers.feed import parse_feed
        from crawlers.parsers.search_feeds import google_pointer

        feed = parse_feed(document.body, document.url, document.now, document.headers, document.limit)
        return feed.model_copy(update={"entries": [google_pointer(entry) for entry in feed.entries]})
