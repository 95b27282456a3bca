"""Recipients on the left, signer on the right, on one page with the last paragraph (Annex I, ô 7 and 9b)."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.wordxml import Element, paragraph, row, run, table
from core.queries.official_page import RECIPIENTS, OfficialPage


def _recipients(page: OfficialPage) -> list[Element]:
    made = [paragraph([run(RECIPIENTS, layout.RECIPIENTS_TITLE_PT, bold=True, italic=True)], keep_next=True)]
    return made + [paragraph([run(text, layout.RECIPIENTS_PT)], keep_next=True) for text in page.recipients]


def _signer(page: OfficialPage) -> list[Element]:
    made = [
        paragraph([run(text, layout.SIGNER_PT, bold=True)], align="center", keep_next=True)
        for text in page.authority
    ]
    made.append(
        paragraph(
            [run(page.signer, layout.SIGNER_NAME_PT, bold=True)] if page.signer else [],
            align="center",
            before_pt=layout.SIGNATURE_ROOM_PT,
            mark_pt=layout.SIGNER_NAME_PT,
        )
    )
    return made


def signature(page: OfficialPage) -> list[Element]:
    """One row that no page break can split; a name that nobody has given yet leaves its room."""
    widths = [layout.SIGNATURE_LEFT_MM, layout.SIGNATURE_RIGHT_MM]
    made = table(widths)
    made.append(row(widths, [_recipients(page), _signer(page)]))
    gap = paragraph([], before_pt=layout.SIGNATURE_BEFORE_PT, mark_pt=1.0, keep_next=True)
    return [gap, made]
