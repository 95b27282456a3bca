"""The database: SQLite (WAL, foreign keys, BEGIN IMMEDIATE, synchronous=FULL) or PostgreSQL, behind one small class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.errors import Unavailable

#: execution option of connections that take the write lock at BEGIN
WRITE = "lamro_write"
#: what the drivers say when another writer held the lock for longer than we wait
_BUSY = ("database is locked", "lock timeout")


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    """Our own BEGIN (the driver's would start a deferred one), and durability before speed."""
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: an upgrade in mid-transaction fails whatever the timeout (reliability.md §3 row 13)."""
    connection.exec_driver_sql(
        "BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITE) else "BEGIN"
    )


def make_engine(url: str | URL) -> Engine:
    """An engine for ``sqlite:///path`` or ``postgresql+psycopg://…`` with our settings. Does not connect yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"check_same_thread": False, "timeout": 10.0})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(parsed, pool_pre_ping=True, isolation_level="REPEATABLE READ")


def _gone(error: OperationalError) -> bool:
    """True when the server went away, before or in the middle of the transaction: SQLSTATE class 08, 57P, or no answer at all."""
    state = getattr(error.orig, "sqlstate", None)
    return (
        error.connection_invalidated
        or str(state or "").startswith(("08", "57P"))
        or (state is None and type(error.orig).__module__.startswith("psycopg"))
    )


class Store:
    """Transactions over one database. ``write()`` commits on leaving or rolls back on any exception; ``read()`` never writes."""

    def __init__(self, url: str | URL) -> None:
        # Foreign keys are resolved by name: every table must be known before the first statement.
        from core.records import all_tables  # noqa: F401

        self.engine = make_engine(url)
        self._writer = self.engine.execution_options(**{WRITE: True})

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.engine.dialect.name

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may write. Writers come one after the other on both engines.

        On PostgreSQL, LOCK TABLE is the first statement: it takes no snapshot, so that this transaction sees all that the writer
        before it committed (an advisory lock taken by SELECT would see the state of before its wait, and fork the audit chain).
        Raises :class:`core.errors.Unavailable` when another writer keeps the lock for over 10 seconds, or the server went away.
        """
        try:
            with Session(self._writer, expire_on_commit=False) as session, session.begin():
                if self.dialect == "postgresql":
                    connection = session.connection()
                    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
                    connection.exec_driver_sql("LOCK TABLE audit IN EXCLUSIVE MODE")
                yield session
        except OperationalError as error:
            if any(words in str(error.orig) for words in _BUSY):
                raise Unavailable(
                    "Cơ sở dữ liệu đang bận ghi việc khác. Chưa có gì thay đổi; hãy thử lại sau ít giây.",
                    "The database is busy with another write. Nothing was changed; try again in a few seconds.",
                ) from error
            if _gone(error):
                raise Unavailable(
                    "Mất kết nối với cơ sở dữ liệu. Việc vừa làm có thể chưa được ghi: mở lại trang để xem, nếu chưa thì làm lại.",
                    "The database server went away. The act may not have been written: open the page again and look before repeating it.",
                ) from error
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view; anything changed in it is thrown away, what was loaded stays readable afterwards."""
        with Session(self.engine, expire_on_commit=False, autoflush=False) as session:
            try:
                yield session
            except OperationalError as error:
                if not _gone(error):
                    raise
                raise Unavailable(
                    "Không kết nối được với cơ sở dữ liệu. Chưa có gì thay đổi; hãy thử lại sau ít phút.",
                    "The database server does not answer. Nothing was changed; try again in a few minutes.",
                ) from error
            finally:
                session.expunge_all()
                session.rollback()

    def close(self) -> None:
        """Close the pool."""
        self.engine.dispose()
