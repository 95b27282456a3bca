"""A later text denies a judged claim: it is shown as what it is, and on no path does it count as spread of the claim."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, Invalid, RuleBroken
from core.queries import claim as claim_queries
from core.queries import incident as incident_queries
from core.queries.known_claims import known_claims, late_copies, set_aside
from core.queries.week_figures import counts
from core.records.claim import Claim
from core.records.incident import Incident
from core.records.item import Item, Mention, Story, StoryOffice
from core.records.suggestion import ClaimSuggestion
from core.services import answer, draft, grouping, incident_course, stories
from core.services import known_claims as answers
from tests.integration.judgement.test_known_claims import AGAIN, DENIED, page, story_of, take

VIEWS = 50_000


def correction(world, text: str = DENIED, url: str = "https://song-que.example/bac-bo") -> int:
    """A text that many read, by an outlet of its own."""
    item = take(world, url, "Xã lên tiếng", text)
    with world.desk.store.write() as session:
        row = session.get_one(Item, item)
        row.views, row.source_id = VIEWS, "ben-song"
        session.flush()
        stories.recount(session, world.desk, [row.story_id])
    return item


def told_of_our_place(world, claim: int) -> None:
    """The claim's story as intake would have left it: counted, and about the office's place."""
    with world.desk.store.write() as session:
        row = session.get_one(Claim, claim)
        session.add(Mention(item_id=row.item_id, locality="11131", score=1.0, band="in", spans=[], why=[]))
        session.flush()
        stories.recount(session, world.desk, [row.story_id])


def spread(world, claim: int, incident: int) -> dict[str, Any]:
    """Every figure that speaks of how far the claim went."""
    officer = world["officer"]
    with world.desk.store.read() as session:
        page = incident_queries.show(session, incident, officer.unit_id)
        dossier = draft.dossier_of(session, session.get_one(Incident, incident))
        week = counts(
            session,
            officer.unit_id,
            ["11131"],
            world.clock.at.replace(year=2025),
            world.clock.at.replace(year=2027),
        )
        return {
            "views": page.views,
            "sources": page.sources,
            "reach": page.reach_tier,
            "press": page.press,
            "items": sum(row.items for row in page.stories),
            "outlets": [row.name for row in page.outlets],
            "annex": sorted(url for _, url, _ in dossier.items),
            "on the claim": claim_queries.show(session, claim, officer.unit_id).story_items,
            "week": week.action,
            "copies": late_copies(session, officer.unit_id),
        }


def say(world, item: int, claim: int, said: str) -> int | None:
    return answers.answer(world.desk, world["officer"], story_of(world, item).id, claim, said)


def back(world, item: int, claim: int) -> None:
    answers.take_back(world.desk, world["officer"], story_of(world, item).id, claim)


def join(world, kept: int, gone: int) -> None:
    grouping.merge(world.desk, world["officer"], kept, world.version(Story, kept), gone)


def own_story(world, claim: int) -> int:
    return world.get(Claim, claim).story_id


# --- no path on which it counts ---------------------------------------------------------------------------------------


def answered(world, claim: int) -> int:
    item = correction(world)
    assert say(world, item, claim, "denial") is None
    return item


def misheard(world, claim: int) -> int:
    """The machine hears the claim again; a person knows better."""
    item = correction(world)
    with world.desk.store.write() as session:
        session.get_one(ClaimSuggestion, (item, claim)).stance = "repeats"
    say(world, item, claim, "denial")
    return item


def said_again_first(world, claim: int) -> int:
    item = correction(world)
    assert say(world, item, claim, "right") is not None
    back(world, item, claim)
    say(world, item, claim, "denial")
    return item


def merged_into_the_claims_story(world, claim: int) -> int:
    item = answered(world, claim)
    world.tag_alike(own_story(world, claim), story_of(world, item).id)
    join(world, own_story(world, claim), story_of(world, item).id)
    return item


def takes_the_claims_story_in(world, claim: int) -> int:
    item = answered(world, claim)
    world.tag_alike(own_story(world, claim), story_of(world, item).id)
    join(world, story_of(world, item).id, own_story(world, claim))
    return item


def left_alone_in_the_incidents_story(world, claim: int) -> int:
    """The denial's story takes the claim's in, then all but the denial is split off again: a story of the incident with no spread."""
    item = takes_the_claims_story_in(world, claim)
    story = story_of(world, item)
    with world.desk.store.read() as session:
        others = list(session.scalars(select(Item.id).where(Item.story_id == story.id, Item.id != item)))
    new, _ = grouping.split(world.desk, world["officer"], story.id, world.version(Story, story.id), others)
    with world.desk.store.write() as session:
        left = session.get_one(StoryOffice, (story.id, world["officer"].unit_id))
        left.tag = ""
        row = session.get(StoryOffice, (new, world["officer"].unit_id))
        if row is None:
            row = StoryOffice(story_id=new, unit_id=world["officer"].unit_id, tag="suspected", version=1)
            session.add(row)
        row.incident_id, row.tag = left.incident_id, "suspected"
        session.flush()
        session.get_one(Claim, claim).story_id = new
    return item


def in_the_claims_own_story(world, claim: int) -> int:
    """It is put beside the claim's own texts at once, so that the machine asks there."""
    item = correction(world)
    with world.desk.store.write() as session:
        session.get_one(Item, item).story_id = own_story(world, claim)
        session.flush()
        stories.recount(session, world.desk, [own_story(world, claim)])
    say(world, item, claim, "denial")
    return item


