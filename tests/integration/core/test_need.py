"""Weights of the need score in the store: proposed by decisions, applied and taken back by an administrator; the weekly blind sample."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.queries import blind_sample as samples
from core.queries import need as queries
from core.records.audit import AuditRow
from core.records.item import Item, Mention, Story, StoryLocality, StoryOffice
from core.records.need import BlindSample, NeedWeightsRow
from core.rules.need import NeedWeights, weights
from core.rules.vocabulary import Level, Role, Tag
from core.rules.weeks import span_of, week_before, week_of
from core.services import blind_sample, grouping, need_refit, need_weights, stories, triage, units
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import StandingClock

FIGURES = "Theo văn bản 12/UBND, 1.200 hộ nhận 2,5 tỷ đồng, 30 hộ còn chờ 7 tháng."


def put(session: Session, at: datetime, number: int, lead: str, need: float = 5.0, **said: Any) -> int:
    """A story of one item, as intake leaves it; with what an office ``said``, as triage does."""
    row = Story(
        title=f"Xã Chí Minh, chuyện {number}", lead=lead, first_seen_at=at, last_seen_at=at, items=1, sources=1, reach_tier=1,
        need_parts=[], need=need,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if said:
        session.add(StoryOffice(story_id=row.id, **said))
    session.add(StoryLocality(story_id=row.id, locality="11131", band="in", score=1.0))
    item = Item(
        url_sha256=f"{number:064}", title=row.title, text=lead, lead=lead, first_seen_at=at, content_sha256="0" * 64, story_id=row.id,
        band="in",
    )  # fmt: skip
    session.add(item)
    session.flush()
    session.add(Mention(item_id=item.id, locality="11131", score=1.0, band="in"))
    return row.id


def proposal(desk: Desk) -> int:
    """Weights that a refit may have proposed."""
    with desk.store.write() as session:
        row = NeedWeightsRow(
            weights=weights({"parts": {"checkable": 0.4}}).as_json(), before=NeedWeights().as_json(),
            trial={"trained": 100, "held_out": 30}, proposed_at=desk.clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def officer(person: Callable[..., Actor]) -> Actor:
    return person("canbo", Role.OFFICER)


@pytest.fixture
def admin(person: Callable[..., Actor]) -> Actor:
    return person("quantri", Role.ADMINISTRATOR)


def year(desk: Desk, officer: Actor) -> None:
    """What people decided: stories with figures needed an answer, drills against floods did not."""
    draw = random.Random(3)
    with desk.store.write() as session:
        for number in range(130):
            at = desk.clock.now() - timedelta(days=1 + number)
            told = draw.random() < 0.4
            tag = Tag.CRITICISM if told != (draw.random() < 0.1) else Tag.WATCH
            lead = FIGURES if told else "Diễn tập phòng, chống vỡ đê, sơ tán dân ở nhà văn hóa."
            put(
                session,
                at,
                number,
                lead,
                unit_id=officer.unit_id,
                tag=tag,
                tagged_by=officer.account_id,
                tagged_at=at + timedelta(hours=4),
            )


def test_a_proposal_is_made_from_decisions_and_only_an_administrator_applies_it(
    desk: Desk, officer: Actor, admin: Actor
) -> None:
    with pytest.raises(Invalid, match="Too few"):
        need_refit.propose(desk)
    year(desk, officer)
    told, number = need_refit.propose(desk)
    assert number is not None and told.better and told.after > told.before
    with desk.store.read() as session:
        assert need_weights.present(session, desk) == NeedWeights(), "nothing is applied by itself"
        assert queries.waiting(session) == number
    with pytest.raises(Forbidden):
        need_weights.apply(desk, officer, number)
    need_weights.apply(desk, admin, number)
    with pytest.raises(Conflict):
        need_weights.apply(desk, admin, number)
    with desk.store.read() as session:
        assert need_weights.present(session, desk) == told.weights
        before = session.scalars(select(Story.need).order_by(Story.id)).first()
    assert stories.rescore(desk) > 0
    with desk.store.read() as session:
        first = session.scalars(select(Story).order_by(Story.id)).first()
        assert first is not None and first.need != before
        part = next(part for part in first.need_parts if part["code"] == "base")
        assert part["weight"] == told.weights.parts["base"]
    need_weights.undo(desk, admin, number)
    with pytest.raises(Conflict):
        need_weights.undo(desk, admin, number)
    with desk.store.read() as session:
        assert need_weights.present(session, desk) == NeedWeights()
        acts = session.execute(
            select(AuditRow.act, AuditRow.refused).where(AuditRow.act.like("need.%")).order_by(AuditRow.id)
        ).all()
        (only,) = queries.proposals(session)
    assert [tuple(act) for act in acts] == [
        ("need.propose", False), ("need.apply", True), ("need.apply", False), ("need.apply", True), ("need.undo", False),
        ("need.undo", True),
    ]  # fmt: skip
    assert only.undone_by == "Quantri" and not only.in_force


def test_a_proposal_that_was_fitted_beside_other_weights_is_refused(desk: Desk, admin: Actor) -> None:
    number = proposal(desk)
    other = replace(desk, weights=weights({"parts": {"hazard": 0.5}}))
    with pytest.raises(Conflict, match="changed since"):
        need_weights.apply(other, admin, number)
    with pytest.raises(NotFound):
        need_weights.apply(desk, admin, number + 1)


def test_an_administrator_of_one_office_does_not_rank_for_the_others(desk: Desk, admin: Actor) -> None:
    number = proposal(desk)
    neighbour = units.ensure_unit(
        desk, "11557", Level.COMMUNE, "UBND phường Thiên Hương", "phường Thiên Hương", "31"
    )
    units.watch(desk, None, neighbour, ["11557"])
    with pytest.raises(Forbidden, match="every office"):
        need_weights.apply(desk, admin, number)


def test_what_came_after_the_decision_is_not_learnt(desk: Desk, officer: Actor, clock: StandingClock) -> None:
    long_ago = clock.now() - timedelta(days=40)
    told: dict[str, Any] = {
        "unit_id": officer.unit_id,
        "tagged_by": officer.account_id,
        "tagged_at": long_ago + timedelta(days=1),
    }
    with desk.store.write() as session:
        story = put(session, long_ago, 1, FIGURES, tag=Tag.CRITICISM, **told)
        put(session, long_ago, 2, "Vỡ đê", tag=Tag.IRRELEVANT, **told)
        session.add_all(
            Item(
                url_sha256=f"9{number:063}", title="Xã Chí Minh", text="x", first_seen_at=clock.now(), content_sha256="0" * 64,
                story_id=story, band="in", views=90_000,
            )
            for number in range(5)
        )  # fmt: skip
    with desk.store.read() as session:
        (one,) = need_refit.decisions(session, desk)
    assert (
        one.needed
        and one.amounts.get("checkable") == 1
        and not {"spread", "views", "known_claim"} & set(one.amounts)
    )


# --- the sample -----------------------------------------------------------------------------------------------------


@pytest.fixture
def low(desk: Desk, clock: StandingClock, office: int) -> list[int]:
    """Sixty untouched stories of last week, the first 20 of them on the day's list; two of this week."""
    start, _ = span_of(week_before(week_of(clock.now())))
    with desk.store.write() as session:
        made = [put(session, start + timedelta(days=2), n, "Buổi gặp mặt.", need=90 - n) for n in range(60)]
        return made + [put(session, clock.now(), n, "Buổi gặp mặt.", need=1) for n in range(60, 62)]


