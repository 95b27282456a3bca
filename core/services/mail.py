"""Forwarded mails become received items, each once (Article 6.2: detects *or receives*): the same checks, the same way into the store
as the form for what is received by hand.

Who forwarded it is masked and never indexed (G7); a mail that carries a secrecy marking leaves nothing here but its number (S2-20).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from core.errors import Invalid, LamroError, RuleBroken
from core.messages import IncomingMail, MailRead
from core.records.item import Capture
from core.records.mail import MailboxPlace, MailSeen
from core.records.source import CrawlRequest
from core.services import audit, intake, storing
from core.services.desk import Desk
from core.services.prepared import Refusal
from core.services.receiving import ReceivedText, check_content, received_for, upload_kind
from core.text.handles import mask_address, mask_addresses_in, mask_handles_in
from core.text.normalise import clean

MailOutcome = Literal["stored", "seen", "refused", "skipped"]
_TITLE, _TEXT, _NOTE = 500, 200_000, 4_000


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read: the server's numbering, and the last number of it that was dealt with."""

    validity: int = 0
    last_uid: int = 0


def place(desk: Desk, mailbox: str) -> Place:
    """Our place in a mailbox; the very beginning when it was never read."""
    with desk.store.read() as session:
        row = session.get(MailboxPlace, mailbox)
        return Place() if row is None else Place(row.validity, row.last_uid)


def looked(desk: Desk, mailbox: str, validity: int, reached: int) -> None:
    """Note that the mailbox was read without a fault, up to the number ``reached``."""
    now = desk.clock.now()
    with desk.store.write() as session:
        row = _place(session, mailbox, now)
        if row.validity != validity:
            row.validity, row.last_uid = validity, 0
        row.last_uid = max(row.last_uid, reached)
        row.looked_at = row.read_at = now
        row.error_vi = row.error_en = ""


def failed(desk: Desk, mailbox: str, error: LamroError) -> None:
    """Note why the mailbox could not be read; our place in it stays."""
    with desk.store.write() as session:
        row = _place(session, mailbox, desk.clock.now())
        row.looked_at, row.error_vi, row.error_en = desk.clock.now(), error.vi, error.en


def is_known(desk: Desk, key: str) -> bool:
    """Whether this mail was dealt with before, under whatever number."""
    with desk.store.read() as session:
        return session.get(MailSeen, key) is not None


def key_of(message: IncomingMail, read: MailRead | None) -> str:
    """What makes a mail one: its Message-ID; without one, its bytes."""
    if read is not None and read.message_id:
        return hashlib.sha256(f"id:{read.message_id}".encode("utf-8", "replace")).hexdigest()
    if message.data:
        return hashlib.sha256(b"bytes:" + message.data).hexdigest()
    return hashlib.sha256(f"unread:{message.uid}:{message.size}".encode()).hexdigest()


def receive(
    desk: Desk, mailbox: str, validity: int, unit_id: int, message: IncomingMail, read: MailRead
) -> MailOutcome:
    """Store one mail for an office: item, attachments, links to read and our place in the mailbox, in one transaction. Idempotent."""
    key = key_of(message, read)
    if is_known(desk, key):
        return note(desk, mailbox, validity, message, key, "seen")
    try:
        given, uploads = _given(desk, read)
        check_content(desk, given)
    except RuleBroken as error:
        audit.refused(desk, None, "item.receive", "mail", message.uid, error)
        return refuse(
            desk,
            mailbox,
            validity,
            message,
            key,
            "Thư mang dấu độ mật nên không đưa vào hệ thống. Xử lý theo quy định bảo vệ bí mật nhà nước, ngay trong hộp thư.",
            "The mail carries a secrecy marking and was not taken in. Deal with it in the mailbox, by the rules for state secrets.",
        )
    except Invalid as error:
        return refuse(desk, mailbox, validity, message, key, error.vi, error.en)
    prepared = received_for(unit_id, given, via="mail")

    def finish(session: Session, taken: intake.TakenItem) -> None:
        for path, sha256, size, kind in uploads:
            storing.add_capture(
                session,
                Capture(
                    item_id=taken.item_id,
                    kind="upload",
                    path=path,
                    sha256=sha256,
                    body_bytes=size,
                    content_type=kind,
                    url_chain=[],
                    fetched_at=desk.clock.now(),
                ),
            )
        session.add_all(_link_requests(desk, unit_id, read.links, given))
        audit.record(
            session,
            desk,
            None,
            "item.receive",
            "item",
            taken.item_id,
            detail={
                "via": "mail",
                "outcome": taken.outcome,
                "unit": unit_id,
                "mailbox": mailbox,
                "number": message.uid,
                "uploads": [upload[1] for upload in uploads],
                "links": len(read.links),
            },
            content_sha256=prepared.content_sha256,
        )
        _move(session, desk, mailbox, validity, message, key, "stored", taken.item_id)

    stored = intake.store_received(desk, prepared, finish)
    if isinstance(stored, Refusal):
        return refuse(desk, mailbox, validity, message, key, stored.vi, stored.en)
    return "stored"


