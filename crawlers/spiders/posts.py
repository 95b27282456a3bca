"""Kinds whose entries are public posts of people: taken whole, never opened, and kept by intake only where a watched place is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawlers.failures import Failure
from crawlers.spiders.base import NoOptions
from crawlers.spiders.entries import EntryKind

if TYPE_CHECKING:
    from crawlers.fetch.client import Access, Page
    from crawlers.spiders.desk import Run

#: posts asked for at once; more than a quiet locality's page gets between two reads
POSTS = 40


class PostKind(EntryKind[NoOptions]):
    """A platform. ``refusals`` gives a general failure the words that fit this platform (code → code)."""

    options = NoOptions
    social = True
    opens_pages = False
    refusals: ClassVar[Mapping[str, str]] = {}

    async def fetch_source(
        self,
        run: Run,
        url: str = "",
        headers: Mapping[str, str] | None = None,
        access: Access | None = None,
        *,
        unzip: bool = False,
    ) -> Page:
        """As for every kind, with this platform's own sentence for a refusal."""
        try:
            return await super().fetch_source(run, url, headers, access, unzip=unzip)
        except Failure as failure:
            raise self.in_own_words(failure) from failure

    def in_own_words(self, failure: Failure) -> Failure:
        """The failure under this platform's code, where it has one."""
        code = self.refusals.get(failure.code)
        if code is None:
            return failure
        return Failure(
            code, failure.detail, status=failure.status, retry_after=failure.retry_after, url=failure.url
        )


def path_of(url: str) -> list[str]:
    """The parts of an address's path, empty ones left out."""
    return [part for part in urlsplit(url).path.split("/") if part]


def host_of(url: str) -> str:
    """The host, without "www." and "m."."""
    host = (urlsplit(url).hostname or "").lower()
    return host.removeprefix("www.").removeprefix("m.")


def query_of(url: str) -> dict[str, str]:
    """The named values of an address's query."""
    return dict(parse_qsl(urlsplit(url).query))


def with_query(url: str, **values: Any) -> str:
    """``url`` without its query and fragment, with these values instead."""
    return f"{url.partition('#')[0].partition('?')[0]}?{urlencode(values)}"


def on_same_host(url: str, path: str, **values: Any) -> str:
    """An address on the host of ``url``."""
    parts = urlsplit(url)
    return with_query(f"{parts.scheme}://{parts.netloc}{path}", **values)
