from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, NotFound, RuleBroken
from core.finding import tag_word
from core.queries import offices
from core.records.audit import AuditRow
from core.records.claim import Claim
from core.records.item import Story, TagEvent
from core.rules.vocabulary import Level, Role, Tag
from core.services import audit, intake, outbox, triage, units
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import DYKE, candidate


@pytest.fixture
def story(desk: Desk, press: str) -> int:
    taken = intake.take(
        desk, [candidate(press, 1, "Đê xã Chí Minh", DYKE), candidate(press, 2, "Đê xã Chí Minh", DYKE)]
    )
    assert {one.outcome for one in taken} == {"new"}
    with desk.store.read() as session:
        return session.scalars(select(Story.id)).one()


@pytest.fixture
def officer(person: Callable[..., Actor]) -> Actor:
    return person("canbo", Role.OFFICER)


def seen(desk: Desk, story_id: int, unit_id: int) -> tuple[str, int | None, int]:
    with desk.store.read() as session:
        row = offices.view(session, story_id, unit_id)
        return row.tag, row.tagged_by, row.version


def test_tag_and_undo_step_by_step(desk: Desk, officer: Actor, story: int) -> None:
    seq = outbox.last_seq(desk)
    first = triage.tag(desk, officer, story, 1, Tag.CRITICISM)
    assert first.version == 2
    assert triage.tag(desk, officer, story, 1, "criticism") == first, "a second press of the key"
    second = triage.tag(desk, officer, story, 2, Tag.WATCH)
    assert seen(desk, story, officer.unit_id) == ("watch", officer.account_id, 3)
    word = tag_word(officer.unit_id, "watch")
    assert [(d.tags, d.version) for d in outbox.batch(desk, seq, 50).documents] == [((word,), 3)] * 2
    with pytest.raises(Conflict):
        triage.undo(desk, officer, first.event_id)
    assert triage.undo(desk, officer, second.event_id) == 4
    assert seen(desk, story, officer.unit_id) == ("criticism", officer.account_id, 4)
    with pytest.raises(Conflict):
        triage.undo(desk, officer, second.event_id)
    assert triage.undo(desk, officer, first.event_id) == 5
    assert seen(desk, story, officer.unit_id) == ("", None, 5)
    with desk.store.read() as session:
        assert audit.verify_chain(session) is None
        acts = session.execute(
            select(AuditRow.act, AuditRow.refused).where(AuditRow.act.like("story.%")).order_by(AuditRow.id)
        ).all()
    assert [act for act, refused in acts if not refused] == [
        "story.tag",
        "story.tag",
        "story.untag",
        "story.untag",
    ]


def test_who_may_not(desk: Desk, officer: Actor, story: int, person: Callable[..., Actor]) -> None:
    elsewhere = units.ensure_unit(
        desk, "11713", Level.COMMUNE, "Ủy ban nhân dân xã Nghi Dương", "xã Nghi Dương"
    )
    units.watch(desk, None, elsewhere, ["11713"])
    for other in (
        person("quantri", Role.ADMINISTRATOR),
        person("nguoiky", Role.SIGNER, Role.SPOKESPERSON),
        person("xakhac", Role.OFFICER, unit_id=elsewhere),
    ):
        with pytest.raises(Forbidden):
            triage.tag(desk, other, story, 1, Tag.IRRELEVANT)
    mine = triage.tag(desk, officer, story, 1, Tag.ACCURATE)
    with pytest.raises(Forbidden):
        triage.undo(desk, person("canbo2", Role.OFFICER), mine.event_id)
    with pytest.raises(NotFound):
        triage.tag(desk, officer, 999, 1, Tag.WATCH)
    with desk.store.read() as session:
        assert (
            len(session.scalars(select(AuditRow).where(AuditRow.refused, AuditRow.act.like("story.%"))).all())
            == 4
        )


def test_a_suspicion_needs_a_claim_and_a_claim_keeps_its_tag(desk: Desk, officer: Actor, story: int) -> None:
    with pytest.raises(RuleBroken) as caught:
        triage.tag(desk, officer, story, 1, Tag.SUSPECTED)
    assert caught.value.rule == "claim_needed"
    with desk.store.write() as session:
        session.add(
            Claim(
                story_id=story,
                item_id=1,
                quote="vỡ đê",
                unit_id=officer.unit_id,
                created_by=officer.account_id,
                created_at=desk.clock.now(),
            )
        )
    with pytest.raises(RuleBroken) as caught:
        triage.tag(desk, officer, story, 1, Tag.IRRELEVANT)
    assert caught.value.rule == "claim_open"
    assert seen(desk, story, officer.unit_id) == ("", None, 1)


def test_of_many_at_once_one_wins(desk: Desk, story: int, person: Callable[..., Actor]) -> None:
    people = [person(f"canbo{n}", Role.OFFICER) for n in range(4)]
    tags = [Tag.WATCH, Tag.ACCURATE, Tag.CRITICISM, Tag.UNCLEAR]

    def press_key(number: int) -> str:
        try:
            triage.tag(desk, people[number], story, 1, tags[number])
        except Conflict as error:
            return error.code
        return "tagged"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(press_key, range(4)))
    assert answers == ["conflict", "conflict", "conflict", "tagged"]
    with desk.store.read() as session:
        event = session.scalars(select(TagEvent)).one()
        assert offices.view(session, story, event.unit_id).tag == event.tag