def test_the_sample_is_even_repeatable_and_of_what_was_ranked_low(
    desk: Desk, office: int, officer: Actor, low: list[int], clock: StandingClock
) -> None:
    assert blind_sample.draw(desk, 0) == 0
    assert blind_sample.draw(desk, 10) == 10
    assert blind_sample.draw(desk, 10) == 0, "once a week"
    with desk.store.read() as session:
        rows = session.scalars(select(BlindSample).order_by(BlindSample.number)).all()
        shown = samples.this_week(session, office, clock.now())
    assert len({row.story_id for row in rows}) == 10 and {row.pool for row in rows} == {40}
    assert {row.story_id for row in rows} <= set(low[20:60])
    assert not any(hasattr(row, "need") for row in shown)
    with desk.store.write() as session:
        for row in session.scalars(select(BlindSample)):
            session.delete(row)
    blind_sample.draw(desk, 10)
    with desk.store.read() as session:
        again = session.scalars(select(BlindSample.story_id).order_by(BlindSample.number)).all()
    assert again == [row.story_id for row in rows], "the same week draws the same"


def test_answers_and_the_figure(
    desk: Desk, office: int, officer: Actor, admin: Actor, low: list[int], clock: StandingClock
) -> None:
    blind_sample.draw(desk, 10)
    with desk.store.read() as session:
        shown = samples.this_week(session, office, clock.now())
        assert samples.recent(session, office, clock.now()).share is None
    for row in shown[:7]:
        blind_sample.no_need(desk, officer, row.week, row.number)
    blind_sample.no_need(desk, officer, shown[0].week, shown[0].number)
    triage.tag(desk, officer, shown[7].story_id, 1, Tag.CRITICISM)
    triage.tag(desk, officer, shown[8].story_id, 1, Tag.WATCH)
    with pytest.raises(Conflict):
        blind_sample.no_need(desk, officer, shown[8].week, shown[8].number)
    with pytest.raises(Forbidden):
        blind_sample.no_need(desk, admin, shown[9].week, shown[9].number)
    with pytest.raises(NotFound):
        blind_sample.no_need(desk, officer, "2026-W01", 1)
    with desk.store.read() as session:
        found = samples.recent(session, office, clock.now())
        left = [row for row in samples.this_week(session, office, clock.now()) if not row.answer]
    assert (found.drawn, found.answered, found.needed, found.pool) == (10, 9, 1, 40) and len(left) == 1
    assert found.share is not None and found.share.low < 1 / 9 < found.share.high
    assert "1 chuyện thật ra cần trả lời (11 %" in found.sentence("trong tuần")
    blind_sample.undo(desk, officer, shown[0].week, shown[0].number)
    with desk.store.read() as session:
        assert samples.recent(session, office, clock.now()).answered == 8


