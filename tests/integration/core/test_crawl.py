from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.messages import SourceResult
from core.queries import source_state
from core.records.audit import AuditRow
from core.records.source import CrawlRequest, CrawlRun, Quarantine, Source
from core.rules.vocabulary import Role
from core.services import crawl, crawl_requests, intake, leases, sources
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import DYKE, START, StandingClock, candidate


@pytest.fixture
def process_clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    clock = StandingClock()
    monkeypatch.setattr(leases, "PROCESS_CLOCK", clock)
    return clock


def result(source: str, outcome: str, **others: Any) -> SourceResult:
    return SourceResult.model_validate(
        {"source_id": source, "outcome": outcome, "started_at": START, "finished_at": START} | others
    )


def source(desk: Desk, source_id: str) -> Source:
    with desk.store.read() as session:
        return session.get_one(Source, source_id)


def begin(desk: Desk, source_id: str, owner: str = "scheduler:h:1") -> int:
    return crawl.begin_round(desk, owner, crawl.lease(desk, owner, [source_id], minutes=5))[source_id]


def test_a_source_is_read_by_one_process_at_a_time(
    desk: Desk, process_clock: StandingClock, press: str
) -> None:
    assert crawl.due(desk, 10) == [press]
    jobs = crawl.lease(desk, "one", [press, press, "khong-co"], minutes=5)
    assert [job.source_id for job in jobs] == [press]
    assert crawl.due(desk, 10) == []
    assert crawl.lease(desk, "two", [press], minutes=5) == []
    process_clock.move(minutes=6)
    assert [job.source_id for job in crawl.lease(desk, "two", crawl.due(desk, 10), minutes=5)] == [press]


def test_a_hosts_own_pace_holds_over_rounds_and_processes(
    desk: Desk, process_clock: StandingClock, press: str
) -> None:
    """GDELT asks for five seconds between two questions; two rounds that follow each other keep them too."""
    for name in ("the-gioi", "bien-dong"):
        sources.add_source(desk, None, sources.NewSource(name, name, "gdelt", "Hai Phong dyke"))
    url = source(desk, "the-gioi").url
    pace = desk.kinds.pace(url)
    assert 5 <= pace <= 6 and desk.kinds.pace(source(desk, press).url) == 0
    jobs = crawl.lease(desk, "scheduler:h:1", ["the-gioi"], minutes=5)
    run = crawl.begin_round(desk, "scheduler:h:1", jobs)["the-gioi"]
    assert crawl.lease(desk, "worker:h:2", ["bien-dong"], minutes=5) == [], "it is being read"
    assert not crawl.claim_host(desk, url, 90)
    crawl.finish(desk, run, result("the-gioi", "seen"))
    for _ in range(2):
        assert "bien-dong" not in crawl.due(desk, 9) and crawl.due(desk, 9) == [press]
        assert crawl.lease(desk, "worker:h:2", ["bien-dong"], minutes=5) == [], "it rests"
        assert crawl.host_is_busy(desk, "bien-dong") and not crawl.claim_host(desk, url, 90)
        process_clock.move(seconds=pace / 2 - 0.1)
    process_clock.move(seconds=0.3)
    assert crawl.claim_host(desk, url, 90), "a try before saving takes the host"
    assert crawl.lease(desk, "worker:h:2", ["bien-dong"], minutes=5) == []
    process_clock.move(seconds=20)
    crawl.release_host(desk, url)
    assert crawl.host_is_busy(desk, "bien-dong"), "the try was the last question"
    process_clock.move(seconds=pace + 0.1)
    assert [job.source_id for job in crawl.lease(desk, "worker:h:2", ["bien-dong"], minutes=5)] == [
        "bien-dong"
    ]
    crawl.crashed(desk, "bien-dong")
    assert crawl.host_is_busy(desk, "the-gioi"), "a crawler that died may have asked"
    # A host without a rule of its own is free at once.
    jobs = crawl.lease(desk, "scheduler:h:1", [press], minutes=5)
    crawl.finish(desk, crawl.begin_round(desk, "scheduler:h:1", jobs)[press], result(press, "seen"))
    assert not crawl.host_is_busy(desk, press) and crawl.claim_host(desk, source(desk, press).url, 90)


