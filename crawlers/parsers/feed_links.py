"""The feeds that a web page names (``<link rel="alternate">``): how a typed home page leads to its feed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.text.urls import canonical_url
from crawlers.parsers.charset import decode
from crawlers.parsers.links import absolute_link
from crawlers.parsers.markup import tree_of
from crawlers.parsers.plain import one_line
from crawlers.parsers.preflight import refuse_giant_tags, refuse_tag_floods
from crawlers.parsers.results import FeedResult, Link

_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
_MOST = 20
_COMMENTS = re.compile(r"comment|bình luận|binh-luan|phản hồi", re.I)
_FORMAT = re.compile(r"\b(?:rss|atom|json|xml|feed|2\.0|1\.0)\b|[\W_]+", re.I)


def feeds_of_page(body: bytes, url: str, headers: Mapping[str, str] | None = None) -> FeedResult:
    """A result of form ``web_page``, whose ``more`` are the feeds named, in page order. Raises :class:`Unreadable` ``bomb``.

    Comment feeds are left out, and so are the other formats of a feed that is named already.
    """
    text = decode(body, (headers or {}).get("content-type", "")).text
    refuse_tag_floods(text)
    refuse_giant_tags(text)
    tree = tree_of(text)
    found: dict[str, Link] = {}
    titles: set[str] = set()
    for link in tree.iter("link") if tree is not None else ():
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" not in (link.get("rel") or "").lower().split() or kind not in _TYPES:
            continue
        full, problem = absolute_link(url, link.get("href") or "")
        title = one_line(link.get("title") or "")
        if problem or _COMMENTS.search(title + " " + full):
            continue
        same = _FORMAT.sub("", title).lower()
        if canonical_url(full) in found or (same and same in titles):
            continue
        titles.add(same)
        found[canonical_url(full)] = Link(url=full, title=title)
        if len(found) == _MOST:
            break
    return FeedResult(form="web_page", more=list(found.values()))
