"""One story, several offices: each has its own tag, undo, queue, incident and figures; nobody clears or changes another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, RuleBroken
from core.finding import tag_word
from core.messages import Candidate
from core.queries import criticism, digest, frame, inbox, incident, story, today
from core.queries.locality import watched_codes
from core.queries.week_figures import counts
from core.records.claim import Claim
from core.records.grouping import StoryGrouping
from core.records.item import Item, Story, StoryOffice, TagEvent
from core.rules.weeks import week_of
from core.services import (
    answer,
    claims,
    grouping,
    intake,
    need_refit,
    outbox,
    purging,
    rematching,
    triage,
    units,
    watching,
)
from indexer.analysis.analyst import LocalAnalyst
from tests.integration.judgement.office import World, build

BOTH = (
    "Xã Chí Minh và phường Thiên Hương, thành phố Hải Phòng cùng thông báo lịch cắt nước sinh hoạt từ ngày mai. "
    "Người dân xã Chí Minh phàn nàn không được báo trước."
)
MARKET = "Hội chợ nông sản mở tại nhà văn hóa xã Chí Minh và chợ phường Thiên Hương, thành phố Hải Phòng, bán vải và ổi đầu mùa."
ONLY_US = "Xã Chí Minh, thành phố Hải Phòng nạo vét kênh Cầu Đất dài ba cây số trước mùa mưa."
QUOTE = "Người dân xã Chí Minh phàn nàn không được báo trước."


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request, tmp_path) -> Iterator[World]:
    """Two communes that watch themselves, and the city that watches both."""
    url = f"sqlite:///{tmp_path / 'lamro.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    made = build(url, tmp_path)
    made.desk = replace(made.desk, analyst=LocalAnalyst())
    for office, codes in (("11131", ["11131"]), ("11557", ["11557"]), ("31", ["11131", "11557"])):
        units.watch(made.desk, None, made.units[office], codes)
    yield made
    made.desk.store.close()


def take(world: World, name: str, text: str, title: str = "") -> tuple[int, int]:
    """(item, story) of a new text."""
    url = f"https://ben-song.example/{name}"
    candidate = Candidate(
        source_id="ben-song",
        url=url,
        canonical_url=url,
        title=title or text[:60],
        text=text,
        published_at=world.clock.at,
    )
    item = intake.take(world.desk, [candidate])[0].item_id
    assert item is not None
    return item, of(world, item)


def of(world: World, item: int) -> int:
    with world.desk.store.read() as session:
        return session.get_one(Item, item).story_id or 0


def waits(world: World, who: str) -> set[int]:
    """The stories in somebody's queue."""
    unit = world[who].unit_id
    with world.desk.store.read() as session:
        codes = list(watched_codes(session, [unit]))
        ids = set(session.scalars(frame.queue(unit, codes, world.clock.at)))
        assert set(today.queue_ids(session, unit, codes, world.clock.at)) == ids
        listed = inbox.listing(session, unit, inbox.Wanted(), world.clock.at)
        assert {row.story_id for row in listed.rows} == ids
        assert frame.frame(session, unit, world.clock.at).counters["today"] == len(ids)
    return ids


def tag(world: World, who: str, number: int, word: str) -> triage.Tagged:
    return triage.tag(world.desk, world[who], number, world.own(number, who).version, word)


def merge(world: World, who: str, kept: int, gone: int) -> int:
    return grouping.merge(world.desk, world[who], kept, world.version(Story, kept), gone)


