"""Outbox → index: the only way a document reaches a search index (decision 1). Idempotent; safe to kill anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from core import faults
from core.errors import OutOfStep
from core.finding import FreshIndex, IndexDocument, SearchIndex

BATCH = 2000


class Batch(Protocol):
    """What the store hands out: documents to write, (id, version) to delete, and the outbox number this reaches."""

    @property
    def documents(self) -> Sequence[IndexDocument]:
        """To write, each as it stands now."""
        ...

    @property
    def deletes(self) -> Sequence[tuple[int, int]]:
        """(id, version) to delete."""
        ...

    @property
    def last_seq(self) -> int:
        """The outbox number that this batch reaches."""
        ...


def drain(
    index: SearchIndex | FreshIndex,
    read: Callable[[int, int], Batch],
    refuse: Callable[[list[tuple[int, str]]], object],
    *,
    limit: int = BATCH,
) -> int:
    """Apply everything after the index's own last number. Returns how many outbox numbers were passed.

    Raises :class:`core.errors.Unavailable` when the engine is away; nothing is lost, the next call goes on.
    """
    passed = 0
    after = index.stats().last_seq
    while True:
        batch = read(after, limit)
        if batch.last_seq <= after:
            return passed
        faults.point("feed.before_apply")
        try:
            refused = index.apply(batch.documents, batch.deletes, batch.last_seq, after=after)
        except OutOfStep:
            after = index.stats().last_seq  # another index answers now: from where it stands
            continue
        faults.point("feed.after_apply")
        if refused:
            refuse(refused)
        passed += batch.last_seq - after
        after = batch.last_seq
