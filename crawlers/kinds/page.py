"""A single page: a link that somebody pasted, or one page watched for changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawlers.spiders.base import Kind, NoOptions, text_hash

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run


class PageKind(Kind[NoOptions]):
    """One page a source. An unchanged text is "seen"; a section page is taken, but marked as a listing."""

    name = "page"
    options = NoOptions

    async def read(self, run: Run, options: NoOptions) -> None:
        """Fetch and read the page; one of a flagged item is only looked at again."""
        if run.job.revisit:
            from crawlers.spiders.revisit import look_again

            await look_again(run)
            return
        page = await self.fetch_source(run)
        run.entries = 1
        article = await run.read_article(page)
        digest = text_hash(run.job, article.canonical_url, article.title, article.text)
        if run.is_known(page.url, digest):
            run.seen = 1
            return
        capture = await run.capture(page)
        run.found(run.from_article(page, article, capture, entry_hash=digest))
