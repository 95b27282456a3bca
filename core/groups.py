"""What texts are put together by: plain records of the search for copies and stories, which pass between the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

#: What stands behind the month in a key that is a paragraph's, not a band's.
PARAGRAPH = "p"


@dataclass(frozen=True, slots=True)
class CopyKeys:
    """What is stored to find copies: hash of the normalised body, month-prefixed keys, sorted hashes of shingles and of figures.

    ``bands`` are those of the MinHash and, marked with :data:`PARAGRAPH`, those of paragraphs.
    """

    body_hash: str
    bands: tuple[str, ...] = ()
    shingles: bytes = b""
    figures: bytes = b""


@dataclass(frozen=True, slots=True)
class StoryCandidate:
    """A recent story to compare a new text with: title and lead of its first text, and of its latest ones that are no copies."""

    story_id: int
    title: str
    lead: str
    localities: frozenset[str]
    last_seen_at: datetime
    items: int
    more: tuple[tuple[str, str], ...] = ()
