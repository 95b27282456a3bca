"""Bluesky: an account's posts, or a search, by the public interface of its App View (or of another one, by its /xrpc/ address)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions, bad_address, web_address
from crawlers.spiders.entries import Ask
from crawlers.spiders.posts import POSTS, PostKind, host_of, path_of, query_of, with_query

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run

APP_VIEW = "https://public.api.bsky.app/xrpc/"
AUTHOR, SEARCH = "app.bsky.feed.getAuthorFeed", "app.bsky.feed.searchPosts"
_ACTOR = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}|did:[a-z]+:[\w.:%-]{1,200}", re.I)


class BlueskyKind(PostKind):
    """``https://bsky.app/profile/NAME`` or ``https://bsky.app/search?q=WORDS``."""

    name = "bluesky"
    refusals: ClassVar[Mapping[str, str]] = {
        "http_400": "account_unknown",
        "http_401": "search_closed",
        "http_403": "search_closed",
    }

    def address(self, given: str, options: NoOptions) -> str:
        """A profile's or a search's page."""
        url = web_address(given)
        if _asked(url) is None:
            raise bad_address(
                "Dán địa chỉ một tài khoản (https://bsky.app/profile/tên) hoặc một lượt tìm (https://bsky.app/search?q=…)."
            )
        return url

    def ask(self, run: Run, options: NoOptions) -> Ask:
        """The interface's method for that page."""
        from crawlers.fetch.client import Access

        url = run.job.url
        base = url.partition("/xrpc/")[0] + "/xrpc/" if "/xrpc/" in url else APP_VIEW
        method, value = _asked(url) or (SEARCH, "")
        if method == AUTHOR:
            return Ask(with_query(base + method, actor=value, limit=POSTS), access=Access(interface=True))
        asked = with_query(base + method, q=value, sort="latest", limit=POSTS)
        return Ask(asked, access=Access(interface=True))

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """Posts of either method."""
        from crawlers.parsers.bluesky import parse_bluesky

        return parse_bluesky(document.body, document.url, document.now, document.headers, document.limit)


def _asked(url: str) -> tuple[str, str] | None:
    """(method, account or words) of a page's or an interface's address."""
    parts, query = [unquote(part) for part in path_of(url)], query_of(url)
    if parts[:1] == ["xrpc"] and len(parts) == 2:
        value = query.get("actor" if parts[1] == AUTHOR else "q", "")
        return (parts[1], value) if parts[1] in {AUTHOR, SEARCH} and value else None
    if host_of(url) != "bsky.app":
        return None
    if parts[:1] == ["profile"] and len(parts) == 2 and _ACTOR.fullmatch(parts[1]):
        return AUTHOR, parts[1]
    if parts == ["search"] and query.get("q", "").strip():
        return SEARCH, query["q"].strip()
    return None
