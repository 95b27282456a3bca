"""When a page was published: its own claims first, then the byline a reader sees, htmldate last."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from core.clock import VIETNAM
from crawlers.parsers.contradictions import dates_disagree
from crawlers.parsers.dates import Reading, read_date
from crawlers.parsers.markup import tree_of
from crawlers.parsers.metadata import strings

_META_PUBLISHED = (
    "article:published_time", "og:published_time", "datepublished", "pubdate", "publishdate", "publish-date", "dc.date.issued",
    "dc.date", "dcterms.created", "dcterms.date", "parsely-pub-date", "sailthru.date", "date", "cxenseparse:recs:publishtime",
)  # fmt: skip
_META_UPDATED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
)
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|time|datetime|publish(?:ed|date)?|pubdate|pdate|ngay|thoi-?gian|byline|post-?meta|author-?time|meta)(?:$|[\s_-])",
    re.I,
)
_BYLINE = re.compile(
    r"(?:\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4})|(?:ngày\s+\d{1,2}\s+tháng\s+\d{1,2})|(?:\d{4}\s*[年년])|"
    r"(?:(?:\d+|vài)\s*(?:phút|giờ|ngày|tuần)\s*trước)|hôm (?:qua|nay|kia)",
    re.I,
)
#: Warnings of a date that was given and cannot be.
ABSURD = frozenset({"date_impossible", "date_in_future", "date_too_old"})
#: Enough of a date to try inside an element that calls itself one.
_LOOSE = re.compile(
    r"\d{1,2}\s*[/.-]\s*\d{1,2}|\d\s*(?:tháng|thg|th)(?![^\W\d])|(?:sáng|trưa|chiều|tối|đêm)\s+(?:nay|qua)|\b(?:trước|ago|cách đây|today|yesterday)\b|"
    r"\b[A-Za-z]{3,9}\.?,?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b|\b\d{1,2}\s+[A-Za-z]{3,9}\.?,?\s+\d{4}\b|vừa (?:xong|đăng)|mới đây",
    re.I,
)
_ASIDE = frozenset({"nav", "footer", "aside", "script", "style"})
_SIDE_CLASS = re.compile(
    r"related|lien-?quan|tin-?khac|sidebar|comment|binh-?luan|most-?read|xem-?nhieu|footer|recommend|box-?category",
    re.I,
)


def first_date(values: list[str], now: datetime, warnings: list[str]) -> datetime | None:
    """The first of ``values`` that can be believed; what was wrong with the others is added to ``warnings``."""
    for value in values:
        reading = read_date(value, now)
        if reading.warning and reading.warning not in warnings:
            warnings.append(reading.warning)
        if reading.at:
            return reading.at
    return None


def published(
    tree: Any, data: list[dict[str, Any]], meta: dict[str, str], now: datetime
) -> tuple[datetime | None, str, list[str]]:
    """Moment (UTC), the step that decided (``json-ld``, ``meta``, ``byline`` or ``none``) and warnings."""
    warnings: list[str] = []
    claimed = first_date(strings(data, "datePublished"), now, warnings)
    headed = first_date([meta[k] for k in _META_PUBLISHED if k in meta], now, warnings)
    if at := claimed or headed:
        updated = updated_at(data, meta, now)
        warnings += dates_disagree(at, updated, [headed, _byline(tree, now, [])])
        return at, "json-ld" if claimed else "meta", warnings
    if at := _byline(tree, now, warnings):
        return at, "byline", warnings
    return None, "none", warnings


def updated_at(data: list[dict[str, Any]], meta: dict[str, str], now: datetime) -> datetime | None:
    """When the page says it was last changed."""
    return first_date(
        [*strings(data, "dateModified"), *(meta[k] for k in _META_UPDATED if k in meta)], now, []
    )


def _byline(tree: Any, now: datetime, warnings: list[str]) -> datetime | None:
    """The date a reader sees near the headline.

    Looked for after the headline first: many sites print today's date in their header. A reading with a time of day beats one
    without; the first of each wins.
    """
    headline = next((h for h in tree.iter("h1") if (h.text_content() or "").strip()), None)
    after = headline is None
    best: dict[tuple[bool, bool], Reading] = {}
    seen = 0
    for element in tree.iter():
        if element is headline:
            after = True
            continue
        if not isinstance(element.tag, str) or element.tag in _ASIDE:
            continue
        marked = element.tag == "time" or bool(
            _DATE_CLASS.search(
                f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
            )
        )
        words = element.get("datetime") if element.tag == "time" else None
        if not words:
            words = _short_text(element) if marked else (element.text or "")
        words = " ".join(unicodedata.normalize("NFC", words[:400]).split())
        if (
            not words
            or len(words) > 120
            or not (
                _BYLINE.search(words)
                or (marked and _LOOSE.search(words))
                or (element.tag == "time" and words[:4].isdigit())
            )
        ):
            continue
        if not marked and not (len(words) <= 60):
            continue
        if _in_side_box(element):
            continue
        seen += 1
        if seen > 40:
            break
        reading = read_date(words, now)
        if reading.at is None:
            if reading.warning and reading.warning not in warnings:
                warnings.append(reading.warning)
            continue
        if reading.warning == "year_guessed" and not marked:
            continue
        best.setdefault((after, reading.has_time), reading)
        if after and reading.has_time:
            break
    for key in ((True, True), (True, False), (False, True), (False, False)):
        if key in best:
            if best[key].warning and best[key].warning not in warnings:
                warnings.append(best[key].warning)
            return best[key].at
    return None


def _short_text(element: Any) -> str:
    parts: list[str] = []
    size = 0
    for part in element.itertext():
        parts.append(part)
        size += len(part)
        if size > 400:
            break
    return " ".join(parts)


def _in_side_box(element: Any) -> bool:
    for parent in element.iterancestors():
        if parent.tag in _ASIDE or _SIDE_CLASS.search(
            f"{parent.get('class') or ''} {parent.get('id') or ''}"
        ):
            return True
    return False


def by_htmldate(text: str, url: str, now: datetime) -> tuple[datetime | None, str]:
    """The last step: htmldate on a tree of its own; (None, ``none``) when it finds nothing or fails."""
    from htmldate import find_date

    try:
        latest = (now + timedelta(days=1)).astimezone(VIETNAM)
        tree = tree_of(text)
        found = (
            find_date(
                tree,
                url=url,
                original_date=True,
                extensive_search=False,
                max_date=latest.strftime("%Y-%m-%d"),
            )
            if tree is not None
            else None
        )
    except Exception:  # a late, optional step: its faults mean "no date"
        found = None
    at = read_date(found, now).at if found else None
    return (at, "htmldate") if at else (None, "none")
