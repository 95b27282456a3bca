"""Refit the weights of the need score from decisions that people took, and try them on decisions that the fit has not seen. Pure.

Logistic regression by projected gradient: the chance that a story needed an answer is σ(b + K × certainty × Σ amount × weight). Every
weight keeps the sign and the bounds of :func:`core.rules.need.bounds` and is held near the one in force (a Gaussian of width 0.1), so
that few decisions move it little. The metric is average precision: how high in the list the stories stood that needed an answer.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Invalid
from core.rules.need import NeedWeights, bounds

#: the decisions of the last month are never fitted to
HELD_OUT = timedelta(days=30)
#: with fewer a fit would tell chance: decisions in all, and of each of the two answers
LEAST_TRAINED, LEAST_TRAINED_EACH = 60, 12
LEAST_HELD_OUT, LEAST_HELD_OUT_EACH = 20, 5
#: new weights must be better by so much, and in so many of the resamples
LEAST_GAIN, LEAST_SURE = 0.01, 0.90
_RESAMPLES = 400
_SCALE = 8.0
_WIDTH = 0.1
_ROUNDS = 600


@dataclass(frozen=True, slots=True)
class Decision:
    """A story as it stood when a person decided: the amounts of its parts, how sure its place was (0–1), the answer."""

    amounts: Mapping[str, float]
    certainty: float
    needed: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Trial:
    """New weights beside those in force, both judged by the held-out month. ``sure``: share of resamples in which the new ones won."""

    weights: NeedWeights
    trained: int
    trained_needed: int
    held_out: int
    held_out_needed: int
    before: float
    after: float
    sure: float

    @property
    def better(self) -> bool:
        """Whether they may be proposed."""
        return self.after - self.before >= LEAST_GAIN and self.sure >= LEAST_SURE


def rank(weights: NeedWeights, decision: Decision) -> float:
    """What the queue is ordered by, 0–1."""
    total = sum(weights.parts[part] * amount for part, amount in decision.amounts.items())
    return min(1.0, max(0.0, total)) * decision.certainty


def average_precision(ranked: Sequence[tuple[float, bool]]) -> float:
    """Mean of the precision at each story that was needed, the highest score first. Equal scores count as one step.

    Raises ValueError when nothing was needed.
    """
    needed = sum(one for _, one in ranked)
    if not needed:
        raise ValueError("nothing was needed")
    order = sorted(ranked, key=lambda pair: -pair[0])
    total, seen, found, at = 0.0, 0, 0, 0
    while at < len(order):
        end = at
        while end < len(order) and order[end][0] == order[at][0]:
            end += 1
        hits = sum(one for _, one in order[at:end])
        seen, found = end, found + hits
        total += hits * found / seen
        at = end
    return total / needed


def trial(decisions: Sequence[Decision], present: NeedWeights, now: datetime) -> Trial:
    """Fit on the decisions of before the last month, judge on those since. Deterministic.

    Raises :class:`Invalid` when there are too few: how many there are, how many it takes.
    """
    held = [one for one in decisions if one.at >= now - HELD_OUT]
    old = [one for one in decisions if one.at < now - HELD_OUT]
    _require(old, LEAST_TRAINED, LEAST_TRAINED_EACH, "cũ hơn 30 ngày", "older than 30 days")
    _require(held, LEAST_HELD_OUT, LEAST_HELD_OUT_EACH, "trong 30 ngày qua", "of the last 30 days")
    fitted = fit(old, present)
    pairs = [(rank(present, one), rank(fitted, one), one.needed) for one in held]
    return Trial(
        weights=fitted,
        trained=len(old),
        trained_needed=sum(one.needed for one in old),
        held_out=len(held),
        held_out_needed=sum(one.needed for one in held),
        before=average_precision([(before, needed) for before, _, needed in pairs]),
        after=average_precision([(after, needed) for _, after, needed in pairs]),
        sure=_sure(pairs),
    )


def fit(decisions: Sequence[Decision], present: NeedWeights) -> NeedWeights:
    """Weights by the decisions, held near ``present``; to three places."""
    names = list(present.parts)
    start = [present.parts[name] for name in names]
    limits = [bounds(name) for name in names]
    # Most parts have nothing to say of most stories: only what speaks is summed.
    rows = [
        (
            [
                (at, _SCALE * one.certainty * one.amounts[name])
                for at, name in enumerate(names)
                if one.amounts.get(name)
            ],
            float(one.needed),
        )
        for one in decisions
    ]
    n = len(rows)
    pull = 1 / (_WIDTH**2 * n)
    steepest = max(sum(x * x for _, x in row) for row, _ in rows)
    step = 1 / ((steepest + 1) / 4 + pull)
    share = min(1 - 1e-6, max(1e-6, sum(needed for _, needed in rows) / n))
    found = list(start)
    offset = math.log(share / (1 - share)) - sum(found[at] * x for row, _ in rows for at, x in row) / n
    for _ in range(_ROUNDS):
        slope = [pull * (now - before) for now, before in zip(found, start, strict=True)]
        slope_offset = 0.0
        for row, needed in rows:
            logit = offset + sum(found[at] * x for at, x in row)
            error = (1 / (1 + math.exp(-min(30.0, max(-30.0, logit)))) - needed) / n
            slope_offset += error
            for at, x in row:
                slope[at] += error * x
        offset -= step * slope_offset
        found = [
            min(high, max(low, value - step * down))
            for value, down, (low, high) in zip(found, slope, limits, strict=True)
        ]
    return NeedWeights(
        {name: round(value, 3) for name, value in zip(names, found, strict=True)}, present.places
    )


def _require(decisions: Sequence[Decision], least: int, least_each: int, vi: str, en: str) -> None:
    needed = sum(one.needed for one in decisions)
    if len(decisions) >= least and min(needed, len(decisions) - needed) >= least_each:
        return
    raise Invalid(
        f"Chưa đủ quyết định để tính lại trọng số: {vi} có {len(decisions)} chuyện đã quyết định, trong đó {needed} chuyện cần trả lời;"
        f" cần ít nhất {least}, mỗi loại (cần và không cần trả lời) ít nhất {least_each}. Trọng số hiện nay giữ nguyên.",
        f"Too few decisions {en}: {len(decisions)}, {needed} of them needed an answer; it takes {least}, and {least_each} of each kind.",
    )


def _sure(pairs: Sequence[tuple[float, float, bool]]) -> float:
    """In what share of resamples (a paired bootstrap, always the same one) the new weights rank better."""
    # Not a secret: the same decisions must give the same answer.
    draw = random.Random(len(pairs))
    won = counted = 0
    for _ in range(_RESAMPLES):
        sample = draw.choices(pairs, k=len(pairs))
        if not any(needed for _, _, needed in sample):
            continue
        counted += 1
        before = average_precision([(score, needed) for score, _, needed in sample])
        after = average_precision([(score, needed) for _, score, needed in sample])
        won += after > before
    return won / counted if counted else 0.0
