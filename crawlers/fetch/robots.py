"""robots.txt as RFC 9309 reads it, which Scrapy does not: a server in trouble forbids, a missing file allows, Crawl-delay is kept.

Scrapy's own middleware takes a 500's error page for rules, and a time-out for permission.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.failures import Failure
from crawlers.fetch.middleware import GateRefused

#: a declared delay longer than this is cut: at two minutes a page, a source still gets a page or two in a round
LONGEST_DELAY = 120.0
_OUT_OF_REACH = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)


@dataclass(frozen=True)
class Unread:
    """Stands where the rules would: what kept robots.txt from being read."""

    trouble: Exception


class PoliteRobots(RobotsTxtMiddleware):
    """Obeys robots.txt; slows a host down to its Crawl-delay."""

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise IgnoreRequest when the page may not be asked for, or what kept robots.txt from being read."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        # One at a time: of several that wait for the same robots.txt, Scrapy gives the rules to the first only, and no rules to the rest.
        async with self._turn(urlparse_cached(request).netloc):
            rules = cast("Any", await self.robot_parser(request))
        if isinstance(rules, Unread):
            netloc, trouble = urlparse_cached(request).netloc, rules.trouble
            parsers: dict[str, Any] = self._parsers
            if parsers.get(netloc) is rules and not isinstance(trouble, GateRefused):
                del parsers[netloc]  # a second try asks again
            raise trouble
        self.process_request_2(rules, request)
        if rules is not None:
            self._slow_down(rules, request)

    def _turn(self, netloc: str) -> asyncio.Lock:
        turns: dict[str, asyncio.Lock] = self.__dict__.setdefault("turns", {})
        return turns.setdefault(netloc, asyncio.Lock())

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        """RFC 9309 §2.3.1: 5xx is "unreachable", which forbids everything for now; 4xx is "unavailable", which allows it."""
        if response.status >= 500:
            raise GateRefused(
                Failure(
                    "robots_unreachable",
                    f"status {response.status}",
                    status=response.status,
                    url=response.url,
                )
            )
        if not 200 <= response.status < 300:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        """A host that cannot be reached is not read. A robots.txt that is odd in itself (too large, redirected for ever) says nothing."""
        unread = isinstance(exc, _OUT_OF_REACH) or (
            isinstance(exc, GateRefused) and exc.failure.code == "robots_unreachable"
        )
        parsers: dict[str, Any] = self._parsers
        waiting, parsers[netloc] = parsers[netloc], Unread(exc) if unread else None
        waiting.callback(parsers[netloc])

    def _slow_down(self, rules: Any, request: Request) -> None:
        declared = rules.crawl_delay(self._robotstxt_useragent or "")
        if not declared or declared <= 0:
            return
        delay = min(declared, LONGEST_DELAY)
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        settings = downloader.per_slot_settings.get(key, {})
        if delay > settings.get("delay", 0):
            # For the slot that is there, and for the next one: Scrapy forgets a slot after a minute without work.
            downloader.per_slot_settings[key] = {**settings, "delay": delay, "concurrency": 1, "jitter": 0}
            if key in downloader.slots:
                slot = downloader.slots[key]
                slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0
