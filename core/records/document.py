"""Documents, their versions, approvals, dispatches and digests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Document(Table):
    """An official document. ``version`` counts its text versions; approval binds to the version's SHA-256."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("incident_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)
    subject: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(Word, index=True)
    profile: Mapped[str] = mapped_column(String(40))
    drafter_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    checked_fields_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who ticked "đã đối chiếu" for legal fields that nobody has checked against the gazette."""
    checked_fields_at: Mapped[datetime | None]
    number: Mapped[str] = mapped_column(String(40), default="")
    issued_on: Mapped[date | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signer_name: Mapped[str] = mapped_column(String(120), default="")
    override_reason: Mapped[str] = mapped_column(Text, default="")
    """Why more than the matrix suggests."""


class DocumentVersion(Table):
    """One saved state of a document: its whole content as data, its rendered .docx, and the hash over both."""

    __tablename__ = "document_version"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content_sha256: Mapped[str] = mapped_column(String(64))
    docx: Mapped[bytes | None] = mapped_column(LargeBinary)
    edited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    edited_at: Mapped[datetime]


class Approval(Table):
    """A decision of one person on one version (four eyes: never an editor of that document)."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    version: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(Word)
    decision: Mapped[str] = mapped_column(Word)
    approver_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Dispatch(Table):
    """One document to one recipient over one channel: the outbox of what leaves the house (decision 8)."""

    __tablename__ = "dispatch"
    __table_args__ = (UniqueConstraint("document_id", "version", "channel", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    version: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(Word)
    recipient: Mapped[str] = mapped_column(String(200))
    recipient_name: Mapped[str] = mapped_column(String(200), default="")
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(Word, default="queued", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    maybe_twice: Mapped[bool] = mapped_column(default=False)
    detail: Mapped[str] = mapped_column(Text, default="")
    queued_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class DigestRecord(Table):
    """A frozen weekly digest of one office."""

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("unit_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    week: Mapped[str] = mapped_column(String(8))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    html: Mapped[str] = mapped_column(Text)
    docx: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
