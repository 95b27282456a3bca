"""Reading a source that is a list of entries: fetch its document, have it parsed, then open what is new, or take entries as they are.

Feeds, listing pages, sitemaps, search feeds and public social pages differ only in what they ask for and how bytes become
:class:`Entry`; a kind states that, and the rest is here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Generic, Literal

from core.messages import Candidate, CaptureRecord
from core.text.urls import canonical_url
from crawlers.failures import Failure
from crawlers.spiders.base import Kind, OptionsT

if TYPE_CHECKING:
    from crawlers.fetch.client import Access, Page
    from crawlers.parsers.results import Entry, FeedResult
    from crawlers.spiders.desk import Run

#: A preview opens this many articles, to show whether their text can be read, and lists the rest.
PREVIEW_PAGES = 2
#: The most entries looked at in one document, and in one round of a source.
PARSED_ENTRIES = 1_000
_SHOWN_NOTES = frozenset({"feed_cut_off", "broken_characters", "character_set_guessed"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a kind. Only GET: nothing is ever written to a source."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    access: Access | None = None


class EntryKind(Kind[OptionsT], Generic[OptionsT]):
    """A kind whose documents hold entries. State ``parse`` (and ``ask`` when the address alone does not say what to request).

    ``opens_pages``: entries lead to articles that are opened; otherwise they are whole. ``keeps_unopened``: when an article cannot be
    read, what the list says of it is kept (and tried again). ``nothing`` is the failure of a document without entries.
    """

    opens_pages: ClassVar[bool] = True
    keeps_unopened: ClassVar[bool] = True
    nothing: ClassVar[str] = "no_entries"

    def ask(self, run: Run, options: OptionsT) -> Ask:
        """The request for the source's document; the default is its address."""
        return Ask(run.job.url)

    async def documents(self, run: Run, options: OptionsT) -> AsyncIterator[tuple[Page, FeedResult]]:
        """The source's documents, one by one; the default is the one asked for.

        A kind that reads more than one sets ``run.incomplete``, since the answer to one of them says nothing about the others.
        """
        ask = self.ask(run, options)
        page = await self.fetch_source(run, ask.url, ask.headers, ask.access, unzip=True)
        yield page, await self.parsed(run, page, options)

    async def another(self, run: Run, url: str, options: OptionsT) -> tuple[Page, FeedResult]:
        """A further document that the first one named. From then on the source has no validators. Raises :class:`Failure`."""
        run.incomplete = True
        page = await run.desk.fetcher.get(url, unzip=True)
        if not page.body.strip():
            raise Failure("empty", status=page.status, url=page.url)
        return page, await self.parsed(run, page, options)

    async def parsed(self, run: Run, page: Page, options: OptionsT) -> FeedResult:
        """The entries of a page, read in the parse worker. Raises :class:`Failure`."""
        now = run.desk.clock.now()
        name = self.name
        rules = options.model_dump(mode="json")
        return await run.parse(
            page,
            lambda worker: worker.entries(
                name, page.body, page.url, now, page.headers, rules, PARSED_ENTRIES
            ),
        )

    async def read(self, run: Run, options: OptionsT) -> None:
        """Read the documents, then what is new or edited in them."""
        seen: set[str] = set()
        taken = 0
        page: Page | None = None
        async for page, document in self.documents(run, options):
            run.entries += len(document.entries)
            run.title = run.title or document.title
            if document.truncated:
                run.cut_off()
            sheet = _Sheet(page, [w for w in document.warnings if w in _SHOWN_NOTES])
            for entry in document.entries:
                if not entry.url:
                    run.page_failed(entry.title[:200] or entry.guid[:200], "bad_link", "no usable link")
                    continue
                key = entry.canonical_url or canonical_url(entry.url)
                if key in seen:
                    continue
                if len(seen) == PARSED_ENTRIES:
                    # The scheduler does not send more addresses than it remembers; beyond them all would look new for ever.
                    run.cut_off()
                    continue
                seen.add(key)
                if run.is_known(key, entry.entry_hash):
                    run.seen += 1
                elif taken >= run.job.max_entries:
                    run.cut_off()
                else:
                    taken += 1
                    await self._take(run, sheet, entry)
        if not run.entries:
            raise Failure(
                self.nothing, status=page.status if page else None, url=page.url if page else run.job.url
            )

    async def _take(self, run: Run, sheet: _Sheet, entry: Entry) -> None:
        job = run.job
        whole = self.social or job.social or not self.opens_pages or not job.fetch_articles
        listed = job.preview and run.opened >= PREVIEW_PAGES
        if not whole and not listed:
            if await self._open(run, sheet, entry) or not self.keeps_unopened or not entry.says_something:
                return
            # The article could not be read. What the list says of it is kept, without its hash, so that the next round tries
            # again: missing an item is worse than an item that is short for an hour.
        if sheet.capture is None:
            sheet.capture = await run.capture(sheet.page)
        run.found(self._from_entry(run, sheet, entry, article_read=whole))

    async def _open(self, run: Run, sheet: _Sheet, entry: Entry) -> bool:
        if not run.may_open_more():
            run.page_failed(entry.url, "skipped")
            return False
        run.opened += 1
        try:
            page, article = await run.article(entry.url)
            if article.kind == "listing":
                raise Failure("not_article", url=entry.url)
            capture = await run.capture(page)
        except Failure as failure:
            run.page_failed(entry.url, failure.code, failure.detail)
            return False
        run.page_read()
        run.found(
            run.from_article(
                page,
                article,
                capture,
                title=entry.title,
                summary=entry.summary,
                published_at=entry.published_at,
                entry_hash=entry.entry_hash,
                author=entry.author,
                extra_warnings=[*sheet.notes, *entry.warnings],
                found_by=entry.found_by,
            )
        )
        return True

    def _from_entry(self, run: Run, sheet: _Sheet, entry: Entry, *, article_read: bool) -> Candidate:
        kind: Literal["article", "post", "video"] = "article"
        if entry.is_video:
            kind = "video"
        elif self.social or run.job.social:
            kind = "post"
        # A kind that opens nothing and gives no text gives pointers: its summary is not the article's words.
        text = entry.text or (entry.summary if self.opens_pages or kind != "article" else "")
        warnings = [*sheet.notes, *entry.warnings, *sheet.page.warnings]
        if not article_read or (kind == "article" and not entry.text):
            warnings.append("article_not_read")
        return Candidate(
            source_id=run.job.source_id,
            url=entry.url,
            canonical_url=entry.canonical_url or canonical_url(entry.url),
            title=entry.title,  # a post without one gets its first words from intake
            text=text,
            summary=entry.summary,
            published_at=entry.published_at,
            date_from="feed" if entry.published_at else "none",
            updated_at=entry.updated_at,
            language_hint=run.job.language or entry.language_hint,
            author=entry.author,
            views=entry.views,
            kind=kind,
            entry_hash=entry.entry_hash if article_read else "",
            warnings=list(dict.fromkeys(warnings)),
            found_by=entry.found_by,
            capture=sheet.capture,
        )


@dataclass(slots=True)
class _Sheet:
    """A document of the source, kept once however many of its entries are taken whole."""

    page: Page
    notes: list[str]
    capture: CaptureRecord | None = None
