"""Shipped values into the database on both engines: whole, repeatable, and never over what an office has corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from config.gazetteer import loader, take_file, take_shipped
from core.clock import VIETNAM
from core.errors import Invalid
from core.queries import gazetteer as queries
from core.queries import locality
from core.records.audit import AuditRow
from core.records.engine import Store
from core.records.gazetteer import GazetteerLink, GazetteerName, GazetteerUnit
from core.records.migrate import upgrade
from core.rules.gazetteer import Link, Name, NameNature, Nature, Unit
from core.rules.vocabulary import Role
from core.services.desk import Desk
from core.services.gazetteer_import import Imported, take_in
from indexer.analysis.analyst import LocalAnalyst
from indexer.gazetteer.aliases import shipped_names
from indexer.gazetteer.units import Gazetteer, gazetteer
from tests.integration.core.conftest import StandingClock, make_desk


@dataclass
class Shipped:
    """A desk with the shipped values, and what taking them in said."""

    desk: Desk
    done: Imported


_taken: dict[str, Shipped] = {}


@pytest.fixture(params=["sqlite", "postgresql"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """One of each engine, filled once: for tests that change nothing."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    if request.param not in _taken:
        folder = tmp_path_factory.mktemp("gazetteer")
        store = Store(
            f"sqlite:///{folder / 'lamro.db'}" if server is None else server.url_of(server.create())
        )
        upgrade(store)
        desk = make_desk(store, StandingClock(), folder / "captures")
        _taken[request.param] = Shipped(desk, take_shipped(desk))
    return _taken[request.param]


REFORM_EVE, REFORM_DAY = date(2025, 6, 30), date(2025, 7, 1)


def audits(desk: Desk) -> int:
    with desk.store.read() as session:
        return session.scalar(select(func.count()).where(AuditRow.act == "gazetteer.import")) or 0


def test_the_shipped_values_come_in_whole_and_a_second_time_changes_nothing(shipped: Shipped) -> None:
    desk, done, table = shipped.desk, shipped.done, gazetteer()
    assert (done.units_new, done.units_changed, done.revision) == (len(table.by_id), 0, 1)
    assert done.links_new == sum(len(table.links_from(unit)) for unit in table.by_id.values())
    assert done.names_new == len(shipped_names())
    again = take_shipped(desk)
    assert (again.changed, again.revision) == (False, 1)
    # Not only because the digest is the same: row by row there is nothing to do.
    units = list(table.by_id.values())
    links = [link for unit in units for link in table.links_from(unit)]
    third = take_in(desk, units, links, shipped_names(), "another")
    assert (third.changed, third.revision, audits(desk)) == (False, 1, 1)


def test_what_is_read_back_is_what_was_shipped(shipped: Shipped) -> None:
    read, table = loader(shipped.desk.store)(), gazetteer()
    assert read.revision == 1
    assert set(read.units) == {unit._replace(source="", note="") for unit in table.by_id.values()}
    assert {link[:4] for link in read.links} == {
        link[:4] for unit in table.by_id.values() for link in table.links_from(unit)
    }
    assert set(read.names) == set(shipped_names())
    assert Gazetteer(read.units, read.links).full_name("11131") == "xã Chí Minh, thành phố Hải Phòng"


def test_a_correction_of_the_office_stays_and_the_shipped_value_is_offered(desk: Desk) -> None:
    old = Unit("1", "c", "xã", "Một", "", REFORM_DAY)
    take_in(desk, [old], [], None, "a")
    with desk.store.write() as session:
        session.execute(
            update(GazetteerUnit)
            .where(GazetteerUnit.id == "1")
            .values(name="Mốt", folded="mot", corrected=True, shipped=old.values(), kept=old.values())
        )
    assert take_in(desk, [old], [], None, "b").offered == 0  # the office knew this value when it corrected it
    newer = old._replace(type="phường")
    done = take_in(desk, [newer], [], None, "c")
    assert (done.offered, done.units_changed) == (1, 0)
    with desk.store.read() as session:
        row = session.get_one(GazetteerUnit, "1")
        assert (row.type, row.name) == ("xã", "Mốt")
        (offer,) = queries.offers(session)
        assert offer.changed == (("type", "xã", "phường"), ("name", "Mốt", "Một"))


