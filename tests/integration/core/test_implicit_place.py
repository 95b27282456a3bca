"""A story is ours when any of its items is: what names only the province is shown with it, once, in either order of arrival."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from core.queries import inbox, story
from core.queries.inbox import Wanted
from core.records.item import Item, StoryLocality
from core.services import intake, outbox
from core.services.desk import Desk
from tests.integration.core.conftest import candidate

NAMED = (
    "Xây nhầm nhà trên đất người khác, chủ thầu xin tháo dỡ",
    "Gia đình ở xã Chí Minh, thành phố Hải Phòng phát hiện ngôi nhà ba tầng xây nhầm trên thửa đất của mình sau nhiều năm đi làm xa.",
)
PROVINCE = (
    "Vụ xây nhầm nhà trên đất người khác: chủ thầu nhận sai",
    "Chủ thầu ở Hải Phòng nhận xây nhầm ngôi nhà ba tầng trên thửa đất của gia đình đi làm xa và xin tháo dỡ.",
)
OTHER = (
    "Giá cua biển tăng mạnh trước rằm",
    "Chợ hải sản ở Hải Phòng sáng nay đông khách, giá cua biển tăng mạnh trước rằm, tiểu thương giữ hàng.",
)
ELSEWHERE = (
    "Vụ xây nhầm nhà trên đất người khác: chủ thầu nhận sai",
    "Chủ thầu ở Cà Mau nhận xây nhầm ngôi nhà ba tầng trên thửa đất của gia đình đi làm xa và xin tháo dỡ.",
)


def stories(desk: Desk, ids: Sequence[int | None]) -> list[int | None]:
    with desk.store.read() as session:
        found = dict(session.execute(select(Item.id, Item.story_id)).all())
    return [found[item_id or 0] for item_id in ids]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("together", [True, False])
def test_the_province_s_item_joins_whichever_comes_first(
    desk: Desk, office: int, press: str, order: tuple[int, int], together: bool
) -> None:
    texts = [candidate(press, number, *(NAMED, PROVINCE)[number]) for number in order]
    seq = outbox.last_seq(desk)
    if together:
        taken = intake.take(desk, texts)
    else:
        taken = [*intake.take(desk, texts[:1]), *intake.take(desk, texts[1:])]
    first, second = stories(desk, [one.item_id for one in taken])
    assert first == second
    with desk.store.read() as session:
        assert session.scalars(select(StoryLocality.locality)).all() == ["11131"]
        found = inbox.listing(session, office, Wanted(), desk.clock.now())
        assert found.total == 2 and len({row.id for row in found.rows}) == 2
        silent = next(row for row in found.rows if row.title == PROVINCE[0])
        assert "cùng chuyện với" in silent.reason[0].text and NAMED[0] in silent.reason[0].text
        assert silent.locality == "xã Chí Minh"
        assert inbox.count(session, office, ["11131"], Wanted(), desk.clock.now(), at_most=10) == 2
        assert inbox.listing(session, office, Wanted(band="in"), desk.clock.now()).total == 1
        page = story.show(session, first or 0, office, desk.clock.now())
        assert [(row.title, row.same_as) for row in page.timeline if row.same_as_id] == [
            (PROVINCE[0], NAMED[0])
        ]
    documents = {d.title: d for d in outbox.batch(desk, seq, 50).documents}
    assert documents[NAMED[0]].localities == ("11131",)
    assert documents[PROVINCE[0]].localities_check == ("11131",)


def test_other_news_of_the_province_and_the_same_words_elsewhere_stay_apart(
    desk: Desk, office: int, press: str
) -> None:
    taken = intake.take(
        desk, [candidate(press, n, *text) for n, text in enumerate((NAMED, OTHER, ELSEWHERE))]
    )
    named, other, elsewhere = stories(desk, [one.item_id for one in taken])
    assert len({named, other, elsewhere}) == 3
    with desk.store.read() as session:
        assert inbox.listing(session, office, Wanted(), desk.clock.now()).total == 1
