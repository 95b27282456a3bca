"""What a page says of itself: JSON-LD, meta values, title, author, language, canonical address. Claims, not facts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from core.text.urls import canonical_url, host_of
from crawlers.parsers.markup import fragment_text
from crawlers.parsers.plain import AUTHOR_LIMIT, one_line

_ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "Report",
    ]
)
_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")


def json_ld(tree: Any) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of an article type on the page, broken blocks skipped."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        raw = (script.text or "").strip().rstrip(";")
        if not raw or len(raw) > 500_000:
            continue
        try:
            data = json.loads(raw, strict=False)
        except (ValueError, RecursionError):
            continue
        queue = [data]
        for _ in range(200):
            if not queue:
                break
            node = queue.pop(0)
            if isinstance(node, list):
                queue.extend(node[:50])
            elif isinstance(node, dict):
                kinds = node.get("@type")
                names = {kinds} if isinstance(kinds, str) else {k for k in kinds or [] if isinstance(k, str)}
                if names & _ARTICLE_TYPES:
                    yield node
                queue.extend(node[key] for key in ("@graph", "mainEntity") if key in node)


def strings(data: list[dict[str, Any]], key: str) -> list[str]:
    """The values of ``key`` that are text, in page order."""
    return [node[key] for node in data if isinstance(node.get(key), str)]


def meta_values(tree: Any) -> dict[str, str]:
    """The page's meta values by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = element.get("content")
        if name and content and len(found) < 300:
            found.setdefault(name.strip().lower()[:80], content[:5000])
    return found


def title_of(tree: Any, data: list[dict[str, Any]], meta: dict[str, str]) -> str:
    """The headline, raw: JSON-LD, a single h1, og:title, the longest h1, the title without its site name."""
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    headings = [h for h in headings if h]
    for claimed in strings(data, "headline"):
        if claimed.strip():
            headline = " ".join(fragment_text(claimed[:20_000]).split())
            # Some outlets put their name behind the headline there, and not on the page.
            on_page = [h for h in headings if len(h) > 15 and headline.startswith(h)]
            return on_page[0] if len(on_page) == 1 else headline
    shown = meta.get("og:title", "").strip()
    if len(headings) == 1 and len(headings[0]) > 15:
        return headings[0]
    if shown:
        return shown
    if headings:
        return max(headings, key=len)
    element = tree.find(".//title")
    title = " ".join((element.text or "").split()) if element is not None else ""
    return _SUFFIX.sub("", title) if len(title) > 40 else title


def language_of(tree: Any, meta: dict[str, str]) -> str:
    """The language the page claims, as a short code; empty when it claims none."""
    claim = (
        tree.get("lang")
        or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
        or meta.get("og:locale")
        or ""
    )
    found = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", claim.strip())
    return found[0].lower() if found else ""


def author_of(data: list[dict[str, Any]], meta: dict[str, str]) -> str:
    """Names of authors as published, at most five."""
    names: list[str] = []
    for node in data:
        authors = node.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = author.get("name") if isinstance(author, dict) else author
            if isinstance(name, str) and name.strip() and name not in names:
                names.append(name)
    if not names:
        names = [
            meta[k] for k in ("author", "article:author", "dc.creator") if k in meta and "://" not in meta[k]
        ][:1]
    return one_line(", ".join(names[:5]), AUTHOR_LIMIT)


def believed_address(tree: Any, url: str) -> str:
    """The page's own address: ``rel=canonical`` when it names the same host and page, else the fetched one.

    A canonical of another host, of the home page, or of another article (content systems that print one constant link) would
    make different articles one; it is not believed.
    """
    try:
        fetched = canonical_url(url)
    except ValueError:  # a saved file read without its address
        return ""
    for link in tree.iterfind(".//link[@rel='canonical']"):
        try:
            claimed = canonical_url(urljoin(url, link.get("href") or ""))
        except ValueError:
            continue
        if host_of(claimed).removeprefix("www.") != host_of(url).removeprefix("www.") or len(claimed) > 2000:
            continue
        last = urlsplit(claimed).path.rstrip("/").rpartition("/")[2]
        last = re.sub(r"\.\w{2,5}$", "", last)
        if len(last) >= 8 and last in urlsplit(fetched).path:
            return claimed
    return fetched
