"""Clocks A–D of domain.md §2: when they run out. Working days are counted in Viet Nam's time.

Public holidays are those of Article 112 of the Labour Code: New Year, Lunar New Year (five days), the Hùng Kings (10th day of the
third lunar month), 30 April, 1 May, 2 September and a day beside it. The lunar dates and the days off in lieu of 2026 and 2027
were computed from the lunar calendar and not compared with the yearly government notice; a wrong one moves clock D by a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.clock import VIETNAM
from core.rules.profiles import LegalProfile
from core.rules.vocabulary import DeadlineKind

#: days on which offices rest, besides Saturdays and Sundays
HOLIDAYS: frozenset[date] = frozenset(
    {
        date(2026, 1, 1),
        # Lunar New Year, Bính Ngọ: the first day is 17/02/2026
        date(2026, 2, 16),
        date(2026, 2, 17),
        date(2026, 2, 18),
        date(2026, 2, 19),
        date(2026, 2, 20),
        # Hùng Kings: Sunday 26/04/2026, the Monday in lieu
        date(2026, 4, 26),
        date(2026, 4, 27),
        date(2026, 4, 30),
        date(2026, 5, 1),
        date(2026, 9, 1),
        date(2026, 9, 2),
        date(2027, 1, 1),
        # Lunar New Year, Đinh Mùi: the first day is Saturday 06/02/2027
        date(2027, 2, 5),
        date(2027, 2, 6),
        date(2027, 2, 7),
        date(2027, 2, 8),
        date(2027, 2, 9),
        date(2027, 2, 10),
        date(2027, 2, 11),
        # Hùng Kings
        date(2027, 4, 16),
        date(2027, 4, 30),
        # 1 May is a Saturday, the Monday in lieu
        date(2027, 5, 1),
        date(2027, 5, 3),
        date(2027, 9, 2),
        date(2027, 9, 3),
    }
)


@dataclass(frozen=True, slots=True)
class Due:
    """A clock: when it started, when it runs out (UTC), and the words of its basis."""

    kind: DeadlineKind
    starts_at: datetime
    due_at: datetime
    basis: str
    verified: bool


def is_working_day(day: date) -> bool:
    """False on Saturdays, Sundays and public holidays."""
    return day.weekday() < 5 and day not in HOLIDAYS


def add_working_days(start: datetime, days: int) -> datetime:
    """The end (24:00, Viet Nam) of the ``days``-th working day after the day of ``start``; the day of receipt is not counted."""
    if start.tzinfo is None:
        raise ValueError("add_working_days needs an aware datetime")
    day = start.astimezone(VIETNAM).date()
    left = days
    while left > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            left -= 1
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=VIETNAM)
    return end.astimezone(start.tzinfo)


def clock(kind: DeadlineKind, starts_at: datetime, profile: LegalProfile) -> Due:
    """The clock of a kind from ``starts_at`` by the legal profile. Raises KeyError when the profile lacks the term."""
    term = profile.terms[kind]
    due = (
        starts_at + timedelta(hours=term.hours)
        if term.hours
        else add_working_days(starts_at, term.working_days)
    )
    return Due(kind, starts_at, due, term.basis.text, term.basis.verified)
