"""Numbers and dates of a foreign sentence as a Vietnamese reader writes them: "3万人" is 30.000 người, "3 октября" ngày 3/10.

Said are those whose form does not say it by itself: scales (万, 억, тыс., milliards, billion), numerals in characters, thousands behind a
comma, months by name or character. A day or month that cannot be is passed over; a year that is not written is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from indexer.analysis.numerals import HAN_DIGITS, SCALES, east_asian, printed, western


class Measure(NamedTuple):
    """Where a number or date stands in the sentence, and its Vietnamese."""

    start: int
    end: int
    vietnamese: str


def measures(sentence: str, language: str) -> list[Measure]:
    """In order, without overlaps; dates stand before numbers. Never raises."""
    found: list[Measure] = []
    for pattern, say in _PATTERNS.get(language, ()):
        for match in pattern.finditer(sentence):
            said = say(match)
            if said and not any(match.start() < one.end and one.start < match.end() for one in found):
                found.append(Measure(match.start(), match.end(), said))
    return sorted(found)


# --- dates ----------------------------------------------------------------------------------------------------------

_ENGLISH = "january february march april may june july august september october november december"
_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
_FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
#: their beginnings: the endings are cases
_RUSSIAN = "январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр"
_NUMBER_OF = {
    name: number
    for names in (_ENGLISH, _SHORT, _FRENCH, _RUSSIAN)
    for number, name in enumerate(names.split(), 1)
} | {"sept": 9}
#: February may have 29: which year is meant is not always written
_LONGEST = (31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ERAS = {"令和": 2018, "平成": 1988}
_HAN = f"[{HAN_DIGITS}十廿]"
#: "3", "3–5"
_DAYS = r"(?<![\d.,/-])(?:(?P<from>\d{1,2})\s?[-–—]\s?)?(?P<d>\d{1,2})"

_EAST_DATE = re.compile(
    rf"(?<![\d{HAN_DIGITS}十])(?:"
    rf"(?P<era>令和|平成)?(?P<y>\d{{1,4}}|{_HAN}{{2,4}})\s?[年년](?:\s?(?P<ymo>\d{{1,2}}|{_HAN}{{1,2}})\s?[月월](?:\s?(?P<yd>\d{{1,2}}|{_HAN}{{1,3}})\s?[日号號일])?)?"
    rf"|(?P<mo>\d{{1,2}}|{_HAN}{{1,2}})\s?[月월](?:\s?(?P<d>\d{{1,2}}|{_HAN}{{1,3}})\s?[日号號일])?"
    r"|(?P<lone>\d{1,2})[日일](?![間间간째本]|\s?동안))"
)
_DOTTED = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<dot>[./-])(?P<mo>\d{1,2})(?P=dot)(?P<d>\d{1,2})(?!\d)"
)
#: with a capital, so that "may 2 people" is no date
_ENGLISH_MONTH = f"(?P<mo>{'|'.join(w for n in (*_ENGLISH.split(), *_SHORT.split(), 'sept') for w in (n.title(), n.upper()))})"
_DAY_FIRST = re.compile(rf"{_DAYS}(?:st|nd|rd|th)?(?: of)? {_ENGLISH_MONTH}\b\.?(?:,? (?P<y>\d{{4}})\b)?")
_MONTH_FIRST = re.compile(
    rf"\b{_ENGLISH_MONTH}\b\.? (?:(?:(?P<from>\d{{1,2}})\s?[-–—]\s?)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]\d)(?:,? (?P<y>\d{{4}})\b)?|(?P<only>\d{{4}})\b)"
)
_FRENCH_MONTH = f"(?P<mo>{'|'.join(_FRENCH.split())})"
_FRENCH_DATE = re.compile(
    rf"(?:{_DAYS}(?:er)?\s|\b(?:en|fin|début|mi-|depuis|dès|de|d['’])\s?){_FRENCH_MONTH}\b(?:\s(?P<y>\d{{4}})\b)?",
    re.IGNORECASE,
)
_RUSSIAN_MONTH = (
    rf"(?P<mo>{'|'.join(_RUSSIAN.replace(' ма ', ' ').split())}|ма(?=[йяе]\b))(?:[аяеуюьй]|ем|ём|ом)?\b"
)
_RUSSIAN_DATE = re.compile(
    rf"(?:{_DAYS}(?:-?го)?\s)?\b{_RUSSIAN_MONTH}(?:\s(?P<y>\d{{4}})(?:\s?(?:года?у?\b|г\.))?)?", re.IGNORECASE
)


def _day(day: int, month: int, year: int, first: int = 0) -> str:
    """As "ngày 3/10/2026" or "tháng 10"; empty for what cannot be."""
    if (
        not (0 <= month < 13 and 0 <= day <= _LONGEST[month])
        or first > day
        or (year and not 1000 <= year < 3000)
    ):
        return ""
    if day:
        return (
            "ngày "
            + (f"{first}–" if first else "")
            + "/".join(str(part) for part in (day, month, year) if part)
        )
    return f"tháng {month}/{year}" if month and year else f"tháng {month}" if month else f"năm {year}"


def _east_date(match: re.Match[str]) -> str:
    part = match.groupdict()
    written = (part["y"], part["mo"] or part["ymo"], part["d"] or part["yd"] or part["lone"])
    values = [None if text is None else east_asian(text.replace("廿", "二十")) for text in written]
    if 0 in values:
        return ""
    year, month, day = (int(value or 0) for value in values)
    return _day(day, month, year + _ERAS.get(part["era"] or "", 0))


def _western_date(match: re.Match[str]) -> str:
    part = match.groupdict()
    month = _NUMBER_OF[part["mo"].lower()]
    year = int(part["y"] or part.get("only") or 0)
    return _day(int(part["d"] or 0), month, year, int(part["from"] or 0)) if part["d"] != "0" else ""


def _dotted(match: re.Match[str]) -> str:
    return _day(int(match["d"]), int(match["mo"]), int(match["y"]))


# --- numbers --------------------------------------------------------------------------------------------------------

#: counters that stand right behind an East Asian number
_COUNTERS = {
    "人": "người", "名": "người", "戸": "hộ", "户": "hộ", "世帯": "hộ", "棟": "ngôi nhà", "ヘクタール": "ha", "公顷": "ha",
    "ドン": "đồng", "越南盾": "đồng", "ドル": "đô la", "美元": "đô la", "円": "yên", "元": "tệ", "キロメートル": "km", "公里": "km",
    "명": "người", "가구": "hộ", "세대": "hộ", "채": "ngôi nhà", "헥타르": "ha", "달러": "đô la", "원": "won", "동": "đồng",
    "킬로미터": "km",
}  # fmt: skip
_COUNTER = f"(?P<counter>{'|'.join(sorted(_COUNTERS, key=len, reverse=True))})"
_MORE = "(?P<more>[多余餘여])?"
_EAST_NUMBER = re.compile(
    rf"(?<![\d.,数數几수{HAN_DIGITS}{SCALES}])(?P<n>\d[\d,.]*(?:\s?[{SCALES}]+(?:\d[\d,.]*|\s\d[\d,.]*(?=\s?[{SCALES}]))?)*|[{HAN_DIGITS}{SCALES}]+)"
    rf"{_MORE}(?![年月日号時时년월일시])(?:\s?{_COUNTER})?"
)
_KOREAN_WORDS = {
    "한": "1", "두": "2", "세": "3", "네": "4", "다섯": "5", "여섯": "6", "일곱": "7", "여덟": "8", "아홉": "9", "열": "10", "열한": "11", "열두": "12", "열세": "13",
    "열네": "14", "열다섯": "15", "스무": "20", "서른": "30", "마흔": "40", "쉰": "50",
    "수십": "hàng chục", "수백": "hàng trăm", "수천": "hàng nghìn", "수만": "hàng vạn",
}  # fmt: skip
_KOREAN_NUMBER = re.compile(
    rf"(?<![가-힣])(?P<n>{'|'.join(sorted(_KOREAN_WORDS, key=len, reverse=True))})\s?{_COUNTER}"
)
_ENGLISH_NUMBER = re.compile(
    r"(?<![\w.,/-])(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![.,/]?\d)(?:[\s-]?(?P<scale>thousand|million|billion|bn|trillion)\b)?",
    re.IGNORECASE,
)
_FRENCH_NUMBER = re.compile(
    r"(?<![\w.,/-])(?P<n>\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d+)?|\d+(?:,\d+)?)\s?(?P<scale>mille|millions?|milliards?)\b",
    re.IGNORECASE,
)
_RUSSIAN_NUMBER = re.compile(
    r"(?<![\w.,/-])(?P<n>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?|\d+(?:,\d+)?)\s?"
    r"(?P<scale>(?:тыс|млн|млрд|трлн)\b\.?|(?:тысяч|миллион|миллиард|триллион)(?:[аиу]|ов|ам|ами|ах|ей|ом)?\b)",
    re.IGNORECASE,
)
_SCALE_OF = {
    "thousand": 3, "million": 6, "billion": 9, "bn": 9, "trillion": 12, "mille": 3, "milliard": 9, "тыс": 3, "млн": 6, "миллион": 6,
    "млрд": 9, "миллиард": 9, "трлн": 12, "триллион": 12,
}  # fmt: skip


def _east_number(match: re.Match[str]) -> str:
    digits, counter = match["n"].rstrip(",. "), match["counter"]
    written = not digits[0].isdecimal()
    # 万一, 百度, 十分: characters of a number that are none, unless they count something or scale another one.
    if not counter and (("," not in digits and digits.isdecimal()) or (written and not _is_scaled(digits))):
        return ""
    value = east_asian(digits)
    if value is None:
        return ""
    return " ".join(
        filter(None, ("hơn" if match["more"] else "", printed(value), _COUNTERS.get(counter or "")))
    )


def _is_scaled(numeral: str) -> bool:
    return numeral[0] in HAN_DIGITS and numeral[-1] in SCALES and len(numeral) > 1


def _korean_number(match: re.Match[str]) -> str:
    return f"{_KOREAN_WORDS[match['n']]} {_COUNTERS[match['counter']]}"


def _western_number(thousands: str, decimal: str) -> Callable[[re.Match[str]], str]:
    def say(match: re.Match[str]) -> str:
        word = (match["scale"] or "").lower()
        if not word and match["n"].isdecimal():
            return ""
        power = next((power for start, power in _SCALE_OF.items() if word.startswith(start)), 0)
        value = western(match["n"], thousands=thousands, decimal=decimal, scale=10**power)
        return "" if value is None else printed(value)

    return say


_Say = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
#: "typhoon No. 9", "台風9号": what is counted through
_NUMBERED = re.compile(
    r"(?:\b(?:No\.?|[Nn]umber|[Nn]uméro|[Nn]o)\s?|[Nn]°\s?|№\s?)(?P<n>\d{1,4})\b(?![.,]\d)|(?<!\d)(?P<after>\d{1,4})(?:号|號|호(?![가-힣]))"
)


def _numbered(match: re.Match[str]) -> str:
    return f"số {int(match['n'] or match['after'])}"


_EAST: list[_Say] = [
    (_DOTTED, _dotted),
    (_EAST_DATE, _east_date),
    (_NUMBERED, _numbered),
    (_EAST_NUMBER, _east_number),
]
_PATTERNS: dict[str, list[_Say]] = {
    "en": [(_NUMBERED, _numbered), (_DAY_FIRST, _western_date), (_MONTH_FIRST, _western_date), (_ENGLISH_NUMBER, _western_number(",", "."))],
    "fr": [(_NUMBERED, _numbered), (_FRENCH_DATE, _western_date), (_FRENCH_NUMBER, _western_number(" \u00a0\u202f.", ","))],
    "ru": [(_NUMBERED, _numbered), (_RUSSIAN_DATE, _western_date), (_RUSSIAN_NUMBER, _western_number(" \u00a0\u202f", ","))],
    "zh": _EAST,
    "ja": _EAST,
    "ko": [(_KOREAN_NUMBER, _korean_number), *_EAST],
}  # fmt: skip
