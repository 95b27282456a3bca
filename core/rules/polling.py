"""When a source is read again: its learned interval, the growing wait after failures, the daily probe. Pure.

The wait has jitter, so that sources that failed together do not come back together; it is made from the source and the number of
the try, not from chance, so that a test can hold it and a repeated run gives the same plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

#: nobody waits longer than this: not after failures, and not because a server asked for 31 years
LONGEST_WAIT = timedelta(hours=24)
#: how often a source that was stopped after failures is still tried
PROBE = timedelta(hours=24)
#: gaps between fresh readings, fewer of which say nothing
ENOUGH_GAPS = 4
#: read about twice in the time in which something new usually comes
_SHARE = 0.5
#: the wait is between these shares of its plan
_JITTER = (0.75, 1.0)


def interval(
    arrivals: Sequence[datetime], chosen: timedelta, *, fixed: bool, least: timedelta, most: timedelta
) -> timedelta:
    """How long after a good reading the source is read again.

    ``chosen`` is staff's word when ``fixed``, and otherwise the start until enough is known. ``arrivals``: when readings found
    something fresh, any order. A source that gives something at every reading is read more often each time, down to ``least``.
    """
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(set(arrivals)))]
    if fixed or len(gaps) < ENOUGH_GAPS:
        return max(timedelta(minutes=1), chosen)
    return min(most, max(least, timedelta(seconds=_SHARE * median(gaps))))


def back_off(source_id: str, failures: int, base: timedelta) -> timedelta:
    """The wait after ``failures`` (1 or more) failed readings in a row: doubled each time, with jitter, a day at most."""
    doubled = base * (1 << min(max(failures, 1) - 1, 10))
    return min(LONGEST_WAIT, doubled) * jitter(source_id, failures)


def jitter(source_id: str, attempt: int) -> float:
    """A number between 0.75 and 1 that is always the same for this source and try."""
    digest = hashlib.sha256(f"{source_id}\x1f{attempt}".encode("utf-8", "replace")).digest()
    low, high = _JITTER
    return low + (high - low) * int.from_bytes(digest[:4], "big") / 0xFFFFFFFF
