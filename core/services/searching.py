"""Search: the query read by the one grammar, asked of the index, shown with excerpts made here (decisions 1 and 2).

When the index is away, the newest items are read from the store by the same tokens, and a banner says so: work goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, Unavailable
from core.finding import (
    FACET_WINDOW,
    Filters,
    IndexDocument,
    SearchPage,
    SortOrder,
    tag_words,
    wanted_words,
)
from core.records.item import Item, Mention
from core.records.source import Source
from core.rules.permissions import require
from core.rules.vocabulary import Band
from core.services.desk import Actor, Desk
from core.services.outbox import index_document
from core.text import query as query_language
from core.text.excerpts import excerpt
from core.text.query import And, Node, Not, Or, Phrase, Word, parse_query
from core.text.tokens import tokenise

MAX_LIMIT = 1000
#: without an index, only this many of the newest items are read
FALLBACK_ITEMS = 2000
_PAGE = 200

BANNER_VI = "Máy tìm kiếm đang nghỉ: chỉ tìm trong 2.000 tin mới nhất. Tin mới vẫn được lưu đầy đủ."
BANNER_EN = "The search index is away: only the newest 2,000 items were searched. New items are still stored."


@dataclass(frozen=True, slots=True)
class Hit:
    """One item found. ``excerpt`` and ``title_parts`` are (text, highlighted) in order; ``cut_start``/``cut_end``: the text goes on."""

    id: int
    url: str
    title: str
    title_parts: tuple[tuple[str, bool], ...]
    excerpt: tuple[tuple[str, bool], ...]
    cut_start: bool
    cut_end: bool
    source_id: str | None
    source_name: str
    language: str
    kind: str
    band: str
    localities: tuple[str, ...]
    story_id: int | None
    copy_of_id: int | None
    first_seen_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Matches:
    """Ids that match, in order, at most as many as were asked for; ``total`` counts all. ``node`` is the query as read, for excerpts."""

    ids: tuple[int, ...]
    total: int
    node: Node | None
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    counted: int = 0
    """How many of the newest matches the facets looked at."""
    banner: str = ""
    banner_en: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits in order and how many there are in all. ``banner`` is empty when the index answered."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    counted: int = 0
    banner: str = ""
    banner_en: str = ""


def search(
    desk: Desk,
    actor: Actor | None,
    query: str,
    filters: Filters,
    *,
    sort: SortOrder = "newest",
    limit: int = 20,
    offset: int = 0,
    facets: bool = False,
) -> SearchResult:
    """Items that match; an empty query matches everything. ``actor`` None: the command line.

    Raises :class:`Forbidden`, and :class:`Invalid` (field ``q``) for a query without a word or one that is too long.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    found = matches(desk, actor, query, filters, sort=sort, limit=limit, offset=offset, facets=facets)
    with desk.store.read() as session:
        hits = _hits(session, found.ids, found.node)
    return SearchResult(found.total, hits, found.facets, found.counted, found.banner, found.banner_en)


def matches(
    desk: Desk,
    actor: Actor | None,
    query: str,
    filters: Filters,
    *,
    sort: SortOrder = "newest",
    limit: int,
    offset: int = 0,
    facets: bool = False,
    at_most: int | None = None,
) -> Matches:
    """The ids alone, for a list that narrows and shows them itself; counted up to ``at_most`` and one. Raises as :func:`search` does."""
    if actor is not None:
        require(actor, "item.search")
    offset = max(0, offset)
    node = _read(query)
    page: SearchPage | None = None
    if desk.index is not None:
        try:
            page = desk.index.search(
                node, filters, sort=sort, limit=limit, offset=offset, facets=facets, at_most=at_most
            )
        except Unavailable:
            page = None
    away = page is None
    if page is None:
        with desk.store.read() as session:
            page = _without_index(session, node, filters, sort, limit, offset, facets)
    return Matches(
        page.ids,
        page.total,
        node,
        page.facets,
        page.counted,
        BANNER_VI if away else "",
        BANNER_EN if away else "",
    )


def counted(desk: Desk, actor: Actor, query: str, filters: Filters) -> SearchPage | None:
    """Total and facet counts alone, by the index; None without one, or while it is away. For a list too long for the store to count.

    Raises as :func:`search` does.
    """
    require(actor, "item.search")
    node = _read(query)
    if desk.index is None:
        return None
    try:
        return desk.index.search(node, filters, sort="newest", limit=0, facets=True, at_most=FACET_WINDOW)
    except Unavailable:
        return None


def _read(query: str) -> Node | None:
    if not query.strip():
        return None
    parsed = parse_query(query)
    if isinstance(parsed, query_language.Invalid):
        raise Invalid(parsed.vi, parsed.en, fields={"q": parsed.vi})
    return parsed


