"""What both engines store of an item: the four token fields made by the one chain (decision 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from core.clock import VIETNAM
from core.finding import IndexDocument
from core.text.tokens import ANALYSIS_VERSION, index_fields_of

#: raise it when what an index stores of an item changes; the index is then made anew by itself
LAYOUT = 5
#: stored with every index: the text chain and the layout that made it
INDEX_VERSION = ANALYSIS_VERSION * 100 + LAYOUT

#: a title hit weighs as much as this many body hits when sorted by score, on both engines
TITLE_WEIGHT = 4.0
#: text fields are cut here, far over any article, so that one record cannot fill an index
MAX_CHARACTERS = 200_000


class TokenFields(NamedTuple):
    """Space-joined tokens of title and body, with marks (exact) and without (folded)."""

    title_exact: str
    body_exact: str
    title_folded: str
    body_folded: str


def day_of(document: IndexDocument) -> int:
    """The day an item was first seen in Viet Nam, as its number in the calendar: both engines count volume by it."""
    return document.first_seen_at.astimezone(VIETNAM).toordinal()


def token_fields(document: IndexDocument) -> TokenFields:
    """The token fields of a document."""
    return token_fields_of([document])[0]


def token_fields_of(documents: Sequence[IndexDocument]) -> list[TokenFields]:
    """The token fields of a batch."""
    titles = index_fields_of([document.title[:MAX_CHARACTERS] for document in documents])
    bodies = index_fields_of([document.text[:MAX_CHARACTERS] for document in documents])
    return [
        TokenFields(title_exact, body_exact, title_folded, body_folded)
        for (title_exact, title_folded), (body_exact, body_folded) in zip(titles, bodies, strict=True)
    ]
