"""From SQLite to PostgreSQL: every row with its number, nothing half done, nobody writing meanwhile."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text, update

from config.cli import main
from config.web import ADDRESS_FILE
from core.errors import Invalid, RuleBroken
from core.records import transfer
from core.records.engine import Store
from core.records.item import Item
from core.records.migrate import upgrade
from core.records.schema import Table
from core.services import audit, notes
from tests.fixtures.answering import actor, make_answering
from tests.fixtures.product import begin


@pytest.fixture
def target(postgres_url):
    store = Store(postgres_url)
    upgrade(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def _made(tmp_path_factory):
    return make_answering(tmp_path_factory.mktemp("office"))


@pytest.fixture
def made(_made, tmp_path):
    """An office with everything an answer needs, in an SQLite file of this test's own."""
    file = tmp_path / "lamro.db"
    raw = _made.desk.store.engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(file),))
    finally:
        raw.close()
    store = Store(f"sqlite:///{file}")
    yield replace(_made, desk=replace(_made.desk, store=store))
    store.close()


def counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Table.metadata.sorted_tables
        }


def test_every_row_arrives_and_work_goes_on_where_it_stood(made, target):
    before = counts(made.desk.store)
    seen = []
    moved = transfer.move(made.desk.store, target, lambda *step: seen.append(step))
    assert not moved.already
    assert moved.rows == before == counts(target)
    assert (
        min(before[name] for name in ("item", "claim", "verdict", "document_version", "dispatch", "audit"))
        > 0
    )
    assert ("compare", "audit", before["audit"]) in seen
    desk = replace(made.desk, store=target)
    with target.read() as session:
        assert audit.verify_chain(session) is None
    # The numbers go on above those that exist.
    highest = before["audit"]
    notes.add(
        desk,
        actor(replace(made.office, desk=desk), "hanh.dt"),
        made.office.stories["de"],
        "Đã gọi trưởng thôn.",
    )
    with target.read() as session:
        assert session.execute(text("SELECT max(id) FROM audit")).scalar() == highest + 1
        assert audit.verify_chain(session) is None


def test_a_second_time_finds_everything_there(made, target):
    transfer.move(made.desk.store, target)
    again = transfer.move(made.desk.store, target)
    assert again.already
    assert again.rows == counts(target)


def test_numbers_of_deleted_rows_are_not_given_again(made, target):
    with made.desk.store.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'audit'"))
    transfer.move(made.desk.store, target)
    with target.read() as session:
        name = session.execute(text("SELECT pg_get_serial_sequence('audit', 'id')")).scalar()
        assert session.execute(text("SELECT nextval(:name)"), {"name": name}).scalar() == 5001


def test_a_copy_that_names_a_later_row_arrives(made, target):
    items = sorted(made.office.items.values())
    with made.desk.store.write() as session:
        session.execute(update(Item).where(Item.id == items[0]).values(copy_of_id=items[-1]))
    transfer.move(made.desk.store, target)
    with target.read() as session:
        assert session.get_one(Item, items[0]).copy_of_id == items[-1]


def test_other_data_in_the_target_is_left_alone(made, target):
    transfer.move(made.desk.store, target)
    with made.desk.store.write() as session:
        session.execute(update(Item).values(title="Tít khác"))
    before = counts(target)
    with pytest.raises(RuleBroken, match="already holds other data"):
        transfer.move(made.desk.store, target)
    assert counts(target) == before
    with target.read() as session:
        assert session.execute(select(func.count()).where(Item.title == "Tít khác")).scalar() == 0


def test_a_row_that_would_differ_stops_the_move(made, target):
    with target.engine.connect() as connection, connection.begin():
        connection.execute(
            text(
                "CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := left(NEW.title, 3); RETURN NEW; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER shorten BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION shorten()")
        )
    with pytest.raises(RuleBroken, match=r"Table item, row .*: the copy differs \(title\)"):
        transfer.move(made.desk.store, target)
    assert set(counts(target).values()) == {0}


def test_a_value_that_postgresql_cannot_keep_is_named(made, target):
    item = min(made.office.items.values())
    with made.desk.store.write() as session:
        session.execute(update(Item).where(Item.id == item).values(text="trước\x00sau"))
    with pytest.raises(Invalid, match=f"Table item, row {item}, column text: a NUL"):
        transfer.move(made.desk.store, target)
    assert set(counts(target).values()) == {0}


def test_a_table_that_nobody_knows_is_not_lost_silently(made, target):
    with made.desk.store.engine.connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE hand_made (id INTEGER)"))
    with pytest.raises(RuleBroken, match="hand_made"):
        transfer.move(made.desk.store, target)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMRO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAMRO_ENV", "test")
    return begin(tmp_path / "home")


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.mark.long
def test_the_command_moves_an_office_and_puts_the_file_aside(home, postgres_url, capsys, monkeypatch):
    users = json.loads(run(capsys, "users", "--json")[1])
    code, out, _err = run(capsys, "migrate-to", postgres_url, "--json")
    said = json.loads(out)
    assert code == 0
    assert said["rows"]["account"] == len(users) == 1
    assert said["total"] == sum(said["rows"].values())
    assert "***" in said["target"]
    assert (home / said["old"]).exists()
    assert not list(home.glob("lamro.db"))
    code, _out, err = run(capsys, "items")
    assert code == 1
    assert (
        f"đã được chuyển sang PostgreSQL (bản cũ: {said['old']}). Đặt LAMRO_DATABASE_URL rồi chạy lại." in err
    )
    monkeypatch.setenv("LAMRO_DATABASE_URL", postgres_url)
    assert json.loads(run(capsys, "users", "--json")[1]) == users
    code, _out, err = run(capsys, "migrate-to", postgres_url)
    assert (code, "LAMRO_DATABASE_URL đang có giá trị" in err) == (1, True)


@pytest.mark.long
def test_a_move_cut_off_after_its_commit_is_finished_by_the_next(home, postgres_url, capsys):
    assert run(capsys, "migrate-to", postgres_url)[0] == 0
    (aside,) = home.glob("lamro.db.moved-*[0-9]")
    aside.rename(home / "lamro.db")
    code, out, _err = run(capsys, "migrate-to", postgres_url)
    assert code == 0
    assert "Nơi mới đã có đủ" in out
    assert len(list(home.glob("lamro.db.moved-*[0-9]"))) == 1


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("sqlite:///x.db", 2, "Nơi mới phải là PostgreSQL"),
        ("không phải địa chỉ", 2, "Nơi mới phải là PostgreSQL"),
        ("postgresql+psycopg://lamro:bimat@127.0.0.1:1/lamro", 1, "Dữ liệu cũ còn nguyên"),
    ],
)
def test_a_wrong_or_dead_target_changes_nothing(home, capsys, url, code, said):
    found, _out, err = run(capsys, "migrate-to", url)
    assert found == code
    assert said in err
    assert "bimat" not in err
    assert (home / "lamro.db").exists()


def test_it_waits_for_the_app_to_be_stopped(home, postgres_url, capsys):
    (home / ADDRESS_FILE).write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    code, _out, err = run(capsys, "migrate-to", postgres_url)
    assert code == 1
    assert "Tắt lamro serve trước" in err
    assert (home / "lamro.db").exists()
