"""Offices and the words of a search are made from the gazetteer as the office has corrected it, not from the shipped table."""

from __future__ import annotations

from datetime import date

import pytest

from config.gazetteer import held
from config.offices import ensure_office, province_of, unit_of
from core.errors import WrongUse
from core.queries import exports
from core.queries.place_names import place_names
from core.records.account import Account
from core.rules.search_queries import search_queries
from core.services import gazetteer_edit as edit
from core.services.desk import Actor, Desk
from core.services.gazetteer_add import NewUnit, add_old, add_today
from core.services.gazetteer_edit import NewName
from tests.integration.core.test_gazetteer_edit import admin, filled  # noqa: F401 - fixtures

DAY = date(2026, 11, 1)


def test_a_search_asks_for_corrected_former_and_foreign_names(filled: Desk, admin: Actor) -> None:  # noqa: F811
    edit.add_name(filled, admin, "11131", NewName("foreign", "志明社", language="zh"))
    edit.add_name(filled, admin, "11131", NewName("byname", "Bến Trại"))
    add_old(filled, admin, "11131", NewUnit("xã", "Bến Tranh", valid_to=date(2024, 12, 31)), "merged")
    with filled.store.read() as session:
        names = place_names(session, "11131", DAY)
        assert place_names(session, "404", DAY) is None
    assert names is not None and (names.full, names.bare, names.parent) == (
        "xã Chí Minh",
        "Chí Minh",
        "Hải Phòng",
    )
    assert names.aliases == ("Bến Trại", "xã Văn Tố", "xã Bến Tranh")
    words = {one.language: one.words for one in search_queries(names, ("vi", "zh", "en"))}
    assert words["vi"].startswith('("xã Chí Minh" OR "Bến Trại"') and '"Hải Phòng"' in words["vi"]
    assert "zh" not in words, (
        "the province has no Chinese name here, and the commune's alone would find others"
    )


def test_an_office_is_made_of_what_the_office_knows(filled: Desk, admin: Actor) -> None:  # noqa: F811
    with filled.store.write() as session:
        session.get_one(Account, admin.account_id).all_offices = True
    add_today(
        filled, admin, NewUnit("phường", "Mới Lập", code="99001", parent="31", valid_from=date(2026, 1, 1))
    )
    table = held(filled.store).table
    assert province_of(unit_of("99001", table), table).name == "Hải Phòng"
    office = ensure_office(filled, "99001")
    made = next(row for row in exports.units(filled) if row.id == office)
    assert made.short_name == "phường Mới Lập"
    with pytest.raises(WrongUse, match="404"):
        unit_of("404", table)
    with pytest.raises(WrongUse):
        unit_of("298", table)
