"""Incidents (vụ việc), their moves, facts and clocks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class Incident(Table):
    """A case of one office, numbered by year; Article 6 as a workflow."""

    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("unit_id", "year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(Word, index=True)
    resume_state: Mapped[str] = mapped_column(Word, default="")
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    received_at: Mapped[datetime]
    impact_at: Mapped[datetime | None]
    spread: Mapped[str] = mapped_column(Word, default="")
    harm: Mapped[str] = mapped_column(Word, default="")
    assessed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    suggested: Mapped[list[str]] = mapped_column(default=list)
    chosen: Mapped[list[str]] = mapped_column(default=list)
    """Answers decided by the spokesperson: document kinds, "record", "watch", "private_reply"; empty with silent=True."""
    silent: Mapped[bool] = mapped_column(default=False)
    choice_reason: Mapped[str] = mapped_column(Text, default="")
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    chosen_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)


class IncidentMove(Table):
    """One move of the state machine: who, when, why. Append only."""

    __tablename__ = "incident_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    from_state: Mapped[str] = mapped_column(Word)
    to_state: Mapped[str] = mapped_column(Word)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")


class FactLine(Table):
    """A row of the claim–fact–evidence table (Article 6 clause 1: tư liệu, tài liệu, lập luận)."""

    __tablename__ = "fact_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    claim_part: Mapped[str] = mapped_column(Text)
    fact: Mapped[str] = mapped_column(Text)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    as_of: Mapped[str] = mapped_column(String(60), default="")
    position: Mapped[int] = mapped_column(default=0)
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None]


class Deadline(Table):
    """A running clock (domain.md §2 clocks A–D). ``met_at`` is set by the act that stops it."""

    __tablename__ = "deadline"
    __table_args__ = (UniqueConstraint("incident_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    kind: Mapped[str] = mapped_column(Word)
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    met_at: Mapped[datetime | None]
    basis: Mapped[str] = mapped_column(String(200), default="")
