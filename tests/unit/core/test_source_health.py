from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.rules.source_failures import NETWORK, SOFT, is_hard, sentences
from core.rules.source_health import SourceFacts, silent_after, source_health
from crawlers.failures import REASONS

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
        (
            replace(GOOD, failures=1, code="http_404", error_vi="Trang trả lời 404."),
            "failing",
            "Trang trả lời 404.",
        ),
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
    assert silent_after(daily) == timedelta(hours=36)
    assert silent_after(weekly) == timedelta(days=10.5)
    assert silent_after([NOW - timedelta(minutes=n) for n in range(20)]) == timedelta(hours=18), (
        "a night passes"
    )
    assert silent_after(daily[:4]) == timedelta(days=14), "too little is known"
    assert silent_after(daily, timedelta(days=5)) == timedelta(days=5), "staff's word wins"


def test_a_weekend_is_usual_and_one_long_holiday_is_not() -> None:
    work_days = [
        NOW - timedelta(days=n, hours=h)
        for n in range(28)
        for h in (3, 8)
        if (NOW - timedelta(days=n)).weekday() < 5
    ]
    friday_to_monday = timedelta(hours=67)
    assert silent_after(work_days) == friday_to_monday * 1.5
    holiday = [
        moment for moment in work_days if not NOW - timedelta(days=20) < moment < NOW - timedelta(days=9)
    ]
    assert silent_after(holiday) == friday_to_monday * 1.5


@pytest.mark.parametrize(
    ("facts", "words", "advice", "ask"),
    [
        (
            {"code": "timeout", "error_vi": "Quá chậm. Chờ."},
            "Một lần không đọc được",
            "Chưa cần làm gì",
            False,
        ),
        ({"code": "timeout", "failures": 3}, "3 lần liên tiếp", "Mở địa chỉ bằng trình duyệt", True),
        (
            {"code": "dns", "failures": 2, "failing_since": NOW - timedelta(hours=25)},
            "lần",
            "trình duyệt",
            True,
        ),
        (
            {"code": "http_404", "hard_failures": 1, "error_vi": "Mất. Sửa lại nguồn."},
            "Mất.",
            "Sửa lại nguồn.",
            False,
        ),
        (
            {"code": "http_404", "hard_failures": 2, "error_vi": "Mất. Sửa lại nguồn."},
            "Mất.",
            "Sửa lại nguồn.",
            True,
        ),
        ({"code": "login_redirect", "error_vi": "X. Y."}, "Bị chuyển sang trang đăng nhập", "Y.", False),
        ({"code": "http_403", "error_vi": "X. Y."}, "Bị từ chối", "Y.", False),
        (
            {"code": "http_404", "failures": 6, "stopped": True},
            "sau 6 lần hỏng liền nhau",
            "mỗi ngày một lần",
            True,
        ),
    ],
)
def test_soft_failures_wait_quietly_and_hard_ones_ask(
    facts: dict[str, Any], words: str, advice: str, ask: bool
) -> None:
    values: dict[str, Any] = {"failures": 1, "error_en": "What. To do."} | facts
    health = source_health(replace(GOOD, **values), NOW)
    assert (words in health.vi, advice in health.advice_vi, health.ask) == (True, True, ask), health
    assert health.vi.count(". ") == 0, "one sentence"
    assert bool(health.advice_en) == bool(health.advice_vi)


def test_a_soft_failure_is_a_state_only_when_it_lasts() -> None:
    once = replace(
        GOOD,
        failures=1,
        code="timeout",
        error_vi="Máy chủ không trả lời trong 30 giây. Máy thử lại.",
        error_en="No answer within 30 seconds. It is tried again.",
        next_due_at=NOW + timedelta(minutes=30),
        failing_since=NOW,
    )
    health = source_health(once, NOW)
    assert (health.state, health.retrying, health.ask) == ("working", True, False)
    assert health.vi == (
        "Một lần không đọc được, lúc 07:00 23/11/2026 (Máy chủ không trả lời trong 30 giây); sẽ thử lại lúc 07:30 23/11/2026."
    )
    assert health.en == (
        "Once it could not be read, at 07:00 23/11/2026 (No answer within 30 seconds); it is tried again at 07:30 23/11/2026."
    )
    assert "ở lượt đọc tới" in source_health(replace(once, next_due_at=NOW), NOW).vi
    twice = source_health(replace(once, failures=2), NOW)
    assert (twice.state, twice.retrying) == ("working", True) and twice.vi.startswith("Hai lần")
    for lasting in (
        {"failures": 3},
        {"failures": 2, "failing_since": NOW - timedelta(hours=25)},
        {"hard_failures": 1},
        {"code": "http_404", "hard_failures": 1},
        # One that was never read has nothing to go back to.
        {"last_success_at": None},
    ):
        health = source_health(replace(once, **lasting), NOW)
        assert (health.state, health.retrying) == ("failing", False), lasting
    # A silence that was there before is not hidden by it.
    silent = replace(once, last_new_item_at=NOW - timedelta(days=15))
    assert source_health(silent, NOW).state == "silent"


def test_time_in_which_nobody_watched_is_no_silence() -> None:
    facts = replace(GOOD, last_new_item_at=NOW - timedelta(days=20), last_fresh_at=NOW - timedelta(days=20))
    assert source_health(facts, NOW).state == "silent"
    assert source_health(replace(facts, last_success_at=NOW - timedelta(days=10)), NOW).state == "working"


def test_what_comes_only_with_old_dates_is_silence() -> None:
    facts = replace(GOOD, last_fresh_at=NOW - timedelta(days=16))
    assert "ngày cũ" in source_health(facts, NOW).vi
    assert source_health(replace(facts, last_fresh_at=NOW - timedelta(days=13)), NOW).state == "working"


def test_every_reason_of_the_crawler_is_one_sentence_and_something_to_do() -> None:
    for code, reason in REASONS.items():
        for text in (reason.vi, reason.en):
            what, advice = sentences(text)
            assert what, code
            assert advice, f"{code}: {text}"
    assert not is_hard("http_503")
    assert is_hard("http_404")
    assert is_hard("a code that somebody adds later")
    known = set(REASONS) | {"", "http_408", "http_425", "robots_unreachable", "crawler_died", "interrupted"}
    assert SOFT >= NETWORK
    assert known >= SOFT
