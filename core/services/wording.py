"""The first words of D1 and D3 from what was judged: fact first, the claim once and after a warning, each with its source.

Structure after domain.md §4 (D1, D3); the sentences are ours. What the record does not hold becomes a ``[…]`` with a hint, never an
invention.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import VIETNAM
from core.ports import Dossier, Sentence
from core.rules.profiles import DocumentRule
from core.rules.vocabulary import SUB_VERDICT_VI, DocumentKind, Harm, Spread, SubVerdict
from core.services.draft_content import DraftContent
from core.services.gates import expand

SPREAD_VI: dict[Spread, str] = {
    Spread.R0: "một bài đăng, ít người xem",
    Spread.R1: "một vài nhóm ở địa phương",
    Spread.R2: "đã lên báo hoặc có nhiều người xem",
    Spread.R3: "báo chí cả nước hoặc nước ngoài đã đưa",
}
HARM_VI: dict[Harm, str] = {
    Harm.H0: "chưa thấy tác hại",
    Harm.H1: "gây nhầm lẫn",
    Harm.H2: "ảnh hưởng quyền lợi, tiền hoặc dịch vụ của người dân",
    Harm.H3: "ảnh hưởng an toàn, sức khỏe hoặc trật tự",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact line with its evidence in words."""

    text: str
    evidence_id: int | None
    evidence: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with a standing Sai lệch."""

    neutral_text: str
    sub_verdict: SubVerdict
    reason: str
    evidence: tuple[tuple[int, str, str], ...]
    """(id, title, source) of what the verdict rests on."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the wording may use."""

    agency: str
    short_name: str
    details: Mapping[str, Any]
    incident_title: str
    incident_number: str
    received_at: datetime
    first_seen_at: datetime
    """When the claims were first published or seen."""
    press: bool
    social: bool
    spread: str
    harm: str
    claims: tuple[Judged, ...]
    facts: tuple[Fact, ...]
    dossier: Dossier


def names(details: Mapping[str, Any], short_name: str) -> dict[str, str]:
    """What ``[[…]]`` of a legal profile stands for in this office."""
    return {
        "province": str(details.get("province") or "[tên tỉnh, thành phố]"),
        "portal": str(details.get("portal") or f"Cổng thông tin điện tử {short_name}"),
        "unit": short_name,
    }


def first_draft(kind: DocumentKind, rule: DocumentRule, material: Material) -> DraftContent:
    """The first version of a document."""
    known = names(material.details, material.short_name)
    release = kind == DocumentKind.PRESS_RELEASE
    subject = material.incident_title.strip().rstrip(".")
    return DraftContent(
        title="THÔNG CÁO BÁO CHÍ" if release else "",
        # the headline of a release is the fact; the incident's title often repeats the rumour
        subject="Về [sự việc, nêu theo sự thật, không nhắc lại tin sai]"
        if release
        else f"thông tin sai lệch về {material.short_name}: {subject}",
        addressees=tuple(expand(field.text, known) for field in rule.addressees),
        bases=tuple(expand(field.text, known) for field in rule.bases),
        paragraphs=_release(material)
        if release
        else _notice(material, tuple(expand(field.text, known) for field in rule.addressees)),
        recipients=tuple(expand(field.text, known) for field in rule.recipients),
        archive=str(material.details.get("archive") or "VT, [đơn vị soạn thảo]"),
        signer_authority=_authority(rule, material.details),
    )


