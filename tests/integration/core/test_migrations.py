from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from core.errors import Misconfigured
from core.records import audit, migrate
from core.records.all_tables import Table
from core.records.engine import Store
from tests.engines.postgresql import PostgresServer


def test_head_equals_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Table.metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == set(Table.metadata.tables) | {"alembic_version"}


def test_a_missing_column_would_be_seen(store: Store) -> None:
    with store.engine.connect() as connection, connection.begin():
        connection.execute(text("ALTER TABLE story DROP COLUMN views"))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert [change[0] for change in compare_metadata(context, Table.metadata)] == ["add_column"]


def test_alembic_and_we_agree_on_the_head() -> None:
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert script.get_current_head() == migrate.head()
    assert [one.revision for one in script.walk_revisions()][::-1] == list(migrate.revisions())


def test_the_first_revision_holds_the_same_triggers_as_the_tables() -> None:
    first = importlib.import_module("core.records.migrations.versions.0001_first_tables")
    assert {k: [" ".join(s.split()) for s in v] for k, v in first.APPEND_ONLY.items()} == {
        k: [" ".join(s.split()) for s in v] for k, v in audit.APPEND_ONLY.items()
    }


def test_upgrade_again_changes_nothing_and_check_is_content(store: Store) -> None:
    migrate.upgrade(store)
    migrate.check(store)
    assert migrate.current(store) == migrate.head()
    assert migrate.integrity(store) == ""


def test_an_empty_database_is_named_as_such(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert migrate.current(store) is None
    with pytest.raises(Misconfigured, match="lamro init"):
        migrate.check(store)


def test_a_database_of_a_newer_program_is_refused_and_left_alone(store: Store) -> None:
    with store.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (migrate.check, migrate.upgrade):
        with pytest.raises(Misconfigured, match="newer than this program"):
            act(store)
    assert migrate.current(store) == "9999"


def test_a_database_of_an_older_program_is_copied_before_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.db"
    store = Store(f"sqlite:///{path}")
    migrate.upgrade(store)
    now = migrate.head()
    monkeypatch.setattr(migrate, "head", lambda: "9998")
    with pytest.raises(Misconfigured, match=f"revision {now}, this program needs 9998"):
        migrate.check(store)
    migrate.upgrade(store)
    copy = tmp_path / f"old.db.before-{now}-to-9998"
    assert sqlite3.connect(copy).execute("SELECT version_num FROM alembic_version").fetchone() == (now,)
    assert not list(tmp_path.glob("*.part"))


def test_a_failing_migration_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = importlib.import_module("core.records.migrations.versions.0001_first_tables")
    monkeypatch.setitem(first.APPEND_ONLY, "sqlite", ("CREATE TRIGGER nonsense",))
    store = Store(f"sqlite:///{tmp_path / 'half.db'}")

    def broken(module: object, *_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("alembic.op.execute", broken)
    with pytest.raises(AssertionError):
        migrate.upgrade(store)
    with store.engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


@pytest.mark.long
def test_two_programs_that_start_together_make_one_schema(
    tmp_path: Path, postgres_server: PostgresServer
) -> None:
    name = postgres_server.create()
    program = "import sys; from core.records.engine import Store; from core.records.migrate import upgrade; upgrade(Store(sys.argv[1]))"
    try:
        for url in (f"sqlite:///{tmp_path / 'two.db'}", postgres_server.url_of(name)):
            both = [
                subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE)
                for _ in range(2)
            ]
            for process in both:
                _, errors = process.communicate(timeout=60)
                assert process.returncode == 0, errors.decode()
            store = Store(url)
            migrate.check(store)
            store.close()
    finally:
        postgres_server.drop(name)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET act = 'x'", "DELETE FROM audit", "UPDATE audit SET hash = hash WHERE id = 1"],
)
def test_the_audit_log_is_append_only(store: Store, statement: str) -> None:
    insert = (
        "INSERT INTO audit (id, at, address, act, object_type, object_id, refused, detail, content_sha256, previous, hash)"
        " VALUES (1, '2026-01-01 00:00:00', '', 'a', 'b', 'c', false, '{}', '', '', '')"
    )
    with store.engine.connect() as connection, connection.begin():
        connection.execute(text(insert))
    with (
        pytest.raises(DBAPIError, match="append-only"),
        store.engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(text(statement))


def test_the_audit_log_cannot_be_truncated(store: Store) -> None:
    if store.dialect == "sqlite":
        return  # SQLite has no TRUNCATE; a DELETE of everything is refused above
    with (
        pytest.raises(DBAPIError, match="append-only"),
        store.engine.connect() as connection,
        connection.begin(),
    ):
        connection.execute(text("TRUNCATE audit"))


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    store = Store(f"sqlite:///{path}")
    migrate.upgrade(store)
    store.close()
    data = bytearray(path.read_bytes())
    for at in range(5000, len(data), 4096):
        data[at : at + 400] = b"\xff" * 400
    path.write_bytes(data)
    assert migrate.integrity(Store(f"sqlite:///{path}")) != ""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_administrators_made_by_the_command_line_keep_every_office(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """0006: the flag goes to those whom the audit log shows to be made on the server, and to nobody else."""
    url = (
        f"sqlite:///{tmp_path / 'old.db'}"
        if engine == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    store = Store(url)
    before = migrate.revisions()[migrate.revisions().index("0006") - 1]
    config = Config()
    config.set_main_option("script_location", "core.records:migrations")
    with migrate._writer(store).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, before)
    at = "2026-11-20 01:00:00.000000"
    with store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unit (id, locality, level, name, short_name, details) VALUES (1, '31', 'province', 'x', 'x', '{}')"
            )
        )
        for number, (maker, role) in enumerate(
            [("NULL", "administrator"), ("1", "administrator"), ("NULL", "officer")], 1
        ):
            connection.execute(
                text(
                    "INSERT INTO account (id, username, display_name, position, email, unit_id, password_hash, must_change_password,"
                    f" active, language, theme, single_keys, created_at, version) VALUES ({number}, 'a{number}', 'A', '', '', 1, 'x',"
                    f" false, true, 'vi', 'auto', true, '{at}', 1)"
                )
            )
            connection.execute(text(f"INSERT INTO account_role VALUES ({number}, '{role}')"))
            connection.execute(
                text(
                    "INSERT INTO audit (id, at, account_id, address, act, object_type, object_id, refused, detail, content_sha256,"
                    f" previous, hash) VALUES ({number}, '{at}', {maker}, '', 'account.create', 'account', '{number}', false, '{{}}', '',"
                    f" '{number}', '{number}')"
                )
            )
    migrate.upgrade(store)
    with store.engine.connect() as connection:
        rows = connection.execute(text("SELECT id FROM account WHERE all_offices ORDER BY id")).all()
    assert [row.id for row in rows] == [1]
    store.close()
