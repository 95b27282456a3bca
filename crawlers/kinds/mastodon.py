"""Mastodon: a tag or an account of a server, by its public interface; an account also by its ``.rss``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote, unquote

from crawlers.failures import Failure
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions, bad_address, web_address
from crawlers.spiders.posts import POSTS, PostKind, on_same_host, path_of

if TYPE_CHECKING:
    from crawlers.fetch.client import Page
    from crawlers.spiders.desk import Run

_ACCOUNT = re.compile(r"@[\w.-]{1,64}(?:@[\w.-]{1,253})?")
_TAG = re.compile(r"\w{1,100}")


class MastodonKind(PostKind):
    """``https://server/tags/NAME``, ``https://server/@name`` or ``https://server/@name.rss``."""

    name = "mastodon"
    refusals: ClassVar[Mapping[str, str]] = {
        "http_401": "interface_closed",
        "http_403": "interface_closed",
        "http_404": "account_unknown",
    }

    def address(self, given: str, options: NoOptions) -> str:
        """A tag's or an account's page."""
        url = web_address(given)
        parts = [unquote(part) for part in path_of(url)]
        if len(parts) == 2 and parts[0] == "tags" and _TAG.fullmatch(parts[1]):
            return url
        if len(parts) == 1 and _ACCOUNT.fullmatch(parts[0]):
            return url
        raise bad_address(
            "Dán địa chỉ một thẻ (https://máy-chủ/tags/tên) hoặc một tài khoản (https://máy-chủ/@tên)."
        )

    async def documents(self, run: Run, options: NoOptions) -> AsyncIterator[tuple[Page, FeedResult]]:
        """The newest posts; for an account its number is looked up first."""
        from crawlers.fetch.client import Access

        interface = Access(interface=True)
        parts = path_of(run.job.url)
        if parts[-1].endswith(".rss"):
            page = await self.fetch_source(run)
        elif parts[0] == "tags":
            tag = quote(unquote(parts[1]), safe="")
            url = on_same_host(run.job.url, f"/api/v1/timelines/tag/{tag}", limit=POSTS)
            page = await self.fetch_source(run, url, access=interface)
        else:
            name = unquote(parts[0]).removeprefix("@")
            try:
                found = await run.desk.fetcher.get(
                    on_same_host(run.job.url, "/api/v1/accounts/lookup", acct=name), access=interface
                )
            except Failure as failure:
                raise self.in_own_words(failure) from failure
            number = (await self.parsed(run, found, options)).title
            if not number.isalnum():
                raise Failure("account_unknown", url=run.job.url)
            url = on_same_host(run.job.url, f"/api/v1/accounts/{number}/statuses", limit=POSTS)
            page = await self.fetch_source(run, url, access=interface)
        yield page, await self.parsed(run, page, options)

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """Statuses, the look-up of an account, or a feed: told by the first letter."""
        from crawlers.parsers.mastodon import parse_mastodon
        from crawlers.parsers.social_feed import parse_social_feed

        read = parse_mastodon if document.body.lstrip()[:1] in {b"[", b"{", b""} else parse_social_feed
        return read(document.body, document.url, document.now, document.headers, document.limit)
