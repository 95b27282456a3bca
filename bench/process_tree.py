"""The memory of a process and its children, read from ``/proc`` while they run."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_PAUSE = 0.02


def resident(pid: int) -> int:
    """Bytes in memory of one process, shared pages counted by share; 0 when it has ended."""
    for name, word in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            text = Path(f"/proc/{pid}/{name}").read_text(encoding="ascii")
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith(word):
                return int(line.split()[1]) * 1024
    return 0


def tree(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                children = Path(f"/proc/{parent}/task/{task}/children").read_text(encoding="ascii").split()
                found += [int(child) for child in children if int(child) not in found]
        except OSError:  # it ended while we looked
            continue
    return found


class Watch:
    """Looks at the tree below ``pid`` all the time; ``peak`` is the most memory it ever held together, in bytes."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0
        self.looks = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_PAUSE):
            self.peak = max(self.peak, sum(resident(pid) for pid in tree(self.pid)))
            self.looks += 1
