"""Hộp tin: items by filters, with their reasons, facet counts and the story that a tag would go to. Every count is bounded.

Up to :data:`CEILING` items the store counts exactly, this very moment; what the index says of a longer list is put in by the view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.finding import FACET_WINDOW, Filters, SearchPage
from core.queries import offices
from core.queries.frame import short_names, watched
from core.queries.reasons import Part, item_mentions, line, same_story, same_story_line
from core.records.claim import Claim
from core.records.item import Item, Mention, Story, StoryLocality, StoryOffice
from core.records.source import Source
from core.rules.vocabulary import BROUGHT, Band, Tag
from core.text.excerpts import excerpt
from core.text.query import Node

PAGE = 20
#: totals and facets look at so many items at most; a longer list shows a plus sign and asks to be narrowed
CEILING = 2000
#: pages of hits beyond the one shown that are looked at, for hits that the store knows to be changed since
_SPARE = 2
KINDS = ("press", "social", "foreign", "hand")
REACH = (0, 1, 2, 3)
#: more items than a list of days can have
_ALL = 100_000_000
#: so many sources are offered beside the chosen ones
SOURCES = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the list. Three-state ones are "" (off), "with" or "without"; ``days`` 0 sets no limit in time."""

    handled: str = "without"
    named: str = "with"
    foreign: str = ""
    copies: str = ""
    band: str = ""
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """Tag values of the own office; "none" stands for untagged."""
    localities: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    claim: str = ""
    """"with": in a story that holds a claim, "without": in none that does"""
    reach: int = 0
    """The least reach of the source, 0 to 3."""
    story: int | None = None
    days: int = 30
    sort: str = "newest"
    page: int = 1
    upto: int | None = None
    """The highest id when the first page was opened: the pages after it stay what they were while items arrive."""


#: where a search begins: somebody who looks for a word means everything that is stored, tagged or not
SEARCH = Wanted(handled="", named="", days=0)


