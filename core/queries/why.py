"""The words that make an item ours, and the points that add up to its score (decision 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.queries.reasons import BestMention, spans_of, with_unit_word
from core.records.unit import Unit

_EXCERPT = 260


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; ``hit`` is the number of the popover it opens, -1 for plain text."""

    text: str
    hit: int = -1


@dataclass(frozen=True, slots=True)
class Point:
    """A line of a popover: points (hundredths of the score) and the sentence."""

    points: int
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item is ours: the words, with one popover for the locality."""

    item_id: int
    locality: str
    locality_name: str
    band: str
    score: int
    pieces: tuple[Piece, ...]
    names: tuple[str, ...]
    points: tuple[Point, ...]
    begins: bool
    ends: bool


def explain(session: Session, mention: BestMention, names: dict[str, str], number: int) -> Why:
    """The excerpt around the words that name us, and the points; ``number`` tells popovers of one page apart."""
    whole = f"{mention.title}\n{mention.text}"
    spans = spans_of(with_unit_word(whole, span) for span in mention.spans)
    # A text is quoted where it names us; a title that names us is on the page already.
    inside = [span for span in spans if span[0] > len(mention.title)] or list(spans)
    start, end = window(
        whole, inside, 0 if not inside or inside[0][0] <= len(mention.title) else len(mention.title) + 1
    )
    name = names.get(mention.locality) or session.scalar(
        select(Unit.short_name).where(Unit.locality == mention.locality)
    )
    return Why(
        item_id=mention.item_id,
        locality=mention.locality,
        locality_name=name or mention.locality,
        band=mention.band,
        score=round(mention.score * 100),
        pieces=pieces(whole, spans, start, end, number),
        names=tuple(dict.fromkeys(whole[a:b] for a, b in spans)),
        points=_points(mention.why),
        begins=start in {0, len(mention.title) + 1},
        ends=end >= len(whole),
    )


def _points(why: Sequence[dict[str, Any]]) -> tuple[Point, ...]:
    return tuple(
        Point(round(float(cue.get("weight", 0)) * 100), str(cue["vi"]), str(cue["en"]))
        for cue in sorted(why, key=lambda cue: -float(cue.get("weight", 0)))
    )


def window(whole: str, spans: Sequence[tuple[int, int]], floor: int) -> tuple[int, int]:
    """About 260 characters around the first words that name us, cut at blanks."""
    first = spans[0][0] if spans else floor
    start = max(floor, first - _EXCERPT // 3)
    if start > floor:
        blank = whole.find(" ", start, first)
        start = blank + 1 if blank >= 0 else start
    end = min(len(whole), start + _EXCERPT)
    if end < len(whole):
        blank = whole.rfind(" ", start + 1, end)
        end = blank if blank > start else end
    return start, end


def pieces(
    whole: str, spans: Sequence[tuple[int, int]], start: int, end: int, number: int
) -> tuple[Piece, ...]:
    """``whole[start:end]`` cut at the spans; spans that reach beyond it are left plain."""
    found: list[Piece] = []
    at = start
    for a, b in spans:
        if a < at or b > end:
            continue
        found += [Piece(whole[at:a]), Piece(whole[a:b], number)]
        at = b
    found.append(Piece(whole[at:end]))
    return tuple(piece for piece in found if piece.text)
