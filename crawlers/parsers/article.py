"""The main text of one page, its title and its date. Text by trafilatura; the date by our own steps first.

Order of date steps (stored as ``date_from``): ``json-ld``, ``meta``, ``byline`` (Vietnamese, :mod:`crawlers.parsers.dates`),
then, after the caller's feed date, ``htmldate``. htmldate alone takes a date from the body where a Vietnamese byline stands
(ecosystem.md §4). Metadata is a claim of the page: the fetched address decides what the source is (reliability.md §4.52).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from crawlers.parsers.byline import ABSURD, by_htmldate, published, updated_at
from crawlers.parsers.charset import decode
from crawlers.parsers.contradictions import addresses_disagree, language_disagrees, titles_disagree
from crawlers.parsers.markup import tree_of
from crawlers.parsers.metadata import (
    author_of,
    believed_address,
    json_ld,
    language_of,
    meta_values,
    title_of,
)
from crawlers.parsers.plain import TEXT_LIMIT, TITLE_LIMIT, one_line, paragraphs, text_warnings
from crawlers.parsers.preflight import refuse_giant_tags, refuse_tag_floods
from crawlers.parsers.results import Article, Unreadable

_MIN_TEXT = 25
#: A text shorter than this is looked for once more, by more ways.
_FEW_LETTERS = 600
#: Links of a headline's length on a page that calls itself an article, without a time, from which on it is none.
_CALLED_ARTICLE = 60


def extract_article(body: bytes, url: str, headers: Mapping[str, str] | None, now: datetime) -> Article:
    """Read one page. ``kind`` is ``article``, ``listing`` (a section or home page) or ``empty`` (no text: an error).

    ``headers`` may hold ``content-type`` (lower-case keys). Raises :class:`Unreadable`: ``empty`` (no bytes), ``bomb``.
    """
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    decoded = decode(body, (headers or {}).get("content-type", ""))
    refuse_tag_floods(decoded.text)
    refuse_giant_tags(decoded.text)
    tree = tree_of(decoded.text)
    if tree is None:
        return Article(kind="empty", warnings=[*decoded.warnings, "no_markup"])
    data = list(json_ld(tree))
    meta = meta_values(tree)
    shape = _shape(tree, url, data, meta)
    raw_title = title_of(tree, data, meta)
    published_at, date_from, warnings = published(tree, data, meta, now)
    updated = updated_at(data, meta, now)
    language = language_of(tree, meta)
    author = author_of(data, meta)
    canonical = believed_address(tree, url)
    raw_text = _main_text(tree, url)
    # A claim that was refused as absurd is not put to htmldate, which would make a date of 31/02 and of the year 0.
    if date_from == "none" and not ABSURD & set(warnings):
        published_at, date_from = by_htmldate(decoded.text, url, now)
    text = paragraphs(raw_text, TEXT_LIMIT)
    title = one_line(raw_title, TITLE_LIMIT)
    warnings = [*decoded.warnings, *warnings, *text_warnings(raw_title, title, TITLE_LIMIT)]
    warnings += [w for w in text_warnings(raw_text, text, TEXT_LIMIT) if w not in warnings]
    warnings += titles_disagree(tree, meta) + addresses_disagree(tree, meta, url)
    warnings += language_disagrees(language, text)
    kind: Literal["article", "listing", "empty"] = "article"
    if len(text) < _MIN_TEXT:
        kind = "listing" if shape == "listing" else "empty"
    elif shape == "listing" and not (_has_body(tree, text) or _is_dated_article(tree, meta, date_from)):
        kind = "listing"
    return Article(
        title=title,
        text=text,
        published_at=published_at,
        updated_at=updated,
        date_from=date_from,
        language_hint=language,
        author=author,
        canonical_url=canonical,
        kind=kind,
        warnings=warnings,
    )


def _main_text(tree: Any, url: str) -> str:
    """By trafilatura's own rules; where they find little, with the two further extractors that it compares them with.

    Those cost twice what all the rest does. Of 11 real pages they changed no character.
    """
    text = _extracted(tree, url, fast=True)
    return text if len(text) >= _FEW_LETTERS else _extracted(tree, url, fast=False)


def _extracted(tree: Any, url: str, *, fast: bool) -> str:
    from copy import deepcopy

    from trafilatura import bare_extraction

    try:
        document = bare_extraction(
            deepcopy(tree), url=url, include_comments=False, with_metadata=False, fast=fast
        )
    except RecursionError:
        raise Unreadable("bomb", "nested too deeply") from None
    except MemoryError:
        raise
    except Exception as error:  # any fault of the extractor concerns this page alone
        raise Unreadable("parser_error", f"{type(error).__name__}: {error}") from error
    text = getattr(document, "text", None)
    return text if isinstance(text, str) else ""


def _shape(tree: Any, url: str, data: list[dict[str, Any]], meta: dict[str, str]) -> str:
    """Whether the page is built like a section page: many headline links, and nothing that says article."""
    root = urlsplit(url).path.strip("/") in {"", "index.html", "index.php", "home", "trang-chu"}
    if data or "article:published_time" in meta:
        return "article"
    # Some outlets call even their home and section pages articles in og:type: alone it asks for more links, no more.
    called = meta.get("og:type", "").lower() == "article"
    headline_links = total = 0
    for anchor in tree.iter("a"):
        words = len(" ".join(anchor.itertext()).split())
        total += 1
        headline_links += words >= 5
        if headline_links >= 400:
            break
    least = 8 if root else _CALLED_ARTICLE if called else 25
    return "listing" if headline_links >= least and headline_links * 6 >= total else "article"


def _is_dated_article(tree: Any, meta: dict[str, str], date_from: str) -> bool:
    """A short article among very many links: it calls itself one, and has one headline with a date under it."""
    called = meta.get("og:type", "").lower() == "article"
    return called and date_from == "byline" and sum(1 for _ in tree.iter("h1")) == 1


def _has_body(tree: Any, text: str) -> bool:
    """Whether one block holds running text like an article's: several long paragraphs that are not links."""
    long_ones = 0
    for paragraph in tree.iter("p"):
        words = " ".join(paragraph.itertext())
        if len(words) >= 180 and not any(
            len(" ".join(a.itertext())) * 2 > len(words) for a in paragraph.iter("a")
        ):
            if any(a.tag in {"a", "li"} for a in paragraph.iterancestors()):
                continue
            long_ones += 1
            if long_ones >= 4:
                return True
    return False
