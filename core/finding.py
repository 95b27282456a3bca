"""The search index as the product sees it: what is put in, what is asked, what must hold of every engine behind it (decisions 1 and 2).

Nothing here does I/O; the engines are in ``indexer.search``. All datetimes are aware.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from core.rules.vocabulary import Tag
from core.text.query import Node


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """One item as the index holds it. ``version`` is the item's revision: a repeat or an older one changes nothing.

    ``kind`` is how it came, as the inbox counts it: press, social, foreign, hand.
    """

    id: int
    version: int
    title: str
    text: str
    source: str
    language: str
    domestic: bool
    social: bool
    localities: tuple[str, ...]
    localities_check: tuple[str, ...]
    tags: tuple[str, ...]
    """One word an office that tagged the item's story, see :func:`tag_word`."""
    story: int | None
    has_claim: bool
    reach_tier: int
    need: float
    first_seen_at: datetime
    published_at: datetime | None
    kind: str = "press"
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """Field filters of a search; empty means no filter. Times are aware, about the moment an item was first seen.

    ``certain`` asks for items that name one of ``localities`` for sure, ``elsewhere`` for items about none of these.
    ``tags`` are those that ``office`` (a unit's id) gave, "" for none; the facet of tags counts this office's.
    ``reach`` is the least tier. ``above`` and ``upto`` bound the id, which is arrival order: a list stays what it was while new items
    arrive, and a batch of new items is searched alone.
    """

    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    localities: tuple[str, ...] = ()
    certain: bool = False
    elsewhere: tuple[str, ...] = ()
    office: int | None = None
    tags: tuple[str, ...] = ()
    domestic: bool | None = None
    social: bool | None = None
    has_claim: bool | None = None
    story: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[str, ...] = ()
    copies: bool | None = None
    reach: int = 0
    above: int | None = None
    upto: int | None = None

    def __post_init__(self) -> None:
        if self.tags and self.office is None:
            raise ValueError("a filter by tags needs the office whose tags they are")


def tag_word(office: int, tag: str) -> str:
    """A tag as the index holds it: the office's number, then the tag."""
    return f"{office}:{tag}"


def tag_words(filters: Filters) -> dict[str, str]:
    """What the office of the filters may have said: word → tag. Empty without an office."""
    return {} if filters.office is None else {tag_word(filters.office, tag): str(tag) for tag in Tag}


def wanted_words(filters: Filters) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(one of these, none of these) among a document's words of tags. An office has one tag a story, so that one of the two is enough."""
    if filters.office is None or not filters.tags:
        return (), ()
    if "" in filters.tags:
        return (), tuple(word for word, tag in tag_words(filters).items() if tag not in filters.tags)
    return tuple(tag_word(filters.office, tag) for tag in filters.tags), ()


#: facets count over this many of the newest matches, on every engine
FACET_WINDOW = 50_000
#: and name at most so many values a field, the most frequent first
FACET_VALUES = 1000
#: a page may not begin deeper than this; a list that long is narrowed, not leafed through
DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Ids of hits in order, how many there are in all, and facet counts (field → value → count).

    ``counted`` is how many of the newest matches the facets looked at: fewer than ``total`` when that is over :data:`FACET_WINDOW`.
    """

    ids: tuple[int, ...]
    total: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    counted: int = 0


SortOrder = Literal["newest", "published", "need", "score"]


@dataclass(frozen=True, slots=True)
class IndexStats:
    """What the index says of itself: documents held, last outbox number applied, engine, and the index version it was made with.

    No index at all is (0, 0): everything is still to be put in.
    """

    documents: int
    last_seq: int
    engine: str
    index_version: int


@dataclass(frozen=True, slots=True)
class BuildState:
    """How far a half-made index is: all items up to the id ``filled_to`` are in it, with everything the outbox said up to ``last_seq``."""

    filled_to: int
    last_seq: int


class FreshIndex(Protocol):
    """A new index beside the one that answers; nobody sees it before :meth:`swap`. Survives a kill: it is found again half-made.

    Every method raises :class:`core.errors.Unavailable` when the engine is away.
    """

    def begun(self) -> BuildState | None:
        """How far a half-made one is; None when there is none, or none that this program can go on with."""
        ...

    def begin(self, seq: int) -> None:
        """Start from nothing. What is read from the store from now on is at least as new as the outbox number ``seq``."""
        ...

    def fill(self, documents: Sequence[IndexDocument], filled_to: int) -> list[tuple[int, str]]:
        """Put the next documents in, ascending by id; returns those refused for good as (id, reason)."""
        ...

    def apply(
        self,
        upserts: Sequence[IndexDocument],
        deletes: Sequence[tuple[int, int]],
        seq: int,
        *,
        after: int | None = None,
    ) -> list[tuple[int, str]]:
        """As :meth:`SearchIndex.apply`: what changed while it was filled."""
        ...

    def stats(self) -> IndexStats:
        """As :meth:`SearchIndex.stats`, of the fresh one."""
        ...

    def swap(self) -> None:
        """Put it in the place of the one that answers, in one step, and delete that one."""
        ...


class SearchIndex(Protocol):
    """A search engine behind one meaning (decisions 1 and 2). Implemented by ``indexer.search.fts5`` and ``.elastic``.

    Every method raises :class:`core.errors.Unavailable` when the engine is away, with the code ``absent`` when there is no index,
    ``outdated`` when it was made by another version of the program and ``damaged`` when it cannot be read: then it must be made anew.
    """

    def create(self) -> None:
        """Make the index when it does not exist. Harmless when it does."""
        ...

    def apply(
        self,
        upserts: Sequence[IndexDocument],
        deletes: Sequence[tuple[int, int]],
        seq: int,
        *,
        after: int | None = None,
    ) -> list[tuple[int, str]]:
        """Write a batch; ``deletes`` are (id, version); ``seq`` is the last outbox number covered.

        Idempotent; older versions change nothing, the number never goes back. Returns (id, reason) of documents that were refused
        for good (quarantine). ``after`` is where the reader of the outbox believes the index to be: raises
        :class:`core.errors.OutOfStep` when it stands before that, because it was swapped or lost meanwhile.
        """
        ...

    def search(
        self,
        query: Node | None,
        filters: Filters,
        *,
        sort: SortOrder,
        limit: int,
        offset: int = 0,
        facets: bool = False,
        at_most: int | None = None,
    ) -> SearchPage:
        """Hits for a parsed query (None: everything). Equal hit sets on every engine.

        ``at_most`` bounds the counting, which alone grows with the hits: a total of one more says that there are more than that.
        """
        ...

    def volume(self, query: Node | None, filters: Filters) -> dict[tuple[int, str], int]:
        """How many hits by (day in Viet Nam as a calendar ordinal, source). Exact, and equal on every engine."""
        ...

    def counts(self, questions: Sequence[tuple[Node | None, Filters]]) -> list[int]:
        """How many hits each question has, asked together."""
        ...

    def refresh(self) -> None:
        """Make all that was applied visible to search."""
        ...

    def stats(self) -> IndexStats:
        """Counts for the health page and for catching up."""
        ...

    def versions(self) -> Iterable[tuple[int, int]]:
        """Every (id, version) held, ascending by id: what ``lamro verify`` compares with the store."""
        ...

    def fresh(self) -> FreshIndex:
        """The index being made beside this one."""
        ...

    def drop(self) -> None:
        """Delete the index and all it holds."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...
