from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.rules.blind_spots import Period, Reading, failing_periods, unread_periods

T = datetime(2026, 11, 16, tzinfo=UTC)


def at(hours: float) -> datetime:
    return T + timedelta(hours=hours)


def test_failing_lasts_from_the_first_failure_to_the_next_good_reading() -> None:
    readings = [
        Reading(at(h), good) for h, good in ((0, True), (1, False), (2, False), (5, True), (6, False))
    ]
    assert failing_periods(readings, at(10)) == [Period(at(1), at(5)), Period(at(6), at(10))]
    assert failing_periods([Reading(at(1), True)], at(10)) == []
    assert failing_periods([Reading(at(12), False)], at(10)) == [Period(at(12), at(12))], (
        "never ends before it begins"
    )


def test_gaps_are_counted_to_both_ends() -> None:
    day = timedelta(hours=24)
    assert unread_periods([at(1), at(30), at(31)], at(0), at(60), day) == [
        Period(at(1), at(30)),
        Period(at(31), at(60)),
    ]
    assert unread_periods([at(h) for h in range(0, 60, 6)], at(0), at(60), day) == []
    assert unread_periods([], at(0), at(60), day) == [Period(at(0), at(60))]
    assert unread_periods([at(-5), at(99)], at(0), at(20), day) == []
