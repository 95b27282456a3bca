"""Words of foreign languages that the office adds to the shipped glossary, or takes out of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.records.schema import Table, Word


class GlossaryTerm(Table):
    """A term with its Vietnamese; it stands before a shipped term of the same words. ``hidden``: the shipped term is not used."""

    __tablename__ = "glossary_term"
    __table_args__ = (UniqueConstraint("language", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(120))
    """The term as it is looked for: clean, lower case."""
    term: Mapped[str] = mapped_column(String(120))
    gloss: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(Word)
    hidden: Mapped[bool] = mapped_column(default=False)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
