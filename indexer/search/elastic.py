"""Elasticsearch 8.19 behind the same meaning: whitespace analyzer over our tokens, strict mapping, external versions.

Index names: ``<prefix>-000001`` and so on, one of them behind the alias ``<prefix>``; ``<prefix>-state`` holds for each the last outbox
number that it was brought to. The client is imported at first use (1.4 s).
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.errors import OutOfStep, Unavailable
from core.finding import (
    DEEPEST,
    FACET_VALUES,
    FACET_WINDOW,
    BuildState,
    Filters,
    IndexDocument,
    IndexStats,
    SearchPage,
    SortOrder,
    tag_words,
)
from core.text.query import Node
from indexer.search import elastic_query
from indexer.search.elastic_layout import templates
from indexer.search.elastic_write import Place, keep_place, place_of, write
from indexer.search.fields import INDEX_VERSION

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: how long a busy node may take when nobody sits and waits
PATIENCE = 60.0
#: a person at a screen waits so long, then the store answers (reliability.md §3 row 7)
SCREEN_SECONDS = 2.0
#: after a failure screens do not ask again for so long
REST_SECONDS = 5.0
#: which index answers, and of which version, is looked up again after this
LOOK_AGAIN_SECONDS = 10.0
_FACETS = ("source", "language", "kind", "domestic", "has_claim", "reach_tier", "locality")
_STEPS = 400
#: with a shard away, no answer at all: half the hits would pass for all of them
_WHOLE: dict[str, Any] = {"allow_partial_search_results": False}


@dataclass(frozen=True, slots=True)
class ElasticSettings:
    """Where the cluster is and how to be let in. ``index`` is the alias and the prefix of the index names.

    ``search_seconds`` is how long an answer to a search may take.
    """

    url: str
    index: str = "lamro"
    user: str = ""
    password: str = ""
    api_key: str = ""
    ca: str = ""
    shards: int = 1
    replicas: int = 0
    search_seconds: float = PATIENCE


class ElasticIndex:
    """:class:`core.finding.SearchIndex` over one alias of an Elasticsearch 8 cluster."""

    def __init__(self, settings: ElasticSettings) -> None:
        self.settings = settings
        self.state = f"{settings.index}-state"
        self.facet_window = FACET_WINDOW
        self._client: Elasticsearch | None = None
        self._resting_until = 0.0
        self._checked_until = 0.0

    # --- connection -------------------------------------------------------------------------------------------------

    def _connect(self) -> Elasticsearch:
        from elasticsearch import Elasticsearch

        if self._client is None:
            # Idempotent all through, and who calls tries again in its own time: the transport need not.
            given: dict[str, Any] = {"request_timeout": PATIENCE, "max_retries": 0}
            if self.settings.api_key:
                given["api_key"] = self.settings.api_key
            elif self.settings.user:
                # Encoded here: the client knows ASCII only, and passwords have accents.
                pair = f"{self.settings.user}:{self.settings.password}".encode()
                given["basic_auth"] = b64encode(pair).decode("ascii")
            if self.settings.ca:
                given["ca_certs"] = self.settings.ca
            try:
                self._client = Elasticsearch(self.settings.url, **given)
            except (ValueError, OSError) as error:
                raise _away(error) from error
        return self._client

    @contextmanager
    def use(self) -> Iterator[Elasticsearch]:
        """The client; whatever goes wrong on the way there or inside the engine becomes :class:`Unavailable`."""
        from elasticsearch import ApiError, TransportError

        client = self._connect()
        try:
            yield client
        except (ApiError, TransportError) as error:
            raise _away(error) from error
        self._resting_until = 0.0

    @contextmanager
    def _searching(self) -> Iterator[Elasticsearch]:
        """As :meth:`use`, for as long as a search may take. One failure speaks for the next seconds."""
        if time.monotonic() < self._resting_until:
            raise _away("it did not answer a moment ago")
        from elasticsearch import NotFoundError

        try:
            with self.use() as client:
                quick = client.options(request_timeout=self.settings.search_seconds)
                if time.monotonic() > self._checked_until:
                    self._needed(quick)
                    self._checked_until = time.monotonic() + LOOK_AGAIN_SECONDS
                yield quick
        except Unavailable as error:
            self._checked_until = 0.0
            if isinstance(error.__cause__, NotFoundError):
                raise _away("there is no index yet", code="absent") from error
            if error.code == "unavailable":
                self._resting_until = time.monotonic() + REST_SECONDS
            raise

    def resolve(self, client: Elasticsearch) -> str | None:
        """The index behind the alias; None when there is none."""
        found = client.options(ignore_status=404).indices.get_alias(name=self.settings.index)
        names = sorted(name for name in found if name not in {"error", "status"})
        return names[-1] if names else None

    def _needed(self, client: Elasticsearch) -> str:
        name = self.resolve(client)
        if name is None:
            raise _away("there is no index yet", code="absent")
        if place_of(client, self.state, name).index_version != INDEX_VERSION:
            raise _away("the index was made by another version of the program", code="outdated")
        return name

    def make(self, client: Elasticsearch, **how: Any) -> str:
        """A new index of the strict template; its name was never used."""
        for template, content in templates(
            self.settings.index, self.settings.shards, self.settings.replicas
        ).items():
            client.indices.put_index_template(name=template, **content)
        number = max((int(name.rpartition("-")[2]) for name in self.names(client)), default=0) + 1
        # One that was deleted by hand left its place behind, which would be taken for the new one's.
        while client.options(ignore_status=404).get(index=self.state, id=self._named(number)).get("found"):
            number += 1
        name = self._named(number)
        client.indices.create(index=name, **how)
        keep_place(client, self.state, name, Place(0, INDEX_VERSION, None))
        return name

    def _named(self, number: int) -> str:
        return f"{self.settings.index}-{number:06d}"

    def names(self, client: Elasticsearch) -> list[str]:
        """Every index of items of this prefix, half-made ones too."""
        found = client.options(ignore_status=404).indices.get(
            index=f"{self.settings.index}-0*", expand_wildcards="all", features=["aliases"]
        )
        return sorted(name for name in found if name.rpartition("-")[2].isdecimal())

    def create(self) -> None:
        """Make the index behind its alias when there is none."""
        with self.use() as client:
            self._created(client)

    def _created(self, client: Elasticsearch) -> str:
        return self.resolve(client) or self.make(client, aliases={self.settings.index: {}})

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def drop(self) -> None:
        """Delete the indexes of this prefix, by their exact names, and their templates."""
        with self.use() as client:
            for name in [*self.names(client), self.state]:
                client.indices.delete(index=name, ignore_unavailable=True)
            for name in templates(self.settings.index, 1, 0):
                client.options(ignore_status=404).indices.delete_index_template(name=name)

    # --- writing ----------------------------------------------------------------------------------------------------

    def apply(
        self,
        upserts: Sequence[IndexDocument],
        deletes: Sequence[tuple[int, int]],
        seq: int,
        *,
        after: int | None = None,
    ) -> list[tuple[int, str]]:
        """Bulk-write whole documents under external versions, then remember ``seq``. Reads the answer of every single item."""
        with self.use() as client:
            return apply_to(client, self.state, self._created(client), upserts, deletes, seq, after)

    def refresh(self) -> None:
        """Make all writes visible to search."""
        with self.use() as client:
            client.indices.refresh(index=self.settings.index, ignore_unavailable=True)

    def fresh(self) -> FreshElastic:
        """The index being made beside this one."""
        return FreshElastic(self)

    # --- reading ----------------------------------------------------------------------------------------------------

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
        """Ids in order, exact total, facet counts."""
        scored = sort == "score" and query is not None
        tags = tag_words(filters)
        with self._searching() as client:
            answer = client.search(
                index=self.settings.index,
                query=elastic_query.request(query, filters, scored=scored),
                sort=elastic_query.SORTS["newest" if sort == "score" and not scored else sort],
                size=max(0, min(limit, DEEPEST - offset)),
                from_=min(offset, DEEPEST),
                source=False,
                track_total_hits=True if at_most is None else at_most + 1,
                aggs=_aggregations(tags) if facets else None,
                **_WHOLE,
            )
            total = int(answer["hits"]["total"]["value"])
            if at_most is not None:
                total = min(total, at_most + 1)
            found = answer["aggregations"] if facets else {}
            if facets and total > self.facet_window:
                above = self._newest(client, query, filters)
                found = client.search(
                    index=self.settings.index,
                    query=elastic_query.request(query, replace(filters, above=above), scored=False),
                    size=0,
                    aggs=_aggregations(tags),
                    **_WHOLE,
                )["aggregations"]
        counts = {field: _buckets(found[field]) for field in _FACETS} if facets else {}
        if facets:
            counts["tag"] = _tags(found, tags)
        ids = tuple(int(hit["_id"]) for hit in answer["hits"]["hits"])
        return SearchPage(ids, total, counts, min(total, self.facet_window) if facets else 0)

    def _newest(self, client: Elasticsearch, query: Node | None, filters: Filters) -> int:
        """The id above which exactly as many hits stand as facets count, narrowed by histograms from the newest down."""
        low, high, wanted = filters.above or 0, filters.upto, self.facet_window
        if high is None:
            high = int(client.search(index=self.settings.index, size=0, aggs={"m": {"max": {"field": "id"}}}, **_WHOLE)["aggregations"]["m"]["value"])  # fmt: skip
        while True:
            width = max(1, -(-(high - low) // _STEPS))
            buckets = client.search(
                index=self.settings.index,
                query=elastic_query.request(query, replace(filters, above=low, upto=high), scored=False),
                size=0,
                aggs={"h": {"histogram": {"field": "id", "interval": width, "offset": (low + 1) % width, "min_doc_count": 1, "order": {"_key": "desc"}}}},
                **_WHOLE,
            )["aggregations"]["h"]["buckets"]  # fmt: skip
            for bucket in buckets:
                if wanted <= bucket["doc_count"]:
                    low, high = int(bucket["key"]) - 1, int(bucket["key"]) + width - 1
                    break
                wanted -= bucket["doc_count"]
            else:
                return low
            if width == 1:
                return low

    def volume(self, query: Node | None, filters: Filters) -> dict[tuple[int, str], int]:
        """Hits by (day, source), all of them, page by page."""
        held: dict[tuple[int, str], int] = {}
        pairs: dict[str, Any] = {
            "size": 1000,
            "sources": [{"day": {"terms": {"field": "day"}}}, {"source": {"terms": {"field": "source"}}}],
        }
        with self._searching() as client:
            while True:
                found = client.search(
                    index=self.settings.index,
                    query=elastic_query.request(query, filters, scored=False),
                    size=0,
                    aggs={"pairs": {"composite": pairs}},
                    **_WHOLE,
                )["aggregations"]["pairs"]
                for bucket in found["buckets"]:
                    held[int(bucket["key"]["day"]), str(bucket["key"]["source"])] = int(bucket["doc_count"])
                if "after_key" not in found:
                    return held
                pairs["after"] = found["after_key"]

    def counts(self, questions: Sequence[tuple[Node | None, Filters]]) -> list[int]:
        """Hits of each question, in one request a hundred."""
        found: list[int] = []
        with self._searching() as client:
            for start in range(0, len(questions), 100):
                searches: list[dict[str, Any]] = []
                for query, filters in questions[start : start + 100]:
                    asked = elastic_query.request(query, filters, scored=False)
                    searches += [_WHOLE, {"query": asked, "size": 0, "track_total_hits": True}]
                for answer in client.msearch(index=self.settings.index, searches=searches)["responses"]:
                    if "error" in answer:
                        raise _away(answer["error"])
                    found.append(int(answer["hits"]["total"]["value"]))
        return found

    def stats(self) -> IndexStats:
        """Documents held and the last outbox number applied; zero for an index that does not exist yet."""
        with self.use() as client:
            engine = f"Elasticsearch {client.info()['version']['number']}"
            name = self.resolve(client)
            if name is None:
                return IndexStats(0, 0, engine, INDEX_VERSION)
            return stats_of(client, self.state, name, engine)

    def versions(self) -> Iterable[tuple[int, int]]:
        """Every (id, version), ascending, from one point in time; what was applied before is in it."""
        with self.use() as client:
            name = self._needed(client)
            client.indices.refresh(index=name)
            pit = client.open_point_in_time(index=name, keep_alive="2m")["id"]
            after: list[Any] | None = None
            try:
                while True:
                    answer = client.search(
                        pit={"id": pit, "keep_alive": "2m"},
                        size=5000,
                        sort=[{"id": "asc"}],
                        search_after=after,
                        version=True,
                        source=False,
                        track_total_hits=False,
                        **_WHOLE,
                    )
                    hits = answer["hits"]["hits"]
                    if not hits:
                        return
                    for hit in hits:
                        yield int(hit["_id"]), int(hit["_version"])
                    after, pit = hits[-1]["sort"], answer["pit_id"]
            finally:
                client.close_point_in_time(id=pit)


def apply_to(
    client: Elasticsearch,
    state: str,
    name: str,
    upserts: Sequence[IndexDocument],
    deletes: Sequence[tuple[int, int]],
    seq: int,
    after: int | None,
) -> list[tuple[int, str]]:
    """A batch into one index by its own name, so that a swap in between cannot lose it."""
    place = place_of(client, state, name)
    if place.index_version != INDEX_VERSION:
        raise _away("the index was made by another version of the program", code="outdated")
    if after is not None and place.last_seq < after:
        raise OutOfStep(
            "Chỉ mục vừa được thay bằng chỉ mục khác; hệ thống sẽ đọc lại từ chỗ của nó.",
            f"The index stands at {place.last_seq}, not at {after}: it was swapped or lost.",
        )
    refused = write(client, name, upserts, deletes)
    if seq > place.last_seq:
        keep_place(client, state, name, replace(place, last_seq=seq))
    return refused


def stats_of(client: Elasticsearch, state: str, name: str, engine: str) -> IndexStats:
    """What one index holds."""
    place = place_of(client, state, name)
    documents = int(client.count(index=name)["count"])
    return IndexStats(documents, place.last_seq, engine, place.index_version)


def _aggregations(tags: dict[str, str]) -> dict[str, Any]:
    asked: dict[str, Any] = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in _FACETS}
    if tags:
        asked["tag"] = {"terms": {"field": "tag", "include": list(tags), "size": len(tags)}}
        asked["untagged"] = {"filter": {"bool": {"must_not": [{"terms": {"tag": list(tags)}}]}}}
    return asked


def _tags(found: Any, tags: dict[str, str]) -> dict[str, int]:
    """The tags of one office, and how many hits have none of it."""
    if not tags:
        return {}
    counts = {tags[word]: number for word, number in _buckets(found["tag"]).items()}
    untagged = int(found["untagged"]["doc_count"])
    return _ordered({**counts, **({"": untagged} if untagged else {})})


def _buckets(found: Any) -> dict[str, int]:
    return _ordered({str(bucket["key"]): int(bucket["doc_count"]) for bucket in found["buckets"]})


def _ordered(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


_AWAY_VI = {
    "unavailable": "Máy tìm kiếm Elasticsearch đang không trả lời; dữ liệu vẫn nguyên và sẽ được lập chỉ mục khi máy trở lại.",
    "absent": "Trên máy tìm kiếm Elasticsearch chưa có chỉ mục, hoặc chỉ mục đã bị xóa; dữ liệu vẫn nguyên. Bộ lịch tự lập lại; muốn lập ngay: lamro reindex",
    "outdated": "Chỉ mục trên Elasticsearch do phiên bản khác của chương trình lập; dữ liệu vẫn nguyên. Bộ lịch tự lập lại; muốn lập ngay: lamro reindex",
}


def _away(error: object, code: str = "unavailable") -> Unavailable:
    return Unavailable(
        _AWAY_VI[code],
        f"Elasticsearch cannot be used: {error}",
        code=code,
    )


class FreshElastic:
    """:class:`core.finding.FreshIndex`: the next numbered index, not yet behind the alias. ``<prefix>-state`` remembers which it is."""

    def __init__(self, index: ElasticIndex) -> None:
        self._index = index

    def _name(self, client: Elasticsearch) -> str | None:
        found = client.options(ignore_status=404).get(index=self._index.state, id="building").get("_source")
        name = str(found["name"]) if found else ""
        return name if name and client.indices.exists(index=name) else None

    def _begun_name(self, client: Elasticsearch) -> str:
        name = self._name(client)
        if name is None:
            raise OutOfStep(
                "Chỉ mục đang lập dở đã mất; hãy lập lại từ đầu.",
                "The half-made index is gone; begin again.",
            )
        return name

    def begun(self) -> BuildState | None:
        """How far the half-made index is."""
        with self._index.use() as client:
            name = self._name(client)
            place = None if name is None else place_of(client, self._index.state, name)
        if place is None or place.filled_to is None or place.index_version != INDEX_VERSION:
            return None
        return BuildState(place.filled_to, place.last_seq)

    def begin(self, seq: int) -> None:
        """A new index without replicas and refreshes until it is full; any half-made one is deleted."""
        with self._index.use() as client:
            left = self._name(client)
            if left is not None and left != self._index.resolve(client):
                client.indices.delete(index=left)
            name = self._index.make(
                client, settings={"index": {"refresh_interval": "-1", "number_of_replicas": 0}}
            )
            keep_place(client, self._index.state, name, Place(seq, INDEX_VERSION, 0))
            client.index(index=self._index.state, id="building", document={"name": name})

    def fill(self, documents: Sequence[IndexDocument], filled_to: int) -> list[tuple[int, str]]:
        """Write the next documents, then how far that goes; a kill in between writes them again, which changes nothing."""
        with self._index.use() as client:
            name = self._begun_name(client)
            refused = write(client, name, documents, [])
            place = place_of(client, self._index.state, name)
            keep_place(client, self._index.state, name, replace(place, filled_to=filled_to))
        return refused

    def apply(
        self,
        upserts: Sequence[IndexDocument],
        deletes: Sequence[tuple[int, int]],
        seq: int,
        *,
        after: int | None = None,
    ) -> list[tuple[int, str]]:
        """What changed while it was filled."""
        with self._index.use() as client:
            return apply_to(client, self._index.state, self._begun_name(client), upserts, deletes, seq, after)

    def stats(self) -> IndexStats:
        """Of the fresh index."""
        with self._index.use() as client:
            name = self._begun_name(client)
            client.indices.refresh(index=name)
            return stats_of(client, self._index.state, name, "Elasticsearch")

    def swap(self) -> None:
        """Give it its replicas and refreshes, then move the alias and delete the old indexes in one step of the cluster."""
        alias = self._index.settings.index
        with self._index.use() as client:
            name = self._begun_name(client)
            client.indices.put_settings(
                index=name,
                settings={
                    "index": {
                        "refresh_interval": "1s",
                        "number_of_replicas": self._index.settings.replicas,
                    }
                },
            )
            client.indices.refresh(index=name)
            old = [other for other in self._index.names(client) if other != name]
            client.indices.update_aliases(
                actions=[
                    {"add": {"index": name, "alias": alias}},
                    *({"remove_index": {"index": other}} for other in old),
                ]
            )
            place = place_of(client, self._index.state, name)
            keep_place(client, self._index.state, name, replace(place, filled_to=None))
            client.options(ignore_status=404).delete(index=self._index.state, id="building")
            for other in old:
                client.options(ignore_status=404).delete(index=self._index.state, id=other)
