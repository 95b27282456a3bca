"""The head of a document: agencies, state name and motto, number, place and date, "V/v" of a letter, urgency stamp."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.metrics import bold_width_mm, wrap_bold
from alerts.documents.printable import line, lines
from alerts.documents.stamp import stamp
from alerts.documents.wordxml import Element, paragraph, row, rule, run, table
from core.clock import VIETNAM
from core.ports import OfficialDocument

STATE_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
_COMMITTEE = "ỦY BAN NHÂN DÂN "


def number_text(document: OfficialDocument) -> str:
    """The line "Số: 05/TC-UBND": a number below ten gets its zero, a draft leaves room for the clerk's number."""
    number = line(document.number)
    if number.isascii() and number.isdigit():
        number = f"{int(number):02d}"
    if "/" in number:
        # the clerk gave number and code in one
        return f"Số: {number}"
    return f"Số: {number or '     '}/{line(document.code).lstrip('/')}"


def date_words(document: OfficialDocument) -> str:
    """Words such as "ngày 05 tháng 02 năm 2026": a zero before days below 10 and months 1 and 2; blanks on a draft.

    The day is the day in Viet Nam.
    """
    if document.issued_on is None:
        return "ngày    tháng    năm"
    day = document.issued_on.astimezone(VIETNAM).date()
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def agency_lines(agency: str) -> list[str]:
    """The issuing agency in capitals, broken as offices break it: "ỦY BAN NHÂN DÂN" / "XÃ CHÍ MINH"."""
    size, width = layout.AGENCY_PT, layout.HEAD_LEFT_MM - layout.HEAD_GUTTER_MM
    found: list[str] = []
    for part in lines(agency):
        words = part.upper()
        if bold_width_mm(words, size) > width and words.startswith(_COMMITTEE):
            found += [_COMMITTEE.strip(), *wrap_bold(words.removeprefix(_COMMITTEE), size, width)]
        else:
            found += wrap_bold(words, size, width)
    return found


def _left(document: OfficialDocument) -> list[Element]:
    made = [
        paragraph([run(text.upper(), layout.SUPERIOR_PT)], align="center")
        for text in lines(document.superior)
    ]
    agency = agency_lines(document.agency)
    made += [paragraph([run(text, layout.AGENCY_PT, bold=True)], align="center") for text in agency]
    longest = max((bold_width_mm(text, layout.AGENCY_PT) for text in agency), default=0.0)
    length = min(longest, layout.HEAD_LEFT_MM) * layout.AGENCY_RULE_RATIO
    made.append(rule(length, layout.HEAD_LEFT_MM, after_pt=layout.RULE_AFTER_PT))
    made.append(paragraph([run(number_text(document), layout.NUMBER_PT)], align="center"))
    if not line(document.title):
        made.append(
            paragraph(
                [run(letter_subject(document.subject), layout.LETTER_SUBJECT_PT)],
                align="center",
                before_pt=layout.LETTER_SUBJECT_BEFORE_PT,
            )
        )
    if line(document.urgency):
        made += stamp(document.urgency)
    return made


def letter_subject(subject: str) -> str:
    """The abstract of an official letter, which begins with "V/v"."""
    text = line(subject).rstrip(" .;")
    return text if text.casefold().startswith("v/v") else f"V/v {text}"


def _right(document: OfficialDocument) -> list[Element]:
    length = bold_width_mm(MOTTO, layout.MOTTO_PT) * layout.MOTTO_RULE_RATIO
    place = line(document.place)
    where = f"{place}, {date_words(document)}" if place else date_words(document)
    return [
        paragraph([run(STATE_NAME, layout.STATE_NAME_PT, bold=True)], align="center"),
        paragraph([run(MOTTO, layout.MOTTO_PT, bold=True)], align="center"),
        rule(length, layout.HEAD_RIGHT_MM, after_pt=layout.RULE_AFTER_PT),
        paragraph([run(where, layout.PLACE_DATE_PT, italic=True)], align="center"),
    ]


def head(document: OfficialDocument) -> list[Element]:
    """The two-column head without borders (Annex I, ô 1, 2, 3, 4, 5b, 10b)."""
    widths = [layout.HEAD_LEFT_MM, layout.HEAD_RIGHT_MM]
    made = table(widths)
    made.append(row(widths, [_left(document), _right(document)]))
    return [made]
