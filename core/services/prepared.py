"""A text on its way into the store: cleaned, masked, hashed, read by the analyst; nothing of it is written yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.messages import Candidate, CaptureRecord, ImportRow
from core.places import PlaceRule
from core.ports import Analysis, ClaimLikeness, JudgedClaim
from core.queries import gazetteer
from core.queries.locality import watched_codes
from core.records.source import Source
from core.services import rematching, suggestions
from core.services.desk import Desk
from core.text.handles import mask_handle, mask_handles_in
from core.text.normalise import clean
from core.text.trimming import Trimmed, trim
from core.text.urls import canonical_url, host_of

TITLE_LIMIT, TEXT_LIMIT, SUMMARY_LIMIT = 500, 200_000, 4000
UNTITLED = "(không có tiêu đề)"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something from outside that cannot be an item, with its reason for staff."""

    source_id: str | None
    vi: str
    en: str
    payload: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """One text, ready to be compared with the store. Times are aware; ``key`` is the SHA-256 that makes it one item."""

    key: str
    url: str
    canonical: str
    title: str
    text: str
    content_sha256: str
    #: of the words before what the outlet puts around them was taken off: how items were stored that are older than that
    untrimmed_sha256: str = ""
    #: another outlet that the first line names in front of the text
    credit: str = ""
    source_id: str | None = None
    summary: str = ""
    author: str = ""
    kind: str = "article"
    published_at: datetime | None = None
    date_from: str = "none"
    language_hint: str = ""
    entry_hash: str = ""
    warnings: tuple[str, ...] = ()
    capture: CaptureRecord | None = None
    via: str = "crawl"
    seen_where: str = ""
    seen_at: datetime | None = None
    received_by: int | None = None
    note: str = ""
    social: bool = False
    #: at least this office's own locality is noted as "check": a person said that it concerns the office
    for_unit: int | None = None
    views: int = 0
    analysis: Analysis | None = None
    #: judged claims that it is like; only texts that may speak of a watched place are compared
    like: tuple[ClaimLikeness, ...] = ()

    def says(self, content_sha256: str) -> bool:
        """True when a stored text of this hash has the same words."""
        return bool(content_sha256) and content_sha256 in {self.content_sha256, self.untrimmed_sha256}

    def when(self, now: datetime) -> datetime:
        """When it happened, as far as known: publication, never in the future; else now."""
        return now if self.published_at is None else min(self.published_at, now)

    @property
    def host(self) -> str:
        """The host of the address."""
        return host_of(self.canonical)[:255]

    @property
    def places(self) -> frozenset[str]:
        """The localities that it speaks of, or may speak of."""
        return frozenset(m.locality for m in self.found.mentions if m.band != "out")

    @property
    def around(self) -> frozenset[str]:
        """The localities whose province alone it names."""
        return self.found.around - self.places

    @property
    def found(self) -> Analysis:
        """The analysis; a text without one never reaches the store."""
        if self.analysis is None:
            raise ValueError("not analysed")
        return self.analysis


@dataclass(frozen=True, slots=True)
class Outside:
    """What the analyst and the preparation must know: the watched localities, the sources, the claims judged so far, the rules."""

    watched: tuple[str, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)
    judged: tuple[JudgedClaim, ...] = ()
    rules: tuple[PlaceRule, ...] = ()
    #: the revision of the gazetteer that texts are read by
    gazetteer: int = 0


def outside(session: Session, source_ids: Sequence[str]) -> Outside:
    """Read it for a batch."""
    rows = session.scalars(select(Source).where(Source.id.in_(sorted(set(source_ids)))))
    return Outside(
        watched_codes(session),
        {row.id: row for row in rows},
        suggestions.judged(session),
        rematching.active(session),
        gazetteer.revision(session),
    )


def from_candidate(candidate: Candidate, around: Outside, *, via: str = "crawl") -> Prepared | Refusal:
    """A crawler's candidate. Refused: unknown source, no web address, no words."""
    source = around.sources.get(candidate.source_id)
    if source is None and via == "crawl":
        return _refused(None, candidate, "nguồn này không còn trong danh sách", "unknown source")
    source_id = None if source is None else source.id
    social = candidate.kind == "post" or (source is not None and source.social)
    return _prepared(
        candidate.canonical_url or candidate.url,
        candidate.title,
        candidate.text,
        lambda why_vi, why_en: _refused(source_id, candidate, why_vi, why_en),
        Prepared(
            key="",
            url=clean(candidate.url)[:2000],
            canonical="",
            title="",
            text="",
            content_sha256="",
            source_id=source_id,
            summary=candidate.summary,
            author=mask_handle(clean(candidate.author))[:80] if candidate.author else "",
            kind=candidate.kind,
            published_at=candidate.published_at,
            date_from=clean(candidate.date_from)[:32],
            language_hint=candidate.language_hint or ("" if source is None else source.language),
            entry_hash=candidate.entry_hash[:64],
            warnings=tuple(clean(warning)[:200] for warning in candidate.warnings[:50]),
            capture=candidate.capture,
            via=via,
            social=social,
            views=candidate.views,
        ),
        outlet="" if source is None else source.name,
    )


