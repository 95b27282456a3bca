"""Elasticsearch 8.19 behind the same meaning: whitespace analyzer over our tokens, strict mapping, external versions.

Index names: ``<prefix>-000001`` behind the alias ``<prefix>``; ``<prefix>-state`` holds the last outbox number. Whole documents only:
``update`` would bump the internal version and break ``external_gte`` (ecosystem.md §7). The client is imported at first use (1.4 s).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.errors import Unavailable
from core.ports import Filters, IndexDocument, IndexStats, SearchPage, SortOrder
from core.text.query import And, Node, Not, Phrase, Word
from core.text.tokens import ANALYSIS_VERSION
from indexer.search.fields import TITLE_WEIGHT, token_fields

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: one bulk request stays well under http.max_content_length (100 MB)
BULK_BYTES = 5_000_000
TIMEOUT_SECONDS = 30
#: from + size may not pass this in one request (index.max_result_window)
WINDOW = 10_000

_TOKENS = {"type": "text", "analyzer": "whitespace"}
_KEYWORD = {"type": "keyword", "ignore_above": 512}
_MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "id": {"type": "long"},
        "title_exact": _TOKENS,
        "body_exact": _TOKENS,
        "title_folded": _TOKENS,
        "body_folded": _TOKENS,
        "source": _KEYWORD,
        "language": _KEYWORD,
        "domestic": {"type": "boolean"},
        "social": {"type": "boolean"},
        "locality": _KEYWORD,
        "locality_in": _KEYWORD,
        "tag": _KEYWORD,
        "story": {"type": "long"},
        "has_claim": {"type": "boolean"},
        "reach_tier": {"type": "byte"},
        "need": {"type": "float"},
        "first_seen": {"type": "date"},
        "published": {"type": "date"},
    },
}
_SORTS: dict[str, list[dict[str, Any]]] = {
    "newest": [{"id": "desc"}],
    "published": [{"published": {"order": "desc", "missing": "_last"}}, {"id": "desc"}],
    "need": [{"need": "desc"}, {"id": "desc"}],
    "score": [{"_score": "desc"}, {"id": "desc"}],
}
_FACETS = {
    "source": "source",
    "language": "language",
    "tag": "tag",
    "domestic": "domestic",
    "locality": "locality",
}
FACET_VALUES = 200


@dataclass(frozen=True, slots=True)
class ElasticSettings:
    """Where the cluster is and how to be let in. ``index`` is the alias and the prefix of the index names."""

    url: str
    index: str = "lamro"
    user: str = ""
    password: str = ""
    api_key: str = ""
    ca: str = ""
    shards: int = 1
    replicas: int = 0


class ElasticIndex:
    """:class:`core.ports.SearchIndex` over one alias of an Elasticsearch 8 cluster."""

    def __init__(self, settings: ElasticSettings) -> None:
        self.settings = settings
        self._client: Elasticsearch | None = None

    @property
    def _state(self) -> str:
        return f"{self.settings.index}-state"

    @property
    def _first(self) -> str:
        return f"{self.settings.index}-000001"

    @contextmanager
    def _use(self) -> Iterator[Elasticsearch]:
        """The client; whatever goes wrong on the way there or inside the engine becomes :class:`Unavailable`."""
        from elasticsearch import ApiError, Elasticsearch, TransportError

        if self._client is None:
            given: dict[str, Any] = {
                "request_timeout": TIMEOUT_SECONDS,
                "max_retries": 2,
                "retry_on_timeout": False,
            }
            if self.settings.api_key:
                given["api_key"] = self.settings.api_key
            elif self.settings.user:
                given["basic_auth"] = (self.settings.user, self.settings.password)
            if self.settings.ca:
                given["ca_certs"] = self.settings.ca
            self._client = Elasticsearch(self.settings.url, **given)
        try:
            yield self._client
        except (ApiError, TransportError) as error:
            raise Unavailable(
                "Máy tìm kiếm Elasticsearch đang không trả lời; dữ liệu vẫn nguyên và sẽ được lập chỉ mục khi máy trở lại.",
                f"Elasticsearch cannot be used: {error}",
            ) from error

    def create(self) -> None:
        """Make the index behind its alias, and the state index, when they do not exist."""
        with self._use() as client:
            if not client.indices.exists_alias(name=self.settings.index):
                if not client.indices.exists(index=self._first):
                    client.indices.create(
                        index=self._first,
                        mappings=_MAPPING,
                        settings={
                            "number_of_shards": self.settings.shards,
                            "number_of_replicas": self.settings.replicas,
                            "refresh_interval": "1s",
                        },
                    )
                client.indices.put_alias(index=self._first, name=self.settings.index)
            if not client.indices.exists(index=self._state):
                client.indices.create(
                    index=self._state,
                    mappings={
                        "dynamic": "strict",
                        "properties": {"last_seq": {"type": "long"}, "analysis_version": {"type": "integer"}},
                    },
                    settings={"number_of_shards": 1, "number_of_replicas": self.settings.replicas},
                )

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def drop(self) -> None:
        """Delete the indexes of this prefix, by their exact names."""
        with self._use() as client:
            names = [self._state]
            if client.indices.exists_alias(name=self.settings.index):
                names += list(client.indices.get_alias(name=self.settings.index))
            for name in names:
                client.indices.delete(index=name, ignore_unavailable=True)

    # --- writing ----------------------------------------------------------------------------------------------------

    def apply(
        self, upserts: Sequence[IndexDocument], deletes: Sequence[tuple[int, int]], seq: int
    ) -> list[tuple[int, str]]:
        """Bulk-write whole documents under external versions, then remember ``seq``. Reads the answer of every single item."""
        refused: list[tuple[int, str]] = []
        operations: list[dict[str, Any]] = []
        size = 0
        with self._use() as client:
            self.create()

            def flush() -> None:
                nonlocal size
                if operations:
                    answer = client.bulk(operations=operations, index=self.settings.index, require_alias=True)
                    self._check(answer, refused)
                    operations.clear()
                    size = 0

            for document in upserts:
                body = _body(document)
                weight = 2 * sum(len(value) for value in body.values() if isinstance(value, str)) + 500
                if size and size + weight > BULK_BYTES:
                    flush()
                operations += [{"index": _action(document.id, document.version)}, body]
                size += weight
            operations += [{"delete": _action(item_id, version)} for item_id, version in deletes]
            flush()
            client.index(
                index=self._state,
                id="state",
                document={"last_seq": seq, "analysis_version": ANALYSIS_VERSION},
                version=seq,
                version_type="external_gte",
            )
        return refused

    def _check(self, answer: Any, refused: list[tuple[int, str]]) -> None:
        """Every item is done, or refused for good (kept apart), or worth another try (then the whole batch is tried again)."""
        if not answer["errors"]:
            return
        for entry in answer["items"]:
            result = next(iter(entry.values()))
            status = result["status"]
            if status < 300 or status in {404, 409}:  # 409: an older version came late; 404: deleted before
                continue
            reason = (
                f"{result.get('error', {}).get('type', status)}: {result.get('error', {}).get('reason', '')}"
            )
            if (
                status == 429
                or status >= 500
                or result.get("error", {}).get("type") == "cluster_block_exception"
            ):
                raise Unavailable(
                    "Máy tìm kiếm Elasticsearch đang từ chối ghi (quá tải hoặc đầy đĩa); hệ thống sẽ tự ghi lại sau.",
                    f"Elasticsearch refuses writes for now: {reason}",
                )
            refused.append((int(result["_id"]), reason))

    def refresh(self) -> None:
        """Make all writes visible to search."""
        with self._use() as client:
            client.indices.refresh(index=[self.settings.index, self._state])

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
    ) -> SearchPage:
        """Ids in order, exact total, facet counts."""
        body: dict[str, Any] = {"bool": {"filter": _filters(filters)}}
        if query is not None:
            body["bool"]["must" if sort == "score" else "filter"] = (
                [_query(query)] if sort == "score" else [*_filters(filters), _query(query)]
            )
        order = _SORTS["newest"] if sort == "score" and query is None else _SORTS[sort]
        with self._use() as client:
            answer = client.search(
                index=self.settings.index,
                query=body,
                sort=order,
                size=max(0, min(limit, WINDOW - offset)),
                from_=min(offset, WINDOW),
                source=False,
                track_total_hits=True,
                aggs={
                    name: {"terms": {"field": field, "size": FACET_VALUES}} for name, field in _FACETS.items()
                }
                if facets
                else None,
            )
        counts = {
            name: {
                str(bucket["key"]): int(bucket["doc_count"])
                for bucket in answer["aggregations"][name]["buckets"]
            }
            for name in (_FACETS if facets else ())
        }
        return SearchPage(
            ids=tuple(int(hit["_id"]) for hit in answer["hits"]["hits"]),
            total=int(answer["hits"]["total"]["value"]),
            facets=counts,
        )

    def stats(self) -> IndexStats:
        """Documents held and the last outbox number applied; zero for an index that does not exist yet."""
        with self._use() as client:
            version = client.info()["version"]["number"]
            if not client.indices.exists_alias(name=self.settings.index):
                return IndexStats(
                    documents=0,
                    last_seq=0,
                    engine=f"Elasticsearch {version}",
                    analysis_version=ANALYSIS_VERSION,
                )
            state = client.options(ignore_status=404).get(index=self._state, id="state")
            source = state.get("_source") or {"last_seq": 0, "analysis_version": ANALYSIS_VERSION}
            documents = client.count(index=self.settings.index)["count"]
        return IndexStats(
            documents=int(documents),
            last_seq=int(source["last_seq"]),
            engine=f"Elasticsearch {version}",
            analysis_version=int(source["analysis_version"]),
        )

    def versions(self) -> Iterable[tuple[int, int]]:
        """Every (id, version), ascending, from one point in time."""
        with self._use() as client:
            pit = client.open_point_in_time(index=self.settings.index, keep_alive="1m")["id"]
            after: list[Any] | None = None
            try:
                while True:
                    answer = client.search(
                        pit={"id": pit, "keep_alive": "1m"},
                        size=1000,
                        sort=[{"id": "asc"}],
                        search_after=after,
                        version=True,
                        source=False,
                        track_total_hits=False,
                    )
                    hits = answer["hits"]["hits"]
                    if not hits:
                        return
                    for hit in hits:
                        yield int(hit["_id"]), int(hit["_version"])
                    after = hits[-1]["sort"]
            finally:
                client.close_point_in_time(id=pit)


def _action(item_id: int, version: int) -> dict[str, Any]:
    return {"_id": str(item_id), "version": version, "version_type": "external_gte"}


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _body(document: IndexDocument) -> dict[str, Any]:
    fields = token_fields(document)
    body: dict[str, Any] = {
        "id": document.id,
        **fields._asdict(),
        "source": document.source,
        "language": document.language,
        "domestic": document.domestic,
        "social": document.social,
        "locality": sorted({*document.localities, *document.localities_check}),
        "locality_in": sorted(document.localities),
        "tag": document.tag,
        "story": document.story,
        "has_claim": document.has_claim,
        "reach_tier": document.reach_tier,
        "need": document.need,
        "first_seen": _moment(document.first_seen_at),
    }
    if document.published_at is not None:
        body["published"] = _moment(document.published_at)
    return body


def _filters(filters: Filters) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = []
    for field, words in (
        ("source", filters.sources),
        ("language", filters.languages),
        ("tag", filters.tags),
        ("locality", filters.localities),
    ):
        if words:
            clauses.append({"terms": {field: list(words)}})
    for field, flag in (
        ("domestic", filters.domestic),
        ("social", filters.social),
        ("has_claim", filters.has_claim),
    ):
        if flag is not None:
            clauses.append({"term": {field: flag}})
    if filters.story is not None:
        clauses.append({"term": {"story": filters.story}})
    span: dict[str, str] = {}
    if filters.since is not None:
        span["gte"] = filters.since.isoformat()
    if filters.until is not None:
        span["lt"] = filters.until.isoformat()
    if span:
        clauses.append({"range": {"first_seen": span}})
    return clauses


def _query(node: Node) -> dict[str, Any]:
    """The tree in the engine's language; only tokens of ours get there, never raw text."""
    if isinstance(node, Word | Phrase):
        text = node.token if isinstance(node, Word) else " ".join(node.tokens)
        return {
            "multi_match": {
                "query": text,
                "type": "phrase",
                "fields": [f"title_{node.field}^{TITLE_WEIGHT}", f"body_{node.field}"],
                "analyzer": "whitespace",
            }
        }
    if isinstance(node, And):
        return {"bool": {"must": [_query(part) for part in node.parts]}}
    if isinstance(node, Not):
        return {"bool": {"must_not": [_query(node.part)], "must": [{"match_all": {}}]}}
    return {"bool": {"should": [_query(part) for part in node.parts], "minimum_should_match": 1}}
