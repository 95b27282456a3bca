"""The type's name with its abstract, or the addressees of an official letter."""

from __future__ import annotations

from alerts.documents import layout
from alerts.documents.metrics import bold_width_mm, wrap_bold
from alerts.documents.printable import line, sentence_end
from alerts.documents.wordxml import Element, paragraph, rule, run
from core.ports import Addressee, OfficialDocument


def title(document: OfficialDocument) -> list[Element]:
    """Capitals, abstract and rule of a named type (Annex I, ô 5a); empty for an official letter."""
    name = line(document.title)
    if not name:
        return []
    made = [
        paragraph(
            [run(name.upper(), layout.TITLE_PT, bold=True)], align="center", before_pt=layout.TITLE_BEFORE_PT
        )
    ]
    subject = line(document.subject).rstrip(" .;")
    if subject:
        made.append(paragraph([run(subject, layout.ABSTRACT_PT, bold=True)], align="center"))
        broken = wrap_bold(subject, layout.ABSTRACT_PT, layout.TEXT_WIDTH_MM)
        longest = max(bold_width_mm(text, layout.ABSTRACT_PT) for text in broken)
        length = min(longest, layout.TEXT_WIDTH_MM) * layout.ABSTRACT_RULE_RATIO
        made.append(rule(length, layout.TEXT_WIDTH_MM, after_pt=layout.RULE_AFTER_PT))
    return made


def addressee_words(addressee: Addressee) -> str:
    """A name with its purpose: "Sở Văn hóa, Thể thao và Du lịch (để báo cáo)"."""
    name, purpose = line(addressee.name), line(addressee.purpose)
    return f"{name} ({purpose.strip('()')})" if purpose else name


def salutation(document: OfficialDocument) -> list[Element]:
    """The line "Kính gửi:" with one name on its line, or with a list below (Annex I, ô 9a). Empty without addressees."""
    names = [words for one in document.addressees if (words := addressee_words(one))]
    if not names:
        return []
    size = layout.SALUTATION_PT
    first = f"Kính gửi: {names[0].rstrip(' .;')}." if len(names) == 1 else "Kính gửi:"
    made = [
        paragraph(
            [run(first, size)],
            left_mm=layout.SALUTATION_INDENT_MM,
            before_pt=layout.SALUTATION_BEFORE_PT,
            after_pt=layout.PARAGRAPH_GAP_PT,
            keep_next=True,
        )
    ]
    if len(names) > 1:
        for position, name in enumerate(names, 1):
            words = sentence_end(f"- {name}", "." if position == len(names) else ";")
            made.append(
                paragraph(
                    [run(words, size)],
                    left_mm=layout.SALUTATION_INDENT_MM + 10 * layout.FIRST_LINE_CM,
                    after_pt=layout.PARAGRAPH_GAP_PT if position == len(names) else 0.0,
                    keep_next=True,
                )
            )
    return made
