"""A listing page without a feed, such as a commune's portal: its links are found by rules and each article is opened."""

from __future__ import annotations

from core.messages import Candidate
from core.text.urls import canonical_url
from crawlers.failures import Failure
from crawlers.spiders.base import Kind
from crawlers.spiders.desk import Run


class ListingKind(Kind):
    """One listing page a source."""

    name = "listing"

    async def read(self, run: Run) -> None:
        """Read the listing, then the articles that are new or whose headline changed."""
        page = await self.fetch_source(run)
        job = run.job
        now = run.desk.clock.now()
        listing = await run.parse(
            page,
            lambda worker: worker.listing(page.body, page.url, now, job.rules, page.headers, job.max_entries),
        )
        run.entries = len(listing.links)
        run.truncated = listing.truncated
        if not listing.links:
            raise Failure("no_links", status=page.status, url=page.url)
        for link in listing.links:
            if run.is_known(link.url, link.entry_hash):
                run.seen += 1
                continue
            if not job.fetch_articles:
                run.found(
                    Candidate(
                        source_id=job.source_id,
                        url=link.url,
                        canonical_url=canonical_url(link.url),
                        title=link.title,
                        text="",
                        published_at=link.published_at,
                        date_from="feed" if link.published_at else "none",
                        language_hint=job.language,
                        entry_hash=link.entry_hash,
                        warnings=["article_not_read"],
                        capture=await run.capture(page),
                    )
                )
                continue
            if not run.may_open_more():
                run.page_failed(link.url, "skipped")
                continue
            try:
                found, article = await run.article(link.url)
                if article.kind == "listing":
                    raise Failure("not_article", url=link.url)
                capture = await run.capture(found)
            except Failure as failure:
                run.page_failed(link.url, failure.code, failure.detail)
                continue
            run.page_read()
            run.found(
                run.from_article(
                    found,
                    article,
                    capture,
                    title=link.title,
                    published_at=link.published_at,
                    entry_hash=link.entry_hash,
                )
            )