def test_one_host_is_read_in_one_round_at_a_time(
    desk: Desk, process_clock: StandingClock, press: str, social: str, person: Callable[..., Actor]
) -> None:
    sister = sources.add_source(
        desk, None, sources.NewSource("bao-a-2", "Báo A, mục 2", "feed", "https://www.bao-a.example/muc-2")
    )
    assert sorted(crawl.due(desk, 10)) == sorted([press, social, sister])
    one = crawl.lease(desk, "one", [press], minutes=5)
    assert [job.source_id for job in one] == [press]
    assert crawl.due(desk, 10) == [social], "its sister waits"
    assert crawl.lease(desk, "two", [sister], minutes=5) == []
    assert crawl.host_is_busy(desk, sister)
    assert not crawl.host_is_busy(desk, social)
    asked = crawl_requests.request_crawl(desk, person("canbo", Role.OFFICER), sister)
    for _ in range(5):
        assert [taken.request_id for taken in crawl_requests.take_requests(desk, "scheduler:h:1")] == [asked]
        crawl_requests.put_back(desk, asked)
    crawl.finish(desk, crawl.begin_round(desk, "one", one)[press], result(press, "seen"))
    assert [job.source_id for job in crawl.lease(desk, "two", [sister], minutes=5)] == [sister]
    process_clock.move(minutes=6)
    both = crawl.lease(desk, "three", [press, sister], minutes=5)
    assert len(both) == 2, "within a round the crawler keeps its own order"


def test_a_good_run_moves_the_source_on(desk: Desk, clock: StandingClock, press: str) -> None:
    run = begin(desk, press)
    intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh", DYKE)], run_id=run)
    good = result(
        press,
        "new",
        entries=3,
        candidates=1,
        seen=2,
        etag='"a"',
        last_modified="x" * 150,
        body_sha256="b" * 64,
    )
    crawl.finish(desk, run, good, {"new": 1})
    crawl.finish(desk, run, result(press, "failed"), {"new": 9})
    row = source(desk, press)
    assert (row.state, row.last_outcome, row.failures, row.lease_owner) == ("working", "new", 0, "")
    assert (row.etag, row.last_modified, row.body_sha256) == ('"a"', "", "b" * 64)
    assert row.next_due_at == clock.at + timedelta(minutes=60)
    assert row.last_new_item_at == clock.at
    with desk.store.read() as session:
        ended = session.get_one(CrawlRun, run)
        assert (ended.state, ended.outcome) == ("done", "new")
        assert ended.counts == {
            "new": 1,
            "seen": 2,
            "edited": 0,
            "off_topic": 0,
            "quarantined": 0,
            "failed": 0,
            "entries": 3,
        }
    assert crawl.due(desk, 10) == []
    clock.move(minutes=60)
    job = crawl.lease(desk, "one", crawl.due(desk, 10), minutes=5)[0]
    assert job.etag == '"a"'
    assert list(job.known) == ["http://bao-a.example/1"]


def test_the_word_of_a_run_is_what_was_stored(desk: Desk, press: str, clock: StandingClock) -> None:
    one = candidate(press, 1, "Đê xã Chí Minh", DYKE)
    words = []
    for _ in range(2):
        run = begin(desk, press)
        intake.take(desk, [one], run_id=run)
        crawl.finish(desk, run, result(press, "new", candidates=1))
        words.append(source(desk, press).last_outcome)
    assert words == ["new", "seen"]


