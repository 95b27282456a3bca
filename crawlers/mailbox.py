"""The office's inbox over IMAP (RFC 3501), as a :class:`core.ports.Mailbox`: TLS only, opened read-only, bounded.

It runs in the scheduler, which holds the mailbox's password as it holds that of the mail server, and only moves bytes: what a mail says
is read in the parse worker's child (decision 17).
"""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from core.errors import Unavailable
from core.messages import IncomingMail, NewMail

#: larger mails are named to staff and not read: attachments are at most 20 MB, and base64 adds a third
MAIL_BYTES = 28 << 20
SECONDS = 30.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})", re.I)
_FOLDER = re.compile(r"[ -~]{1,200}")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where the mailbox is. ``security``: "tls" from the first byte, or "starttls". ``ca`` names a file of trusted authorities."""

    host: str
    user: str
    password: str
    port: int = 993
    security: Literal["tls", "starttls"] = "tls"
    folder: str = "INBOX"
    ca: str = ""
    seconds: float = SECONDS


class ImapMailbox:
    """One connection a look; nothing is kept open."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self.name = f"{settings.host}/{settings.folder}"[:300]

    def new(self, validity: int, after: int, since: date, limit: int) -> NewMail:
        """As the port says. Raises :class:`Unavailable`."""
        try:
            box = self._open()
        except ssl.SSLError as error:
            raise self._away(
                "chứng thư bảo mật của máy chủ thư không hợp lệ; kiểm tra tên máy chủ hoặc LAMRO_IMAP_CA",
                f"certificate: {error.reason}",
            ) from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._away(
                "không kết nối được máy chủ thư; kiểm tra LAMRO_IMAP_HOST, LAMRO_IMAP_PORT và mạng",
                _words(error),
            ) from error
        try:
            self._log_in(box)
            found = self._select(box)
            same = found == validity
            wanted = (
                f"UID {after + 1}:*" if same else f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            )
            numbers = [number for number in self._search(box, wanted) if number > (after if same else 0)]
            messages = tuple(self._message(box, number) for number in numbers[:limit])
            taken = max((message.uid for message in messages), default=after if same else 0)
            reached = taken if len(numbers) > limit else max(taken, self._next(box) - 1)
            return NewMail(validity=found, messages=messages, reached=reached)
        except (OSError, imaplib.IMAP4.error, ValueError) as error:
            raise self._away(
                "máy chủ thư ngắt kết nối hoặc trả lời sai chuẩn; sẽ thử lại ở lần sau", _words(error)
            ) from error
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                box.logout()

    def _open(self) -> imaplib.IMAP4:
        chosen = self._settings
        context = ssl.create_default_context(cafile=chosen.ca or None)
        if chosen.security == "tls":
            return _BoundedTls(chosen.host, chosen.port, ssl_context=context, timeout=chosen.seconds)
        box = _Bounded(chosen.host, chosen.port, timeout=chosen.seconds)
        try:
            box.starttls(context)
        except BaseException:
            box.shutdown()
            raise
        return box

    def _log_in(self, box: imaplib.IMAP4) -> None:
        user, password = self._settings.user, self._settings.password
        try:
            if (user + password).isascii():
                box.login(user, password)
            else:  # LOGIN knows no Vietnamese letters
                box.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            # The server's words may repeat what was sent: they are not handed on.
            raise self._away(
                "máy chủ thư không nhận tên hoặc mật khẩu; kiểm tra LAMRO_IMAP_USER và LAMRO_IMAP_PASSWORD "
                "(nhiều nhà cung cấp đòi mật khẩu ứng dụng)",
                "log-in refused",
            ) from error

    def _select(self, box: imaplib.IMAP4) -> int:
        folder = self._settings.folder
        if not _FOLDER.fullmatch(folder):
            raise self._away("tên thư mục thư phải viết không dấu, ví dụ INBOX", "folder name is not ASCII")
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        if box.select(f'"{quoted}"', readonly=True)[0] != "OK":
            raise self._away(
                f"máy chủ thư không có thư mục {folder}; sửa LAMRO_IMAP_FOLDER", "no such folder"
            )
        data: Any = box.response("UIDVALIDITY")[1]
        return int(data[0]) if data and data[0] else 0

    @staticmethod
    def _next(box: imaplib.IMAP4) -> int:
        """The number that the next mail gets, as it was when the folder was opened; 0 when the server does not say."""
        data: Any = box.response("UIDNEXT")[1]
        return int(data[0]) if data and data[0] else 0

    @staticmethod
    def _search(box: imaplib.IMAP4, wanted: str) -> list[int]:
        answer, data = box.uid("SEARCH", wanted)
        if answer != "OK":
            raise imaplib.IMAP4.error("search refused")
        return sorted({int(word) for line in data if isinstance(line, bytes) for word in line.split()})

    @staticmethod
    def _message(box: imaplib.IMAP4, number: int) -> IncomingMail:
        _, data = box.uid("FETCH", str(number), "(RFC822.SIZE)")
        head = b" ".join(part if isinstance(part, bytes) else part[0] for part in data if part)
        size = int(found[1]) if (found := _SIZE.search(head)) else 0
        if size > MAIL_BYTES:
            return IncomingMail(uid=number, size=size, data=b"")
        _, data = box.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{MAIL_BYTES}>)")
        body = next((part[1] for part in data if isinstance(part, tuple)), b"")
        return IncomingMail(uid=number, size=size or len(body), data=bytes(body))

    def _away(self, vi: str, en: str) -> Unavailable:
        return Unavailable(
            f"Không đọc được hộp thư tiếp nhận {self.name}: {vi}.", f"Mailbox {self.name}: {en}"
        )


class _Bounded(imaplib.IMAP4):
    """Takes no literal longer than a mail may be, whatever the server announces."""

    def read(self, size: int) -> bytes:
        if size > MAIL_BYTES:
            raise self.abort("literal too long")
        return super().read(size)


class _BoundedTls(imaplib.IMAP4_SSL):
    """The same with TLS from the first byte."""

    def read(self, size: int) -> bytes:
        if size > MAIL_BYTES:
            raise self.abort("literal too long")
        return super().read(size)


def _words(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "name not known"
    return type(error).__name__
