"""The database server goes away and comes back: a plain answer, nothing half written, work goes on by itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import func, select

from core.errors import Unavailable
from core.records.audit import AuditRow
from core.records.engine import Store
from core.records.migrate import upgrade
from core.services import audit
from core.services.desk import Desk
from tests.engines import registry
from tests.engines.postgresql import PostgresServer, cluster
from tests.integration.core.conftest import StandingClock


@pytest.fixture(scope="module")
def server(request):
    registry.need("postgresql", request)
    with cluster(durable=True) as running:
        yield running


@pytest.fixture
def store(server: PostgresServer):
    made = Store(server.url_of(server.create()))
    upgrade(made)
    yield made
    made.close()


def desk(store: Store) -> Desk:
    """As much of a desk as an audit row needs."""
    return cast("Desk", SimpleNamespace(store=store, clock=StandingClock()))


def act(store: Store, name: str) -> None:
    with store.write() as session:
        audit.record(session, desk(store), None, name, "test", 1)


def acts(store: Store) -> list[str]:
    with store.read() as session:
        assert audit.verify_chain(session) is None
        return list(session.scalars(select(AuditRow.act).order_by(AuditRow.id)))


def test_a_restart_between_two_acts_is_not_noticed(store, server):
    act(store, "one")
    server.crash()
    act(store, "two")
    assert acts(store) == ["one", "two"]


def test_a_restart_in_the_middle_of_an_act_undoes_it_and_says_so(store, server):
    act(store, "one")
    with pytest.raises(Unavailable) as answer, store.write() as session:
        audit.record(session, desk(store), None, "lost", "test", 1)
        server.crash()
        session.execute(select(func.count()).select_from(AuditRow))
    assert "Mất kết nối với cơ sở dữ liệu" in answer.value.vi
    act(store, "two")
    assert acts(store) == ["one", "two"]


def test_a_restart_just_before_the_commit_leaves_all_or_nothing(store, server):
    with pytest.raises(Unavailable), store.write() as session:
        audit.record(session, desk(store), None, "lost", "test", 1)
        session.flush()
        server.crash()
    act(store, "two")
    assert acts(store) == ["two"]


def test_a_restart_while_reading_is_told_apart(store, server):
    with pytest.raises(Unavailable) as answer, store.read() as session:
        session.execute(select(AuditRow.id))
        server.crash()
        session.execute(select(AuditRow.id))
    assert "Chưa có gì thay đổi" in answer.value.vi
    assert acts(store) == []


def test_a_server_that_never_answers_is_told(tmp_path):
    nobody = Store("postgresql+psycopg://lamro:x@127.0.0.1:1/lamro")
    with pytest.raises(Unavailable), nobody.read() as session:
        session.execute(select(AuditRow.id))
    with pytest.raises(Unavailable), nobody.write() as session:
        session.execute(select(AuditRow.id))
