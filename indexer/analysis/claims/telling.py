"""Which shared names and figures are worth showing: those that tell one claim from another, not what half of all texts hold.

Nothing here changes a score; it is about what an officer reads beside a suggestion. Left out are months and weekdays, single words that
are the half of a country's name ("Nhật" of "Nhật Bản" or "Chủ nhật"), parts of dates ("ngày 6 tháng 11" is no 6), and, among what both hold,
bare numbers of one digit. Where only one of the two holds a number, a small one tells much ("2 người" beside "6 người") and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.text.normalise import fold
from indexer.analysis.claims.figures import figures

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
]
_DAYS = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
]
#: single words out of the names of countries and of days; the whole name ("Nhật Bản") is another thing
_HALVES = [
    "nhat",
    "han",
    "trung",
    "quoc",
    "viet",
    "nam",
    "my",
    "phap",
    "duc",
    "nga",
    "uc",
    "thai",
    "lao",
    "ban",
]
_EMPTY = frozenset([*_MONTHS, *_DAYS, *_HALVES])
_VI_TIME = re.compile(r"(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|thang (?:\d{1,2}|[a-z]+(?: [a-z]+)?))")

_NUMBER = r"\d{1,2}"
_MONTH_WORDS = "|".join(sorted((one for one in _MONTHS), key=len, reverse=True))
_DATE = re.compile(
    rf"(?:ngày|mùng|mồng)\s+{_NUMBER}(?:\s+tháng\s+{_NUMBER})?(?:,?\s+năm\s+\d{{4}})?"
    rf"|tháng\s+{_NUMBER}(?:,?\s+năm\s+\d{{4}}|/\d{{4}})?"
    rf"|(?:năm|quý)\s+\d{{1,4}}"
    rf"|\b(?:{_MONTH_WORDS})\.?\s+(?:\d{{4}}|{_NUMBER}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)\b"
    rf"|{_NUMBER}(?:st|nd|rd|th)?\s+(?:{_MONTH_WORDS})\b(?:\s+\d{{4}})?"
    rf"|\d{{1,4}}\s*[年月日号號]",
    re.IGNORECASE,
)


def told_names(shown: Iterable[str]) -> tuple[str, ...]:
    """Names that are more than a month, a weekday or half a country; sorted."""
    return tuple(sorted(name for name in shown if not _is_empty(name)))


def _is_empty(name: str) -> bool:
    folded = fold(name)
    return folded in _EMPTY or _VI_TIME.fullmatch(folded) is not None


def date_parts(text: str) -> frozenset[str]:
    """Figures of the text that stand in it only as parts of dates."""
    inside = frozenset[str]().union(*(figures(match.group()) for match in _DATE.finditer(text)))
    return inside - figures(_DATE.sub(" ", text)) if inside else inside


def both_hold(found: Iterable[str]) -> tuple[str, ...]:
    """Of figures that both texts hold, those that tell something: no bare number of one digit."""
    return tuple(sorted(one for one in found if not (one.isdigit() and len(one) == 1)))
