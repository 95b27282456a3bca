"""Reddit: the newest posts of a community, or a search, as Atom. Reddit's robots.txt is obeyed, and may refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions, bad_address, web_address
from crawlers.spiders.entries import Ask
from crawlers.spiders.posts import POSTS, PostKind, on_same_host, path_of, query_of

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run

_COMMUNITY = re.compile(r"[A-Za-z0-9_]{2,21}")


class RedditKind(PostKind):
    """``https://www.reddit.com/r/NAME/``, ``…/r/NAME/search?q=WORDS`` or ``…/search?q=WORDS``."""

    name = "reddit"
    pace: ClassVar[Mapping[str, float]] = {"www.reddit.com": 10.0}
    refusals: ClassVar[Mapping[str, str]] = {
        "robots": "reddit_closed",
        "http_403": "reddit_closed",
        "http_401": "reddit_closed",
    }

    def address(self, given: str, options: NoOptions) -> str:
        """A community's or a search's page."""
        url = web_address(given)
        if _asked(url) is None:
            raise bad_address(
                "Dán địa chỉ một cộng đồng (https://www.reddit.com/r/tên/) hoặc một lượt tìm (https://www.reddit.com/search?q=…)."
            )
        return url

    def ask(self, run: Run, options: NoOptions) -> Ask:
        """The same page as Atom, newest first."""
        community, words = _asked(run.job.url) or ("", "")
        root = f"/r/{community}" if community else ""
        if not words:
            return Ask(on_same_host(run.job.url, f"{root}/new/.rss", limit=POSTS))
        inside = {"restrict_sr": "on"} if community else {}
        return Ask(
            on_same_host(run.job.url, f"{root}/search.rss", q=words, sort="new", limit=POSTS, **inside)
        )

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """Posts of the feed, without Reddit's form words."""
        from crawlers.parsers.social_feed import parse_social_feed

        return parse_social_feed(document.body, document.url, document.now, document.headers, document.limit)


def _asked(url: str) -> tuple[str, str] | None:
    """(community, words) of an address; one of them may be empty."""
    parts = [part.removesuffix(".rss") for part in path_of(url)]
    parts = [part for part in parts if part and part not in {"new", "hot", "top"}]
    words = query_of(url).get("q", "").strip()
    if parts[:1] == ["r"] and len(parts) > 1 and _COMMUNITY.fullmatch(parts[1]):
        if len(parts) == 2:
            return parts[1], ""
        return (parts[1], words) if parts[2:] == ["search"] and words else None
    return ("", words) if parts == ["search"] and words else None