def test_a_newer_table_changes_what_nobody_touched_and_ends_links_that_it_no_longer_has(desk: Desk) -> None:
    old, one, two = (
        Unit(key, "c", "xã", name, "") for key, name in (("1@2025", "Cũ"), ("1", "Một"), ("2", "Hai"))
    )
    first = Link("1@2025", "1", Nature.MERGED, REFORM_DAY)
    take_in(desk, [old, one, two], [first], None, "a")
    second = Link("1@2025", "2", Nature.SPLIT, REFORM_DAY)
    done = take_in(desk, [old, one._replace(name="Mới")], [second], None, "b")
    assert (done.units_changed, done.links_new, done.links_gone, done.revision) == (1, 1, 1, 2)
    with desk.store.read() as session:
        everything = queries.everything(session)
    assert [link[:3] for link in everything.links] == [("1@2025", "2", Nature.SPLIT)]
    assert {unit.name for unit in everything.units} == {"Cũ", "Mới", "Hai"}


def test_a_link_or_a_name_that_an_office_switched_off_stays_off(
    desk: Desk, person: Callable[..., object]
) -> None:
    actor = person("quantri", Role.ADMINISTRATOR)
    units = [Unit("1@2025", "c", "xã", "Cũ", ""), Unit("1", "c", "xã", "Một", "")]
    links, names = [Link("1@2025", "1", Nature.MERGED)], [Name("1", NameNature.BYNAME, "đất Một")]
    take_in(desk, units, links, names, "a")
    with desk.store.write() as session:
        who = {"active": False, "changed_by": actor.account_id}  # type: ignore[attr-defined]
        session.execute(update(GazetteerLink).values(**who))
        session.execute(update(GazetteerName).values(**who))
    done = take_in(desk, units, links, [*names, Name("1", NameNature.VILLAGE, "thôn Đông")], "b")
    assert (done.left_alone, done.names_new, done.links_changed) == (2, 1, 0)
    with desk.store.read() as session:
        everything = queries.everything(session)
    assert everything.links == ()
    assert [name.text for name in everything.names] == ["thôn Đông"]


def test_names_that_are_no_longer_shipped_are_switched_off_and_an_own_one_is_not_doubled(desk: Desk) -> None:
    units = [Unit("1", "c", "xã", "Một", "")]
    names = [Name("1", NameNature.BYNAME, "đất Một"), Name("1", NameNature.VILLAGE, "thôn Đông")]
    take_in(desk, units, [], names, "a")
    with desk.store.write() as session:
        session.add(
            GazetteerName(
                unit_id="1", nature="village", text="thôn Tây", folded="thon tay", language="", type="", until=None,
                origin="office", added_at=desk.clock.now(),
            )
        )  # fmt: skip
    done = take_in(desk, units, [], [names[0], Name("1", NameNature.VILLAGE, "thôn Tây")], "b")
    assert (done.names_new, done.names_gone, done.left_alone) == (0, 1, 1)
    with desk.store.read() as session:
        assert sorted(name.text for name in queries.everything(session).names) == ["thôn Tây", "đất Một"]


def test_a_file_of_the_same_form_is_taken_in_and_a_wrong_one_changes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    take_in(desk, [Unit("31", "p", "thành phố", "Hải Phòng", "")], [], None, "a")
    table = tmp_path / "them.tsv"
    table.write_text(
        "id\tlevel\ttype\tname\tparent\tvalid_from\tvalid_to\tlinks\tsource\tnote\n"
        "99998@2027\tc\txã\tBến Đò Xưa\t31\t2025-07-01\t2027-06-30\t99999:renamed\tNQ 1\t\n"
        "99999\tc\txã\tBến Đò\t31\t2027-07-01\t\t\tNQ 1\t\n",
        encoding="utf-8",
    )
    done = take_file(desk, table)
    assert (done.units_new, done.links_new, done.revision) == (2, 1, 2)
    names = tmp_path / "ten.yaml"
    names.write_text('"99999":\n  landmarks: [bến Đò Xưa]\n', encoding="utf-8")
    assert take_file(desk, names).names_new == 1
    for name, content in (
        ("a.yaml", '"00000":\n  near: [X]\n'),
        ("b.tsv", "head\n1\tc\n"),
        ("c.tsv.gz", "\x1f\x8bxx"),
        ("d.yaml", "- x"),
    ):
        wrong = tmp_path / name
        wrong.write_bytes(content.encode("latin-1"))
        with pytest.raises(Invalid, match="Nothing was changed"):
            take_file(desk, wrong)
    with desk.store.read() as session:
        assert queries.revision(session) == 3


