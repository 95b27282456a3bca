"""The gates a document passes at every step: draft, submit, approve, issue, queue, dispatch. Read anew each time (G1, level rule)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import RuleBroken
from core.queries import offices
from core.records.claim import Evidence, VerdictRecord
from core.records.document import Approval, Document, DocumentVersion
from core.records.incident import FactLine, Incident
from core.records.item import Item
from core.records.unit import Unit
from core.rules import guardrails
from core.rules.four_eyes import STEPS
from core.rules.profiles import LegalProfile
from core.rules.vocabulary import (
    STATE_VI,
    ApprovalStep,
    Decision,
    DocumentKind,
    IncidentState,
    Level,
    SubVerdict,
    Verdict,
)
from core.services import standing
from core.services.acting import get
from core.services.draft_content import DraftContent, content_hash, ground
from core.text.normalise import fold


def require_clear(
    session: Session, incident: Incident, kind: DocumentKind, states: Iterable[IncidentState]
) -> None:
    """The incident is where this may happen, a Sai lệch stands now (G1), and the office's level may sign (level rule)."""
    if incident.state not in {str(state) for state in states}:
        raise RuleBroken(
            "workflow",
            f"Vụ việc đang ở bước “{STATE_VI[IncidentState(incident.state)]}” nên chưa làm được việc này với văn bản.",
            f"The incident is in state {incident.state}.",
            lawful="Kết luận, đánh giá và chọn phương án trước; vụ việc đang tạm dừng thì tiếp tục trước.",
        )
    guardrails.require_clarifiable(standing.verdicts(session, incident), kind)
    unit = get(session, Unit, incident.unit_id, "cơ quan")
    guardrails.require_own_level(Level(unit.level), kind, foreign=standing.foreign_press(session, incident))


def version_row(session: Session, document: Document, number: int | None = None) -> DocumentVersion:
    """A version's row; its hash must still be that of what it holds. Raises :class:`RuleBroken` ("integrity")."""
    row = session.get(DocumentVersion, (document.id, document.version if number is None else number))
    if (
        row is None
        or content_hash(row.content) != row.content_sha256
        or (number is None and row.content_sha256 != document.content_sha256)
    ):
        raise RuleBroken(
            "integrity",
            "Nội dung bản này không khớp mã băm đã lưu. Báo quản trị chạy “lamro verify”; lưu bản mới rồi duyệt lại.",
            "The version's content does not match its hash.",
        )
    return row


def editors(session: Session, document: Document) -> set[int]:
    """Everybody who drafted or edited any version."""
    rows = session.scalars(
        select(DocumentVersion.edited_by).where(DocumentVersion.document_id == document.id)
    )
    return {document.drafter_id, *rows}


def approved_steps(session: Session, document: Document) -> set[ApprovalStep]:
    """Steps approved for the present version and hash by people who are no editors."""
    barred = editors(session, document)
    rows = session.scalars(
        select(Approval).where(
            Approval.document_id == document.id,
            Approval.version == document.version,
            Approval.content_sha256 == document.content_sha256,
            Approval.decision == Decision.APPROVED,
        )
    )
    return {ApprovalStep(row.step) for row in rows if row.approver_id not in barred}


def require_approved(session: Session, document: Document) -> None:
    """Raises :class:`RuleBroken` ("approval") unless every step approved exactly the present version."""
    missing = [step for step in STEPS if step not in approved_steps(session, document)]
    if missing:
        raise RuleBroken(
            "approval",
            "Bản hiện tại chưa được duyệt đủ các bước, nên không thể phát hành hay gửi.",
            f"Missing approvals of this version: {', '.join(missing)}.",
            lawful="Gửi duyệt và chờ duyệt đủ nội dung, bí mật, người phát ngôn.",
        )


