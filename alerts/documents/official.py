"""An official document from its parts: head, title, bases, text, signature, annex."""

from __future__ import annotations

from core.ports import OfficialDocument
from core.queries.official_page import official_page


def official_docx(document: OfficialDocument) -> bytes:
    """The .docx in the layout of Decree 30/2020/NĐ-CP, Annex I. Equal input gives equal bytes.

    With ``title`` it is a named type (D1: Thông cáo báo chí), without it an official letter (D3: công văn). A missing number or
    date leaves the form's blanks. Raises :class:`core.errors.Invalid` for an urgency word that the Decree does not know.
    """
    from alerts.documents.annex import annex
    from alerts.documents.body import bases, body
    from alerts.documents.head import head
    from alerts.documents.package import new_document, to_bytes
    from alerts.documents.pages import lay_out, section_break
    from alerts.documents.signature import signature
    from alerts.documents.title import salutation, title
    from alerts.documents.wordxml import paragraph

    file = new_document(
        title=" ".join(filter(None, (document.title, document.subject))),
        author=document.agency,
        made_at=document.issued_on,
    )
    section = lay_out(file)
    page = official_page(document)
    parts = [
        *head(page),
        *title(page),
        *salutation(page),
        *bases(page),
        *body(page),
        *signature(page),
    ]
    if page.annex is not None:
        parts += [section_break(section), *annex(page.annex)]
    else:
        # a text that ends in a table needs a paragraph after it
        parts.append(paragraph([], mark_pt=1.0))
    for part in parts:
        section.addprevious(part)
    return to_bytes(file)
