"""Approval (domain.md §2 state 8): content, secrecy, spokesperson, each bound to one version's SHA-256, never by an editor."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, RuleBroken
from core.records.document import Approval, Document
from core.records.incident import Incident
from core.rules.four_eyes import approver_is_no_editor, in_order, next_step
from core.rules.vocabulary import ApprovalStep, Decision, DocumentKind, DocumentState
from core.rules.workflow import DOCUMENT_STATES, document_target
from core.services import acting, audit, draft, gates
from core.services.acting import get, of_own_office, perform, person, words
from core.services.desk import Actor, Desk
from core.services.draft_content import DraftContent, dossier_to_dict


def tick_checked(desk: Desk, actor: Actor, document_id: int, version: int) -> None:
    """A named person says the cited legal fields were compared with the official text ("đã đối chiếu"); a save undoes the tick."""

    def work(session: Session) -> None:
        who = person(session, actor, "document.tick_checked")
        document = get(session, Document, document_id, "văn bản")
        incident = get(session, Incident, document.incident_id, "vụ việc")
        of_own_office(who, incident.unit_id)
        if document.version != version:
            raise acting.conflict(session, ("document", document.id))
        if document.state in {DocumentState.ISSUED, DocumentState.PUBLISHED}:
            raise RuleBroken("workflow", "Văn bản đã phát hành.", "The document is issued.")
        document.checked_fields_by, document.checked_fields_at = who.id, desk.clock.now()
        audit.record(
            session,
            desk,
            actor,
            "document.tick_checked",
            "document",
            document.id,
            detail={"version": version, "fields": list(draft.unchecked_of(session, desk, document))},
            content_sha256=document.content_sha256,
        )

    perform(
        desk,
        actor,
        "document.tick_checked",
        "document",
        document_id,
        work,
        before_commit="approve.before_commit",
    )


def decide(
    desk: Desk,
    actor: Actor,
    document_id: int,
    version: int,
    content_sha256: str,
    step: str,
    decision: str,
    comment: str = "",
) -> str:
    """Approve or return one version at one step. Returns the document's state afterwards.

    ``content_sha256`` is what the approver saw; a version edited since raises :class:`Conflict`. Returning needs a comment.
    Raises :class:`RuleBroken` ("four_eyes", "order", "G1", "dossier", "secrecy", "workflow"), Forbidden.
    """
    known = step if step in set(ApprovalStep) else "content"
    act = f"document.decide.{known}"

    def work(session: Session) -> str:
        who = person(session, actor, act)
        document = get(session, Document, document_id, "văn bản")
        incident = get(session, Incident, document.incident_id, "vụ việc")
        of_own_office(who, incident.unit_id)
        if step not in set(ApprovalStep) or decision not in set(Decision):
            raise Invalid(
                "Chọn bước duyệt và quyết định.",
                "Unknown step or decision.",
                fields={"decision": "Chọn duyệt hoặc trả lại."},
            )
        at_step, verdict = ApprovalStep(step), Decision(decision)
        approver_is_no_editor(who.id, gates.editors(session, document))
        if document.version != version or document.content_sha256 != content_sha256:
            raise _edited(session, document)
        approved = gates.approved_steps(session, document)
        before = DocumentState(document.state)
        if verdict == Decision.RETURNED:
            why = words(comment, "comment", "Ý kiến khi trả lại")
            document.state = document_target("return", before)
        else:
            why = comment.strip()[:4000]
            document_target("approve", before)
            in_order(at_step, approved)
            gates.require_clear(session, incident, DocumentKind(document.kind), DOCUMENT_STATES)
            row = gates.version_row(session, document)
            gates.require_sound(
                session, incident, DocumentKind(document.kind), DraftContent.from_dict(row.content["draft"])
            )
            gates.require_same_ground(
                gates.frozen_dossier(row), dossier_to_dict(draft.dossier_of(session, incident))
            )
            if next_step(approved | {at_step}) is None:
                document.state = document_target("approve_last", before)
        now = desk.clock.now()
        document.updated_at = now
        session.add(
            Approval(
                document_id=document.id,
                version=version,
                content_sha256=content_sha256,
                step=at_step,
                decision=verdict,
                approver_id=who.id,
                comment=why,
                at=now,
            )
        )
        session.flush()
        if verdict == Decision.RETURNED:
            draft.step_back(session, desk, actor, incident, before)
        audit.record(
            session,
            desk,
            actor,
            f"document.{'approve' if verdict == Decision.APPROVED else 'return'}",
            "document",
            document.id,
            detail={"version": version, "step": at_step, "comment": why},
            content_sha256=content_sha256,
        )
        return document.state

    return perform(
        desk,
        actor,
        act,
        "document",
        document_id,
        work,
        before_commit="approve.before_commit",
        after_commit="approve.after_commit",
    )


def _edited(session: Session, document: Document) -> Conflict:
    found = acting.conflict(session, ("document", document.id))
    return Conflict(
        f"Văn bản đã đổi sang bản {document.version} từ khi trang được mở. {found.vi}",
        f"The document is now version {document.version}. {found.en}",
    )
