"""Posts of a Facebook Page as the Graph API gives them (edge ``/{page-id}/posts``) to whoever holds the Page's permission.

``updated_time`` moves with every comment, so it says nothing about an edit and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.post import listed, mapping, post_entry, posts_result, read_json, words
from crawlers.parsers.results import Entry, FeedResult, Unreadable

#: what is asked for: nothing about the people who react or comment
FIELDS = "id,message,created_time,permalink_url,is_hidden,attachments{title,description,unshimmed_url}"
_ID = re.compile(r"\d+_\d+")


def parse_facebook(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 60
) -> FeedResult:
    """Posts in the order given. Raises :class:`Unreadable` with ``empty``, ``not_posts`` or ``bomb``."""
    data = mapping(read_json(body, headers))
    if not isinstance(data.get("data"), list):
        raise Unreadable("not_posts", "no list of posts")
    entries = [_entry(mapping(post), url, now) for post in data["data"]]
    return posts_result([entry for entry in entries if entry is not None], limit)


def _entry(post: Mapping[str, Any], base: str, now: datetime) -> Entry | None:
    number = words(post.get("id"))
    if post.get("is_hidden") is True:
        return None
    link = words(post.get("permalink_url"))
    if not link and _ID.fullmatch(number):
        page, _, story = number.partition("_")
        link = f"https://www.facebook.com/{page}/posts/{story}"
    attached = [mapping(one) for one in listed(mapping(post.get("attachments")).get("data"))]
    message = words(post.get("message"))
    return post_entry(
        link=link,
        base=base,
        now=now,
        guid=number,
        parts=[
            message,
            *(
                words(one.get(name))
                for one in attached
                for name in ("title", "description")
                if words(one.get(name)) not in message
            ),
            *(words(one.get("unshimmed_url")) for one in attached if words(one.get("unshimmed_url")) != link),
        ],
        published=words(post.get("created_time")),
    )