def from_import(row: ImportRow, around: Outside) -> Prepared | Refusal:
    """A row of ``lamro import``. A time without a zone is Vietnamese time; an unknown source name is left out."""
    published = row.published_at
    if published is not None and published.tzinfo is None:
        published = published.replace(tzinfo=VIETNAM)
    source = around.sources.get(row.source or "")
    return _prepared(
        row.url,
        row.title,
        row.text,
        lambda vi, en: Refusal(
            None, f"Dòng nhập không nhận được: {vi}.", f"Imported row refused: {en}", row.url[:2000]
        ),
        Prepared(
            key="",
            url=clean(row.url)[:2000],
            canonical="",
            title="",
            text="",
            content_sha256="",
            source_id=None if source is None else source.id,
            published_at=published,
            date_from="none" if published is None else "feed",
            language_hint=(row.language or "")[:12],
            via="import",
            social=source is not None and source.social,
        ),
        outlet="" if source is None else source.name,
    )


def by_hand(url: str, title: str, text: str) -> tuple[str, str, str, str, str]:
    """(key, canonical, title, text, content hash) of a text given by hand; ``url`` may be empty. Raises ValueError on a bad address."""
    canonical = canonical_url(url) if url.strip() else ""
    shown_text = mask_handles_in(clean(text).strip())[:TEXT_LIMIT]
    shown_title = _line(mask_handles_in(clean(title)))[:TITLE_LIMIT] or _first_words(shown_text) or UNTITLED
    content = text_hash(shown_title, shown_text)
    return _key(canonical or f"text:{content}"), canonical, shown_title, shown_text, content


def analysed(desk: Desk, prepared: Prepared, around: Outside) -> Prepared | Refusal:
    """With the analyst's reading. A text that breaks the analyst is refused, so that it cannot stop the rest."""
    source = around.sources.get(prepared.source_id or "")
    try:
        desk.analyst.keep_up(around.gazetteer)
        analysis = desk.analyst.analyse(
            prepared.title,
            prepared.text,
            localities=around.watched,
            source_locality=None if source is None else source.locality,
            language_hint=prepared.language_hint,
            seen_at=desk.clock.now(),
            source_id=prepared.source_id or "",
            rules=rematching.of_item(around.rules, prepared.key),
            published_at=prepared.published_at,
        )
        ours = any(mention.band != "out" for mention in analysis.mentions)
        like = desk.analyst.like_claims(prepared.title, prepared.text, around.judged) if ours else ()
    except Exception as error:
        return Refusal(
            prepared.source_id,
            "Máy không đọc được văn bản này nên giữ riêng, không đưa vào kho. Hãy mở địa chỉ gốc để xem.",
            f"The analysis failed: {type(error).__name__}: {error}"[:500],
            prepared.url,
        )
    return replace(prepared, analysis=analysis, like=like)


def _prepared(
    address: str,
    title: str,
    text: str,
    refuse: Callable[[str, str], Refusal],
    blank: Prepared,
    *,
    outlet: str = "",
) -> Prepared | Refusal:
    try:
        canonical = canonical_url(address)
    except ValueError as error:
        return refuse("địa chỉ không phải trang web", str(error))
    if len(canonical) > 2000:
        return refuse("địa chỉ dài quá 2000 ký tự", "the address is too long")
    shown_text = mask_handles_in(clean(text).strip())[:TEXT_LIMIT]
    shown_title = _line(mask_handles_in(clean(title)))[:TITLE_LIMIT]
    summary = mask_handles_in(clean(blank.summary).strip())[:SUMMARY_LIMIT]
    if not shown_title and not shown_text:
        return refuse("không có tiêu đề và nội dung", "neither title nor text")
    whole = text_hash(shown_title or _first_words(shown_text), shown_text)
    # A post says what its writer says: nothing around it is an outlet's.
    kept = (
        Trimmed(shown_title, shown_text)
        if blank.social
        else trim(shown_title, shown_text, outlet=outlet, host=host_of(canonical))
    )
    shown_title, shown_text = kept.title or _first_words(kept.text), kept.text
    path = "" if blank.capture is None else blank.capture.path
    if len(path) > 300 or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        return refuse("đường dẫn bản lưu trang không hợp lệ", "the path of the capture leaves its folder")
    return replace(
        blank,
        key=_key(canonical),
        canonical=canonical,
        title=shown_title,
        text=shown_text,
        summary=summary,
        content_sha256=text_hash(shown_title, shown_text),
        untrimmed_sha256=whole,
        credit=kept.credit,
    )


def _refused(source_id: str | None, candidate: Candidate, vi: str, en: str) -> Refusal:
    return Refusal(
        source_id,
        f"Một mục của nguồn bị giữ riêng: {vi}.",
        f"An entry of {candidate.source_id} was refused: {en}",
        f"{candidate.url[:500]}\n{candidate.title}"[:4000],
    )


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def text_hash(title: str, text: str) -> str:
    """Equal for texts that differ in white space only."""
    return _key(f"{_line(title)}\n{_line(text)}")


def _line(text: str) -> str:
    return " ".join(text.split())


def _first_words(text: str) -> str:
    line = _line(text[:400])
    return line if len(line) <= 100 else line[:100].rsplit(" ", 1)[0] + "…"
