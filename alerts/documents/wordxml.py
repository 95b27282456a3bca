"""The few pieces of WordprocessingML that the official form is made of: runs, paragraphs, rules, tables.

Functions return elements that the caller appends. Lengths come in points or millimetres and are written in the file's units
(twentieths of a point, half points, eighths of a point).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from alerts.documents import layout

Align = Literal["left", "center", "right", "both"]
Element = Any
_TWIPS_PER_MM = 1440 / 25.4


def mm(length: float) -> str:
    """Millimetres in twentieths of a point."""
    return str(round(length * _TWIPS_PER_MM))


def pt(length: float) -> str:
    """Points in twentieths of a point."""
    return str(round(length * 20))


def element(tag: str, /, **attributes: str) -> Element:
    """An element of the ``w:`` namespace; ``val="x"`` becomes ``w:val``."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def run_properties(
    size_pt: float, *, bold: bool = False, italic: bool = False, ink: str | None = None
) -> Element:
    """Font, weight, slant, colour, size. Every run names its font for every script, so that no theme can replace it."""
    made = element("rPr")
    font = layout.FONT
    made.append(element("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font))
    if bold:
        made.extend([element("b"), element("bCs")])
    if italic:
        made.extend([element("i"), element("iCs")])
    made.append(element("color", val=ink or layout.INK))
    half_points = str(round(size_pt * 2))
    made.extend([element("sz", val=half_points), element("szCs", val=half_points)])
    return made


def run(
    text: str, size_pt: float, *, bold: bool = False, italic: bool = False, ink: str | None = None
) -> Element:
    """One run of text, blanks kept."""
    made = element("r")
    made.append(run_properties(size_pt, bold=bold, italic=italic, ink=ink))
    body = element("t")
    body.text = text
    body.set(qn("xml:space"), "preserve")
    made.append(body)
    return made


def paragraph(
    runs: Iterable[Element],
    *,
    align: Align = "left",
    before_pt: float = 0.0,
    after_pt: float = 0.0,
    spacing: float | None = None,
    first_line_cm: float = 0.0,
    left_mm: float = 0.0,
    right_mm: float = 0.0,
    keep_next: bool = False,
    mark_pt: float | None = None,
) -> Element:
    """A paragraph. ``spacing`` is in lines (single by default); ``mark_pt`` sizes an empty one."""
    made = element("p")
    properties = element("pPr")
    if keep_next:
        properties.append(element("keepNext"))
    properties.append(element("widowControl"))
    lines = layout.SINGLE_SPACING if spacing is None else spacing
    properties.append(
        element(
            "spacing", before=pt(before_pt), after=pt(after_pt), line=str(round(lines * 240)), lineRule="auto"
        )
    )
    if first_line_cm or left_mm or right_mm:
        indents = {"left": mm(left_mm), "right": mm(right_mm)}
        if first_line_cm:
            indents["firstLine"] = mm(first_line_cm * 10)
        properties.append(element("ind", **indents))
    properties.append(element("jc", val=align))
    if mark_pt is not None:
        properties.append(run_properties(mark_pt))
    made.append(properties)
    made.extend(list(runs))
    return made


def rule(length_mm: float, column_mm: float, *, after_pt: float = 0.0) -> Element:
    """A plain rule of this length, centred in its column: the lower border of a paragraph two points high."""
    made = paragraph([], align="center", mark_pt=1.0)
    properties = made[0]
    side = max(0.0, (column_mm - length_mm) / 2)
    spacing = properties.find(qn("w:spacing"))
    spacing.set(qn("w:after"), pt(after_pt))
    spacing.set(qn("w:line"), pt(layout.RULE_LINE_PT))
    spacing.set(qn("w:lineRule"), "exact")
    borders = element("pBdr")
    borders.append(
        element("bottom", val="single", sz=str(round(layout.RULE_PT * 8)), space="0", color=layout.INK)
    )
    spacing.addprevious(borders)
    spacing.addnext(element("ind", left=mm(side), right=mm(side)))
    return made


def table(
    widths_mm: Sequence[float],
    *,
    border_pt: float = 0.0,
    cell_mm: float = 0.0,
    ink: str | None = None,
    align: Literal["left", "center"] = "left",
) -> Element:
    """An empty table of fixed column widths; no border by default."""
    made = element("tbl")
    properties = element("tblPr")
    properties.append(element("tblW", w=mm(sum(widths_mm)), type="dxa"))
    properties.append(element("jc", val=align))
    properties.append(element("tblInd", w="0", type="dxa"))
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        if border_pt:
            borders.append(
                element(side, val="single", sz=str(round(border_pt * 8)), space="0", color=ink or layout.INK)
            )
        else:
            borders.append(element(side, val="nil"))
    properties.append(borders)
    properties.append(element("tblLayout", type="fixed"))
    margins = element("tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        margins.append(element(side, w=mm(cell_mm if side in {"left", "right"} else 0.0), type="dxa"))
    properties.append(margins)
    made.append(properties)
    grid = element("tblGrid")
    grid.extend([element("gridCol", w=mm(width)) for width in widths_mm])
    made.append(grid)
    return made


def row(
    widths_mm: Sequence[float],
    cells: Sequence[Sequence[Element]],
    *,
    header: bool = False,
    whole: bool = True,
    height_mm: float = 0.0,
    middle: bool = False,
) -> Element:
    """A row of cells, each a list of paragraphs. ``whole`` forbids a page break inside; ``header`` repeats it on every page."""
    made = element("tr")
    properties = element("trPr")
    if whole:
        properties.append(element("cantSplit"))
    if height_mm:
        properties.append(element("trHeight", val=mm(height_mm), hRule="exact"))
    if header:
        properties.append(element("tblHeader"))
    made.append(properties)
    for width, content in zip(widths_mm, cells, strict=True):
        cell = element("tc")
        cell_properties = element("tcPr")
        cell_properties.append(element("tcW", w=mm(width), type="dxa"))
        if middle:
            cell_properties.append(element("vAlign", val="center"))
        cell.append(cell_properties)
        cell.extend(list(content))
        made.append(cell)
    return made
