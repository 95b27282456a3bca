"""The e-mail itself: one recipient, the text, the files, and an identity that stays the same on every try (RFC 5322)."""

from __future__ import annotations

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, cast

from alerts.channels.safety import named
from core.ports import OutgoingMessage

_ID = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_TYPE = re.compile(r"([a-z0-9.+-]+)/([a-z0-9.+-]+)", re.IGNORECASE)


def address(text: str) -> Address:
    """One mailbox with a domain that can be sent over SMTP; a name in the domain of another script is encoded.

    Raises ValueError on anything else: a list, no domain, letters outside ASCII before the "@".
    """
    header = cast("Any", SMTP.header_factory("To", text.strip()))
    if len(header.addresses) != 1 or header.defects:
        raise ValueError(text)
    name, user, domain = (
        header.addresses[0].display_name,
        header.addresses[0].username,
        header.addresses[0].domain,
    )
    if not user or not domain or not user.isascii():
        raise ValueError(text)
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(text) from error
    made = Address(display_name=name, username=user, domain=ascii_domain)
    if not re.fullmatch(r"[A-Za-z0-9.-]+", ascii_domain):
        raise ValueError(text)
    return made


def message_id(text: str, domain: str) -> str:
    """The Message-ID header: the stable id as it is when it has the form, else its hash at our domain."""
    bare = text.strip().strip("<>")
    if _ID.fullmatch(bare):
        return f"<{bare}>"
    if _ID.fullmatch(f"{bare}@{domain}"):
        return f"<{bare}@{domain}>"
    return f"<{hashlib.sha256(bare.encode()).hexdigest()[:40]}@{domain}>"


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no mail can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def build(message: OutgoingMessage, sender: Address) -> EmailMessage:
    """The mail. Raises ValueError when the recipient is no address. File names go out as RFC 2231 UTF-8."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = address(message.recipient)
    mail["Subject"] = _encodable(message.subject)
    mail["Message-ID"] = message_id(message.message_id, sender.domain)
    if message.sent_at is not None:
        mail["Date"] = format_datetime(message.sent_at)
    mail["Auto-Submitted"] = "auto-generated"
    body = _encodable(message.body)
    mail.set_content(body, cte=None if body.isascii() else "base64")
    for name, attachment in named(message.attachments):
        found = _TYPE.fullmatch(attachment.content_type)
        main, sub = (found.group(1), found.group(2)) if found else ("application", "octet-stream")
        if main.lower() in {"multipart", "message"}:
            main, sub = "application", "octet-stream"
        mail.add_attachment(attachment.data, maintype=main, subtype=sub, filename=name)
    return mail
