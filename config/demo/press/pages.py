"""The web pages of the sample press: articles, home and list pages, "not found" and "under maintenance".

Each outlet has its own look, so that article extraction and date reading meet what they meet outside: JSON-LD, meta
tags, bylines in Vietnamese, English and Chinese, related links, a noisy sidebar and a footer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from html import escape

from config.demo.press.catalogue import Outlet
from config.demo.press.feeds import post_html
from config.demo.press.moments import MONTHS_EN, WEEKDAYS_VI
from config.demo.press.newsroom import Edition
from core.clock import VIETNAM

_STYLE = (
    "body{font-family:Georgia,serif;margin:0;color:#222}header,footer{background:#f3f1ea;padding:12px 24px}"
    "nav a{margin-right:14px}main{max-width:760px;margin:24px auto;padding:0 16px}.sapo{font-weight:bold}"
    "aside{font-size:.9em;border-top:1px solid #ccc;margin-top:32px}"
)
_FEED_TYPES = {"rss": "application/rss+xml", "mastodon": "application/rss+xml"}


def article_page(edition: Edition, related: Sequence[Edition], base: str) -> str:
    """The page of one article, post or video. ``related`` are older items of the same outlet."""
    outlet = edition.outlet
    if outlet.layout == "social":
        return _post_page(edition, base)
    if outlet.layout == "video":
        return _video_page(edition, base)
    style = edition.item.date_style or outlet.date_style
    css = {"daily": "than-bai", "paper": "noi-dung", "portal": "chi-tiet"}.get(outlet.layout, "article-body")
    text = "\n".join(f"<p>{escape(part, quote=False)}</p>" for part in edition.paragraphs)
    sapo = f'<p class="sapo">{escape(edition.summary, quote=False)}</p>' if edition.summary else ""
    # Papers set the teaser apart from the body, the other outlets begin the body with it.
    apart, inside = ("", sapo) if css == "article-body" else (sapo, "")
    name = escape(edition.item.author)
    author = f'<p class="tac-gia"><strong>{name}</strong></p>' if name else ""
    main = (
        f'<main><article><h1 class="tieu-de">{escape(edition.title, quote=False)}</h1>{_dateline(edition, style)}'
        f'{apart}<div class="{css}">{inside}{text}</div>{author}</article>{_related(outlet, related, base)}</main>'
    )
    return _shell(
        outlet, edition.title, main, base, head=_head(edition, style, base), language=edition.item.language
    )


def home_page(outlet: Outlet, editions: Sequence[Edition], base: str) -> str:
    """The front page: titles, times and teasers, newest first."""
    rows = "".join(
        f'<section><h2><a href="{base}{e.path}">{escape(e.title, quote=False)}</a></h2>'
        f'<time datetime="{e.published.isoformat()}">{_local(e.published):%d/%m/%Y %H:%M}</time>'
        f"<p>{escape(e.summary, quote=False)}</p></section>"
        for e in editions[:30]
    )
    return _shell(outlet, outlet.name, f"<main>{rows}</main>", base)


def list_page(outlet: Outlet, editions: Sequence[Edition], base: str) -> str:
    """The list page of an outlet without a feed: links relative to the page, days written the Vietnamese way."""
    rows = "".join(
        f'<li class="tin"><a class="tin-tieude" href="{e.path}">{escape(e.title, quote=False)}</a> '
        f'<span class="ngay">{_local(e.published):%d/%m/%Y %H:%M}</span></li>'
        for e in editions[:30]
    )
    side = '<aside class="lien-ket"><ul><li><a href="/lich-tiep-dan">Lịch tiếp công dân</a></li><li><a href="/thu-tuc">Thủ tục hành chính</a></li></ul></aside>'
    main = f'<main><h1>Tin tức – Sự kiện</h1><ul class="ds-tin">{rows}</ul><p class="trang">Trang 1 / 1</p>{side}</main>'
    return _shell(outlet, f"Tin tức – Sự kiện | {outlet.name}", main, base)


def maintenance_page(outlet: Outlet) -> str:
    """What a broken outlet answers to every address, with status 200, as many content systems do."""
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Bảo trì hệ thống</title></head><body>'
        f"<h1>{escape(outlet.name)} đang bảo trì</h1><p>Hệ thống đang được nâng cấp. Mời bạn đọc quay lại sau.</p></body></html>\n"
    )


def not_found_page(outlet: Outlet) -> str:
    """The outlet's own "not found" page (sent with status 404)."""
    words = {"en": "Page not found", "zh": "页面不存在"}.get(outlet.language, "Không tìm thấy trang")
    return (
        f'<!DOCTYPE html><html lang="{outlet.language}"><head><meta charset="utf-8"><title>{words}</title></head>'
        f"<body><h1>{words}</h1></body></html>\n"
    )


