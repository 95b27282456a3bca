"""RSS, RDF and Atom bytes into entries. feedparser reads them, always from ``BytesIO``: given bytes it would open a local file
or an address named by a hostile server (reliability.md §0.1). Everything it hands over is made plain text here.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.charset import decode
from crawlers.parsers.dates import Reading, read_date
from crawlers.parsers.json_feed import parse_json_feed
from crawlers.parsers.links import absolute_link, entry_hash
from crawlers.parsers.markup import FRAGMENT_LIMIT, fragment_text
from crawlers.parsers.plain import (
    AUTHOR_LIMIT,
    SUMMARY_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    count_of,
    one_line,
    paragraphs,
    text_warnings,
)
from crawlers.parsers.preflight import (
    keep_whole_entries,
    refuse_deep_xml,
    refuse_entities,
    refuse_giant_tags,
    without_impossible_letters,
)
from crawlers.parsers.results import Entry, FeedResult, Unreadable
from crawlers.parsers.unzip import unzipped

DEFAULT_LIMIT = 1_000

AN_HTML_PAGE = "an HTML page"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HTML = re.compile(r"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_VIDEO_HOSTS = ("youtube.com", "www.youtube.com", "youtu.be")


def parse_feed(
    body: bytes,
    url: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    limit: int = DEFAULT_LIMIT,
) -> FeedResult:
    """Entries of a feed (RSS, RDF, Atom, JSON Feed; also as a gzip file) in its own order, at most ``limit``.

    ``url`` resolves relative links; ``now`` (aware) judges dates; ``headers`` may hold ``content-type``.
    Raises :class:`Unreadable` with ``empty``, ``not_a_feed``, ``bomb`` or what :func:`unzipped` raises.
    """
    body = unzipped(body)
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    decoded = decode(body, (headers or {}).get("content-type", ""))
    text = _DECLARATION.sub("", decoded.text.replace("\x00", ""), count=1)
    if not text.strip():
        raise Unreadable("empty", "only white space")
    if _HTML.search(text[:5000]):
        raise Unreadable("not_a_feed", AN_HTML_PAGE)
    if text.lstrip()[:1] == "{":
        found = parse_json_feed(text, url, now, limit)
        return found.model_copy(update={"warnings": [*decoded.warnings, *found.warnings]})
    refuse_entities(text)
    text = without_impossible_letters(text)
    text, warnings, truncated = keep_whole_entries(text, limit)
    refuse_giant_tags(text)
    refuse_deep_xml(text)
    feed = _feedparser(text, url)
    if not feed.get("version") and not feed.get("entries"):
        raise Unreadable("not_a_feed", "no feed format recognised")
    warnings = [*decoded.warnings, *warnings]
    if feed.get("bozo") and "feed_cut_off" not in warnings and not truncated:
        warnings.append("not_well_formed")
    raw = list(feed.get("entries") or [])[:limit]
    moving = _moving_stamps(raw)
    entries = [_entry(item, url, now, moving) for item in raw]
    return FeedResult(
        title=one_line(fragment_text(_text(feed.get("feed", {}).get("title")))),
        entries=entries,
        warnings=warnings,
        truncated=truncated,
    )


def _feedparser(text: str, url: str) -> Any:
    import feedparser

    stream = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    try:
        # Cleaning and link rewriting of HTML are off: they cost half the time and the output is plain text anyway.
        return feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except RecursionError:
        raise Unreadable("bomb", "nested too deeply") from None
    except MemoryError:
        raise
    except Exception as error:  # feedparser lets odd errors of its date and URL handling through
        raise Unreadable("not_a_feed", f"{type(error).__name__}: {error}") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _entry(item: Any, base: str, now: datetime, moving: bool) -> Entry:
    raw_title = _text(item.get("title"))
    title = one_line(fragment_text(raw_title[:20_000]))
    raw_summary = _text(item.get("summary"))
    summary = paragraphs(fragment_text(raw_summary, drop_trailing_links=True), SUMMARY_LIMIT)
    content = ""
    for part in item.get("content") or []:
        value = _text(part.get("value")) if isinstance(part, Mapping) else ""
        content = value if len(value) > len(content) else content
    text = paragraphs(fragment_text(content), TEXT_LIMIT) if content else ""
    warnings = text_warnings(raw_title, title, TITLE_LIMIT)
    warnings += [w for w in text_warnings(content, text, TEXT_LIMIT) if w not in warnings]
    if len(raw_summary) > FRAGMENT_LIMIT and "text_cut" not in warnings:
        warnings.append("text_cut")
    link, link_warning = _link(item, base)
    if link_warning:
        warnings.append(link_warning)
    published_raw = _text(item.get("published")) or _text(item.get("created"))
    updated_raw = _text(item.get("updated"))
    published = read_date(published_raw or updated_raw, now)
    updated = read_date(updated_raw, now) if updated_raw and updated_raw != published_raw else Reading(None)
    if published.warning:
        warnings.append(published.warning)
    elif published.at is None and (published_raw or updated_raw):
        warnings.append("date_unread")
    outlet, outlet_url = _outlet(item)
    stamp = "" if moving else (updated_raw or published_raw)
    return Entry(
        url=link,
        guid=one_line(_text(item.get("id")), 2000),
        title=title,
        summary=summary,
        text=text,
        author=one_line(fragment_text(_text(item.get("author"))[:5000]), AUTHOR_LIMIT),
        outlet=outlet,
        outlet_url=outlet_url,
        published_at=published.at,
        updated_at=updated.at,
        views=count_of(item.get("media_statistics", {}).get("views")),
        is_video=bool(item.get("yt_videoid")) or any(f"//{host}/" in link for host in _VIDEO_HOSTS),
        entry_hash=entry_hash(link, title, summary, text, stamp),
        warnings=warnings,
    )


def _outlet(item: Any) -> tuple[str, str]:
    """Name and address of the publisher, where an aggregator names it (RSS ``source``, Bing's ``News:Source``)."""
    source = item.get("source")
    name = _text(source.get("title")) if isinstance(source, Mapping) else ""
    address = _text(source.get("href")) if isinstance(source, Mapping) else ""
    name = name or _text(item.get("news_source"))
    return one_line(fragment_text(name[:2000]), 200), address[:2000] if address.startswith("http") else ""


def _link(item: Any, base: str) -> tuple[str, str]:
    """The entry's web address, absolute; or nothing and why. Only http and https are links, anything else is just text."""
    link = _text(item.get("link")).strip()
    if not link:
        for candidate in item.get("links") or []:
            if isinstance(candidate, Mapping) and candidate.get("rel", "alternate") == "alternate":
                link = _text(candidate.get("href")).strip()
                break
    if not link and re.match(r"https?://", _text(item.get("id"))):
        link = _text(item.get("id")).strip()
    if not link:
        return "", "no_link"
    return absolute_link(base, link)


def _moving_stamps(items: list[Any]) -> bool:
    """Whether the feed stamps every entry with one same time (usually "now"): then a stamp says nothing about edits."""
    stamps = Counter(_text(i.get("updated")) or _text(i.get("published")) for i in items)
    return len(items) >= 3 and len(stamps) == 1
