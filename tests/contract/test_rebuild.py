"""An index made anew beside the one that answers, on both engines: while people write, after a kill, around the swap, with refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from core.errors import Unavailable
from core.finding import Filters, IndexDocument, SearchIndex
from core.services.outbox import OutboxBatch
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.feed import drain
from indexer.search.rebuild import rebuild
from tests.contract.test_search_index import CORPUS, document, hits, index  # noqa: F401


class Shelf:
    """A store of documents with an outbox, in memory; ``during`` is called with each page read."""

    def __init__(self, documents: tuple[IndexDocument, ...]) -> None:
        self.items = {made.id: made for made in documents}
        self.outbox: list[int] = [made.id for made in documents]
        self.gone: dict[int, int] = {}
        self.refused: list[tuple[int, str]] = []
        self.during: Callable[[int], object] = lambda at: None

    def change(self, made: IndexDocument) -> None:
        self.items[made.id] = made
        self.outbox.append(made.id)

    def remove(self, number: int) -> None:
        self.gone[number] = self.items.pop(number).version + 1
        self.outbox.append(number)

    def last_seq(self) -> int:
        return len(self.outbox)

    def last_id(self) -> int:
        return max(self.items, default=0)

    def page(self, above: int, limit: int) -> tuple[list[IndexDocument], int]:
        found = [self.items[number] for number in sorted(self.items) if number > above][:limit]
        self.during(above)
        return found, found[-1].id if found else above

    def batch(self, after: int, limit: int) -> OutboxBatch:
        rows = self.outbox[after : after + limit]
        found = [self.items[number] for number in sorted(set(rows)) if number in self.items]
        deletes = [(number, self.gone[number]) for number in sorted(set(rows)) if number not in self.items]
        return OutboxBatch(found, deletes, after + len(rows))

    def refuse(self, documents: list[tuple[int, str]]) -> None:
        self.refused += documents

    def held(self) -> list[tuple[int, int]]:
        return [(made.id, made.version) for _, made in sorted(self.items.items())]


def test_made_anew_while_people_search_and_write(index: SearchIndex) -> None:  # noqa: F811
    shelf = Shelf(CORPUS)
    drain(index, shelf.batch, shelf.refuse)
    index.refresh()
    # Somebody wrote past the feeder: what only a rebuild mends for sure.
    index.apply([document(77, "Tin ma", "không có trong kho", version=5)], [], 9)
    index.apply([replace(CORPUS[2], version=99, title="sửa tay")], [], 9)
    index.refresh()

    def meanwhile(at: int) -> None:
        # Searched, written to, and fed by the scheduler between two pages: an old item changes, one goes, one comes.
        assert hits(index, "海防") == [5]
        if at == 3:
            shelf.change(replace(CORPUS[0], version=2, title="Đính chính", text="đã sửa"))
            shelf.remove(2)
            shelf.change(document(10, "Tin mới", "đến trong lúc lập lại"))
        drain(index, shelf.batch, shelf.refuse)
        index.refresh()

    shelf.during = meanwhile
    told: list[tuple[int, int]] = []
    made = rebuild(index, shelf, lambda done, whole: told.append((done, whole)), limit=3)
    assert (made.documents, made.refused, made.resumed) == (9, 0, False)
    assert list(index.versions()) == shelf.held()
    assert index.stats().last_seq == shelf.last_seq()
    assert hits(index, "đính chính") == [1]
    assert hits(index, "ma") == []
    assert hits(index, "cầu") == [3]
    assert told[-1] == (10, 10)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    index.apply(
        [document(11, "Sau", "khi thay", version=1)], [], shelf.last_seq() + 1, after=shelf.last_seq()
    )
    index.refresh()
    assert hits(index, "sau") == [11]


def test_a_rebuild_that_died_goes_on_where_it_was(index: SearchIndex) -> None:  # noqa: F811
    shelf = Shelf(CORPUS)
    drain(index, shelf.batch, shelf.refuse)

    class Killed(BaseException):
        pass

    def kill(at: int) -> None:
        if at == 6:
            raise Killed

    shelf.during = kill
    with pytest.raises(Killed):
        rebuild(index, shelf, limit=3)
    assert list(index.versions()) == shelf.held()
    shelf.change(replace(CORPUS[1], version=2, title="sửa sau khi dừng"))
    shelf.change(document(12, "Đến sau khi dừng", ""))
    pages: list[int] = []
    shelf.during = pages.append
    made = rebuild(index, shelf, limit=3)
    assert made.resumed
    assert pages[0] == 6
    assert list(index.versions()) == shelf.held()
    assert set(hits(index, "dừng")) == {2, 12}
    again = rebuild(index, shelf, limit=3)
    assert not again.resumed
    assert list(index.versions()) == shelf.held()


def test_a_batch_read_before_the_swap_is_not_lost_by_it(index: SearchIndex) -> None:  # noqa: F811
    """The feeder stands at 20 with a batch in its hands when the index is swapped for one that stands at 9."""
    shelf = Shelf(CORPUS)
    drain(index, shelf.batch, shelf.refuse)
    fresh = index.fresh()
    fresh.begin(shelf.last_seq())
    documents, reached = shelf.page(0, 100)
    fresh.fill(documents, reached)
    for number in range(20, 31):
        shelf.change(document(number, f"tin {number}", "đến trước khi thay"))
        if number == 25:
            drain(index, shelf.batch, shelf.refuse)

    class Slow:
        """The outbox for a feeder that is overtaken by the swap."""

        swapped = False

        def batch(self, after: int, limit: int) -> OutboxBatch:
            read = shelf.batch(after, limit)
            if not self.swapped:
                self.swapped = True
                fresh.swap()
            return read

    drain(index, Slow().batch, shelf.refuse)
    index.refresh()
    assert list(index.versions()) == shelf.held()


def test_an_index_that_is_lost_is_made_again(index: SearchIndex) -> None:  # noqa: F811
    shelf = Shelf(CORPUS)
    drain(index, shelf.batch, shelf.refuse)
    index.drop()
    assert (index.stats().documents, index.stats().last_seq) == (0, 0)
    with pytest.raises(Unavailable) as caught:
        index.search(None, Filters(), sort="newest", limit=1)
    assert caught.value.code == "absent"
    rebuild(index, shelf)
    assert list(index.versions()) == shelf.held()


def test_what_an_engine_refuses_stands_apart_and_the_rest_goes_on(
    elasticsearch_url: str, elasticsearch_prefix: str
) -> None:
    cluster = ElasticIndex(ElasticSettings(url=elasticsearch_url, index=elasticsearch_prefix + "items"))
    shelf = Shelf((*CORPUS[:3], document(50, "Quá lớn", "một byte không đủ", reach_tier=1000)))
    drain(cluster, shelf.batch, shelf.refuse)
    assert [number for number, _ in shelf.refused] == [50]
    assert "document_parsing_exception" in shelf.refused[0][1]
    assert list(cluster.versions()) == [(1, 1), (2, 1), (3, 1)]
    assert cluster.stats().last_seq == shelf.last_seq()
    made = rebuild(cluster, shelf)
    assert (made.documents, made.refused) == (3, 1)
    cluster.drop()
    cluster.close()