def _shell(outlet: Outlet, title: str, main: str, base: str, *, head: str = "", language: str = "") -> str:
    nav = "".join(
        f'<a href="{base}/#muc-{n}">{escape(name)}</a>' for n, name in enumerate(outlet.sections, 1)
    )
    feed = ""
    if outlet.kind == "feed":
        kind = _FEED_TYPES.get(outlet.shape, "application/atom+xml")
        feed = f'<link rel="alternate" type="{kind}" title="{escape(outlet.name)}" href="{outlet.path}">'
    foot = {
        "en": f"© {escape(outlet.name)}. Terms of use. Privacy. Contact the newsroom.",
        "zh": f"© {escape(outlet.name)} 版权所有 关于我们 联系编辑部",
    }.get(outlet.language, f"© {escape(outlet.name)}. Liên hệ tòa soạn. Điều khoản sử dụng.")
    return (
        f'<!DOCTYPE html>\n<html lang="{language or outlet.language}"><head><meta charset="utf-8">'
        f"<title>{escape(title, quote=False)} - {escape(outlet.name)}</title>"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{feed}{head}<style>{_STYLE}</style></head>'
        f'<body><header><a class="logo" href="{base}/">{escape(outlet.name)}</a><nav>{nav}</nav></header>'
        f"{main}<footer><p>{foot}</p></footer></body></html>\n"
    )


def _head(edition: Edition, style: str, base: str) -> str:
    link = base + edition.path
    head = (
        f'<link rel="canonical" href="{link}"><meta name="description" content="{escape(edition.summary)}">'
    )
    published, updated = (_local(moment).isoformat() for moment in (edition.published, edition.updated))
    if edition.outlet.language == "zh":
        head += f'<meta name="publishdate" content="{_local(edition.published).isoformat()}">'
    if style == "meta":
        head += (
            f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(edition.title)}">'
            f'<meta property="og:url" content="{link}"><meta property="article:published_time" content="{published}">'
        )
        if edition.edited:
            head += f'<meta property="article:modified_time" content="{updated}">'
    if style == "json-ld":
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": link,
            "headline": edition.title,
            "description": edition.summary,
            "datePublished": published,
            "dateModified": updated,
            "author": {"@type": "Person", "name": edition.item.author or edition.outlet.name},
            "publisher": {"@type": "Organization", "name": edition.outlet.name},
        }
        # "<" is escaped because a headline may hold "</script>".
        text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        head += f'<script type="application/ld+json">{text}</script>'
    return head


def _dateline(edition: Edition, style: str) -> str:
    moment = _local(edition.published)
    language = edition.outlet.language
    if language == "en":
        words = f"{moment.day} {MONTHS_EN[moment.month - 1]} {moment:%Y, %H:%M} (GMT+7)"
        if edition.edited:
            changed = _local(edition.updated)
            words += f" | Updated {changed.day} {MONTHS_EN[changed.month - 1]} {changed:%Y, %H:%M}"
    elif language == "zh":
        words = f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M} 来源：{edition.outlet.name}"
    else:
        day = WEEKDAYS_VI[moment.weekday()]
        words = f"{day[0].upper()}{day[1:].lower()}, {moment:%d/%m/%Y, %H:%M} (GMT+7)"
    if style == "time":
        return f'<div class="meta"><time datetime="{moment.isoformat()}">{words}</time></div>'
    return f'<div class="meta"><span class="ngay-dang">{words}</span></div>'


def _related(outlet: Outlet, related: Sequence[Edition], base: str) -> str:
    if not related:
        return ""
    words = {"en": "More stories", "zh": "相关新闻"}.get(outlet.language, "Tin liên quan")
    rows = "".join(f'<li><a href="{base}{e.path}">{escape(e.title, quote=False)}</a></li>' for e in related)
    return f'<aside class="lien-quan"><h3>{words}</h3><ul>{rows}</ul></aside>'


def _post_page(edition: Edition, base: str) -> str:
    main = (
        f'<main><article class="status"><p><a href="{base}/@{edition.item.handle}">@{edition.item.handle}</a></p>'
        f'<div class="status__content">{post_html(edition, base)}</div>'
        f'<time datetime="{edition.published.isoformat()}">{_local(edition.published):%d/%m/%Y %H:%M}</time></article></main>'
    )
    return _shell(edition.outlet, f"@{edition.item.handle}", main, base, language=edition.item.language)


def _video_page(edition: Edition, base: str) -> str:
    text = "".join(f"<p>{escape(part, quote=False)}</p>" for part in edition.paragraphs)
    main = (
        f'<main><article><h1>{escape(edition.title, quote=False)}</h1><p class="views">{edition.item.views or 0} lượt xem · '
        f'{_local(edition.published):%d/%m/%Y}</p><div class="mo-ta">{text}</div></article></main>'
    )
    return _shell(edition.outlet, edition.title, main, base, head=_head(edition, "meta", base))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM)
