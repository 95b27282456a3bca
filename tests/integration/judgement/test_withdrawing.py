"""A claim that was opened by mistake: withdrawn by its office, counted for nothing, taken back; never a way round the second person."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, Invalid, RuleBroken
from core.queries import claim as claim_queries
from core.queries import incident as incident_queries
from core.queries import story as story_queries
from core.queries.inbox import Wanted, listing
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.incident import Incident
from core.records.item import StoryOffice, TagEvent
from core.rules.vocabulary import Tag
from core.services import answer, claims, judge, offering, suggestions, triage, withdrawing
from tests.integration.judgement.office import DYKE, DYKE_POST

WHY = "Trích nhầm câu của bài khác."


def withdraw(world, claim: int, who: str = "officer", reason: str = WHY) -> None:
    withdrawing.withdraw(world.desk, world[who], claim, world.version(Claim, claim), reason)


def restore(world, claim: int, who: str = "officer") -> None:
    withdrawing.restore(world.desk, world[who], claim, world.version(Claim, claim))


def story_of(world, claim: int) -> int:
    return world.get(Claim, claim).story_id


def test_it_stays_in_the_record_and_counts_for_nothing(reading):
    world = reading
    claim = world.claim()
    story = story_of(world, claim)
    withdraw(world, claim)
    with world.desk.store.read() as session:
        unit = world["officer"].unit_id
        (row,) = story_queries.show(session, story, unit, world.clock.at).claims
        assert row.withdrawn is not None
        assert (row.withdrawn.name, row.withdrawn.reason) == ("Đỗ Thị Hạnh", WHY)
        assert claim_queries.show(session, claim, unit).withdrawn == row.withdrawn
        assert suggestions.judged(session) == ()
        found = listing(session, unit, Wanted(handled="", named="", claim="with", days=0), world.clock.at)
        assert found.total == 0
    (said,) = world.audit("claim.withdraw")
    assert (said.detail["reason"], said.detail["tag"]) == (WHY, "")
    own = world.own(story)
    assert (own.tag, own.tagged_by) == ("", None)


def test_nothing_is_done_with_it(reading):
    world = reading
    claim = world.claim()
    piece = world.authority(claim)
    incident = world.incident(world.claim())
    withdraw(world, claim)
    tries = (
        lambda: world.authority(claim),
        lambda: world.propose(claim),
        lambda: claims.remove_evidence(world.desk, world["officer"], piece, "Bằng chứng này không đúng."),
        lambda: answer.attach_claim(world.desk, world["officer"], incident, claim),
        lambda: withdraw(world, claim),
    )
    for act in tries:
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.rule == "withdrawn"
    with world.desk.store.read() as session:
        page = incident_queries.show(session, incident, world["officer"].unit_id)
        assert claim not in [key for key, _ in page.loose_claims]
        assert session.scalar(select(Evidence.removed_at).where(Evidence.id == piece)) is None
    opened = answer.open_incident(world.desk, world["officer"], story_of(world, claim), "Không có tuyên bố")
    with world.desk.store.read() as session:
        assert incident_queries.show(session, opened, world["officer"].unit_id).claims == ()


def test_it_can_be_taken_back(reading):
    world = reading
    claim = world.claim()
    story = story_of(world, claim)
    withdraw(world, claim)
    restore(world, claim)
    assert world.own(story).tag == "suspected"
    assert world.get(Claim, claim).withdrawn_reason == ""
    with pytest.raises(Conflict):
        restore(world, claim)
    world.authority(claim)
    assert world.confirm(world.propose(claim), claim)
    assert [row.act for row in world.audit() if row.act.startswith("claim.")] == [
        "claim.open",
        "claim.withdraw",
        "claim.restore",
        "claim.restore",
    ]


# --- the tag ----------------------------------------------------------------------------------------------------------


def open_on(world, story: int, item: int, quote: str = DYKE) -> int:
    return claims.open_claim(
        world.desk, world["officer"], story, world.own(story).version, item, quote, "", concerns="none"
    )


def test_the_tag_goes_back_to_what_it_was(reading):
    world = reading
    story, item = world.story()
    triage.tag(world.desk, world["officer"], story, world.own(story).version, Tag.WATCH)
    claim = open_on(world, story, item)
    assert world.own(story).tag == "suspected"
    withdraw(world, claim)
    own = world.own(story)
    assert (own.tag, own.tagged_by) == ("watch", world["officer"].account_id)
    triage.tag(world.desk, world["officer"], story, own.version, Tag.CRITICISM)
    restore(world, claim)
    assert world.own(story).tag == "suspected"
    withdraw(world, claim)
    assert world.own(story).tag == "criticism"


def test_two_claims_hold_the_tag_until_the_last_is_withdrawn(reading):
    world = reading
    story, item = world.story(body=f"{DYKE_POST} Trạm bơm số 2 cũng đã hỏng hẳn.")
    first = open_on(world, story, item)
    second = open_on(world, story, item, "Trạm bơm số 2 cũng đã hỏng hẳn.")
    withdraw(world, first)
    assert world.own(story).tag == "suspected"
    withdraw(world, second)
    assert world.own(story).tag == ""
    with world.desk.store.read() as session:
        assert session.scalars(select(TagEvent).where(TagEvent.undone_at.is_(None))).all() == []


def test_a_tag_that_somebody_gave_since_stays(reading):
    """As a merge leaves it: the office shows another tag than the claim gave."""
    world = reading
    claim = world.claim()
    with world.desk.store.write() as session:
        session.get_one(StoryOffice, (story_of(world, claim), world["officer"].unit_id)).tag = "watch"
    withdraw(world, claim)
    assert world.own(story_of(world, claim)).tag == "watch"


def test_a_suspicion_is_not_undone_beside_its_claim(reading):
    world = reading
    claim = world.claim()
    with world.desk.store.read() as session:
        event = session.scalars(select(TagEvent.id)).one()
    with pytest.raises(RuleBroken) as refused:
        triage.undo(world.desk, world["officer"], event)
    assert refused.value.rule == "claim_open"
    assert world.own(story_of(world, claim)).tag == "suspected"


# --- where it must stay -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["proposed", "confirmed"])
def test_not_while_a_verdict_is_proposed_or_confirmed(reading, state):
    world = reading
    claim = world.claim()
    world.authority(claim)
    verdict = world.propose(claim)
    if state == "confirmed":
        world.confirm(verdict, claim)
    with pytest.raises(RuleBroken):
        withdraw(world, claim)
    assert offering.on_claim(world.desk, world["officer"], claim).withdraw is not None
    assert world.get(Claim, claim).withdrawn_at is None
    if state == "proposed":
        judge.give_back(
            world.desk, world["verifier"], verdict, world.version(Claim, claim), "Chưa đủ, xem lại đi."
        )
        assert offering.on_claim(world.desk, world["officer"], claim).withdraw is None
        withdraw(world, claim)
        with pytest.raises(RuleBroken):
            judge.confirm(
                world.desk, world["verifier"], verdict, world.version(Claim, claim), "Đã xem lại rồi."
            )
        with world.desk.store.read() as session:
            assert session.get_one(VerdictRecord, verdict).state == "returned"


def test_who_withdraws_and_with_what(reading):
    world = reading
    claim = world.claim()
    for who in ("ward", "city", "verifier", "spokesperson", "admin"):
        with pytest.raises(Forbidden):
            withdraw(world, claim, who)
    with pytest.raises(Invalid):
        withdraw(world, claim, reason="nhầm")
    with pytest.raises(Conflict):
        withdrawing.withdraw(world.desk, world["officer"], claim, 99, WHY)
    withdraw(world, claim)
    for who in ("ward", "city", "verifier"):
        with pytest.raises(Forbidden):
            restore(world, claim, who)
    tried = [row.detail.get("act", row.act) for row in world.audit(refused=True)]
    assert len([act for act in tried if "claim" in act]) == 10, tried


def test_a_claim_leaves_an_early_incident_whose_others_go_on(reading):
    world = reading
    judged = world.judged()
    incident = world.incident(judged)
    mistaken = world.claim()
    answer.attach_claim(world.desk, world["officer"], incident, mistaken)
    assert world.state(incident) == "verifying"
    withdraw(world, mistaken)
    assert world.state(incident) == "concluded"
    assert world.get(Claim, mistaken).incident_id is None
    restore(world, mistaken)
    assert world.get(Claim, mistaken).incident_id is None, "the incident has gone on"
    assert world.state(incident) == "concluded"


def test_an_incident_that_holds_nothing_else_stays_open(reading):
    world = reading
    claim = world.claim()
    incident = world.incident(claim)
    withdraw(world, claim)
    assert world.state(incident) == "received"
    assert world.own(story_of(world, claim)).incident_id == incident
    restore(world, claim)
    assert world.get(Claim, claim).incident_id == incident


def test_it_stays_where_a_fact_line_or_a_later_step_rests_on_it(reading):
    world = reading
    claim = world.claim()
    piece = world.authority(claim)
    incident = world.incident(claim)
    fact = answer.add_fact(
        world.desk, world["officer"], incident, "đê vỡ", "Đê không vỡ, đã kiểm tra.", piece, "22/11/2026"
    )
    with pytest.raises(RuleBroken):
        withdraw(world, claim)
    answer.remove_fact(world.desk, world["officer"], fact)
    with world.desk.store.write() as session:
        session.get_one(Incident, incident).state = "paused"
    with pytest.raises(RuleBroken):
        withdraw(world, claim)
    with world.desk.store.write() as session:
        session.get_one(Incident, incident).state = "verifying"
    withdraw(world, claim)


# --- no way round the second person -----------------------------------------------------------------------------------


def again(world, claim: int, quote: str, **more) -> Claim:
    row = world.get(Claim, claim)
    key = claims.open_claim(
        world.desk,
        world["officer"],
        row.story_id,
        world.own(row.story_id).version,
        row.item_id,
        quote,
        "",
        **more,
    )
    return world.get(Claim, key)


@pytest.mark.parametrize("quote", [DYKE, DYKE[:40], f"{DYKE}. Nước vào tới"])
def test_opened_anew_it_is_about_whom_it_was_about(reading, quote):
    world = reading
    claim = world.claim(concerns="own", sensitive=True)
    withdraw(world, claim)
    new = again(world, claim, quote)
    assert (new.concerns_unit_id, new.sensitive) == (world["officer"].unit_id, True)


def test_opened_anew_about_another_office_it_is_refused(reading):
    world = reading
    claim = world.claim(concerns="own")
    withdraw(world, claim)
    with pytest.raises(RuleBroken) as refused:
        again(world, claim, DYKE, concerns="11557")
    assert refused.value.rule == "own_unit"


def test_other_words_of_the_item_are_another_claim(reading):
    world = reading
    body = f"{DYKE_POST} Chợ Cầu Đồn hôm nay vẫn họp như mọi ngày."
    story, item = world.story(body=body)
    claim = claims.open_claim(world.desk, world["officer"], story, 1, item, DYKE, "", concerns="11557")
    withdraw(world, claim)
    assert again(world, claim, "Chợ Cầu Đồn hôm nay vẫn họp như mọi ngày.").concerns_unit_id is None


def test_a_suspicion_that_came_with_a_merge_goes_too(reading):
    world = reading
    claim = world.claim()
    kept, _ = world.story("Một bài khác cùng chuyện vỡ đê ở xã Chí Minh.")
    with world.desk.store.write() as session:
        row = session.get_one(StoryOffice, (story_of(world, claim), world["officer"].unit_id))
        session.add(
            StoryOffice(
                story_id=kept,
                unit_id=row.unit_id,
                tag=row.tag,
                tagged_by=row.tagged_by,
                tagged_at=row.tagged_at,
            )
        )
        session.get_one(Claim, claim).story_id = kept
    withdraw(world, claim)
    assert world.own(kept).tag == ""
