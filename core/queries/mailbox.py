"""How the inbox for forwarded reports does, for ``lamro doctor`` and the health page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.records.mail import MailboxPlace, MailSeen
from core.services.desk import Desk


@dataclass(frozen=True, slots=True)
class MailboxHealth:
    """The last look, the last that succeeded, the sentence when it did not, and what became of the mails: items, put aside, passed by.

    ``last_stored_at``: when a mail last became an item.
    """

    looked_at: datetime
    read_at: datetime | None
    error_vi: str
    error_en: str
    stored: int
    refused: int
    skipped: int
    last_stored_at: datetime | None


def mailbox_health(desk: Desk, name: str) -> MailboxHealth | None:
    """None when the mailbox was never looked into."""
    with desk.store.read() as session:
        row = session.get(MailboxPlace, name)
        if row is None:
            return None
        counted = session.execute(
            select(MailSeen.outcome, func.count(), func.max(MailSeen.at))
            .where(MailSeen.mailbox == name)
            .group_by(MailSeen.outcome)
        )
        counts, last = {}, {}
        for outcome, number, at in counted:
            counts[outcome], last[outcome] = number, at
        return MailboxHealth(
            row.looked_at,
            row.read_at,
            row.error_vi,
            row.error_en,
            counts.get("stored", 0),
            counts.get("refused", 0),
            counts.get("skipped", 0),
            last.get("stored"),
        )
