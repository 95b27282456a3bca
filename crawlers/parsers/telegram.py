"""The public preview of a Telegram channel (``t.me/s/NAME``): the newest messages as HTML.

A channel without a preview, and a private one, answer with a page that has no history: that is ``no_preview``, not "nothing new".
Since April 2024 the addresses of outside links are escaped twice (data.md §7); they are unescaped once more here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.charset import decode
from crawlers.parsers.markup import element_text, tree_of
from crawlers.parsers.plain import count_of
from crawlers.parsers.post import post_entry, posts_result
from crawlers.parsers.results import Entry, FeedResult, Unreadable

_MESSAGE = "tgme_widget_message"


def parse_telegram(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 60
) -> FeedResult:
    """Messages, newest first. Raises :class:`Unreadable` with ``empty``, ``not_posts`` or ``no_preview``."""
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    root = tree_of(decode(body, (headers or {}).get("content-type", "")).text)
    if root is None:
        raise Unreadable("not_posts", "no page")
    if not _all(root, "tgme_channel_history") and not _all(root, _MESSAGE):
        raise Unreadable("no_preview" if _all(root, "tgme_page") else "not_posts", "no message history")
    entries = [_entry(message, url, now) for message in reversed(_all(root, _MESSAGE))]
    title = _all(root, "tgme_channel_info_header_title")
    return posts_result(
        [entry for entry in entries if entry is not None],
        limit,
        element_text(title[0]) if title else "",
    )


def _entry(message: Any, base: str, now: datetime) -> Entry | None:
    if "service_message" in (message.get("class") or "").split():
        return None
    dates = _all(message, "tgme_widget_message_date")
    times = [time for date in dates for time in date.iter("time") if time.get("datetime")]
    name = (message.get("data-post") or "").strip("/")
    notes = ["forwarded"] if _all(message, "tgme_widget_message_forwarded_from") else []
    if _all(message, "tgme_widget_message_reply"):
        notes.append("reply")
    meta = _all(message, "tgme_widget_message_meta")
    if meta and element_text(meta[0]).strip().casefold().startswith(("edited", "đã sửa")):
        notes.append("edited")
    views = _all(message, "tgme_widget_message_views")
    channel = name.partition("/")[0]
    return post_entry(
        link=f"https://t.me/{name}" if name.count("/") == 1 else _href(dates),
        base=base,
        now=now,
        guid=name,
        parts=[
            *(_words(text) for text in _all(message, "tgme_widget_message_text") if not _in_reply(text)),
            *(_words(part) for part in _all(message, "tgme_widget_message_poll_question")),
            *(_words(part) for part in _all(message, "tgme_widget_message_poll_option_text")),
            *(_words(part) for part in _all(message, "tgme_widget_message_document_title")),
            *(_words(part) for part in _all(message, "link_preview_title")),
            *(_words(part) for part in _all(message, "link_preview_description")),
        ],
        author=f"@{channel}" if channel else "",
        published=times[0].get("datetime") if times else "",
        views=count_of(element_text(views[0])) if views else 0,
        warnings=notes,
    )


def _all(root: Any, name: str) -> list[Any]:
    """Elements of that class, in page order, the element itself left out."""
    return [
        element
        for element in root.iterdescendants()
        if isinstance(element.tag, str) and name in (element.get("class") or "").split()
    ]


def _in_reply(element: Any) -> bool:
    """Whether these are the words of the message that is answered, not of this one."""
    return any(
        "tgme_widget_message_reply" in (above.get("class") or "").split() for above in element.iterancestors()
    )


def _words(element: Any) -> str:
    """The element's words; a link that hides its address behind other words says the address too."""
    for link in list(element.iter("a")):
        address = (link.get("href") or "").replace("&amp;", "&")
        shown = element_text(link).strip().replace("&amp;", "&")
        if link.get("onclick") and address.startswith(("http://", "https://")):
            for child in list(link):
                link.remove(child)
            bare = address.split("://", 1)[1].rstrip("/")
            link.text = address if shown.split("://")[-1].rstrip("/") == bare else f"{shown} ({address})"
    return element_text(element)


def _href(links: list[Any]) -> str:
    return (links[0].get("href") or "") if links else ""
