"""A real node of our own killed with SIGKILL in the middle of a bulk and of a reindex, started again, and wiped."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest

from config.indexing import StoreShelf, follow
from core.errors import Unavailable
from core.services import index_check, outbox
from core.services.desk import Desk
from indexer.search import elastic_write
from indexer.search.elastic import ElasticIndex, ElasticSettings
from indexer.search.rebuild import rebuild
from tests.contract.test_index_and_store import held, stored
from tests.contract.test_index_faults import answered, assert_level, bring
from tests.engines.elasticsearch_node import CrashNode
from tests.engines.relay import Answer, Asked, Relay
from tests.integration.core.conftest import (  # noqa: F401
    _sqlite_template,
    clock,
    desk,
    office,
    press,
    store,
    store_url,
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("store_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def away(
    request: pytest.FixtureRequest,
    desk: Desk,  # noqa: F811
    press: str,  # noqa: F811
    crash_node: CrashNode,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Desk, Relay]]:
    """A desk whose index is the node that may die, behind a relay that knows when; twenty items are in it."""
    monkeypatch.setattr(elastic_write, "BULK_DOCUMENTS", 10)
    relay = Relay(crash_node.url)
    name = "lamro-test-" + "".join(letter for letter in request.node.name.lower() if letter.isalpha())[-20:]
    made = dataclasses.replace(desk, index=ElasticIndex(ElasticSettings(relay.url, name)))
    bring(made, press, 1, 20)
    follow(made)
    assert_level(made)
    yield made, relay
    relay.rule = None
    assert made.index is not None
    made.index.drop()
    made.index.close()
    relay.close()


def killer(node: CrashNode, nth: int, how: str) -> Callable[[Relay, Asked], Answer | None]:
    """Kills the node at the n-th bulk from now: with half of it sent, or when it has done it and before it could say so."""
    seen = 0

    def rule(relay: Relay, asked: Asked) -> Answer | None:
        nonlocal seen
        seen += asked.path.startswith("/_bulk")
        if not asked.path.startswith("/_bulk") or seen != nth:
            return relay.pass_on(asked)
        if how == "half sent":
            with relay.half_sent(asked):
                node.kill()
        else:
            relay.pass_on(asked)
            node.kill()
        return None

    return rule


def come_back(node: CrashNode, desk: Desk) -> None:  # noqa: F811
    """Start the node while the feeder asks it all the time, as the scheduler does: a node half up must not be taken for an empty one."""
    ready = Event()
    tried = 0

    def ask() -> None:
        nonlocal tried
        while not ready.wait(0.2):
            tried += 1
            with contextlib.suppress(Unavailable):
                follow(desk)

    thread = Thread(target=ask)
    thread.start()
    try:
        node.start()
    finally:
        ready.set()
        thread.join()
    assert tried > 5


@pytest.mark.parametrize("how", ["half sent", "done, not told"])
def test_killed_in_the_middle_of_a_bulk_of_several_chunks(
    away: tuple[Desk, Relay],
    press: str,  # noqa: F811
    crash_node: CrashNode,
    how: str,
) -> None:
    desk, relay = away  # noqa: F811
    assert isinstance(desk.index, ElasticIndex)
    with desk.index.use() as client:
        before = desk.index.names(client)
    at = desk.index.stats().last_seq
    bring(desk, press, 21, 80)
    relay.rule = killer(crash_node, 3, how)
    with pytest.raises(Unavailable):
        follow(desk)
    relay.rule = None
    assert answered(desk) == (80, True)
    bring(desk, press, 81, 90)
    assert answered(desk) == (90, True)
    come_back(crash_node, desk)
    assert desk.index.stats().last_seq >= at
    follow(desk)
    assert_level(desk)
    assert answered(desk) == (90, False)
    with desk.index.use() as client:
        assert desk.index.names(client) == before, "what the node held was kept, not made anew"


def test_killed_in_the_middle_of_a_reindex(
    away: tuple[Desk, Relay],
    press: str,  # noqa: F811
    crash_node: CrashNode,
) -> None:
    """The old index answers until the kill, the store while the node is gone; then the half-made index is gone on with."""
    desk, relay = away  # noqa: F811
    assert isinstance(desk.index, ElasticIndex)
    bring(desk, press, 21, 60)
    follow(desk)
    desk.index.refresh()
    shelf = StoreShelf(desk)
    reached: list[int] = []

    def told(done: int, whole: int) -> None:
        reached.append(done)
        assert answered(desk) == (60, False)

    relay.rule = killer(crash_node, 5, "half sent")
    with pytest.raises(Unavailable):
        rebuild(desk.index, shelf, told, limit=10)
    relay.rule = None
    assert reached == [10, 20, 30, 40, 50]
    assert answered(desk) == (60, True)
    bring(desk, press, 61, 70)
    crash_node.start()
    assert index_check.compare(desk, desk.index).good, "the old one still answers"
    pages: list[int] = []
    made = rebuild(desk.index, shelf, lambda done, whole: pages.append(done), limit=10)
    assert (made.documents, made.refused, made.resumed) == (70, 0, True)
    assert pages[0] == 50
    follow(desk)
    assert_level(desk)
    assert answered(desk) == (70, False)


def test_its_data_wiped_while_it_was_down(
    away: tuple[Desk, Relay],
    press: str,  # noqa: F811
    crash_node: CrashNode,
) -> None:
    desk, _ = away  # noqa: F811
    assert isinstance(desk.index, ElasticIndex)
    crash_node.wipe()
    assert answered(desk) == (20, True)
    lost = index_check.compare(desk, desk.index)
    assert "chưa có chỉ mục, hoặc chỉ mục đã bị xóa" in lost.lost_vi
    bring(desk, press, 21, 30)
    follow(desk)
    assert desk.index.stats().last_seq == outbox.last_seq(desk)
    assert_level(desk)
    assert held(desk) == stored(desk)
    assert answered(desk) == (30, False)