def test_failures_wait_longer_and_say_why(desk: Desk, clock: StandingClock, press: str) -> None:
    waits = []
    for number in range(8):
        run = begin(desk, press)
        crawl.finish(
            desk, run, result(press, "failed", code="timeout", error_vi="Quá chậm.", error_en="Slow.")
        )
        row = source(desk, press)
        assert row.next_due_at is not None
        waits.append((row.next_due_at - clock.at) / timedelta(minutes=60))
        assert (row.state, row.error_vi, row.failures) == ("failing", "Quá chậm.", number + 1)
    for wait, planned in zip(waits, [1, 2, 4, 8, 16, 24, 24, 24], strict=True):
        assert planned * 0.75 <= wait <= planned, "jitter only shortens, and a day is the most"
    run = begin(desk, press)
    crawl.finish(desk, run, result(press, "failed", retry_after_seconds=10**9))
    assert source(desk, press).next_due_at == clock.at + timedelta(hours=24)
    run = begin(desk, press)
    crawl.finish(desk, run, result(press, "seen"))
    row = source(desk, press)
    assert (row.failures, row.error_vi, row.state) == (0, "", "working")
    assert row.next_due_at == clock.at + timedelta(minutes=60)


def test_three_crashes_switch_a_source_off(desk: Desk, press: str, person: Callable[..., Actor]) -> None:
    for _ in range(3):
        crawl.crashed(desk, press, begin(desk, press))
    row = source(desk, press)
    assert (row.enabled, row.state, row.last_outcome) == (False, "disabled", "quarantined")
    with desk.store.read() as session:
        assert [run.state for run in session.scalars(select(CrawlRun))] == ["failed"] * 3
        assert session.scalars(select(Quarantine.kind)).all() == ["source"]
        assert "ba lần" in source_state.health(row, START).vi
    sources.set_enabled(desk, person("quantri", Role.ADMINISTRATOR), press, True)
    assert (source(desk, press).crashes, crawl.due(desk, 5)) == (0, [press])


def test_a_crash_between_good_runs_is_forgotten(desk: Desk, press: str) -> None:
    for _ in range(3):
        crawl.crashed(desk, press, begin(desk, press))
        if source(desk, press).enabled:
            crawl.finish(desk, begin(desk, press), result(press, "seen"))
    assert source(desk, press).enabled


def test_a_dead_schedulers_runs_are_closed_and_read_again(
    desk: Desk, process_clock: StandingClock, press: str, social: str
) -> None:
    mine = f"scheduler:{os.uname().nodename}:{os.getpid()}"
    dead = begin(desk, press, f"scheduler:{os.uname().nodename}:999999")
    alive = begin(desk, social, f"crawl:{os.uname().nodename}:{os.getpid()}")
    assert crawl.interrupt_stale(desk, mine) == 1
    with desk.store.read() as session:
        assert (session.get_one(CrawlRun, dead).state, session.get_one(CrawlRun, alive).state) == (
            "interrupted",
            "running",
        )
        assert "đọc lại" in session.get_one(CrawlRun, dead).error_vi
    assert crawl.due(desk, 5) == [press]
    crawl.finish(desk, dead, result(press, "new"), {"new": 4})
    assert source(desk, press).last_outcome == "interrupted", "a late answer of a closed run changes nothing"
    process_clock.move(minutes=6)
    assert crawl.interrupt_stale(desk, mine) == 1


def test_the_app_asks_and_one_scheduler_takes(desk: Desk, press: str, person: Callable[..., Actor]) -> None:
    officer = person("canbo", Role.OFFICER)
    request = crawl_requests.request_crawl(desk, officer, press)
    assert crawl_requests.request_crawl(desk, officer, press) == request
    taken = crawl_requests.take_requests(desk, "scheduler:h:1")
    assert [(one.request_id, one.kind, one.source_id) for one in taken] == [(request, "source", press)]
    assert crawl_requests.take_requests(desk, "scheduler:h:2") == []
    crawl_requests.finish_request(desk, request, {"read": True})
    crawl_requests.finish_request(desk, request, {"read": False}, failed=True)
    with desk.store.read() as session:
        row = session.get_one(CrawlRequest, request)
        assert (row.state, row.result) == ("done", {"read": True})
    with pytest.raises(NotFound):
        crawl_requests.request_crawl(desk, officer, "khong-co")
    with pytest.raises(Forbidden):
        crawl_requests.request_crawl(desk, person("nguoiky", Role.SIGNER), press)