def require_same_ground(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raises :class:`RuleBroken` ("dossier") when claims, facts or evidence changed since the version was submitted."""
    if ground(frozen) != ground(now):
        raise RuleBroken(
            "dossier",
            "Hồ sơ (tuyên bố, sự thật, bằng chứng hoặc kết luận) đã thay đổi từ khi bản này được gửi duyệt.",
            "The dossier changed since this version was submitted.",
            lawful="Người soạn lưu lại bản thảo để cập nhật hồ sơ, rồi gửi duyệt lại.",
        )


def require_minimum(session: Session, incident: Incident) -> None:
    """The dossier's least: a claim, a piece of evidence, a fact line that names its evidence (domain.md §2 state 7)."""
    claims = standing.claims_of(session, incident)
    evidence = sum(len(standing.pieces(session, claim)) for claim in claims)
    facts = session.scalars(
        select(FactLine).where(FactLine.incident_id == incident.id, FactLine.removed_at.is_(None))
    ).all()
    if not claims or not evidence or not any(fact.evidence_id is not None for fact in facts):
        raise RuleBroken(
            "dossier",
            "Hồ sơ làm rõ chưa đủ tối thiểu: một tuyên bố, một bằng chứng và một dòng sự thật có bằng chứng.",
            "The dossier needs a claim, a piece of evidence and a fact line with evidence.",
            lawful="Thêm dòng “nội dung – sự thật – bằng chứng” vào vụ việc.",
        )


def require_sound(session: Session, incident: Incident, kind: DocumentKind, content: DraftContent) -> None:
    """Placeholders, secrecy markings, sources of facts, links and repeats of the false claim (domain.md §4 style for all; G6)."""
    guardrails.require_filled(content.texts())
    guardrails.require_not_secret([*content.texts(), *(one.source for one in content.sentences())])
    lines = session.execute(
        select(FactLine.claim_part, FactLine.fact).where(
            FactLine.incident_id == incident.id, FactLine.removed_at.is_(None)
        )
    )
    guardrails.require_filled(text for line in lines for text in line)
    if kind in guardrails.CLARIFICATION:
        _only_misleading(session, incident, content)
    for number, sentence in enumerate(content.sentences(), 1):
        has_number = any(character.isdigit() for character in sentence.text)
        if (sentence.kind == "fact" or (sentence.kind == "done" and has_number)) and not sentence.source:
            raise RuleBroken(
                "source",
                f"Câu {number} nêu sự thật hoặc số liệu nhưng chưa có nguồn.",
                f"Sentence {number} states a fact or figure without a source.",
                lawful="Chọn bằng chứng cho câu, hoặc bỏ câu.",
            )
    if kind == DocumentKind.PRESS_RELEASE:
        stories = offices.of_incident(incident.id)
        addresses = list(session.scalars(select(Item.url).where(Item.story_id.in_(stories), Item.url != "")))
        guardrails.require_no_link_to(content.texts(), addresses)
        _claim_once(session, incident, content)


def clarifiable(row: VerdictRecord) -> bool:
    """True for a verdict that a clarification may rest on: Sai lệch, and not a mere wrong name (G1; domain.md §2 tighter rules)."""
    return row.verdict == Verdict.MISLEADING and row.sub_verdict != SubVerdict.WRONG_NAME


def fact_lines(session: Session, incident: Incident) -> list[FactLine]:
    """The fact lines that a clarification may print, in order: none that belongs to a claim without a standing Sai lệch (G1).

    A line belongs to the claim of its evidence; one without evidence belongs to the claims whose words it repeats.
    """
    cleared: set[int] = set()
    said: dict[bool, list[str]] = {True: [], False: []}
    for claim in standing.claims_of(session, incident):
        row = standing.standing(session, claim)
        good = row is not None and clarifiable(row)
        cleared |= {claim.id} if good else set()
        said[good] += [fold(claim.quote), fold(claim.neutral_text)]
    lines = session.execute(
        select(FactLine, Evidence.claim_id)
        .outerjoin(Evidence, Evidence.id == FactLine.evidence_id)
        .where(FactLine.incident_id == incident.id, FactLine.removed_at.is_(None))
        .order_by(FactLine.position, FactLine.id)
    )

    def repeats(part: str, texts: list[str]) -> bool:
        return any(text and (part in text or text in part) for text in texts)

    found = []
    for line, claim_id in lines:
        part = fold(line.claim_part).strip(" .")
        own = line.evidence_id is None or claim_id in cleared
        if own and (not repeats(part, said[False]) or repeats(part, said[True])):
            found.append(line)
    return found


def _only_misleading(session: Session, incident: Incident, content: DraftContent) -> None:
    """A claim that is not Sai lệch now cannot ride along in the clarification of one that is (G1)."""
    printed = fold(" ".join(content.texts()))
    for claim in standing.claims_of(session, incident):
        row = standing.standing(session, claim)
        if row is not None and clarifiable(row):
            continue
        for text in (claim.quote, claim.neutral_text):
            said = fold(text).strip(" .")
            if len(said) > 20 and said in printed:
                raise RuleBroken(
                    "G1",
                    "Văn bản làm rõ nhắc tới một nội dung không được kết luận là Sai lệch.",
                    f"The text names claim {claim.id}, whose standing verdict is not Sai lệch.",
                    lawful="Bỏ câu đó; phản ánh, phê bình được trả lời bằng văn bản trả lời.",
                )


def _claim_once(session: Session, incident: Incident, content: DraftContent) -> None:
    printed = fold(" ".join(content.texts()))
    for claim in standing.claims_of(session, incident):
        times = sum(
            printed.count(fold(text).strip(" ."))
            for text in {claim.quote, claim.neutral_text}
            if len(text) > 20
        )
        if times > 1:
            raise RuleBroken(
                "G6",
                "Văn bản nhắc lại nội dung sai quá một lần.",
                "The text repeats the false claim more than once.",
                lawful="Chỉ nêu tóm tắt một lần, sau lời cảnh báo.",
            )


def unchecked_fields(
    content: DraftContent, profile: LegalProfile, level: Level, kind: DocumentKind, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Cited legal words that nobody has compared with the official text.

    A basis that the drafter wrote by hand is unchecked as well: only the profile's own verified words count as checked.
    """
    rule = profile.rule(level, kind)
    checked = {expand(field.text, names) for field in rule.bases if field.verified}
    bodies = {expand(field.text, names): field.verified for field in (*rule.addressees, *rule.recipients)}
    found = [basis for basis in content.bases if basis not in checked]
    found += [one for one in (*content.addressees, *content.recipients) if bodies.get(one) is False]
    return tuple(dict.fromkeys(found))


def expand(text: str, names: Mapping[str, str]) -> str:
    """``[[province]]`` of a legal profile in the office's own words; a name it does not have becomes a placeholder to fill."""
    for key, value in names.items():
        text = text.replace(f"[[{key}]]", value)
    return text


def frozen_dossier(row: DocumentVersion) -> dict[str, Any]:
    """The dossier as the version keeps it."""
    return dict(row.content["dossier"])
