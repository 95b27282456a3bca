"""When something was published, as Vietnamese outlets write it.

feedparser and htmldate read ``ICT`` and zone-less times as UTC, which is seven hours wrong for Viet Nam, do not know
``GMT+7``, and take 02/03 for February (reliability.md §0.7, data.md §5). This reader comes before them. Times without a zone
are ``Asia/Ho_Chi_Minh``; a date more than one day ahead of ``now`` or before 1995 is not believed. A day without a year
(``sáng 12/9``) is the latest such day that has come, and says so with ``year_guessed``.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

from core.clock import VIETNAM
from crawlers.parsers.day_times import NOTHING, TIME, Reading, clock_in, moment, zone_in, zone_of
from crawlers.parsers.relative_dates import relative

__all__ = ["NOTHING", "Reading", "read_date"]

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january janv janvier янв января январь", "feb february févr févier février фев февр февраля февраль", "mar march mars мар марта март",
         "apr april avr avril апр апреля апрель", "may mai мая май", "jun june juin июн июня июнь", "jul july juil juillet июл июля июль",
         "aug august août авг августа август", "sep sept september septembre сен сент сентября сентябрь", "oct october octobre окт октября октябрь",
         "nov november novembre ноя нояб ноября ноябрь", "dec december déc décembre дек декабря декабрь"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH_WORDS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
    "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip

_LABEL = re.compile(
    r"\b(?:cập nhật(?: lúc)?|đăng lúc|đăng ngày|ngày đăng|xuất bản|thời gian|published|updated|posted|on|lúc|vào)\b\s*:?",
    re.I,
)
_WEEKDAY = re.compile(
    r"\b(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s+nhật|t[2-7](?=\s*,)|cn(?=\s*,)|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?)\b\s*,?\s*",
    re.I,
)
_ISO = re.compile(
    r"^(?P<y>\d{4})-(?P<mo>\d{1,2})-(?P<d>\d{1,2})(?:[T\s]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?|\(?(?:GMT|UTC)\s*[+-]?\s*\d{0,2}(?::?\d{2})?\)?|[A-Z]{2,4})?\s*$"
)
_COMPACT = re.compile(
    r"^(?P<y>(?:19|20)\d{2})(?P<mo>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?$"
)
_DMY = re.compile(
    r"(?<!\d)(?P<a>\d{1,2})\s*(?P<sep>[/.\-])\s*(?P<b>\d{1,2})\s*(?P=sep)\s*(?P<y>\d{4}|\d{2})(?!\d)"
)
_YMD = re.compile(r"(?<!\d)(?P<y>\d{4})\s*[/.\-]\s*(?P<mo>\d{1,2})\s*[/.\-]\s*(?P<d>\d{1,2})(?!\d)")
_WORDS = re.compile(
    r"(?P<ngay>ngày\s+)?(?:(?:mùng|mồng)\s+)?(?P<d>\d{1,2})\s*(?:tháng|thg\.?|th\.?)\s*"
    r"(?P<mo>\d{1,2}(?!\d)|mười một|mười hai|mười|một|giêng|hai|ba|tư|bốn|năm|sáu|bảy|bẩy|tám|chín|chạp)"
    r"(?:\s*(?:,|/|năm)?\s*(?P<y>\d{4}))?\b",
    re.I,
)
_CJK = re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<mo>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]")
_NAMED = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er)?[\s\-]+(?P<mo>[^\W\d_]{3,9})\.?,?[\s\-]+(?P<y>\d{4}|\d{2})(?!\d)"
)
_ASCTIME = re.compile(
    r"\b(?P<mo>[A-Za-z]{3})\s+(?P<d>\d{1,2})\s+(?=\d{1,2}:\d{2}).{4,20}?\s(?P<y>(?:19|20)\d{2})$"
)
_NAMED_US = re.compile(r"\b(?P<mo>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})(?!\d)")
#: A day without a year is one only after a word that says so, or beside a time of day: 24/7 and 2-1 are no dates.
_CUED = re.compile(
    r"\b(?:sáng|trưa|chiều|tối|đêm|ngày|hôm)\s+(?P<d>\d{1,2})\s*[/-]\s*(?P<mo>\d{1,2})(?![\d/.-])", re.I
)
_BARE = re.compile(r"(?<![\d/.-])(?P<d>\d{1,2})/(?P<mo>\d{1,2})(?![\d/.-])")


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
    if text.isdigit() and len(text) in {10, 13}:
        return Reading(datetime.fromtimestamp(int(text[:10]), UTC), True)
    if iso := _ISO.match(text) or _COMPACT.match(text):
        zone = zone_of(iso["zone"] or "") or VIETNAM
        clock = (int(iso["h"] or 0), int(iso["m"] or 0), int(iso["s"] or 0))
        return moment(int(iso["y"]), int(iso["mo"]), int(iso["d"]), clock if iso["h"] else None, zone)
    told = relative(text, now)
    if told is not None:
        return told
    return _absolute(_WEEKDAY.sub(" ", _LABEL.sub(" ", text)), now)


def _absolute(text: str, now: datetime) -> Reading:
    day, span = _day(text, now)
    warning = ""
    if day is None:
        day, span = _day_without_year(text, now)
        warning = "year_guessed"
    if day is None:
        return NOTHING
    # Cut the date out before looking for the time: "22-11-2026 08:15" must not give "26 08:15".
    rest = text[: span[0]] + " | " + text[span[1] :]
    clock = clock_in(rest)
    at = TIME.search(rest)
    zone = zone_in(rest[at.end() :]) if clock and at else None
    return moment(day.year, day.month, day.day, clock, zone or VIETNAM, warning)


def _day(text: str, now: datetime) -> tuple[date | None, tuple[int, int]]:
    for found in _WORDS.finditer(text):
        if found["y"]:
            return date(int(found["y"]), _month(found["mo"]), int(found["d"])), found.span()
    for pattern in (_CJK, _YMD):
        if seen := pattern.search(text):
            return date(int(seen["y"]), int(seen["mo"]), int(seen["d"])), seen.span()
    if seen := _DMY.search(text):
        return _ordered(seen, text, now), seen.span()
    if (seen := _ASCTIME.search(text)) and (month := _MONTHS.get(seen["mo"].lower())):
        # The time stands inside: hand back only the month's span so that it is still seen.
        return date(int(seen["y"]), month, int(seen["d"])), (seen.start("mo"), seen.end("d"))
    for pattern in (_NAMED, _NAMED_US):
        for seen in pattern.finditer(text):
            if month := _MONTHS.get(seen["mo"].lower()):
                return date(_year(seen["y"]), month, int(seen["d"])), seen.span()
    return None, (0, 0)


def _day_without_year(text: str, now: datetime) -> tuple[date | None, tuple[int, int]]:
    found = _CUED.search(text)
    if found is None:
        found = next((word for word in _WORDS.finditer(text) if word["ngay"]), None)
    if found is None and TIME.search(text):
        found = _BARE.search(text)
    if found is None:
        return None, (0, 0)
    latest = (now + AHEAD).astimezone(VIETNAM).date()
    day, month = int(found["d"]), _month(found["mo"])
    # The part of the day ("tối 12/9") is left in for the time beside it.
    span = (found.start("d"), found.end())
    this_year = date(latest.year, month, day)
    return this_year if this_year <= latest else date(latest.year - 1, month, day), span


def _month(word: str) -> int:
    return int(word) if word.isdigit() else _MONTH_WORDS[word.lower()]


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
