"""Where an FTS5 index lies: ``index.db`` is a link to ``index-000001.db``, so that a fresh one can take its place in one step.

Renaming over a SQLite file in WAL mode is not safe: its ``-wal`` would be taken for the new file's. SQLite follows the link and keeps the
``-wal`` beside the real file, numbers are never used twice, and whoever still reads the old file reads it to the end.
"""

from __future__ import annotations

import os
import re
from pathlib import Path


class Generations:
    """The numbered files behind one name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._numbered = re.compile(re.escape(path.stem) + r"-(\d{6,})" + re.escape(path.suffix))

    def current(self) -> Path | None:
        """The real file of the index that answers; None when there is none."""
        real = self.path.resolve()
        return real if real.exists() else None

    def half_made(self) -> Path | None:
        """The newest file that is newer than the one that answers."""
        newer = [path for number, path in self._files() if number > self._number(self.current())]
        return newer[-1] if newer else None

    def next(self) -> Path:
        """A name that was never used here."""
        numbers = [number for number, _ in self._files()]
        return self._named(max([*numbers, self._number(self.current())]) + 1)

    def first(self) -> Path:
        """The file of an index that is made from nothing, already behind the link."""
        real = self.next()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._link(real)
        return real

    def swap(self, fresh: Path) -> None:
        """Let the name mean ``fresh`` from now on, then delete every other file of it."""
        before = self.current()
        plain = before if before == self.path.absolute() else None
        self._link(fresh)
        for _, path in self._files():
            if path != fresh:
                remove(path)
        if plain is not None:
            remove(plain, itself=False)

    def remove(self) -> None:
        """Delete the link and all files."""
        for _, path in self._files():
            remove(path)
        remove(self.path)

    def _link(self, real: Path) -> None:
        new = self.path.with_name(self.path.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(real.name)
        os.replace(new, self.path)

    def _files(self) -> list[tuple[int, Path]]:
        folder = self.path.parent.resolve()
        if not folder.exists():
            return []
        found = [(self._number(path), path) for path in folder.iterdir()]
        return sorted((number, path) for number, path in found if number)

    def _number(self, path: Path | None) -> int:
        found = None if path is None else self._numbered.fullmatch(path.name)
        return int(found[1]) if found else 0

    def _named(self, number: int) -> Path:
        return self.path.parent.resolve() / f"{self.path.stem}-{number:06d}{self.path.suffix}"


class OneFile:
    """A file that is not behind a link: an index being made."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def current(self) -> Path | None:
        """The file, when it exists."""
        return self.path if self.path.exists() else None

    def first(self) -> Path:
        """The file, about to be made."""
        return self.path

    def remove(self) -> None:
        """Delete it."""
        remove(self.path)


def remove(path: Path, *, itself: bool = True) -> None:
    """Delete a SQLite file with what lies beside it."""
    for suffix in ("",) * itself + ("-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
