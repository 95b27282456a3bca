"""YouTube: the newest videos of a channel or playlist. With the office's own key by the Data API; without one by the Atom feed, for which
YouTube's robots.txt is obeyed, and may refuse (decision 18).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from crawlers.failures import Failure
from crawlers.parsers.results import FeedResult
from crawlers.spiders.base import Document, NoOptions, bad_address, web_address
from crawlers.spiders.posts import PostKind, on_same_host, path_of, query_of, with_query

if TYPE_CHECKING:
    from crawlers.fetch.client import Access, Page
    from crawlers.spiders.desk import Run

SITE, API = "https://www.youtube.com", "https://www.googleapis.com/youtube/v3"
_CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
_PLAYLIST = re.compile(r"(?:PL|UU|OL|FL)[\w-]{10,64}", re.ASCII)
_HANDLE = re.compile(r"@[\w.·-]{3,30}")
_ROOT = "/youtube/v3"


class YouTubeKind(PostKind):
    """A channel's address or number, a playlist's address, or the feed's own address; ``@name`` needs a key."""

    name = "youtube"
    takes_token = True
    refusals: ClassVar[Mapping[str, str]] = {
        "robots": "youtube_robots",
        "http_400": "token_refused",
        "http_403": "token_refused",
    }

    def address(self, given: str, options: NoOptions) -> str:
        """The feed's address where the number is known, else the channel's page."""
        typed = given.strip()
        if _CHANNEL.fullmatch(typed):
            return with_query(f"{SITE}/feeds/videos.xml", channel_id=typed)
        url = web_address(typed)
        parts, query = path_of(url), query_of(url)
        if parts[-2:] == ["feeds", "videos.xml"] and query.keys() & {"channel_id", "playlist_id"}:
            return url
        if _ROOT in url and query.get("playlistId"):
            return url
        if parts[:1] == ["channel"] and len(parts) > 1 and _CHANNEL.fullmatch(parts[1]):
            return on_same_host(url, "/feeds/videos.xml", channel_id=parts[1])
        if parts == ["playlist"] and _PLAYLIST.fullmatch(query.get("list", "")):
            return on_same_host(url, "/feeds/videos.xml", playlist_id=query["list"])
        if parts and _HANDLE.fullmatch(parts[0]):
            return on_same_host(url, f"/{parts[0]}").rstrip("?")
        raise bad_address(
            "Dán địa chỉ kênh (https://www.youtube.com/channel/UC… hoặc /@tên), danh sách phát, hoặc mã kênh UC…."
        )

    async def documents(self, run: Run, options: NoOptions) -> AsyncIterator[tuple[Page, FeedResult]]:
        """The newest videos, by the key where there is one."""
        from crawlers.fetch.client import Access

        token = run.job.token.get_secret_value()
        if token:
            access = Access(interface=True, header="X-Goog-Api-Key", token=token)
            url = with_query(
                f"{_api(run.job.url)}/playlistItems",
                part="snippet,contentDetails,status",
                maxResults=50,
                playlistId=await self._playlist(run, options, access),
            )
            page = await self.fetch_source(run, url, access=access)
        elif "/feeds/videos.xml" in run.job.url:
            page = await self.fetch_source(run)
        else:
            raise Failure("youtube_key", url=run.job.url)
        yield page, await self.parsed(run, page, options)

    async def _playlist(self, run: Run, options: NoOptions, access: Access) -> str:
        """Which playlist holds the videos: of a channel it is the one of its uploads."""
        query = query_of(run.job.url)
        known = query.get("playlist_id") or query.get("playlistId")
        if known:
            return known
        if channel := query.get("channel_id", ""):
            return f"UU{channel[2:]}"
        url = with_query(
            f"{_api(run.job.url)}/channels", part="contentDetails", forHandle=path_of(run.job.url)[0]
        )
        try:
            found = await run.desk.fetcher.get(url, access=access)
        except Failure as failure:
            raise self.in_own_words(failure) from failure
        playlist = (await self.parsed(run, found, options)).title
        if not playlist:
            raise Failure("account_unknown", url=run.job.url)
        return playlist

    def parse(self, document: Document, options: NoOptions) -> FeedResult:
        """Videos of the Data API or of the feed: told by the first letter."""
        from crawlers.parsers.social_feed import parse_social_feed
        from crawlers.parsers.youtube import parse_youtube

        read = parse_youtube if document.body.lstrip()[:1] in {b"[", b"{", b""} else parse_social_feed
        return read(document.body, document.url, document.now, document.headers, document.limit)


def _api(url: str) -> str:
    return url.partition(_ROOT)[0] + _ROOT if _ROOT in url else API
