"""Bases and paragraphs of the text (Annex I part II.6)."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.printable import line, sentence_end
from alerts.documents.wordxml import Element, paragraph, run
from core.ports import OfficialDocument


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


def bases(document: OfficialDocument) -> list[Element]:
    """Legal bases, italic, a line each, ";" after each and "." after the last."""
    kept = [text for basis in document.bases if (text := line(basis))]
    return [
        _paragraph(sentence_end(text, "." if position == len(kept) else ";"), layout.BASIS_PT, italic=True)
        for position, text in enumerate(kept, 1)
    ]


def body(document: OfficialDocument) -> list[Element]:
    """The text, a paragraph for each group of sentences; "./." closes it, and its last paragraph stays with the signature."""
    texts = [" ".join(filter(None, (line(one.text) for one in group))) for group in document.paragraphs]
    texts = [text for text in texts if text]
    made = [_paragraph(text, layout.BODY_PT) for text in texts[:-1]]
    if texts:
        made.append(_paragraph(sentence_end(texts[-1], "./."), layout.BODY_PT, keep_next=True))
    return made


def heading(text: str) -> Element:
    """A part's heading: capitals, bold, kept with what follows."""
    return paragraph(
        [run(line(text).upper(), layout.HEADING_PT, bold=True)],
        align="both",
        before_pt=layout.PARAGRAPH_GAP_PT,
        after_pt=layout.PARAGRAPH_GAP_PT,
        spacing=layout.LINE_SPACING,
        first_line_cm=layout.FIRST_LINE_CM,
        keep_next=True,
    )


def text_paragraph(text: str) -> Element:
    """A justified paragraph of the body's form, for the annex."""
    return _paragraph(line(text), layout.BODY_PT)
