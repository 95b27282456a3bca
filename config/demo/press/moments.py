"""Moments of the sample press: written relative to the demo's today, resolved to aware UTC times.

``day -21 19:58`` is a Vietnam wall-clock time 21 days before today; ``live +40s`` or ``live +2m`` counts from the
moment when the demo stops replaying the past and runs at the speed of the person who watches.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from core.clock import VIETNAM

_DAY = re.compile(r"day ([+-]?\d{1,3}) (\d{2}):(\d{2})")
_LIVE = re.compile(r"live \+(\d{1,4})([sm])")
_TOKEN = re.compile(r"\[\[(ngay|thu|thang|en|zh) (-?\d{1,3})\]\]")

WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Moment(BaseModel):
    """A point in the demo's time: either a day offset with a Vietnam time, or seconds after the live part begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: int = 0
    at: time = time(0, 0)
    live_seconds: int | None = None

    def resolve(self, today: date, live_from: datetime | None) -> datetime | None:
        """The aware UTC time; None for a live moment while the live part has not begun."""
        if self.live_seconds is not None:
            return None if live_from is None else live_from + timedelta(seconds=self.live_seconds)
        local = datetime.combine(today + timedelta(days=self.day), self.at, tzinfo=VIETNAM)
        return local.astimezone(UTC)


def parse_moment(text: object) -> object:
    """``day -21 19:58`` or ``live +2m`` as a :class:`Moment`. Raises ValueError for any other writing."""
    if not isinstance(text, str):
        return text
    if day := _DAY.fullmatch(text):
        return Moment(day=int(day[1]), at=time(int(day[2]), int(day[3])))
    if live := _LIVE.fullmatch(text):
        return Moment(live_seconds=int(live[1]) * (60 if live[2] == "m" else 1))
    raise ValueError(f"not a moment: {text!r} (write 'day -21 19:58' or 'live +2m')")


MomentField = Annotated[Moment, BeforeValidator(parse_moment)]


def fill_dates(text: str, today: date) -> str:
    """Replace date marks such as ``[[ngay -21]]`` (2/11), ``[[thu -21]]``, ``[[thang -60]]``, ``[[en -3]]``, ``[[zh -3]]``."""

    def one(match: re.Match[str]) -> str:
        day = today + timedelta(days=int(match[2]))
        match match[1]:
            case "ngay":
                return f"{day.day}/{day.month}"
            case "thu":
                return WEEKDAYS_VI[day.weekday()]
            case "thang":
                return str(day.month)
            case "en":
                return f"{day.day} {MONTHS_EN[day.month - 1]}"
            case _:
                return f"{day.month}月{day.day}日"

    return _TOKEN.sub(one, text)
