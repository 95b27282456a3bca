"""How the inbox for forwarded reports does, for ``lamro doctor`` and the health page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.records.mail import MailboxPlace, MailSeen
from core.services.desk import Desk


@dataclass(frozen=True, slots=True)
class MailboxHealth:
    """The last look, the last that succeeded, the sentence when it did not, and how many mails became items or were put aside."""

    looked_at: datetime
    read_at: datetime | None
    error_vi: str
    error_en: str
    stored: int
    refused: int


def mailbox_health(desk: Desk, name: str) -> MailboxHealth | None:
    """None when the mailbox was never looked into."""
    with desk.store.read() as session:
        row = session.get(MailboxPlace, name)
        if row is None:
            return None
        counted = session.execute(
            select(MailSeen.outcome, func.count()).where(MailSeen.mailbox == name).group_by(MailSeen.outcome)
        )
        counts = {row[0]: row[1] for row in counted}
        return MailboxHealth(
            row.looked_at,
            row.read_at,
            row.error_vi,
            row.error_en,
            counts.get("stored", 0),
            counts.get("refused", 0),
        )
