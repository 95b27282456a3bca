"""One look into the inbox for forwarded reports: bytes from the mailbox, through the killable parser, into the store.

Used by the scheduler. Nothing in the mailbox is changed: our place in it is in the database.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from config.settings import Settings
from core.errors import LamroError, Misconfigured, Unavailable
from core.messages import IncomingMail, MailRead
from core.services import mail, units

if TYPE_CHECKING:
    from core.ports import Mailbox
    from core.services.desk import Desk
    from crawlers.parse_worker import ParseWorker

log = structlog.get_logger("lamro.mail")

#: mails taken at one look; the rest comes at the next
AT_ONCE = 50
#: of a mailbox never read before, mails this old are taken
FIRST_DAYS = 7


def read_mailbox(desk: Desk, settings: Settings, mailbox: Mailbox) -> Counter[str]:
    """Take in what is new. Returns how many mails were stored, seen, refused, skipped; a mailbox that is away is noted, not raised."""
    from crawlers.parse_worker import ParseWorker

    counts: Counter[str] = Counter()
    try:
        unit_id = office_of(desk, settings)
        place = mail.place(desk, mailbox.name)
        since = (desk.clock.now() - timedelta(days=FIRST_DAYS)).date()
        new = mailbox.new(place.validity, place.last_uid, since, AT_ONCE)
    except (Unavailable, Misconfigured) as error:
        log.warning("mailbox away", error=error.en)
        mail.failed(desk, mailbox.name, error)
        return counts
    if new.messages:
        with ParseWorker(parsers=("mail",)) as worker:
            for message in new.messages:
                outcome = _take(desk, settings, mailbox.name, new.validity, unit_id, message, worker)
                counts[outcome] += 1
    mail.looked(desk, mailbox.name, new.validity, new.reached)
    return counts


def _take(
    desk: Desk,
    settings: Settings,
    name: str,
    validity: int,
    unit_id: int,
    message: IncomingMail,
    worker: ParseWorker,
) -> str:
    if not message.data:
        return mail.refuse(
            desk,
            name,
            validity,
            message,
            mail.key_of(message, None),
            f"Thư lớn {message.size // (1 << 20)} MB nên không đọc (tối đa 28 MB). Mở hộp thư và nhập tay phần cần thiết.",
            "The mail is too large (at most 28 MB).",
        )
    try:
        read = worker.mail(message.data, desk.clock.now())
    except LamroError as error:
        return mail.refuse(
            desk,
            name,
            validity,
            message,
            mail.key_of(message, None),
            f"Bộ đọc không đọc được thư này ({error.code}). Mở hộp thư để xem.",
            f"The mail could not be read: {error}",
        )
    if read.automatic or not _welcome(read, settings):
        return mail.note(desk, name, validity, message, mail.key_of(message, read), "skipped")
    return mail.receive(desk, name, validity, unit_id, message, read)


def _welcome(read: MailRead, settings: Settings) -> bool:
    """Whether this sender's mails are taken. The address is what the mail claims: a filter against noise, no proof."""
    sender = read.sender.casefold()
    if sender and sender == settings.mail_from.casefold():
        return False
    listed = [word.strip().casefold() for word in settings.imap_senders.split(",") if word.strip()]
    return not listed or any(
        sender == word or sender.endswith("@" + word.removeprefix("@")) for word in listed
    )


def office_of(desk: Desk, settings: Settings) -> int:
    """The office that the inbox belongs to. Raises :class:`Misconfigured` when that cannot be told."""
    if settings.imap_unit:
        found = units.by_locality(desk, settings.imap_unit)
        if found is not None:
            return found
        raise Misconfigured(
            f"LAMRO_IMAP_UNIT={settings.imap_unit} không phải mã của cơ quan nào trong hệ thống.",
            f"LAMRO_IMAP_UNIT={settings.imap_unit} is no office's code.",
        )
    offices = units.active_units(desk)
    if len(offices) == 1:
        return offices[0]
    raise Misconfigured(
        "Có nhiều cơ quan (hoặc chưa có cơ quan nào): đặt LAMRO_IMAP_UNIT bằng mã cơ quan nhận thư, ví dụ 11131.",
        "Set LAMRO_IMAP_UNIT to the code of the office that the inbox belongs to.",
    )
