"""Bases and paragraphs of the text (Annex I part II.6)."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.wordxml import Element, paragraph, run
from core.queries.official_page import OfficialPage


def _paragraph(text: str, size_pt: float, *, italic: bool = False, keep_next: bool = False) -> Element:
    return paragraph(
        [run(text, size_pt, italic=italic)],
        align="both",
        before_pt=0.0,
        after_pt=layout.PARAGRAPH_GAP_PT,
        spacing=layout.LINE_SPACING,
        first_line_cm=layout.FIRST_LINE_CM,
        keep_next=keep_next,
    )


def bases(page: OfficialPage) -> list[Element]:
    """Legal bases, italic, a line each."""
    return [_paragraph(text, layout.BASIS_PT, italic=True) for text in page.bases]


def body(page: OfficialPage) -> list[Element]:
    """The text, a paragraph for each group of sentences; its last paragraph stays with the signature."""
    last = len(page.paragraphs)
    return [
        _paragraph(" ".join(piece.text for piece in group), layout.BODY_PT, keep_next=position == last)
        for position, group in enumerate(page.paragraphs, 1)
    ]


def heading(text: str) -> Element:
    """A part's heading: capitals, bold, kept with what follows."""
    return paragraph(
        [run(text.upper(), layout.HEADING_PT, bold=True)],
        align="both",
        before_pt=layout.PARAGRAPH_GAP_PT,
        after_pt=layout.PARAGRAPH_GAP_PT,
        spacing=layout.LINE_SPACING,
        first_line_cm=layout.FIRST_LINE_CM,
        keep_next=True,
    )


def text_paragraph(text: str) -> Element:
    """A justified paragraph of the body's form, for the annex."""
    return _paragraph(text, layout.BODY_PT)
