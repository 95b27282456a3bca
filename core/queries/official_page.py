"""The words of an official document in their final form and order (Decree 30/2020/NĐ-CP, Annex I), without any layout.

The .docx (``alerts.documents``) and the page on screen (``review_app``) both lay out this one record, so that what was read before an
approval is, word for word, what is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.clock import VIETNAM
from core.ports import Addressee, Dossier, OfficialDocument
from core.text.printable import line, lines, sentence_end

STATE_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
RECIPIENTS = "Nơi nhận:"
AS_ABOVE = "Như trên"
ANNEX = "Phụ lục"
NOTHING = "Không có."
_COMMITTEE = "ỦY BAN NHÂN DÂN "


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a paragraph; ``number`` is its place among all sentences of the record, from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the annex under its heading: lines, or a table with its column titles. Never both, never neither."""

    heading: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Annex:
    """The clarification dossier as "Phụ lục" (Article 6 clause 1 of Circular 22/2016: materials, documents, argument)."""

    title: str
    reference: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """Everything the document shows. Empty strings and tuples are left out by whoever lays it out.

    ``title`` is empty on an official letter (công văn), ``letter_subject`` on a named type. ``paragraphs`` end with "./.".
    Each name under ``agency`` is in the parts between which offices break it.
    """

    superior: tuple[str, ...]
    agency: tuple[tuple[str, ...], ...]
    number: str
    letter_subject: str
    urgency: str
    place_date: str
    title: str
    subject: str
    salutation: str
    addressees: tuple[str, ...]
    bases: tuple[str, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str
    annex: Annex | None


def official_page(document: OfficialDocument) -> OfficialPage:
    """The words of a document. Times are shown in Viet Nam."""
    title, subject, place = line(document.title), _subject(document), line(document.place)
    salutation, addressees = _salutation(document)
    bases = [_basis(text) for one in document.bases if (text := line(one))]
    return OfficialPage(
        superior=tuple(text.upper() for text in lines(document.superior)),
        agency=tuple(_breakable(text.upper()) for text in lines(document.agency)),
        number=number_line(document),
        letter_subject="" if title else subject if subject.casefold().startswith("v/v") else f"V/v {subject}",
        urgency=line(document.urgency),
        place_date=f"{place}, {date_words(document)}" if place else date_words(document),
        title=title.upper(),
        subject=subject if title else "",
        salutation=salutation,
        addressees=addressees,
        bases=_ended(bases),
        paragraphs=_paragraphs(document),
        recipients=_recipients(document),
        authority=tuple(text.upper() for one in document.signer_authority if (text := line(one))),
        signer=line(document.signer_name),
        annex=None if document.dossier is None else _annex(document, document.dossier),
    )


def number_line(document: OfficialDocument) -> str:
    """The line "Số: 05/TC-UBND": a number below ten gets its zero, a draft leaves room for the clerk's number."""
    number = line(document.number)
    if number.isascii() and number.isdigit():
        number = f"{int(number):02d}"
    if "/" in number:
        # the clerk gave number and code in one
        return f"Số: {number}"
    return f"Số: {number or '     '}/{line(document.code).lstrip('/')}"


def date_words(document: OfficialDocument) -> str:
    """Words such as "ngày 05 tháng 02 năm 2026": a zero before days below 10 and months 1 and 2; blanks on a draft.

    The day is the day in Viet Nam.
    """
    if document.issued_on is None:
        return "ngày    tháng    năm"
    day = document.issued_on.astimezone(VIETNAM).date()
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _breakable(words: str) -> tuple[str, ...]:
    """A committee's name in capitals, as offices break it: "ỦY BAN NHÂN DÂN" / "XÃ CHÍ MINH"; another name whole."""
    if words.startswith(_COMMITTEE):
        return (_COMMITTEE.strip(), words.removeprefix(_COMMITTEE))
    return (words,)


def _subject(document: OfficialDocument) -> str:
    return line(document.subject).rstrip(" .;")


def _basis(text: str) -> str:
    """A legal basis begins with "Căn cứ" (Annex I part II.6), whether the record holds the word or only the act's name."""
    return text if text.casefold().startswith("căn cứ") else f"Căn cứ {text}"


def _ended(texts: list[str]) -> tuple[str, ...]:
    """Closed as a list is: ";" after each and "." after the last."""
    return tuple(
        sentence_end(text, "." if position == len(texts) else ";") for position, text in enumerate(texts, 1)
    )


def _addressee(one: Addressee) -> str:
    """A name with its purpose: "Sở Văn hóa, Thể thao và Du lịch (để báo cáo)"."""
    name, purpose = line(one.name), line(one.purpose)
    return f"{name} ({purpose.strip('()')})" if purpose else name


def _salutation(document: OfficialDocument) -> tuple[str, tuple[str, ...]]:
    """The line "Kính gửi:" with one name on it, or with a list below (Annex I, ô 9a). Empty without addressees."""
    names = [words for one in document.addressees if (words := _addressee(one))]
    if not names:
        return "", ()
    if len(names) == 1:
        return f"Kính gửi: {names[0].rstrip(' .;')}.", ()
    return "Kính gửi:", _ended([f"- {name}" for name in names])


def _paragraphs(document: OfficialDocument) -> tuple[tuple[Piece, ...], ...]:
    number = 0
    found: list[list[Piece]] = []
    for group in document.paragraphs:
        pieces = []
        for one in group:
            number += 1
            if text := line(one.text):
                pieces.append(Piece(number, text))
        if pieces:
            found.append(pieces)
    if found:
        last = found[-1][-1]
        found[-1][-1] = Piece(last.number, sentence_end(last.text, "./."))
    return tuple(tuple(group) for group in found)


def _recipients(document: OfficialDocument) -> tuple[str, ...]:
    """The list under "Nơi nhận:": "- …;" each, the archive line last; an official letter begins with "- Như trên;"."""
    names = [words for one in document.recipients if (words := _addressee(one))]
    letter = not line(document.title) and any(line(one.name) for one in document.addressees)
    if letter and not any(name.casefold().startswith(AS_ABOVE.casefold()) for name in names):
        names.insert(0, AS_ABOVE)
    archive = line(document.archive)
    for prefix in ("- ", "Lưu:", "Lưu"):
        archive = archive.removeprefix(prefix).strip()
    return _ended([*(f"- {name}" for name in names), f"- Lưu: {archive or 'VT'}"])


# --- annex ------------------------------------------------------------------------------------------------------------


def _annex(document: OfficialDocument, dossier: Dossier) -> Annex:
    parts = [
        Part("I. Tuyên bố được xem xét", _listed(_claims(dossier))),
        Part(
            "II. Kết luận và lập luận",
            (
                f"Kết luận: {line(dossier.verdict)}.",
                f"Lý do: {line(dossier.reason)}",
                f"Người đề xuất: {line(dossier.proposed_by)}. Người xác nhận: {line(dossier.confirmed_by)}.",
            ),
        ),
        _table(
            "III. Đối chiếu nội dung được nêu với dữ kiện",
            ("Nội dung được nêu", "Dữ kiện đối chiếu", "Căn cứ"),
            _facts(dossier),
        ),
        _table(
            "IV. Tư liệu, tài liệu",
            ("TT", "Tư liệu, tài liệu", "Nguồn", "Thu thập lúc", "Mã băm SHA-256"),
            _evidence(dossier),
        ),
        Part("V. Nội dung còn đang làm rõ", _listed(dossier.open_questions)),
    ]
    if dossier.items:
        # left out whole where the dossier lists no item, as in what goes to the public
        rows: list[tuple[str, ...]] = [
            (str(position), line(title), line(address), _moment(seen))
            for position, (title, address, seen) in enumerate(dossier.items, 1)
        ]
        parts.append(_table("VI. Tin đã ghi nhận", ("TT", "Tin", "Địa chỉ", "Ghi nhận lúc"), rows))
    title = f"HỒ SƠ LÀM RÕ VỤ VIỆC SỐ {line(dossier.incident_number)}: {line(dossier.title)}"
    return Annex(title.upper(), _reference(document), tuple(parts))


def _claims(dossier: Dossier) -> tuple[str, ...]:
    """The claims, each with where the item it was quoted from comes from."""
    origins = [*dossier.origins, *[""] * (len(dossier.claims) - len(dossier.origins))]
    return tuple(
        f"{claim} ({origin})" if origin and line(claim) else claim
        for claim, origin in zip(dossier.claims, origins, strict=False)
    )


def _reference(document: OfficialDocument) -> str:
    """The line "(Kèm theo Thông cáo báo chí số 05/TC-UBND ngày … của Ủy ban nhân dân xã Chí Minh)"."""
    name = line(document.title)
    kind = name[:1].upper() + name[1:].lower() if name else "Công văn"
    number = number_line(document).removeprefix("Số: ")
    return f"(Kèm theo {kind} số {number} {date_words(document)} của {line(document.agency)})"


def _facts(dossier: Dossier) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for fact in dossier.facts:
        proof = f"Bằng chứng {fact.evidence_number}" if fact.evidence_number is not None else "Chưa có"
        as_of = line(fact.as_of)
        rows.append(
            (line(fact.claim_part), line(fact.fact), f"{proof}; số liệu đến {as_of}" if as_of else proof)
        )
    return rows


def _evidence(dossier: Dossier) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for piece in dossier.evidence:
        address = line(piece.address)
        title = line(f"{piece.title} ({address})" if address else piece.title)
        rows.append(
            (str(piece.number), title, line(piece.source), _moment(piece.obtained_at), line(piece.sha256))
        )
    return rows


def _table(heading: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Part:
    return Part(heading, columns=columns, rows=tuple(rows)) if rows else Part(heading, (NOTHING,))


def _listed(texts: tuple[str, ...]) -> tuple[str, ...]:
    kept = [text for one in texts if (text := line(one))]
    return tuple(f"{position}. {text}" for position, text in enumerate(kept, 1)) or (NOTHING,)


def _moment(at: datetime) -> str:
    """A moment as staff read it, in Viet Nam."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
