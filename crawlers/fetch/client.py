"""One polite, bounded request through Scrapy: every failure becomes a :class:`Failure` with its code.

The gates, robots.txt, redirects, size and time limits are Scrapy settings and middlewares; here are the one retry, conditional
requests, the magic-byte check, the memory budget and the translation of exceptions into words.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from scrapy import Request
from scrapy import exceptions as scrapy_errors
from scrapy.http import Response
from twisted.internet.error import ConnectError

from core.clock import Clock
from crawlers.failures import Failure, is_transient
from crawlers.fetch import resolver
from crawlers.fetch.addresses import AllowedHosts
from crawlers.fetch.connect_gate import REFUSED_ERRNO
from crawlers.fetch.magic import refuse_files
from crawlers.fetch.middleware import GateRefused, slot_of
from crawlers.fetch.settings import REQUESTS_PER_ALLOWED_HOST, REQUESTS_PER_HOST
from crawlers.parsers.results import Unreadable
from crawlers.parsers.unzip import unzipped

log = logging.getLogger(__name__)

RETRY_PAUSE = 1.0
RETRY_AFTER_CAP = 86_400
#: Requests under way at once, over all hosts, and how many bytes of large bodies may wait for the parser.
REQUESTS_AT_ONCE = 24
BODY_BUDGET = 96 << 20
LARGE_BODY = 256 << 10
LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|dang-?nhap|auth|sso|oauth\d?|checkpoint|wp-login\.php|account/login)(?:/|$|\?|\.)",
    re.I,
)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Page:
    """What came back. ``body`` is decompressed; ``headers`` have lower-case names; ``chain`` begins with the asked address."""

    url: str
    chain: list[str]
    status: int
    reason_headers: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    sha256: str
    peer: str
    fetched_at: datetime
    warnings: list[str]
    request_headers: list[tuple[str, str]] = field(default_factory=list)
    tls_sha256: str = ""

    @property
    def unchanged(self) -> bool:
        """The server said 304."""
        return self.status == 304


@dataclass(frozen=True, slots=True)
class Access:
    """How a request differs from a visitor's.

    ``interface``: a programming interface, read by its own published terms: robots.txt, which speaks to crawlers of pages, is not asked,
    and no redirect is followed. ``bridge``: the office's own RSSHub. ``token`` goes to its own host only, in ``header`` after
    ``scheme``, never into an address; where the answer repeats it, it is taken out before anything is kept.
    """

    interface: bool = False
    bridge: bool = False
    header: str = ""
    scheme: str = ""
    token: str = field(default="", repr=False)

    def without_token(self, text: bytes) -> bytes:
        """``text`` with the token replaced, as it is and as it stands in addresses."""
        if not self.token:
            return text
        for form in {self.token, quote(self.token, safe=""), quote_plus(self.token)}:
            text = text.replace(form.encode(), b"[token]")
        return text

    def kept(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers as they may be kept: without the one that carries the token, and without the token in any other."""
        return [
            (name, self.without_token(value.encode("latin-1", "replace")).decode("latin-1"))
            for name, value in headers
            if not self.token or name.lower() != self.header.lower()
        ]


VISITOR = Access()
#: the only hosts that are ever sent a token
TOKEN_HOSTS = frozenset({"graph.facebook.com", "www.googleapis.com"})


class BodyBudget:
    """Holds back new large bodies while too many wait for the parser, so that memory stays bounded whatever servers send."""

    def __init__(self, size: int = BODY_BUDGET) -> None:
        self._free = size
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def holding(self, size: int) -> AsyncIterator[None]:
        """Wait until ``size`` bytes fit; small bodies pass at once."""
        if size < LARGE_BODY:
            yield
            return
        async with self._changed:
            await self._changed.wait_for(lambda: self._free >= size)
            self._free -= size
        try:
            yield
        finally:
            async with self._changed:
                self._free += size
                self._changed.notify_all()


