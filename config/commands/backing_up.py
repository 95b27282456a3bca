"""``lamro backup`` and ``lamro restore``: the home into a folder, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.backup import Copy, Tell, bring_back, save
from config.commands.output import print_json
from config.settings import load
from config.wiring import require_home
from core.errors import Misconfigured


def run_backup(folder: Path, *, as_json: bool) -> None:
    """Save the home, and say where it lies."""
    settings = load()
    require_home(settings)
    with _progress("Sao lưu", quiet=as_json) as tell, _disk(folder):
        made = save(settings, folder, tell)
    if as_json:
        print_json(_plain(made))
        return
    print(
        f"Đã sao lưu {made.files} tệp, {_size(made)} vào {made.folder}\n"
        "Trong đó có tên người và bản thảo chưa công bố: cất nơi an toàn, tốt nhất là ổ mã hóa, và thử khôi phục một lần.\n"
        "(Saved. It holds names and unpublished drafts: keep it safe, and try a restore once.)"
    )


def run_restore(folder: Path, *, as_json: bool) -> None:
    """Make the home from a backup, and say what comes next."""
    settings = load()
    with _progress("Khôi phục", quiet=as_json) as tell, _disk(settings.home):
        made = bring_back(settings, folder, tell)
    if as_json:
        print_json(_plain(made) | {"home": str(settings.home)})
        return
    print(
        f"Đã khôi phục {made.files} tệp, {_size(made)} từ {made.folder} vào {settings.home}; từng tệp đúng như lúc sao lưu.\n"
        "Tiếp theo: lamro init (nâng dữ liệu lên bản của chương trình, không mất gì), lamro reindex, rồi lamro verify.\n"
        "(Restored, each file as it was saved. Next: lamro init, lamro reindex, lamro verify.)"
    )


def _plain(made: Copy) -> dict[str, object]:
    return {
        "folder": str(made.folder),
        "files": made.files,
        "bytes": made.size,
        "revision": made.revision,
        "made_at": made.made_at,
    }


def _size(made: Copy) -> str:
    return f"{max(1, round(made.size / 1_000_000))} MB"


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """What the system says of a disk, as a sentence. Raises :class:`Misconfigured`."""
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            f"Không ghi được vào {folder}: {error.strerror or error}. Kiểm tra ổ đĩa còn cắm, còn chỗ và có quyền ghi. Bản dở đã được xóa.",
            f"Cannot write to {folder}: {error.strerror or error}. What was half done was removed.",
        ) from error


@contextmanager
def _progress(word: str, *, quiet: bool) -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        disable=quiet or not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(word, total=None)
        yield lambda name, done, whole: bar.update(
            task, description=f"{word} {name[:40]}", completed=done, total=whole
        )
