"""How the search index is kept level with the store: fed from the outbox, and made anew when it is lost, damaged or of another version."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from config.rounds import owner_name
from core.errors import Conflict, Unavailable
from core.services import index_check, leases, outbox
from indexer.search.feed import drain
from indexer.search.fields import INDEX_VERSION
from indexer.search.rebuild import Rebuilt, rebuild

if TYPE_CHECKING:
    from core.finding import IndexDocument, SearchIndex
    from core.services.desk import Desk

LEASE = "reindex"
_LEASE_SECONDS = 120.0
_RENEW_SECONDS = 20.0
#: an index that stands at nothing is fed by the outbox up to so many changes, and made anew beyond
FROM_NOTHING = 2000
#: an index that is away is asked again after 1, 2, 4 … at most so many seconds
LONGEST_WAIT = 60.0


class StoreShelf:
    """The store as a rebuild and a feeder read it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def last_seq(self) -> int:
        """The highest outbox number."""
        return outbox.last_seq(self._desk)

    def last_id(self) -> int:
        """The highest item id."""
        return outbox.last_id(self._desk)

    def page(self, above: int, limit: int) -> tuple[Sequence[IndexDocument], int]:
        """The next items by id."""
        return outbox.page(self._desk, above, limit)

    def batch(self, after: int, limit: int) -> outbox.OutboxBatch:
        """The next changes."""
        return outbox.batch(self._desk, after, limit)

    def refuse(self, documents: list[tuple[int, str]]) -> None:
        """Into quarantine, where the status screen shows them."""
        outbox.quarantine_documents(self._desk, documents)


def make_anew(
    desk: Desk, index: SearchIndex, progress: Callable[[int, int], object], *, anew: bool = False
) -> Rebuilt:
    """A fresh index in the place of the old one, by one process at a time. Raises :class:`Conflict` when another is at it."""
    owner = owner_name(LEASE)
    leases.release_dead(desk, LEASE)
    if not leases.hold(desk, LEASE, owner, _LEASE_SECONDS):
        raise Conflict(
            "Một tiến trình khác đang lập lại chỉ mục. Chờ nó xong, hoặc dừng nó rồi chạy lại; phần đã làm không mất.",
            "Another process is making the index anew. Wait for it, or stop it and run this again; what is done is not lost.",
        )
    renewed = time.monotonic()

    def renew(done: int, whole: int) -> None:
        nonlocal renewed
        progress(done, whole)
        if time.monotonic() - renewed > _RENEW_SECONDS:
            leases.hold(desk, LEASE, owner, _LEASE_SECONDS)
            renewed = time.monotonic()

    try:
        return rebuild(index, StoreShelf(desk), renew, anew=anew)
    finally:
        leases.release(desk, LEASE, owner)


def follow(desk: Desk) -> int:
    """Bring the index level with the outbox, making it anew where that is needed. Returns how many changes were passed."""
    index = desk.index
    if index is None:
        return 0
    shelf = StoreShelf(desk)
    try:
        stats = index.stats()
        lost = stats.index_version != INDEX_VERSION or (
            stats.last_seq == 0 and shelf.last_seq() > FROM_NOTHING
        )
    except Unavailable as error:
        if error.code not in index_check.LOST:
            raise
        lost = True
    if not lost:
        try:
            index.create()
            return drain(index, shelf.batch, shelf.refuse)
        except Unavailable as error:
            if error.code not in index_check.LOST:
                raise
    try:
        make_anew(desk, index, lambda done, whole: None)
    except Conflict:
        return 0
    return shelf.last_seq()


def level(desk: Desk, found: index_check.IndexFindings) -> None:
    """Mend what a comparison found: document by document, or by making the index anew."""
    if desk.index is None or found.good:
        return
    if found.needs_new:
        make_anew(desk, desk.index, lambda done, whole: None, anew=True)
    else:
        index_check.mend(desk, desk.index, found)


def check(desk: Desk) -> index_check.IndexFindings | None:
    """The nightly comparison: what differs is mended. None without an index, or when it is away."""
    if desk.index is None:
        return None
    try:
        found = index_check.compare(desk, desk.index)
        level(desk, found)
    except (Unavailable, Conflict):
        return None
    return found


class SavedAlerts:
    """When new items may be compared with the saved filters: an id is passed on once the index has all that was written up to it."""

    def __init__(self) -> None:
        self._mark: tuple[int, int] | None = None

    def sweep(self, desk: Desk, *, mail: bool) -> int:
        """Tell what is new. Returns how many alerts were given; an index that is behind or away is asked again at the next call."""
        from core.services import saved_alerts
        from review_app.inbox_filters import asked

        if self._mark is None:
            self._mark = outbox.mark(desk)
        seq, item_id = self._mark
        if desk.index is not None:
            try:
                if desk.index.stats().last_seq < seq:
                    return 0
                desk.index.refresh()
            except Unavailable:
                return 0
        self._mark = None
        return saved_alerts.sweep(desk, asked, item_id, mail=mail)


class Feeder:
    """The scheduler's :func:`follow`: an index that is away is asked again after a growing wait, and said once, not every second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._not_before = 0.0

    def feed(self, desk: Desk) -> str:
        """Do what is due. Returns the English sentence of a failure that is new, else an empty string."""
        if self._clock() < self._not_before:
            return ""
        try:
            follow(desk)
        except Unavailable as error:
            self._failures += 1
            self._not_before = self._clock() + min(LONGEST_WAIT, 2.0 ** (self._failures - 1))
            return error.en if self._failures == 1 else ""
        self._failures = 0
        return ""
