"""What stands out: days with far more items than usual, phrases that are told far more often than before. Pure figures, no judgement."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

#: a day is compared with so many days before it
USUAL_DAYS = 28
#: and never with fewer than these: the seven days of the baseline of EARS (Hutwagner and others, The bioterrorism preparedness and response
#: Early Aberration Reporting System, J Urban Health 2003; 80 Suppl 1: i89-i96), twice, since news has the rhythm of a week
LEAST_DAYS = 14
#: fewer items than this are never a spike, fewer texts than this never a rising phrase
FEWEST_ITEMS = 5
FEWEST_TEXTS = 3
#: distance from the usual that counts, in (robust) standard deviations
FAR = 3.0
RISEN = 2.0
SHORTEST, LONGEST = 2, 4
MOST_PHRASES = 15
#: words that say nothing at either end of a phrase
_FILLER_WORDS = (
    "và của là có các cho trong ở tại với được khi này đã sẽ không những một để từ về ra vào bị đến theo do vì nên mà thì cũng còn như"
    " sau trước trên dưới người ngày năm tháng the of in on at to for and a an is are was by with from"
)
_FILLERS = frozenset(_FILLER_WORDS.split())


@dataclass(frozen=True, slots=True)
class Spike:
    """A day (index into the counts) with ``items`` where ``usual`` is the median of the days before."""

    day: int
    items: int
    usual: float


@dataclass(frozen=True, slots=True)
class Rising:
    """A phrase in ``now`` texts of the period; ``usual`` is what the month before would let expect."""

    words: tuple[str, ...]
    now: int
    usual: float
    score: float


def spikes(counts: Sequence[int], first: int, watched: int = 0) -> tuple[Spike, ...]:
    """Days from index ``first`` on that lie far above the median of the days before them (by median absolute deviation).

    ``watched``: index of the first whole day of watching. The zeros before it say nothing of what is usual.
    """
    found = []
    for day in range(first, len(counts)):
        before = counts[max(0, watched, day - USUAL_DAYS) : day]
        if len(before) < LEAST_DAYS:
            continue
        usual = median(before)
        spread = 1.4826 * median(abs(count - usual) for count in before)
        if counts[day] >= max(FEWEST_ITEMS, 2 * usual, usual + FAR * max(spread, 1.0)):
            found.append(Spike(day, counts[day], float(usual)))
    return tuple(found)


def phrases(texts: Iterable[Sequence[str]], most: int) -> tuple[tuple[str, ...], ...]:
    """Runs of 2 to 4 tokens that stand in at least three of the texts, the most frequent first, then by their words."""
    held: Counter[tuple[str, ...]] = Counter()
    for tokens in texts:
        held.update(
            {
                run
                for length in range(SHORTEST, LONGEST + 1)
                for at in range(len(tokens) - length + 1)
                if _says_something(run := tuple(tokens[at : at + length]))
            }
        )
    ordered = sorted(held.items(), key=lambda pair: (-pair[1], -len(pair[0]), pair[0]))
    return tuple(run for run, count in ordered if count >= FEWEST_TEXTS)[:most]


def rising(
    counts: Mapping[tuple[str, ...], tuple[int, int]], days: int, days_before: int
) -> tuple[Rising, ...]:
    """Of phrases with (texts in the period, texts in the time before), those that rose most; a part of a longer one is left out."""
    found = []
    for words, (now, before) in counts.items():
        usual = before * days / days_before
        score = (now - usual) / math.sqrt(usual + 1.0)
        if now >= FEWEST_TEXTS and score >= RISEN:
            found.append(Rising(words, now, round(usual, 1), round(score, 2)))
    found.sort(key=lambda one: (-len(one.words), one.words))
    kept: list[Rising] = []
    for one in found:
        if not any(other.now >= one.now and _within(one.words, other.words) for other in kept):
            kept.append(one)
    kept.sort(key=lambda one: (-one.score, -one.now, one.words))
    return tuple(kept[:MOST_PHRASES])


def _says_something(run: tuple[str, ...]) -> bool:
    return (
        run[0] not in _FILLERS
        and run[-1] not in _FILLERS
        and not all(word.isdecimal() for word in run)
        and max(len(word) for word in run) < 40
    )


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))
