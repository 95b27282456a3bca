"""Stories: the same event in other words, other events kept apart, round-ups alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.groups import StoryCandidate
from indexer.analysis.stories import MAX_ITEMS, is_roundup, same_story, similarity, vector

NOW = datetime(2026, 9, 13, 2, tzinfo=UTC)
HERE = frozenset({"11131"})
DYKE = StoryCandidate(
    7, "Xã Chí Minh bác tin vỡ đê trong đêm bão", "UBND xã Chí Minh khẳng định đê sông Thái Bình an toàn, không có chuyện vỡ đê.",
    HERE, NOW - timedelta(hours=5), 3,
)  # fmt: skip
ROAD = StoryCandidate(
    9, "Đường nội đồng xã Chí Minh xuống cấp", "Bảy tháng qua, nông dân phải đẩy xe lúa qua đoạn đường hỏng.",
    HERE, NOW - timedelta(hours=9), 1,
)  # fmt: skip


def join(
    title: str,
    lead: str,
    *,
    places: frozenset[str] = HERE,
    at: datetime = NOW,
    among: tuple[StoryCandidate, ...] = (DYKE, ROAD),
) -> int | None:
    return same_story(title, lead, places, at, among)


def test_the_same_event_joins() -> None:
    assert (
        join(
            "Thực hư tin vỡ đê ở xã Chí Minh đêm bão",
            "Chính quyền xã nói đê sông Thái Bình vẫn an toàn, tin vỡ đê là bịa.",
        )
        == 7
    )


def test_another_event_of_the_same_place_does_not() -> None:
    assert join("Xã Chí Minh khai giảng lớp học bơi", "Sáu mươi em nhỏ học bơi miễn phí trong hè.") is None


def test_another_place_does_not() -> None:
    assert join(DYKE.title, DYKE.lead, places=frozenset({"12271"})) is None


def test_after_72_hours_a_new_story_begins() -> None:
    assert join(DYKE.title, DYKE.lead, at=NOW + timedelta(hours=66)) == 7
    assert join(DYKE.title, DYKE.lead, at=NOW + timedelta(hours=68)) is None


def test_a_story_that_is_full_takes_no_more() -> None:
    full = StoryCandidate(7, DYKE.title, DYKE.lead, HERE, DYKE.last_seen_at, MAX_ITEMS)
    assert join(DYKE.title, DYKE.lead, among=(full,)) is None


def test_equal_stories_the_older_one_wins_whatever_the_order() -> None:
    twin = StoryCandidate(8, DYKE.title, DYKE.lead, HERE, DYKE.last_seen_at, 1)
    assert join(DYKE.title, DYKE.lead, among=(twin, DYKE)) == 7
    assert join(DYKE.title, DYKE.lead, among=(DYKE, twin)) == 7


@pytest.mark.parametrize(
    "title",
    ["Điểm tin sáng 13/9: vỡ đê, bão số 3", "Xem nhanh 12h ngày 13/9", "Tin tức 24h", "Diem bao ngay 13-9"],
)
def test_round_ups_stay_alone(title: str) -> None:
    assert is_roundup(title)
    assert join(title, DYKE.lead) is None
    roundup = StoryCandidate(4, title, DYKE.lead, HERE, NOW, 1)
    assert join(DYKE.title, DYKE.lead, among=(roundup,)) is None


def test_an_ordinary_title_is_no_round_up() -> None:
    assert not is_roundup("Bản tin giả về vỡ đê lan trên mạng")
    assert not is_roundup("")


def test_empty_texts() -> None:
    assert join("", "") is None
    assert same_story("x", "y", HERE, NOW, ()) is None
    assert similarity(vector("", ""), vector("a b", "c")) == 0.0
