"""The time of day and the zone inside a short text, as Vietnamese outlets write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple


class Reading(NamedTuple):
    """A moment in UTC (None when the text gave none that can be believed), whether a time of day was given, and a warning.

    ``year_guessed`` is the one warning that comes with a moment.
    """

    at: datetime | None
    has_time: bool = False
    warning: str = ""


NOTHING = Reading(None)

_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "ICT": 7, "VN": 7,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2, "BST": 1, "MSK": 3, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11,
}  # fmt: skip

TIME = re.compile(
    r"(?<![\d/.-])(?P<h>\d{1,2})\s*(?::|giờ|h|g)\s*(?P<m>\d{2}|\d(?=\s*phút))?'?(?:\s*(?::|phút|p)\s*(?P<s>\d{2}(?:\.\d{1,9})?)?(?!\s*/))?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?|SA|CH|sáng|trưa|chiều|tối|đêm)?(?![\d/])"
)
_ZONE = re.compile(
    r"(?:\b(?:GMT|UTC)\s*)?\(?(?:\b(?:GMT|UTC)\s*)?(?P<sign>[+-])\s*(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?\)?\s*$|\(?\b(?P<name>Z|[A-Z]{2,4})\)?\s*$"
)


def clock_in(text: str) -> tuple[int, int, int] | None:
    """Hour, minute, second of the first time of day. Raises ValueError when it is none that exists (``25:61``)."""
    for found in TIME.finditer(text):
        hour, minute, second = int(found["h"]), int(found["m"] or 0), int(float(found["s"] or 0))
        hour = _in_half(hour, (found["half"] or "").lower().replace(".", ""))
        if hour < 24 and minute < 60 and second < 60:
            return hour, minute, second
        raise ValueError("no such time of day")
    return None


def _in_half(hour: int, half: str) -> int:
    """The hour of a 24-hour clock: ``2 giờ chiều`` is 14, ``11 giờ đêm`` is 23, ``1 giờ đêm`` is 1."""
    if hour > 12 or not half:
        return hour
    if half in {"am", "sa", "sáng"}:
        return hour % 12 if hour == 12 else hour
    if half == "đêm":
        return hour + 12 if 6 <= hour < 12 else hour % 12
    if half == "trưa":
        return hour + 12 if hour < 4 else hour
    return hour + 12 if hour < 12 else hour


def zone_in(text: str) -> tzinfo | None:
    """The zone at the end of a text, if it names one."""
    found = _ZONE.search(text.rstrip(" .|,"))
    return zone_of(found[0]) if found else None


def zone_of(text: str) -> tzinfo | None:
    """The zone a text stands for: ``+07``, ``GMT+7``, ``ICT``. Raises ValueError when no place on Earth has it."""
    text = text.strip(" ()")
    if not text:
        return None
    if found := re.search(r"(?P<sign>[+-])\s*(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?$", text):
        shift = timedelta(hours=int(found["h"]), minutes=int(found["m"] or 0))
        if shift > timedelta(hours=14):
            raise ValueError("no such zone")
        return timezone(-shift if found["sign"] == "-" else shift)
    if found := re.search(r"^(?:GMT|UTC)\s*(\d{1,2})$", text):
        return timezone(timedelta(hours=int(found[1])))
    hours = _ZONES.get(text.upper())
    return timezone(timedelta(hours=hours)) if hours is not None else None


def moment(
    year: int, month: int, day: int, clock: tuple[int, int, int] | None, zone: tzinfo, warning: str = ""
) -> Reading:
    """A reading from its parts. Raises ValueError or OverflowError when there is no such moment."""
    hour, minute, second = clock or (0, 0, 0)
    at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return Reading(at.astimezone(UTC), clock is not None, warning)
