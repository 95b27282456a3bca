"""When something was published, as Vietnamese outlets write it.

feedparser and htmldate read ``ICT`` and zone-less times as UTC, which is seven hours wrong for Viet Nam, do not know
``GMT+7``, and take 02/03 for February (reliability.md §0.7, data.md §5). This reader comes before them. Times without a zone
are ``Asia/Ho_Chi_Minh``; a date more than one day ahead of ``now`` or before 1995 is not believed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from core.clock import VIETNAM

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)


class Reading(NamedTuple):
    """A moment in UTC (None when the text gave none that can be believed), whether a time of day was given, and a warning."""

    at: datetime | None
    has_time: bool = False
    warning: str = ""


NOTHING = Reading(None)

_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "ICT": 7, "VN": 7,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2, "BST": 1, "MSK": 3, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_LABEL = re.compile(
    r"\b(?:cập nhật(?: lúc)?|đăng lúc|đăng ngày|ngày đăng|xuất bản|thời gian|published|updated|posted|on|lúc|vào)\b\s*:?",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s+nhật|t[2-7](?=\s*,)|cn(?=\s*,)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?)\b\s*,?\s*",
    re.I,
)
_TIME = re.compile(
    r"(?<![\d/.-])(?P<h>\d{1,2})\s*(?::|h|g|giờ)\s*(?P<m>\d{2})?(?:\s*(?::|phút|p)\s*(?P<s>\d{2}(?:\.\d{1,9})?)?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?|SA|CH|sáng|chiều|tối)?(?![\d/])"
)
_ZONE = re.compile(
    r"(?:\b(?:GMT|UTC)\s*)?\(?(?:\b(?:GMT|UTC)\s*)?(?P<sign>[+-])\s*(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?\)?\s*$|\(?\b(?P<name>Z|[A-Z]{2,4})\)?\s*$"
)
_ISO = re.compile(
    r"^(?P<y>\d{4})-(?P<mo>\d{1,2})-(?P<d>\d{1,2})(?:[T\s]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?|\(?(?:GMT|UTC)\s*[+-]?\s*\d{0,2}(?::?\d{2})?\)?|[A-Z]{2,4})?\s*$"
)
_DMY = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s*(?P<sep>[/.\-])\s*(?P<b>\d{1,2})\s*(?P=sep)\s*(?P<y>\d{4}|\d{2})(?!\d)"
)
_YMD = re.compile(r"(?<!\d)(?P<y>\d{4})\s*[/.\-]\s*(?P<mo>\d{1,2})\s*[/.\-]\s*(?P<d>\d{1,2})(?!\d)")
_WORDS = re.compile(r"(?:ngày\s+)?(?P<d>\d{1,2})\s+tháng\s+(?P<mo>\d{1,2})\s*(?:,|năm)?\s*(?P<y>\d{4})", re.I)
_CJK = re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<mo>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]")
_NAMED = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s\-]+(?P<mo>[A-Za-z]{3,9})\.?,?[\s\-]+(?P<y>\d{4}|\d{2})(?!\d)"
)
_ASCTIME = re.compile(
    r"\b(?P<mo>[A-Za-z]{3})\s+(?P<d>\d{1,2})\s+(?=\d{1,2}:\d{2}).{4,20}?\s(?P<y>(?:19|20)\d{2})$"
)
_NAMED_US = re.compile(r"\b(?P<mo>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)")

_AGO = re.compile(
    r"(?P<n>\d{1,4}|vài|một|hai|ba)\s*(?P<unit>giây|phút|giờ|tiếng|ngày|hôm|tuần|tháng|năm|seconds?|minutes?|mins?|hours?|days?|weeks?)"
    r"\s*(?:trước|ago)\b",
    re.I,
)
_DAY_WORD = re.compile(r"\b(?P<word>hôm nay|hôm qua|hôm kia|today|yesterday)\b", re.I)
_JUST = re.compile(r"\b(?:vừa xong|vừa đăng|mới đây|just now)\b", re.I)
_COUNT = {"vài": 3, "một": 1, "hai": 2, "ba": 3}
_UNIT = {
    "giây": 1, "second": 1, "phút": 60, "minute": 60, "min": 60, "giờ": 3600, "tiếng": 3600, "hour": 3600,
    "ngày": 86400, "hôm": 86400, "day": 86400, "tuần": 604800, "week": 604800, "tháng": 2592000, "năm": 31536000,
}  # fmt: skip


def read_date(text: str, now: datetime) -> Reading:
    """The moment a short text names, by any spelling seen in Vietnamese and foreign outlets.

    ``now`` is aware; relative phrases count from it, and it decides what is too far ahead. Never raises.
    """
    text = " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFC", text[:200])).split())
    if not text:
        return NOTHING
    try:
        return _believed(_read(text, now), now)
    except (ValueError, OverflowError):
        return Reading(None, warning="date_impossible")


def _believed(found: Reading, now: datetime) -> Reading:
    if found.at is None:
        return found
    if found.at > now + AHEAD:
        return Reading(None, warning="date_in_future")
    if found.at < EARLIEST:
        return Reading(None, warning="date_too_old")
    return found


def _read(text: str, now: datetime) -> Reading:
    if iso := _ISO.match(text):
        zone = _zone_of(iso["zone"] or "") or VIETNAM
        clock = (int(iso["h"] or 0), int(iso["m"] or 0), int(iso["s"] or 0))
        return _build(int(iso["y"]), int(iso["mo"]), int(iso["d"]), clock if iso["h"] else None, zone)
    if text.isdigit() and len(text) in {10, 13}:
        return Reading(datetime.fromtimestamp(int(text[:10]), UTC), True)
    relative = _relative(text, now)
    if relative is not None:
        return relative
    rest = _WEEKDAY.sub(" ", _LABEL.sub(" ", text))
    return _absolute(rest, now)


def _relative(text: str, now: datetime) -> Reading | None:
    if ago := _AGO.search(text):
        count = _COUNT.get(ago["n"].lower()) or int(ago["n"])
        unit = ago["unit"].lower()
        seconds = _UNIT.get(unit) or _UNIT[unit.rstrip("s")]
        return Reading((now - timedelta(seconds=count * seconds)).astimezone(UTC), seconds < 86400)
    if word := _DAY_WORD.search(text):
        back = {"hôm nay": 0, "today": 0, "hôm qua": 1, "yesterday": 1, "hôm kia": 2}[word["word"].lower()]
        day = now.astimezone(VIETNAM).date() - timedelta(days=back)
        clock = _clock(text)
        return _build(day.year, day.month, day.day, clock, VIETNAM)
    if _JUST.search(text):
        return Reading(now.astimezone(UTC), True)
    return None


def _absolute(text: str, now: datetime) -> Reading:
    day, span = _day(text, now)
    if day is None:
        return NOTHING
    # Cut the date out before looking for the time: "22-11-2026 08:15" must not give "26 08:15".
    rest = text[: span[0]] + " | " + text[span[1] :]
    clock = _clock(rest)
    at = _TIME.search(rest)
    zone = _zone_in(rest[at.end() :]) if clock and at else None
    return _build(day.year, day.month, day.day, clock, zone or VIETNAM)


def _day(text: str, now: datetime) -> tuple[date | None, tuple[int, int]]:
    for pattern in (_WORDS, _CJK, _YMD):
        if found := pattern.search(text):
            return date(int(found["y"]), int(found["mo"]), int(found["d"])), found.span()
    if found := _DMY.search(text):
        return _ordered(found, text, now), found.span()
    if (found := _ASCTIME.search(text)) and (month := _MONTHS.get(found["mo"].lower())):
        # The time stands inside: hand back only the month's span so that it is still seen.
        return date(int(found["y"]), month, int(found["d"])), (found.start("mo"), found.end("d"))
    for pattern in (_NAMED, _NAMED_US):
        for found in pattern.finditer(text):
            if month := _MONTHS.get(found["mo"].lower()):
                return date(_year(found["y"]), month, int(found["d"])), found.span()
    return None, (0, 0)


def _ordered(found: re.Match[str], text: str, now: datetime) -> date:
    """Day first, as in Viet Nam; month first where only that is a date, or where .NET's US form shows itself.

    ``8/6/2026 4:23:00 PM`` (no leading zeros, seconds and AM/PM) is the default of servers set to US English.
    """
    first, second, year = int(found["a"]), int(found["b"]), _year(found["y"])
    us_form = (
        found["sep"] == "/"
        and re.search(r"\d:\d{2}:\d{2}\s*[AP]M", text, re.I) is not None
        and not found["a"].startswith("0")
        and not found["b"].startswith("0")
    )
    if second > 12 >= first or (us_form and first <= 12):
        return date(year, first, second)
    day_first = date(year, second, first)
    latest = (now + AHEAD).astimezone(VIETNAM).date()
    if day_first > latest and first <= 12 and second <= 12 and date(year, first, second) <= latest:
        return date(year, first, second)
    return day_first


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits) if int(digits) < 70 else 1900 + int(digits)


def _clock(text: str) -> tuple[int, int, int] | None:
    for found in _TIME.finditer(text):
        hour, minute, second = int(found["h"]), int(found["m"] or 0), int(float(found["s"] or 0))
        half = (found["half"] or "").lower().replace(".", "")
        if half in {"pm", "ch", "chiều", "tối"} and hour < 12:
            hour += 12
        elif half in {"am", "sa"} and hour == 12:
            hour = 0
        if hour < 24 and minute < 60 and second < 60:
            return hour, minute, second
        raise ValueError("no such time of day")
    return None


def _zone_in(text: str) -> tzinfo | None:
    found = _ZONE.search(text.rstrip(" .|,"))
    return _zone_of(found[0]) if found else None


def _zone_of(text: str) -> tzinfo | None:
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


def _build(year: int, month: int, day: int, clock: tuple[int, int, int] | None, zone: tzinfo) -> Reading:
    hour, minute, second = clock or (0, 0, 0)
    at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return Reading(at.astimezone(UTC), clock is not None)
