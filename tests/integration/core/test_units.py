from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.errors import Forbidden, Invalid, NotFound
from core.queries.locality import watched_codes
from core.records.unit import Unit, WatchedLocality
from core.rules.vocabulary import Level, Role
from core.services import units
from core.services.desk import Actor, Desk


def test_an_office_is_made_once_and_never_overwritten(desk: Desk) -> None:
    first = units.ensure_unit(
        desk,
        "11131",
        Level.COMMUNE,
        "Ủy ban nhân dân xã Chí Minh",
        "xã Chí Minh",
        "31",
        {"place": "Chí Minh"},
    )
    city = units.ensure_unit(desk, "31", Level.PROVINCE, "Ủy ban nhân dân thành phố Hải Phòng", "Hải Phòng")
    again = units.ensure_unit(
        desk, "11131", Level.COMMUNE, "Tên khác", "khác", "31", {"place": "khác", "contact": "số 1"}
    )
    assert again == first
    with desk.store.read() as session:
        unit = session.get_one(Unit, first)
        assert (unit.name, unit.parent_id, unit.details) == (
            "Ủy ban nhân dân xã Chí Minh",
            city,
            {"place": "Chí Minh", "contact": "số 1"},
        )
    for bad in (
        ("", "commune", "x"),
        ("11a", "commune", "x"),
        ("11131", "huyện", "x"),
        ("11131", "commune", " "),
    ):
        with pytest.raises(Invalid):
            units.ensure_unit(desk, bad[0], bad[1], bad[2], "")


def test_watching_sets_exactly_the_list(desk: Desk, office: int, person: Callable[..., Actor]) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    assert units.active_units(desk) == [office]
    with desk.store.write() as session:
        session.get_one(WatchedLocality, (office, "11131")).aliases = ["An Thanh"]
    units.watch(desk, admin, office, ["11713", "11713", " 31"])
    units.watch(desk, admin, office, ["11131"])
    with desk.store.read() as session:
        rows = {row.code: row for row in session.scalars(select(WatchedLocality))}
        assert {code: row.active for code, row in rows.items()} == {
            "11131": True,
            "11713": False,
            "31": False,
        }
        assert rows["11131"].aliases == ["An Thanh"]
        assert "Chí Minh" in rows["11131"].name
        assert watched_codes(session) == watched_codes(session, [office]) == ("11131",)
    with pytest.raises(Invalid) as caught:
        units.watch(desk, admin, office, ["11131", "99999"])
    assert "99999" in caught.value.fields["localities"]
    with pytest.raises(NotFound):
        units.watch(desk, admin, 999, ["11131"])
    with pytest.raises(Forbidden):
        units.watch(desk, person("canbo", Role.OFFICER), office, [])
    units.watch(desk, admin, office, [])
    assert units.active_units(desk) == []
