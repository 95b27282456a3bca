"""``lamro reindex``: the search index made anew in place, while people search and write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from config.commands.output import print_json
from config.indexing import make_anew
from config.settings import load
from config.wiring import make_desk
from core.errors import WrongUse

BACKENDS = {"", "fts5", "elasticsearch"}


def run_reindex(backend: str, *, anew: bool, as_json: bool) -> int:
    """A fresh index, then the swap. Killed and called again, it goes on where it was."""
    if backend not in BACKENDS:
        raise WrongUse("--backend: chọn fts5 hoặc elasticsearch.", "--backend must be fts5 or elasticsearch.")
    desk = make_desk(load(), backend=backend or None)
    if desk.index is None:
        raise WrongUse("Không có chỉ mục nào được cấu hình.", "No index is configured.")
    with progress_bar("Lập chỉ mục", quiet=as_json) as told:
        made = make_anew(desk, desk.index, told, anew=anew)
    stats = desk.index.stats()
    if as_json:
        print_json({**asdict(made), "engine": stats.engine, "last_seq": stats.last_seq})
    else:
        print(f"Đã lập lại chỉ mục trên {stats.engine}: {made.documents} tin.")
        if made.resumed:
            print("Làm tiếp phần dở của lần trước; muốn làm từ đầu: lamro reindex --anew")
        if made.refused:
            print(
                f"{made.refused} tin không vào được chỉ mục; lý do ở trang Tình trạng máy, mục Bị giữ lại. Tin vẫn còn trong kho."
            )
    return 0


@contextmanager
def progress_bar(words: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, now and then a line anywhere else, nothing when quiet; told (done, whole)."""
    if quiet:
        yield lambda done, whole: None
        return
    if not sys.stderr.isatty():
        said = -1

        def line(done: int, whole: int) -> None:
            nonlocal said
            tenth = 10 * done // max(1, whole)
            if tenth > said:
                said = tenth
                print(f"{words}: {done}/{whole}", file=sys.stderr)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(words, total=None)
        yield lambda done, whole: shown.update(task, completed=done, total=whole)
