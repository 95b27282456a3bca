"""Article links of a listing page, for outlets and portals without a feed. BeautifulSoup with the office's CSS rules, or a
sensible default when there are none: links of the same site whose address and words look like an article's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from core.text.urls import canonical_url, host_of
from crawlers.parsers.charset import decode
from crawlers.parsers.dates import read_date
from crawlers.parsers.links import absolute_link, entry_hash
from crawlers.parsers.plain import one_line
from crawlers.parsers.preflight import refuse_giant_tags, refuse_tag_floods
from crawlers.parsers.results import Link, ListingResult, ListingRules, Unreadable

_ARTICLE_PATH = re.compile(r"\d{4,}|(?:[^/-]+-){3,}[^/-]+|\.(?:html?|chn|vnp|ldo|epi|aspx|tpo)$", re.I)
NOT_ARTICLE = re.compile(
    r"/(?:tag|tags|tac-gia|author|category|chuyen-muc|login|dang-nhap|register|search|tim-kiem|lien-he|contact|rss|video|page|trang-\d+)(?:/|$|\.)"
    r"|\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png|gif|mp4|mp3)$",
    re.I,
)
_BOILERPLATE = ("nav", "header", "footer", "aside")
_DATE_WORDS = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\b(?:trước|hôm qua|hôm nay)\b", re.I)
_MIN_WORDS = 4
#: Real pages hold under a thousand links; a page of a hundred thousand is there to stall us.
_MOST_LINKS = 3_000
_REGEX_LIMIT = 200


def parse_listing(
    body: bytes,
    url: str,
    now: datetime,
    rules: ListingRules | None = None,
    headers: Mapping[str, str] | None = None,
    limit: int = 60,
) -> ListingResult:
    """Links to articles in page order, each canonical address once, at most ``limit`` (then ``truncated``).

    ``rules.link_css`` chooses elements (links, or boxes that hold one); ``rules.link_pattern`` is a part of the address in
    which ``*`` stands for anything; ``title_css`` and ``date_css`` look inside the box around the link.
    Raises :class:`Unreadable`: ``empty``, ``bomb``, ``bad_rules``.
    """
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    rules = rules or ListingRules()
    decoded = decode(body, (headers or {}).get("content-type", ""))
    refuse_tag_floods(decoded.text)
    refuse_giant_tags(decoded.text)
    soup = _soup(decoded.text)
    anchors = _anchors(soup, rules)
    wanted = address_pattern(rules.link_pattern) if rules.link_pattern else None
    default = not rules.link_css and wanted is None
    found_by = " + ".join(name for name in ("link_css", "link_pattern") if getattr(rules, name)) or "address"
    base = _base(soup, url)
    links: dict[str, Link] = {}
    own = canonical_url(url) if url else ""
    truncated = False
    for anchor, box in anchors:
        full, problem = absolute_link(base, str(anchor.get("href") or ""))
        if problem:
            continue
        if wanted is not None and not wanted.search(full):
            continue
        title = _title(anchor, box, rules)
        if default and not _looks_like_article(full, title, url, anchor):
            continue
        key = canonical_url(full)
        if key == own:
            continue
        if key in links:
            if len(title) > len(links[key].title):  # image link first, headline link second
                links[key] = links[key].model_copy(
                    update={"title": title, "entry_hash": entry_hash(full, title)}
                )
            continue
        if len(links) >= limit:
            truncated = True
            break
        day = _date(box, anchor, rules, now)
        links[key] = Link(
            url=full, title=title, published_at=day, entry_hash=entry_hash(full, title), found_by=found_by
        )
    heading = soup.title.get_text(" ", strip=True) if soup.title else ""
    return ListingResult(
        title=one_line(heading), links=list(links.values()), warnings=decoded.warnings, truncated=truncated
    )


def _soup(text: str) -> Any:
    from bs4 import BeautifulSoup

    # lxml underneath: html.parser and html5lib are quadratic on hostile pages (reliability.md §4 rows 29 to 33).
    return BeautifulSoup(text.replace("\x00", ""), "lxml")


def _anchors(soup: Any, rules: ListingRules) -> list[tuple[Any, Any]]:
    """Pairs (link, box around it)."""
    if not rules.link_css:
        return [(a, a.parent) for a in soup.find_all("a", href=True, limit=_MOST_LINKS)]
    from soupsieve import SelectorSyntaxError

    try:
        chosen = soup.select(rules.link_css, limit=_MOST_LINKS)
    except (SelectorSyntaxError, NotImplementedError, ValueError) as error:
        raise Unreadable("bad_rules", f"link_css: {error}") from error
    pairs = []
    for element in chosen:
        if element.name == "a" and element.get("href"):
            pairs.append((element, element.parent))
        else:
            inner = element.find("a", href=True)
            if inner is not None:
                pairs.append((inner, element))
    return pairs


def address_pattern(pattern: str) -> re.Pattern[str]:
    """``/tin-tuc/*-post`` as a search in the address. Not a regular expression: those can run for ever."""
    if len(pattern) > _REGEX_LIMIT:
        raise Unreadable("bad_rules", "link_pattern is too long")
    parts = [re.escape(part) for part in re.split(r"\*+", pattern)]
    if len(parts) > 6:
        raise Unreadable("bad_rules", "link_pattern holds more than five *")
    return re.compile(r"[^\s]*?".join(parts), re.I)


def _base(soup: Any, url: str) -> str:
    base = soup.find("base", href=True)
    if base is None:
        return url
    full, problem = absolute_link(url, str(base["href"]))
    # A foreign <base> would turn every link into another site's.
    return full if not problem and host_of(full) == host_of(url) else url


def _title(anchor: Any, box: Any, rules: ListingRules) -> str:
    if rules.title_css and box is not None:
        found = _select_one(box, rules.title_css, "title_css")
        if found is not None:
            return one_line(found.get_text(" ", strip=True))
    words = anchor.get_text(" ", strip=True) or str(anchor.get("title") or "")
    if not words:
        image = anchor.find("img", alt=True)
        words = str(image["alt"]) if image is not None else ""
    return one_line(words)


def _date(box: Any, anchor: Any, rules: ListingRules, now: datetime) -> datetime | None:
    if rules.date_css:
        for place in (box, *list(anchor.parents)[:4]):
            found = _select_one(place, rules.date_css, "date_css") if place is not None else None
            if found is not None:
                return read_date(str(found.get("datetime") or found.get_text(" ", strip=True)), now).at
        return None
    for place in list(anchor.parents)[:3]:
        if place.name in {"body", "html", "main"} or len(place.find_all("a", limit=4)) > 3:
            break
        stamp = place.find("time")
        if stamp is not None:
            return read_date(str(stamp.get("datetime") or stamp.get_text(" ", strip=True)), now).at
        for words in place.stripped_strings:
            if len(words) < 60 and _DATE_WORDS.search(words):
                return read_date(words, now).at
    return None


def _select_one(box: Any, css: str, name: str) -> Any:
    from soupsieve import SelectorSyntaxError

    try:
        return box.select_one(css)
    except (SelectorSyntaxError, NotImplementedError, ValueError) as error:
        raise Unreadable("bad_rules", f"{name}: {error}") from error


def _looks_like_article(link: str, title: str, page: str, anchor: Any) -> bool:
    if host_of(link).removeprefix("www.") != host_of(page).removeprefix("www."):
        return False
    parts = urlsplit(link)
    address = parts.path + ("?" + parts.query if parts.query else "")
    if len(parts.path) < 2 or NOT_ARTICLE.search(parts.path) or not _ARTICLE_PATH.search(address):
        return False
    if len(title.split()) < _MIN_WORDS and not anchor.find("img"):
        return False
    return not any(parent.name in _BOILERPLATE for parent in anchor.parents)
