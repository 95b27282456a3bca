"""What both engines store of an item: the four token fields made by the one chain (decision 2)."""

from __future__ import annotations

from typing import NamedTuple

from core.ports import IndexDocument
from core.text.tokens import index_fields

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


def token_fields(document: IndexDocument) -> TokenFields:
    """The token fields of a document."""
    title_exact, title_folded = index_fields(document.title[:MAX_CHARACTERS])
    body_exact, body_folded = index_fields(document.text[:MAX_CHARACTERS])
    return TokenFields(title_exact, body_exact, title_folded, body_folded)
