"""HTML made text: fragments of feeds, and one lenient tree builder for pages. No script runs and nothing is fetched."""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FRAGMENT_LIMIT = 400_000
#: What must be free beside a finished tree. libxml2 that runs out of memory stops without a word and hands over what it has.
HEADROOM = 64 << 20

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|<!\[CDATA|&(?:#x?[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]+);")
_DROP = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "head", "svg", "math", "button", "select"}
)
_BLOCK = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "td",
        "th",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "section",
        "article",
        "header",
        "footer",
        "figure",
        "figcaption",
        "hr",
        "pre",
        "dd",
        "dt",
    ]
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_MARKUP = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def tree_of(text: str) -> HtmlElement | None:
    """An lxml tree of the page, or None when there is nothing to build one from.

    Raises MemoryError where the memory did not suffice: a tree that ends in the middle would pass for a short page.
    """
    from lxml import etree, html

    text = _NOT_MARKUP.sub("", _XML_DECLARATION.sub("", text, count=1))
    if not text.strip():
        return None
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    _ask_for_headroom()
    return root if isinstance(root, html.HtmlElement) else None


def _ask_for_headroom() -> None:
    try:
        mmap.mmap(
            -1, HEADROOM, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        ).close()  # never touched: costs nothing
    except OSError:
        raise MemoryError("the tree of the page may be incomplete") from None


def looks_like_markup(text: str) -> bool:
    """Whether a feed's text holds tags or entities. ``a < b`` does not."""
    return _MARKUP.search(text) is not None


def fragment_text(markup: str, *, drop_trailing_links: bool = False) -> str:
    """The visible words of an HTML fragment, a line a block.

    ``drop_trailing_links``: some outlets append a related article as a link to a summary; its words are not this article's
    and can hold a wrong place name (data.md §5), so links after the last plain words are left out.
    """
    if not looks_like_markup(markup):
        return markup
    root = tree_of("<html><body><div>" + markup[:FRAGMENT_LIMIT] + "</div></body></html>")
    if root is None:
        return ""
    parts: list[tuple[str, bool]] = []
    _walk(root, parts)
    if drop_trailing_links and any(not linked and part.strip() for part, linked in parts):
        while parts and (parts[-1][1] or not parts[-1][0].strip()):
            parts.pop()
    return "".join(part for part, _ in parts).strip()


def page_words(markup: str) -> tuple[str, str]:
    """(title, visible words) of a whole page, a line a block."""
    root = tree_of(markup)
    if root is None:
        return "", ""
    title = root.findtext(".//title") or ""
    parts: list[tuple[str, bool]] = []
    _walk(root, parts)
    return title, "".join(part for part, _ in parts).strip()


def element_text(element: Any) -> str:
    """The visible words of one element of a tree, a line a block; what follows the element is left out."""
    parts: list[tuple[str, bool]] = []
    _walk(element, parts)
    if element.tail and parts:
        parts.pop()
    return "".join(part for part, _ in parts).strip()


def _walk(root: Any, parts: list[tuple[str, bool]]) -> None:
    # Iterative on purpose: depth is limited by libxml2 (256), recursion by nothing we control.
    stack: list[tuple[Any, bool, bool]] = [(root, False, False)]
    while stack:
        element, linked, leaving = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if leaving:
            if tag in _BLOCK and tag != "br":
                parts.append(("\n", linked))
            if element.tail:
                parts.append((element.tail, linked))
            continue
        here = linked or tag == "a"
        stack.append((element, linked, True))
        if not tag or tag in _DROP:
            continue
        if tag in _BLOCK:
            parts.append(("\n", here))
        if element.text:
            parts.append((element.text, here))
        stack.extend((child, here, False) for child in reversed(element))
