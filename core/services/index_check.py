"""Whether the search index holds exactly what the store holds: missing, extra and stale documents found, and mended on request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Unavailable
from core.finding import SearchIndex
from core.records.item import Item, OutboxRow
from core.records.source import Quarantine
from core.services.desk import Desk
from core.services.outbox import index_document, quarantine_documents

#: what :class:`Unavailable` says when only a new index helps
LOST = frozenset({"absent", "outdated", "damaged"})
#: more differences than this are not mended one by one: making the index anew is quicker
ONE_BY_ONE = 20_000
_PAGE = 500


@dataclass(frozen=True, slots=True)
class IndexFindings:
    """The comparison: ids by what is wrong with them. ``waiting`` are changes that the feeder has yet to bring: not a fault.

    ``ahead`` are documents newer than the store (a restored database, a hand-made write): only a new index mends them. ``refused`` are
    those that the engine does not take; they stand in quarantine. ``lost`` says why there is nothing to compare with, or is empty;
    ``lost_vi`` the same for staff, with what to do.
    """

    stored: int
    held: int = 0
    missing: tuple[int, ...] = ()
    extra: tuple[tuple[int, int], ...] = ()
    stale: tuple[int, ...] = ()
    ahead: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    waiting: int = 0
    lost: str = ""
    lost_vi: str = ""

    @property
    def faults(self) -> int:
        """How many documents are not as they should be."""
        return len(self.missing) + len(self.extra) + len(self.stale) + len(self.ahead)

    @property
    def good(self) -> bool:
        """Whether search finds what the store holds, but for what is on its way."""
        return not self.lost and not self.faults

    @property
    def needs_new(self) -> bool:
        """Whether only a new index helps, or helps sooner."""
        return bool(self.lost or self.ahead) or self.faults > ONE_BY_ONE


@dataclass(slots=True)
class _Differences:
    missing: list[int] = field(default_factory=list)
    extra: list[tuple[int, int]] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)
    stored: int = 0
    held: int = 0


def compare(
    desk: Desk, index: SearchIndex, progress: Callable[[int, int], object] = lambda done, whole: None
) -> IndexFindings:
    """(id, version) of both, side by side, in constant memory but for what differs. Raises :class:`Unavailable` when the engine is away."""
    with desk.store.read() as session:
        whole = session.scalar(select(Item.id).order_by(Item.id.desc()).limit(1)) or 0
        try:
            applied = index.stats().last_seq
            found = _walk(_stored(session), index.versions(), lambda at: progress(min(at, whole), whole))
        except Unavailable as error:
            if error.code not in LOST:
                raise
            stored = sum(1 for _ in _stored(session))
            return IndexFindings(stored=stored, lost=error.en, lost_vi=error.vi)
    with desk.store.read() as session:  # a later view: what changed while we compared is in its outbox
        odd = [*found.missing, *(item_id for item_id, _ in found.extra), *found.stale, *found.ahead]
        moving = _moving(session, applied, odd)
        refused = _refused(session, found.missing)
        waiting = session.scalar(
            select(OutboxRow.seq).where(OutboxRow.seq > applied).order_by(OutboxRow.seq.desc()).limit(1)
        )
    return IndexFindings(
        stored=found.stored,
        held=found.held,
        missing=tuple(one for one in found.missing if one not in moving and one not in refused),
        extra=tuple(pair for pair in found.extra if pair[0] not in moving),
        stale=tuple(one for one in found.stale if one not in moving),
        ahead=tuple(one for one in found.ahead if one not in moving),
        refused=tuple(one for one in found.missing if one in refused),
        waiting=0 if waiting is None else waiting - applied,
    )


def mend(desk: Desk, index: SearchIndex, found: IndexFindings) -> None:
    """Write what is missing or stale as it stands now, delete what is extra. For findings that need no new index."""
    seq = index.stats().last_seq
    wrong = sorted({*found.missing, *found.stale})
    for start in range(0, len(wrong), _PAGE):
        with desk.store.read() as session:
            documents = index_document(session, wrong[start : start + _PAGE])
        refused = index.apply(documents, [], seq)
        if refused:
            quarantine_documents(desk, refused)
    if found.extra:
        index.apply([], found.extra, seq)
    index.refresh()


def _stored(session: Session) -> Iterator[tuple[int, int]]:
    query = select(Item.id, Item.revision).order_by(Item.id).execution_options(yield_per=2000)
    for row in session.execute(query):
        yield row.id, row.revision


def _walk(
    stored: Iterator[tuple[int, int]], held: Iterable[tuple[int, int]], told: Callable[[int], object]
) -> _Differences:
    """Both ascending by id, merged."""
    found = _Differences()
    theirs = iter(held)
    mine, other = next(stored, None), next(theirs, None)
    while mine is not None or other is not None:
        if mine is not None and (other is None or mine[0] < other[0]):
            found.missing.append(mine[0])
        elif other is not None and (mine is None or other[0] < mine[0]):
            found.extra.append(other)
        elif mine is not None and other is not None and other[1] != mine[1]:
            (found.stale if other[1] < mine[1] else found.ahead).append(mine[0])
        at = min(pair[0] for pair in (mine, other) if pair is not None)
        if mine is not None and mine[0] == at:
            found.stored += 1
            if found.stored % 1000 == 0:
                told(at)
            mine = next(stored, None)
        if other is not None and other[0] == at:
            found.held += 1
            other = next(theirs, None)
    return found


def _moving(session: Session, applied: int, ids: Sequence[int]) -> set[int]:
    """Those of the ids that the outbox still speaks of beyond what the index has seen."""
    moving: set[int] = set()
    for start in range(0, len(ids), _PAGE):
        part = ids[start : start + _PAGE]
        moving.update(
            session.scalars(
                select(OutboxRow.item_id).where(OutboxRow.seq > applied, OutboxRow.item_id.in_(part))
            )
        )
    return moving


def _refused(session: Session, ids: Sequence[int]) -> set[int]:
    refused: set[int] = set()
    for start in range(0, len(ids), _PAGE):
        part = [str(one) for one in ids[start : start + _PAGE]]
        refused.update(
            int(payload)
            for payload in session.scalars(
                select(Quarantine.payload).where(Quarantine.kind == "document", Quarantine.payload.in_(part))
            )
        )
    return refused
