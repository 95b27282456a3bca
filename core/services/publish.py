"""Issue, queue, publish (domain.md §2 states 9 and 10). The signature itself happens in the official document system."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import Invalid, RuleBroken
from core.records.document import Dispatch, Document
from core.records.incident import Incident
from core.records.unit import Unit
from core.rules.four_eyes import approver_is_no_editor
from core.rules.vocabulary import (
    DOCUMENT_VI,
    DeadlineKind,
    DispatchState,
    DocumentKind,
    DocumentState,
    IncidentState,
    Role,
)
from core.rules.workflow import DISPATCH_STATES, DOCUMENT_STATES, Act, document_target
from core.services import acting, audit, draft, gates, moves
from core.services.acting import get, of_own_office, perform, person, words
from core.services.desk import Actor, Desk
from core.services.draft_content import DraftContent, dossier_to_dict
from core.text.normalise import clean

CHANNELS = frozenset({"email", "folder"})
_NUMBER = re.compile(r"^0*([1-9][0-9]{0,4})$")
_EMAIL = re.compile(r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_FOLDER = re.compile(r"^[a-z0-9][a-z0-9-]{0,79}$")

#: which clocks the sending of a document stops (domain.md §2 clocks)
STOPS: dict[DocumentKind, tuple[DeadlineKind, ...]] = {
    DocumentKind.PRESS_RELEASE: (DeadlineKind.FIRST_STATEMENT, DeadlineKind.DIVIDED_OPINION),
    DocumentKind.NOTICE: (DeadlineKind.NOTICE,),
}


def issue(
    desk: Desk, actor: Actor, document_id: int, version: int, number: str, issued_on: date, signer_name: str
) -> None:
    """Record number, date and signer that the clerk gave in the official system; the .docx is rendered with them and kept.

    Needs every approval of exactly this version, legal fields ticked, no placeholder, no secrecy marking, and a Sai lệch that
    stands. A number is used once a year, kind and office. Raises :class:`RuleBroken`, :class:`Invalid`, Conflict, Forbidden.
    """

    def work(session: Session) -> None:
        who = person(session, actor, "document.issue")
        document = get(session, Document, document_id, "văn bản")
        incident = get(session, Incident, document.incident_id, "vụ việc")
        of_own_office(who, incident.unit_id)
        acting.lock(session, incident.unit_id)
        kind = DocumentKind(document.kind)
        state = document_target("issue", DocumentState(document.state))
        if document.version != version:
            raise acting.conflict(session, ("document", document.id))
        if Role.CLERK not in who.roles:
            # a signer takes responsibility for another's text; a clerk only records the number
            approver_is_no_editor(who.id, gates.editors(session, document))
        gates.require_clear(session, incident, kind, DOCUMENT_STATES)
        row = gates.version_row(session, document)
        gates.require_approved(session, document)
        gates.require_sound(session, incident, kind, DraftContent.from_dict(row.content["draft"]))
        gates.require_same_ground(
            gates.frozen_dossier(row), dossier_to_dict(draft.dossier_of(session, incident))
        )
        given, signer = _issue_form(number, signer_name)
        _day(desk, document, issued_on)
        fields = draft.unchecked_of(session, desk, document)
        if fields and document.checked_fields_by is None:
            raise RuleBroken(
                "unchecked",
                f"Còn {len(fields)} căn cứ, nơi nhận chưa đối chiếu văn bản gốc, ví dụ “{fields[0][:80]}”.",
                f"{len(fields)} legal field(s) were not compared with the official text.",
                lawful="Người duyệt, người ký hoặc văn thư đối chiếu rồi đánh dấu “đã đối chiếu”.",
            )
        if desk.profiles.on(issued_on).id != document.profile:
            raise RuleBroken(
                "profile",
                "Ngày phát hành thuộc hồ sơ pháp lý khác với bản đã duyệt (căn cứ, nơi nhận đã đổi).",
                "The date of issue falls under another legal profile than the approved version.",
                lawful="Người soạn lưu lại bản thảo với căn cứ hiện hành, rồi gửi duyệt lại.",
            )
        _unused(session, incident, document, given, issued_on.year)
        document.state = state
        document.number, document.issued_on, document.signer_name, document.issued_by = (
            given,
            issued_on,
            signer,
            who.id,
        )
        document.updated_at = desk.clock.now()
        session.flush()
        row.docx = draft.render_issued(session, desk, document, row)
        if incident.state == IncidentState.APPROVAL:
            moves.move(session, desk, actor, incident, Act.ISSUE)
        audit.record(
            session,
            desk,
            actor,
            "document.issue",
            "document",
            document.id,
            detail={
                "version": version,
                "number": given,
                "issued_on": issued_on.isoformat(),
                "signer": signer,
                "docx_sha256": hashlib.sha256(row.docx).hexdigest(),
            },
            content_sha256=document.content_sha256,
        )

    perform(
        desk, actor, "document.issue", "document", document_id, work, before_commit="approve.before_commit"
    )


def queue(
    desk: Desk, actor: Actor, document_id: int, recipients: Sequence[tuple[str, str, str]]
) -> list[int]:
    """Queue an issued document for recipients (name, channel, address); a repeat returns the row that exists, and
    a row that failed is queued again. Returns row ids.

    Raises :class:`RuleBroken` before issue, without a standing Sai lệch, or while the incident is paused or handed over.
    """

    def work(session: Session) -> list[int]:
        who = person(session, actor, "document.queue")
        document = get(session, Document, document_id, "văn bản")
        incident = get(session, Incident, document.incident_id, "vụ việc")
        of_own_office(who, incident.unit_id)
        require_sendable(session, document, incident)
        wanted = [_recipient(*one) for one in recipients]
        if not wanted:
            raise Invalid(
                "Chọn ít nhất một nơi nhận.", "No recipient.", fields={"recipients": "Chọn nơi nhận."}
            )
        now = desk.clock.now()
        unit = get(session, Unit, incident.unit_id, "cơ quan")
        ids = []
        for name, channel, address in dict.fromkeys(wanted):
            row = session.scalar(
                select(Dispatch).where(
                    Dispatch.document_id == document.id,
                    Dispatch.version == document.version,
                    Dispatch.channel == channel,
                    Dispatch.recipient == address,
                )
            )
            if row is None:
                row = Dispatch(
                    document_id=document.id,
                    version=document.version,
                    channel=channel,
                    recipient=address,
                    recipient_name=name,
                    subject=f"{DOCUMENT_VI[DocumentKind(document.kind)]} số {document.number}: {document.subject}"[
                        :300
                    ],
                    body=_body(unit, document, name),
                    message_id=message_id(desk, document, channel, address),
                    next_try_at=now,
                    queued_by=who.id,
                    queued_at=now,
                )
                session.add(row)
                session.flush()
                audit.record(
                    session,
                    desk,
                    actor,
                    "document.queue",
                    "document",
                    document.id,
                    detail={
                        "dispatch": row.id,
                        "channel": channel,
                        "recipient": address,
                        "message_id": row.message_id,
                    },
                    content_sha256=document.content_sha256,
                )
            elif row.state == DispatchState.FAILED:
                # a person tries again what failed; the Message-ID stays
                row.state, row.next_try_at, row.queued_at, row.attempts = DispatchState.QUEUED, now, now, 0
                audit.record(
                    session,
                    desk,
                    actor,
                    "document.requeue",
                    "document",
                    document.id,
                    detail={"dispatch": row.id, "recipient": address},
                )
            ids.append(row.id)
        return ids

    return perform(
        desk, actor, "document.queue", "document", document_id, work, before_commit="approve.before_commit"
    )


def published(
    desk: Desk, actor: Actor, document_id: int, where: str, url: str = "", at: datetime | None = None
) -> None:
    """Record that an issued document was put on a channel by hand (portal, notice board): where, address, when. Stops its clocks."""

    def work(session: Session) -> None:
        who = person(session, actor, "document.publish")
        document = get(session, Document, document_id, "văn bản")
        incident = get(session, Incident, document.incident_id, "vụ việc")
        of_own_office(who, incident.unit_id)
        require_sendable(session, document, incident)
        text = words(clean(where), "where", "Công bố ở đâu", least=3, most=300)
        if url and not url.startswith(("https://", "http://")):
            raise Invalid(
                "Địa chỉ phải bắt đầu bằng http:// hoặc https://.",
                "Bad address.",
                fields={"url": "Địa chỉ không đúng."},
            )
        moment = at or desk.clock.now()
        if moment.tzinfo is None or moment > desk.clock.now():
            raise Invalid(
                "Thời điểm công bố không được ở tương lai.",
                "at is in the future.",
                fields={"at": "Nhập lại thời điểm."},
            )
        audit.record(
            session,
            desk,
            actor,
            "document.publish",
            "document",
            document.id,
            detail={"where": text, "url": url[:2000], "at": moment},
            content_sha256=document.content_sha256,
        )
        went_out(session, desk, actor, document, incident, moment)

    perform(
        desk, actor, "document.publish", "document", document_id, work, before_commit="approve.before_commit"
    )


# --- for dispatch -----------------------------------------------------------------------------------------------------


def require_sendable(session: Session, document: Document, incident: Incident) -> None:
    """Issued, approved as it is, and still lawful now. Raises :class:`RuleBroken` otherwise (decision 8)."""
    document_target("publish", DocumentState(document.state))
    gates.version_row(session, document)
    gates.require_approved(session, document)
    gates.require_clear(session, incident, DocumentKind(document.kind), DISPATCH_STATES)


def went_out(
    session: Session, desk: Desk, actor: Actor | None, document: Document, incident: Incident, at: datetime
) -> None:
    """The document reached somebody: it is published, its clocks stop, the incident follows."""
    document.state = document_target("publish", DocumentState(document.state))
    document.updated_at = desk.clock.now()
    moves.stop_clocks(session, incident.id, STOPS[DocumentKind(document.kind)], at)
    session.flush()
    if incident.state == IncidentState.ISSUED:
        moves.move(session, desk, actor, incident, Act.PUBLISH)


def message_id(desk: Desk, document: Document, channel: str, address: str) -> str:
    """The same for every try of one document to one recipient, so that a repeat can be recognised."""
    key = hashlib.sha256(
        f"{document.id}\n{document.version}\n{document.content_sha256}\n{channel}\n{address}".encode()
    ).hexdigest()[:32]
    domain = desk.mail_from.rpartition("@")[2] or "lamro.invalid"
    return f"<lamro.{document.id}.{document.version}.{key}@{domain[:60]}>"


# --- inside -----------------------------------------------------------------------------------------------------------


def _issue_form(number: str, signer_name: str) -> tuple[str, str]:
    fields: dict[str, str] = {}
    found = _NUMBER.match(number.strip())
    if found is None:
        fields["number"] = "Số văn bản là số từ 1 đến 99999, do văn thư cấp."
    signer = " ".join(clean(signer_name).split())
    if not 2 <= len(signer) <= 120 or "[" in signer:
        fields["signer_name"] = "Nhập họ tên người ký."
    if fields or found is None:
        raise Invalid("Thông tin phát hành chưa đúng.", "The issue form is wrong.", fields=fields)
    return f"{int(found.group(1)):02d}", signer


def _day(desk: Desk, document: Document, issued_on: date) -> None:
    today = desk.clock.now().astimezone(VIETNAM).date()
    if not document.created_at.astimezone(VIETNAM).date() <= issued_on <= today:
        message = "Ngày phát hành không thể trước ngày lập dự thảo hoặc sau hôm nay."
        raise Invalid(message, "issued_on is out of range.", fields={"issued_on": message})


def _unused(session: Session, incident: Incident, document: Document, number: str, year: int) -> None:
    used = session.scalar(
        select(Document.id)
        .join(Incident, Incident.id == Document.incident_id)
        .where(
            Incident.unit_id == incident.unit_id,
            Document.kind == document.kind,
            Document.number == number,
            Document.issued_on >= date(year, 1, 1),
            Document.issued_on <= date(year, 12, 31),
            Document.id != document.id,
        )
        .limit(1)
    )
    if used is not None:
        message = f"Số {number} của loại văn bản này đã dùng trong năm {year}."
        raise Invalid(
            message, f"Number {number} of {year} is taken by document {used}.", fields={"number": message}
        )


def _recipient(name: str, channel: str, address: str) -> tuple[str, str, str]:
    who, where = " ".join(clean(name).split()), address.strip()
    if channel not in CHANNELS:
        raise Invalid(
            f"Không có kênh gửi “{channel[:40]}”.",
            "Unknown channel.",
            fields={"recipients": "Chọn kênh email hoặc thư mục."},
        )
    pattern = _EMAIL if channel == "email" else _FOLDER
    if not who or len(who) > 200 or len(where) > 200 or not pattern.match(where):
        message = f"Địa chỉ của “{who[:60]}” không đúng."
        raise Invalid(message, f"Bad address for {who!r}.", fields={"recipients": message})
    return who, channel, where


def _body(unit: Unit, document: Document, name: str) -> str:
    issued = f"{document.issued_on:%d/%m/%Y}" if document.issued_on is not None else ""
    return (
        f"Kính gửi {name},\n\n{unit.name} gửi {DOCUMENT_VI[DocumentKind(document.kind)].lower()} số {document.number} ngày {issued}, "
        f"{document.subject}. Văn bản và phụ lục ở tệp kèm theo.\n\nTrân trọng,\n{unit.name}\n"
    )
