"""What the parsers hand back: plain, checked records. The parent validates them again, since the child read hostile bytes."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from core.errors import LamroError
from core.messages import Message
from crawlers.failures import reason_of


class Unreadable(LamroError):
    """The bytes are not what they should be. ``code`` is a key of ``crawlers.failures.REASONS``; ``detail`` is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        reason = reason_of(code)
        super().__init__(reason.vi, reason.en, code=code)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class Parsed(BaseModel):
    """Strict base: a child that answers with anything else is treated as broken."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListingRules(Message):
    """How to read a listing page without a feed: CSS of the links, or a pattern of their addresses."""

    link_css: str = Field(default="", max_length=300)
    link_pattern: str = Field(default="", max_length=300)
    title_css: str = Field(default="", max_length=300)
    date_css: str = Field(default="", max_length=300)


class Entry(Parsed):
    """One entry of a feed, texts plain and cut. ``entry_hash`` changes when the outlet edits the entry.

    ``canonical_url`` is set where the address is no identity (a redirect link that differs at each read); ``found_by`` names the rule
    that chose the entry.
    """

    url: str = Field(max_length=2000)
    guid: str = Field(default="", max_length=2000)
    title: str = Field(default="", max_length=500)
    summary: str = Field(default="", max_length=4000)
    text: str = Field(default="", max_length=200_000)
    author: str = Field(default="", max_length=200)
    #: who published it, where the list is not the publisher's own (a search feed)
    outlet: str = Field(default="", max_length=200)
    outlet_url: str = Field(default="", max_length=2000)
    published_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    is_video: bool = False
    canonical_url: str = Field(default="", max_length=2000)
    language_hint: str = Field(default="", max_length=12)
    found_by: str = Field(default="", max_length=40)
    #: as the platform shows it; 0 when it does not
    views: int = Field(default=0, ge=0, le=10**12)
    entry_hash: str = ""
    warnings: list[str] = Field(default_factory=list)

    @property
    def id(self) -> str:
        """What the feed calls the entry, or its address."""
        return self.guid or self.url

    @property
    def says_something(self) -> bool:
        """Whether there are words to keep when the page behind it cannot be read."""
        return bool(self.title or self.summary or self.text)


class Link(Parsed):
    """One link that a document names: an article of a listing page, a part of a sitemap, a feed of a page."""

    url: str = Field(max_length=2000)
    title: str = Field(default="", max_length=500)
    published_at: AwareDatetime | None = None
    entry_hash: str = ""
    found_by: str = ""


class FeedResult(Parsed):
    """A feed as ingest sees it. ``truncated``: the feed held more than ``limit`` entries, the rest was not read.

    ``more`` are further documents that this one names: the parts of a sitemap (``form`` ``index``), the feeds of a page that is no feed
    itself (``web_page``).
    """

    form: Literal["feed", "index", "web_page"] = "feed"
    more: list[Link] = Field(default_factory=list)

    title: str = Field(default="", max_length=500)
    entries: list[Entry] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    truncated: bool = False


class Article(Parsed):
    """One page read for its main text. ``kind`` ``empty`` is an error for the caller, never "nothing found"."""

    title: str = Field(default="", max_length=500)
    text: str = Field(default="", max_length=200_000)
    published_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    date_from: str = "none"
    language_hint: str = ""
    author: str = Field(default="", max_length=200)
    canonical_url: str = Field(default="", max_length=2000)
    kind: Literal["article", "listing", "empty"] = "article"
    warnings: list[str] = Field(default_factory=list)


class ListingResult(Parsed):
    """The article links of a listing page, in page order, each address once."""

    title: str = Field(default="", max_length=500)
    links: list[Link] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    truncated: bool = False


class PlainText(Parsed):
    """The words of a file or of a whole page. ``pages`` is 0 for anything without pages."""

    title: str = Field(default="", max_length=500)
    text: str = Field(default="", max_length=200_000)
    pages: int = 0
    warnings: list[str] = Field(default_factory=list)
