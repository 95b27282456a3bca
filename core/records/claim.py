"""Claims (tuyên bố), evidence, verdicts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Claim(Table):
    """A quoted, checkable sentence. A verdict sits here, never on a person or an outlet.

    ``concerns_unit_id`` is the office whose act, leaders or staff the claim is about; then no verifier of that office can
    confirm Sai lệch (domain.md §2 row 4).
    """

    __tablename__ = "claim"

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("story.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    quote: Mapped[str] = mapped_column(Text)
    neutral_text: Mapped[str] = mapped_column(Text, default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    """The office that works on it."""
    concerns_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    concerns_own: Mapped[bool] = mapped_column(default=False)
    """The detector saw ``unit_id``'s own institutions or acts in the texts; once set it is never cleared (domain.md §2 row 4)."""
    concern_cues: Mapped[list[str]] = mapped_column(default=list)
    """The words that made the detector speak, for the screen and the audit log."""
    sensitive: Mapped[bool] = mapped_column(default=False)
    """Religion, ethnicity, human rights, border, defence (G13)."""
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    verdict: Mapped[str] = mapped_column(Word, default="")
    """The confirmed verdict; empty until a second person confirmed one."""
    sub_verdict: Mapped[str] = mapped_column(Word, default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    """Opened by mistake: stays in the record, counts for nothing, and nothing is done with it but taking the withdrawal back."""
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))


class Evidence(Table):
    """A piece of evidence for a claim. ``origin`` groups pieces of one origin: two copies of one source are one source."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    kind: Mapped[str] = mapped_column(Word)
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text, default="")
    source_name: Mapped[str] = mapped_column(String(200))
    source_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Set when the piece comes from an office of this installation: its own word is never enough about itself."""
    competent_authority: Mapped[bool] = mapped_column(default=False)
    url: Mapped[str] = mapped_column(String(2000), default="")
    as_of: Mapped[str] = mapped_column(String(60), default="")
    capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    obtained_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None]


class VerdictRecord(Table):
    """A verdict on a claim: proposed by one person, confirmed or returned by another; history is kept."""

    __tablename__ = "verdict"

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    verdict: Mapped[str] = mapped_column(Word)
    sub_verdict: Mapped[str] = mapped_column(Word, default="")
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Word)
    evidence_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Hash over the evidence as it stood when proposed; the confirmer confirms exactly that."""
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """The first of the two confirmers that a sensitive claim needs (G13); None otherwise."""
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str] = mapped_column(Text, default="")
    """The escalation note of the first confirmer: who above was told (G13)."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(Text, default="")
