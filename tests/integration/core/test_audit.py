from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.errors import Forbidden, RuleBroken
from core.records.audit import AuditRow
from core.records.engine import Store
from core.services import audit
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import StandingClock, make_desk

ACTOR = Actor(7, "canbo", "Cán bộ", "", 1, frozenset(), address="10.0.0.1")


def write(desk: Desk, count: int) -> None:
    for number in range(count):
        with desk.store.write() as session:
            audit.record(
                session, desk, ACTOR if number % 2 else None, f"thing.act{number}", "thing", number,
                detail={"số": number, "when": datetime(2026, 1, 1, tzinfo=UTC), "text": "a\x00b\ud800"}, content_sha256="f" * 64,
            )  # fmt: skip


def test_a_chain_as_written_is_whole(desk: Desk) -> None:
    with desk.store.read() as session:
        assert audit.verify_chain(session) is None
        assert audit.head(session) == audit.GENESIS
    write(desk, 5)
    with desk.store.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        assert [row.id for row in rows] == [1, 2, 3, 4, 5]
        assert rows[0].previous == audit.GENESIS
        assert rows[1].previous == rows[0].hash
        assert audit.verify_chain(session) is None
        assert audit.head(session) == rows[-1].hash


def test_a_rolled_back_act_leaves_no_row_and_no_gap(desk: Desk) -> None:
    write(desk, 2)
    with pytest.raises(ZeroDivisionError), desk.store.write() as session:
        audit.record(session, desk, ACTOR, "a.b", "c", 1)
        raise ZeroDivisionError
    write(desk, 1)
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 3
        assert audit.verify_chain(session) is None


def test_two_acts_in_one_transaction(desk: Desk) -> None:
    with desk.store.write() as session:
        for number in range(3):
            audit.record(session, desk, ACTOR, "a.b", "c", number)
    with desk.store.read() as session:
        assert audit.verify_chain(session) is None


def test_many_at_once_make_one_chain(store_url: str, desk: Desk) -> None:
    def one(number: int) -> None:
        with desk.store.write() as session:
            session.scalar(
                select(func.count()).select_from(AuditRow)
            )  # a reader's snapshot before the row is chained
            audit.record(session, desk, ACTOR, "a.b", "c", number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(60)))
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == 60
        assert audit.verify_chain(session) is None


def test_refused_tries_are_written_and_raised_on(desk: Desk) -> None:
    for error in (Forbidden("vi", "en"), RuleBroken("G1", "vi", "en")):
        with pytest.raises(type(error)), audit.attempt(desk, ACTOR, "document.make", "incident", 3):
            raise error
    with pytest.raises(KeyError), audit.attempt(desk, ACTOR, "document.make", "incident", 3):
        raise KeyError
    with desk.store.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
        assert [(row.refused, row.detail.get("rule")) for row in rows] == [(True, None), (True, "G1")]
        assert rows[0].address == "10.0.0.1"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 12 rows on SQLite without its triggers: what somebody with the file in hand could edit."""
    from core.records.migrate import upgrade

    folder = tmp_path_factory.mktemp("audit")
    store = Store(f"sqlite:///{folder / 'log.db'}")
    upgrade(store)
    write(make_desk(store, StandingClock(), folder / "captures"), 12)
    with store.write() as session:
        session.connection().exec_driver_sql("DROP TRIGGER audit_no_update")
        session.connection().exec_driver_sql("DROP TRIGGER audit_no_delete")
    store.close()
    with sqlite3.connect(folder / "log.db") as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
    return folder / "log.db"


COLUMNS: dict[str, Any] = {
    "at": "2026-01-01 00:00:00.000000",
    "account_id": 99,
    "address": "10.9.9.9",
    "act": "thing.other",
    "object_type": "another",
    "object_id": "999",
    "refused": 1,
    "detail": '{"số": 41}',
    "content_sha256": "0" * 64,
    "previous": "1" * 64,
    "hash": "2" * 64,
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.integers(1, 12), act=st.sampled_from([*COLUMNS, "delete", "insert", "swap"]))
def test_any_edit_of_the_past_is_found(
    written: Path, tmp_path_factory: pytest.TempPathFactory, row: int, act: str
) -> None:
    path = tmp_path_factory.mktemp("edited") / "log.db"
    shutil.copy(written, path)
    database = sqlite3.connect(path)
    with database:
        if act == "delete":
            database.execute("DELETE FROM audit WHERE id = ?", (row,))
        elif act == "insert":
            database.execute("UPDATE audit SET id = id + 100 WHERE id > ?", (row,))
            database.execute(
                "INSERT INTO audit SELECT id + 1, at, account_id, address, act, object_type, object_id, refused, detail,"
                " content_sha256, previous, hash FROM audit WHERE id = ?",
                (row,),
            )
            database.execute("UPDATE audit SET id = id - 99 WHERE id > 100")
        elif act == "swap":
            other = row % 12 + 1
            database.execute("UPDATE audit SET id = 500 WHERE id = ?", (row,))
            database.execute("UPDATE audit SET id = ? WHERE id = ?", (row, other))
            database.execute("UPDATE audit SET id = ? WHERE id = 500", (other,))
        else:
            database.execute(f"UPDATE audit SET {act} = ? WHERE id = ?", (COLUMNS[act], row))
    database.close()
    store = Store(f"sqlite:///{path}")
    with store.read() as session:
        bad = audit.verify_chain(session)
        end = audit.head(session)
    store.close()
    if act == "delete" and row == 12:
        # A cut tail cannot be seen in the chain itself: the head, printed elsewhere, shows it.
        before = Store(f"sqlite:///{written}")
        with before.read() as session:
            assert end != audit.head(session)
        before.close()
        return
    assert bad is not None
    assert row <= bad <= row + 1 or act == "swap"
