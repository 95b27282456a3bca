"""What the place match says of a text, and what an office says back: plain records that pass between the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


@dataclass(frozen=True, slots=True)
class Cue:
    """One reason why a name is, or is not, our place: stable code, weight in the score, a sentence for staff."""

    code: str
    weight: float
    vi: str
    en: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class MentionFound:
    """A locality found in a text (decision 4): score 0–1, band, where, and why."""

    locality: str
    score: float
    band: Literal["in", "check", "out"]
    spans: tuple[tuple[int, int], ...]
    why: tuple[Cue, ...]
    #: rules of the office (:class:`PlaceRule`) that decided about one of the names in the text
    rules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What tells one meaning of a name from another: the sign that a rule of an office hangs on.

    ``kind``: "phrase" (``context`` holds the name with the words that touch it), "near" (another place name close by), "word" (words in
    the same sentence), "source" (``context`` is the id of a source), "item" (this text alone: ``context`` is the hash of its address, ``name``
    is empty). Otherwise ``name`` and ``context`` are exact tokens joined by a blank,
    ``label`` is the context as written, for staff.
    """

    kind: Literal["phrase", "near", "word", "source", "item"]
    name: str
    context: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What an office said of a name of its locality: with this context it is our place (``admits``), or it is not."""

    id: int
    locality: str
    admits: bool
    sign: RuleContext


class ToldOfOthers(NamedTuple):
    """In how many texts a name is a person's, a brand's, a street's or school's."""

    people: int
    brands: int
    streets: int