def _authority(rule: DocumentRule, details: Mapping[str, Any]) -> tuple[str, ...]:
    """TM. … CHỦ TỊCH; when the spokesperson is a vice-chairman he signs for the chairman (KT.)."""
    spokesperson = details.get("spokesperson") or {}
    position = str(spokesperson.get("title", "")) if isinstance(spokesperson, Mapping) else ""
    if position.lower().startswith("phó chủ tịch") and rule.signer_authority[-1] == "CHỦ TỊCH":
        return (*rule.signer_authority[:-1], "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
    return rule.signer_authority


def _fact_sentences(material: Material) -> list[Sentence]:
    if not material.facts:
        return [Sentence("[Nêu sự thật đã kiểm chứng: việc gì, ở đâu, khi nào, số liệu và nguồn].", "fact")]
    made = []
    for number, fact in enumerate(material.facts):
        text = _without_stop(fact.text)
        lead = f"{material.agency} khẳng định: " if number == 0 else ""
        proof = ""
        if any(character.isdigit() for character in text):
            proof = f" (theo {fact.evidence or '[nguồn của số liệu]'}{f' của {fact.source}' if fact.source else ''}; số liệu đến {fact.as_of or '[thời điểm của số liệu]'})"
        source = ", ".join(
            part
            for part in (fact.evidence, fact.source, f"số liệu đến {fact.as_of}" if fact.as_of else "")
            if part
        )
        made.append(
            Sentence(
                f"{lead}{_lower_first(text) if lead else text}{proof}.", "fact", source, fact.evidence_id
            )
        )
    return made


def _claim_sentences(material: Material, *, where: str) -> list[Sentence]:
    made = []
    day = material.first_seen_at.astimezone(VIETNAM)
    for claim in material.claims:
        words = (
            _lower_first(_without_stop(claim.neutral_text))
            or "[tóm tắt trung tính nội dung chưa đúng, không trích tiêu đề giật gân]"
        )
        made.append(
            Sentence(
                f"Lưu ý nội dung chưa đúng: từ ngày {day.day}/{day.month}/{day.year}, {where} có ý cho rằng {words}.",
                "claim",
                f"Kết luận vụ việc số {material.incident_number}",
            )
        )
        proof = (
            " và ".join(f"{title} của {source}" for _, title, source in claim.evidence[:3])
            or "[tài liệu, ngày]"
        )
        made.append(
            Sentence(
                f"Nội dung này không phù hợp với {proof}.",
                "fact",
                "; ".join(f"{title}, {source}" for _, title, source in claim.evidence[:3]),
                claim.evidence[0][0] if claim.evidence else None,
            )
        )
    return made


def _contact(material: Material) -> Sentence:
    spokesperson = material.details.get("spokesperson")
    person: Mapping[str, Any] = spokesperson if isinstance(spokesperson, Mapping) else {}
    return Sentence(
        f"Cơ quan báo chí liên hệ người phát ngôn: {person.get('name') or '[họ tên người phát ngôn]'}, "
        f"{person.get('title') or '[chức vụ]'}, điện thoại {person.get('phone') or '[số điện thoại]'}, "
        f"thư điện tử {person.get('email') or '[thư điện tử công vụ]'}.",
        "contact",
        "Thông tin người phát ngôn của cơ quan",
    )


def _open(material: Material) -> Sentence:
    questions = "; ".join(_without_stop(question) for question in material.dossier.open_questions)
    lead = (
        f"Nội dung còn đang làm rõ: {questions}; thông tin tiếp theo"
        if questions
        else "Thông tin tiếp theo, nếu có thay đổi,"
    )
    return Sentence(f"{lead} được cập nhật trước [giờ, ngày cập nhật tiếp theo].", "open")


def _where(material: Material) -> str:
    if material.press and material.social:
        return "trên báo chí và mạng xã hội"
    return "trên báo chí" if material.press else "trên mạng xã hội"


def _release(material: Material) -> tuple[tuple[Sentence, ...], ...]:
    portal = names(material.details, material.short_name)["portal"]
    return (
        tuple(_fact_sentences(material)),
        tuple(_claim_sentences(material, where=_where(material))),
        (Sentence(f"{material.agency} đã và đang [việc đã làm, đang làm, thời gian].", "done"),),
        (
            Sentence(
                f"Đề nghị người dân theo dõi thông tin trên {portal} và các kênh chính thức của {material.short_name}; "
                "không chia sẻ nội dung chưa được kiểm chứng.",
                "advice",
            ),
            _contact(material),
        ),
        (_open(material),),
    )


def _notice(material: Material, addressees: Sequence[str]) -> tuple[tuple[Sentence, ...], ...]:
    day = material.received_at.astimezone(VIETNAM)
    kinds = (
        ", ".join(
            dict.fromkeys(SUB_VERDICT_VI[claim.sub_verdict] for claim in material.claims if claim.sub_verdict)
        )
        or "[loại sai lệch]"
    )
    reasons = " ".join(f"{_without_stop(claim.reason)}." for claim in material.claims)
    spread = SPREAD_VI[Spread(material.spread)] if material.spread else "[mức lan truyền]"
    harm = HARM_VI[Harm(material.harm)] if material.harm else "[mức ảnh hưởng]"
    claims = "; ".join(
        _lower_first(_without_stop(claim.neutral_text)) for claim in material.claims if claim.neutral_text
    )
    return (
        (
            Sentence(
                f"Lúc {day.hour} giờ {day.minute:02d} phút ngày {day.day}/{day.month}/{day.year}, {material.agency} tiếp nhận, ghi nhận thông tin "
                f"{_where(material)} liên quan đến địa bàn.",
                "fact",
                f"Vụ việc số {material.incident_number}",
            ),
            Sentence(
                f"Nội dung được nêu: {claims or '[tóm tắt trung tính nội dung]'}; địa chỉ và bản lưu nêu tại Phụ lục kèm theo.",
                "claim",
                f"Vụ việc số {material.incident_number}",
            ),
        ),
        (
            Sentence(
                f"Kết quả xác minh: nội dung trên là sai lệch ({kinds}), do một người đề xuất và một người khác xác nhận. {reasons}".strip(),
                "fact",
                f"Kết luận vụ việc số {material.incident_number}",
            ),
            *_fact_sentences(material),
        ),
        (
            Sentence(
                f"Ảnh hưởng: {spread}; {harm}.", "fact", f"Đánh giá vụ việc số {material.incident_number}"
            ),
        ),
        (Sentence(f"{material.agency} đã [biện pháp đã thực hiện, thời gian].", "done"),),
        (
            Sentence(
                f"{material.agency} thông báo để {', '.join(addressees) or '[nơi nhận]'} biết, phối hợp; kính đề nghị [nội dung đề nghị].",
                "advice",
            ),
            _contact(material),
        ),
    )


def _without_stop(text: str) -> str:
    return text.strip().rstrip(" .;")


def _lower_first(text: str) -> str:
    """Lower the first letter of a sentence unless its first word is a name (second word capitalised, or all capitals)."""
    first, _, rest = text.partition(" ")
    if not first or first.isupper() or rest[:1].isupper():
        return text
    return first[0].lower() + first[1:] + (f" {rest}" if rest else "")
