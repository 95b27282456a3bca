"""Writing to one index of Elasticsearch: bulk requests by bytes, the answer of every item read, the place in the outbox kept beside.

Whole documents under external versions only: ``update`` would bump the internal version and break ``external_gte`` (ecosystem.md §7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import to_json

from core.errors import OutOfStep, Unavailable
from core.finding import IndexDocument
from indexer.search.elastic_layout import body
from indexer.search.fields import INDEX_VERSION, token_fields_of

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: one bulk request stays well under http.max_content_length (100 MB)
BULK_BYTES = 5_000_000
BULK_DOCUMENTS = 500
#: requests on their way at once
SENDERS = 2
_Action = tuple[dict[str, dict[str, Any]], bytes | None]
#: documents whose tokens are made together
_TOGETHER = 64
#: what is read of the answer of each item: the rest is as long again as the question was
_TOLD = ("items.*._id", "items.*.status", "items.*.error")
#: a node that says "too many requests" is asked again after 0.5, 1, 2 and 4 seconds; then the feeder waits longer
RETRIES = 4
FIRST_WAIT = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where an index stands: last outbox number, the version it was made with, and up to which id it is filled (None: it is whole)."""

    last_seq: int
    index_version: int
    filled_to: int | None


def place_of(client: Elasticsearch, state: str, name: str) -> Place:
    """Read by id, which sees the last write at once."""
    found = client.options(ignore_status=404).get(index=state, id=name).get("_source")
    if not found:
        return Place(0, INDEX_VERSION, None)
    return Place(int(found["last_seq"]), int(found["index_version"]), found.get("filled_to"))


def keep_place(client: Elasticsearch, state: str, name: str, place: Place) -> None:
    """Never goes back: an older number changes nothing."""
    document: dict[str, Any] = {"last_seq": place.last_seq, "index_version": place.index_version}
    if place.filled_to is not None:
        document["filled_to"] = place.filled_to
    client.options(ignore_status=409).index(
        index=state,
        id=name,
        document=document,
        version=place.last_seq,
        version_type="external_gte",
    )


def write(
    client: Elasticsearch,
    name: str,
    upserts: Sequence[IndexDocument],
    deletes: Sequence[tuple[int, int]],
) -> list[tuple[int, str]]:
    """Bulk-write. Returns (id, reason) of what was refused for good; raises :class:`Unavailable` when another try may do."""
    parts = [upserts[start : start + BULK_DOCUMENTS] for start in range(0, len(upserts), BULK_DOCUMENTS)]
    send = partial(_send, client, name)
    if len(parts) < 2:
        return send(upserts, deletes)
    # While the node writes one request, the next is made ready. Versions make their order indifferent.
    with ThreadPoolExecutor(SENDERS) as senders:
        told = list(senders.map(send, parts, [*[()] * (len(parts) - 1), deletes]))
    return [refusal for part in told for refusal in part]


def _send(
    client: Elasticsearch, name: str, upserts: Sequence[IndexDocument], deletes: Sequence[tuple[int, int]]
) -> list[tuple[int, str]]:
    from elasticsearch.helpers import streaming_bulk

    refused: list[tuple[int, str]] = []
    for _, entry in streaming_bulk(
        client,
        cast("Iterator[Any]", _actions(name, upserts, deletes)),
        chunk_size=BULK_DOCUMENTS,
        max_chunk_bytes=BULK_BYTES,
        expand_action_callback=_as_it_is,
        raise_on_error=False,
        max_retries=RETRIES,
        initial_backoff=FIRST_WAIT,
        retry_on_status=(429, 503),
        yield_ok=False,
        filter_path=_TOLD,
    ):
        result = next(iter(entry.values()))
        reason = _reason(result)
        if reason:
            refused.append((int(result["_id"]), reason))
    return refused


def _actions(
    name: str, upserts: Sequence[IndexDocument], deletes: Sequence[tuple[int, int]]
) -> Iterator[_Action]:
    """Each document in JSON already: pydantic's writer takes a tenth of the time of the client's."""
    for start in range(0, len(upserts), _TOGETHER):
        part = upserts[start : start + _TOGETHER]
        for document, fields in zip(part, token_fields_of(part), strict=True):
            yield _head("index", name, document.id, document.version), to_json(body(document, fields))
    for item_id, version in deletes:
        yield _head("delete", name, item_id, version), None


def _head(what: str, name: str, item_id: int, version: int) -> dict[str, dict[str, Any]]:
    return {what: {"_index": name, "_id": str(item_id), "version": version, "version_type": "external_gte"}}


def _as_it_is(action: Any) -> _Action:
    return cast("_Action", action)


def _reason(result: dict[str, Any]) -> str:
    """Why an item was refused for good; empty when it is done: 409 is an older version that came late, 404 was deleted before."""
    status, error = result["status"], result.get("error") or {}
    kind = error.get("type", "") if isinstance(error, dict) else str(error)
    text = f"{kind or status}: {error.get('reason', '') if isinstance(error, dict) else ''}"
    if kind == "index_not_found_exception":
        raise OutOfStep(
            "Chỉ mục vừa được thay bằng chỉ mục khác; hệ thống sẽ đọc lại từ chỗ của nó.",
            f"The index that was written to is gone: {text}",
        )
    if status in {404, 409}:
        return ""
    if status in {403, 429} or status >= 500 or kind == "cluster_block_exception":
        raise Unavailable(
            "Máy tìm kiếm Elasticsearch đang từ chối ghi (quá tải, đầy đĩa hoặc chỉ cho đọc); hệ thống sẽ tự ghi lại sau.",
            f"Elasticsearch refuses writes for now: {text}",
        )
    return text
