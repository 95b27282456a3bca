"""Move a whole database to another one, in one transaction, and compare them row by row before it is committed.

Rows keep their numbers, since the audit chain, the captures' names and the search index name them. Used by ``lamro migrate-to``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, func, inspect, select, text, tuple_, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError

from core.errors import Invalid, RuleBroken, Unavailable, WrongUse
from core.records.engine import Store
from core.records.migrate import check, current, upgrade
from core.records.schema import Table as Record

#: rows read, written and compared together: some megabytes of item texts at most
BATCH = 500
_OWN_BOOKS = frozenset({"alembic_version", "sqlite_sequence"})

Progress = Callable[[str, str, int], None]
"""Called with the step (``copy`` or ``compare``), the table and the rows done in it so far."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table. ``already`` is true when the target had all of it, and nothing was written."""

    rows: dict[str, int]
    already: bool


def postgresql_address(url: str) -> URL:
    """The address as the engine wants it. Raises :class:`WrongUse` when it is none of PostgreSQL."""
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() != "postgresql":
        raise WrongUse(
            "Nơi mới phải là PostgreSQL, ví dụ: postgresql+psycopg://lamro:MẬT_KHẨU@máy:5432/lamro",
            "The target must be PostgreSQL, for example postgresql+psycopg://lamro:PASSWORD@host:5432/lamro",
        )
    return address.set(drivername="postgresql+psycopg")


def without_password(address: URL) -> str:
    """The address for a person to read."""
    return address.render_as_string(hide_password=True)


def move_database(source_url: str, address: URL, on_progress: Progress | None = None) -> Moved:
    """:func:`move` between two addresses; an empty target gets the tables first.

    Raises besides: :class:`core.errors.Misconfigured` when either is at another revision than this program,
    :class:`Unavailable` when a server does not answer or refuses.
    """
    source, target = Store(source_url), Store(address)
    try:
        check(source)
        if current(target) is None:
            upgrade(target)
        check(target)
        return move(source, target, on_progress)
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        raise Unavailable(
            f"Không làm việc được với {without_password(address)}: {reason}. Dữ liệu cũ còn nguyên; sửa rồi chạy lại lệnh này.",
            f"Cannot work with {without_password(address)}: {reason}. The old data is untouched; mend and run again.",
        ) from error
    finally:
        source.close()
        target.close()


def move(source: Store, target: Store, on_progress: Progress | None = None) -> Moved:
    """Copy every row of ``source`` into ``target``, both at this program's revision, and compare each of them.

    ``source`` is locked against writers meanwhile. A target that holds the same rows already is left as it is (a move that was cut
    off after its commit). Raises :class:`RuleBroken` when the target holds anything else, or when a row differs after the copy;
    :class:`Invalid` when a value cannot be stored there. In each case the target is as it was.
    """
    tell = on_progress or (lambda *_: None)
    with source.write() as from_session, target.write() as to_session:
        one, two = from_session.connection(), to_session.connection()
        _refuse_unknown_tables(one)
        tables = Record.metadata.sorted_tables
        filled = [table.name for table in tables if _count(two, table)]
        if not filled:
            for table in tables:
                _copy(one, two, table, tell)
            _set_counters(one, two, tables)
        try:
            rows = {table.name: _compare(one, two, table, tell) for table in tables}
        except RuleBroken as error:
            if filled:
                raise _not_empty(filled) from error
            raise
    return Moved(rows, already=bool(filled))


def _copy(one: Connection, two: Connection, table: Table, tell: Progress) -> None:
    """All rows of a table. A column that points into its own table is filled in afterwards: the row it names may come later."""
    own = [
        column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)
    ]
    keys = list(table.primary_key.columns)
    done = 0
    for batch in _batches(one, table):
        rows = [row | {column.name: None for column in own} for row in batch]
        try:
            two.execute(table.insert(), rows)
        except (DataError, ValueError) as error:
            raise _not_storable(two, table, rows, error) from error
        done += len(batch)
        tell("copy", table.name, done)
    for column in own:
        for row in one.execute(select(*keys, column).where(column.is_not(None))).mappings():
            same = [key == row[key.name] for key in keys]
            two.execute(update(table).where(*same).values({column: row[column.name]}))


