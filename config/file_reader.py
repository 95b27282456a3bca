"""The words of uploaded files and kept pages, taken out by the crawler's killable child (:class:`core.ports.FileReader`).

A child is started for one file and ended with it: a review app that nobody uploads to keeps no process, and what one person's file
does to its reader is over before the next one comes.
"""

from __future__ import annotations

from core.clock import Clock
from core.ports import FileText


class KillableReader:
    """Reads one file at a time a call; safe from several threads, since each call has a child of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def pdf(self, data: bytes) -> FileText:
        """The text layer of a PDF. Raises :class:`crawlers.parsers.results.Unreadable`: locked, too long, broken, over a limit."""
        from crawlers.parse_worker import ParseWorker

        with ParseWorker(parsers=("pdf",)) as worker:
            found = worker.pdf(data, self._clock.now())
        return FileText(found.title, found.text, found.pages, tuple(found.warnings))

    def page(self, body: bytes, content_type: str, url: str) -> FileText:
        """All visible words of a page. Raises :class:`crawlers.parsers.results.Unreadable`."""
        from crawlers.parse_worker import ParseWorker

        with ParseWorker(parsers=("text",)) as worker:
            found = worker.text(body, url, self._clock.now(), {"content-type": content_type})
        return FileText(found.title, found.text, 0, tuple(found.warnings))

    def article(self, body: bytes, content_type: str, url: str) -> FileText:
        """The article of a page as the crawler reads it now. Raises :class:`crawlers.parsers.results.Unreadable`."""
        from crawlers.parse_worker import ParseWorker

        with ParseWorker(parsers=("article",)) as worker:
            found = worker.article(body, url, self._clock.now(), {"content-type": content_type})
        return FileText(found.title, found.text, 0, tuple(found.warnings))