def test_a_request_whose_scheduler_died_is_tried_three_times(
    desk: Desk, press: str, person: Callable[..., Actor]
) -> None:
    request = crawl_requests.request_crawl(desk, person("canbo", Role.OFFICER), press)
    for _ in range(3):
        assert len(crawl_requests.take_requests(desk, "scheduler:h:999999")) == 1
        crawl.interrupt_stale(desk, "scheduler:h:2")
    assert crawl_requests.take_requests(desk, "scheduler:h:2") == []
    with desk.store.read() as session:
        row = session.get_one(CrawlRequest, request)
        assert row.state == "failed"
        assert "ba lần" in row.result["error_vi"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "Có Dấu"}, "id"),
        ({"name": " "}, "name"),
        ({"kind": "telepathy"}, "kind"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "http://[bad"}, "url"),
        ({"reach_tier": 9}, "reach_tier"),
        ({"interval_minutes": 0}, "interval_minutes"),
        ({"rules": {"shell": "rm"}}, "rules"),
    ],
)
def test_a_bad_source_names_its_field(desk: Desk, changes: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {"id": "moi", "name": "Mới", "kind": "feed", "url": "http://x.example/rss"}
    with pytest.raises(Invalid) as caught:
        sources.add_source(desk, None, sources.NewSource(**(values | changes)))
    assert field in caught.value.fields
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Source)) == 0


def test_editing_a_source(desk: Desk, press: str, person: Callable[..., Actor]) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    crawl.finish(desk, begin(desk, press), result(press, "seen", etag='"a"'))
    edited = sources.NewSource(press, "Báo A mới", "feed", "http://bao-a.example/rss2")
    assert sources.edit_source(desk, admin, press, 1, edited) == 2
    row = source(desk, press)
    assert (row.name, row.etag, row.reach_tier) == ("Báo A mới", "", 1)
    assert sources.edit_source(desk, admin, press, 2, edited) == 2, "nothing changed"
    with pytest.raises(Conflict):
        sources.edit_source(desk, admin, press, 1, edited)
    with pytest.raises(Forbidden):
        sources.edit_source(desk, person("canbo", Role.OFFICER), press, 2, edited)
    with pytest.raises(Invalid):
        sources.add_source(desk, admin, edited)
    with desk.store.read() as session:
        acts = [
            (r.act, r.refused)
            for r in session.scalars(
                select(AuditRow).where(AuditRow.object_type == "source").order_by(AuditRow.id)
            )
        ]
    assert acts == [("source.add", False), ("source.edit", False), ("source.edit", True)]


def test_leases_and_slots(desk: Desk, process_clock: StandingClock) -> None:
    assert leases.hold(desk, "scheduler", "a", 30)
    assert leases.hold(desk, "scheduler", "a", 30)
    assert not leases.hold(desk, "scheduler", "b", 30)
    process_clock.move(seconds=31)
    assert leases.hold(desk, "scheduler", "b", 30)
    leases.release(desk, "scheduler", "a")
    assert not leases.hold(desk, "scheduler", "a", 30)
    leases.release(desk, "scheduler", "b")
    assert leases.hold(desk, "scheduler", "a", 30)
    process_clock.move(days=-400)
    assert leases.hold(desk, "scheduler", "b", 30), "a clock that was set back locks nobody out"
    assert [leases.job_slot(desk, "digest:1", slot) for slot in ("W47", "W47", "W48")] == [True, False, True]
