"""The head of a document: agencies, state name and motto, number, place and date, "V/v" of a letter, urgency stamp."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.metrics import bold_width_mm, wrap_bold
from alerts.documents.stamp import stamp
from alerts.documents.wordxml import Element, paragraph, row, rule, run, table
from core.queries.official_page import MOTTO, STATE_NAME, OfficialPage


def _agency_lines(page: OfficialPage) -> list[str]:
    """The issuing agency in lines that fit its column; one that does not is broken where offices break it first."""
    size, width = layout.AGENCY_PT, layout.HEAD_LEFT_MM - layout.HEAD_GUTTER_MM
    found: list[str] = []
    for parts in page.agency:
        whole = " ".join(parts)
        for part in parts if bold_width_mm(whole, size) > width else (whole,):
            found += wrap_bold(part, size, width)
    return found


def _left(page: OfficialPage) -> list[Element]:
    made = [paragraph([run(text, layout.SUPERIOR_PT)], align="center") for text in page.superior]
    agency = _agency_lines(page)
    made += [paragraph([run(text, layout.AGENCY_PT, bold=True)], align="center") for text in agency]
    longest = max((bold_width_mm(text, layout.AGENCY_PT) for text in agency), default=0.0)
    length = min(longest, layout.HEAD_LEFT_MM) * layout.AGENCY_RULE_RATIO
    made.append(rule(length, layout.HEAD_LEFT_MM, after_pt=layout.RULE_AFTER_PT))
    made.append(paragraph([run(page.number, layout.NUMBER_PT)], align="center"))
    if page.letter_subject:
        made.append(
            paragraph(
                [run(page.letter_subject, layout.LETTER_SUBJECT_PT)],
                align="center",
                before_pt=layout.LETTER_SUBJECT_BEFORE_PT,
            )
        )
    if page.urgency:
        made += stamp(page.urgency)
    return made


def _right(page: OfficialPage) -> list[Element]:
    length = bold_width_mm(MOTTO, layout.MOTTO_PT) * layout.MOTTO_RULE_RATIO
    return [
        paragraph([run(STATE_NAME, layout.STATE_NAME_PT, bold=True)], align="center"),
        paragraph([run(MOTTO, layout.MOTTO_PT, bold=True)], align="center"),
        rule(length, layout.HEAD_RIGHT_MM, after_pt=layout.RULE_AFTER_PT),
        paragraph([run(page.place_date, layout.PLACE_DATE_PT, italic=True)], align="center"),
    ]


def head(page: OfficialPage) -> list[Element]:
    """The two-column head without borders (Annex I, ô 1, 2, 3, 4, 5b, 10b)."""
    widths = [layout.HEAD_LEFT_MM, layout.HEAD_RIGHT_MM]
    made = table(widths)
    made.append(row(widths, [_left(page), _right(page)]))
    return [made]
