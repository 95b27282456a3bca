"""Sitemaps (sitemaps.org) and news sitemaps: which pages a site has, newest first; and robots.txt, which names sitemaps.

A site's sitemap is its whole archive, so what counts is choosing: nothing older than asked for, and the newest of the rest. ``lastmod``
orders pages but is no publication date; only a news sitemap gives one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crawlers.parsers.charset import decode
from crawlers.parsers.dates import EARLIEST, read_date
from crawlers.parsers.links import absolute_link, entry_hash
from crawlers.parsers.listing import NOT_ARTICLE, address_pattern
from crawlers.parsers.plain import one_line
from crawlers.parsers.preflight import MAX_DEPTH, refuse_entities, refuse_giant_tags
from crawlers.parsers.results import Entry, FeedResult, Link, Unreadable
from crawlers.parsers.unzip import unzipped

#: The protocol's own limit for one file.
MOST = 50_000
#: Of pages without any date at most so many are taken: nothing says which of them are new.
UNDATED = 200
_ROBOTS = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.I | re.M)
_NUMBER = re.compile(r"\d{1,18}")
_OTHER_PARTS = re.compile(r"(?:image|video|categor|chuyen-muc|tag|author|tac-gia|user)s?[^/]*$", re.I)


def parse_sitemap(
    body: bytes,
    url: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    limit: int = 1_000,
    *,
    link_pattern: str = "",
    max_age_days: int = 14,
) -> FeedResult:
    """Entries newest first, at most ``limit``; of an index, its parts in ``more``, newest first.

    Pages dated before ``now`` minus ``max_age_days`` are left out, and so are addresses that cannot be an article's, unless
    ``link_pattern`` (as in a listing) says which are wanted. Raises :class:`Unreadable`: ``empty``, ``not_a_sitemap``, ``bomb``,
    ``bad_rules``.
    """
    text = decode(unzipped(body), (headers or {}).get("content-type", "")).text.replace("\x00", "")
    if not text.strip():
        raise Unreadable("empty", "no bytes")
    if not text.lstrip().startswith("<"):
        named = [_part(url, link, "", now) for link in _ROBOTS.findall(text)[:MOST]]
        if not any(named):
            raise Unreadable("not_a_sitemap", "neither XML nor robots.txt with a sitemap")
        return FeedResult(form="index", more=[part for part in named if part])
    refuse_entities(text)
    refuse_giant_tags(text)
    root, rows, cut = _rows(text)
    since = now - timedelta(days=max_age_days)
    if root == "sitemapindex":
        parts = [
            part for row in rows if (part := _part(url, row.get("loc", ""), row.get("lastmod", ""), now))
        ]
        parts = [p for p in parts if p.published_at is None or p.published_at >= since]
        parts.sort(key=lambda part: _newness(part.published_at, part.url), reverse=True)
        return FeedResult(form="index", more=parts)
    if root != "urlset":
        raise Unreadable("not_a_sitemap", f"the root element is {root[:40]!r}")
    wanted = address_pattern(link_pattern) if link_pattern else None
    entries = []
    stamps = Counter(row.get("lastmod", "") for row in rows)
    moving = len(rows) >= 3 and len(stamps) == 1
    for row in rows:
        entry, at = _entry(row, url, now, moving)
        if entry is None or (at is not None and at < since):
            continue
        if not (wanted.search(entry.url) if wanted else _may_be_article(entry.url)):
            continue
        found_by = "link_pattern" if wanted else entry.found_by
        entries.append((_newness(at, entry.url), entry.model_copy(update={"found_by": found_by})))
    entries.sort(key=lambda pair: pair[0], reverse=True)
    dated = [entry for newness, entry in entries if newness[0] > EARLIEST]
    undated = [entry for newness, entry in entries if newness[0] <= EARLIEST][:UNDATED]
    chosen = [*dated, *undated]
    return FeedResult(entries=chosen[:limit], truncated=cut or len(chosen) > limit)


def _rows(text: str) -> tuple[str, list[dict[str, str]], bool]:
    """(root element, the fields of each ``url`` or ``sitemap``, whether the file held more than the protocol allows)."""
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )  # fmt: skip
    root, depth = "", 0
    rows: list[dict[str, str]] = []
    data = text.encode("utf-8", "replace")
    try:
        for at in range(0, len(data), 65536):
            parser.feed(data[at : at + 65536])
            for event, found in parser.read_events():
                element: Any = found
                name = etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
                if event == "start":
                    depth += 1
                    root = root or name
                    if depth > MAX_DEPTH:
                        raise Unreadable("bomb", "nested too deeply")
                    continue
                depth -= 1
                if depth == 1 and name in {"url", "sitemap"}:
                    if len(rows) == MOST:
                        return root, rows, True
                    rows.append(dict(_fields(element, etree)))
                if depth == 1:
                    element.clear()
                    parent = element.getparent()
                    while parent is not None and element.getprevious() is not None:
                        del parent[0]
    except etree.XMLSyntaxError as error:
        if not rows:
            raise Unreadable("not_a_sitemap", str(error)) from error
    return root, rows, False


def _fields(element: Any, etree: Any) -> Iterator[tuple[str, str]]:
    """The leaves by local name. Those of an image or a video of the page are not the page's."""
    for part in element.iter():
        if not isinstance(part.tag, str) or len(part) or not part.text:
            continue
        name = etree.QName(part)
        if not re.search(r"sitemap-(?:image|video)", name.namespace or ""):
            yield name.localname.lower(), part.text.strip()[:4000]


def _entry(
    row: Mapping[str, str], base: str, now: datetime, moving: bool
) -> tuple[Entry | None, datetime | None]:
    """The page of a row, and the moment that orders it."""
    link, problem = absolute_link(base, row.get("loc", "")) if row.get("loc") else ("", "no_link")
    if problem:
        return None, None
    changed = read_date(row.get("lastmod", ""), now)
    published = read_date(row.get("publication_date", ""), now)
    title = one_line(row.get("title", ""))
    stamp = "" if moving else row.get("lastmod", "")
    found_by = "news" if row.get("publication_date") else "lastmod" if changed.at else "address"
    entry = Entry(
        url=link,
        title=title,
        outlet=one_line(row.get("name", ""), 200),
        published_at=published.at,
        language_hint=row.get("language", "")[:12],
        found_by=found_by,
        entry_hash=entry_hash(link, title, stamp),
        warnings=[word for word in (published.warning, changed.warning) if word],
    )
    return entry, published.at or changed.at


def _part(base: str, link: str, lastmod: str, now: datetime) -> Link | None:
    full, problem = absolute_link(base, link) if link else ("", "no_link")
    if problem or _OTHER_PARTS.search(urlsplit(full).path):
        return None
    return Link(url=full, published_at=read_date(lastmod, now).at)


def _newness(at: datetime | None, url: str) -> tuple[datetime, int, tuple[int, ...]]:
    """Dates first; without one, the numbers in the address (an article's id, a part's number, a date), which grow with time."""
    numbers = tuple(int(number) for number in _NUMBER.findall(urlsplit(url).path))
    return at or EARLIEST, max(numbers, default=0), numbers


def _may_be_article(url: str) -> bool:
    path = urlsplit(url).path
    return len(path) > 1 and not NOT_ARTICLE.search(path)
