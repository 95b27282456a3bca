"""``lamro migrate-to``: from the SQLite file of this home to PostgreSQL, without loss."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.commands.output import print_json
from config.settings import Settings, load
from config.web import ADDRESS_FILE
from config.wiring import MOVED_MARK, require_home
from core.clock import VIETNAM, SystemClock
from core.errors import Misconfigured


def run_migrate_to(url: str, *, as_json: bool) -> None:
    """Copy, compare, and put the SQLite file aside, so that nobody writes into it by mistake afterwards."""
    from core.records import transfer

    settings = load()
    if settings.database_url:
        raise Misconfigured(
            "Cài đặt LAMRO_DATABASE_URL đang có giá trị: dữ liệu không còn ở tệp SQLite của thư mục này. Bỏ biến này rồi chạy lại.",
            "LAMRO_DATABASE_URL is set: this home is not on SQLite any more. Unset it and run again.",
        )
    require_home(settings)
    address = transfer.postgresql_address(url)
    with _nobody_at_work(settings):
        with _progress(quiet=as_json) as tell:
            moved = transfer.move_database(settings.store_url, address, tell)
        aside = _put_aside(settings.database_file)
    total = sum(moved.rows.values())
    if as_json:
        print_json(
            {
                "target": transfer.without_password(address),
                "rows": moved.rows,
                "total": total,
                "already": moved.already,
                "old": aside.name,
            }
        )
        return
    for name, rows in moved.rows.items():
        if rows:
            print(f"  {name:<20} {rows:>9,}".replace(",", "."))
    print(
        f"{'Nơi mới đã có đủ' if moved.already else 'Đã chuyển'} {total} dòng; từng dòng đã được so lại và giống hệt bản gốc.\n"
        f"Tệp cũ được giữ làm bản sao: {aside}\n"
        "Tiếp theo: đặt LAMRO_DATABASE_URL thành địa chỉ trên (kèm mật khẩu), rồi chạy lamro doctor và lamro serve.\n"
        "(Moved and compared row by row; the old file is kept. Next: set LAMRO_DATABASE_URL, then lamro doctor, lamro serve.)"
    )


@contextmanager
def _nobody_at_work(settings: Settings) -> Iterator[None]:
    """Neither scheduler nor review app runs on this home, nor starts meanwhile. Raises :class:`Misconfigured`."""
    with settings.scheduler_lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise _at_work() from None
        if _app_runs(settings.home / ADDRESS_FILE):
            raise _at_work()
        yield


def _app_runs(path: Path) -> bool:
    try:
        os.kill(int(json.loads(path.read_text(encoding="utf-8"))["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _at_work() -> Misconfigured:
    return Misconfigured(
        "Làm Rõ đang chạy trên thư mục này. Tắt lamro serve trước, để không tin nào được ghi vào chỗ cũ trong lúc chuyển.",
        "Làm Rõ is running on this home. Stop lamro serve first, so that nothing is written to the old place meanwhile.",
    )


def _put_aside(file: Path) -> Path:
    """The SQLite file under another name, with what is left of its write-ahead log. Raises OSError."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    moment = SystemClock().now().astimezone(VIETNAM).strftime("%Y%m%d-%H%M%S")
    aside = file.with_name(f"{file.name}{MOVED_MARK}{moment}")
    for more in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + more).rename(aside.with_name(aside.name + more))
    return file.rename(aside)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, str, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    words = {"copy": "Chép", "compare": "So lại"}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} dòng"),
        TimeElapsedColumn(),
        console=Console(file=sys.stderr),
        disable=quiet or not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, table, rows: bar.update(task, description=f"{words[step]} {table}", completed=rows)
