"""Need of response: a sum whose parts are told, and what it must never look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.ports import StoryFacts
from core.rules.need import NeedWeights
from indexer.analysis.need import need_of

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
CALM = StoryFacts(
    title="Xã Nghi Dương trao quà cho người cao tuổi",
    lead="Buổi gặp mặt diễn ra ấm áp.",
    band="in",
    match_score=1.0,
    items=1,
    copies=0,
    sources=1,
    reach_tier=1,
    foreign=False,
    social=False,
    views=0,
    first_seen_at=NOW - timedelta(hours=30),
    last_seen_at=NOW - timedelta(hours=30),
)


def score(**changes: object) -> float:
    return need_of(replace(CALM, **changes), NOW, NeedWeights()).score  # type: ignore[arg-type]


def test_the_score_is_the_sum_times_the_locality() -> None:
    need = need_of(replace(CALM, reach_tier=3, views=12_000), NOW, NeedWeights())
    parts = {part.code: part.value for part in need.parts}
    locality = parts.pop("locality")
    assert need.score == pytest.approx(100 * min(1.0, sum(parts.values())) * locality, abs=0.11)
    assert all(part.vi and part.en for part in need.parts)


@pytest.mark.parametrize(
    "changes",
    [
        {"reach_tier": 3},
        {"views": 20_000},
        {"items": 6, "sources": 4},
        {"copies": 3},
        {"title": "Tin vỡ đê ở xã Nghi Dương"},
        {"title": "Trang mạo danh UBND xã thu phí"},
        {"looks_like_false_claim": True},
        {"foreign": True},
        {"lead": "Theo văn bản 12/UBND, 1.200 hộ nhận 2,5 tỷ đồng."},
        {"last_seen_at": NOW},
    ],
)
def test_what_raises_it(changes: dict[str, object]) -> None:
    assert score(**changes) > score()


@pytest.mark.parametrize(
    "title",
    [
        "Dân khiếu nại việc thu hồi đất",
        "Người dân bức xúc vì khoản thu hai lần",
        "Tố cáo cán bộ xã",
        "Bầu cử hội đồng nhân dân xã",
        "Đại hội Đảng bộ xã",
        "Kỷ niệm ngày Quốc khánh",
        "Biểu tình phản đối dự án",
    ],
)
def test_complaint_land_and_calendar_words_never_raise_it(title: str) -> None:
    codes = {part.code for part in need_of(replace(CALM, title=title), NOW, NeedWeights()).parts}
    assert codes.isdisjoint({"hazard", "impersonation"})
    assert score(title=title) == score()


def test_a_doubtful_place_counts_less_and_another_place_hardly() -> None:
    assert (
        score(title="vỡ đê")
        > score(title="vỡ đê", band="check", match_score=0.4)
        > score(title="vỡ đê", band="out", match_score=0)
    )


def test_old_stories_sink() -> None:
    assert score(last_seen_at=NOW - timedelta(days=9)) < score()


def test_it_stays_between_0_and_100() -> None:
    loud = score(
        title="vỡ đê, mạo danh",
        reach_tier=9,
        views=10**9,
        items=900,
        sources=80,
        copies=70,
        foreign=True,
        looks_like_false_claim=True,
    )
    assert 90 < loud <= 100
    assert (
        score(title="", lead="", reach_tier=-3, items=0, sources=0, last_seen_at=NOW - timedelta(days=400))
        >= 0
    )


@pytest.mark.parametrize("text", ["决堤，村民疏散", "A dike breach forced families out", "VO DE roi"])
def test_hazards_are_seen_in_other_languages_and_without_marks(text: str) -> None:
    assert "hazard" in {part.code for part in need_of(replace(CALM, title=text), NOW, NeedWeights()).parts}
