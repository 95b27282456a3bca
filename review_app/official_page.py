"""The official page on screen: the same words as the .docx (Decree 30/2020, Annex I), laid out by ``official.css``.

The app may not reach into ``alerts``; the few word rules are here again, and a test compares the words of both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from core.clock import VIETNAM
from core.ports import Addressee, Dossier, OfficialDocument
from core.text.normalise import clean

STATE_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
NOTHING = "Không có."
_COMMITTEE = "ỦY BAN NHÂN DÂN "
_SPACES = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a paragraph; ``number`` is its place in the whole text, from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Annex:
    """The dossier behind the document."""

    title: str
    reference: str
    claims: tuple[str, ...]
    judgement: tuple[str, ...]
    facts: tuple[tuple[str, str, str], ...]
    evidence: tuple[tuple[str, str, str, str, str], ...]
    questions: tuple[str, ...]
    item_rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything the page shows, in its final words."""

    superior: str
    agency: tuple[str, ...]
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


def _line(text: str) -> str:
    return _SPACES.sub(" ", clean(text)).strip(" ")


def _end(text: str, mark: str) -> str:
    stripped = text.rstrip(" ")
    if stripped.endswith("./."):
        stripped = stripped[:-3]
    return stripped.rstrip(" .;,") + mark


def _name(one: Addressee) -> str:
    name, purpose = _line(one.name), _line(one.purpose)
    return f"{name} ({purpose.strip('()')})" if purpose else name


def _number(document: OfficialDocument) -> str:
    number = _line(document.number)
    if number.isascii() and number.isdigit():
        number = f"{int(number):02d}"
    return f"Số: {number or '     '}/{_line(document.code).lstrip('/')}"


def _date(document: OfficialDocument) -> str:
    if document.issued_on is None:
        return "ngày    tháng    năm"
    day = document.issued_on.astimezone(VIETNAM).date()
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def _agency(agency: str) -> tuple[str, ...]:
    words = _line(agency).upper()
    if words.startswith(_COMMITTEE):
        return (_COMMITTEE.strip(), words.removeprefix(_COMMITTEE))
    return (words,)


def _letter_subject(document: OfficialDocument) -> str:
    if _line(document.title):
        return ""
    text = _line(document.subject).rstrip(" .;")
    return text if text.casefold().startswith("v/v") else f"V/v {text}"


def _to(document: OfficialDocument) -> tuple[str, tuple[str, ...]]:
    names = [words for one in document.addressees if (words := _name(one))]
    if not names:
        return "", ()
    if len(names) == 1:
        return f"Kính gửi: {names[0].rstrip(' .;')}.", ()
    return "Kính gửi:", tuple(
        _end(f"- {name}", "." if at == len(names) else ";") for at, name in enumerate(names, 1)
    )


def _recipients(document: OfficialDocument) -> tuple[str, ...]:
    names = [words for one in document.recipients if (words := _name(one))]
    letter = not _line(document.title) and any(_line(one.name) for one in document.addressees)
    if letter and not any(name.casefold().startswith("như trên") for name in names):
        names.insert(0, "Như trên")
    archive = _line(document.archive)
    for prefix in ("- ", "Lưu:", "Lưu"):
        archive = archive.removeprefix(prefix).strip()
    return (*(_end(f"- {name}", ";") for name in names), _end(f"- Lưu: {archive or 'VT'}", "."))


def _paragraphs(document: OfficialDocument) -> tuple[tuple[Piece, ...], ...]:
    number = 0
    found: list[list[Piece]] = []
    for group in document.paragraphs:
        pieces = []
        for one in group:
            number += 1
            if text := _line(one.text):
                pieces.append(Piece(number, text))
        if pieces:
            found.append(pieces)
    if found:
        last = found[-1][-1]
        found[-1][-1] = Piece(last.number, _end(last.text, "./."))
    return tuple(tuple(group) for group in found)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _listed(texts: tuple[str, ...]) -> tuple[str, ...]:
    kept = [text for one in texts if (text := _line(one))]
    return tuple(f"{at}. {text}" for at, text in enumerate(kept, 1)) or (NOTHING,)


def _annex(document: OfficialDocument, dossier: Dossier) -> Annex:
    name = _line(document.title)
    kind = name[:1].upper() + name[1:].lower() if name else "Công văn"
    number = _number(document).removeprefix("Số: ")
    facts = []
    for fact in dossier.facts:
        proof = f"Bằng chứng {fact.evidence_number}" if fact.evidence_number is not None else "Chưa có"
        as_of = _line(fact.as_of)
        facts.append(
            (_line(fact.claim_part), _line(fact.fact), f"{proof}; số liệu đến {as_of}" if as_of else proof)
        )
    evidence = []
    for piece in dossier.evidence:
        address = _line(piece.address)
        title = f"{piece.title} ({address})" if address else piece.title
        evidence.append(
            (str(piece.number), _line(title), _line(piece.source), _moment(piece.obtained_at), piece.sha256)
        )
    return Annex(
        title=f"HỒ SƠ LÀM RÕ VỤ VIỆC SỐ {_line(dossier.incident_number)}: {_line(dossier.title)}".upper(),
        reference=f"(Kèm theo {kind} số {number} {_date(document)} của {_line(document.agency)})",
        claims=_listed(dossier.claims),
        judgement=(
            f"Kết luận: {_line(dossier.verdict)}.",
            f"Lý do: {_line(dossier.reason)}",
            f"Người đề xuất: {_line(dossier.proposed_by)}. Người xác nhận: {_line(dossier.confirmed_by)}.",
        ),
        facts=tuple(facts),
        evidence=tuple(evidence),
        questions=_listed(dossier.open_questions),
        item_rows=tuple(
            (str(at), _line(title), _line(address), _moment(seen))
            for at, (title, address, seen) in enumerate(dossier.items, 1)
        ),
    )


def paper(document: OfficialDocument) -> Paper:
    """The page of a document."""
    salutation, addressees = _to(document)
    place = _line(document.place)
    bases = [text for one in document.bases if (text := _line(one))]
    return Paper(
        superior=_line(document.superior).upper(),
        agency=_agency(document.agency),
        number=_number(document),
        letter_subject=_letter_subject(document),
        urgency=_line(document.urgency).upper(),
        place_date=f"{place}, {_date(document)}" if place else _date(document),
        title=_line(document.title).upper(),
        subject=_line(document.subject).rstrip(" .;") if _line(document.title) else "",
        salutation=salutation,
        addressees=addressees,
        bases=tuple(_end(text, "." if at == len(bases) else ";") for at, text in enumerate(bases, 1)),
        paragraphs=_paragraphs(document),
        recipients=_recipients(document),
        authority=tuple(_line(one).upper() for one in document.signer_authority if _line(one)),
        signer=_line(document.signer_name),
        annex=_annex(document, document.dossier) if document.dossier is not None else None,
    )
