"""What the scheduler and the crawler say to each other: one JSON object a line, checked on both sides.

The scheduler writes :class:`CrawlJob` lines to the crawler's stdin and closes it; the crawler answers on stdout with
:class:`Candidate` and, exactly once a job, :class:`SourceResult` lines (decision 3). Bytes from outside are never trusted:
a line that does not validate goes to quarantine with its reason.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FieldSerializationInfo,
    SecretStr,
    TypeAdapter,
    field_serializer,
)

#: What a source is. The names are those of :mod:`crawlers.registry`; a kind that it does not know is refused there, with a sentence.
SourceKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]

#: The one word of a run that an officer and outside tools see.
Outcome = Literal[
    "new", "seen", "unchanged", "empty", "truncated", "refused", "failed", "interrupted", "quarantined"
]


class Message(BaseModel):
    """Strict base: unknown fields are refused on both sides, so that the two programs cannot drift apart silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CrawlJob(Message):
    """One source to read in this round.

    ``known`` maps canonical URLs already stored to the entry hash last seen; an entry whose hash is unchanged is not fetched.
    ``preview`` asks for candidates without captures and ignoring ``known``: a few articles are opened, the rest is only listed.
    ``rules`` are the kind's own settings; the kind states and checks their shape (:mod:`crawlers.registry`).
    """

    source_id: str = Field(min_length=1, max_length=80)
    kind: SourceKind
    url: str = Field(max_length=2000)
    language: str = ""
    rules: dict[str, Any] = Field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    known: dict[str, str] = Field(default_factory=dict)
    max_entries: int = Field(default=60, ge=1, le=1000)
    fetch_articles: bool = True
    preview: bool = False
    #: a page of a flagged item: compare it with ``known``, and keep also an answer that says "no longer here".
    revisit: bool = False
    #: the office's own key to this source's programming interface. It leaves only on the pipe to the crawler (see ``for_crawler``);
    #: in logs and anywhere else it is a row of stars.
    token: SecretStr = SecretStr("")
    #: feed entries of this source are whole posts (Mastodon, YouTube): never open the page behind them.
    social: bool = False

    @field_serializer("token", when_used="json")
    def _token_on_the_pipe(self, token: SecretStr, info: FieldSerializationInfo) -> str:
        return token.get_secret_value() if (info.context or {}).get("pipe") else ""

    def for_crawler(self) -> str:
        """The line for the crawler's stdin, the only place where the token stands in clear."""
        return self.model_dump_json(context={"pipe": True})


class CaptureRecord(Message):
    """One fetched page kept as WARC (decision 12). ``path`` is relative to the captures folder."""

    path: str
    url: str
    url_chain: list[str]
    status: int
    peer: str
    sha256: str
    body_bytes: int
    content_type: str
    fetched_at: AwareDatetime
    #: of the WARC file as it lies on the disk
    file_sha256: str = Field(default="", max_length=64)
    #: the answer's headers as kept: no cookies, no authorisation
    headers: list[tuple[str, str]] = Field(default_factory=list, max_length=80)
    #: SHA-256 of the server's certificate (DER), empty without https
    tls_sha256: str = Field(default="", max_length=64)
    #: our clock minus the server's Date header, in seconds; None when it sent none that can be read
    clock_offset: int | None = None


class Candidate(Message):
    """Something that may become an item. Texts are plain (no HTML), NFC, without control characters, cut at the limits."""

    type: Literal["candidate"] = "candidate"
    source_id: str
    url: str = Field(max_length=2000)
    canonical_url: str = Field(max_length=2000)
    title: str = Field(max_length=500)
    text: str = Field(max_length=200_000)
    summary: str = Field(default="", max_length=4000)
    published_at: AwareDatetime | None = None
    #: which step decided the date: json-ld, meta, byline, feed, htmldate, none
    date_from: str = "none"
    updated_at: AwareDatetime | None = None
    language_hint: str = ""
    #: as published; masked by intake before it is stored, never indexed (G7)
    author: str = Field(default="", max_length=200)
    #: as the platform shows it; 0 when it does not
    views: int = Field(default=0, ge=0, le=10**12)
    kind: Literal["article", "post", "video", "listing"] = "article"
    entry_hash: str = ""
    #: which rule of the source led here (link_css, link_pattern, address, feed …), for a preview
    found_by: str = Field(default="", max_length=40)
    warnings: list[str] = Field(default_factory=list)
    capture: CaptureRecord | None = None


class SourceResult(Message):
    """The end of one job: exactly one a source. ``error_vi``/``error_en`` are sentences an officer can act on."""

    type: Literal["result"] = "result"
    source_id: str
    outcome: Outcome
    #: stable word for what went wrong: http_404, not_a_feed, timeout, too_large, robots, private_address, bomb …
    code: str = ""
    error_vi: str = ""
    error_en: str = ""
    http_status: int | None = None
    final_url: str = ""
    #: what the source calls itself, where its document says so
    title: str = Field(default="", max_length=500)
    etag: str = ""
    last_modified: str = ""
    body_sha256: str = ""
    entries: int = 0
    candidates: int = 0
    seen: int = 0
    page_errors: list[dict[str, str]] = Field(default_factory=list)
    started_at: AwareDatetime
    finished_at: AwareDatetime
    retry_after_seconds: int | None = None
    #: of a re-visit that found no article: the answer as it was kept
    proof: CaptureRecord | None = None


class IncomingMail(Message):
    """One message of a mailbox: its number there, its size in bytes, and its bytes (empty when it is larger than is read)."""

    uid: int
    size: int
    data: bytes


class NewMail(Message):
    """What came since the last look. ``validity`` names the numbering (RFC 3501 UIDVALIDITY); ``reached`` is the last number looked at."""

    validity: int
    messages: tuple[IncomingMail, ...]
    reached: int


class MailAttachment(Message):
    """A file that came with a mail. ``name`` is what the sender called it; what it is, its first bytes say."""

    name: str = Field(default="", max_length=200)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    base64: str


class MailRead(Message):
    """A forwarded mail, read. ``sent_at`` is what it claims; ``sender`` is an address in clear, masked before anything is stored (G7)."""

    message_id: str = Field(default="", max_length=1000)
    subject: str = Field(default="", max_length=500)
    sender: str = Field(default="", max_length=320)
    sent_at: AwareDatetime | None = None
    #: written by a program: a bounce, an out-of-office note
    automatic: bool = False
    text: str = Field(default="", max_length=200_000)
    links: list[str] = Field(default_factory=list)
    attachments: list[MailAttachment] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)


CrawlerLine = Annotated[Candidate | SourceResult, Field(discriminator="type")]
_LINE: TypeAdapter[Candidate | SourceResult] = TypeAdapter(CrawlerLine)


def read_crawler_line(line: bytes | str) -> Candidate | SourceResult:
    """One line of the crawler's stdout. Raises pydantic.ValidationError when it is not one of ours."""
    return _LINE.validate_json(line)


class ImportRow(BaseModel):
    """A row of ``lamro import``: an item from elsewhere (design §4)."""

    model_config = ConfigDict(extra="ignore")

    url: str = Field(max_length=2000)
    title: str = Field(max_length=2000)
    text: str = ""
    published_at: datetime | None = None
    language: str | None = None
    source: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict)