def _hits(session: Session, ids: Sequence[int], node: Node | None) -> tuple[Hit, ...]:
    """Rows in the order of ``ids``; one that was removed since the index saw it is left out."""
    rows = {
        row[0].id: (row[0], row[1])
        for row in session.execute(
            select(Item, Source.name).outerjoin(Source, Source.id == Item.source_id).where(Item.id.in_(ids))
        )
    }
    places: dict[int, list[str]] = {item_id: [] for item_id in ids}
    for mention in session.execute(
        select(Mention.item_id, Mention.locality)
        .where(Mention.item_id.in_(ids), Mention.band != Band.OUT)
        .order_by(Mention.band.desc(), Mention.locality)
    ):
        places[mention.item_id].append(mention.locality)
    hits = []
    for item_id in ids:
        if item_id not in rows:
            continue
        item, source_name = rows[item_id]
        shown = excerpt(item.text, node)
        hits.append(
            Hit(
                id=item.id,
                url=item.url or item.canonical_url,
                title=item.title,
                title_parts=tuple(
                    (part.text, part.highlighted) for part in excerpt(item.title, node, len(item.title) + 20)
                ),
                excerpt=tuple((part.text, part.highlighted) for part in shown),
                cut_start=bool(shown) and shown[0].start > 0,
                cut_end=bool(shown) and shown[-1].end < len(item.text),
                source_id=item.source_id,
                source_name=source_name or "",
                language=item.language,
                kind=item.kind,
                band=item.band,
                localities=tuple(places[item.id]),
                story_id=item.story_id,
                copy_of_id=item.copy_of_id,
                first_seen_at=item.first_seen_at,
                published_at=item.published_at,
            )
        )
    return tuple(hits)


# --- without an index -----------------------------------------------------------------------------------------------

_FIELDS = ("exact", "folded")


def _without_index(
    session: Session,
    node: Node | None,
    filters: Filters,
    sort: SortOrder,
    limit: int,
    offset: int,
    facets: bool,
) -> SearchPage:
    ids = list(session.scalars(select(Item.id).order_by(Item.id.desc()).limit(FALLBACK_ITEMS)))
    found: list[IndexDocument] = []
    for start in range(0, len(ids), _PAGE):
        for document in index_document(session, ids[start : start + _PAGE]):
            if _passes(document, filters) and (node is None or _matches(document, node)):
                found.append(document)
        session.expunge_all()
    earliest = datetime.min.replace(tzinfo=UTC)
    if sort == "published":
        found.sort(key=lambda d: (d.published_at is not None, d.published_at or earliest, d.id), reverse=True)
    elif sort == "need":
        found.sort(key=lambda d: (d.need, d.id), reverse=True)
    else:  # the order by score is not promised to anybody
        found.sort(key=lambda d: d.id, reverse=True)
    return SearchPage(
        ids=tuple(document.id for document in found[offset : offset + limit]),
        total=len(found),
        facets=_facets(found, filters) if facets else {},
        counted=len(found) if facets else 0,
    )


def _passes(document: IndexDocument, filters: Filters) -> bool:
    places = {*document.localities, *document.localities_check}
    named = set(document.localities) if filters.certain else places
    one_of, none_of = wanted_words(filters)
    return (
        (not filters.sources or document.source in filters.sources)
        and (not filters.languages or document.language in filters.languages)
        and (not filters.localities or not named.isdisjoint(filters.localities))
        and places.isdisjoint(filters.elsewhere)
        and (not one_of or not set(one_of).isdisjoint(document.tags))
        and set(none_of).isdisjoint(document.tags)
        and (filters.domestic is None or document.domestic == filters.domestic)
        and (filters.social is None or document.social == filters.social)
        and (filters.has_claim is None or document.has_claim == filters.has_claim)
        and (filters.story is None or document.story == filters.story)
        and (filters.since is None or document.first_seen_at >= filters.since)
        and (filters.until is None or document.first_seen_at < filters.until)
        and (not filters.kinds or document.kind in filters.kinds)
        and (filters.copies is None or document.copy == filters.copies)
        and document.reach_tier >= filters.reach
        and (filters.above is None or document.id > filters.above)
        and (filters.upto is None or document.id <= filters.upto)
    )


def _matches(document: IndexDocument, node: Node) -> bool:
    """Title and text are fields of their own: a phrase never runs from one into the other."""
    runs: dict[str, list[str]] = {name: [] for name in _FIELDS}
    words: dict[str, set[str]] = {name: set() for name in _FIELDS}
    for text in (document.title, document.text):
        tokens = tokenise(text)
        for name, values in (("exact", [t.exact for t in tokens]), ("folded", [t.folded for t in tokens])):
            words[name].update(values)
            runs[name].append(f" {' '.join(values)} ")
    return _holds(node, words, runs)


def _holds(node: Node, words: dict[str, set[str]], runs: dict[str, list[str]]) -> bool:
    if isinstance(node, Word):
        return node.token in words[node.field]
    if isinstance(node, Phrase):
        wanted = f" {' '.join(node.tokens)} "
        return any(wanted in run for run in runs[node.field])
    if isinstance(node, Not):
        return not _holds(node.part, words, runs)
    if isinstance(node, And):
        return all(_holds(part, words, runs) for part in node.parts)
    if isinstance(node, Or):
        return any(_holds(part, words, runs) for part in node.parts)
    raise TypeError(node)


def _facets(found: Sequence[IndexDocument], filters: Filters) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {
        name: Counter()
        for name in ("source", "language", "tag", "kind", "domestic", "has_claim", "reach_tier", "locality")
    }
    own = tag_words(filters)
    for document in found:
        counts["source"][document.source] += 1
        counts["language"][document.language] += 1
        if own:
            counts["tag"][next((own[word] for word in document.tags if word in own), "")] += 1
        counts["kind"][document.kind] += 1
        counts["domestic"][str(int(document.domestic))] += 1
        counts["has_claim"][str(int(document.has_claim))] += 1
        counts["reach_tier"][str(document.reach_tier)] += 1
        counts["locality"].update({*document.localities, *document.localities_check})
    return {name: dict(counter) for name, counter in counts.items()}