def test_a_tag_is_the_offices_own(world: World) -> None:
    item, number = take(world, "nuoc", BOTH)
    everybody = ("officer", "ward", "city")
    assert all(waits(world, who) == {number} for who in everybody)
    mine = tag(world, "officer", number, "accurate")
    assert (waits(world, "officer"), waits(world, "ward"), waits(world, "city")) == (
        set(),
        {number},
        {number},
    )

    # the neighbour's form was opened before and is not stale: nothing of its own has changed
    theirs = triage.tag(world.desk, world["ward"], number, 1, "criticism")
    assert [world.own(number, who).tag for who in everybody] == ["accurate", "criticism", ""]
    assert (mine.version, theirs.version, world.own(number, "city").version) == (2, 2, 1)
    with world.desk.store.read() as session:
        (document,) = outbox.index_document(session, [item])
        assert document.tags == (
            tag_word(world.units["11131"], "accurate"),
            tag_word(world.units["11557"], "criticism"),
        )
        shown = {
            who: today.board(session, world[who].unit_id, world.clock.at, language="vi") for who in everybody
        }
        assert [shown[who].done_count for who in everybody] == [1, 1, 0]
        assert [shown[who].done[0].tag for who in ("officer", "ward")] == ["accurate", "criticism"]
        tagged = inbox.Wanted(handled="with")
        rows = [inbox.listing(session, world[who].unit_id, tagged, world.clock.at) for who in everybody]
        assert [[row.tag for row in page.rows] for page in rows] == [["accurate"], ["criticism"], []]
        assert [page.facets["tag"] for page in rows] == [{"accurate": 1}, {"criticism": 1}, {}]

    # a form of one's own office that is stale is refused as ever
    with pytest.raises(Conflict, match="Vũ Quốc Bảo"):
        triage.tag(world.desk, world["ward2"], number, 1, "irrelevant")


def test_undo_belongs_to_the_office(world: World) -> None:
    _, number = take(world, "nuoc", BOTH)
    tag(world, "officer", number, "watch")
    theirs = tag(world, "ward", number, "irrelevant")
    mine = tag(world, "officer", number, "accurate")
    with pytest.raises(Forbidden):
        triage.undo(world.desk, world["ward"], mine.event_id)
    # an event of one's own, given for an office that one has left
    moved = replace(world["officer"], unit_id=world.units["31"])
    with pytest.raises(Forbidden, match="another office"):
        triage.undo(world.desk, moved, mine.event_id)
    # the neighbour's later tag does not stand between this office's two
    assert triage.undo(world.desk, world["officer"], mine.event_id) == 4
    assert (world.own(number).tag, world.own(number, "ward").tag) == ("watch", "irrelevant")
    triage.undo(world.desk, world["ward"], theirs.event_id)
    assert waits(world, "ward") == {number}
    assert (world.own(number).tag, world.own(number, "ward").tag) == ("watch", "")


def test_offices_above_see_what_those_below_said(world: World) -> None:
    _, number = take(world, "nuoc", BOTH)
    tag(world, "officer", number, "accurate")
    tag(world, "city", number, "watch")
    with world.desk.store.read() as session:
        pages = {
            who: story.show(session, number, world[who].unit_id, world.clock.at)
            for who in ("officer", "ward", "city")
        }
    assert [(row.unit, row.tag) for row in pages["city"].other_tags] == [("xã Chí Minh", "accurate")]
    assert pages["officer"].other_tags == pages["ward"].other_tags == ()
    assert [row.tag for row in pages["city"].log] == ["watch"]
    assert pages["ward"].log == () and pages["ward"].tag == pages["ward"].tagged_by == ""


def test_a_claim_is_shown_to_those_who_may_help_with_its_office_named(world: World) -> None:
    item, number = take(world, "nuoc", BOTH)
    claims.open_claim(world.desk, world["ward"], number, 1, item, QUOTE)
    claims.open_claim(world.desk, world["officer"], number, 1, item, QUOTE)
    shown = {}
    for who in ("officer", "ward", "city", "far"):
        with world.desk.store.read() as session:
            page = story.show(session, number, world[who].unit_id, world.clock.at)
        shown[who] = [row.unit for row in page.claims]
    assert shown == {
        "officer": ["", "phường Thiên Hương"],
        "ward": ["", "xã Chí Minh"],
        "city": ["phường Thiên Hương", "xã Chí Minh"],
        "far": [],
    }


