"""Stories: the same event in other words, other events kept apart, round-ups alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.groups import StoryCandidate
from indexer.analysis.in_vietnamese import said_in_vietnamese
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


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        ("Chi Minh commune denies dyke breach", "Officials said the dyke was safe and the rumour of a breach in the storm was false."),
        ("Власти общины опровергли слух о прорыве дамбы", "Дамба безопасна, слухи о прорыве дамбы во время шторма — ложные."),
        ("社の当局、堤防決壊の噂を否定", "台風の夜に堤防が決壊したという噂は虚偽だと当局は述べた。"),
        ("제방 붕괴 소문 사실이 아니", "당국은 태풍이 온 밤에 제방 붕괴는 없었다며 소문을 부인했다."),
        ("La commune dément la rupture de digue", "Les autorités démentent la rumeur d’une rupture de digue pendant la tempête."),
        ("志明乡否认决堤", "当局否认台风夜堤坝决堤的谣言，称消息虚假。"),
    ],
)  # fmt: skip
def test_a_foreign_text_of_the_same_event_joins(title: str, lead: str) -> None:
    assert join(title, lead) == 7


@pytest.mark.parametrize(
    ("title", "lead"),
    [
        (
            "New school opens in Chi Minh commune",
            "The school has eight rooms; 300 students moved in on Monday.",
        ),
        ("В общине открыли новый рынок", "Рынок посетили 5 тыс. жителей."),
        ("市場で祭り、1万人参加", "祭りには1万人が参加した。"),
        ("ホテル開業", "新しいホテルが開業した。"),
        ("공장, 노동자 3천 명 채용", "공장이 노동자를 채용한다."),
    ],
)
def test_a_foreign_text_of_another_matter_does_not(title: str, lead: str) -> None:
    assert join(title, lead) is None


def test_of_a_vietnamese_text_nothing_is_put_into_other_words() -> None:
    assert said_in_vietnamese(DYKE.title, DYKE.lead) is None
    assert said_in_vietnamese("vo de o xa chi minh roi ba con oi", "nuoc ngap het nha, khong ai cuu") is None
    assert said_in_vietnamese("", "") is None
    assert said_in_vietnamese("Dyke breach", "Residents were evacuated on October 3.") == (
        "vỡ đê",
        "người dân sơ tán ngày 3/10",
    )
