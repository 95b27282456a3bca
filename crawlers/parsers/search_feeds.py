"""What search feeds tell of articles elsewhere: the pointers of Google News, Bing's links, GDELT's list of articles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from core.clock import VIETNAM
from core.text.tokens import tokenise
from core.text.urls import canonical_url, host_of
from crawlers.parsers.charset import decode
from crawlers.parsers.dates import read_date
from crawlers.parsers.json_feed import read_json
from crawlers.parsers.links import absolute_link, entry_hash
from crawlers.parsers.plain import one_line
from crawlers.parsers.results import Entry, FeedResult, Unreadable

_GOOGLE = "https://news.google.com/rss/articles"
_SPACED_MARK = re.compile(r"\s+([,.:;!?%)\]»”])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_LANGUAGES = {
    "vietnamese": "vi", "english": "en", "chinese": "zh", "japanese": "ja", "korean": "ko", "russian": "ru",
    "french": "fr", "german": "de", "lao": "lo", "khmer": "km", "thai": "th", "spanish": "es", "portuguese": "pt",
}  # fmt: skip


def google_pointer(entry: Entry) -> Entry:
    """An entry of Google News as a pointer: the headline without " - Outlet", the outlet, and an identity of its own.

    Its link is a redirect that only Google can resolve and that differs between two queries, so title, outlet and day (Viet Nam) are
    the identity: the same article found by two queries is one item.
    """
    title = entry.title
    if entry.outlet:
        title = re.sub(rf"\s+[-–—]\s+{re.escape(entry.outlet)}\s*$", "", title) or title
    day = entry.published_at.astimezone(VIETNAM).date().isoformat() if entry.published_at else ""
    outlet = host_of(entry.outlet_url) or " ".join(token.folded for token in tokenise(entry.outlet))
    words = " ".join(token.folded for token in tokenise(title))
    name = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:24]
    canonical = canonical_url(
        f"{_GOOGLE}?outlet={quote(outlet.removeprefix('www.'), safe='')}&day={day}&title={name}"
    )
    return entry.model_copy(
        update={
            "title": title,
            "summary": entry.outlet,  # the description only repeats the headline
            "text": "",
            "canonical_url": canonical,
            "found_by": "query",
            "entry_hash": entry_hash(canonical, title),
            "warnings": [*entry.warnings, "pointer_only"],
        }
    )


def bing_article(entry: Entry) -> Entry:
    """An entry of Bing News with the article's own address, which Bing hands over in the ``url`` parameter of its link."""
    parts = urlsplit(entry.url)
    real = parse_qs(parts.query).get("url", [""])[0]
    link, problem = absolute_link("", real) if real and host_of(entry.url).endswith("bing.com") else ("", "")
    if problem or not link:
        link = entry.url
    return entry.model_copy(
        update={"url": link, "found_by": "query", "entry_hash": entry_hash(link, entry.title, entry.summary)}
    )


def parse_gdelt(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 250
) -> FeedResult:
    """Articles of GDELT DOC 2.0 in ``artlist`` mode, JSON. The service answers faults with a sentence and status 200.

    ``seendate`` is when GDELT saw the article: a late stand-in for its date, and marked so. Raises :class:`Unreadable`: ``empty``,
    ``bad_query``, ``http_429``, ``not_a_feed``.
    """
    text = decode(body, (headers or {}).get("content-type", "")).text.strip()
    if not text:
        raise Unreadable("empty", "no bytes")
    if not text.startswith("{"):
        code = "http_429" if re.search(r"limit requests|every \d+ seconds", text, re.I) else "bad_query"
        raise Unreadable(code if len(text) < 1000 else "not_a_feed", text[:200])
    answer = read_json(_BAD_ESCAPE.sub(r"\\\\", text))
    rows = answer.get("articles", []) if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise Unreadable("not_a_feed", "no list of articles")
    entries = [_gdelt_entry(row, now) for row in rows[:limit] if isinstance(row, dict)]
    return FeedResult(entries=entries, truncated=len(rows) > limit)


def _gdelt_entry(row: Mapping[str, Any], now: datetime) -> Entry:
    link, problem = absolute_link("", str(row.get("url") or ""))
    # GDELT parts words and marks by spaces: "Hải Phòng , Việt Nam".
    title = one_line(_SPACED_MARK.sub(r"\1", str(row.get("title") or "")))
    seen = re.fullmatch(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z", str(row.get("seendate") or ""))
    reading = read_date("{}-{}-{}T{}:{}:{}Z".format(*seen.groups()), now) if seen else read_date("", now)
    warnings = [word for word in (problem, reading.warning) if word]
    return Entry(
        url=link,
        title=title,
        outlet=one_line(str(row.get("domain") or ""), 200),
        published_at=reading.at,
        language_hint=_LANGUAGES.get(str(row.get("language") or "").lower(), ""),
        found_by="query",
        entry_hash=entry_hash(link, title),
        warnings=[*warnings, "date_is_when_seen"] if reading.at else warnings,
    )
