"""The type's name with its abstract, or the addressees of an official letter."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.metrics import bold_width_mm, wrap_bold
from alerts.documents.wordxml import Element, paragraph, rule, run
from core.queries.official_page import OfficialPage


def title(page: OfficialPage) -> list[Element]:
    """Capitals, abstract and rule of a named type (Annex I, ô 5a); empty for an official letter."""
    if not page.title:
        return []
    made = [
        paragraph(
            [run(page.title, layout.TITLE_PT, bold=True)], align="center", before_pt=layout.TITLE_BEFORE_PT
        )
    ]
    if page.subject:
        made.append(paragraph([run(page.subject, layout.ABSTRACT_PT, bold=True)], align="center"))
        broken = wrap_bold(page.subject, layout.ABSTRACT_PT, layout.TEXT_WIDTH_MM)
        longest = max(bold_width_mm(text, layout.ABSTRACT_PT) for text in broken)
        length = min(longest, layout.TEXT_WIDTH_MM) * layout.ABSTRACT_RULE_RATIO
        made.append(rule(length, layout.TEXT_WIDTH_MM, after_pt=layout.RULE_AFTER_PT))
    return made


def salutation(page: OfficialPage) -> list[Element]:
    """The line "Kính gửi:" with its one name, or with the list below (Annex I, ô 9a). Empty without addressees."""
    if not page.salutation:
        return []
    size = layout.SALUTATION_PT
    made = [
        paragraph(
            [run(page.salutation, size)],
            left_mm=layout.SALUTATION_INDENT_MM,
            before_pt=layout.SALUTATION_BEFORE_PT,
            after_pt=layout.PARAGRAPH_GAP_PT,
            keep_next=True,
        )
    ]
    for position, words in enumerate(page.addressees, 1):
        made.append(
            paragraph(
                [run(words, size)],
                left_mm=layout.SALUTATION_INDENT_MM + 10 * layout.FIRST_LINE_CM,
                after_pt=layout.PARAGRAPH_GAP_PT if position == len(page.addressees) else 0.0,
                keep_next=True,
            )
        )
    return made
