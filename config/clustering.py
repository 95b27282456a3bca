"""``lamro cluster``: copies and stories of a file of texts, found by ingest itself in a store that is thrown away afterwards.

The texts arrive in the order in which they were published, the clock at the moment of each. A story is a matter of one watched
place; here every text is taken to concern the same one, so that no locality need be named.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.clock import VIETNAM
from core.messages import ImportRow
from core.places import MentionFound
from indexer.analysis.analyst import LocalAnalyst

if TYPE_CHECKING:
    from core.services.desk import Desk

#: The one place that all texts of a file share.
ANYWHERE = "anywhere"
_BATCH = 100
#: Texts of one batch are placed at one moment: never more apart than this.
_TOGETHER = timedelta(hours=2)
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one text of the file: the position of its original, if it is a copy, and the number of its story from 1."""

    copy_of: int | None
    story: int


class AnywhereAnalyst(LocalAnalyst):
    """As ingest's, and every text speaks of :data:`ANYWHERE`."""

    def place(self, title: str, text: str, **given: Any) -> tuple[MentionFound, ...]:
        """The one place; none is searched for."""
        return (MentionFound(ANYWHERE, 1.0, "in", (), ()),)


class _MovingClock:
    """At the publication of what is being read."""

    def __init__(self) -> None:
        self.at = _BEGIN

    def now(self) -> datetime:
        """That moment, in UTC."""
        return self.at


def cluster(rows: Sequence[ImportRow]) -> list[Placed]:
    """Copies and stories of the rows, in their order. Addresses do not count: two rows are two texts. A text without words stays alone."""
    from core.services import intake

    given = [row.model_copy(update={"url": _address(number)}) for number, row in enumerate(rows)]
    clock = _MovingClock()
    with tempfile.TemporaryDirectory(prefix="lamro-cluster-") as folder:
        desk = _desk(Path(folder), clock)
        for moment, part in _batches(given):
            clock.at = max(clock.at, moment)
            intake.import_rows(desk, part)
        placed = _read(desk, len(rows))
        desk.store.close()
    return placed


def _address(number: int) -> str:
    return f"https://tep.invalid/{number}"


def _batches(rows: Sequence[ImportRow]) -> Iterator[tuple[datetime, list[ImportRow]]]:
    """Rows in the order of their publication; one without a date comes with the row before it in the file."""
    timed: list[tuple[datetime, int, ImportRow]] = []
    last = _BEGIN
    for number, row in enumerate(rows):
        at = row.published_at
        if at is not None:
            last = (at if at.tzinfo else at.replace(tzinfo=VIETNAM)).astimezone(UTC)
        timed.append((last, number, row))
    timed.sort(key=lambda one: one[:2])
    part: list[ImportRow] = []
    begun = end = _BEGIN
    for at, _, row in timed:
        if part and (len(part) >= _BATCH or at - begun > _TOGETHER):
            yield end, part
            part = []
        if not part:
            begun = at
        part.append(row)
        end = at
    if part:
        yield end, part


def _desk(folder: Path, clock: _MovingClock) -> Desk:
    from config.settings import Settings
    from config.wiring import make_desk
    from core.records.engine import Store
    from core.records.migrate import upgrade

    settings = Settings(home=folder, env="test")
    store = Store(settings.store_url)
    upgrade(store)
    return replace(make_desk(settings, store), clock=clock, analyst=AnywhereAnalyst())


def _read(desk: Desk, count: int) -> list[Placed]:
    from core.queries import exports

    stored = {row.url: row for row in exports.items(desk, limit=count + 1)}
    position = {row.id: int(row.url.rpartition("/")[2]) for row in stored.values()}
    stories: dict[int | str, int] = {}
    placed = []
    for number in range(count):
        row = stored.get(_address(number))
        key: int | str = f"alone {number}" if row is None or row.story is None else row.story
        original = None if row is None or row.copy_of is None else position[row.copy_of]
        placed.append(Placed(original, stories.setdefault(key, len(stories) + 1)))
    return placed
