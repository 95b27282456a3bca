"""The urgency stamp under the number: a red frame of the prescribed size (Annex I part II.8 b)."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.wordxml import Element, paragraph, row, run, table
from core.errors import Invalid
from core.text.printable import line


def stamp(urgency: str) -> list[Element]:
    """The stamp with the small gaps around it. Raises :class:`Invalid` for a word that the Decree does not know."""
    word = line(urgency).upper()
    width = layout.URGENCY_WIDTH_MM.get(word)
    if width is None:
        known = ", ".join(layout.URGENCY_WIDTH_MM)
        raise Invalid(
            f"Độ khẩn “{word}” không có trong Nghị định 30/2020. Chọn một trong: {known}; hoặc để trống.",
            f'Urgency "{word}" is not in Decree 30/2020. Use one of: {known}; or leave it empty.',
            fields={"urgency": f"Chỉ dùng: {known}."},
        )
    box = table([width], border_pt=layout.RULE_PT, ink=layout.URGENCY_INK, align="center")
    text = paragraph([run(word, layout.URGENCY_PT, bold=True, ink=layout.URGENCY_INK)], align="center")
    box.append(row([width], [[text]], height_mm=layout.URGENCY_HEIGHT_MM, middle=True))
    gap = paragraph([], before_pt=layout.URGENCY_BEFORE_PT, mark_pt=1.0)
    return [gap, box, paragraph([], mark_pt=1.0)]
