"""Feeds of social platforms (YouTube channel, Reddit, Mastodon account): read by the feed parser, then made posts.

Their stamps move with counters and comments, so they are no sign of an edit; Reddit's form words around a post are taken off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from crawlers.parsers.feed import parse_feed
from crawlers.parsers.links import entry_hash
from crawlers.parsers.results import Entry, FeedResult

_REDDIT_TAIL = re.compile(
    r"\s*submitted by\s+/?u/[\w-]{1,40}(?:\s+to\s+/?r/\w+)?\s*(?:\[link\])?\s*(?:\[comments\])?\s*$"
)
_REDDIT_NAME = re.compile(r"^/?u/")


def parse_social_feed(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 60
) -> FeedResult:
    """Posts in the feed's order. Raises what :func:`crawlers.parsers.feed.parse_feed` raises."""
    result = parse_feed(body, url, now, headers, limit)
    return result.model_copy(update={"entries": [_post(entry) for entry in result.entries]})


def _post(entry: Entry) -> Entry:
    text = _REDDIT_TAIL.sub("", entry.text)
    summary = _REDDIT_TAIL.sub("", entry.summary)
    return entry.model_copy(
        update={
            "text": text,
            "summary": "" if summary == text else summary,
            "author": _REDDIT_NAME.sub("@", entry.author),
            "entry_hash": entry_hash(entry.url or entry.guid, entry.title, text or summary),
        }
    )
