"""The e-mail channel: one try over SMTP, and what its end means for the message.

A temporary answer, or a fault of the line or of our own settings, is "retry"; a lasting answer about this message is "failed".
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from alerts.channels.mail import address, build
from alerts.channels.safety import refusal
from core.errors import Misconfigured
from core.ports import Delivery, OutgoingMessage
from core.text.normalise import clean

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How the mail server is reached. ``ca`` is a file of trusted authorities; empty: those of the machine."""

    host: str
    port: int
    sender: str
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    timeout_seconds: float = 20.0


def _words(answer: bytes | str) -> str:
    """A server's answer as staff may read it: one short line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(clean(text).split())[:300]


def _answered(code: int, answer: bytes | str) -> Delivery:
    """4xx: try later; 5xx: never by itself (RFC 5321 §4.2.1)."""
    if 400 <= code < 500:
        return Delivery("retry", f"Máy chủ thư hẹn lại ({code}): {_words(answer)}")
    return Delivery("failed", f"Máy chủ thư từ chối ({code}): {_words(answer)}")


@dataclass
class _Progress:
    """Whether the text went over the line: after that, a broken line leaves it open if the mail arrived."""

    text_sent: bool = False


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; whatever comes back changes nothing any more."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


class SmtpChannel:
    """Sends by e-mail. Raises :class:`Misconfigured` for settings that cannot work or would show the password."""

    name = "email"

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        try:
            self._sender = address(settings.sender)
        except ValueError as error:
            raise Misconfigured(
                f"Địa chỉ gửi thư “{settings.sender}” không dùng được. Đặt LAMRO_MAIL_FROM, ví dụ vhxh@chiminh.example.",
                f'The sender address "{settings.sender}" cannot be used. Set LAMRO_MAIL_FROM, such as vhxh@chiminh.example.',
            ) from error
        if settings.user and settings.security == "none" and settings.host not in _LOOPBACK:
            raise Misconfigured(
                "Không gửi mật khẩu thư qua đường không mã hóa. Đặt LAMRO_SMTP_SECURITY là starttls hoặc tls.",
                "A mail password is not sent over an open line. Set LAMRO_SMTP_SECURITY to starttls or tls.",
            )

    def send(self, message: OutgoingMessage) -> Delivery:
        """Try once. Never raises for a fault of the other side or of the message."""
        refused = refusal(message)
        if refused is not None:
            return refused
        try:
            mail = build(message, self._sender)
        except ValueError:
            return Delivery(
                "failed", f"“{_words(message.recipient)}” không phải một địa chỉ thư điện tử. Sửa sổ địa chỉ."
            )
        progress = _Progress()
        try:
            server = self._connect()
            try:
                return self._hand_over(server, mail, progress)
            finally:
                _leave(server)
        except smtplib.SMTPDataError as error:
            return _answered(error.smtp_code, error.smtp_error)
        except smtplib.SMTPAuthenticationError as error:
            return Delivery(
                "retry",
                f"Sai tài khoản hoặc mật khẩu thư ({error.smtp_code}). Kiểm tra LAMRO_SMTP_USER, LAMRO_SMTP_PASSWORD.",
            )
        except smtplib.SMTPNotSupportedError:
            return Delivery(
                "retry",
                "Máy chủ thư không có STARTTLS hoặc không cho đăng nhập. Kiểm tra LAMRO_SMTP_SECURITY.",
            )
        except ssl.SSLError as error:
            return Delivery("retry", f"Không lập được đường mã hóa tới máy chủ thư: {_words(str(error))}")
        except (smtplib.SMTPException, OSError) as error:
            doubt = " Thư có thể đã tới; lần sau gửi cùng mã thư." if progress.text_sent else ""
            return Delivery(
                "retry", f"Mất liên lạc với máy chủ thư: {_words(str(error)) or type(error).__name__}.{doubt}"
            )

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage, progress: _Progress) -> Delivery:
        """MAIL, RCPT, DATA; each answer decides. Raises what smtplib and sockets raise when the line breaks."""
        code, answer = server.mail(self._sender.addr_spec)
        if code != 250:
            return _answered(code, answer)
        code, answer = server.rcpt(mail["To"].addresses[0].addr_spec)
        if code not in {250, 251}:
            return _answered(code, answer)
        progress.text_sent = True
        code, answer = server.data(mail.as_bytes())
        if code != 250:
            return _answered(code, answer)
        return Delivery("sent", f"Máy chủ thư đã nhận: {_words(answer)}")

    def _connect(self) -> smtplib.SMTP:
        """A greeted, encrypted, logged-in connection. Raises what smtplib, ssl and sockets raise."""
        settings = self.settings
        # Named, so that smtplib neither asks the name service nor tells this machine's name.
        here = self._sender.domain
        context = ssl.create_default_context(cafile=settings.ca or None)
        timeout = settings.timeout_seconds
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, local_hostname=here, timeout=timeout, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, local_hostname=here, timeout=timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                server.starttls(context=context)
                server.ehlo()
            if settings.user:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server
