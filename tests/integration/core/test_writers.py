"""Who may hold the write lock, and for how much: a review click never waits for texts to be read, nor for a job that changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select

from core.ports import Analysis
from core.queries.offices import view
from core.records.audit import AuditRow
from core.records.item import Item, OutboxRow, Story
from core.rules.vocabulary import Role
from core.services import audit, intake, stories, triage
from core.services.desk import Actor, Desk
from indexer.analysis.analyst import LocalAnalyst
from tests.integration.core.conftest import DYKE, ELSEWHERE, StandingClock, candidate


@pytest.fixture
def officer(person: Callable[..., Actor]) -> Actor:
    return person("canbo", Role.OFFICER)


def a_story(desk: Desk, press: str) -> int:
    intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh", DYKE), candidate(press, 2, "Đê xã Chí Minh", DYKE)])  # fmt: skip
    with desk.store.read() as session:
        return session.scalars(select(Story.id)).one()


def test_a_tag_is_given_while_texts_are_read(desk: Desk, officer: Actor, press: str) -> None:
    story = a_story(desk, press)
    clicks: list[triage.Tagged] = []

    class Watched(LocalAnalyst):
        def analyse(self, *given: Any, **named: Any) -> Analysis:
            # From another connection: it would wait ten seconds and fail if the intake held the write lock now.
            tag = "watch" if len(clicks) % 2 else "opinion"
            clicks.append(triage.tag(desk, officer, story, len(clicks) + 1, tag))
            return super().analyse(*given, **named)

    busy = replace(desk, analyst=Watched())
    taken = intake.take(busy, [candidate(press, 10 + n, f"Giá cà phê {n}", f"{ELSEWHERE} {n}") for n in range(4)])  # fmt: skip
    assert [one.outcome for one in taken] == ["new"] * 4
    assert len(clicks) == 4
    with desk.store.read() as session:
        assert view(session, story, officer.unit_id).tag == "watch"
        assert audit.verify_chain(session) is None


def test_a_large_batch_is_stored_in_short_transactions(
    desk: Desk, press: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = []

    def counted(session: Any, *_: Any) -> None:
        stored.append(sum(isinstance(one, Item) for one in session.new))

    plain = desk.store.write

    @contextmanager
    def watched() -> Any:
        with plain() as session:
            event.listen(session, "before_flush", counted)
            yield session
            stored.append(-1)

    monkeypatch.setattr(desk.store, "write", watched)
    texts = [candidate(press, n, f"Giá cà phê {n}", f"{ELSEWHERE} Phiên {n}.") for n in range(60)]
    assert {one.outcome for one in intake.take(desk, texts)} == {"new"}
    in_each, now = [], 0
    for number in stored:
        if number < 0:
            in_each.append(now)
            now = 0
        else:
            now += number
    assert in_each == [25, 25, 10]


def test_a_rescore_that_changes_nothing_asks_for_no_lock(
    desk: Desk, clock: StandingClock, press: str
) -> None:
    story = a_story(desk, press)
    clock.move(days=2)
    assert stories.rescore(desk) == 1
    done = threading.Event()
    told: list[int] = []

    def again() -> None:
        told.append(stories.rescore(desk))
        done.set()

    with desk.store.write() as session:  # somebody else writes, for long
        session.get_one(Story, story)
        session.connection()
        thread = threading.Thread(target=again)
        thread.start()
        assert done.wait(5), "it waited for the writer"
    thread.join()
    assert told == [0]


def test_indexing_again_is_seen_by_objects_that_were_read_before(desk: Desk, press: str) -> None:
    story = a_story(desk, press)
    with desk.store.write() as session:
        items = list(session.scalars(select(Item).where(Item.story_id == story).order_by(Item.id)))
        before = {item.id: item.revision for item in items}
        items[0].views = 7
        stories.changed(session, desk, story)
        stories.reindex(session, desk, [items[1].id])
        items[1].revision += 1
    with desk.store.read() as session:
        now = dict(session.execute(select(Item.id, Item.revision)).all())
        assert now == {items[0].id: before[items[0].id] + 1, items[1].id: before[items[1].id] + 3}
        told = session.execute(
            select(OutboxRow.item_id, OutboxRow.revision, OutboxRow.deleted).order_by(OutboxRow.seq)
        ).all()
        last = [tuple(row) for row in told[-3:]]
        assert last == [
            (items[0].id, before[items[0].id] + 1, False),
            (items[1].id, before[items[1].id] + 1, False),
            (items[1].id, before[items[1].id] + 2, False),
        ]
        assert session.get_one(Item, items[0].id).views == 7


def test_a_click_is_few_statements(desk: Desk, officer: Actor, press: str) -> None:
    """However many items the story has: what is held up by a click is what the click itself writes."""
    story = a_story(desk, press)
    intake.take(desk, [candidate(press, n, "Đê xã Chí Minh", DYKE) for n in range(3, 20)])
    asked: list[str] = []
    listen = (desk.store.engine, "before_cursor_execute")

    def noted(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(*listen, noted)
    with desk.store.read() as session:
        version = view(session, story, officer.unit_id).version
        rows = session.query(OutboxRow).count()
    asked.clear()
    triage.tag(desk, officer, story, version, "watch")
    event.remove(*listen, noted)
    spoken = [one for one in asked if one.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}]
    assert len(spoken) <= 8, spoken
    with desk.store.read() as session:
        assert session.query(OutboxRow).count() - rows == 19
        row = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(1)).one()
        assert (row.act, row.detail) == ("story.tag", {"before": "", "after": "watch"})
        assert audit.verify_chain(session) is None
