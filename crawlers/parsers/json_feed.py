"""JSON Feed 1.0 and 1.1 (jsonfeed.org) into the same entries as RSS and Atom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.dates import Reading, read_date
from crawlers.parsers.links import absolute_link, entry_hash
from crawlers.parsers.markup import fragment_text
from crawlers.parsers.plain import (
    AUTHOR_LIMIT,
    SUMMARY_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    one_line,
    paragraphs,
    text_warnings,
)
from crawlers.parsers.results import Entry, FeedResult, Unreadable

_VERSION = "jsonfeed.org/version/"


def read_json(text: str) -> Any:
    """A JSON document; raw control characters in strings pass. Raises :class:`Unreadable`: ``bomb``, ``not_a_feed``."""
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise Unreadable("bomb", "JSON nested too deeply") from None
    except ValueError as error:
        raise Unreadable("not_a_feed", f"not JSON: {error}") from error


def parse_json_feed(text: str, url: str, now: datetime, limit: int) -> FeedResult:
    """Entries in the feed's own order, at most ``limit``. Raises :class:`Unreadable`: ``not_a_feed``, ``bomb``."""
    feed = read_json(text)
    if not isinstance(feed, dict) or _VERSION not in _text(feed.get("version")):
        raise Unreadable("not_a_feed", "JSON, but no JSON Feed")
    items = [item for item in _list(feed.get("items")) if isinstance(item, dict)]
    return FeedResult(
        title=one_line(_text(feed.get("title"))),
        entries=[_entry(item, feed, url, now) for item in items[:limit]],
        warnings=["entries_capped"] if len(items) > limit else [],
        truncated=len(items) > limit,
    )


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any], base: str, now: datetime) -> Entry:
    raw_title, raw_summary = _text(item.get("title")), _text(item.get("summary"))
    html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    title = one_line(fragment_text(raw_title[:20_000]))
    summary = paragraphs(raw_summary, SUMMARY_LIMIT)
    text = paragraphs(plain or fragment_text(html), TEXT_LIMIT)
    warnings = text_warnings(raw_title, title, TITLE_LIMIT)
    warnings += [w for w in text_warnings(plain or html, text, TEXT_LIMIT) if w not in warnings]
    link, problem = _link(item, base)
    if problem:
        warnings.append(problem)
    published_raw, updated_raw = _text(item.get("date_published")), _text(item.get("date_modified"))
    published = read_date(published_raw or updated_raw, now)
    updated = read_date(updated_raw, now) if updated_raw and published_raw else Reading(None)
    if published.warning:
        warnings.append(published.warning)
    return Entry(
        url=link,
        guid=one_line(str(item.get("id") or ""), 2000),
        title=title,
        summary=summary,
        text=text,
        author=one_line(_author(item) or _author(feed), AUTHOR_LIMIT),
        published_at=published.at,
        updated_at=updated.at,
        is_video=any(
            _text(part.get("mime_type")).startswith("video/")
            for part in _list(item.get("attachments"))
            if isinstance(part, dict)
        ),
        language_hint=(_text(item.get("language")) or _text(feed.get("language")))[:12],
        entry_hash=entry_hash(link, title, summary, text, updated_raw or published_raw),
        warnings=warnings,
    )


def _link(item: Mapping[str, Any], base: str) -> tuple[str, str]:
    """The entry's address: ``url``, or an id that is one; ``external_url`` is somebody else's page."""
    for value in (item.get("url"), item.get("id"), item.get("external_url")):
        given = _text(value).strip()
        if given and (value is not item.get("id") or given.startswith(("http://", "https://"))):
            return absolute_link(base, given)
    return "", "no_link"


def _author(part: Mapping[str, Any]) -> str:
    """Names of 1.1's ``authors`` or 1.0's ``author``."""
    people = _list(part.get("authors")) or [part.get("author")]
    return ", ".join(_text(p.get("name")) for p in people[:5] if isinstance(p, dict) and p.get("name"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
