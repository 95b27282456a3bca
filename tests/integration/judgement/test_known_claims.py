"""A judged claim comes back: it is suggested, answered, remembered; nothing is decided by it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, NotFound
from core.messages import Candidate
from core.queries import offices
from core.queries.known_claims import known_claims, late_copies
from core.records.claim import Claim
from core.records.item import Item, Story
from core.records.suggestion import ClaimSuggestion
from core.services import intake
from core.services import known_claims as answers

AGAIN = "Đê Bến Trại vỡ rồi, cả xã Chí Minh phải sơ tán, ai biết tin người nhà báo giúp. Hải Phòng mưa to."
DENIED = "UBND xã Chí Minh, thành phố Hải Phòng khẳng định không có chuyện vỡ đê Bến Trại, người dân không phải sơ tán."


def take(world, url: str, title: str, text: str) -> int:
    taken = intake.take(
        world.desk,
        [
            Candidate(
                source_id="song-que",
                url=url,
                canonical_url=url,
                title=title,
                text=text,
                published_at=world.clock.at,
            )
        ],
    )
    item = taken[0].item_id
    assert item is not None
    return item


def suggestions(world) -> list[tuple[int, int, str, str]]:
    with world.desk.store.read() as session:
        rows = session.scalars(
            select(ClaimSuggestion).order_by(ClaimSuggestion.item_id, ClaimSuggestion.claim_id)
        )
        return [(row.item_id, row.claim_id, row.stance, row.answer) for row in rows]


def story_of(world, item: int) -> Story:
    with world.desk.store.read() as session:
        return session.get_one(Story, session.get_one(Item, item).story_id)


def page(world, item: int, who: str = "officer"):
    with world.desk.store.read() as session:
        return known_claims(session, session.get_one(Item, item).story_id, world[who].unit_id)


def test_a_new_text_that_repeats_a_judged_claim_is_asked_about(told):
    world, claim, incident = told
    item = take(world, "https://song-que.example/moi", "Bà con ơi", AGAIN)
    assert suggestions(world) == [(item, claim, "repeats", "")]
    (known,) = page(world, item)
    assert (known.claim_id, known.incident_id, known.joins, known.heard) == (
        claim,
        incident,
        True,
        "repeats",
    )
    assert known.percent > 60
    assert "ai biết tin" in known.sentence
    story = story_of(world, item)
    own = world.own(story.id)
    assert own.tag == "" and own.incident_id is None
    assert any(part["code"] == "known_claim" for part in story.need_parts)


def test_a_denial_is_known_as_such_and_raises_no_alarm(told):
    world, claim, _ = told
    item = take(world, "https://song-que.example/bac-bo", "Xã lên tiếng", DENIED)
    assert suggestions(world) == [(item, claim, "denies", "")]
    assert not any(part["code"] == "known_claim" for part in story_of(world, item).need_parts)


def test_yes_puts_the_story_into_the_open_incident_and_leaves_tag_and_verdict_alone(told):
    world, claim, incident = told
    item = take(world, "https://song-que.example/moi", "Bà con ơi", AGAIN)
    story = story_of(world, item)
    assert answers.answer(world.desk, world["officer"], story.id, claim, "right") == incident
    after = world.own(story.id)
    assert (after.incident_id, after.tag) == (incident, "")
    assert page(world, item)[0].answer == "right"
    with world.desk.store.read() as session:
        assert session.scalar(select(Claim.id).where(Claim.story_id == story.id)) is None
    row = world.audit("story.known_claim")[-1]
    assert row.detail == {"claim": claim, "answer": "right", "heard": ["repeats"], "incident": incident}


def test_no_is_remembered_for_the_story(told):
    world, claim, _ = told
    first = take(world, "https://song-que.example/moi", "Bà con ơi", AGAIN)
    story = story_of(world, first)
    assert answers.answer(world.desk, world["officer"], story.id, claim, "wrong") is None
    assert page(world, first) == ()
    assert not any(part["code"] == "known_claim" for part in story_of(world, first).need_parts)
    second = take(
        world, "https://song-que.example/nua", "Bà con ơi, đê vỡ", AGAIN + " Mong mọi người bình an."
    )
    assert story_of(world, second).id == story.id
    assert suggestions(world) == [(first, claim, "repeats", "wrong"), (second, claim, "repeats", "wrong")]
    assert page(world, second) == ()


def test_a_claim_judged_later_is_looked_for_in_what_came_before(reading):
    world = reading
    claim = world.claim()
    item = take(world, "https://song-que.example/truoc", "Nghe nói", AGAIN)
    assert suggestions(world) == []
    assert answers.catch_up(world.desk) == 0
    world.authority(claim)
    world.confirm(world.propose(claim), claim)
    assert answers.catch_up(world.desk) >= 1
    assert (item, claim, "repeats", "") in suggestions(world)
    assert answers.catch_up(world.desk) == 0


def test_who_may_answer(told):
    world, claim, _ = told
    item = take(world, "https://song-que.example/moi", "Bà con ơi", AGAIN)
    story = story_of(world, item)
    for who in ("ward", "verifier"):
        with pytest.raises(Forbidden):
            answers.answer(world.desk, world[who], story.id, claim, "right")
    with pytest.raises(NotFound):
        answers.answer(world.desk, world["officer"], story.id, claim + 99, "right")
    assert world.own(story.id).incident_id is None


def test_the_story_of_the_claim_itself_is_not_asked_about(told):
    world, claim, _ = told
    with world.desk.store.read() as session:
        own = session.get_one(Claim, claim).story_id
    answers.catch_up(world.desk)
    with world.desk.store.read() as session:
        assert known_claims(session, own, world["officer"].unit_id) == ()


def test_a_late_copy_of_a_judged_text_is_a_question_each_time(told):
    world, claim, _ = told
    with world.desk.store.read() as session:
        first = session.get_one(Claim, claim)
        story, text = (
            first.story_id,
            session.scalars(select(Item).where(Item.story_id == first.story_id)).first().text,
        )
    text = f"{text}\n{AGAIN}"
    original = take(world, "https://song-que.example/goc", "Bà con ơi", text)
    assert story_of(world, original).id != story
    with world.desk.store.write() as session:
        session.get_one(Item, original).story_id = story
    with world.desk.store.read() as session:
        before = late_copies(session, world["officer"].unit_id)
    assert before == ()
    world.clock.forward(hours=5)
    copy = take(world, "https://song-que.example/chep", "Chép lại", text + "\nTheo Báo Mẫu")
    with world.desk.store.read() as session:
        item = session.get_one(Item, copy)
        assert (item.copy_of_id, item.story_id, item.attributed_to) == (original, story, "Báo Mẫu")
        tagged = offices.view(session, story, world["officer"].unit_id)
        kept = (tagged.tag, tagged.incident_id, tagged.version)
        (waiting,) = late_copies(session, world["officer"].unit_id)
        assert (waiting.story_id, waiting.claim_id, waiting.copies, waiting.item_id) == (
            story,
            claim,
            1,
            copy,
        )
        (known,) = known_claims(session, story, world["officer"].unit_id)
        assert (known.copy_of, known.answer, known.item_id) == ("Bà con ơi", "", copy)
        assert late_copies(session, world["ward"].unit_id) == ()
    answers.answer(world.desk, world["officer"], story, claim, "right")
    assert world.audit("story.known_claim")[-1].detail["copies"] == [copy]
    with world.desk.store.read() as session:
        assert late_copies(session, world["officer"].unit_id) == ()
        tagged = offices.view(session, story, world["officer"].unit_id)
        assert (tagged.tag, tagged.incident_id, tagged.version) == kept, "nothing follows from it by itself"
    # A yes is not taken over, a no is.
    again = take(world, "https://song-que.example/chep-hai", "Lại chép", text)
    with world.desk.store.read() as session:
        assert [row.item_id for row in late_copies(session, world["officer"].unit_id)] == [again]
    answers.answer(world.desk, world["officer"], story, claim, "wrong")
    third = take(world, "https://song-que.example/chep-ba", "Chép nữa", text)
    told_of = {item: answer for item, _, _, answer in suggestions(world)}
    assert (told_of[copy], told_of[again], told_of[third]) == ("right", "wrong", "wrong")
    with pytest.raises(Conflict):
        answers.answer(world.desk, world["officer"], story, claim, "right")
