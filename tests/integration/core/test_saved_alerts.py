"""Alerts on saved filters: each new item is told once, in batches, when the index has it, to the officers of the office."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from config.indexing import SavedAlerts, follow
from core.records.account import Account
from core.records.saved_filter import SavedFilter
from core.records.source import StaffNotice
from core.rules.vocabulary import Role
from core.services import intake, saved_filters
from core.services.desk import Actor, Desk
from indexer.search.fts5 import Fts5Index
from tests.integration.core.conftest import DYKE, ELSEWHERE, StandingClock, candidate


@pytest.fixture
def searching(desk: Desk, tmp_path: Path) -> Iterator[Desk]:
    index = Fts5Index(tmp_path / "index.db")
    yield dataclasses.replace(desk, index=index)
    index.close()


@pytest.fixture
def hanh(desk: Desk, person: Callable[..., Actor]) -> Actor:
    """The officer who saves; two more people with an address, one no officer, one without."""
    made = person("hanh", Role.OFFICER)
    for name, role, email in (
        ("hanh", None, "hanh@xa.example"),
        ("luc", Role.OFFICER, "luc@xa.example"),
        ("kyso", Role.SIGNER, "ky@xa.example"),
        ("bao", Role.OFFICER, ""),
    ):
        actor = made if role is None else person(name, role)
        with desk.store.write() as session:
            session.get_one(Account, actor.account_id).email = email
    return made


def notices(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.store.read() as session:
        rows = session.scalars(select(StaffNotice).order_by(StaffNotice.id))
        return [(row.recipient, row.subject, row.body) for row in rows]


def alerted(desk: Desk, actor: Actor, name: str, query: str) -> int:
    number = saved_filters.save(desk, actor, name, query)
    saved_filters.set_alert(desk, actor, number, on=True)
    return number


def test_a_new_match_is_told_once_and_what_was_there_never(
    searching: Desk, press: str, hanh: Actor, clock: StandingClock
) -> None:
    intake.take(searching, [candidate(press, 1, "Đê xã Chí Minh rò nước", DYKE)])
    follow(searching)
    number = alerted(searching, hanh, "Đê điều", "q=đê")
    sweeps = SavedAlerts()
    assert sweeps.sweep(searching, mail=True) == 0
    intake.take(
        searching,
        [
            candidate(press, 2, "Đê xã Chí Minh đã vá", DYKE + " Xong."),
            candidate(press, 3, "Cà phê", ELSEWHERE),
        ],
    )
    assert sweeps.sweep(searching, mail=True) == 0, "the index has not seen them yet"
    follow(searching)
    assert sweeps.sweep(searching, mail=True) == 1
    assert [(who, subject) for who, subject, _ in notices(searching)] == [
        ("hanh@xa.example", "Làm Rõ: 1 tin mới khớp bộ lọc “Đê điều”"),
        ("luc@xa.example", "Làm Rõ: 1 tin mới khớp bộ lọc “Đê điều”"),
    ]
    assert "- Đê xã Chí Minh đã vá (Báo A)" in notices(searching)[0][2]
    clock.move(hours=2)
    assert sweeps.sweep(searching, mail=True) == 0
    assert len(notices(searching)) == 2
    with searching.store.read() as session:
        row = session.get_one(SavedFilter, number)
        assert (row.told_items, row.seen_id) == (1, 3)


def test_what_comes_within_half_an_hour_is_one_batch(
    searching: Desk, press: str, hanh: Actor, clock: StandingClock
) -> None:
    alerted(searching, hanh, "Báo trong nước", "foreign=without")
    sweeps = SavedAlerts()
    told = []
    for number in range(1, 5):
        intake.take(
            searching, [candidate(press, number, f"Đê xã Chí Minh {number}", f"{DYKE} Bài {number * 17}.")]
        )
        follow(searching)
        told.append(sweeps.sweep(searching, mail=True))
        clock.move(minutes=11)
    assert told == [1, 0, 0, 1]
    assert [subject for who, subject, _ in notices(searching) if who.startswith("hanh")] == [
        "Làm Rõ: 1 tin mới khớp bộ lọc “Báo trong nước”",
        "Làm Rõ: 3 tin mới khớp bộ lọc “Báo trong nước”",
    ]


def test_an_index_that_is_away_costs_no_alert(searching: Desk, press: str, hanh: Actor) -> None:
    alerted(searching, hanh, "Đê điều", "q=đê")
    sweeps = SavedAlerts()
    intake.take(searching, [candidate(press, 1, "Đê xã Chí Minh rò nước", DYKE)])
    follow(searching)
    assert searching.index is not None
    searching.index.drop()
    assert sweeps.sweep(searching, mail=True) == 0
    follow(searching)
    assert sweeps.sweep(searching, mail=True) == 1


def test_switched_off_or_of_another_office_nobody_is_told(
    searching: Desk, press: str, hanh: Actor, person: Callable[..., Actor]
) -> None:
    number = alerted(searching, hanh, "Đê điều", "q=đê")
    assert saved_filters.set_alert(searching, hanh, number, on=False) == "Đê điều"
    intake.take(searching, [candidate(press, 1, "Đê xã Chí Minh rò nước", DYKE)])
    follow(searching)
    assert SavedAlerts().sweep(searching, mail=True) == 0
    assert saved_filters.set_alert(searching, hanh, number, on=True)
    assert SavedAlerts().sweep(searching, mail=True) == 0, "what came while it was off was seen in the list"
    assert notices(searching) == []
