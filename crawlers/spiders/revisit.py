"""A page that was read before is looked at again: unchanged, changed, or no longer there, with the answer itself as proof."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.rules.revisiting import gone_words
from crawlers.failures import Failure
from crawlers.fetch.client import LOGIN_PATH
from crawlers.spiders.base import text_hash

if TYPE_CHECKING:
    from crawlers.spiders.desk import Run

#: answers that are kept as proof instead of being thrown away as failures
ANSWERS = frozenset({401, 404, 410, 451})


async def look_again(run: Run) -> None:
    """Read the page of ``run.job`` (no conditional headers: a server that says 304 for ever would hide an edit).

    An unchanged text is "seen". Raises :class:`Failure`; when an answer came, it was kept first and stands in ``run.proof``.
    """
    job = run.job
    page = await run.desk.fetcher.get(job.url, answers=ANSWERS)
    run.page = page
    run.entries = 1
    login = bool(LOGIN_PATH.search(urlsplit(page.url).path)) and not LOGIN_PATH.search(urlsplit(job.url).path)
    code = gone_words(page.status, job.url, page.chain, login=login)
    try:
        if code:
            raise Failure(code, status=page.status, url=page.url)
        article = await run.read_article(page)
        if article.kind == "listing":
            raise Failure("not_article", status=page.status, url=page.url)
    except Failure:
        run.proof = await run.capture(page)
        raise
    digest = text_hash(job, article.canonical_url, article.title, article.text)
    if run.is_known(page.url, digest):
        run.seen = 1
        return
    run.found(run.from_article(page, article, await run.capture(page), entry_hash=digest))
