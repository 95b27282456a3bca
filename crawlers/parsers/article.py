"""The main text of one page, its title and its date. Text by trafilatura; the date by our own steps first.

Order of date steps (stored as ``date_from``): ``json-ld``, ``meta``, ``byline`` (Vietnamese, :mod:`crawlers.parsers.dates`),
then, after the caller's feed date, ``htmldate``. htmldate alone takes a date from the body where a Vietnamese byline stands
(ecosystem.md §4). Metadata is a claim of the page: the fetched address decides what the source is (reliability.md §4.52).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from core.clock import VIETNAM
from core.text.urls import canonical_url, host_of
from crawlers.parsers.charset import decode
from crawlers.parsers.dates import read_date
from crawlers.parsers.markup import fragment_text, tree_of
from crawlers.parsers.plain import AUTHOR_LIMIT, TEXT_LIMIT, TITLE_LIMIT, one_line, paragraphs, text_warnings
from crawlers.parsers.preflight import refuse_giant_tags
from crawlers.parsers.results import Article, Unreadable

_ARTICLE_TYPES = frozenset(
    [
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "Report",
    ]
)
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
_ASIDE = frozenset({"nav", "footer", "aside", "script", "style"})
_SIDE_CLASS = re.compile(
    r"related|lien-?quan|tin-?khac|sidebar|comment|binh-?luan|most-?read|xem-?nhieu|footer|recommend|box-?category",
    re.I,
)
_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—-]{2,40}$")
_MIN_TEXT = 25


def extract_article(body: bytes, url: str, headers: Mapping[str, str] | None, now: datetime) -> Article:
    """Read one page. ``kind`` is ``article``, ``listing`` (a section or home page) or ``empty`` (no text: an error).

    ``headers`` may hold ``content-type`` (lower-case keys). Raises :class:`Unreadable`: ``empty`` (no bytes), ``bomb``.
    """
    if not body.strip():
        raise Unreadable("empty", "no bytes")
    decoded = decode(body, (headers or {}).get("content-type", ""))
    refuse_giant_tags(decoded.text)
    tree = tree_of(decoded.text)
    if tree is None:
        return Article(kind="empty", warnings=[*decoded.warnings, "no_markup"])
    data = list(_json_ld(tree))
    meta = _meta(tree)
    shape = _shape(tree, url, data, meta)
    raw_title = _title(tree, data, meta)
    published_at, date_from, warnings = _published(tree, data, meta, now)
    updated = _first_date(
        [*_strings(data, "dateModified"), *(meta[k] for k in _META_UPDATED if k in meta)], now, []
    )
    language = _language(tree, meta)
    author = _author(data, meta)
    canonical = _canonical(tree, url)
    raw_text = _main_text(tree, url)
    if date_from == "none":
        # Before trafilatura cuts the tree apart it was needed whole; htmldate only reads it.
        published_at, date_from = _htmldate(decoded.text, url, now)
    text = paragraphs(raw_text, TEXT_LIMIT)
    title = one_line(raw_title, TITLE_LIMIT)
    warnings = [*decoded.warnings, *warnings, *text_warnings(raw_title, title, TITLE_LIMIT)]
    warnings += [w for w in text_warnings(raw_text, text, TEXT_LIMIT) if w not in warnings]
    kind: Literal["article", "listing", "empty"] = "article"
    if len(text) < _MIN_TEXT:
        kind = "listing" if shape == "listing" else "empty"
    elif shape == "listing" and not _has_body(tree, text):
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
    from copy import deepcopy

    from trafilatura import bare_extraction

    try:
        document = bare_extraction(deepcopy(tree), url=url, include_comments=False, with_metadata=False)
    except RecursionError:
        raise Unreadable("bomb", "nested too deeply") from None
    except MemoryError:
        raise
    except Exception as error:  # any fault of the extractor concerns this page alone
        raise Unreadable("parser_error", f"{type(error).__name__}: {error}") from error
    text = getattr(document, "text", None)
    return text if isinstance(text, str) else ""


def _htmldate(text: str, url: str, now: datetime) -> tuple[datetime | None, str]:
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


def _json_ld(tree: Any) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object of an article type on the page, broken blocks skipped."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        raw = (script.text or "").strip().rstrip(";")
        if not raw or len(raw) > 500_000:
            continue
        try:
            data = json.loads(raw, strict=False)
        except (ValueError, RecursionError):
            continue
        queue = [data]
        for _ in range(200):
            if not queue:
                break
            node = queue.pop(0)
            if isinstance(node, list):
                queue.extend(node[:50])
            elif isinstance(node, dict):
                kinds = node.get("@type")
                names = {kinds} if isinstance(kinds, str) else {k for k in kinds or [] if isinstance(k, str)}
                if names & _ARTICLE_TYPES:
                    yield node
                queue.extend(node[key] for key in ("@graph", "mainEntity") if key in node)


def _strings(data: list[dict[str, Any]], key: str) -> list[str]:
    return [node[key] for node in data if isinstance(node.get(key), str)]


def _meta(tree: Any) -> dict[str, str]:
    """The page's meta values by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = element.get("content")
        if name and content and len(found) < 300:
            found.setdefault(name.strip().lower()[:80], content[:5000])
    return found


