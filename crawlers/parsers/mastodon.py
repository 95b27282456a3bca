"""Mastodon's public JSON: statuses of a tag or of an account (docs.joinmastodon.org, entity Status), and the look-up of an account.

Only what everybody may read is taken (public and unlisted); a boost is read as the post that was boosted. Content is HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawlers.parsers.markup import fragment_text
from crawlers.parsers.post import listed, mapping, post_entry, posts_result, read_json, words
from crawlers.parsers.results import Entry, FeedResult, Unreadable

_OPEN = {"public", "unlisted"}


def parse_mastodon(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 60
) -> FeedResult:
    """Posts in the order given. Raises :class:`Unreadable` with ``empty``, ``not_posts`` or ``bomb``.

    The answer of ``/api/v1/accounts/lookup`` has no entries; its title is the account's number.
    """
    data = read_json(body, headers)
    if isinstance(data, Mapping) and isinstance(data.get("id"), str) and "acct" in data:
        return FeedResult(title=data["id"][:500])
    if not isinstance(data, list):
        raise Unreadable("not_posts", "no list of statuses")
    entries = [_entry(mapping(status), url, now) for status in data]
    return posts_result([entry for entry in entries if entry is not None], limit)


def _entry(status: Mapping[str, Any], base: str, now: datetime) -> Entry | None:
    notes = []
    boosted = mapping(status.get("reblog"))
    if boosted:
        status = boosted
        notes.append("repost")
    if status.get("visibility", "public") not in _OPEN:
        return None
    if status.get("in_reply_to_id"):
        notes.append("reply")
    if status.get("sensitive") is True:
        notes.append("sensitive")
    edited = words(status.get("edited_at"))
    if edited:
        notes.append("edited")
    account = words(mapping(status.get("account")).get("acct"))
    quoted = mapping(mapping(status.get("quote")).get("quoted_status"))
    card = mapping(status.get("card"))
    return post_entry(
        link=words(status.get("url")) or words(status.get("uri")),
        base=base,
        now=now,
        guid=words(status.get("uri")),
        parts=[
            words(status.get("spoiler_text")),
            fragment_text(words(status.get("content"))),
            *(words(mapping(o).get("title")) for o in listed(mapping(status.get("poll")).get("options"))),
            *(words(mapping(m).get("description")) for m in listed(status.get("media_attachments"))),
            words(card.get("title")),
            _quoted(fragment_text(words(quoted.get("content")))),
        ],
        author=f"@{account}" if account else "",
        published=words(status.get("created_at")),
        updated=edited,
        language=words(status.get("language")),
        warnings=notes,
    )


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines() if line.strip())
