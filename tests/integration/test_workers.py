"""Readers of sources beside each other: each source read by one, nothing lost when one is killed, nothing doubled."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from core.services import crawl, leases
from tests.fixtures.product import Outlets, assert_sound, contents, copy, new_home, until


@pytest.fixture(scope="module")
def outlets():
    running = Outlets("abcdef", number=2)
    yield running
    running.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, outlets):
    return new_home(tmp_path_factory.mktemp("workers") / "home", outlets)


@pytest.fixture
def product(fresh, tmp_path):
    with copy(fresh, tmp_path / "home", crawl_round_sources=2) as made:
        yield made


def owners(product) -> set[str]:
    return {row[0] for row in product.sql("SELECT lease_owner FROM source WHERE lease_owner <> ''")}


@pytest.mark.long
def test_two_workers_share_the_sources_and_leave_nothing_behind(product, outlets):
    outlets.pause = 0.5
    workers = [product.start("worker") for _ in range(2)]
    until("both at work", lambda: len(owners(product)) == 2)
    until("all read", lambda: len(contents(product)) == 12)
    for worker in workers:
        product.stop(worker)
    outlets.pause = 0.0
    assert owners(product) == set()
    runs = product.sql("SELECT source_id, count(*) FROM crawl_run WHERE state = 'done' GROUP BY source_id")
    assert {count for _, count in runs} == {1}
    product.settle()  # the index
    assert_sound(product)
    until("no process left", lambda: not product.processes())


@pytest.mark.long
def test_a_killed_worker_is_replaced_by_another(product, outlets):
    outlets.pause = 30.0
    first = product.start("worker")
    until("one at work", lambda: product.sql("SELECT 1 FROM crawl_run WHERE state = 'running'"))
    held = owners(product)
    assert held == {f"worker:{os.uname().nodename}:{first.pid}"}
    first.kill()
    first.wait()
    outlets.pause = 0.0
    second = product.start("worker")
    until("all read", lambda: len(contents(product)) == 12)
    until("its leases given back", lambda: not owners(product))
    product.stop(second)
    assert product.sql("SELECT count(*) FROM crawl_run WHERE state = 'running'") == [(0,)]
    assert product.sql("SELECT count(*) FROM crawl_run WHERE state = 'interrupted'")[0][0] > 0
    product.settle()  # the index
    assert_sound(product)


def test_a_worker_that_ends_frees_what_it_reads_and_nobody_else_s(product, outlets):
    outlets.pause = 30.0
    with product.desk() as desk:
        (job,) = crawl.lease(desk, "worker:another-machine:7", ["to-f"], minutes=10)
        crawl.begin_round(desk, "worker:another-machine:7", [job])
        worker = product.start("worker")
        until("at work", lambda: len(owners(product)) == 2)
        product.stop(worker)
        assert owners(product) == {"worker:another-machine:7"}
        assert sorted(crawl.due(desk, 10)) == [f"to-{name}" for name in "abcde"]
        # The other machine is silent until its lease has run out.
        leases_end = leases.PROCESS_CLOCK.now() + timedelta(minutes=11)
        original, leases.PROCESS_CLOCK = leases.PROCESS_CLOCK, _At(leases_end)
        try:
            assert crawl.interrupt_stale(desk) == 1
        finally:
            leases.PROCESS_CLOCK = original
    outlets.pause = 0.0
    assert owners(product) == set()


class _At:
    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at
