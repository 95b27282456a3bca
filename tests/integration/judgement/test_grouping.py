"""Merging and splitting: what may, what may not, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from core.clock import VIETNAM
from core.errors import Conflict, Forbidden, Invalid, RuleBroken
from core.messages import Candidate
from core.queries.grouping import grouping as page_of
from core.queries.grouping import merged_into
from core.queries.story import show
from core.records.claim import Claim
from core.records.item import Item, Story
from core.services import grouping, intake, likely_stories, triage, units
from indexer.analysis.analyst import LocalAnalyst
from tests.integration.judgement.office import World, build

CANAL = "Xã Chí Minh, thành phố Hải Phòng nạo vét kênh Cầu Đất dài ba cây số trước mùa mưa."
FAIR = "Hội chợ nông sản mở tại nhà văn hóa xã Chí Minh, thành phố Hải Phòng, bán vải và ổi đầu mùa."


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    made = build(f"sqlite:///{tmp_path / 'lamro.db'}", tmp_path)
    made.desk = replace(made.desk, analyst=LocalAnalyst())
    units.watch(made.desk, None, made.units["11131"], ["11131"])
    yield made
    made.desk.store.close()


def take(world: World, name: str, title: str, text: str) -> int:
    url = f"https://ben-song.example/{name}"
    candidate = Candidate(source_id="ben-song", url=url, canonical_url=url, title=title, text=text)
    item = intake.take(world.desk, [candidate])[0].item_id
    assert item is not None
    return item


def of(world: World, item: int) -> Story:
    with world.desk.store.read() as session:
        return session.get_one(Story, session.get_one(Item, item).story_id)


def story(world: World, number: int) -> Story:
    with world.desk.store.read() as session:
        return session.get_one(Story, number)


@pytest.fixture
def two(world: World) -> tuple[int, int, int]:
    """Two items of a canal in one story, one of a fair in another."""
    first = take(world, "kenh", "Chí Minh nạo vét kênh Cầu Đất", CANAL)
    second = take(world, "kenh-2", "Nạo vét kênh Cầu Đất ở xã Chí Minh", CANAL + " Bà con ra đồng từ sớm.")
    third = take(world, "cho", "Hội chợ nông sản xã Chí Minh", FAIR)
    assert of(world, first).id == of(world, second).id != of(world, third).id
    return first, second, third


def test_merged_and_back(world, two):
    first, _, third = two
    kept, gone = of(world, first), of(world, third)
    number = grouping.merge(world.desk, world["officer"], kept.id, kept.version, gone.id)
    assert of(world, third).id == kept.id
    assert (story(world, kept.id).items, story(world, gone.id).items) == (3, 0)
    with world.desk.store.read() as session:
        assert merged_into(session, gone.id) == kept.id
        assert [row.id for row in page_of(session, kept.id, world["officer"].unit_id).done] == [number]
    assert grouping.undo(world.desk, world["officer"], number) == kept.id
    assert (of(world, third).id, story(world, gone.id).items, story(world, kept.id).items) == (gone.id, 1, 2)
    with world.desk.store.read() as session:
        assert merged_into(session, gone.id) is None
    with pytest.raises(Conflict):
        grouping.undo(world.desk, world["officer"], number)
    # each in the log of both stories; the refused third stands once, at what was to be undone
    assert [(row.act, row.object_id) for row in world.audit() if row.act.startswith("story.")] == [
        ("story.group", str(kept.id)), ("story.group", str(gone.id)),
        ("story.ungroup", str(kept.id)), ("story.ungroup", str(gone.id)), ("story.ungroup", str(number)),
    ]  # fmt: skip
    for one, other, into in ((kept, gone, True), (gone, kept, False)):
        with world.desk.store.read() as session:
            shown = show(session, one.id, world["officer"].unit_id, world.clock.now()).grouped
        assert [(row.kind, row.into, row.items, row.other_title, row.undone) for row in shown] == [
            ("merge", into, 1, other.title, True)
        ]


def test_the_likest_come_first_with_what_is_shared(world, two):
    first, _, third = two
    late = take(
        world,
        "kenh-3",
        "Thả cá ở kênh Cầu Đất vừa nạo vét",
        "Bà con thả cá xuống kênh Cầu Đất, xã Chí Minh, thành phố Hải Phòng.",
    )
    own, fair = of(world, first), of(world, third)
    if of(world, late).id == own.id:
        grouping.split(world.desk, world["officer"], own.id, own.version, [late])
    kept = of(world, first)
    found = likely_stories.likely(world.desk, world["officer"], kept.id)
    assert [row.id for row in found.stories] == [of(world, late).id, fair.id] and found.more == 0
    assert [(row.places, row.day, row.apart) for row in found.stories] == [
        (("xã Chí Minh",), world.clock.now().astimezone(VIETNAM).date(), 0)
    ] * 2
    # words look in every text of the office's places, whenever it came; the order is by likeness all the same
    searched = likely_stories.likely(world.desk, world["officer"], kept.id, "hội chợ")
    assert [row.id for row in searched.stories] == [fair.id] and searched.banner
    with pytest.raises(Invalid):
        likely_stories.likely(world.desk, world["officer"], kept.id, '"')
    assert likely_stories.likely(world.desk, world["far"], kept.id).stories == ()


def test_the_machine_never_undoes_a_split(world, two):
    first, second, _ = two
    before = of(world, first)
    new, number = grouping.split(world.desk, world["officer"], before.id, before.version, [second])
    assert of(world, second).id == new != before.id
    assert (story(world, new).items, story(world, before.id).items, world.own(new).tag) == (1, 1, "")
    assert story(world, new).title.startswith("Nạo vét")
    # the same text comes again, edited: its item stays where the person put it
    take(world, "kenh-2", "Nạo vét kênh Cầu Đất ở xã Chí Minh", CANAL + " Bà con ra đồng từ năm giờ sáng.")
    assert of(world, second).id == new
    assert grouping.undo(world.desk, world["officer"], number) == before.id
    assert of(world, second).id == before.id


@pytest.mark.parametrize("chosen", [[], "all", [99_999]])
def test_a_split_needs_some_but_not_all(world, two, chosen):
    first, second, _ = two
    before = of(world, first)
    with pytest.raises(Invalid):
        grouping.split(
            world.desk,
            world["officer"],
            before.id,
            before.version,
            [first, second] if chosen == "all" else chosen,
        )
    assert story(world, before.id).items == 2


@pytest.mark.parametrize(
    ("mine", "other"),
    [("criticism", "irrelevant"), ("", "irrelevant"), ("irrelevant", ""), ("watch", "criticism")],
)
def test_nothing_is_buried_by_a_merge(world, two, mine, other):
    first, _, third = two
    for item, word in ((first, mine), (third, other)):
        if word:
            one = of(world, item)
            triage.tag(world.desk, world["officer"], one.id, one.version, word)
    kept, gone = of(world, first), of(world, third)
    with pytest.raises(RuleBroken, match="tags differ"):
        grouping.merge(world.desk, world["officer"], kept.id, kept.version, gone.id)
    assert of(world, third).id == gone.id


def test_a_tag_is_taken_over_and_given_back(world, two):
    first, _, third = two
    gone = of(world, third)
    triage.tag(world.desk, world["officer"], gone.id, gone.version, "criticism")
    kept = of(world, first)
    number = grouping.merge(world.desk, world["officer"], kept.id, kept.version, gone.id)
    assert world.own(kept.id).tag == "criticism"
    grouping.undo(world.desk, world["officer"], number)
    assert (world.own(kept.id).tag, world.own(gone.id).tag) == ("", "criticism")


def test_claims_go_with_their_items(world):
    claim = world.claim()
    own = world.get(Claim, claim).story_id
    other = take(world, "cho", "Hội chợ nông sản xã Chí Minh", FAIR)
    kept = of(world, other)
    grouping.merge(world.desk, world["officer"], kept.id, kept.version, own)
    assert world.get(Claim, claim).story_id == kept.id
    assert world.own(kept.id).tag == "suspected"


def test_two_incidents_stay_two_and_strangers_are_refused(world, two):
    first, _, third = two
    a, b = of(world, first), of(world, third)
    for who in ("ward", "verifier"):
        with pytest.raises(Forbidden):
            grouping.merge(world.desk, world[who], a.id, a.version, b.id)
    with pytest.raises(Conflict):
        grouping.merge(world.desk, world["officer"], a.id, a.version + 1, b.id)
    with pytest.raises(Invalid):
        grouping.merge(world.desk, world["officer"], a.id, a.version, a.id)
    from core.services import answer

    for one in (a, b):
        answer.open_incident(world.desk, world["officer"], one.id, f"Vụ {one.id}")
    with pytest.raises(RuleBroken, match="incident of its own"):
        grouping.merge(world.desk, world["officer"], a.id, story(world, a.id).version, b.id)
    with world.desk.store.read() as session:
        assert len(session.scalars(select(Story).where(Story.items > 0)).all()) == 2
