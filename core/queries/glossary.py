"""The office's own terms of the glossary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.records.account import Account
from core.records.glossary import GlossaryTerm
from core.rules.glossary import MOST_TERMS, Term, TermKind


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """A term that somebody of an office wrote, or took out of the shipped ones."""

    id: int
    version: int
    term: Term
    changed_by: str
    changed_at: datetime


def own(session: Session, language: str = "") -> tuple[OwnTerm, ...]:
    """All of them, or those of a language, by term."""
    query = (
        select(GlossaryTerm, Account.display_name)
        .outerjoin(Account, Account.id == GlossaryTerm.changed_by)
        .order_by(GlossaryTerm.language, GlossaryTerm.key)
        .limit(MOST_TERMS)
    )
    if language:
        query = query.where(GlossaryTerm.language == language)
    return tuple(
        OwnTerm(
            row.id,
            row.version,
            Term(row.language, row.term, row.gloss, TermKind(row.kind), row.hidden),
            name or "",
            row.changed_at,
        )
        for row, name in session.execute(query)
    )