@pytest.mark.parametrize(
    ("code", "day", "full_name"),
    [
        ("11131", REFORM_EVE, "xã Văn Tố, huyện Tứ Kỳ, tỉnh Hải Dương"),
        ("11131", REFORM_DAY, "xã Chí Minh, thành phố Hải Phòng"),
        ("26368", REFORM_EVE, "thị trấn Long Thành, huyện Long Thành, tỉnh Đồng Nai"),
        ("26368", date(2026, 4, 29), "xã Long Thành, tỉnh Đồng Nai"),
        ("26368", date(2026, 4, 30), "phường Long Thành, thành phố Đồng Nai"),
        ("75", date(2026, 4, 29), "tỉnh Đồng Nai"),
        ("75", date(2026, 4, 30), "thành phố Đồng Nai"),
        ("298", REFORM_EVE, "huyện Tứ Kỳ, tỉnh Hải Dương"),
    ],
)
def test_a_unit_is_shown_as_it_was_on_the_day(shipped: Shipped, code: str, day: date, full_name: str) -> None:
    with shipped.desk.store.read() as session:
        found = locality.sheet(session, code, day)
    assert found is not None
    assert found.full_name == full_name


def test_the_sheet_of_a_commune_tells_where_it_comes_from_and_what_else_is_called_so(
    shipped: Shipped,
) -> None:
    today = shipped.desk.clock.now().astimezone(VIETNAM).date()
    with shipped.desk.store.read() as session:
        sheet = locality.sheet(session, "11131", today)
        ward = locality.sheet(session, "26368", today)
        gone = locality.sheet(session, "298", today)
        old = locality.sheet(session, "298@2025", today)
    assert sheet is not None and ward is not None and old is not None
    assert {line.full_name for line in sheet.before} == {
        "xã Chí Minh, huyện Tứ Kỳ, tỉnh Hải Dương",
        "xã An Thanh, huyện Tứ Kỳ, tỉnh Hải Dương",
        "xã Văn Tố, huyện Tứ Kỳ, tỉnh Hải Dương",
    }
    assert {line.day for line in sheet.before} == {REFORM_DAY}
    assert "xã Chí Minh, tỉnh Hưng Yên" in {one.full_name for one in sheet.namesakes}
    assert not {line.unit.id for line in sheet.before} & {one.id for one in sheet.namesakes}
    nearest = ward.before[0]
    assert (nearest.full_name, nearest.nature) == ("xã Long Thành, tỉnh Đồng Nai", "type_changed")
    assert len(ward.before) > 1  # and further back to the communes of before July 2025
    assert gone is None
    assert old.full_name == "huyện Tứ Kỳ, tỉnh Hải Dương"


def test_suggestions_for_what_is_typed(shipped: Shipped) -> None:
    with shipped.desk.store.read() as session:
        typed = {
            words: [one.id for one in locality.suggestions(session, words)]
            for words in ("xã Chí Minh", "chi minh", "11131", "%", "")
        }
    assert typed["xã Chí Minh"][:2] == typed["chi minh"][:2] == ["11131", "12271"]
    assert typed["11131"] == ["11131", "11131@2025"]
    assert typed["%"] == typed[""] == []


def test_the_analyst_reads_by_the_database_and_follows_its_revision(desk: Desk) -> None:
    analyst = LocalAnalyst(loader(desk.store))

    def found(text: str) -> list[str]:
        with desk.store.read() as session:
            analyst.keep_up(queries.revision(session))
        return [m.band for m in analyst.analyse("", text, localities=["1", "11131"]).mentions]

    text = "Chợ Đình Dù họp từ sớm ở xóm Cống Bạc"
    assert found(text) == []
    assert found("Họp ở xã Chí Minh, Hải Phòng") == ["in"]  # before the first import: the shipped names
    take_in(desk, [Unit("1", "c", "xã", "Đình Bến", "")], [], [], "a")
    assert found("Họp ở xã Chí Minh, Hải Phòng") == []
    assert found(text) == []
    take_in(desk, [], [], [Name("1", NameNature.VILLAGE, "xóm Cống Bạc")], "b")
    assert found(text) == ["in"]
    assert analyst.unit_name("1") == "xã Đình Bến"
