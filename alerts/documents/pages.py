"""Paper, margins and page numbers (Annex I part I): A4, number centred in the top margin, none on a first page."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

from alerts.documents import layout
from alerts.documents.wordxml import Element, element, mm, paragraph, run_properties


def _field(instruction: str, size_pt: float) -> list[Element]:
    """A field as three runs, with a number to show until the reader counts."""
    made = []
    for kind in ("begin", "instruction", "separate", "shown", "end"):
        piece = element("r")
        piece.append(run_properties(size_pt))
        if kind == "instruction":
            text = element("instrText")
            text.text = f" {instruction} "
            text.set(qn("xml:space"), "preserve")
            piece.append(text)
        elif kind == "shown":
            text = element("t")
            text.text = "2"
            piece.append(text)
        else:
            piece.append(element("fldChar", fldCharType=kind))
        made.append(piece)
    return made


def _fill(header: Any, content: Element) -> None:
    """The header's one paragraph."""
    root = header._element  # noqa: SLF001
    for child in list(root):
        root.remove(child)
    root.append(content)


def lay_out(document: Any) -> Element:
    """Give the document's section its paper, margins and headers; returns its ``sectPr``."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    for header in (section.header, section.first_page_header):
        header.is_linked_to_previous = False
    _fill(section.header, paragraph(_field("PAGE", layout.PAGE_NUMBER_PT), align="center"))
    _fill(section.first_page_header, paragraph([], align="center", mark_pt=layout.PAGE_NUMBER_PT))
    properties = section._sectPr  # noqa: SLF001
    for child in list(properties):
        if child.tag != qn("w:headerReference"):
            properties.remove(child)
    properties.append(element("type", val="nextPage"))
    properties.append(
        element("pgSz", w=mm(layout.PAGE_WIDTH_MM), h=mm(layout.PAGE_HEIGHT_MM), orient="portrait")
    )
    properties.append(
        element(
            "pgMar",
            top=mm(layout.MARGIN_TOP_MM),
            right=mm(layout.MARGIN_RIGHT_MM),
            bottom=mm(layout.MARGIN_BOTTOM_MM),
            left=mm(layout.MARGIN_LEFT_MM),
            header=mm(layout.PAGE_NUMBER_FROM_EDGE_MM),
            footer=mm(layout.PAGE_NUMBER_FROM_EDGE_MM),
            gutter="0",
        )
    )
    properties.append(element("pgNumType", fmt="decimal", start="1"))
    properties.append(element("titlePg"))
    return properties


def section_break(properties: Element) -> Element:
    """A point-high paragraph that ends a section of this form; the next one counts its own pages from 1."""
    from copy import deepcopy

    made = paragraph([], mark_pt=1.0)
    made[0].append(deepcopy(properties))
    return made
