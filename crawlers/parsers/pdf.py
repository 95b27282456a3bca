"""The text layer of a PDF, for files handed in by people. Pure; runs in the killable child only (docs/decisions).

A scan has no text layer and gives no words: the person types what matters. Nothing embedded is opened, no script runs.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crawlers.parsers.plain import TEXT_LIMIT, TITLE_LIMIT, one_line, paragraphs, text_warnings
from crawlers.parsers.results import PlainText, Unreadable

if TYPE_CHECKING:
    from pypdf import PdfReader

PAGE_LIMIT = 300


def pdf_text(body: bytes, page_limit: int = PAGE_LIMIT) -> PlainText:
    """Words page by page, cut at 200,000 letters.

    Raises :class:`Unreadable`: ``pdf_locked`` (a password is needed), ``pdf_too_long`` (more pages than ``page_limit``),
    ``pdf_broken``.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(body), strict=False)
        # Many offices print with an owner's password only: such a file opens with the empty one.
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("pdf_locked")
        # What the file says of itself first: walking ten thousand pages to count them takes seconds.
        tree: Any = reader.root_object["/Pages"]
        claimed = tree.get("/Count", 0)
        pages = claimed if isinstance(claimed, int) and claimed > page_limit else len(reader.pages)
        if pages > page_limit:
            raise Unreadable("pdf_too_long", f"{pages} pages")
        if pages == 0:
            raise Unreadable("pdf_broken", "no pages")
        raw = "\n\n".join(_pages(reader))
        title = one_line(str((reader.metadata and reader.metadata.title) or ""), TITLE_LIMIT)
    except Unreadable:
        raise
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        OSError,
        ArithmeticError,
    ) as error:
        # A library that reads the wildest format there is fails in many ways; none of them is the person's to read.
        raise Unreadable("pdf_broken", f"{type(error).__name__}: {error}"[:300]) from error
    text = paragraphs(raw)
    warnings = text_warnings(raw, text, TEXT_LIMIT)
    if not text:
        warnings.append("pdf_without_text")
    return PlainText(title=title, text=text, pages=pages, warnings=warnings)


def _pages(reader: PdfReader) -> Iterator[str]:
    """The words of each page until there are more than are kept. A page that cannot be read is left out."""
    length = 0
    for page in reader.pages:
        words = page.extract_text() or ""
        yield words
        length += len(words)
        if length > TEXT_LIMIT * 2:
            return