def test_each_opens_an_incident_of_its_own(world: World) -> None:
    item, number = take(world, "nuoc", BOTH)
    claim = claims.open_claim(world.desk, world["officer"], number, 1, item, QUOTE)
    assert (world.own(number).tag, world.own(number, "ward").tag) == ("suspected", "")
    assert waits(world, "ward") == {number}
    tag(world, "ward", number, "criticism")  # the claim is not theirs and binds them to nothing
    with pytest.raises(RuleBroken, match="claims"):
        tag(world, "officer", number, "watch")
    mine = answer.open_incident(world.desk, world["officer"], number)
    theirs = answer.open_incident(world.desk, world["ward"], number)
    assert [world.own(number, who).incident_id for who in ("officer", "ward", "city")] == [mine, theirs, None]
    for who in ("officer", "ward"):
        with pytest.raises(RuleBroken, match="has an incident"):
            answer.open_incident(world.desk, world[who], number)
    with world.desk.store.read() as session:
        assert session.get_one(Claim, claim).incident_id == mine
        pages = {
            key: incident.show(session, key, world[who].unit_id)
            for key, who in ((mine, "officer"), (theirs, "ward"))
        }
        assert [len(pages[key].stories) for key in (mine, theirs)] == [1, 1]
        assert [len(pages[key].claims) for key in (mine, theirs)] == [1, 0]
        assert incident.open_incident_of(session, number, world.units["31"]) is None
        assert purging._held(session, {item}, []) == [item]
        assert {found for found, _ in watching._fresh(session, world.clock.at)} == {item}


def test_a_merge_clears_nobodys_queue(world: World) -> None:
    _, one = take(world, "nuoc", BOTH)
    world.clock.forward(days=4)
    _, two = take(world, "cho", MARKET)
    assert one != two
    tag(world, "ward", one, "irrelevant")
    with pytest.raises(RuleBroken, match="phường Thiên Hương tagged only one"):
        merge(world, "officer", one, two)
    with pytest.raises(RuleBroken, match="phường Thiên Hương tagged only one"):
        merge(world, "officer", two, one)
    second = tag(world, "ward", two, "watch")
    with pytest.raises(RuleBroken, match="tagged them differently"):
        merge(world, "officer", one, two)
    assert waits(world, "ward") == set() and waits(world, "officer") == waits(world, "city") == {one, two}
    triage.undo(world.desk, world["ward"], second.event_id)
    tag(world, "ward", two, "irrelevant")
    merge(world, "officer", one, two)
    assert world.own(one, "ward").tag == "irrelevant" and waits(world, "officer") == {one}


def test_a_merge_takes_over_and_gives_back_office_by_office(world: World) -> None:
    _, ours = take(world, "kenh", ONLY_US)
    item, both = take(world, "nuoc", BOTH)
    tag(world, "officer", both, "criticism")
    tag(world, "ward", both, "criticism")
    theirs = answer.open_incident(world.desk, world["ward"], both)
    # nothing of the canal waits for the ward: its tag and incident go with the items
    number = merge(world, "officer", ours, both)
    assert of(world, item) == ours
    assert [world.own(ours, who).tag for who in ("officer", "ward", "city")] == ["criticism", "criticism", ""]
    assert [world.own(ours, who).incident_id for who in ("officer", "ward")] == [None, theirs]
    tag(world, "ward", ours, "watch")
    grouping.undo(world.desk, world["officer"], number)
    assert of(world, item) == both
    # what was taken over goes back; what the ward said since stays said
    assert [world.own(ours, who).tag for who in ("officer", "ward")] == ["", "watch"]
    assert [world.own(both, who).tag for who in ("officer", "ward")] == ["criticism", "criticism"]
    assert [world.own(one, "ward").incident_id for one in (ours, both)] == [None, theirs]


def test_a_stale_merge_does_not_name_who_tagged_elsewhere(world: World) -> None:
    _, one = take(world, "nuoc", BOTH)
    world.clock.forward(days=4)
    _, two = take(world, "cho", MARKET)
    tag(world, "ward", one, "watch")
    with pytest.raises(Conflict) as caught:
        grouping.merge(world.desk, world["officer"], one, 9, two)
    assert "Vũ Quốc Bảo" not in caught.value.vi
    tag(world, "ward", two, "watch")
    grouping.undo(world.desk, world["city"], merge(world, "city", one, two))
    with pytest.raises(Conflict, match="Hoàng Kim Oanh"):
        grouping.merge(world.desk, world["officer"], one, 1, two)


def test_two_incidents_of_another_office_stay_two(world: World) -> None:
    _, one = take(world, "nuoc", BOTH)
    world.clock.forward(days=4)
    _, two = take(world, "cho", MARKET)
    for number in (one, two):
        tag(world, "ward", number, "criticism")
        answer.open_incident(world.desk, world["ward"], number)
    with pytest.raises(RuleBroken, match="incident of its own"):
        merge(world, "officer", one, two)


