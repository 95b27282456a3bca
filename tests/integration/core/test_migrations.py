from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from core.errors import Misconfigured
from core.records import audit, migrate
from core.records.all_tables import Table
from core.records.engine import Store
from core.records.grouping import StoryGrouping
from core.records.item import StoryOffice
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


def revision_before(revision: str) -> str:
    return migrate.revisions()[migrate.revisions().index(revision) - 1]


def old_store(engine: str, folder: Path, request: pytest.FixtureRequest, *, before: str) -> Store:
    """A database as it was before a revision, on either engine."""
    url = (
        f"sqlite:///{folder / 'old.db'}"
        if engine == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    store = Store(url)
    config = Config()
    config.set_main_option("script_location", "core.records:migrations")
    with migrate._writer(store).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision_before(before))
    return store


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_administrators_made_by_the_command_line_keep_every_office(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """0006: the flag goes to those whom the audit log shows to be made on the server, and to nobody else."""
    store = old_store(engine, tmp_path, request, before="0006")
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


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_tags_and_incidents_of_stories_go_to_their_offices(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """0016: what stood on a story belongs to the office of the person who gave it; what another office had said before comes back."""
    store = old_store(engine, tmp_path, request, before="0016")
    at = [f"2026-11-2{day} 01:00:00.000000" for day in range(7)]
    with store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unit (id, locality, level, name, short_name, details)"
                " VALUES (1, '11131', 'commune', 'a', 'a', '{}'), (2, '11557', 'commune', 'b', 'b', '{}')"
            )
        )
        for number, unit in ((1, 1), (2, 2)):
            connection.execute(
                text(
                    "INSERT INTO account (id, username, display_name, position, email, unit_id, password_hash, must_change_password,"
                    f" active, language, theme, single_keys, created_at, version) VALUES ({number}, 'a{number}', 'A', '', '', {unit}, 'x',"
                    f" false, true, 'vi', 'auto', true, '{at[0]}', 1)"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO incident (id, unit_id, year, number, title, state, resume_state, opened_by, received_at, spread, harm,"
                    " suggested, chosen, silent, choice_reason, result, version)"
                    f" VALUES ({number}, {unit}, 2026, 1, 'v', 'received', '', {number}, '{at[0]}', '', '', '[]', '[]', false, '', '', 1)"
                )
            )
        for number, tag, giver, when, incident in (
            (1, "irrelevant", "2", f"'{at[3]}'", "NULL"),  # the first office had said watch
            (2, "", "NULL", "NULL", "1"),
            (3, "criticism", "1", f"'{at[2]}'", "2"),  # tagged by one office, with the other's incident
            (4, "", "NULL", "NULL", "NULL"),
            (5, "opinion", "2", f"'{at[1]}'", "NULL"),  # taken over by a merge: no event of its own
        ):
            connection.execute(
                text(
                    "INSERT INTO story (id, title, lead, first_seen_at, last_seen_at, items, copies, sources, views, reach_tier, tag,"
                    f" tagged_by, tagged_at, need, need_parts, incident_id, version) VALUES ({number}, 't', '', '{at[0]}', '{at[0]}', 1, 0,"
                    f" 1, 0, 0, '{tag}', {giver}, {when}, 1.5, '[]', {incident}, {number + 1})"
                )
            )
            connection.execute(text(f"INSERT INTO story_locality VALUES ({number}, '11131', 'in', 0.9)"))
        for number, story, tag, last, by, day, undone in (
            (1, 1, "watch", "", 1, 1, "NULL"),
            (2, 1, "accurate", "watch", 2, 2, f"'{at[3]}'"),
            (3, 1, "irrelevant", "watch", 2, 3, "NULL"),
            (4, 3, "criticism", "", 1, 2, "NULL"),
            (5, 4, "watch", "", 1, 1, f"'{at[2]}'"),
        ):
            connection.execute(
                text(
                    'INSERT INTO tag_event (id, story_id, tag, "before", account_id, at, undone_at)'
                    f" VALUES ({number}, {story}, '{tag}', '{last}', {by}, '{at[day]}', {undone})"
                )
            )
        for number, was in (
            (1, '{"tag": "", "incident_id": null}'),
            (2, '{"tag": "watch", "incident_id": 2}'),
        ):
            connection.execute(
                text(
                    'INSERT INTO story_grouping (id, kind, story_id, other_id, item_ids, claim_ids, "before", account_id, at)'
                    f" VALUES ({number}, 'merge', 5, 4, '[]', '[]', :before, 1, '{at[1]}')"
                ),
                {"before": was},
            )
    migrate.upgrade(store)
    migrate.check(store)
    with store.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT story_id, unit_id, tag, tagged_by, incident_id FROM story_office ORDER BY story_id, unit_id"
            )
        ).all()
        events = connection.execute(text('SELECT unit_id, "before" FROM tag_event ORDER BY id')).all()
        whole = connection.execute(text("SELECT count(*), sum(version) FROM story")).one()
        places = connection.execute(text("SELECT count(*) FROM story_locality")).scalar()
        moments = (
            connection.execute(select(StoryOffice.tagged_at).order_by(StoryOffice.tagged_at)).scalars().all()
        )
        before = connection.execute(select(StoryGrouping.before).order_by(StoryGrouping.id)).scalars().all()
    assert [tuple(row) for row in rows] == [
        (1, 1, "watch", 1, None),
        (1, 2, "irrelevant", 2, None),
        (2, 1, "", None, 1),
        (3, 1, "criticism", 1, None),
        (3, 2, "", None, 2),
        (5, 2, "opinion", 2, None),
    ]
    assert [tuple(row) for row in events] == [(1, ""), (2, ""), (2, ""), (1, ""), (1, "")]
    assert (tuple(whole), places) == ((5, 20), 5), "the stories, and what hangs on them, are all there"
    assert sorted(moment.day for moment in moments if moment) == [21, 21, 22, 23]
    assert before == [{}, {"1": {"tag": "watch", "incident_id": None}, "2": {"tag": "", "incident_id": 2}}]
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
        if engine == "sqlite":
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1, "they bind again"
    assert migrate.integrity(store) == ""
    store.close()


def test_an_upgrade_stops_at_rows_that_point_at_nothing(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = old_store("sqlite", tmp_path, request, before="0016")
    with closing(sqlite3.connect(tmp_path / "old.db")) as plain, plain:
        plain.execute("INSERT INTO story_locality VALUES (77, '11131', 'in', 0.9)")
    with pytest.raises(Misconfigured, match="point at data that is gone"):
        migrate.upgrade(store)
    assert migrate.current(store) == revision_before("0016")
    with store.engine.connect() as connection:
        assert "story_office" not in inspect(connection).get_table_names()
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    store.close()
