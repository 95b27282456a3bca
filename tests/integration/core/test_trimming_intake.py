"""What outlets put around titles and texts never reaches the store; spans are of the words that are kept; nothing becomes an edit by it."""

from __future__ import annotations

from sqlalchemy import func, select

from core.records.item import Capture, Item, ItemVersion, Mention
from core.services import intake
from core.services.desk import Desk
from core.services.prepared import text_hash
from tests.integration.core.conftest import DYKE, candidate

DRESSED = f"(Báo Đồng Bằng) - {DYKE}\nTin liên quan\nChợ mới ở xã Tân Hòa mở cửa\n© 2026 Báo A"
TITLE = "Đê xã Chí Minh giữ vững | Báo A"


def test_stored_bare_with_spans_that_point_right(desk: Desk, press: str) -> None:
    (taken,) = intake.take(desk, [candidate(press, 1, TITLE, DRESSED)])
    with desk.store.read() as session:
        item = session.get_one(Item, taken.item_id)
        assert (item.title, item.text) == ("Đê xã Chí Minh giữ vững", DYKE.strip())
        assert item.attributed_to == "Báo Đồng Bằng" and item.content_sha256 == text_hash(
            item.title, item.text
        )
        whole = f"{item.title}\n{item.text}"
        spans = session.scalars(select(Mention.spans).where(Mention.locality == "11131")).one()
        assert spans and all("Chí Minh" in whole[start:end] for start, end in spans)
        assert session.scalars(select(Capture.sha256)).all() == ["a" * 64], "the page is kept as it was"


def test_an_item_of_before_is_seen_not_edited(desk: Desk, press: str) -> None:
    (taken,) = intake.take(desk, [candidate(press, 1, TITLE, DRESSED)])
    with desk.store.write() as session:
        item = session.get_one(Item, taken.item_id)
        item.title, item.text = TITLE, DRESSED
        item.content_sha256 = text_hash(TITLE, DRESSED)
    (again,) = intake.take(desk, [candidate(press, 1, TITLE, DRESSED)])
    assert again.outcome == "seen"
    (really,) = intake.take(desk, [candidate(press, 1, TITLE, DRESSED.replace("\nTin", " Nước rút.\nTin"))])
    assert really.outcome == "edited"
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(ItemVersion)) == 2


def test_a_change_of_the_links_alone_is_no_edit(desk: Desk, press: str) -> None:
    intake.take(desk, [candidate(press, 1, TITLE, DRESSED)])
    (again,) = intake.take(desk, [candidate(press, 1, TITLE, DRESSED.replace("Tân Hòa", "Văn Phú"))])
    assert again.outcome == "seen"


def test_a_post_is_its_writers_words(desk: Desk, press: str) -> None:
    text = "Đê xã Chí Minh, Hải Phòng sắp vỡ rồi bà con ơi.\nXem thêm: nhóm Chuyện quê mình"
    (taken,) = intake.take(desk, [candidate(press, 2, "Đê xã Chí Minh", text, kind="post")])
    with desk.store.read() as session:
        assert session.get_one(Item, taken.item_id).text == text
