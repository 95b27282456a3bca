"""Cheap looks that refuse what would stall a parser, before any parser sees it. Bad grammar passes.

Sizes do not protect: one tag with 200,000 attributes (2.6 MB) holds lxml over a minute, a million nested tags hold feedparser
past its limit (reliability.md §0.4). Every expression here is linear.
"""

from __future__ import annotations

import re
from typing import Any

from crawlers.parsers.results import Unreadable

MAX_DEPTH = 200
MAX_ATTRIBUTES = 1_000
MAX_ELEMENTS = 400_000
#: Tags of one HTML page; the largest real ones hold some twenty thousand.
MAX_PAGE_TAGS = 150_000

#: References to what no text may hold: halves of letters and non-characters. One of them would cost the whole feed.
_NO_LETTER = re.compile(
    r"&#(?:x0*(?:d[89a-f][0-9a-f]{2}|fff[ef]|0)|0*(?:5529[6-9]|55[3-9]\d{2}|56\d{3}|57[0-2]\d{2}|573[0-3]\d|5734[0-3]|6553[45]|0));",
    re.I,
)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{8000,}")
_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
_FIRST_ELEMENT = re.compile(r"<[A-Za-z_]")
_FEED_ENTRY_END = re.compile(r"</(?:[A-Za-z0-9]{1,20}:)?(?:item|entry)\s*>", re.I)
_FEED_END = re.compile(
    r"</(?:[A-Za-z0-9]{1,20}:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.{0,2000}?-->\s*)*$", re.I | re.S
)


def refuse_giant_tags(text: str) -> None:
    """Raise when one tag carries more than 1,000 attributes. Long quoted values (data: images, JSON) are fine."""
    for match in _LONG_TAG.finditer(text):
        if len(_QUOTED.sub('""', match[0]).split()) > MAX_ATTRIBUTES:
            raise Unreadable("bomb", "a tag with too many attributes")


def refuse_tag_floods(text: str) -> None:
    """Raise when an HTML page holds more than 150,000 tags: a tree of them takes a gigabyte."""
    if text.count("<") > MAX_PAGE_TAGS:
        raise Unreadable("bomb", "too many tags")


def without_impossible_letters(text: str) -> str:
    """References to surrogates and non-characters (``&#xD800;``) as U+FFFD."""
    return _NO_LETTER.sub("\ufffd", text)


def refuse_entities(text: str) -> None:
    """Raise when the prolog declares entities: billion laughs, quadratic blow-up, external files (CVE class XXE)."""
    first = _FIRST_ELEMENT.search(text)
    prolog = text[: first.start()] if first else text
    if "<!ENTITY" in prolog.upper():
        raise Unreadable("bomb", "entity declarations")


def refuse_deep_xml(text: str) -> None:
    """Walk the XML leniently and raise on depth or number of elements. Ill-formed documents pass."""
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    data = text.encode("utf-8", "replace")
    depth = elements = 0
    try:
        for at in range(0, len(data), 65536):
            parser.feed(data[at : at + 65536])
            for event, found in parser.read_events():
                element: Any = found
                if event == "start":
                    depth += 1
                    elements += 1
                    if depth > MAX_DEPTH:
                        raise Unreadable("bomb", "nested too deeply")
                    if elements > MAX_ELEMENTS:
                        raise Unreadable("bomb", "too many elements")
                else:
                    depth -= 1
                    element.clear()
                    parent = element.getparent()
                    if parent is not None and depth <= 2:
                        # Siblings already seen would pile up: drop them, this tree is only a measure.
                        while element.getprevious() is not None:
                            del parent[0]
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower() or "huge" in str(error).lower():
            raise Unreadable("bomb", "nested too deeply or too large a node") from error
    for entry in parser.error_log:
        if "excessive depth" in entry.message.lower() or "amplification" in entry.message.lower():
            raise Unreadable("bomb", entry.message)


def keep_whole_entries(text: str, limit: int) -> tuple[str, list[str], bool]:
    """The feed with at most ``limit`` entries and no half entry at its end: (text, warnings, truncated)."""
    ends = []
    for match in _FEED_ENTRY_END.finditer(text):
        ends.append(match.end())
        if len(ends) > limit:
            return text[: ends[limit - 1]], ["entries_capped"], True
    if ends and not _FEED_END.search(text[-5000:]):
        return text[: ends[-1]], ["feed_cut_off"], False
    return text, [], False
