"""The URL gate inside Scrapy: first of all downloader middlewares, so that redirects and robots.txt pass it too."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from crawlers.failures import Failure
from crawlers.fetch.addresses import AllowedHosts
from crawlers.fetch.url_gate import check_url

ROBOTS_SECONDS = 10
ROBOTS_BYTES = 512 * 1024


class GateRefused(IgnoreRequest):
    """A request that may not be made. ``failure`` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class UrlGate:
    """Refuses addresses, and gives each origin (host and port) its own slot, delay and budget for robots.txt."""

    def __init__(self, allowed: AllowedHosts) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy; the allowed hosts come with the settings."""
        return cls(crawler.settings["LAMRO_ALLOWED"])

    def process_request(self, request: Request) -> None:
        """Raise :class:`GateRefused`, or let the request pass with its slot named."""
        try:
            check_url(request.url, self.allowed)
        except Failure as failure:
            raise GateRefused(failure) from None
        parts = urlsplit(request.url)
        request.meta["download_slot"] = parts.netloc.lower()
        if request.meta.get("dont_obey_robotstxt"):
            # A robots.txt that never ends must not cost the source its time.
            request.meta["download_timeout"] = ROBOTS_SECONDS
            request.meta["download_maxsize"] = ROBOTS_BYTES
