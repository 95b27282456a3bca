"""How right the place match is for one locality, from hits that a person judged. Pure.

The hits are drawn by bands, so each stands for a part of its band's stock. Precision is that of "in"; recall is the part of our texts
that the match put in or set aside to be checked, estimated by what was found among those that it put out. Intervals are Wilson's
(E. B. Wilson, 1927), at 95 %; that of recall moves only the share of ours among the hits that were out, where it is least known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from core.rules.vocabulary import Band

#: hits of one run, and how many of each band are wanted; a band that has fewer leaves its places to the others, in this order
HITS = 20
WANTED: dict[Band, int] = {Band.IN: 10, Band.CHECK: 5, Band.OUT: 5}
_Z = 1.96
#: what the match is built for (precision of in, recall of in or check)
GOAL_PRECISION, GOAL_RECALL = 0.95, 0.90


@dataclass(frozen=True, slots=True)
class Share:
    """An estimate with its interval, 0–1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Judged hits of a run: of each band how many and how many of them ours; precision and recall where they can be told."""

    judged: Mapping[Band, int]
    ours: Mapping[Band, int]
    precision: Share | None
    recall: Share | None


def share_out(stock: Mapping[Band, int]) -> dict[Band, int]:
    """How many hits to draw from each band: as wanted, and the places of a band that has too few to the others."""
    drawn = {band: min(count, stock.get(band, 0)) for band, count in WANTED.items()}
    for band in WANTED:
        drawn[band] += min(stock.get(band, 0) - drawn[band], HITS - sum(drawn.values()))
    return drawn


def wilson(yes: int, n: int) -> Share:
    """The share of ``yes`` among ``n`` with its 95 % interval. Raises ValueError when nothing was judged."""
    if n < 1 or not 0 <= yes <= n:
        raise ValueError("nothing was judged")
    p = yes / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return Share(p, max(0.0, middle - half) if yes else 0.0, min(1.0, middle + half) if yes < n else 1.0)


def figures(judged: Mapping[Band, int], ours: Mapping[Band, int], stock: Mapping[Band, int]) -> Figures:
    """The figures of a run; ``stock`` says how many hits of each band the judged ones stand for."""
    precision = wilson(ours[Band.IN], judged[Band.IN]) if judged.get(Band.IN) else None
    return Figures(dict(judged), dict(ours), precision, _recall(judged, ours, stock))


def _recall(judged: Mapping[Band, int], ours: Mapping[Band, int], stock: Mapping[Band, int]) -> Share | None:
    def part(band: Band) -> float:
        n = judged.get(band, 0)
        return stock.get(band, 0) * ours.get(band, 0) / n if n else 0.0

    found = part(Band.IN) + part(Band.CHECK)
    if not found:
        return None
    n, size = judged.get(Band.OUT, 0), stock.get(Band.OUT, 0)
    if not size:
        return Share(1.0, 1.0, 1.0)
    if not n:
        return None
    out = wilson(ours.get(Band.OUT, 0), n)

    def of(lost: float) -> float:
        return found / (found + size * lost)

    return Share(of(out.value), of(out.high), of(out.low))
