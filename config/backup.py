"""A home saved whole into a folder, and brought back from it: database, secret, captures, what was sent, each file with its SHA-256.

The database first, by SQLite's own online copy, and the files after it: a file without a row is harmless, a row without its file is a
fault. The search index is left out; it is made anew. A copy under way has another name, so that a half one is never taken for whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from config.settings import Settings
from core.clock import VIETNAM, SystemClock
from core.errors import Damaged, LamroError, Misconfigured, NotFound

MANIFEST = "manifest.json"
FORMAT = 1
PREFIX = "lamro-"
#: a copy that is not whole yet
UNFINISHED = ".part"
#: folders of the home that are saved, and the kinds of file beside them: the secret, and settings that an office wrote
FOLDERS = ("captures", "outgoing", "mail")
KINDS = frozenset({".key", ".yaml", ".yml", ".toml", ".env", ".json"})
#: said anew by every start
_PASSING = frozenset({"serve.json", "ports.json"})
#: room that must be left beside the copy (bytes)
SPARE = 64 * 1024 * 1024

Tell = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a home: where, how many files and bytes, of which revision, made when (ISO 8601, Viet Nam)."""

    folder: Path
    files: int
    size: int
    revision: str
    made_at: str


def save(settings: Settings, target: Path, tell: Tell = lambda name, done, whole: None) -> Copy:
    """Copy the home into a new folder below ``target``, while people work. ``tell`` hears (file, bytes done, bytes in all).

    Raises :class:`Misconfigured` (data on PostgreSQL, the target inside the home, no room), :class:`Damaged` (a database that is not
    sound, which must not replace a good copy) and OSError.
    """
    if settings.database_url:
        raise Misconfigured(
            "Dữ liệu nằm ở PostgreSQL: sao lưu bằng pg_dump, rồi chép thêm các thư mục captures, outgoing và tệp secret.key. Xem docs/operations.md.",
            "The data is on PostgreSQL: use pg_dump, then copy captures, outgoing and secret.key. See docs/operations.md.",
        )
    home = settings.home.resolve()
    if target.resolve().is_relative_to(home):
        raise Misconfigured(
            f"{target} nằm trong chính thư mục dữ liệu {home}: hỏng ổ đĩa sẽ mất cả hai. Chọn ổ khác, ví dụ USB.",
            f"{target} lies inside the home {home}: one broken disk would take both. Choose another disk.",
        )
    target.mkdir(parents=True, exist_ok=True)
    expected = settings.database_file.stat().st_size + sum(_size(path) for path in _files(home))
    free = shutil.disk_usage(target).free
    if free < expected + SPARE:
        raise Misconfigured(
            f"Không đủ chỗ ở {target}: cần khoảng {_megabytes(expected + SPARE)} MB, còn {_megabytes(free)} MB. Chưa chép gì.",
            f"No room at {target}: about {_megabytes(expected + SPARE)} MB are needed, {_megabytes(free)} MB are free. Nothing was copied.",
        )
    now = SystemClock().now().astimezone(VIETNAM)
    final = target / f"{PREFIX}{now:%Y%m%d-%H%M%S}"
    for cut_short in target.glob(f"{PREFIX}*{UNFINISHED}"):
        shutil.rmtree(cut_short, ignore_errors=True)
    unfinished = final.with_name(final.name + UNFINISHED)
    # Names, drafts and evidence: the owner's alone, as the secret beside them.
    unfinished.mkdir(mode=0o700)
    try:
        sums: dict[str, tuple[int, str]] = {}
        name = settings.database_file.name
        tell(name, 0, expected)
        revision = _copy_database(settings.database_file, unfinished / name)
        sums[name] = _sum(unfinished / name)
        done = sums[name][0]
        for path in _files(home):
            relative = path.relative_to(home).as_posix()
            tell(relative, done, expected)
            try:
                sums[relative] = _copy(path, unfinished / relative)
            except FileNotFoundError:
                continue  # purged meanwhile, by a rule of retention
            done += sums[relative][0]
        manifest = {"format": FORMAT, "revision": revision, "made_at": now.isoformat(), "files": sums}
        _write(
            unfinished / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        )
        unfinished.rename(final)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Copy(final, len(sums), done, revision, now.isoformat())


def latest(folder: Path) -> Path:
    """The copy itself, or the newest whole one below the folder. Raises :class:`NotFound`."""
    if (folder / MANIFEST).is_file():
        return folder
    whole = (path.parent for path in folder.glob(f"{PREFIX}*/{MANIFEST}"))
    found = max((path for path in whole if path.suffix != UNFINISHED), default=None)
    if found is None:
        raise NotFound(
            f"Không thấy bản sao lưu nào trong {folder}. Bản sao lưu là thư mục {PREFIX}NĂMTHÁNGNGÀY-GIỜ có tệp {MANIFEST}.",
            f"There is no backup in {folder}: a folder {PREFIX}… with a {MANIFEST}.",
        )
    return found


