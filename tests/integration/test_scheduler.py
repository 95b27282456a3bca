"""The scheduler process: alone, prompt, not stopped by a job that raises, and gone when it is told to go."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from config.schedule import LEASE, Scheduler
from config.settings import load
from core.services import crawl, crawl_requests, leases
from tests.fixtures.kills import officer
from tests.fixtures.product import Outlets, Product, assert_sound, contents, copy, new_home, until

STARTS = 1000
PROCESSES = 4


@pytest.fixture(scope="module")
def outlets():
    running = Outlets("ab", number=1)
    yield running
    running.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, outlets):
    return new_home(tmp_path_factory.mktemp("scheduler") / "home", outlets)


@pytest.fixture
def product(fresh, tmp_path):
    with copy(fresh, tmp_path / "home") as made:
        yield made


def at_work(product: Product, process) -> None:
    until(
        "a scheduler at work",
        lambda: (
            process.poll() is not None
            or str(process.pid) in str(product.sql("SELECT owner FROM lease WHERE name = ?", LEASE))
        ),
    )
    assert process.poll() is None, product.said()


@pytest.mark.long
def test_a_second_scheduler_says_so_and_the_first_answers_requests(product, outlets):
    first = product.start("schedule")
    at_work(product, first)
    second = product.run("schedule")
    assert second.returncode == 1
    assert "Bộ lịch đã chạy trên máy này" in second.stderr
    assert "Traceback" not in second.stderr
    assert first.poll() is None
    # what the app asks for is done without waiting for the interval
    with product.desk() as desk:
        until("the first round", lambda: len(contents(product)) == 2)
        outlets.number += 1
        request = crawl_requests.request_crawl(desk, officer(product), "to-a")
        until(
            "the request",
            lambda: product.sql("SELECT state FROM crawl_request WHERE id = ?", request) == [("done",)],
        )
        assert len(contents(product)) == 3
        until("nothing left to do", lambda: not product.left(desk))
    product.stop(first)
    assert_sound(product)
    assert product.sql("SELECT owner FROM lease WHERE name = ?", LEASE) == [("",)]
    until("no process left", lambda: not product.processes())


def test_a_scheduler_on_another_machine_is_respected_and_a_dead_one_here_is_not(product, monkeypatch):
    with product.desk() as desk:
        assert leases.hold(desk, LEASE, "scheduler:somewhere-else:1", 3600)
        assert not leases.release_dead(desk, LEASE)
        mine = Scheduler(desk, load({**product.values, "home": product.home}), {})
        monkeypatch.setattr(
            "config.schedule.LEASE_SECONDS", -4
        )  # the wait of one that hopes for the end of a lease
        with pytest.raises(Exception, match="Another machine's scheduler"):
            mine.acquire()
        leases.release(desk, LEASE, "scheduler:somewhere-else:1")
    process = product.start("schedule")
    at_work(product, process)
    process.kill()
    process.wait()
    with product.desk() as desk:
        assert leases.release_dead(desk, LEASE)
        assert leases.hold(desk, LEASE, "scheduler:somewhere-else:1", 3600)


@pytest.mark.long
def test_told_to_stop_in_the_middle_of_a_round(product, outlets):
    outlets.number, outlets.pause = 30, 1.0  # half a minute of reading
    try:
        process = product.start("schedule")
        at_work(product, process)
        until("a round", lambda: product.sql("SELECT count(*) FROM crawl_run WHERE state = 'running'")[0][0])
        until("a crawler", lambda: any("crawlers" in words for words in product.processes()))
        product.stop(process)
        until("no process left", lambda: not product.processes())
        runs = Counter(row[0] for row in product.sql("SELECT state FROM crawl_run"))
        assert runs == {"interrupted": 2}
        assert product.sql(
            "SELECT count(*) FROM source WHERE lease_owner <> '' OR crashes > 0 OR failures > 0"
        ) == [(0,)]
    finally:
        outlets.number, outlets.pause = 2, 0.0
    product.settle()
    assert_sound(product)
    assert {"to-a", "to-b"} == {row[0] for row in product.sql("SELECT DISTINCT source_id FROM item")}


@pytest.mark.long
def test_serve_killed_leaves_nothing_behind_and_ended_neither(product):
    supervisor, _ = product.serve(scheduler=True)
    until(
        "both parts", lambda: len([w for w in product.processes() if " serve" in w or " schedule" in w]) >= 3
    )
    until("a scheduler at work", lambda: product.sql("SELECT owner FROM lease WHERE owner <> ''"))
    supervisor.kill()
    supervisor.wait()
    assert supervisor.returncode == -signal.SIGKILL
    until("no process left", lambda: not product.processes())
    again, _ = product.serve(scheduler=True)
    product.stop(again)
    until("no process left", lambda: not product.processes())


def test_a_job_that_raises_runs_again_and_stops_nobody(product, monkeypatch):
    """The loop in this process: a broken job is called again and again while the others go on."""
    calls: Counter[str] = Counter()
    with product.desk() as desk:
        scheduler = Scheduler(desk, load({**product.values, "home": product.home}), {})

        def broken() -> None:
            calls["broken"] += 1
            raise RuntimeError("made to fail")

        broken.__name__ = "take_requests"
        monkeypatch.setattr(scheduler, "take_requests", broken)
        thread = threading.Thread(target=scheduler.run)
        thread.start()
        try:
            until("three tries", lambda: calls["broken"] >= 3)
            until("the others' work", lambda: len(contents(product)) >= 2 and not product.left(desk))
        finally:
            scheduler.stop()
            thread.join(60)
        assert not thread.is_alive()
    assert_sound(product)


# --- one source, many starts ------------------------------------------------------------------------------------------


def _start_often(home: Path, values: dict[str, object], name: str, tries: int, taken) -> None:
    """Lease the one source again and again; each holder says when it has it and when it gives it back."""
    product = Product(home, **values)
    with product.desk() as desk, ThreadPoolExecutor(2) as threads:

        def start(number: int) -> None:
            owner = f"{name}-{number}:here:1"
            jobs = crawl.lease(desk, owner, ["to-a"], minutes=5)
            if not jobs:
                return
            with taken.get_lock():
                taken[0] += 1
                taken[1] = max(taken[1], taken[0])
                taken[2] += 1
            holders = product.sql("SELECT lease_owner FROM source WHERE id = 'to-a'")
            with taken.get_lock():
                taken[3] += holders != [(owner,)]
                taken[0] -= 1
            # given back as the end of a run gives it back
            _give_back(desk, owner)

        list(threads.map(start, range(tries)))


def _give_back(desk, owner: str) -> None:
    from sqlalchemy import update

    from core.records.source import Source

    with desk.store.write() as session:
        session.execute(
            update(Source)
            .where(Source.id == "to-a", Source.lease_owner == owner)
            .values(lease_owner="", lease_until=None)
        )


@pytest.mark.long
def test_a_thousand_starts_of_one_source_never_overlap(product):
    context = multiprocessing.get_context("spawn")
    #: holders now, most at once, leases given, leases that were somebody else's
    taken = context.Array("i", 4)
    workers = [
        context.Process(
            target=_start_often,
            args=(product.home, product.values, f"worker{number}", STARTS // PROCESSES, taken),
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(170)
        assert worker.exitcode == 0
    assert taken[0] == 0
    assert taken[1] == 1, "two had the lease at once"
    assert taken[2] >= PROCESSES
    assert taken[3] == 0


def test_a_lease_that_ran_out_is_free_again(product):
    with product.desk() as desk:
        assert crawl.lease(desk, "crawl:elsewhere:1", ["to-a"], minutes=5)
        assert not crawl.lease(desk, "crawl:elsewhere:2", ["to-a"], minutes=5)
        past = leases.PROCESS_CLOCK.now() - timedelta(minutes=1)
        product.change(
            "UPDATE source SET lease_until = ? WHERE id = 'to-a'",
            past.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds"),
        )
        assert crawl.lease(desk, "crawl:elsewhere:2", ["to-a"], minutes=5)
