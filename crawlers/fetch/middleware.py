"""The URL gate inside Scrapy: first of all downloader middlewares, so that redirects and robots.txt pass it too."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request

from core.rules.politeness import polite_host
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


def slot_of(url: str, allowed: AllowedHosts) -> str:
    """What shares one delay and one turn: a host, whatever its port and "www."; of the allowed ones each port is an outlet."""
    parts = urlsplit(url)
    if allowed.permits(parts.hostname or "", parts.port or 80):
        return parts.netloc.lower()
    return polite_host(url) or parts.netloc.lower()


class UrlGate:
    """Refuses addresses, and gives each host its own slot, delay and budget for robots.txt."""

    def __init__(self, allowed: AllowedHosts) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Built by Scrapy; the allowed hosts come with the settings."""
        return cls(crawler.settings["LAMRO_ALLOWED"])

    def process_request(self, request: Request) -> None:
        """Raise :class:`GateRefused`, or let the request pass with its slot named."""
        try:
            check_url(request.url, self.allowed, bridge=request.meta.get("lamro_bridge") is True)
        except Failure as failure:
            raise GateRefused(failure) from None
        request.meta["download_slot"] = slot_of(request.url, self.allowed)
        if request.meta.get("dont_obey_robotstxt") and not request.meta.get("lamro_interface"):
            # A robots.txt that never ends must not cost the source its time.
            request.meta["download_timeout"] = ROBOTS_SECONDS
            request.meta["download_maxsize"] = ROBOTS_BYTES
