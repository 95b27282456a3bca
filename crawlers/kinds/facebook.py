"""A Facebook Page by the Graph API, with the office's own token for it: the office's Page, or Pages that Meta let its app read.

Nothing is read without a token, nothing behind a log-in, no group and no profile. The token never stands in an address (decision 18).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from crawlers.failures import Failure
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions, bad_address, web_address
from crawlers.spiders.entries import Ask
from crawlers.spiders.posts import POSTS, PostKind, host_of, path_of, query_of, with_query

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run

GRAPH = "https://graph.facebook.com/v23.0"
_PAGE = re.compile(r"[A-Za-z0-9.]{3,80}")
_VERSION = re.compile(r"v\d{1,3}\.\d")
_NOT_PAGES = frozenset(
    {"groups", "people", "events", "watch", "stories", "login", "share", "sharer", "permalink.php"}
)


class FacebookKind(PostKind):
    """``https://www.facebook.com/PAGE``; the token stands in the home (``lamro sources token``)."""

    name = "facebook"
    takes_token = True
    refusals: ClassVar[Mapping[str, str]] = {
        "http_400": "token_refused",
        "http_401": "token_refused",
        "http_403": "token_refused",
    }

    def address(self, given: str, options: NoOptions) -> str:
        """A Page's address, without anything else in it."""
        if "access_token" in given.lower():
            raise bad_address(
                "Không dán mã truy cập vào địa chỉ. Dán địa chỉ Trang, rồi chạy: lamro sources token MÃ_NGUỒN."
            )
        url = web_address(given)
        if _page(url) is None:
            raise bad_address(
                "Dán địa chỉ một Trang Facebook (https://www.facebook.com/tên-trang). Nhóm và trang cá nhân không đọc được."
            )
        return url

    def ask(self, run: Run, options: NoOptions) -> Ask:
        """The Page's posts; no fields about people who react or comment."""
        from crawlers.fetch.client import Access
        from crawlers.parsers.facebook import FIELDS

        token = run.job.token.get_secret_value()
        if not token:
            raise Failure("token_missing", url=run.job.url)
        found = _page(run.job.url)
        if found is None:
            raise Failure("bad_url", "no page", url=run.job.url)
        base, page = found
        return Ask(
            with_query(f"{base}/{page}/posts", fields=FIELDS, limit=POSTS),
            access=Access(interface=True, header="Authorization", scheme="Bearer", token=token),
        )

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """The Page's posts."""
        from crawlers.parsers.facebook import parse_facebook

        return parse_facebook(document.body, document.url, document.now, document.headers, document.limit)


def _page(url: str) -> tuple[str, str] | None:
    """(the Graph API's root, name or number of the Page) of a Page's or an interface's address."""
    parts = path_of(url)
    if parts and _VERSION.fullmatch(parts[0]):
        root = url.partition(f"/{parts[0]}")[0] + f"/{parts[0]}"
        return (
            (root, parts[1])
            if len(parts) == 3 and parts[2] == "posts" and _PAGE.fullmatch(parts[1])
            else None
        )
    if host_of(url) not in {"facebook.com", "fb.com"}:
        return None
    if parts == ["profile.php"]:
        number = query_of(url).get("id", "")
        return (GRAPH, number) if number.isdigit() else None
    if parts[:1] in (["pages"], ["p"]) and len(parts) > 1:
        number = parts[-1].rpartition("-")[2]
        return (GRAPH, number) if number.isdigit() else None
    if len(parts) == 1 and _PAGE.fullmatch(parts[0]) and parts[0].lower() not in _NOT_PAGES:
        return GRAPH, parts[0]
    return None
