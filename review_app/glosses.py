"""Foreign sentences with their Vietnamese words, for the macro ``gist``: glossed as they are read, by the shipped and the office's terms."""

from __future__ import annotations

from flask import Flask, g

from core.queries import glossary as queries
from core.rules.glossary import Term
from review_app import context


def own_terms() -> tuple[Term, ...]:
    """The office's terms, read once a request."""
    if "own_terms" not in g:
        with context.reading() as session:
            g.own_terms = tuple(row.term for row in queries.own(session))
    found: tuple[Term, ...] = g.own_terms
    return found


def glossed(words: str, language: str) -> list[tuple[str, str]]:
    """(sentence, "term: Vietnamese; …") of each line of a gist; the second is empty when no word is known."""
    analyst = context.desk().analyst
    return [
        (
            line,
            "; ".join(f"{term}: {meaning}" for term, meaning in analyst.gloss(line, language, own_terms())),
        )
        for line in words.split("\n")
    ]


def install(app: Flask) -> None:
    """Offer the filter to templates."""
    app.jinja_env.filters["glossed"] = glossed
