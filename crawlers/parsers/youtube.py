"""Videos of a YouTube channel as the YouTube Data API v3 lists them (``playlistItems`` of the uploads, ``channels`` by handle)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crawlers.parsers.post import mapping, post_entry, posts_result, read_json, words
from crawlers.parsers.results import Entry, FeedResult, Unreadable


def parse_youtube(
    body: bytes, url: str, now: datetime, headers: Mapping[str, str] | None = None, limit: int = 60
) -> FeedResult:
    """Videos in the order given. Raises :class:`Unreadable` with ``empty``, ``not_posts`` or ``bomb``.

    An answer about a channel has no entries; its title is the number of the playlist that holds the channel's uploads.
    """
    data = mapping(read_json(body, headers))
    if data.get("kind") == "youtube#channelListResponse":
        rows = data.get("items") if isinstance(data.get("items"), list) else []
        details = mapping(mapping(rows[0]).get("contentDetails")) if rows else {}
        return FeedResult(title=words(mapping(details.get("relatedPlaylists")).get("uploads"))[:500])
    if not isinstance(data.get("items"), list):
        raise Unreadable("not_posts", "no list of videos")
    entries: list[Entry] = []
    for row in data["items"]:
        snippet, status = mapping(mapping(row).get("snippet")), mapping(mapping(row).get("status"))
        video = words(mapping(snippet.get("resourceId")).get("videoId"))
        if not video or status.get("privacyStatus", "public") != "public":
            continue
        details = mapping(mapping(row).get("contentDetails"))
        entries.append(
            post_entry(
                link=f"https://www.youtube.com/watch?v={video}",
                base=url,
                now=now,
                guid=f"yt:video:{video}",
                title=words(snippet.get("title")),
                parts=[words(snippet.get("description"))],
                author=words(snippet.get("channelTitle")),
                published=words(details.get("videoPublishedAt")) or words(snippet.get("publishedAt")),
                is_video=True,
            )
        )
    return posts_result(entries, limit)