class Fetcher:
    """Asks for pages on behalf of a round. One an engine."""

    def __init__(self, engine: Any, clock: Clock, allowed: AllowedHosts) -> None:
        self._engine = engine
        self._clock = clock
        self._allowed = allowed
        self._slots = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self.budget = BodyBudget()

    async def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        headers: Mapping[str, str] | None = None,
        unzip: bool = False,
        answers: frozenset[int] = frozenset(),
        access: Access = VISITOR,
    ) -> Page:
        """The page at ``url``, or the 304 answer to ``etag`` and ``last_modified``; ``headers`` are sent besides.

        ``unzip``: a body that is a gzip file is unpacked, as a Content-Encoding is.

        Raises :class:`Failure`. Any status but 200 to 299 and 304 is a failure, and its body is not read further; those named in
        ``answers`` come back as pages, and whether the way ended at a log-in page is then the caller's to say.
        """
        self._refuse_odd(url)
        sent = dict(headers or {})
        if access.token:
            self._refuse_leak(url)
            sent[access.header] = f"{access.scheme} {access.token}".strip()
        if etag:
            sent["If-None-Match"] = etag
        if last_modified:
            sent["If-Modified-Since"] = last_modified
        try:
            return await self._once(url, sent, unzip, answers, access)
        except Failure as failure:
            if not is_transient(failure.code) or failure.retry_after is not None:
                raise
            log.info("second try after %s", failure.code)
        parts = urlsplit(url)
        if not self._allowed.permits(parts.hostname or "", parts.port or 80):
            await asyncio.sleep(RETRY_PAUSE)
        return await self._once(url, sent, unzip, answers, access)

    def _host(self, url: str) -> asyncio.Semaphore:
        parts, slot = urlsplit(url), slot_of(url, self._allowed)
        if slot not in self._hosts:
            allowed = self._allowed.permits(parts.hostname or "", parts.port or 80)
            self._hosts[slot] = asyncio.Semaphore(REQUESTS_PER_ALLOWED_HOST if allowed else REQUESTS_PER_HOST)
        return self._hosts[slot]

    @staticmethod
    def _refuse_odd(url: str) -> None:
        """Scrapy repairs addresses while it builds a request; what two parsers could read differently goes no further."""
        try:
            netloc = urlsplit(url).netloc
        except ValueError as error:
            raise Failure("bad_url", str(error), url=url) from error
        if _UNSAFE.search(url.strip()) or "@" in netloc:
            raise Failure("bad_url", "forbidden characters", url=url)

    def _refuse_leak(self, url: str) -> None:
        """A token is for its own host over https, whatever address was typed for the source."""
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        usual = parts.scheme == "https" and parts.port in {None, 443} and host in TOKEN_HOSTS
        if not usual and not self._allowed.permits(host, parts.port or 80):
            raise Failure("bad_url", "not a host for a token", url=url)

    async def _once(
        self, url: str, headers: dict[str, str], unzip: bool, answers: frozenset[int], access: Access
    ) -> Page:
        meta: dict[str, Any] = {"lamro_bridge": True} if access.bridge else {}
        if access.interface:
            meta |= {"lamro_interface": True, "dont_obey_robotstxt": True, "dont_redirect": True}
        try:
            request = Request(url.strip(), headers=headers, meta=meta, dont_filter=True)
        except ValueError as error:
            raise Failure("bad_url", str(error), url=url) from error
        # The host's own limit first: many sources of one slow host must not hold every slot of the round.
        async with self._host(url), self._slots:
            try:
                # Scrapy's time-out begins with the request; robots.txt, five redirects and the host's delay come on top.
                response = await self._engine.download_async(request)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                raise self._failure(error, url) from error
        return self._page(response, url, unzip, answers, access)

    def _page(
        self, response: Response, asked: str, unzip: bool, answers: frozenset[int], access: Access
    ) -> Page:
        meta = response.request.meta if response.request is not None else {}
        chain = [*meta.get("redirect_urls", [asked]), response.url]
        chain = [address for i, address in enumerate(chain) if i == 0 or address != chain[i - 1]]
        raw = access.kept(_pairs(response.headers))
        headers = {name.lower(): value for name, value in reversed(raw)}
        status = response.status
        if status in {301, 302, 303, 307, 308}:
            raise Failure("bad_redirect", headers.get("location", "")[:200], status=status, url=response.url)
        if status != 304 and not 200 <= status < 300 and status not in answers:
            retry_after = self._retry_after(headers.get("retry-after", ""))
            raise Failure(f"http_{status}", status=status, retry_after=retry_after, url=response.url)
        if (
            not answers
            and len(chain) > 1
            and LOGIN_PATH.search(urlsplit(response.url).path)
            and not LOGIN_PATH.search(urlsplit(asked).path)
        ):
            raise Failure("login_redirect", status=status, url=response.url)
        body = access.without_token(response.body)
        warnings = ["length_unclear"] if "partial" in response.flags else []
        if body != response.body:
            warnings.append("token_removed")
        if unzip:
            try:
                body = unzipped(body)
            except Unreadable as error:
                raise Failure(error.code, error.detail, status=status, url=response.url) from error
        if status != 304:
            refuse_files(body, response.url)
        return Page(
            url=response.url,
            chain=chain,
            status=status,
            reason_headers=raw,
            headers=headers,
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            peer=str(response.ip_address or ""),
            fetched_at=self._clock.now(),
            warnings=warnings,
            request_headers=access.kept(_pairs(response.request.headers))
            if response.request is not None
            else [],
            tls_sha256=_fingerprint(response.certificate),
        )

    def _retry_after(self, value: str) -> int | None:
        """Seconds the server asks for, at most a day. Only reported: nobody sleeps here."""
        value = value.strip()
        if not value:
            return None
        if value.isdigit():
            return min(int(value[:9]), RETRY_AFTER_CAP)
        try:
            until = parsedate_to_datetime(value)
            seconds = (until - self._clock.now()).total_seconds() if until.tzinfo else 0
        except (ValueError, TypeError, OverflowError):
            return None
        return max(0, min(int(seconds), RETRY_AFTER_CAP))

    @staticmethod
    def _failure(error: Exception, url: str) -> Failure:
        """The code of an exception that came out of Scrapy or Twisted."""
        text = f"{type(error).__name__}: {error}"[:300]
        code = "internal"
        if isinstance(error, GateRefused):
            return error.failure
        if isinstance(error, scrapy_errors.IgnoreRequest):
            if "robots.txt" in str(error):
                code = "robots"
            elif "max redirections" in str(error):
                code = "too_many_redirects"
            elif "during decompression" in str(error):
                code = "bomb"
        elif isinstance(error, scrapy_errors.DownloadTimeoutError):
            code = "timeout"
        elif isinstance(error, scrapy_errors.CannotResolveHostError):
            host = (urlsplit(url).hostname or "").lower()
            named = {name for name in resolver.refused_names if name == host or name in str(error).lower()}
            code = "private_address" if named else "dns"
        elif isinstance(error, scrapy_errors.DownloadConnectionRefusedError):
            code = "refused_connection"
        elif isinstance(error, scrapy_errors.DownloadCancelledError):
            code = "too_large"
        elif isinstance(error, scrapy_errors.ResponseDataLossError):
            code = "incomplete"
        elif isinstance(error, scrapy_errors.UnsupportedURLSchemeError):
            code = "bad_redirect"
        elif isinstance(error, ConnectError):
            code = "private_address" if error.osError == REFUSED_ERRNO else "unreachable"
        elif isinstance(error, scrapy_errors.DownloadFailedError):
            code = (
                "tls"
                if any(word in text for word in ("SSL", "certificate", "VerificationError"))
                else "connection_lost"
            )
        elif isinstance(error, ValueError):
            code = "bad_redirect"
        elif type(error).__module__.partition(".")[0] in {
            "zlib",
            "brotli",
            "zstandard",
            "gzip",
            "compression",
            "backports",
        }:
            code = "bad_encoding"
        elif isinstance(error, (EOFError, OSError)):
            code = "private_address" if getattr(error, "errno", None) == REFUSED_ERRNO else "bad_encoding"
        if code == "internal":
            log.error("unexpected download error", exc_info=error)
        return Failure(code, text, url=url)


def _pairs(headers: Any) -> list[tuple[str, str]]:
    """Scrapy's headers as they were sent, repeated ones too."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]


def _fingerprint(certificate: Any) -> str:
    """SHA-256 of the certificate (DER) in small hexadecimal digits; empty without one."""
    return "" if certificate is None else hashlib.sha256(certificate.dump()).hexdigest()
