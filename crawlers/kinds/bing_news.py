"""Bing News, searched by words: its feed hands over each article's own address, which is opened like any feed's."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import Field

from core.messages import Message
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, bad_address, search_words, web_address
from crawlers.spiders.entries import EntryKind


class BingNewsRules(Message):
    """``market``: language and country, such as vi-VN or en-US (empty: the address's own, else vi-VN)."""

    market: str = Field(default="", pattern=r"^(?:[a-z]{2}-[A-Z]{2})?$")


class BingNewsKind(EntryKind[BingNewsRules]):
    """One query in one market a source."""

    name = "bing-news"
    options = BingNewsRules

    def address(self, given: str, options: BingNewsRules) -> str:
        """Words, or an address of Bing's news search."""
        words = search_words(given)
        market = options.market or "vi-VN"
        if not words:
            parts = urlsplit(web_address(given))
            if not f".{parts.hostname}".endswith(".bing.com"):
                return given.strip()
            query = parse_qs(parts.query)
            words = query.get("q", [""])[0]
            if not words or parts.path.rstrip("/") != "/news/search":
                raise bad_address(
                    "Gõ từ cần tìm, hoặc dán địa chỉ trang kết quả tin tức của Bing (có /news/search?q=)."
                )
            market = options.market or query.get("mkt", ["vi-VN"])[0]
        fields = {"q": words, "format": "rss", "mkt": market, "qft": 'sortbydate="1"'}
        return "https://www.bing.com/news/search?" + urlencode(fields)

    def parse(self, document: Document, options: BingNewsRules) -> FeedResult:
        """The feed's entries with their real addresses."""
        from crawlers.parsers.feed import parse_feed
        from crawlers.parsers.search_feeds import bing_article

        feed = parse_feed(document.body, document.url, document.now, document.headers, document.limit)
        return feed.model_copy(update={"entries": [bing_article(entry) for entry in feed.entries]})