def _first_date(values: list[str], now: datetime, warnings: list[str]) -> datetime | None:
    for value in values:
        reading = read_date(value, now)
        if reading.at:
            return reading.at
        if reading.warning and reading.warning not in warnings:
            warnings.append(reading.warning)
    return None


def _published(
    tree: Any, data: list[dict[str, Any]], meta: dict[str, str], now: datetime
) -> tuple[datetime | None, str, list[str]]:
    warnings: list[str] = []
    if at := _first_date(_strings(data, "datePublished"), now, warnings):
        return at, "json-ld", warnings
    if at := _first_date([meta[k] for k in _META_PUBLISHED if k in meta], now, warnings):
        return at, "meta", warnings
    if at := _byline(tree, now, warnings):
        return at, "byline", warnings
    return None, "none", warnings


def _byline(tree: Any, now: datetime, warnings: list[str]) -> datetime | None:
    """The date a reader sees near the headline.

    Looked for after the headline first: many sites print today's date in their header. A reading with a time of day beats one
    without; the first of each wins.
    """
    headline = next((h for h in tree.iter("h1") if (h.text_content() or "").strip()), None)
    after = headline is None
    best: dict[tuple[bool, bool], datetime] = {}
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
        words = " ".join(words[:400].split())
        if (
            not words
            or len(words) > 120
            or not (_BYLINE.search(words) or (element.tag == "time" and words[:4].isdigit()))
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
        best.setdefault((after, reading.has_time), reading.at)
        if after and reading.has_time:
            break
    for key in ((True, True), (True, False), (False, True), (False, False)):
        if key in best:
            return best[key]
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


def _title(tree: Any, data: list[dict[str, Any]], meta: dict[str, str]) -> str:
    for headline in _strings(data, "headline"):
        if headline.strip():
            return fragment_text(headline[:20_000])
    headings = [" ".join(h.text_content().split()) for h in tree.iter("h1")]
    headings = [h for h in headings if h]
    shown = meta.get("og:title", "").strip()
    if len(headings) == 1 and len(headings[0]) > 15:
        return headings[0]
    if shown:
        return shown
    if headings:
        return max(headings, key=len)
    element = tree.find(".//title")
    title = " ".join((element.text or "").split()) if element is not None else ""
    return _SUFFIX.sub("", title) if len(title) > 40 else title


def _language(tree: Any, meta: dict[str, str]) -> str:
    claim = (
        tree.get("lang")
        or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
        or meta.get("og:locale")
        or ""
    )
    found = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", claim.strip())
    return found[0].lower() if found else ""


def _author(data: list[dict[str, Any]], meta: dict[str, str]) -> str:
    names: list[str] = []
    for node in data:
        authors = node.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = author.get("name") if isinstance(author, dict) else author
            if isinstance(name, str) and name.strip() and name not in names:
                names.append(name)
    if not names:
        names = [
            meta[k] for k in ("author", "article:author", "dc.creator") if k in meta and "://" not in meta[k]
        ][:1]
    return one_line(", ".join(names[:5]), AUTHOR_LIMIT)


def _canonical(tree: Any, url: str) -> str:
    """The page's own address: ``rel=canonical`` when it names the same host and page, else the fetched one.

    A canonical of another host, of the home page, or of another article (content systems that print one constant link) would
    make different articles one; it is not believed.
    """
    fetched = canonical_url(url)
    for link in tree.iterfind(".//link[@rel='canonical']"):
        try:
            claimed = canonical_url(urljoin(url, link.get("href") or ""))
        except ValueError:
            continue
        if host_of(claimed).removeprefix("www.") != host_of(url).removeprefix("www.") or len(claimed) > 2000:
            continue
        last = urlsplit(claimed).path.rstrip("/").rpartition("/")[2]
        last = re.sub(r"\.\w{2,5}$", "", last)
        if len(last) >= 8 and last in urlsplit(fetched).path:
            return claimed
    return fetched


def _shape(tree: Any, url: str, data: list[dict[str, Any]], meta: dict[str, str]) -> str:
    """Whether the page is built like a section page: many headline links, and nothing that says article."""
    root = urlsplit(url).path.strip("/") in {"", "index.html", "index.php", "home", "trang-chu"}
    # Some outlets call even their home page an article in og:type: there only a publication time counts.
    if (
        data
        or "article:published_time" in meta
        or (not root and meta.get("og:type", "").lower() == "article")
    ):
        return "article"
    headline_links = total = 0
    for anchor in tree.iter("a"):
        words = len(" ".join(anchor.itertext()).split())
        total += 1
        headline_links += words >= 5
        if headline_links >= 400:
            break
    return "listing" if headline_links >= (8 if root else 25) and headline_links * 6 >= total else "article"


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