def test_a_split_waits_for_everybody_and_a_suspicion_goes_with_its_claim(world: World) -> None:
    first, number = take(world, "nuoc", BOTH)
    second, other = take(world, "nuoc-2", BOTH + " Nhiều hộ phải đi xin nước.")
    assert other == number
    claims.open_claim(world.desk, world["ward"], number, 1, second, QUOTE)
    tag(world, "officer", number, "watch")
    new, row = grouping.split(world.desk, world["officer"], number, world.version(Story, number), [second])
    assert [world.own(new, who).tag for who in ("officer", "ward", "city")] == ["", "suspected", ""]
    assert (waits(world, "officer"), waits(world, "ward")) == ({new}, set())
    assert grouping.undo(world.desk, world["officer"], row) == number
    assert of(world, second) == of(world, first) == number

    new, row = grouping.split(world.desk, world["officer"], number, world.version(Story, number), [first])
    assert waits(world, "ward") == {new}
    tag(world, "ward", new, "accurate")
    with pytest.raises(Conflict, match="tag or an incident"):
        grouping.undo(world.desk, world["officer"], row)
    with world.desk.store.read() as session:
        assert [one.undone_at is None for one in session.scalars(select(StoryGrouping))] == [False, True]


def test_figures_and_criticism_are_each_offices_own(world: World) -> None:
    _, number = take(world, "nuoc", BOTH)
    tag(world, "ward", number, "criticism")
    tag(world, "officer", number, "irrelevant")
    now, week = world.clock.at + timedelta(minutes=1), week_of(world.clock.at)
    with world.desk.store.read() as session:
        pages = {
            who: digest.content(session, world[who].unit_id, week, now) for who in ("officer", "ward", "city")
        }
        found = {
            who: counts(
                session,
                world[who].unit_id,
                watched_codes(session, [world[who].unit_id]),
                world.clock.at - timedelta(hours=1),
                now,
            )
            for who in pages
        }
        assert [(found[who].press, found[who].action) for who in pages] == [(0, 0), (1, 1), (1, 0)]
        assert [len(pages[who].criticism) for who in pages] == [0, 1, 0]
        rest = [frame.frame(session, world[who].unit_id, now).counters["criticism"] for who in pages]
        assert rest == [0, 1, 0]

    # put aside by the office that had called it so, and by no other
    tag(world, "ward", number, "watch")
    tag(world, "city", number, "watch")
    later = now + timedelta(days=8)
    with world.desk.store.read() as session:
        buried = {
            who: criticism.buried(session, world[who].unit_id, ["11131", "11557"], later) for who in pages
        }
    assert [len(buried[who]) for who in pages] == [0, 1, 0]


def test_decisions_and_place_rules_hear_every_office_for_its_places(world: World) -> None:
    item, number = take(world, "nuoc", BOTH)
    tag(world, "officer", number, "criticism")
    tag(world, "ward", number, "watch")
    tag(world, "city", number, "irrelevant")
    with world.desk.store.read() as session:
        assert sorted(one.needed for one in need_refit.decisions(session, world.desk)) == [False, True]
        said = {
            code: session.execute(
                select(*rematching.said(code)).select_from(Item).where(Item.id == item)
            ).one()
            for code in ("11131", "11557")
        }
        # the city watches both and said no, each commune speaks for itself
        assert [(row.refused, row.taken) for row in said.values()] == [(True, True), (True, True)]
    with world.desk.store.write() as session:
        for one in session.scalars(select(StoryOffice).where(StoryOffice.unit_id != world.units["11131"])):
            session.delete(one)
    with world.desk.store.read() as session:
        row = session.execute(
            select(*rematching.said("11557")).select_from(Item).where(Item.id == item)
        ).one()
        assert (row.refused, row.taken) == (False, False), "the neighbour's tag says nothing of this place"


def test_what_nobody_did_leaves_no_row(world: World) -> None:
    _, number = take(world, "nuoc", BOTH)
    for who in ("officer", "ward", "city"):
        with world.desk.store.read() as session:
            story.show(session, number, world[who].unit_id, world.clock.at)
    with pytest.raises(Conflict):
        triage.tag(world.desk, world["ward"], number, 7, "watch")
    with pytest.raises(RuleBroken):
        triage.tag(world.desk, world["ward"], number, 1, "suspected")
    with world.desk.store.read() as session:
        assert session.scalars(select(StoryOffice)).all() == []
        assert session.scalars(select(TagEvent)).all() == []
