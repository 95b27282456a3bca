"""A kind of source: one small class in one file of :mod:`crawlers.kinds`, found there by :mod:`crawlers.registry`.

Importing a kind must stay cheap (no Scrapy, no parser library): the review app and the command line ask it for its address form and
settings. Heavy imports belong inside ``read`` and ``parse``.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from core.errors import Invalid
from core.messages import CrawlJob, Message
from crawlers.failures import Failure

if TYPE_CHECKING:
    from crawlers.fetch.client import Access, Page
    from crawlers.parsers.results import FeedResult
    from crawlers.spiders.desk import Run

OptionsT = TypeVar("OptionsT", bound=Message)
URL_LIMIT = 2000
WORDS_LIMIT = 300


class Unchanged(Exception):
    """The source says, or its bytes show, that nothing has changed since the last read."""


class NoOptions(Message):
    """The settings of a kind that has none."""


@dataclass(frozen=True, slots=True)
class Document:
    """What the parse worker's child hands to a kind: the bytes, where they came from, and when "now" is.

    ``limit`` is how many entries are wanted at most; ``headers`` have lower-case names.
    """

    body: bytes
    url: str
    now: datetime
    headers: Mapping[str, str]
    limit: int


class Kind(ABC, Generic[OptionsT]):
    """What one kind of source is: its name, its address, its settings, and how it is read.

    ``social``: entries are posts of people, not press; intake keeps such a post only when it speaks of a watched place.
    ``pace`` names hosts with a rule of their own: seconds between two requests. ``takes_token``: the office's own key is of use to it.
    """

    name: ClassVar[str]
    social: ClassVar[bool] = False
    pace: ClassVar[Mapping[str, float]] = {}
    takes_token: ClassVar[bool] = False
    options: type[OptionsT]

    def address(self, given: str, options: OptionsT) -> str:
        """The web address to read, from what a person typed; the default takes an http or https address as it is.

        Raises :class:`Invalid` with the field ``url``.
        """
        return web_address(given)

    @abstractmethod
    async def read(self, run: Run, options: OptionsT) -> None:
        """Read the source of ``run.job``: hand candidates to ``run.found`` and leave counts in ``run``.

        Raises :class:`Failure` when the source itself cannot be read, and :class:`Unchanged`. A failing article page is noted with
        ``run.page_failed`` and never raised.
        """

    def parse(self, document: Document, options: OptionsT) -> FeedResult:
        """Entries of one document. Runs in the parse worker's child, without network. Raises :class:`Unreadable`."""
        raise NotImplementedError(self.name)

    async def fetch_source(
        self,
        run: Run,
        url: str = "",
        headers: Mapping[str, str] | None = None,
        access: Access | None = None,
        *,
        unzip: bool = False,
    ) -> Page:
        """The source's own page, with the conditional headers of the last read. Raises Failure, Unchanged."""
        from crawlers.fetch.client import VISITOR

        job = run.job
        conditional = not job.preview
        page = await run.desk.fetcher.get(
            url or job.url,
            etag=job.etag if conditional else "",
            last_modified=job.last_modified if conditional else "",
            headers=headers,
            unzip=unzip,
            access=access or VISITOR,
        )
        run.page = page
        if page.unchanged or (conditional and job.body_sha256 and page.sha256 == job.body_sha256):
            raise Unchanged
        if not page.body.strip():
            raise Failure("empty", status=page.status, url=page.url)
        return page


def web_address(given: str) -> str:
    """A typed web address, trimmed. Raises :class:`Invalid` (field ``url``) for anything that is not http or https."""
    given = given.strip()
    try:
        parts = urlsplit(given)
        web = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(given) <= URL_LIMIT
    except ValueError:
        web = False
    if not web:
        raise bad_address("Nhập địa chỉ bắt đầu bằng http:// hoặc https://, tối đa 2000 ký tự.")
    return given


def search_words(given: str) -> str:
    """The words of a search source; empty when an address was given. Raises :class:`Invalid` (field ``url``) for too few or too many."""
    given = " ".join(given.split())
    if "://" in given:
        return ""
    if not 2 <= len(given) <= WORDS_LIMIT:
        raise bad_address(f"Gõ từ cần tìm, từ 2 đến {WORDS_LIMIT} ký tự, tên riêng đặt trong ngoặc kép.")
    return given


def bad_address(vi: str) -> Invalid:
    """The refusal of an address, with what to type instead."""
    return Invalid(vi, "The address is not one that this kind of source can read.", fields={"url": vi})


def text_hash(job: CrawlJob, url: str, title: str, text: str) -> str:
    """The entry hash of a page that no feed describes: its address and words."""
    return hashlib.sha256(
        f"{job.source_id}\x1f{url}\x1f{title}\x1f{text}".encode("utf-8", "replace")
    ).hexdigest()[:32]