@dataclass(frozen=True, slots=True)
class Searched:
    """What the index found for the words typed: ids, whether there were more, and the query for the excerpts."""

    ids: tuple[int, ...]
    more: bool
    node: Node | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as a row of the list."""

    id: int
    story_id: int | None
    story_version: int
    title: str
    language: str
    gist: str
    reason: tuple[Part, ...]
    excerpt: tuple[Part, ...]
    source_name: str
    at: datetime
    locality: str
    band: str
    tag: str
    incident_id: int | None
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list."""

    rows: tuple[ItemRow, ...]
    total: int
    capped: bool
    page: int
    pages: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    counted: int = 0
    """How many of the newest items the facets looked at."""
    localities: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    """(id, name) of the sources to choose from: the chosen ones, then the most frequent."""
    upto: int | None = None
    """What the addresses of the other pages carry."""
    newer: bool = False
    """Whether items of this list arrived since its first page was opened."""

    @property
    def first(self) -> int:
        """Number of the first row."""
        return (self.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row."""
        return (self.page - 1) * PAGE + len(self.rows)


def filters(wanted: Wanted, unit_id: int, codes: Sequence[str], now: datetime) -> Filters:
    """The office's filters as the index knows them, so that its first :data:`CEILING` hits are of the right kind; see :func:`index_counts`.

    :func:`listing` asks the store for all of them again: the index may be a second behind.
    """
    if wanted.story is not None:
        return Filters(story=wanted.story, upto=wanted.upto, office=unit_id)
    tags = tuple("" if tag == "none" else tag for tag in wanted.tags)
    if not tags and wanted.handled:
        tags = tuple(Tag) if wanted.handled == "with" else ("",)
    named = wanted.localities or (tuple(codes) if wanted.band or wanted.named == "with" else ())
    return Filters(
        sources=wanted.sources,
        languages=wanted.languages,
        localities=named,
        certain=wanted.band == "in",
        elsewhere=tuple(codes) if wanted.named == "without" and not named else (),
        office=unit_id,
        tags=tags,
        domestic={"with": False, "without": True}.get(wanted.foreign),
        has_claim={"with": True, "without": False}.get(wanted.claim),
        since=now - timedelta(days=wanted.days) if wanted.days else None,
        kinds=wanted.kinds,
        copies={"with": True, "without": False}.get(wanted.copies),
        reach=wanted.reach,
        upto=wanted.upto,
    )


def index_counts(wanted: Wanted) -> bool:
    """Whether the index means exactly what the list means: it does not tell a doubtful name from one taken over from a story."""
    return wanted.band != "check"


def listing(
    session: Session,
    unit_id: int,
    wanted: Wanted,
    now: datetime,
    *,
    language: str = "vi",
    searched: Searched | None = None,
    counted: SearchPage | None = None,
) -> Listing:
    """A page of the office's inbox; of what was ``searched`` when words were typed, under the same filters and facets.

    ``counted``: total and facets of the index, for a list that is long; then only the rows of the page are read.
    """
    names = watched(session, unit_id)
    base = _where(select(Item.id), wanted, unit_id, list(names), now)
    if counted is None:
        if searched is not None:
            base = base.where(Item.id.in_(searched.ids))
        seen = _seen(session, base, wanted.sort)
        capped = len(seen) > CEILING or (searched is not None and searched.more)
        seen = seen[:CEILING]
        total = looked = len(seen)
        pages = max(1, -(-total // PAGE))
        page = min(max(1, wanted.page), pages)
        ids = [row.id for row in seen[(page - 1) * PAGE : page * PAGE]]
        facets = _facets(session, seen, names)
    else:
        pages = max(1, CEILING // PAGE)
        page = min(max(1, wanted.page), pages)
        if searched is not None:
            base = base.where(Item.id.in_(searched.ids[: (page + _SPARE) * PAGE]))
        ids = list(
            session.scalars(
                base.order_by(None).order_by(*_order(wanted.sort)).limit(PAGE).offset((page - 1) * PAGE)
            )
        )
        capped, looked = counted.total > FACET_WINDOW, counted.counted
        total = max(min(counted.total, FACET_WINDOW), CEILING)
        facets = _of_index(counted.facets, names)
    newest = session.scalar(select(func.max(Item.id)))
    return Listing(
        rows=rows(
            session,
            ids,
            unit_id,
            names,
            language=language,
            excerpts=_excerpts(session, ids, searched.node) if searched is not None else None,
        ),
        total=total,
        capped=capped,
        page=page,
        pages=pages,
        facets=facets,
        counted=looked,
        localities=tuple(short_names(names).items()),
        sources=source_names(session, wanted.sources, facets["source"]),
        upto=wanted.upto or newest,
        newer=wanted.upto is not None and _newer(session, wanted, unit_id, list(names), now, searched),
    )


def _seen(session: Session, base: Select[Any], sort: str) -> Sequence[Any]:
    """The first of the matching items; each column that a facet needs comes along, so that one pass counts them all."""
    return session.execute(
        base.with_only_columns(
            Item.id,
            Item.language,
            Item.received_via,
            Item.source_id,
            offices.TAG.label("tag"),
            Source.social,
            Source.domestic,
            Source.reach_tier,
            _claimed().label("claimed"),
        )
        .order_by(None)
        .order_by(*_order(sort))
        .limit(CEILING + 1)
    ).all()


def is_long(
    session: Session,
    unit_id: int,
    codes: Sequence[str],
    wanted: Wanted,
    now: datetime,
    searched: Searched | None,
) -> bool:
    """Whether a list has more items than the store counts, asked before it is read where that is likely: not of our own places."""
    if searched is not None:
        return searched.more
    ours = wanted.band or wanted.localities or wanted.named == "with" or wanted.story is not None
    return not ours and count(session, unit_id, codes, wanted, now, at_most=CEILING) > CEILING


def _of_index(facets: dict[str, dict[str, int]], codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """The counts of an index under the names of the controls."""
    places = facets.get("locality", {})
    claims = facets.get("has_claim", {})
    return {
        "kind": facets.get("kind", {}),
        "language": {code: count for code, count in facets.get("language", {}).items() if code},
        "tag": {tag or "none": count for tag, count in facets.get("tag", {}).items()},
        "source": {source: count for source, count in facets.get("source", {}).items() if source},
        "claim": {"with": claims.get("1", 0), "without": claims.get("0", 0)},
        "reach": _at_least({int(tier): count for tier, count in facets.get("reach_tier", {}).items()}),
        "locality": {code: places[code] for code in codes if code in places},
    }


def _at_least(tiers: Mapping[int, int]) -> dict[str, int]:
    return {str(least): sum(n for tier, n in tiers.items() if tier >= least) for least in REACH[1:]}


def source_names(
    session: Session, chosen: Sequence[str], counts: Mapping[str, int]
) -> tuple[tuple[str, str], ...]:
    """(id, name) of the chosen sources, then of the most frequent."""
    frequent = sorted(counts, key=lambda source: (-counts[source], source))
    ids = list(dict.fromkeys([*chosen, *frequent]))[: len(chosen) + SOURCES]
    names = {
        row.id: row.name for row in session.execute(select(Source.id, Source.name).where(Source.id.in_(ids)))
    }
    return tuple((source, names[source]) for source in ids if source in names)


def _newer(
    session: Session,
    wanted: Wanted,
    unit_id: int,
    codes: list[str],
    now: datetime,
    searched: Searched | None,
) -> bool:
    """Without the words of a search, which the store does not look for: there, any newer item counts."""
    query = (
        select(Item.id)
        if searched is not None
        else _where(select(Item.id), replace(wanted, upto=None), unit_id, codes, now)
    )
    return session.scalar(query.where(Item.id > (wanted.upto or 0)).limit(1)) is not None


def count(
    session: Session,
    unit_id: int,
    codes: Sequence[str],
    wanted: Wanted,
    now: datetime,
    *,
    at_most: int,
    searched: Searched | None = None,
) -> int:
    """How many items a list holds, counted up to ``at_most`` and one: the number beside a saved filter."""
    found = _where(select(Item.id), wanted, unit_id, list(codes), now)
    if searched is not None:
        found = found.where(Item.id.in_(searched.ids))
    return session.scalar(select(func.count()).select_from(found.limit(at_most + 1).subquery())) or 0


def new_items(
    wanted: Wanted, unit_id: int, codes: Sequence[str], now: datetime, *, above: int, upto: int
) -> Select[Any]:
    """The items of a list that arrived after the id ``above``, up to ``upto``: what an alert is about. Source is joined."""
    found = _where(select(Item.id), wanted, unit_id, list(codes), now)
    return found.where(Item.id > above, Item.id <= upto)


def _excerpts(session: Session, ids: Sequence[int], node: Node | None) -> dict[int, tuple[Part, ...]]:
    """The stretch of each text where the words stand, with dots where the text goes on."""
    found = {}
    for row in session.execute(select(Item.id, Item.text).where(Item.id.in_(ids))):
        parts = excerpt(row.text, node)
        if parts:
            found[row.id] = (
                *([Part("… ")] if parts[0].start > 0 else []),
                *(Part(part.text, part.highlighted) for part in parts),
                *([Part(" …")] if parts[-1].end < len(row.text) else []),
            )
    return found


def _order(sort: str) -> tuple[Any, ...]:
    if sort == "need":
        return (Story.need.desc(), Item.id.desc())
    if sort == "published":
        return (Item.published_at.desc().nulls_last(), Item.id.desc())
    return (Item.id.desc(),)


def _three(query: Select[Any], state: str, condition: Any) -> Select[Any]:
    if state == "with":
        return query.where(condition)
    if state == "without":
        return query.where(~condition)
    return query


def _claimed() -> ColumnElement[bool]:
    return exists().where(Claim.story_id == Item.story_id, Claim.withdrawn_at.is_(None))


def _where(query: Select[Any], wanted: Wanted, unit_id: int, codes: list[str], now: datetime) -> Select[Any]:
    query = (
        query.outerjoin(Story, Item.story_id == Story.id)
        .outerjoin(StoryOffice, offices.own(unit_id))
        .outerjoin(Source, Item.source_id == Source.id)
    )
    if wanted.upto is not None:
        query = query.where(Item.id <= wanted.upto)
    if wanted.story is not None:
        return query.where(Item.story_id == wanted.story)
    ours = select(Mention.item_id).where(
        Mention.locality.in_(wanted.localities or codes),
        Mention.band.in_([wanted.band] if wanted.band else [Band.IN, Band.CHECK]),
    )
    if wanted.days:
        since = now - timedelta(days=wanted.days)
        least = _first_since(since)
        query = query.where(Item.first_seen_at >= since, Item.id >= least)
        ours = ours.where(Mention.item_id >= least)
    places = wanted.localities or codes
    if wanted.band:
        query = query.where(Item.id.in_(ours))
    elif wanted.localities:
        query = query.where(or_(Item.id.in_(ours), told(places)))
    else:
        query = _three(query, wanted.named, or_(Item.id.in_(ours), told(places)))
    if not wanted.tags:
        query = _three(query, wanted.handled, offices.TAG != "")
    else:
        query = query.where(offices.TAG.in_(["" if tag == "none" else tag for tag in wanted.tags]))
    query = _three(query, wanted.foreign, and_(Source.domestic.is_not(None), Source.domestic.is_(False)))
    query = _three(query, wanted.copies, Item.copy_of_id.is_not(None))
    query = _three(query, wanted.claim, _claimed())
    if wanted.reach:
        query = query.where(Source.reach_tier >= wanted.reach)
    if wanted.kinds:
        query = query.where(or_(*[_kind(kind) for kind in wanted.kinds]))
    if wanted.languages:
        query = query.where(Item.language.in_(wanted.languages))
    if wanted.sources:
        query = query.where(Item.source_id.in_(wanted.sources))
    return query


def _first_since(since: datetime) -> Any:
    """The least id of what arrived since then, so that a list of some days goes through those days only, not through the store.

    NULL, that is nothing, when nothing arrived since.
    """
    known = aliased(Item)
    # The order makes every database read the index of moments, and not the ids from the first one on.
    arrived = select(known.id).where(known.first_seen_at >= since).order_by(known.first_seen_at).limit(_ALL)
    return select(func.min(arrived.subquery().c.id)).scalar_subquery()


def told(codes: Sequence[str]) -> ColumnElement[bool]:
    """Items in a story about one of the places that they do not name themselves: shown with it, each once."""
    about = StoryLocality.locality.in_(codes), StoryLocality.band.in_([Band.IN, Band.CHECK])
    named = (
        exists()
        .where(Mention.item_id == Item.id, Mention.locality == StoryLocality.locality)
        .correlate(Item, StoryLocality)
    )
    # The list of stories says the same as the question below it, and spares that for nearly every item: on PostgreSQL a tenth of the time.
    # The sum keeps databases from walking that list's items, of all years, instead of those of the days that are asked for.
    return and_(
        (Item.story_id + 0).in_(select(StoryLocality.story_id).where(*about)),
        exists().where(StoryLocality.story_id == Item.story_id, *about, ~named),
    )


def _kind(kind: str) -> Any:
    """One kind an item, as :func:`_facets` counts them; what came from elsewhere without a known source counts as press."""
    hand = Item.received_via.in_(BROUGHT)
    social = func.coalesce(Source.social, False)
    foreign = ~func.coalesce(Source.domestic, True)
    return {
        "hand": hand,
        "social": and_(~hand, social),
        "foreign": and_(~hand, ~social, foreign),
        "press": and_(~hand, ~social, ~foreign),
    }[kind]


def _facets(session: Session, seen: Sequence[Any], names: dict[str, str]) -> dict[str, dict[str, int]]:
    kinds: Counter[str] = Counter()
    for row in seen:
        if row.received_via in BROUGHT:
            kinds["hand"] += 1
        elif row.social:
            kinds["social"] += 1
        elif row.domestic is False:
            kinds["foreign"] += 1
        else:
            kinds["press"] += 1
    found = {
        "kind": dict(kinds),
        "language": dict(Counter(row.language for row in seen if row.language)),
        "tag": dict(Counter(row.tag or "none" for row in seen)),
        "source": dict(Counter(row.source_id for row in seen if row.source_id)),
        "claim": dict(Counter("with" if row.claimed else "without" for row in seen)),
        "reach": _at_least(Counter(row.reach_tier or 0 for row in seen)),
    }
    if len(names) > 1 and seen:
        places: Counter[str] = Counter()
        ids = [row.id for row in seen]
        for at in range(0, len(ids), 500):
            part = ids[at : at + 500]
            own = session.execute(
                select(Mention.item_id, Mention.locality, Mention.band).where(
                    Mention.item_id.in_(part), Mention.locality.in_(list(names))
                )
            ).all()
            of_story = session.execute(
                select(Item.id, StoryLocality.locality)
                .join(StoryLocality, StoryLocality.story_id == Item.story_id)
                .where(
                    Item.id.in_(part),
                    StoryLocality.locality.in_(list(names)),
                    StoryLocality.band != Band.OUT,
                )
            ).all()
            named = {(row.item_id, row.locality) for row in own}
            shown = {(row.item_id, row.locality) for row in own if row.band != Band.OUT}
            shown |= {(row.id, row.locality) for row in of_story} - named
            places.update(locality for _, locality in shown)
        found["locality"] = dict(places)
    return found


def rows(
    session: Session,
    ids: Sequence[int],
    unit_id: int,
    names: dict[str, str],
    *,
    language: str = "vi",
    excerpts: dict[int, tuple[Part, ...]] | None = None,
) -> tuple[ItemRow, ...]:
    """Rows of items in the order of ``ids``, as the office sees them; ``excerpts`` stand in the place of reasons in a search."""
    if not ids:
        return ()
    found = {
        row.id: row
        for row in session.execute(
            select(
                Item.id, Item.story_id, Item.title, Item.language, Item.gist, Item.first_seen_at, Item.published_at, Item.seen_where,
                Item.band, Item.copy_of_id, Source.name, offices.VERSION.label("version"), offices.TAG.label("tag"),
                StoryOffice.incident_id, Story.need_parts,
            )
            .outerjoin(Source, Item.source_id == Source.id)
            .outerjoin(Story, Item.story_id == Story.id)
            .outerjoin(StoryOffice, offices.own(unit_id))
            .where(Item.id.in_(ids))
        )
    }  # fmt: skip
    mentions = item_mentions(session, ids, list(names))
    silent = {row.story_id for row in found.values() if row.id not in mentions and row.story_id}
    told_by = same_story(session, sorted(silent), list(names))
    names = short_names(names)
    out = []
    for item_id in ids:
        row = found.get(item_id)
        if row is None:
            continue
        mention = mentions.get(item_id)
        other = None if mention else told_by.get(row.story_id or 0)
        place = mention.locality if mention and mention.band != Band.OUT else other[2] if other else ""
        out.append(
            ItemRow(
                id=row.id,
                story_id=row.story_id,
                story_version=row.version or 0,
                title=row.title,
                language=row.language,
                gist=row.gist,
                reason=line(mention, row.need_parts or (), language=language)
                if mention
                else same_story_line(other[1], language=language)
                if other
                else (),
                excerpt=(excerpts or {}).get(item_id, ()),
                source_name=row.name or row.seen_where,
                at=row.published_at or row.first_seen_at,
                locality=names.get(place, ""),
                band=mention.band if mention else Band.CHECK if other else row.band,
                tag=row.tag,
                incident_id=row.incident_id,
                is_copy=row.copy_of_id is not None,
            )
        )
    return tuple(out)