def refuse(
    desk: Desk, mailbox: str, validity: int, message: IncomingMail, key: str, vi: str, en: str
) -> MailOutcome:
    """Put a mail aside with its reason, for staff to see; nothing of its words is kept."""
    with desk.store.write() as session:
        storing.quarantine(
            session,
            desk,
            Refusal(
                None,
                f"Một thư trong hộp thư tiếp nhận bị giữ riêng: {vi}",
                f"A mail of the inbox was refused: {en}",
                f"{mailbox}, thư số {message.uid}, {message.size} byte",
            ),
        )
        _move(session, desk, mailbox, validity, message, key, "refused", None)
    return "refused"


def note(
    desk: Desk, mailbox: str, validity: int, message: IncomingMail, key: str, outcome: MailOutcome
) -> MailOutcome:
    """Go past a mail: known already, or written by a program."""
    with desk.store.write() as session:
        _move(session, desk, mailbox, validity, message, key, outcome, None)
    return outcome


def _given(desk: Desk, read: MailRead) -> tuple[ReceivedText, list[tuple[str, str, int, str]]]:
    """The mail as the form for received texts would hold it, and its attachments as they are kept.

    The secrecy of subject, words and file names is checked before a file is kept. Raises what :func:`check_content` raises.
    """
    sender = mask_address(clean(read.sender)) if read.sender else ""
    subject = mask_addresses_in(clean(read.subject)).strip()
    text = mask_addresses_in(clean(read.text)).strip()
    now = desk.clock.now()
    names = ", ".join(clean(one.name) or "không tên" for one in read.attachments)
    given = ReceivedText(
        url="",
        title=subject[:_TITLE],
        text=(text or subject or "\n".join(read.links) or "(thư chỉ có tệp đính kèm)")[:_TEXT],
        seen_where=f"Hộp thư tiếp nhận, thư của {sender}"[:300]
        if sender
        else "Hộp thư tiếp nhận, không rõ người gửi",
        seen_at=now if read.sent_at is None else min(read.sent_at, now),
        upload_name=names,
    )
    check_content(desk, given)
    kept: list[tuple[str, str, int, str]] = []
    left: list[str] = []
    for attachment in read.attachments:
        data = base64.b64decode(attachment.base64)
        try:
            suffix, kind = upload_kind(data)
        except Invalid as error:
            left.append(
                f"{mask_handles_in(mask_addresses_in(clean(attachment.name))) or 'không tên'} ({error.vi})"
            )
            continue
        path, sha256 = desk.captures.keep(data, suffix)
        kept.append((path, sha256, len(data), kind))
    if "attachments_cut" in read.warnings:
        left.append("các tệp vượt quá 10 tệp hoặc 20 MB")
    said = "Tệp đính kèm không giữ: " + "; ".join(left) if left else ""
    return _with_note(given, said), kept


def _with_note(given: ReceivedText, words: str) -> ReceivedText:
    return ReceivedText(given.url, given.title, given.text, given.seen_where, given.seen_at, words[:_NOTE])


def _link_requests(desk: Desk, unit_id: int, links: Sequence[str], given: ReceivedText) -> list[CrawlRequest]:
    """Each link is read like one that a person pasted."""
    now = desk.clock.now()
    return [
        CrawlRequest(
            kind="link",
            url=clean(link).strip()[:2000],
            details={
                "seen_where": given.seen_where,
                "seen_at": given.seen_at.isoformat() if given.seen_at else "",
                "note": f"Đường dẫn trong thư: {given.title}"[:_NOTE],
                "unit_id": unit_id,
                "via": "mail",
            },
            requested_at=now,
        )
        for link in links
    ]


def _place(session: Session, mailbox: str, now: datetime) -> MailboxPlace:
    row = session.get(MailboxPlace, mailbox)
    if row is None:
        row = MailboxPlace(name=mailbox, looked_at=now, validity=0, last_uid=0)
        session.add(row)
    return row


def _move(
    session: Session,
    desk: Desk,
    mailbox: str,
    validity: int,
    message: IncomingMail,
    key: str,
    outcome: MailOutcome,
    item_id: int | None,
) -> None:
    """Our place goes past this mail, and the mail is noted once."""
    now = desk.clock.now()
    row = _place(session, mailbox, now)
    if row.validity != validity:
        row.validity, row.last_uid = validity, 0
    row.last_uid = max(row.last_uid, message.uid)
    row.looked_at = now
    if session.get(MailSeen, key) is None:
        session.add(
            MailSeen(
                key=key,
                mailbox=mailbox,
                uid=message.uid,
                sha256=hashlib.sha256(message.data).hexdigest(),
                outcome=outcome,
                item_id=item_id,
                at=now,
            )
        )
