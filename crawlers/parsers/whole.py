"""All visible words of a kept page, menus and footers too: what a person looks at instead of the page itself."""

from __future__ import annotations

from collections.abc import Mapping

from crawlers.parsers.charset import decode
from crawlers.parsers.markup import looks_like_markup, page_words
from crawlers.parsers.plain import TEXT_LIMIT, TITLE_LIMIT, one_line, paragraphs, text_warnings
from crawlers.parsers.results import PlainText


def whole_text(body: bytes, headers: Mapping[str, str] | None = None) -> PlainText:
    """The words of a page in its own order; anything that is not markup comes back as the text that it is. Never raises on text."""
    decoded = decode(body, (headers or {}).get("content-type", ""))
    raw, title = decoded.text, ""
    if looks_like_markup(raw[:100_000]):
        title, raw = page_words(raw)
    text = paragraphs(raw)
    return PlainText(
        title=one_line(title, TITLE_LIMIT),
        text=text,
        warnings=[*decoded.warnings, *text_warnings(raw, text, TEXT_LIMIT)],
    )
