"""What the parsers of social posts share: JSON read within bounds, and one post made an entry.

A post has no headline: its first words become the title in intake. Boosts and quotes keep the address of the original, so that one
post is one item however often it is passed on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.charset import decode
from crawlers.parsers.dates import read_date
from crawlers.parsers.links import absolute_link, entry_hash
from crawlers.parsers.plain import AUTHOR_LIMIT, TEXT_LIMIT, one_line, paragraphs, text_warnings
from crawlers.parsers.results import Entry, FeedResult, Unreadable


def read_json(body: bytes, headers: Mapping[str, str] | None = None) -> Any:
    """The JSON value of an answer. Raises :class:`Unreadable` with ``empty``, ``not_posts`` or ``bomb``."""
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    try:
        text = decode(body, (headers or {}).get("content-type", "")).text
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise Unreadable("bomb", "nested too deeply") from None
    except ValueError as error:
        raise Unreadable("not_posts", str(error)[:200]) from error


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is a JSON object, else an empty one: a field of the wrong type is a field that is missing."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """The value when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def words(value: Any) -> str:
    """The value when it is text, else nothing."""
    return value if isinstance(value, str) else ""


def post_entry(
    *,
    link: str,
    base: str,
    now: datetime,
    parts: Iterable[str],
    guid: str = "",
    title: str = "",
    author: str = "",
    published: str = "",
    updated: str = "",
    language: str = "",
    views: int = 0,
    is_video: bool = False,
    warnings: Iterable[str] = (),
) -> Entry:
    """One post. ``parts`` are plain texts, joined as paragraphs; the hash follows the words, never counters or stamps."""
    raw = "\n\n".join(part for part in parts if part.strip())
    text = paragraphs(raw, TEXT_LIMIT)
    url, link_warning = absolute_link(base, link) if link else ("", "no_link")
    at = read_date(published, now) if published else None
    edited = read_date(updated, now) if updated and updated != published else None
    notes = [*warnings, *text_warnings(raw, text, TEXT_LIMIT)]
    if link_warning:
        notes.append(link_warning)
    if at is not None:
        notes += [at.warning] if at.warning else [] if at.at is not None else ["date_unread"]
    shown = one_line(title)
    return Entry(
        url=url,
        guid=one_line(guid, 2000),
        title=shown,
        text=text,
        author=one_line(author, AUTHOR_LIMIT),
        published_at=None if at is None else at.at,
        updated_at=None if edited is None else edited.at,
        is_video=is_video,
        language_hint=one_line(language, 12),
        views=views,
        entry_hash=entry_hash(url or guid, shown, text),
        warnings=list(dict.fromkeys(notes)),
    )


def posts_result(entries: list[Entry], limit: int, title: str = "") -> FeedResult:
    """At most ``limit`` posts; posts without any word (a picture alone) are left out: nothing of them could be matched."""
    spoken = [entry for entry in entries if entry.text or entry.title]
    return FeedResult(title=one_line(title), entries=spoken[:limit], truncated=len(spoken) > limit)
