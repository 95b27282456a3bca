"""How ``lamro crawl`` is watched: a moving bar and a table on a terminal, a line a source anywhere else, nothing for ``--json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.commands.output import print_table

if TYPE_CHECKING:
    from rich.progress import Progress

    from core.messages import SourceResult

OUTCOMES = {
    "new": "có tin mới",
    "seen": "không có tin mới",
    "unchanged": "không thay đổi",
    "empty": "không có tin nào",
    "truncated": "bị cắt bớt",
    "refused": "bị từ chối",
    "failed": "không đọc được",
    "interrupted": "bị dừng",
    "quarantined": "tạm dừng",
}
#: what is counted, with its word, in the order of the table
COUNTED = (
    ("new", "mới"),
    ("edited", "sửa"),
    ("seen", "đã có"),
    ("off_topic", "ngoài địa bàn"),
    ("quarantined", "giữ riêng"),
    ("failed", "trang lỗi"),
)


def in_words(counts: Mapping[str, int]) -> str:
    """The counts that are not nought; new items always: "3 mới, 5 đã có"."""
    return ", ".join(
        f"{counts.get(key, 0)} {word}" for key, word in COUNTED if key == "new" or counts.get(key, 0)
    )


class Watch:
    """What a round tells as it goes, shown on the terminal or as lines."""

    def __init__(self, whole: int, progress: Progress | None, *, quiet: bool) -> None:
        self.whole = whole
        self.progress = progress
        self.quiet = quiet
        self._done = 0
        self._new: Counter[str] = Counter()
        self._task = progress.add_task("Đang đọc", total=whole, last="") if progress is not None else None

    def grew(self, source_id: str, counts: Counter[str]) -> None:
        """Some items of a source were stored."""
        self._new[source_id] = counts["new"]
        self._show(f"{source_id}: {in_words(counts)}")

    def ended(self, source_id: str, result: SourceResult | None, counts: Counter[str]) -> None:
        """A source is read, or its crawler died (None)."""
        self._done += 1
        self._new[source_id] = counts["new"]
        outcome = OUTCOMES[result.outcome] if result is not None else OUTCOMES["failed"]
        self._show(f"{source_id}: {outcome}")
        if self.progress is None and not self.quiet:
            numbers = dict(counts)
            if result is not None:
                numbers |= {"seen": max(counts["seen"], result.seen), "failed": len(result.page_errors)}
            why = result.error_vi if result is not None else "bộ đọc tin dừng đột ngột"
            print(
                f"[{self._done}/{self.whole}] {source_id}: {outcome}; {in_words(numbers)}{f'; {why}' if why else ''}",
                flush=True,
            )

    def _show(self, last: str) -> None:
        if self.progress is not None and self._task is not None:
            self.progress.update(
                self._task,
                completed=self._done,
                description=f"Đang đọc, {self._new.total()} tin mới",
                last=last,
            )

    def sum_up(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """All sources as a table on a terminal, and the whole in one sentence anywhere."""
        if self.progress is not None:
            print_table(
                f"Đã đọc {len(rows)} nguồn",
                ("Nguồn", "Kết quả", *(word.capitalize() for _, word in COUNTED), "Lý do"),
                (
                    (
                        row["source"],
                        OUTCOMES[row["outcome"]],
                        *(row["counts"].get(key, 0) for key, _ in COUNTED),
                        row["error"],
                    )
                    for row in rows
                ),
            )
        total = Counter[str]()
        for row in rows:
            total.update({key: row["counts"].get(key, 0) for key, _ in COUNTED})
        ends = Counter(OUTCOMES[row["outcome"]] for row in rows)
        print(
            f"Đã đọc {len(rows)} nguồn ({', '.join(f'{number} {word}' for word, number in ends.most_common())}): {in_words(total)}."
        )


@contextmanager
def watching(whole: int, *, quiet: bool) -> Iterator[Watch]:
    """Watch a round of ``whole`` sources."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console()
    if quiet or not console.is_terminal:
        yield Watch(whole, None, quiet=quiet)
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        # What comes from outside never becomes markup of the terminal.
        TextColumn("{task.fields[last]}", markup=False),
        console=console,
        transient=True,
    ) as progress:
        yield Watch(whole, progress, quiet=False)
