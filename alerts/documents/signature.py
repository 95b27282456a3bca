"""Recipients on the left, signer on the right, on one page with the last paragraph (Annex I, ô 7 and 9b)."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.printable import line, sentence_end
from alerts.documents.title import addressee_words
from alerts.documents.wordxml import Element, paragraph, row, run, table
from core.ports import OfficialDocument

AS_ABOVE = "Như trên"


def recipient_lines(document: OfficialDocument) -> list[str]:
    """The list under "Nơi nhận:": "- …;" each, the archive line last; an official letter begins with "- Như trên;"."""
    names = [words for one in document.recipients if (words := addressee_words(one))]
    letter = not line(document.title) and any(line(one.name) for one in document.addressees)
    if letter and not any(name.casefold().startswith(AS_ABOVE.casefold()) for name in names):
        names.insert(0, AS_ABOVE)
    made = [sentence_end(f"- {name}", ";") for name in names]
    archive = line(document.archive)
    for prefix in ("- ", "Lưu:", "Lưu"):
        archive = archive.removeprefix(prefix).strip()
    return [*made, sentence_end(f"- Lưu: {archive or 'VT'}", ".")]


def _recipients(document: OfficialDocument) -> list[Element]:
    made = [paragraph([run("Nơi nhận:", layout.RECIPIENTS_TITLE_PT, bold=True, italic=True)], keep_next=True)]
    texts = recipient_lines(document)
    return made + [paragraph([run(text, layout.RECIPIENTS_PT)], keep_next=True) for text in texts]


def _signer(document: OfficialDocument) -> list[Element]:
    authority = [text for part in document.signer_authority if (text := line(part))]
    made = [
        paragraph([run(text.upper(), layout.SIGNER_PT, bold=True)], align="center", keep_next=True)
        for text in authority
    ]
    name = line(document.signer_name)
    made.append(
        paragraph(
            [run(name, layout.SIGNER_NAME_PT, bold=True)] if name else [],
            align="center",
            before_pt=layout.SIGNATURE_ROOM_PT,
            mark_pt=layout.SIGNER_NAME_PT,
        )
    )
    return made


def signature(document: OfficialDocument) -> list[Element]:
    """One row that no page break can split; a name that nobody has given yet leaves its room."""
    widths = [layout.SIGNATURE_LEFT_MM, layout.SIGNATURE_RIGHT_MM]
    made = table(widths)
    made.append(row(widths, [_recipients(document), _signer(document)]))
    gap = paragraph([], before_pt=layout.SIGNATURE_BEFORE_PT, mark_pt=1.0, keep_next=True)
    return [gap, made]
