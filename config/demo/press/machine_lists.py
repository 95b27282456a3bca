"""What the papers of the sample press offer programs beside their feed: a sitemap with its news part, and a JSON feed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from xml.sax.saxutils import escape

from config.demo.press.catalogue import Outlet
from config.demo.press.feeds import WINDOW
from config.demo.press.newsroom import Edition
from core.clock import VIETNAM

SITEMAP = "/sitemap.xml"
NEWS_SITEMAP = "/sitemap-news.xml"
ARTICLES_SITEMAP = "/sitemap-articles.xml"
JSON_FEED = "/feed.json"
#: A news sitemap holds the last two days, as search engines ask.
NEWS_DAYS = timedelta(days=2)
_XML = "application/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def offers(outlet: Outlet) -> bool:
    """Papers and portals do; social pages do not."""
    return not outlet.social


def render(path: str, outlet: Outlet, editions: Sequence[Edition], base: str) -> tuple[str, str] | None:
    """The document at ``path`` and its content type, or None when it is not one of these. ``editions`` come newest first."""
    if not offers(outlet):
        return None
    if path == SITEMAP:
        return _index(editions, base), _XML
    if path == ARTICLES_SITEMAP:
        return _urlset([_page(edition, base) for edition in editions]), _XML
    if path == NEWS_SITEMAP:
        newest = editions[0].published if editions else None
        recent = [e for e in editions if newest is not None and e.published > newest - NEWS_DAYS]
        return _urlset([_news(edition, outlet, base) for edition in recent]), _XML
    if path == JSON_FEED:
        return _json_feed(outlet, editions[:WINDOW], base), "application/feed+json; charset=utf-8"
    return None


def _index(editions: Sequence[Edition], base: str) -> str:
    changed = f"<lastmod>{_iso(max(editions, key=lambda e: e.updated))}</lastmod>" if editions else ""
    parts = "".join(
        f"<sitemap><loc>{base}{path}</loc>{changed}</sitemap>" for path in (NEWS_SITEMAP, ARTICLES_SITEMAP)
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SITEMAPS}">{parts}</sitemapindex>\n'


def _urlset(rows: Sequence[str]) -> str:
    return f'{_HEAD}<urlset xmlns="{_SITEMAPS}" xmlns:news="{_NEWS}">{"".join(rows)}</urlset>\n'


def _page(edition: Edition, base: str, more: str = "") -> str:
    return f"<url><loc>{base}{edition.path}</loc><lastmod>{_iso(edition)}</lastmod>{more}</url>"


def _news(edition: Edition, outlet: Outlet, base: str) -> str:
    published = edition.published.astimezone(VIETNAM).isoformat(timespec="seconds")
    return _page(
        edition,
        base,
        f"<news:news><news:publication><news:name>{escape(outlet.name)}</news:name><news:language>{outlet.language}</news:language>"
        f"</news:publication><news:publication_date>{published}</news:publication_date>"
        f"<news:title>{escape(edition.title)}</news:title></news:news>",
    )


def _json_feed(outlet: Outlet, editions: Sequence[Edition], base: str) -> str:
    items = [
        {
            "id": base + edition.path,
            "url": base + edition.path,
            "title": edition.title,
            "summary": edition.summary,
            "date_published": edition.published.astimezone(VIETNAM).isoformat(timespec="seconds"),
            "date_modified": _iso(edition),
        }
        for edition in editions
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": f"{base}/",
        "feed_url": base + JSON_FEED,
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False)


def _iso(edition: Edition) -> str:
    return edition.updated.astimezone(VIETNAM).isoformat(timespec="seconds")
