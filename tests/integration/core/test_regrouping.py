"""Stories after a correction of the gazetteer: what became ours joins its event, what is ours no longer leaves it; people's acts stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from config.commands.gazetteer import in_words
from core.queries import locality
from core.records.claim import Claim
from core.records.item import Item, Mention, StoryLocality
from core.records.rereading import Rereading
from core.records.suggestion import ClaimSuggestion
from core.rules.gazetteer import Link, Name, NameNature, Nature, Unit
from core.rules.vocabulary import Role, Tag, Verdict
from core.services import claims, grouping, intake, notes, rereading, triage, units
from core.services import gazetteer_edit as edit
from core.services.desk import Actor, Desk
from core.services.gazetteer_edit import NewName
from core.services.gazetteer_import import take_in
from tests.integration.core.conftest import START, candidate
from tests.integration.core.test_gazetteer_edit import admin, filled  # noqa: F401 - fixtures

OURS = (
    "Mương tắc, ruộng lúa ngập trắng trước vụ gặt",
    "Mương tiêu ở xã Chí Minh, thành phố Hải Phòng bị tắc từ tối qua. Ruộng lúa ngập trắng trước vụ gặt, chưa rõ bao giờ nước rút.",
)
VILLAGE = (
    "Bà con đắp bờ cứu ruộng lúa vì mương tắc",
    "Ở xóm Đồng Bến, nhiều ruộng lúa ngập vì mương tiêu bị tắc. Người dân đắp bờ suốt đêm, mong nước rút kịp vụ gặt tuần tới.",
)
PROVINCE = (
    "Ruộng lúa ngập vì mương tắc trước vụ gặt",
    "Nông dân Hải Phòng lo mất mùa: ruộng lúa ngập trắng, mương tiêu bị tắc, người dân đắp bờ chờ nước rút trước vụ gặt.",
)
MARKET = (
    "Chợ quê đông khách trước rằm",
    "Chợ phiên xóm Đồng Bến đông khách, giá cua đồng tăng gấp đôi trước rằm.",
)


def store(desk: Desk, press: str, *texts: tuple[str, str], days: int = 0) -> list[int]:
    at = START - timedelta(days=days, hours=2)
    taken = [
        intake.take(desk, [candidate(press, f"{text[0]}{days}", *text, published_at=at)])[0] for text in texts
    ]
    return [one.item_id or 0 for one in taken]


def stories(desk: Desk, *items: int) -> list[int | None]:
    with desk.store.read() as session:
        found = dict(session.execute(select(Item.id, Item.story_id)).all())
    return [found[item] for item in items]


def places(desk: Desk, story: int | None) -> list[str]:
    with desk.store.read() as session:
        rows = session.scalars(select(StoryLocality.locality).where(StoryLocality.story_id == story))
        return list(rows)


def read(desk: Desk, code: str = "11131") -> Rereading:
    while rereading.go_on(desk):
        pass
    with desk.store.read() as session:
        return session.get_one(Rereading, code)


def test_what_becomes_ours_joins_the_story_of_its_event_and_leaves_it_again(
    filled: Desk, admin: Actor, press: str  # noqa: F811
) -> None:  # fmt: skip
    ours, village, market = store(filled, press, OURS, VILLAGE, MARKET)
    assert len(set(stories(filled, ours, village, market))) == 3
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    row = read(filled)
    assert (row.moved, row.regrouped) == (2, 1)
    a, b, c = stories(filled, ours, village, market)
    assert a == b != c and places(filled, a) == places(filled, c) == ["11131"]
    with filled.store.read() as session:
        found = locality.rereading(session, "11131")
    assert found is not None and found.regrouped == 1
    edit.switch_name(filled, admin, name, active=False)
    assert read(filled).regrouped == 1
    a, b, c = stories(filled, ours, village, market)
    assert len({a, b, c}) == 3 and (places(filled, a), places(filled, b)) == (["11131"], [])


def test_two_that_become_ours_together_make_one_story(filled: Desk, admin: Actor, press: str) -> None:  # noqa: F811
    other = (
        VILLAGE[0] + " ở Đồng Bến",
        VILLAGE[1].replace("Sáng nay", "Từ hôm qua") + " Huyện đội xuống giúp.",
    )
    ids = store(filled, press, VILLAGE, MARKET, other)
    edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    assert read(filled).moved == 3
    a, b, c = stories(filled, *ids)
    assert a == c != b


def test_a_story_of_the_province_becomes_ours(filled: Desk, admin: Actor, press: str) -> None:  # noqa: F811
    province, village = store(filled, press, PROVINCE, VILLAGE)
    assert len(set(stories(filled, province, village))) == 2
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    read(filled)
    a, b = stories(filled, province, village)
    assert a == b and places(filled, a) == ["11131"]
    with filled.store.read() as session:
        assert session.get(Mention, (province, "11131")) is None, "it names the province only, as before"
    edit.switch_name(filled, admin, name, active=False)
    read(filled)
    assert places(filled, a) == []


def test_copies_go_with_their_original(filled: Desk, admin: Actor, press: str) -> None:  # noqa: F811
    (ours,) = store(filled, press, OURS)
    body = VILLAGE[1] * 3
    first, copy = store(filled, press, (VILLAGE[0], body), ("Đăng lại: " + VILLAGE[0], body))
    with filled.store.read() as session:
        assert session.get_one(Item, copy).copy_of_id == first
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    assert read(filled).regrouped == 2
    assert len(set(stories(filled, ours, first, copy))) == 1
    edit.switch_name(filled, admin, name, active=False)
    assert read(filled).regrouped == 2
    a, b, c = stories(filled, ours, first, copy)
    assert a != b == c


def test_an_old_item_joins_the_story_of_its_own_days(filled: Desk, admin: Actor, press: str, clock) -> None:  # noqa: F811
    clock.move(days=-40)
    ours, village = store(filled, press, OURS, VILLAGE, days=40)
    clock.move(days=40)
    (today,) = store(
        filled, press, (OURS[0], OURS[1] + " Đây là lần thứ hai trong năm, xã đã mời đơn vị thi công.")
    )
    edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    read(filled)
    a, b, c = stories(filled, ours, village, today)
    assert a == b != c


@pytest.mark.parametrize("did", ["note", "split", "tag undone"])
def test_what_a_person_touched_stays_where_it_lies(
    filled: Desk, admin: Actor, press: str, person: Callable[..., Actor], did: str  # noqa: F811
) -> None:  # fmt: skip
    officer = person("canbo", Role.OFFICER)
    ours, village = store(filled, press, OURS, VILLAGE)
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    read(filled)
    (story,) = set(stories(filled, ours, village))
    assert story is not None
    if did == "note":
        notes.add(filled, officer, story, "Đã hỏi cán bộ thủy lợi.")
    elif did == "split":
        grouping.undo(filled, officer, grouping.split(filled, officer, story, 1, [village])[1])
    else:
        triage.undo(filled, officer, triage.tag(filled, officer, story, 1, Tag.WATCH).event_id)
    edit.switch_name(filled, admin, name, active=False)
    assert read(filled).regrouped == 0
    assert stories(filled, ours, village) == [story, story]


def test_nothing_is_buried_in_a_story_that_is_not_about_us(
    filled: Desk, admin: Actor, press: str, person: Callable[..., Actor]  # noqa: F811
) -> None:  # fmt: skip
    ours, village = store(filled, press, OURS, VILLAGE)
    story = stories(filled, ours)[0] or 0
    triage.tag(filled, person("canbo", Role.OFFICER), story, 1, Tag.IRRELEVANT)
    edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    assert read(filled).regrouped == 0
    assert stories(filled, village)[0] != story


def test_what_becomes_ours_is_held_against_the_claims_that_were_judged(
    filled: Desk, admin: Actor, press: str, person: Callable[..., Actor]  # noqa: F811
) -> None:  # fmt: skip
    officer = person("canbo", Role.OFFICER)
    said = "Trạm bơm bỏ mặc dân, ba ngày không ai xuống mở cống."
    (ours,) = store(filled, press, ("Trạm bơm bị tố bỏ mặc dân", f"{OURS[1]} {said}"))
    claim = claims.open_claim(filled, officer, stories(filled, ours)[0] or 0, 1, ours, said)
    with filled.store.write() as session:
        session.get_one(Claim, claim).verdict = Verdict.MISLEADING
    (village,) = store(filled, press, (VILLAGE[0], f"{VILLAGE[1]} {said}"))
    with filled.store.read() as session:
        assert session.scalars(select(ClaimSuggestion)).all() == [], "it was not ours"
    name = edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    read(filled)
    with filled.store.read() as session:
        (one,) = session.scalars(select(ClaimSuggestion))
    assert (one.item_id, one.claim_id, one.stance) == (village, claim, "repeats")
    edit.switch_name(filled, admin, name, active=False)
    read(filled)


# --- an import ------------------------------------------------------------------------------------------------------


def waiting(desk: Desk) -> list[str]:
    with desk.store.read() as session:
        return sorted(session.scalars(select(Rereading.locality).where(Rereading.done_at.is_(None))))


def test_an_import_has_stored_items_of_what_it_changed_read_again(
    filled: Desk, office: int, press: str  # noqa: F811
) -> None:  # fmt: skip
    assert waiting(filled) == [], "an empty store has nothing to read"
    village, market = store(filled, press, VILLAGE, MARKET)
    take_in(filled, [], [], [Name("99999", NameNature.VILLAGE, "xóm Cống Bạc")], "b")
    assert waiting(filled) == [], "nobody watches it"
    done = take_in(filled, [], [], [Name("11131", NameNature.VILLAGE, "xóm Đồng Bến")], "c")
    assert done.reread == 1 and "Tin đã lưu của 1 địa bàn" in in_words(done)
    assert waiting(filled) == ["11131"]
    row = read(filled)
    assert (row.looked, row.moved, row.asked_by) == (2, 2, None)
    assert all(places(filled, story) == ["11131"] for story in stories(filled, village, market))
    take_in(filled, [], [], [Name("11131", NameNature.VILLAGE, "xóm Đồng Bến")], "d")
    assert waiting(filled) == [], "nothing was new in it"
    take_in(filled, [], [], [Name("11131", NameNature.LANDMARK, "chùa Sùng Ân")], "e")
    assert waiting(filled) == ["11131"], "a name that is gone"
    assert read(filled).moved == 2


DAY = date(2025, 7, 1)


@pytest.mark.parametrize(
    ("units_given", "links_given", "asked"),
    [
        ([Unit("77777", "c", "phường", "Chí Minh", "79", DAY)], [], ["11131"]),
        ([Unit("88888", "c", "phường", "Sao Đỏ", "31", DAY)], [], ["31"]),
        ([Unit("11131", "c", "phường", "Chí Minh", "31", DAY)], [], ["11131", "31"]),
        ([Unit("11131", "c", "xã", "Chí Minh", "31", DAY, None, "nguồn khác", "ghi chú")], [], []),
        ([Unit("1@2025", "c", "xã", "Đồng Bến", "30", None, date(2025, 6, 30))], [Link("1@2025", "11131", Nature.MERGED, DAY)],
         ["11131", "31"]),
        ([Unit("66666", "c", "phường", "Ninh Kiều", "92", DAY)], [], []),
    ],
)  # fmt: skip
def test_namesakes_and_what_a_locality_lies_in_are_read_again_too(
    filled: Desk, office: int, press: str, units_given: list[Unit], links_given: list[Link], asked: list[str]  # noqa: F811
) -> None:  # fmt: skip
    units.watch(filled, None, office, ["11131", "31"])
    store(filled, press, VILLAGE)
    take_in(filled, units_given, links_given, None, "b")
    assert waiting(filled) == asked


def test_only_the_days_that_are_set_are_read(filled: Desk, admin: Actor, press: str, clock) -> None:  # noqa: F811
    old = store(filled, press, VILLAGE, days=0)
    clock.move(days=30)
    new = store(filled, press, MARKET)
    edit.add_name(filled, admin, "11131", NewName("village", "xóm Đồng Bến"))
    assert rereading.go_on(filled, timedelta(days=7)) == 1
    assert [places(filled, story) for story in stories(filled, *old, *new)] == [[], ["11131"]]
    edit.add_name(filled, admin, "11131", NewName("byname", "Bến Cũ"))
    assert rereading.go_on(filled, timedelta(days=60)) == 2
    assert places(filled, stories(filled, *old)[0]) == ["11131"]
