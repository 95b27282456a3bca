"""The schema's revisions: bring a database to this program's, and refuse one that is not (reliability.md §3 rows 5 and 33).

Revisions are ``core/records/migrations/versions/NNNN_words.py``; the number is the revision. Alembic is loaded only to upgrade.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from core.errors import Misconfigured
from core.records.engine import WRITE, Store

#: any number of ours: two programs that start together upgrade one after the other
_UPGRADE_LOCK = 6_220_160_006
_BEFORE = re.compile(r'^down_revision = (?:"(\w+)"|None)', re.M)


@cache
def revisions() -> tuple[str, ...]:
    """All revisions that this program knows, oldest first: as each names the one before it, not as the numbers run."""
    folder = files("core.records.migrations") / "versions"
    after: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.name[:4].isdigit() and entry.name.endswith(".py"):
            before = _BEFORE.search(entry.read_text(encoding="utf-8"))
            after[before.group(1) or "" if before is not None else ""] = entry.name[:4]
    chain: list[str] = []
    while (chain[-1] if chain else "") in after:
        chain.append(after[chain[-1] if chain else ""])
    return tuple(chain)


def head() -> str:
    """The revision that this program works with."""
    return revisions()[-1]


def current(store: Store) -> str | None:
    """The revision of the database; None when it is empty."""
    with store.engine.connect() as connection:
        return _current(connection)


def check(store: Store) -> None:
    """Raises :class:`Misconfigured` unless the database is at this program's revision."""
    found = current(store)
    if found == head():
        return
    if found is None:
        raise Misconfigured(
            "Chưa có cơ sở dữ liệu. Chạy trước: lamro init --locality MÃ, ví dụ 11131.",
            "There is no database yet. Run first: lamro init --locality CODE.",
        )
    if found not in revisions():
        raise _newer(found)
    raise Misconfigured(
        f"Cơ sở dữ liệu ở bản {found}, chương trình cần bản {head()}. Chạy: lamro init (dữ liệu được giữ nguyên và sao lưu trước).",
        f"The database is at revision {found}, this program needs {head()}. Run: lamro init (it backs up first and keeps all data).",
    )


def upgrade(store: Store) -> None:
    """Bring the database to :func:`head` in one transaction; harmless when it is there. On SQLite a copy is kept beside it first.

    Raises :class:`Misconfigured` for a database that a newer program wrote.
    """
    if store.dialect == "sqlite" and store.engine.url.database:
        Path(store.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    found = current(store)
    if found == head():
        return
    if found is not None and found not in revisions():
        raise _newer(found)
    if found is not None:
        _copy_before(store, found)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "core.records:migrations")
    with _writer(store).connect() as connection, _loose(store, connection), connection.begin():
        if store.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if store.dialect == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise Misconfigured(
                "Nâng cấp cơ sở dữ liệu bị dừng: có dòng trỏ tới dữ liệu không còn. Không có gì bị thay đổi; chạy: lamro doctor",
                "The upgrade was stopped: rows point at data that is gone. Nothing was changed; run: lamro doctor",
            )


@contextmanager
def _loose(store: Store, connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew: others may point at nothing meanwhile (sqlite.org/lang_altertable.html, section 7)."""
    if store.dialect != "sqlite":
        yield
        return
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
        driver.close()


def integrity(store: Store) -> str:
    """What is wrong with the database file, in Vietnamese; empty when nothing is. SQLite's own quick check and foreign keys."""
    try:
        with store.engine.connect() as connection:
            if store.dialect != "sqlite":
                connection.execute(text("SELECT 1"))
                return ""
            faults = [
                str(row[0]) for row in connection.execute(text("PRAGMA quick_check(5)")) if row[0] != "ok"
            ]
            orphans = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(5)
    except DBAPIError as error:
        return f"Không đọc được cơ sở dữ liệu: {error.orig}"
    except UnicodeDecodeError as error:
        # A damaged list of tables: the driver trips over it before SQLite does.
        return f"Tệp cơ sở dữ liệu bị hỏng: {error.reason}"
    if faults:
        return "Tệp cơ sở dữ liệu bị hỏng: " + "; ".join(faults)
    return (
        ""
        if not orphans
        else "Có dòng trỏ tới dữ liệu không còn: " + ", ".join(sorted({str(row[0]) for row in orphans}))
    )


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _newer(found: str) -> Misconfigured:
    return Misconfigured(
        f"Cơ sở dữ liệu ở bản {found}, mới hơn chương trình này (bản {head()}). Hãy cài bản chương trình mới hơn; không có gì bị thay đổi.",
        f"The database is at revision {found}, newer than this program ({head()}). Install the newer program; nothing was changed.",
    )


def _copy_before(store: Store, found: str) -> None:
    """A whole copy of an SQLite database, made by the engine itself, under a temporary name first."""
    database = store.engine.url.database
    if store.dialect != "sqlite" or not database or database == ":memory:":
        return
    target = Path(f"{database}.before-{found}-to-{head()}")
    if shutil.disk_usage(target.parent).free < Path(database).stat().st_size + 50_000_000:
        raise Misconfigured(
            "Không đủ chỗ trống trên đĩa để sao lưu trước khi nâng cấp cơ sở dữ liệu. Giải phóng đĩa rồi chạy lại.",
            "Not enough disk space to back the database up before upgrading it.",
        )
    temporary = target.with_suffix(".part")
    temporary.unlink(missing_ok=True)
    # On the driver's own connection: VACUUM cannot run inside a transaction, and our engine begins one for everything.
    connection = store.engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(temporary),))
    finally:
        connection.close()
    temporary.replace(target)


def _writer(store: Store) -> Engine:
    if store.dialect == "postgresql":
        # What is looked for after waiting for the lock must be what the other program committed.
        return store.engine.execution_options(isolation_level="READ COMMITTED")
    return store.engine.execution_options(**{WRITE: True})
