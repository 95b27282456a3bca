"""Bars for each day, this week beside the week before, as the numbers of an SVG; nothing is measured in a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, BASE, TOP = 420, 150, 124, 16
_STEP, _BAR = 60, 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: two bars from the base line up, and the words under and above them."""

    label: str
    this: int
    before: int
    x_before: int
    x_this: int
    x_label: int
    h_before: int
    h_this: int

    @property
    def y_before(self) -> int:
        """The top of last week's bar."""
        return BASE - self.h_before

    @property
    def y_this(self) -> int:
        """The top of this week's bar."""
        return BASE - self.h_this


def bars(days: Sequence[dict[str, Any]]) -> list[Bar]:
    """The bars of seven days; the highest of both weeks fills the height."""
    most = max((max(int(day["this"]), int(day["before"])) for day in days), default=0) or 1
    height = BASE - TOP

    def high(value: int) -> int:
        return round(value * height / most)

    return [
        Bar(
            label=str(day["label"]),
            this=int(day["this"]),
            before=int(day["before"]),
            x_before=6 + number * _STEP,
            x_this=28 + number * _STEP,
            x_label=27 + number * _STEP,
            h_before=high(int(day["before"])),
            h_this=high(int(day["this"])),
        )
        for number, day in enumerate(days)
    ]


def words(days: Sequence[dict[str, Any]]) -> str:
    """The chart as a sentence, for those who do not see it."""
    parts = ", ".join(f"{day['label']} {day['this']} (tuần trước {day['before']})" for day in days)
    return f"Số tin mỗi ngày: {parts}"


def meters(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """(name, number, length of 100) of horizontal bars."""
    most = max((int(row["this"]) for row in rows), default=0) or 1
    return [(str(row["label"]), int(row["this"]), round(int(row["this"]) * 100 / most)) for row in rows]