def _compare(one: Connection, two: Connection, table: Table, tell: Progress) -> int:
    """The number of rows, the same on both sides. Raises :class:`RuleBroken` naming the first row that differs."""
    keys = list(table.primary_key.columns)
    done = 0
    for batch in _batches(one, table):
        wanted = {_key(keys, row): row for row in batch}
        found = {
            _key(keys, row): row
            for row in map(
                dict, two.execute(select(table).where(tuple_(*keys).in_(list(wanted)))).mappings().all()
            )
        }
        for key, row in wanted.items():
            if found.get(key) != row:
                there = found.get(key)
                columns = (
                    ""
                    if there is None
                    else ", ".join(sorted(name for name in row if row[name] != there[name]))
                )
                raise RuleBroken(
                    "transfer",
                    f"Bảng {table.name}, dòng {key}: bản chép khác bản gốc ({columns or 'thiếu dòng'}). Chưa có gì được ghi vào nơi mới.",
                    f"Table {table.name}, row {key}: the copy differs ({columns or 'row missing'}). Nothing was written to the target.",
                )
        done += len(batch)
        tell("compare", table.name, done)
    there_are = _count(two, table)
    if there_are != done:
        raise RuleBroken(
            "transfer",
            f"Bảng {table.name}: bản gốc có {done} dòng, nơi mới có {there_are}. Chưa có gì được ghi vào nơi mới.",
            f"Table {table.name}: {done} rows here, {there_are} in the target. Nothing was written to the target.",
        )
    return done


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order of their keys, a page at a time by key: flat memory, whatever the size."""
    keys = list(table.primary_key.columns)
    after: tuple[Any, ...] | None = None
    while True:
        query = select(table).order_by(*keys).limit(BATCH)
        if after is not None:
            query = query.where(tuple_(*keys) > tuple_(*after))
        batch = [dict(row) for row in connection.execute(query).mappings()]
        if not batch:
            return
        yield batch
        after = _key(keys, batch[-1])


def _key(keys: list[Column[Any]], row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[key.name] for key in keys)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _set_counters(one: Connection, two: Connection, tables: list[Table]) -> None:
    """Numbers go on where they stood, those of deleted rows too where SQLite remembered them."""
    if two.dialect.name != "postgresql":
        return
    stood: dict[str, int] = {}
    if one.dialect.name == "sqlite" and inspect(one).has_table("sqlite_sequence"):
        stood = {row.name: row.seq for row in one.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    for table in tables:
        column = table.autoincrement_column
        if column is None:
            continue
        name = two.execute(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        ).scalar()
        highest = max(two.execute(select(func.max(column))).scalar() or 0, stood.get(table.name, 0))
        if name and highest:
            two.execute(text("SELECT setval(:name, :highest)"), {"name": name, "highest": highest})


def _refuse_unknown_tables(connection: Connection) -> None:
    unknown = set(inspect(connection).get_table_names()) - set(Record.metadata.tables) - _OWN_BOOKS
    if unknown:
        names = ", ".join(sorted(unknown))
        raise RuleBroken(
            "transfer",
            f"Cơ sở dữ liệu có bảng mà chương trình này không biết: {names}. Không chuyển, để không mất dữ liệu nào.",
            f"The database has tables that this program does not know: {names}. Not moved, so that nothing is lost.",
        )


def _not_empty(names: list[str]) -> RuleBroken:
    listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return RuleBroken(
        "transfer",
        f"Nơi mới đã có dữ liệu khác ({listed}). Hãy chuyển vào một cơ sở dữ liệu trống; không có gì bị thay đổi.",
        f"The target already holds other data ({listed}). Move into an empty database; nothing was changed.",
    )


def _not_storable(two: Connection, table: Table, rows: list[dict[str, Any]], error: Exception) -> Invalid:
    """Which row and column the target refuses: mostly a NUL character, which PostgreSQL cannot keep in a text."""
    keys = [column.name for column in table.primary_key.columns]
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str) and "\x00" in value:
                where = ", ".join(str(row[key]) for key in keys)
                return Invalid(
                    f"Bảng {table.name}, dòng {where}, cột {name}: có ký tự NUL mà PostgreSQL không giữ được. Chưa có gì được ghi vào nơi mới.",
                    f"Table {table.name}, row {where}, column {name}: a NUL character, which PostgreSQL cannot keep. Nothing was written.",
                )
    reason = str(getattr(error, "orig", error)).splitlines()[0]
    return Invalid(
        f"Bảng {table.name}: nơi mới không nhận một giá trị ({reason}). Chưa có gì được ghi vào nơi mới.",
        f"Table {table.name}: {two.dialect.name} refuses a value ({reason}). Nothing was written.",
    )
