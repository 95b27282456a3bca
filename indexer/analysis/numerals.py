"""The value of a number as foreign papers write it, and how a Vietnamese paper prints it. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

#: Chinese and Japanese digits; 两 is the "two" that counts.
HAN_DIGITS = "〇零一二三四五六七八九两"
_DIGIT = {char: max(0, place - 1) for place, char in enumerate(HAN_DIGITS[:-1])} | {"两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000, "십": 10, "백": 100, "천": 1000}
_LARGE = {
    "万": 10**4,
    "萬": 10**4,
    "만": 10**4,
    "亿": 10**8,
    "億": 10**8,
    "억": 10**8,
    "兆": 10**12,
    "조": 10**12,
}
#: what multiplies what stands before it
SCALES = "".join((*_SMALL, *_LARGE))
#: No population, budget or area of a paper is larger; what is, is a telephone or account number.
_LIMIT = Decimal(10) ** 16


def east_asian(text: str) -> Decimal | None:
    """Of "3万5千", "1억 2천만", "三百二十", "二〇二六", "12,000"; None for what is no number."""
    total, section, number = Decimal(0), Decimal(0), ""
    for char in text.replace(",", "").replace(" ", ""):
        if char in _DIGIT:
            number += str(_DIGIT[char])
        elif char.isdecimal() or char == ".":
            number += char if char == "." else str(int(char))
        elif char in _SMALL:
            section += (_plain(number) if number else Decimal(1)) * _SMALL[char]
            number = ""
        elif char in _LARGE:
            whole = section + (_plain(number) if number else Decimal(0))
            total += (whole or Decimal(1)) * _LARGE[char]
            section, number = Decimal(0), ""
        else:
            return None
    value = total + section + (_plain(number) if number else Decimal(0))
    return value if text and value < _LIMIT else None


def western(digits: str, *, thousands: str, decimal: str, scale: int = 1) -> Decimal | None:
    """Of "1,200.5" with the marks of its language, times ``scale``; None for what is no number."""
    for mark in thousands:
        digits = digits.replace(mark, "")
    value = _plain(digits.replace(decimal, ".")) * scale
    return value if value < _LIMIT else None


def _plain(digits: str) -> Decimal:
    try:
        value = Decimal(digits)
    except InvalidOperation:
        return _LIMIT
    return value if len(digits) <= 18 else _LIMIT


def printed(value: Decimal) -> str:
    """As "30.000", "1,2 triệu", "3 tỷ": round ones of a million and more by their word."""
    for scale, word in ((10**9, "tỷ"), (10**6, "triệu")):
        short = value / scale
        if short >= 1 and short == round(short, 3):
            return f"{_grouped(short)} {word}"
    return _grouped(value)


def _grouped(value: Decimal) -> str:
    return f"{value.normalize():,f}".translate({ord(","): ".", ord("."): ","})
