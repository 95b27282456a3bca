"""The feeds of the sample press: RSS 2.0, Atom, a Mastodon tag and a YouTube channel, as those programs write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from config.demo.press.catalogue import Outlet
from config.demo.press.newsroom import Edition
from core.clock import VIETNAM

#: How many entries a feed shows, newest first, as most papers do.
WINDOW = 20


def render_feed(outlet: Outlet, editions: Sequence[Edition], base: str, now: datetime) -> tuple[str, str]:
    """The feed document and its content type. ``editions`` come newest first; ``base`` is the outlet's origin."""
    shown = editions[:WINDOW]
    match outlet.shape:
        case "rss":
            return _rss(outlet, shown, base), "application/rss+xml; charset=utf-8"
        case "mastodon":
            return _mastodon(outlet, shown, base), "application/rss+xml; charset=utf-8"
        case "youtube":
            return _youtube(outlet, shown, base), "text/xml; charset=UTF-8"
        case _:
            return _atom(outlet, shown, base, now), "application/atom+xml; charset=utf-8"


def _rss(outlet: Outlet, editions: Sequence[Edition], base: str) -> str:
    rows = []
    for edition in editions:
        link = base + edition.path
        teaser = escape(edition.summary, quote=False).replace("]]>", "]]&gt;")
        author = f"<dc:creator>{escape(edition.item.author)}</dc:creator>" if edition.item.author else ""
        section = f"<category>{escape(edition.item.section)}</category>" if edition.item.section else ""
        changed = f"<atom:updated>{_iso(edition.updated)}</atom:updated>" if edition.edited else ""
        rows.append(
            f"<item><title>{escape(edition.title, quote=False)}</title><link>{link}</link>"
            f'<guid isPermaLink="true">{link}</guid><pubDate>{_rfc(edition.published)}</pubDate>{changed}'
            f"{section}{author}<description><![CDATA[<p>{teaser}</p>]]></description></item>"
        )
    built = f"<lastBuildDate>{_rfc(max(e.updated for e in editions))}</lastBuildDate>" if editions else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>{escape(outlet.name)}</title><link>{base}/</link>"
        f"<description>{escape(outlet.tagline)}</description><language>{outlet.language}</language>{built}"
        f'<atom:link href="{base}{outlet.path}" rel="self" type="application/rss+xml"/>'
        + "\n".join(rows)
        + "</channel></rss>\n"
    )


def _atom(outlet: Outlet, editions: Sequence[Edition], base: str, now: datetime) -> str:
    rows = []
    for edition in editions:
        link = base + edition.path
        author = f"<author><name>{escape(edition.item.author)}</name></author>" if edition.item.author else ""
        rows.append(
            f"<entry><id>{link}</id><title>{escape(edition.title)}</title>"
            f'<link rel="alternate" type="text/html" href="{link}"/><published>{_iso(edition.published)}</published>'
            f"<updated>{_iso(edition.updated)}</updated>{author}"
            f'<summary type="html">{escape(f"<p>{escape(edition.summary)}</p>")}</summary></entry>'
        )
    updated = max((e.updated for e in editions), default=now)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}"><id>{base}/</id>'
        f"<title>{escape(outlet.name)}</title><subtitle>{escape(outlet.tagline)}</subtitle>"
        f'<link rel="self" href="{base}{outlet.path}"/><link rel="alternate" type="text/html" href="{base}/"/>'
        f"<updated>{_iso(updated)}</updated>" + "\n".join(rows) + "</feed>\n"
    )


def _mastodon(outlet: Outlet, editions: Sequence[Edition], base: str) -> str:
    """As Mastodon writes ``/tags/x.rss``: no titles, the post's HTML in the description, the handle in the address."""
    rows = []
    for edition in editions:
        link = base + edition.path
        tags = "".join(f"<category>{escape(tag)}</category>" for tag in edition.item.tags)
        rows.append(
            f'<item><guid isPermaLink="true">{link}</guid><link>{link}</link>'
            f"<pubDate>{_rfc(edition.published)}</pubDate>"
            f"<description>{escape(post_html(edition, base), quote=False)}</description>{tags}</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:webfeeds="http://webfeeds.org/rss/1.0" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>{escape(outlet.name)}</title><description>{escape(outlet.tagline)}</description>"
        f"<link>{base}{outlet.path.removesuffix('.rss')}</link><generator>Mastodon v4.3.1</generator>"
        + "".join(rows)
        + "</channel></rss>\n"
    )


def post_html(edition: Edition, base: str) -> str:
    """The HTML of a social post: paragraphs, then its tags as links."""
    parts = [f"<p>{escape(text, quote=False)}</p>" for text in edition.paragraphs]
    tags = " ".join(
        f'<a href="{base}/tags/{escape(tag)}" class="mention hashtag" rel="tag">#<span>{escape(tag)}</span></a>'
        for tag in edition.item.tags
    )
    return "".join(parts) + (f"<p>{tags}</p>" if tags else "")


def _youtube(outlet: Outlet, editions: Sequence[Edition], base: str) -> str:
    channel = "UC" + outlet.id.replace("-", "")[:22]
    rows = []
    for edition in editions:
        video = edition.path.rsplit("/", 1)[1]
        link = base + edition.path
        rows.append(
            f"<entry><id>yt:video:{video}</id><yt:videoId>{video}</yt:videoId><yt:channelId>{channel}</yt:channelId>"
            f'<title>{escape(edition.title)}</title><link rel="alternate" href="{link}"/>'
            f"<author><name>{escape(outlet.name)}</name><uri>{base}/channel/{channel}</uri></author>"
            f"<published>{_iso(edition.published)}</published><updated>{_iso(edition.updated)}</updated>"
            f"<media:group><media:title>{escape(edition.title)}</media:title>"
            f'<media:content url="{link}" type="text/html" width="640" height="390"/>'
            f'<media:thumbnail url="{base}/thumb/{video}.png" width="480" height="360"/>'
            f"<media:description>{escape(chr(10).join(edition.paragraphs))}</media:description>"
            f'<media:community><media:statistics views="{edition.item.views or 0}"/></media:community>'
            "</media:group></entry>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" '
        f'xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="{base}{outlet.path}"/>'
        f"<id>yt:channel:{channel}</id><yt:channelId>{channel}</yt:channelId><title>{escape(outlet.name)}</title>"
        f'<link rel="alternate" href="{base}/channel/{channel}"/>' + "".join(rows) + "</feed>\n"
    )


def _rfc(moment: datetime) -> str:
    return format_datetime(moment.astimezone(VIETNAM))


def _iso(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).isoformat(timespec="seconds")
