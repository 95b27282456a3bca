from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.rules.network_health import Reach, network_down
from core.rules.polling import back_off, interval, jitter

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAST, MOST = timedelta(minutes=15), timedelta(hours=6)


def learned(gap: timedelta, number: int = 10, **others: bool) -> timedelta:
    moments = [NOW - n * gap for n in range(number)]
    return interval(moments, HOUR, fixed=others.get("fixed", False), least=LEAST, most=MOST)


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (timedelta(minutes=10), LEAST),
        (timedelta(hours=1), timedelta(minutes=30)),
        (timedelta(hours=4), timedelta(hours=2)),
        (timedelta(days=1), MOST),
        (timedelta(days=30), MOST),
    ],
)
def test_the_interval_follows_the_source_within_its_bounds(gap: timedelta, expected: timedelta) -> None:
    assert learned(gap) == expected
    assert learned(gap, fixed=True) == HOUR, "staff's word wins"
    assert learned(gap, number=4) == HOUR, "too little is known"


def test_a_source_that_always_has_something_is_read_faster_each_time() -> None:
    step, moments, steps = HOUR, [NOW], []
    for _ in range(40):
        moments.append(moments[-1] + step)
        step = interval(moments[-10:], HOUR, fixed=False, least=LEAST, most=MOST)
        steps.append(step)
    assert steps[-1] == LEAST
    assert steps == sorted(steps, reverse=True)


def test_waits_double_with_jitter_and_end_at_a_day() -> None:
    waits = [back_off("bao-a", n, HOUR) for n in range(1, 15)]
    for number, wait in enumerate(waits):
        planned = min(timedelta(hours=24), HOUR * 2**number)
        assert planned * 0.75 <= wait <= planned
    assert waits == [back_off("bao-a", n, HOUR) for n in range(1, 15)], "the same every time it is asked"
    assert back_off("bao-a", 10**6, HOUR) <= timedelta(hours=24)
    spread = {round(jitter(f"nguon-{n}", 1), 2) for n in range(200)}
    assert len(spread) > 20, "sources that failed together do not come back together"


def reach(host: str, code: str, minutes: int = 0) -> Reach:
    return Reach(host, NOW - timedelta(minutes=minutes), code)


@pytest.mark.parametrize(
    ("readings", "down"),
    [
        ([], False),
        ([reach("a", "dns"), reach("b", "timeout")], False),
        ([reach("a", "dns"), reach("b", "timeout"), reach("c", "unreachable")], True),
        ([reach("a", "dns"), reach("a", "dns"), reach("a", "dns")], False),
        ([reach("a", "dns"), reach("b", "dns"), reach("c", "dns"), reach("d", "")], False),
        ([reach("a", "dns"), reach("b", "dns"), reach("c", "dns"), reach("d", "", 40)], True),
        ([reach("a", "http_404"), reach("b", "http_404"), reach("c", "http_404")], False),
        (
            [
                reach("a", "dns"),
                reach("b", "dns"),
                reach("c", "dns"),
                reach("d", "dns"),
                reach("e", "http_404"),
            ],
            True,
        ),
    ],
)
def test_the_network_is_gone_when_no_host_can_be_reached(readings: list[Reach], down: bool) -> None:
    assert (network_down(readings) is not None) == down
