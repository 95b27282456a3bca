"""When a source, or everything, was not watched: periods out of readings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: when it began, and whether the source answered."""

    at: datetime
    good: bool


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when; the end may be the end of what is looked at."""

    begun: datetime
    over: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasted."""
        return self.over - self.begun


def failing_periods(readings: Sequence[Reading], end: datetime) -> list[Period]:
    """From each first failed reading to the next good one, or to ``end``. Readings are in order."""
    found, begun = [], None
    for reading in readings:
        if not reading.good:
            begun = begun or reading.at
        elif begun is not None:
            found.append(Period(begun, reading.at))
            begun = None
    if begun is not None:
        found.append(Period(begun, max(begun, end)))
    return found


def unread_periods(
    moments: Sequence[datetime], start: datetime, end: datetime, longest: timedelta
) -> list[Period]:
    """The gaps without any reading that are longer than ``longest``, between ``start`` and ``end``."""
    edges = [start, *sorted(moment for moment in moments if start <= moment < end), end]
    return [Period(earlier, later) for earlier, later in pairwise(edges) if later - earlier > longest]
