from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.rules.source_health import SourceFacts, silent_after, source_health

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GOOD = SourceFacts(
    enabled=True,
    crashes=0,
    failures=0,
    last_outcome="seen",
    last_run_at=NOW,
    last_success_at=NOW,
    last_new_item_at=NOW - timedelta(hours=5),
    created_at=NOW - timedelta(days=90),
)


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        (GOOD, "working", "Đang đọc tốt"),
        (replace(GOOD, enabled=False), "disabled", "Đã tắt"),
        (replace(GOOD, enabled=False, crashes=3), "disabled", "ba lần"),
        (replace(GOOD, last_run_at=None), "new", "Chưa đọc"),
        (replace(GOOD, failures=1, error_vi="Trang trả lời 404."), "failing", "Trang trả lời 404."),
        (replace(GOOD, failures=4), "failing", "4 lần liên tiếp"),
        (replace(GOOD, last_outcome="empty"), "empty", "không có bài"),
        (replace(GOOD, last_new_item_at=NOW - timedelta(days=15)), "silent", "15 ngày"),
        (replace(GOOD, last_new_item_at=None, created_at=NOW - timedelta(days=13)), "working", "chưa có tin"),
        (replace(GOOD, last_new_item_at=None, created_at=NOW - timedelta(days=20)), "silent", "20 ngày"),
    ],
)
def test_state_and_sentence(facts: SourceFacts, state: str, words: str) -> None:
    health = source_health(facts, NOW)
    assert (health.state, words in health.vi) == (state, True)
    assert health.en
    assert health.en != health.vi


def test_silence_is_measured_by_the_usual_gap() -> None:
    daily = [NOW - timedelta(days=n) for n in range(10)]
    weekly = [NOW - timedelta(days=7 * n) for n in range(10)]
    assert silent_after(daily) == timedelta(days=4)
    assert silent_after(weekly) == timedelta(days=28)
    assert silent_after([NOW - timedelta(minutes=n) for n in range(20)]) == timedelta(days=3)
    assert silent_after(daily[:4]) == timedelta(days=14)
