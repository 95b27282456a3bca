"""The clarification dossier as "Phụ lục" behind the document, its tables bordered."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.documents import layout
from alerts.documents.body import heading, text_paragraph
from alerts.documents.wordxml import Element, paragraph, row, run, table
from core.queries.official_page import ANNEX, Annex, Part

#: widths in mm by the titles of a table's columns, 160 mm in all
_WIDTHS = {
    ("Nội dung được nêu", "Dữ kiện đối chiếu", "Căn cứ"): (52, 66, 42),
    ("TT", "Tư liệu, tài liệu", "Nguồn", "Thu thập lúc", "Mã băm SHA-256"): (10, 46, 32, 30, 42),
    ("TT", "Tin", "Địa chỉ", "Ghi nhận lúc"): (10, 64, 56, 30),
}
_CENTERED = frozenset({"TT", "Thu thập lúc", "Ghi nhận lúc"})


def _cell(text: str, *, bold: bool = False, center: bool = False) -> list[Element]:
    align = "center" if center else "left"
    return [paragraph([run(text, layout.TABLE_PT, bold=bold)], align=align, before_pt=2, after_pt=2)]  # type: ignore[arg-type]


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Element]:
    """A bordered table with its heading row repeated on each page; a long row may break, a heading row may not."""
    widths = _WIDTHS[tuple(columns)]
    made = table(widths, border_pt=layout.TABLE_BORDER_PT, cell_mm=layout.TABLE_CELL_MM)
    made.append(row(widths, [_cell(text, bold=True, center=True) for text in columns], header=True))
    for values in rows:
        cells = [_cell(text, center=title in _CENTERED) for title, text in zip(columns, values, strict=True)]
        made.append(row(widths, cells, whole=sum(map(len, values)) < 1500))
    return [made, paragraph([], after_pt=layout.PARAGRAPH_GAP_PT, mark_pt=1.0)]


def _part(part: Part) -> list[Element]:
    made = [heading(part.heading), *map(text_paragraph, part.lines)]
    return made + _table(part.columns, part.rows) if part.rows else made


def annex(words: Annex) -> list[Element]:
    """The annex: its word, title and reference line, then the parts of the dossier."""
    made = [
        paragraph([run(ANNEX, layout.ANNEX_WORD_PT, bold=True)], align="center", keep_next=True),
        paragraph([run(words.title, layout.ANNEX_TITLE_PT, bold=True)], align="center", keep_next=True),
        paragraph(
            [run(words.reference, layout.ANNEX_REFERENCE_PT, italic=True)],
            align="center",
            after_pt=layout.PARAGRAPH_GAP_PT,
            keep_next=True,
        ),
    ]
    for part in words.parts:
        made += _part(part)
    return made
