"""Drafting: make, save, submit, show a document (domain.md §2 states 6–8). Every save is a new version and voids approvals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import Invalid, RuleBroken
from core.ports import Addressee, Dossier, DossierEvidence, DossierFact, OfficialDocument
from core.queries import denials, offices
from core.queries.origin import origins
from core.records.account import Account
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.document import Document, DocumentVersion
from core.records.incident import Incident
from core.records.item import Item
from core.records.source import Source
from core.records.unit import Unit
from core.rules.guardrails import require_not_secret
from core.rules.profiles import LegalProfile
from core.rules.vocabulary import (
    SUB_VERDICT_VI,
    VERDICT_VI,
    DocumentKind,
    DocumentState,
    IncidentState,
    Level,
    SubVerdict,
    Verdict,
)
from core.rules.workflow import DOCUMENT_STATES, Act, document_target
from core.services import acting, audit, gates, moves, standing, wording
from core.services.acting import get, of_own_office, perform, person, take_version
from core.services.desk import Actor, Desk
from core.services.draft_content import DraftContent, content_hash, dossier_from_dict, stored
from core.text.normalise import clean

#: items of the story that the dossier lists
MAX_ITEMS = 60


def make(desk: Desk, actor: Actor, incident_id: int, kind: str, override_reason: str = "") -> int:
    """Make the first version of a document from claim, verdict, facts, evidence, office and legal profile. Returns its id.

    A kind that was not chosen takes a written reason. Raises :class:`RuleBroken` "G1", "level", "G6", "workflow"; the error's
    ``lawful`` says what may be done instead.
    """

    def work(session: Session) -> int:
        who = person(session, actor, "document.make")
        incident = get(session, Incident, incident_id, "vụ việc")
        of_own_office(who, incident.unit_id)
        if kind not in set(DocumentKind):
            raise Invalid(
                "Chưa có mẫu cho loại văn bản này.",
                f"No maker for {kind!r}.",
                fields={"kind": "Chọn loại văn bản."},
            )
        chosen = DocumentKind(kind)
        gates.require_clear(session, incident, chosen, DOCUMENT_STATES)
        why = clean(override_reason).strip()
        if (incident.silent or chosen not in incident.chosen) and not acting.is_reason(why):
            raise RuleBroken(
                "G6",
                "Văn bản này không có trong phương án đã chọn; cần ghi lý do làm nhiều hơn phương án.",
                f"{chosen} was not chosen; a written reason is needed.",
                lawful="Ghi lý do (ít nhất 10 ký tự), hoặc đề nghị người phát ngôn chọn lại phương án.",
            )
        if (
            session.scalar(
                select(Document.id).where(Document.incident_id == incident.id, Document.kind == chosen)
            )
            is not None
        ):
            raise RuleBroken(
                "workflow",
                "Vụ việc đã có văn bản loại này.",
                "The incident has this document already.",
                lawful="Mở văn bản đang có để sửa.",
            )
        now = desk.clock.now()
        profile = desk.profiles.on(now.astimezone(VIETNAM).date())
        unit = get(session, Unit, incident.unit_id, "cơ quan")
        dossier = dossier_of(session, incident)
        content = wording.first_draft(
            chosen, profile.rule(Level(unit.level), chosen), _material(session, incident, unit, dossier)
        )
        document = Document(
            incident_id=incident.id,
            kind=chosen,
            subject=content.subject[:300],
            state=DocumentState.DRAFT,
            profile=profile.id,
            drafter_id=who.id,
            created_at=now,
            updated_at=now,
            override_reason=why,
        )
        session.add(document)
        session.flush()
        _keep(session, desk, document, 1, content, dossier, who.id)
        if incident.state == IncidentState.DOSSIER:
            moves.move(session, desk, actor, incident, Act.DRAFT)
        audit.record(
            session,
            desk,
            actor,
            "document.make",
            "document",
            document.id,
            detail={"incident": incident.id, "kind": chosen, "profile": profile.id, "override_reason": why},
            content_sha256=document.content_sha256,
        )
        return document.id

    return perform(desk, actor, "document.make", "incident", incident_id, work)


def load(desk: Desk, document_id: int, version: int | None = None) -> tuple[int, DraftContent]:
    """(version, content) of a document as it is, or of an earlier version."""
    with desk.store.read() as session:
        document = get(session, Document, document_id, "văn bản")
        row = gates.version_row(session, document, version)
        return row.number, DraftContent.from_dict(row.content["draft"])


def save(desk: Desk, actor: Actor, document_id: int, version: int, content: DraftContent) -> int:
    """Save a new version; the dossier beside it is brought up to date, approvals are void, the state is draft again.

    Returns the new version. Raises :class:`core.errors.Conflict` when somebody else saved since, :class:`Invalid`,
    :class:`RuleBroken` ("secrecy", "workflow").
    """
    checked = DraftContent.from_dict(content.to_dict())

    def work(session: Session) -> int:
        who = person(session, actor, "document.save")
        document, incident = _document(session, who, document_id)
        require_not_secret(checked.texts())
        state = document_target("save", DocumentState(document.state))
        before = DocumentState(document.state)
        take_version(session, document, version, ("document", document.id))
        known = {
            piece.id
            for claim in standing.claims_of(session, incident)
            for piece in standing.pieces(session, claim)
        }
        foreign = {one.evidence_id for one in checked.sentences() if one.evidence_id is not None} - known
        if foreign:
            raise Invalid(
                "Có câu dẫn bằng chứng không thuộc vụ việc hoặc đã bị bỏ.",
                f"Unknown evidence {sorted(foreign)}.",
            )
        now = desk.clock.now()
        document.profile = desk.profiles.on(now.astimezone(VIETNAM).date()).id
        document.state = state
        document.subject = checked.subject[:300]
        document.updated_at = now
        document.checked_fields_by = document.checked_fields_at = None
        _keep(session, desk, document, version + 1, checked, dossier_of(session, incident), who.id)
        step_back(session, desk, actor, incident, before)
        audit.record(
            session,
            desk,
            actor,
            "document.save",
            "document",
            document.id,
            detail={"version": document.version, "state_before": before},
            content_sha256=document.content_sha256,
        )
        return document.version

    return perform(desk, actor, "document.save", "document", document_id, work)


def submit(desk: Desk, actor: Actor, document_id: int, version: int) -> str:
    """Put a version up for approval: dossier frozen, .docx rendered and kept. Returns the SHA-256 that approvals bind to.

    Raises :class:`RuleBroken` ("G1", "placeholder", "secrecy", "source", "dossier", "G6", "workflow"), Conflict, Forbidden.
    """

    def work(session: Session) -> str:
        who = person(session, actor, "document.submit")
        document, incident = _document(session, who, document_id)
        kind = DocumentKind(document.kind)
        gates.require_clear(session, incident, kind, DOCUMENT_STATES)
        state = document_target("submit", DocumentState(document.state))
        if document.version != version:
            raise acting.conflict(session, ("document", document.id))
        gates.require_minimum(session, incident)
        row = gates.version_row(session, document)
        content = DraftContent.from_dict(row.content["draft"])
        gates.require_sound(session, incident, kind, content)
        row.content = stored(content, dossier_of(session, incident))
        row.content_sha256 = document.content_sha256 = content_hash(row.content)
        document.state = state
        document.updated_at = desk.clock.now()
        session.flush()
        row.docx = desk.renderer.official(_official(session, desk, document, row))
        if incident.state == IncidentState.DRAFTING:
            moves.move(session, desk, actor, incident, Act.SUBMIT)
        audit.record(
            session,
            desk,
            actor,
            "document.submit",
            "document",
            document.id,
            detail={"version": version},
            content_sha256=row.content_sha256,
        )
        return row.content_sha256

    return perform(desk, actor, "document.submit", "document", document_id, work)


def document(desk: Desk, document_id: int, version: int | None = None) -> OfficialDocument:
    """Everything the document shows, dossier included, ready for ``desk.renderer.official``."""
    with desk.store.read() as session:
        found = get(session, Document, document_id, "văn bản")
        return _official(session, desk, found, gates.version_row(session, found, version))


def render(desk: Desk, document_id: int, version: int | None = None) -> bytes:
    """The .docx: the bytes kept at submit or issue, or rendered now for a draft."""
    with desk.store.read() as session:
        found = get(session, Document, document_id, "văn bản")
        row = gates.version_row(session, found, version)
        return row.docx or desk.renderer.official(_official(session, desk, found, row))


def unchecked(desk: Desk, document_id: int) -> tuple[str, ...]:
    """Cited legal words that nobody has compared with the official text: the list behind the badge and the tick."""
    with desk.store.read() as session:
        found = get(session, Document, document_id, "văn bản")
        return unchecked_of(session, desk, found)


# --- for the other document services ----------------------------------------------------------------------------------


def unchecked_of(session: Session, desk: Desk, found: Document) -> tuple[str, ...]:
    """See :func:`unchecked`, inside a transaction."""
    row = gates.version_row(session, found)
    unit = _unit(session, found)
    return gates.unchecked_fields(
        DraftContent.from_dict(row.content["draft"]),
        profile_of(desk, found),
        Level(unit.level),
        DocumentKind(found.kind),
        wording.names(unit.details, unit.short_name),
    )


def profile_of(desk: Desk, found: Document) -> LegalProfile:
    """The legal profile that the version was written under."""
    for profile in desk.profiles.profiles:
        if profile.id == found.profile:
            return profile
    raise RuleBroken(
        "profile",
        f"Hồ sơ pháp lý {found.profile} của văn bản không còn trong hệ thống.",
        f"Legal profile {found.profile} is gone.",
        lawful="Lưu lại bản thảo để dùng hồ sơ pháp lý hiện hành.",
    )


def render_issued(session: Session, desk: Desk, found: Document, row: DocumentVersion) -> bytes:
    """The .docx with number, date and signer."""
    return desk.renderer.official(_official(session, desk, found, row))


def dossier_of(session: Session, incident: Incident) -> Dossier:
    """The clarification dossier as the record says now (Article 6 clause 1).

    Only claims whose standing verdict is Sai lệch are in it, with their reasons, evidence and fact lines: what is accurate, opinion,
    criticism or still open is never printed beside them (G1). Claims still open are counted, not quoted.
    """
    rows = [(claim, standing.standing(session, claim)) for claim in standing.claims_of(session, incident)]
    judged = [(claim, row) for claim, row in rows if row is not None and gates.clarifiable(row)]
    still_open = sum(row is None or row.verdict == Verdict.UNVERIFIED for _, row in rows)
    evidence: list[DossierEvidence] = []
    numbers: dict[int, int] = {}
    for claim, _ in judged:
        kept = (
            select(Evidence)
            .where(Evidence.claim_id == claim.id, Evidence.removed_at.is_(None))
            .order_by(Evidence.id)
        )
        for piece in session.scalars(kept):
            numbers[piece.id] = len(numbers) + 1
            evidence.append(
                DossierEvidence(
                    numbers[piece.id],
                    piece.title,
                    piece.source_name,
                    piece.obtained_at,
                    piece.sha256,
                    piece.url,
                )
            )
    items = session.execute(
        select(Item.id, Item.title, Item.url, Item.first_seen_at)
        .where(
            Item.story_id.in_(offices.of_incident(incident.id)),
            Item.id.not_in(denials.of_incident(incident.id)),
        )
        .order_by(Item.first_seen_at, Item.id)
        .limit(MAX_ITEMS)
    ).all()
    from_others = {
        item_id: words
        for item_id, one in origins(
            session, [*(row.id for row in items), *(claim.item_id for claim, _ in judged)]
        ).items()
        if (words := one.words())
    }
    return Dossier(
        incident_number=f"{incident.number}/{incident.year}",
        title=incident.title,
        claims=tuple(claim.quote for claim, _ in judged),
        verdict="; ".join(_verdict_words(row) for _, row in judged) or "chưa có kết luận",
        reason=" ".join(row.reason for _, row in judged),
        proposed_by=_people(session, [row.proposed_by for _, row in judged]),
        confirmed_by=_people(
            session,
            [one for _, row in judged for one in (row.reviewed_by, row.decided_by) if one is not None],
        ),
        facts=tuple(
            DossierFact(
                line.claim_part,
                line.fact,
                numbers.get(line.evidence_id) if line.evidence_id is not None else None,
                line.as_of,
            )
            for line in gates.fact_lines(session, incident)
        ),
        evidence=tuple(evidence),
        open_questions=(f"{still_open} nội dung khác của vụ việc đang được xác minh",) if still_open else (),
        items=tuple(
            (f"{title} ({from_others[item_id]})" if item_id in from_others else title, url, seen)
            for item_id, title, url, seen in items
        ),
        origins=tuple(from_others.get(claim.item_id, "") for claim, _ in judged),
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _document(session: Session, who: acting.Person, document_id: int) -> tuple[Document, Incident]:
    found = get(session, Document, document_id, "văn bản")
    incident = get(session, Incident, found.incident_id, "vụ việc")
    of_own_office(who, incident.unit_id)
    return found, incident


def _unit(session: Session, found: Document) -> Unit:
    return get(session, Unit, get(session, Incident, found.incident_id, "vụ việc").unit_id, "cơ quan")


def _keep(
    session: Session,
    desk: Desk,
    found: Document,
    number: int,
    content: DraftContent,
    dossier: Dossier,
    editor: int,
) -> None:
    data = stored(content, dossier)
    found.content_sha256 = content_hash(data)
    session.add(
        DocumentVersion(
            document_id=found.id,
            number=number,
            content=data,
            content_sha256=found.content_sha256,
            docx=None,
            edited_by=editor,
            edited_at=desk.clock.now(),
        )
    )
    session.flush()


def step_back(session: Session, desk: Desk, actor: Actor, incident: Incident, before: DocumentState) -> None:
    """8 → 7 when the last document that waited for approval went back to the drafter."""
    if (
        before not in {DocumentState.SUBMITTED, DocumentState.APPROVED}
        or incident.state != IncidentState.APPROVAL
    ):
        return
    session.flush()
    waiting = select(Document.id).where(
        Document.incident_id == incident.id,
        Document.state.in_([DocumentState.SUBMITTED, DocumentState.APPROVED]),
    )
    if session.scalar(waiting.limit(1)) is None:
        moves.move(session, desk, actor, incident, Act.RETURN)


def _official(session: Session, desk: Desk, found: Document, row: DocumentVersion) -> OfficialDocument:
    unit = _unit(session, found)
    content = DraftContent.from_dict(row.content["draft"])
    details: Mapping[str, Any] = unit.details
    rule = profile_of(desk, found).rule(Level(unit.level), DocumentKind(found.kind))
    issued = row.number == found.version and found.number
    dossier = dossier_from_dict(row.content["dossier"])
    if found.kind == DocumentKind.PRESS_RELEASE:
        # What goes to the public carries no link to the posts and no account's name (domain.md §4 style, G6, G7).
        dossier = replace(dossier, items=(), origins=())
    return OfficialDocument(
        kind=found.kind,
        superior=str(details.get("superior") or ""),
        agency=unit.name,
        number=found.number if issued else "",
        code=rule.code,
        place=str(details.get("place") or unit.short_name),
        issued_on=_noon(found.issued_on) if issued and found.issued_on is not None else None,
        title=content.title,
        subject=content.subject,
        addressees=tuple(Addressee(name) for name in content.addressees),
        bases=content.bases,
        paragraphs=content.paragraphs,
        recipients=tuple(Addressee(name) for name in content.recipients),
        archive=content.archive,
        signer_authority=content.signer_authority,
        signer_name=found.signer_name if issued else "",
        urgency=content.urgency,
        dossier=dossier,
        unchecked_fields=unchecked_of(session, desk, found) if row.number == found.version else (),
    )


def _noon(day: date) -> datetime:
    """Noon in Viet Nam of a day: the same day in every zone near by."""
    return datetime.combine(day, time(12), tzinfo=VIETNAM)


def _verdict_words(row: VerdictRecord) -> str:
    sub = SUB_VERDICT_VI[SubVerdict(row.sub_verdict)]
    return f"{VERDICT_VI[Verdict(row.verdict)]}{f' ({sub})' if sub else ''}"


def _people(session: Session, ids: list[int]) -> str:
    found = [session.get(Account, one) for one in dict.fromkeys(ids)]
    return ", ".join(
        f"{one.display_name}{f' ({one.position})' if one.position else ''}"
        for one in found
        if one is not None
    )


def _material(session: Session, incident: Incident, unit: Unit, dossier: Dossier) -> wording.Material:
    judged = []
    press = social = False
    first_seen_at = incident.received_at
    for claim in standing.claims_of(session, incident):
        item = get(session, Item, claim.item_id, "tin")
        source = session.get(Source, item.source_id) if item.source_id else None
        first_seen_at = min(first_seen_at, item.seen_at or item.published_at or item.first_seen_at)
        press = press or (source is not None and not source.social)
        social = social or source is None or source.social
        row = standing.standing(session, claim)
        if row is not None and gates.clarifiable(row):
            judged.append(_judged(session, claim, row))
    facts = []
    for line in gates.fact_lines(session, incident):
        piece = session.get(Evidence, line.evidence_id) if line.evidence_id is not None else None
        live = piece is not None and piece.removed_at is None
        facts.append(
            wording.Fact(
                line.fact,
                piece.id if piece is not None and live else None,
                piece.title if piece is not None and live else "",
                piece.source_name if piece is not None and live else "",
                line.as_of or (piece.as_of if piece is not None and live else ""),
            )
        )
    return wording.Material(
        agency=unit.name,
        short_name=unit.short_name,
        details=unit.details,
        incident_title=incident.title,
        incident_number=dossier.incident_number,
        received_at=incident.received_at,
        first_seen_at=first_seen_at,
        press=press,
        social=social,
        spread=incident.spread,
        harm=incident.harm,
        claims=tuple(judged),
        facts=tuple(facts),
        dossier=dossier,
    )


def _judged(session: Session, claim: Claim, row: VerdictRecord) -> wording.Judged:
    rests_on = session.scalars(
        select(Evidence)
        .where(Evidence.claim_id == claim.id, Evidence.removed_at.is_(None))
        .order_by(Evidence.id)
    )
    return wording.Judged(
        claim.neutral_text,
        SubVerdict(row.sub_verdict),
        row.reason,
        tuple((one.id, one.title, one.source_name) for one in rests_on),
    )
