"""``5 phút trước``, ``hôm qua, 21:30``, ``tối qua``: moments told from the time the page was read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from core.clock import VIETNAM
from crawlers.parsers.day_times import Reading, clock_in, moment

_UNITS = (
    r"(?:giây|phút|giờ|tiếng|ngày|hôm|tuần|tháng|năm|seconds?|minutes?|mins?|hours?|days?|weeks?|months?)"
)
_NUMBER = r"(?:\d{1,4}|vài|nửa|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|an?)"
_SPAN = rf"(?P<n>{_NUMBER})\s*(?P<unit>{_UNITS})(?:\s*(?P<n2>\d{{1,2}})\s*(?P<unit2>phút|giờ|minutes?))?"
_AGO = re.compile(
    rf"\b{_SPAN}\s*(?:trước|ago)\b|\bcách đây\s+(?:khoảng\s+)?{_SPAN.replace('?P<', '?P<c_')}\b", re.I
)
_DAY_WORD = re.compile(
    r"\b(?:(?:sáng|trưa|chiều|tối|đêm)\s+(?P<part>nay|qua)|(?P<word>hôm nay|hôm qua|hôm kia|today|yesterday))\b",
    re.I,
)
_BACK = {"nay": 0, "hôm nay": 0, "today": 0, "qua": 1, "hôm qua": 1, "yesterday": 1, "hôm kia": 2}
_JUST = re.compile(r"\b(?:vừa xong|vừa đăng|mới đây|just now)\b", re.I)
_COUNT = {
    "vài": 3.0, "nửa": 0.5, "a": 1.0, "an": 1.0, "một": 1.0, "hai": 2.0, "ba": 3.0, "bốn": 4.0, "năm": 5.0, "sáu": 6.0, "bảy": 7.0,
    "tám": 8.0, "chín": 9.0, "mười": 10.0,
}  # fmt: skip
_SECONDS = {
    "giây": 1, "second": 1, "phút": 60, "minute": 60, "min": 60, "giờ": 3600, "tiếng": 3600, "hour": 3600, "ngày": 86400,
    "hôm": 86400, "day": 86400, "tuần": 604800, "week": 604800, "tháng": 2592000, "month": 2592000, "năm": 31536000,
}  # fmt: skip


def relative(text: str, now: datetime) -> Reading | None:
    """The moment a relative phrase names, counted from ``now`` (aware); None when the text holds no such phrase.

    Days and longer give a day, not a time of day. Raises ValueError for an impossible time of day.
    """
    if ago := _AGO.search(text):
        found = {name.removeprefix("c_"): value for name, value in ago.groupdict().items() if value}
        unit = _seconds(found["unit"])
        back = _number(found["n"]) * unit
        if "n2" in found:
            back += _number(found["n2"]) * _seconds(found["unit2"])
        return Reading((now - timedelta(seconds=back)).astimezone(UTC), unit < 86400)
    if word := _DAY_WORD.search(text):
        back_days = _BACK[(word["part"] or word["word"]).lower()]
        day = now.astimezone(VIETNAM).date() - timedelta(days=back_days)
        return moment(day.year, day.month, day.day, clock_in(text), VIETNAM)
    if _JUST.search(text):
        return Reading(now.astimezone(UTC), True)
    return None


def _number(word: str) -> float:
    return float(word) if word.isdigit() else _COUNT[word.lower()]


def _seconds(unit: str) -> int:
    unit = unit.lower()
    return _SECONDS.get(unit) or _SECONDS[unit.rstrip("s")]
