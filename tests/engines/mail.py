"""A real SMTP server on loopback that keeps what it is given."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Received:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class _Loopback(Controller):
    """Listens on whatever port the kernel gives; the stock class needs one named beforehand."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = int(server.sockets[0].getsockname()[1])
        super()._trigger_server()


class SmtpSink:
    """``host`` and ``port`` to send to; ``received`` is what came; ``answers`` are said, one a mail, instead of 250 OK."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[str] = []
        self._controller = _Loopback(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        """aiosmtpd's hook: one mail has arrived."""
        if self.answers:
            return self.answers.pop(0)
        self.received.append(
            Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content)
        )
        return "250 OK"

    @property
    def host(self) -> str:
        """Always loopback."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port that the kernel chose."""
        return int(self._controller.port)

    def start(self) -> None:
        """Listen."""
        self._controller.start()

    def stop(self) -> None:
        """Close the port: connections are refused from now on."""
        if self._controller.server is not None:
            self._controller.stop(no_assert=True)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A running SMTP server of this test alone."""
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()