PATHS = [
    answered,
    misheard,
    said_again_first,
    merged_into_the_claims_story,
    takes_the_claims_story_in,
    left_alone_in_the_incidents_story,
    in_the_claims_own_story,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_no_path_makes_a_denial_count_as_spread(told, path):
    world, claim, incident = told
    told_of_our_place(world, claim)
    before = spread(world, claim, incident)
    item = path(world, claim)
    after = spread(world, claim, incident)
    assert after == before
    assert not any(part["code"] == "known_claim" for part in story_of(world, item).need_parts)
    with world.desk.store.read() as session:
        page = incident_queries.show(session, incident, world["officer"].unit_id)
        (row,) = [row for row in page.denials if row.said_at is not None]
        assert (row.item_id, row.claim_id, row.said_by) == (item, claim, "Đỗ Thị Hạnh")
        assert [
            one.item_id for one in claim_queries.show(session, claim, world["officer"].unit_id).denials
        ] == [item]


def test_what_says_the_claim_again_does_count(told):
    """The figures above are able to move."""
    world, claim, incident = told
    told_of_our_place(world, claim)
    before = spread(world, claim, incident)
    item = correction(world, AGAIN)
    assert say(world, item, claim, "right") == incident
    after = spread(world, claim, incident)
    assert (after["views"], after["press"], after["items"]) == (
        VIEWS,
        before["press"] + 1,
        before["items"] + 1,
    )
    assert after["outlets"] == ["ben-song"] and len(after["annex"]) == len(before["annex"]) + 1
    assert any(part["code"] == "known_claim" for part in story_of(world, item).need_parts)


def test_an_incident_opened_later_leaves_the_denial_out_too(reading):
    world = reading
    claim = world.judged()
    told_of_our_place(world, claim)
    world.clock.forward(days=5)
    item = answered(world, claim)
    incident = world.incident(claim)
    figures = spread(world, claim, incident)
    assert (figures["press"], figures["items"], figures["on the claim"]) == (0, 1, 1)
    with world.desk.store.read() as session:
        assert [
            row.item_id for row in incident_queries.show(session, incident, world["officer"].unit_id).denials
        ] == [item]


# --- what the officer looks for ---------------------------------------------------------------------------------------


def test_the_follow_up_sees_which_outlet_corrected(told):
    world, claim, incident = told
    again = correction(world, AGAIN, "https://ben-song.example/bai")
    say(world, again, claim, "right")
    world.clock.forward(days=4)
    item = correction(world, url="https://ben-song.example/cai-chinh")
    with world.desk.store.read() as session:
        page = incident_queries.show(session, incident, world["officer"].unit_id)
        assert [(row.name, row.correction) for row in page.outlets] == [("ben-song", None)]
        assert [(row.item_id, row.said_at) for row in page.denials] == [(item, None)], (
            "heard, waits for an answer"
        )
    say(world, item, claim, "denial")
    with world.desk.store.read() as session:
        page = incident_queries.show(session, incident, world["officer"].unit_id)
        (outlet,) = page.outlets
        assert outlet.correction is not None and outlet.correction.item_id == item


def test_both_are_asked_apart_in_one_story(told):
    world, claim, incident = told
    told_of_our_place(world, claim)
    item = correction(world)
    again = take(world, "https://song-que.example/moi", "Bà con ơi", AGAIN)
    with world.desk.store.write() as session:
        session.get_one(Item, again).story_id = session.get_one(Item, item).story_id
    story = story_of(world, item).id
    assert {(row.item_id, row.heard) for row in page(world, item)} == {(item, "denies"), (again, "repeats")}
    answers.answer(world.desk, world["officer"], story, claim, "denial", "denies")
    answers.answer(world.desk, world["officer"], story, claim, "right", "repeats")
    assert {(row.item_id, row.answer) for row in page(world, item)} == {(item, "denial"), (again, "right")}
    figures = spread(world, claim, incident)
    assert (figures["views"], figures["items"]) == (0, 2)


def test_a_later_denial_of_the_story_is_asked_about_again(told):
    world, claim, _ = told
    first = answered(world, claim)
    second = take(
        world, "https://song-que.example/hai", "Xã lên tiếng lần nữa", DENIED + " Xã sẽ thông báo thêm."
    )
    assert story_of(world, second).id == story_of(world, first).id
    with world.desk.store.read() as session:
        assert session.get_one(ClaimSuggestion, (second, claim)).answer == ""
    assert {(row.item_id, row.answer) for row in page(world, first)} == {(first, "denial"), (second, "")}


# --- taking back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["right", "denial", "wrong"])
def test_each_answer_can_be_taken_back(told, said):
    world, claim, incident = told
    item = correction(world)
    before = spread(world, claim, incident)
    say(world, item, claim, said)
    with pytest.raises(Conflict):
        say(world, item, claim, "denial")
    back(world, item, claim)
    assert spread(world, claim, incident) == before
    assert world.own(story_of(world, item).id).incident_id is None
    (row,) = page(world, item)
    assert (row.answer, row.answered_by) == ("", "")
    assert world.audit("story.known_claim_undo")[-1].detail["answer"] == said
    with pytest.raises(Conflict):
        back(world, item, claim)


def test_only_the_office_that_answered_takes_back(told):
    world, claim, _ = told
    item = answered(world, claim)
    story = story_of(world, item).id
    for who in ("ward", "verifier", "city"):
        with pytest.raises((Forbidden, RuleBroken)):
            answers.take_back(world.desk, world[who], story, claim)
    assert page(world, item)[0].answer == "denial"
    with pytest.raises(Invalid):
        answers.answer(world.desk, world["officer"], story, claim, "maybe")


def test_what_was_put_aside_is_found_again(told):
    world, claim, _ = told
    item = correction(world)
    say(world, item, claim, "wrong")
    story = story_of(world, item).id
    with world.desk.store.read() as session:
        assert known_claims(session, story, world["officer"].unit_id) == ()
        assert [row.item_id for row in set_aside(session, story, world["officer"].unit_id)] == [item]
        assert set_aside(session, story, world["ward"].unit_id) == ()


def test_a_denial_that_a_follow_up_rests_on_stays(reading):
    world = reading
    incident = world.dossier()
    claim = 1
    world.issued(incident)
    with world.desk.store.write() as session:
        session.get_one(Incident, incident).state = "follow_up"
    world.clock.forward(days=1)
    item = answered(world, claim)
    incident_course.follow_up(
        world.desk,
        world["officer"],
        incident,
        world.version(Incident, incident),
        "Báo đã đăng tin cải chính.",
        "corrected",
    )
    with pytest.raises(RuleBroken, match="follow-up"):
        back(world, item, claim)
    assert page(world, item)[0].answer == "denial"


def test_a_yes_that_a_document_rests_on_stays(reading):
    world = reading
    incident = world.dossier()
    world.clock.forward(days=1)
    item = correction(world, AGAIN)
    assert say(world, item, 1, "right") == incident
    world.clock.forward(hours=1)
    world.submitted(incident)
    with pytest.raises(RuleBroken) as refused:
        back(world, item, 1)
    assert "văn bản trình" in refused.value.vi
    assert world.own(story_of(world, item).id).incident_id == incident


def test_a_yes_whose_story_was_merged_since_stays(told):
    world, claim, _ = told
    item = correction(world, AGAIN)
    say(world, item, claim, "right")
    world.clock.forward(hours=1)
    world.tag_alike(own_story(world, claim), story_of(world, item).id)
    join(world, story_of(world, item).id, own_story(world, claim))
    with pytest.raises(RuleBroken):
        back(world, item, claim)
    assert answer.suggestion(world.desk, 1) is not None
