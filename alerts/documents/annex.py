"""The clarification dossier as "Phụ lục" (Article 6 clause 1 of Circular 22/2016: materials, documents, argument)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.documents import layout
from alerts.documents.body import heading, text_paragraph
from alerts.documents.head import date_words, number_text
from alerts.documents.printable import line
from alerts.documents.wordxml import Element, paragraph, row, run, table
from core.clock import VIETNAM
from core.ports import Dossier, OfficialDocument

WORD = "Phụ lục"
TITLE = "HỒ SƠ LÀM RÕ"
NOTHING = "Không có."


def _moment(at: datetime) -> str:
    """A moment as staff read it, in Viet Nam."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def reference(document: OfficialDocument) -> str:
    """The line "(Kèm theo Thông cáo báo chí số 05/TC-UBND ngày … của Ủy ban nhân dân xã Chí Minh)"."""
    name = line(document.title)
    kind = name[:1].upper() + name[1:].lower() if name else "Công văn"
    number = number_text(document).removeprefix("Số: ")
    return f"(Kèm theo {kind} số {number} {date_words(document)} của {line(document.agency)})"


def _cell(text: str, *, bold: bool = False, center: bool = False) -> list[Element]:
    align = "center" if center else "left"
    return [paragraph([run(line(text), layout.TABLE_PT, bold=bold)], align=align, before_pt=2, after_pt=2)]  # type: ignore[arg-type]


def _table(
    widths: Sequence[float], titles: Sequence[str], rows: Sequence[Sequence[str]], centered: frozenset[int]
) -> list[Element]:
    """A bordered table with its heading row repeated on each page; a long row may break, a heading row may not."""
    made = table(widths, border_pt=layout.TABLE_BORDER_PT, cell_mm=layout.TABLE_CELL_MM)
    made.append(row(widths, [_cell(text, bold=True, center=True) for text in titles], header=True))
    for values in rows:
        cells = [_cell(text, center=column in centered) for column, text in enumerate(values)]
        made.append(row(widths, cells, whole=sum(map(len, values)) < 1500))
    return [made, paragraph([], after_pt=layout.PARAGRAPH_GAP_PT, mark_pt=1.0)]


def _facts(dossier: Dossier) -> list[Element]:
    rows = []
    for fact in dossier.facts:
        proof = f"Bằng chứng {fact.evidence_number}" if fact.evidence_number is not None else "Chưa có"
        as_of = line(fact.as_of)
        rows.append([fact.claim_part, fact.fact, f"{proof}; số liệu đến {as_of}" if as_of else proof])
    if not rows:
        return [text_paragraph(NOTHING)]
    return _table((52, 66, 42), ("Nội dung được nêu", "Dữ kiện đối chiếu", "Căn cứ"), rows, frozenset())


def _evidence(dossier: Dossier) -> list[Element]:
    rows = []
    for piece in dossier.evidence:
        address = line(piece.address)
        title = f"{piece.title} ({address})" if address else piece.title
        rows.append([str(piece.number), title, piece.source, _moment(piece.obtained_at), piece.sha256])
    if not rows:
        return [text_paragraph(NOTHING)]
    titles = ("TT", "Tư liệu, tài liệu", "Nguồn", "Thu thập lúc", "Mã băm SHA-256")
    return _table((10, 46, 32, 30, 42), titles, rows, frozenset({0, 3}))


def _items(dossier: Dossier) -> list[Element]:
    """Part VI; left out whole where the dossier lists no item, as in what goes to the public."""
    if not dossier.items:
        return []
    rows = [
        [str(position), title, address, _moment(seen)]
        for position, (title, address, seen) in enumerate(dossier.items, 1)
    ]
    return [
        heading("VI. Tin đã ghi nhận"),
        *_table((10, 64, 56, 30), ("TT", "Tin", "Địa chỉ", "Ghi nhận lúc"), rows, frozenset({0, 3})),
    ]


def _list(texts: Sequence[str]) -> list[Element]:
    kept = [text for one in texts if (text := line(one))]
    if not kept:
        return [text_paragraph(NOTHING)]
    return [text_paragraph(f"{position}. {text}") for position, text in enumerate(kept, 1)]


def annex(document: OfficialDocument, dossier: Dossier) -> list[Element]:
    """The annex: its word, title and reference line, then the parts of the dossier."""
    title = f"{TITLE} VỤ VIỆC SỐ {line(dossier.incident_number)}: {line(dossier.title)}"
    return [
        paragraph([run(WORD, layout.ANNEX_WORD_PT, bold=True)], align="center", keep_next=True),
        paragraph([run(title.upper(), layout.ANNEX_TITLE_PT, bold=True)], align="center", keep_next=True),
        paragraph(
            [run(reference(document), layout.ANNEX_REFERENCE_PT, italic=True)],
            align="center",
            after_pt=layout.PARAGRAPH_GAP_PT,
            keep_next=True,
        ),
        heading("I. Tuyên bố được xem xét"),
        *_list(dossier.claims),
        heading("II. Kết luận và lập luận"),
        text_paragraph(f"Kết luận: {line(dossier.verdict)}."),
        text_paragraph(f"Lý do: {line(dossier.reason)}"),
        text_paragraph(
            f"Người đề xuất: {line(dossier.proposed_by)}. Người xác nhận: {line(dossier.confirmed_by)}."
        ),
        heading("III. Đối chiếu nội dung được nêu với dữ kiện"),
        *_facts(dossier),
        heading("IV. Tư liệu, tài liệu"),
        *_evidence(dossier),
        heading("V. Nội dung còn đang làm rõ"),
        *_list(dossier.open_questions),
        *_items(dossier),
    ]
