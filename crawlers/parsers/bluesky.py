"""Bluesky's public answers: an author's feed and a search (lexicons app.bsky.feed.getAuthorFeed and searchPosts).

The address names the author by DID, which never changes and tells no name. Whoever asked not to be shown to people without an
account (label ``!no-unauthenticated``) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.post import listed, mapping, post_entry, posts_result, read_json, words
from crawlers.parsers.results import Entry, FeedResult, Unreadable

_URI = re.compile(r"at://(?P<did>did:[a-z]+:[\w.:%-]+)/app\.bsky\.feed\.post/(?P<key>[\w.~:-]{1,512})")
_CLOSED = "!no-unauthenticated"
_SENSITIVE = {"porn", "sexual", "nudity", "graphic-media", "gore", "!warn", "!hide"}
_EMBED_DEPTH = 4


def parse_bluesky(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 60
) -> FeedResult:
    """Posts in the order given. Raises :class:`Unreadable` with ``empty``, ``not_posts`` or ``bomb``."""
    data = mapping(read_json(body, headers))
    if isinstance(data.get("feed"), list):
        rows = [(mapping(row).get("post"), bool(mapping(row).get("reason"))) for row in data["feed"]]
    elif isinstance(data.get("posts"), list):
        rows = [(post, False) for post in data["posts"]]
    else:
        raise Unreadable("not_posts", "neither feed nor posts")
    entries = [_entry(mapping(post), passed_on, url, now) for post, passed_on in rows]
    return posts_result([entry for entry in entries if entry is not None], limit)


def _entry(post: Mapping[str, Any], passed_on: bool, base: str, now: datetime) -> Entry | None:
    found = _URI.fullmatch(words(post.get("uri")))
    record, author = mapping(post.get("record")), mapping(post.get("author"))
    if found is None or _CLOSED in _labels(author):
        return None
    notes = ["repost"] if passed_on else []
    if record.get("reply"):
        notes.append("reply")
    if _SENSITIVE & (_labels(post) | _labels({"labels": mapping(record.get("labels")).get("values")})):
        notes.append("sensitive")
    said, seen = words(record.get("createdAt")), words(post.get("indexedAt"))
    languages = [words(one) for one in listed(record.get("langs")) if words(one)]
    return post_entry(
        # The author's own clock may say anything; a post is never younger than its arrival.
        published=min(said, seen) if _same_form(said, seen) else said or seen,
        link=f"https://bsky.app/profile/{found['did']}/post/{found['key']}",
        base=base,
        now=now,
        guid=words(post.get("uri")),
        parts=[words(record.get("text")), *_embedded(mapping(post.get("embed")))],
        author="@" + words(author.get("handle")) if words(author.get("handle")) else "",
        language=languages[0] if len(languages) == 1 else "",
        warnings=notes,
    )


def _same_form(first: str, second: str) -> bool:
    """Both in UTC with Z: then the order of letters is the order of time."""
    return all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{8,}Z", stamp) for stamp in (first, second))


def _labels(thing: Mapping[str, Any]) -> set[str]:
    return {words(mapping(label).get("val")) for label in listed(thing.get("labels"))}


def _embedded(embed: Mapping[str, Any], depth: int = 0) -> list[str]:
    """What a post carries: words of a link card, descriptions of pictures, the quoted post (with its author's wish kept)."""
    if depth > _EMBED_DEPTH:
        return []
    external = mapping(embed.get("external"))
    parts = [words(external.get("title")), words(external.get("description")), words(external.get("uri"))]
    parts += [words(mapping(image).get("alt")) for image in listed(embed.get("images"))]
    parts.append(words(embed.get("alt")))
    parts += _embedded(mapping(embed.get("media")), depth + 1)
    quoted = mapping(embed.get("record"))
    quoted = mapping(quoted.get("record")) or quoted
    if _CLOSED not in _labels(mapping(quoted.get("author"))):
        text = words(mapping(quoted.get("value")).get("text"))
        parts.append("\n".join(f"> {line}" for line in text.splitlines() if line.strip()))
    return parts
