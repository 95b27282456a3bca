"""A fresh index from the store, put in the place of the old one while people search and write (decision 1).

The outbox number is read first, then every item as it stands, then what the outbox said meanwhile; then the swap. A change can so be
applied twice, never missed. What was done is kept with the half-made index: a kill costs the batch that was being written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core import faults
from core.finding import IndexDocument, SearchIndex
from indexer.search.feed import Batch, drain

BATCH = 1000


class Shelf(Protocol):
    """The store, as a rebuild reads it."""

    def last_seq(self) -> int:
        """The highest outbox number written so far."""
        ...

    def last_id(self) -> int:
        """The highest item id; 0 when there is none."""
        ...

    def page(self, above: int, limit: int) -> tuple[Sequence[IndexDocument], int]:
        """The next documents by id, and the id that this reaches: ``above`` itself when there are no more."""
        ...

    def batch(self, after: int, limit: int) -> Batch:
        """The next stretch of the outbox."""
        ...

    def refuse(self, documents: list[tuple[int, str]]) -> None:
        """Keep what the index refused for good where people see it."""
        ...


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: documents in the new index, those refused, and whether it went on with a half-made one."""

    documents: int
    refused: int
    resumed: bool


def rebuild(
    index: SearchIndex,
    shelf: Shelf,
    progress: Callable[[int, int], object] = lambda done, whole: None,
    *,
    anew: bool = False,
    limit: int = BATCH,
) -> Rebuilt:
    """Make the index anew and swap it in; ``anew`` throws a half-made one away. ``progress`` is told (id reached, last id) each batch.

    Raises :class:`core.errors.Unavailable`; called again, it goes on.
    """
    fresh = index.fresh()
    begun = None if anew else fresh.begun()
    if begun is None:
        fresh.begin(shelf.last_seq())
    at, refused = begun.filled_to if begun else 0, 0
    while True:
        documents, reached = shelf.page(at, limit)
        progress(reached, max(reached, shelf.last_id()))
        if reached <= at:
            break
        faults.point("rebuild.before_fill")
        bad = fresh.fill(documents, reached)
        if bad:
            shelf.refuse(bad)
            refused += len(bad)
        at = reached
    drain(fresh, shelf.batch, shelf.refuse)
    faults.point("rebuild.before_swap")
    made = fresh.stats().documents
    fresh.swap()
    faults.point("rebuild.after_swap")
    # What the outbox said between the last look and the swap.
    drain(index, shelf.batch, shelf.refuse)
    index.refresh()
    return Rebuilt(made, refused, begun is not None)
