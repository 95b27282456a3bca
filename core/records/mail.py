"""The inbox for forwarded reports: how far it was read, and what became of each mail. No words and no addresses of people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class MailboxPlace(Table):
    """Our place in a mailbox: the last number read, in the server's numbering ``validity``; and how the last look ended."""

    __tablename__ = "mailbox_place"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    validity: Mapped[int] = mapped_column(BigInteger, default=0)
    last_uid: Mapped[int] = mapped_column(BigInteger, default=0)
    looked_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """the last look that succeeded"""
    error_vi: Mapped[str] = mapped_column(Text, default="")
    error_en: Mapped[str] = mapped_column(Text, default="")


class MailSeen(Table):
    """One mail, once, whatever number it has: the key is the SHA-256 of its Message-ID, or of its bytes where it has none."""

    __tablename__ = "mail_seen"
    __table_args__ = (Index("ix_mail_seen_at", "at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(300))
    uid: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    """of the mail's bytes: which mail of the mailbox it was"""
    outcome: Mapped[str] = mapped_column(Word)
    """stored, seen, refused, skipped"""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    at: Mapped[datetime]
