"""GDELT DOC 2.0, searched by words: the world's press of the last days, 250 articles an answer, one question each five seconds.

GDELT searches its own English rendering of foreign texts, so foreign spellings find most ("Haiphong", "Hai Phong").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

from pydantic import Field

from core.messages import Message
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, bad_address, search_words, web_address
from crawlers.spiders.entries import EntryKind

HOST = "api.gdeltproject.org"
ROWS = 250
#: The service asks for five; a little more, since its clock is not ours.
SECONDS_BETWEEN = 5.5


class GdeltRules(Message):
    """``days``: how far back, at most three months; ``language``: GDELT's English word for one, such as vietnamese (empty: all)."""

    days: int = Field(default=3, ge=1, le=90)
    language: str = Field(default="", pattern=r"^[a-z]{0,20}$")


class GdeltKind(EntryKind[GdeltRules]):
    """One query a source. Articles are opened; what GDELT says of one that cannot be opened is kept."""

    name = "gdelt"
    options = GdeltRules
    pace: ClassVar[Mapping[str, float]] = {HOST: SECONDS_BETWEEN}

    def address(self, given: str, options: GdeltRules) -> str:
        """Words, or an address of the DOC 2.0 service."""
        words = search_words(given)
        if not words:
            parts = urlsplit(web_address(given))
            if parts.hostname != HOST:
                return given.strip()
            words = parse_qs(parts.query).get("query", [""])[0]
            if not words:
                raise bad_address("Gõ từ cần tìm, hoặc dán địa chỉ của GDELT có query=.")
        words = " ".join(word for word in words.split() if not word.startswith("sourcelang:"))
        if options.language:
            words += f" sourcelang:{options.language}"
        fields = {
            "query": words,
            "mode": "artlist",
            "format": "json",
            "maxrecords": ROWS,
            "sort": "datedesc",
            "timespan": f"{options.days}d",
        }
        return f"https://{HOST}/api/v2/doc/doc?" + urlencode(fields)

    def parse(self, document: Document, options: GdeltRules) -> FeedResult:
        """The list of articles."""
        from crawlers.parsers.search_feeds import parse_gdelt

        return parse_gdelt(document.body, document.url, document.now, document.headers, document.limit)
