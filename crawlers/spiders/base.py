"""A kind of source: one small class that reads one job. Add a file, and a line in :mod:`crawlers.registry`."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from typing import ClassVar

from core.messages import CrawlJob, SourceKind
from crawlers.failures import Failure
from crawlers.fetch.client import Page
from crawlers.spiders.desk import Run


class Unchanged(Exception):
    """The source says, or its bytes show, that nothing has changed since the last read."""


class Kind(ABC):
    """Reads one source. ``read`` hands candidates to ``run.found`` and leaves counts in ``run``.

    It raises :class:`Failure` when the source itself cannot be read, and :class:`Unchanged`. A failing article page is noted with
    ``run.page_failed`` and never raised.
    """

    name: ClassVar[SourceKind]

    @abstractmethod
    async def read(self, run: Run) -> None:
        """Read the source of ``run.job``."""

    async def fetch_source(self, run: Run) -> Page:
        """The source's own page, with the conditional headers of the last read. Raises Failure, Unchanged."""
        job = run.job
        conditional = not job.preview
        page = await run.desk.fetcher.get(
            job.url,
            etag=job.etag if conditional else "",
            last_modified=job.last_modified if conditional else "",
        )
        run.page = page
        if page.unchanged or (conditional and job.body_sha256 and page.sha256 == job.body_sha256):
            raise Unchanged
        if not page.body.strip():
            raise Failure("empty", status=page.status, url=page.url)
        return page


def text_hash(job: CrawlJob, url: str, title: str, text: str) -> str:
    """The entry hash of a page that no feed describes: its address and words."""
    return hashlib.sha256(
        f"{job.source_id}\x1f{url}\x1f{title}\x1f{text}".encode("utf-8", "replace")
    ).hexdigest()[:32]
