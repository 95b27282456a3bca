"""The content of a document as data: sentences with where they come from, and the dossier frozen beside them.

Stored as JSON with a version number of the layout of the data; the hash that approvals bind to covers both parts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.errors import Invalid
from core.ports import Dossier, DossierEvidence, DossierFact, Sentence
from core.text.normalise import clean

SCHEMA = 1
KINDS = frozenset({"fact", "claim", "done", "advice", "open", "contact", "basis"})
_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What a drafter edits. ``paragraphs`` are tuples of sentences; a ``[…]`` anywhere is a place still to be filled."""

    title: str
    subject: str
    addressees: tuple[str, ...]
    bases: tuple[str, ...]
    paragraphs: tuple[tuple[Sentence, ...], ...]
    recipients: tuple[str, ...]
    archive: str
    signer_authority: tuple[str, ...]
    urgency: str = ""

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence in order."""
        for paragraph in self.paragraphs:
            yield from paragraph

    def texts(self) -> Iterator[str]:
        """Every text that is printed."""
        yield from (self.title, self.subject, self.archive)
        yield from self.addressees
        yield from self.bases
        yield from (sentence.text for sentence in self.sentences())
        yield from self.recipients
        yield from self.signer_authority

    def filled(self, values: Mapping[str, str], *, source: str = "") -> DraftContent:
        """A copy with placeholders replaced everywhere (``{"[giờ, ngày]": "17 giờ ngày 24/11"}``).

        ``source`` is set on filled fact and done sentences that have none.
        """

        def fill(text: str) -> str:
            for old, new in values.items():
                text = text.replace(old, new)
            return text

        def sentence(one: Sentence) -> Sentence:
            text = fill(one.text)
            if text != one.text and not one.source and one.kind in {"fact", "done"}:
                return replace(one, text=text, source=source)
            return replace(one, text=text)

        return replace(
            self,
            title=fill(self.title),
            subject=fill(self.subject),
            addressees=tuple(fill(one) for one in self.addressees),
            bases=tuple(fill(one) for one in self.bases),
            paragraphs=tuple(tuple(sentence(one) for one in paragraph) for paragraph in self.paragraphs),
            recipients=tuple(fill(one) for one in self.recipients),
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "title": self.title,
            "subject": self.subject,
            "addressees": list(self.addressees),
            "bases": list(self.bases),
            "paragraphs": [
                [
                    {"text": one.text, "kind": one.kind, "source": one.source, "evidence_id": one.evidence_id}
                    for one in paragraph
                ]
                for paragraph in self.paragraphs
            ],
            "recipients": list(self.recipients),
            "archive": self.archive,
            "signer_authority": list(self.signer_authority),
            "urgency": self.urgency,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DraftContent:
        """From JSON or a form. Raises :class:`Invalid` naming the part that is wrong."""
        try:
            content = cls(
                title=_line(data["title"], 200),
                subject=_line(data["subject"], 300),
                addressees=_lines(data["addressees"]),
                bases=_lines(data["bases"]),
                paragraphs=tuple(
                    tuple(_sentence(one) for one in paragraph) for paragraph in data["paragraphs"]
                ),
                recipients=_lines(data["recipients"]),
                archive=_line(data["archive"], 120),
                signer_authority=_lines(data["signer_authority"]),
                urgency=_text(data.get("urgency", ""), 20),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise Invalid(
                "Nội dung văn bản thiếu hoặc sai cấu trúc; tải lại trang rồi lưu lại.",
                f"Bad draft content: {error}.",
            ) from error
        content = replace(
            content, paragraphs=tuple(paragraph for paragraph in content.paragraphs if paragraph)
        )
        if not content.paragraphs:
            raise Invalid(
                "Văn bản chưa có câu nào.",
                "The draft has no sentence.",
                fields={"paragraphs": "Viết ít nhất một câu."},
            )
        if sum(1 for _ in content.sentences()) > 200:
            raise Invalid(
                "Văn bản dài quá 200 câu.",
                "The draft has more than 200 sentences.",
                fields={"paragraphs": "Rút gọn văn bản."},
            )
        if not content.subject:
            raise Invalid(
                "Thiếu trích yếu.", "The subject is missing.", fields={"subject": "Nhập trích yếu nội dung."}
            )
        return content


def _line(value: Any, limit: int) -> str:
    """A text of one line: a subject goes into a mail's header as well."""
    return _text(" ".join(clean(str(value)).split()), limit)


def _text(value: Any, limit: int) -> str:
    text = clean(str(value)).strip()
    if len(text) > limit:
        raise Invalid(
            f"“{text[:40]}…” dài quá {limit} ký tự.",
            f"A text is longer than {limit} characters.",
            fields={"content": "Rút gọn."},
        )
    return text


def _lines(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError("a list is needed")
    return tuple(text for value in values if (text := _line(value, 500)))


def _sentence(value: Any) -> Sentence:
    kind = str(value["kind"])
    if kind not in KINDS:
        raise TypeError(f"unknown kind {kind!r}")
    evidence = value.get("evidence_id")
    return Sentence(
        text=_text(value["text"], _LIMIT),
        kind=kind,
        source=_text(value.get("source", ""), 400),
        evidence_id=None if evidence in {None, ""} else int(evidence),
    )


def dossier_to_dict(dossier: Dossier) -> dict[str, Any]:
    """The frozen dossier as JSON keeps it."""
    return {
        "incident_number": dossier.incident_number,
        "title": dossier.title,
        "claims": list(dossier.claims),
        "verdict": dossier.verdict,
        "reason": dossier.reason,
        "proposed_by": dossier.proposed_by,
        "confirmed_by": dossier.confirmed_by,
        "facts": [[fact.claim_part, fact.fact, fact.evidence_number, fact.as_of] for fact in dossier.facts],
        "evidence": [
            [
                piece.number,
                piece.title,
                piece.source,
                piece.obtained_at.isoformat(),
                piece.sha256,
                piece.address,
            ]
            for piece in dossier.evidence
        ],
        "open_questions": list(dossier.open_questions),
        "items": [[title, address, seen.isoformat()] for title, address, seen in dossier.items],
        "origins": list(dossier.origins),
    }


def dossier_from_dict(data: Mapping[str, Any]) -> Dossier:
    """Back from JSON. Only for what :func:`dossier_to_dict` wrote."""
    return Dossier(
        incident_number=data["incident_number"],
        title=data["title"],
        claims=tuple(data["claims"]),
        verdict=data["verdict"],
        reason=data["reason"],
        proposed_by=data["proposed_by"],
        confirmed_by=data["confirmed_by"],
        facts=tuple(DossierFact(*row) for row in data["facts"]),
        evidence=tuple(
            DossierEvidence(number, title, source, datetime.fromisoformat(at), sha256, address)
            for number, title, source, at, sha256, address in data["evidence"]
        ),
        open_questions=tuple(data["open_questions"]),
        items=tuple((title, address, datetime.fromisoformat(seen)) for title, address, seen in data["items"]),
        origins=tuple(data.get("origins", ())),  # drafts of before have none
    )


def stored(content: DraftContent, dossier: Dossier) -> dict[str, Any]:
    """What a version row keeps."""
    return {"schema": SCHEMA, "draft": content.to_dict(), "dossier": dossier_to_dict(dossier)}


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 (hexadecimal) over the stored content and dossier: what an approval binds to."""
    return hashlib.sha256(
        json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def ground(dossier: Mapping[str, Any]) -> dict[str, Any]:
    """The dossier without items and their origins: a story spreads, and what it copies changes nothing of what was judged."""
    return {key: value for key, value in dossier.items() if key not in {"items", "origins"}}