def bring_back(settings: Settings, folder: Path, tell: Tell = lambda name, done, whole: None) -> Copy:
    """Make the home from a copy, each file compared with its SHA-256 before the home is there. Nothing that exists is overwritten.

    Raises :class:`Misconfigured` (data on PostgreSQL, a home that has something in it, a copy of a newer program), :class:`Damaged` (a file of the
    copy is missing or other than it was), :class:`NotFound` and OSError.
    """
    from core.records.migrate import revisions

    if settings.database_url:
        raise Misconfigured(
            "LAMRO_DATABASE_URL đang có giá trị: bản sao lưu này là của SQLite. Bỏ biến này rồi chạy lại; với PostgreSQL dùng pg_restore.",
            "LAMRO_DATABASE_URL is set, and the backup is of SQLite. Unset it and run again; with PostgreSQL use pg_restore.",
        )
    home = settings.home
    if home.exists() and any(home.iterdir()):
        raise Misconfigured(
            f"{home} đã có dữ liệu; không ghi đè. Đổi tên thư mục ấy hoặc đặt LAMRO_HOME tới một thư mục mới, rồi chạy lại.",
            f"{home} is not empty, and nothing is overwritten. Rename it, or set LAMRO_HOME to a new folder, and run again.",
        )
    source = latest(folder)
    manifest = _manifest(source)
    revision = str(manifest["revision"])
    if revision not in revisions():
        raise Misconfigured(
            f"Bản sao lưu ở phiên bản dữ liệu {revision}, mới hơn chương trình này. Cài bản chương trình mới hơn rồi khôi phục.",
            f"The backup is of revision {revision}, newer than this program. Install the newer program first.",
        )
    files: dict[str, tuple[int, str]] = manifest["files"]
    whole, done = sum(size for size, _ in files.values()), 0
    unfinished = home.with_name(home.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        for relative, (size, expected) in files.items():
            tell(relative, done, whole)
            try:
                made = _copy(source / relative, unfinished / relative)
            except FileNotFoundError:
                made = (0, "")
            if made != (size, expected):
                raise _broken(source / relative)
            done += size
        if home.exists():
            home.rmdir()
        home.parent.mkdir(parents=True, exist_ok=True)
        unfinished.rename(home)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Copy(source, len(files), done, revision, str(manifest["made_at"]))


def _copy_database(file: Path, target: Path) -> str:
    """SQLite's own copy of one moment, whoever writes; sound, in one file that its owner alone reads. Returns its revision."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
        found = new.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise Damaged(
                f"Cơ sở dữ liệu {file} bị hỏng ({found}); không sao lưu, để bản tốt trước đây không bị thay. Chạy lamro verify.",
                f"The database {file} is damaged ({found}) and was not saved. Run lamro verify.",
            )
        return str(new.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _files(home: Path) -> Iterator[Path]:
    """What is saved beside the database: no links, nothing half written."""
    for path in sorted(home.iterdir()):
        if path.suffix in KINDS and path.name not in _PASSING and path.is_file() and not path.is_symlink():
            yield path
    for name in FOLDERS:
        for path in sorted((home / name).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path


def _copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy bytes and count them: (bytes, SHA-256). The secret stays readable by its owner only."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as given:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(
            target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, os.fstat(given.fileno()).st_mode & 0o777
        )
        with os.fdopen(handle, "wb") as out:
            while block := given.read(1 << 20):
                digest.update(block)
                size += len(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    return size, digest.hexdigest()


def _write(target: Path, data: bytes) -> None:
    with target.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sum(path: Path) -> tuple[int, str]:
    with path.open("rb") as given:
        return path.stat().st_size, hashlib.file_digest(given, "sha256").hexdigest()


def _manifest(folder: Path) -> dict[str, Any]:
    """The list of a copy, each entry of the form it must have. Raises :class:`Damaged`."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise _broken(folder / MANIFEST)
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in told["files"].items()}
        revision, made_at = str(told["revision"]), str(told["made_at"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(folder / MANIFEST) from error
    for name in files:
        path = PurePosixPath(name)
        # a list made by somebody else must not write outside the home
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
            raise _broken(folder / MANIFEST)
    return {"files": files, "revision": revision, "made_at": made_at}


def _broken(path: Path) -> LamroError:
    return Damaged(
        f"Bản sao lưu hỏng: {path} thiếu hoặc khác lúc lưu. Chưa khôi phục gì; thử bản sao lưu trước đó.",
        f"The backup is damaged: {path} is missing or other than it was. Nothing was restored; try an earlier one.",
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)
