"""ISO weeks as offices count them: Monday 00:00 to Monday 00:00 in Viet Nam."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from core.clock import VIETNAM
from core.errors import Invalid

_FORM = re.compile(r"(20\d{2})-W(\d{2})", re.ASCII)


def week_of(moment: datetime) -> str:
    """The ISO week of an aware moment, in Viet Nam: "2026-W38"."""
    year, week, _ = moment.astimezone(VIETNAM).isocalendar()
    return f"{year}-W{week:02d}"


def span_of(week: str) -> tuple[datetime, datetime]:
    """First moment of the week and of the next one, in UTC. Raises :class:`Invalid` for what is no ISO week."""
    found = _FORM.fullmatch(week)
    try:
        if found is None:
            raise ValueError(week)
        monday = date.fromisocalendar(int(found.group(1)), int(found.group(2)), 1)
        start = datetime.combine(monday, time.min, tzinfo=VIETNAM)
        return start.astimezone(UTC), (start + timedelta(days=7)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            f"“{week[:20]}” không phải một tuần. Viết năm và số tuần, ví dụ 2026-W38.",
            f'"{week[:20]}" is not a week. Write year and week, such as 2026-W38.',
            fields={"week": "Viết năm và số tuần, ví dụ 2026-W38."},
        ) from None


def week_before(week: str) -> str:
    """The ISO week before one. Raises :class:`Invalid` for what is no ISO week."""
    return week_of(span_of(week)[0] - timedelta(days=1))


def number_of(week: str) -> int:
    """38 of "2026-W38"."""
    return int(week[-2:])
