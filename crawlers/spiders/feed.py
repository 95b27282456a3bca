"""RSS, RDF and Atom feeds. Press entries are opened; social ones (Mastodon, YouTube) are whole posts and are not."""

from __future__ import annotations

from typing import Literal

from core.messages import Candidate, CaptureRecord
from core.text.urls import canonical_url
from crawlers.failures import Failure
from crawlers.fetch.client import Page
from crawlers.parsers.results import Entry
from crawlers.spiders.base import Kind
from crawlers.spiders.desk import Run


class FeedKind(Kind):
    """One feed a source."""

    name = "feed"

    async def read(self, run: Run) -> None:
        """Read the feed, then what is new or edited in it."""
        page = await self.fetch_source(run)
        job = run.job
        now = run.desk.clock.now()
        feed = await run.parse(page, lambda worker: worker.feed(page.body, page.url, now, page.headers))
        run.entries = len(feed.entries)
        if not feed.entries:
            raise Failure("no_entries", status=page.status, url=page.url)
        run.truncated = feed.truncated or len(feed.entries) > job.max_entries
        capture: CaptureRecord | None = None
        notes = [
            w for w in feed.warnings if w in {"feed_cut_off", "broken_characters", "character_set_guessed"}
        ]
        seen: set[str] = set()
        for entry in feed.entries[: job.max_entries]:
            if not entry.url:
                run.page_failed(entry.title[:200] or entry.guid[:200], "bad_link", "no usable link")
                continue
            key = canonical_url(entry.url)
            if key in seen:
                continue
            seen.add(key)
            if run.is_known(entry.url, entry.entry_hash):
                run.seen += 1
                continue
            whole = job.social or not job.fetch_articles
            if not whole:
                if await self._open(run, entry, notes):
                    continue
                # The article could not be read. What the feed says of it is kept, without its hash, so that the next
                # round tries again: missing an item is worse than an item that is short for an hour.
            if capture is None:
                capture = await run.capture(page)
            run.found(self._from_entry(run, page, entry, capture, notes, article_read=whole))

    async def _open(self, run: Run, entry: Entry, notes: list[str]) -> bool:
        if not run.may_open_more():
            run.page_failed(entry.url, "skipped")
            return False
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
                extra_warnings=[*notes, *entry.warnings],
            )
        )
        return True

    @staticmethod
    def _from_entry(
        run: Run,
        page: Page,
        entry: Entry,
        capture: CaptureRecord | None,
        notes: list[str],
        *,
        article_read: bool,
    ) -> Candidate:
        kind: Literal["article", "post", "video"] = "article"
        if entry.is_video:
            kind = "video"
        elif run.job.social:
            kind = "post"
        text = entry.text or entry.summary
        warnings = [*notes, *entry.warnings, *page.warnings]
        if not article_read:
            warnings.append("article_not_read")
        return Candidate(
            source_id=run.job.source_id,
            url=entry.url,
            canonical_url=canonical_url(entry.url),
            title=entry.title,  # a post without one gets its first words from intake
            text=text,
            summary=entry.summary,
            published_at=entry.published_at,
            date_from="feed" if entry.published_at else "none",
            updated_at=entry.updated_at,
            language_hint=run.job.language,
            author=entry.author,
            kind=kind,
            entry_hash=entry.entry_hash if article_read else "",
            warnings=list(dict.fromkeys(warnings)),
            capture=capture,
        )