def test_a_story_that_was_merged_is_followed_and_stands_for_itself_again(
    desk: Desk, office: int, officer: Actor, low: list[int], clock: StandingClock
) -> None:
    blind_sample.draw(desk, 10)

    def shown() -> dict[int, samples.SampleRow]:
        with desk.store.read() as session:
            return {row.story_id: row for row in samples.this_week(session, office, clock.now())}

    def found() -> tuple[int, int, int]:
        with desk.store.read() as session:
            got = samples.recent(session, office, clock.now())
        return got.drawn, got.answered, got.needed

    first, second, third, *_ = shown()
    top = low[0]
    merged = grouping.merge(desk, officer, top, 1, first)
    assert first not in shown() and top in shown() and len(shown()) == 10 and found() == (10, 0, 0)
    with desk.store.read() as session:
        tagged = session.get_one(Story, top).version
    event = triage.tag(desk, officer, top, tagged, Tag.CRITICISM)
    assert shown()[top].answer == Tag.CRITICISM and found() == (10, 1, 1), "it stood low and needed an answer"
    with pytest.raises(Conflict):
        blind_sample.no_need(desk, officer, shown()[top].week, shown()[top].number)
    triage.undo(desk, officer, event.event_id)
    grouping.undo(desk, officer, merged)
    assert first in shown() and top not in shown() and found() == (10, 0, 0)
    # two drawn ones in one, and that one in a third: one line, one answer for all
    grouping.merge(desk, officer, second, 1, third)
    with desk.store.read() as session:
        version = session.get_one(Story, top).version
    grouping.merge(desk, officer, top, version, second)
    assert len(shown()) == 9 and {second, third}.isdisjoint(shown())
    blind_sample.no_need(desk, officer, shown()[top].week, shown()[top].number)
    assert shown()[top].answer == "no_need" and found() == (10, 2, 0)
    blind_sample.undo(desk, officer, shown()[top].week, shown()[top].number)
    assert found() == (10, 0, 0)
