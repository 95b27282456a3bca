"""The meter of Việc hôm nay: what is done shortens the way, what is left over 20 is another day's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.queries.today import Board


def day(done: int, waiting: int) -> Board:
    return Board(datetime(2026, 9, 13, tzinfo=UTC), (), (), (), done, waiting, 0, (), (), ())


@pytest.mark.parametrize(
    ("done", "waiting", "goal", "left"),
    [
        (0, 0, 0, 0),
        (0, 7, 7, 7),
        (0, 45, 20, 20),
        (2, 43, 20, 18),
        (3, 4, 7, 4),
        (20, 25, 20, 0),
        (23, 22, 20, 0),
    ],
)
def test_the_goal_stands_and_the_minutes_fall(done: int, waiting: int, goal: int, left: int) -> None:
    board = day(done, waiting)
    assert (board.goal, board.left, board.minutes_left) == (goal, left, left)
