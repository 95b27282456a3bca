"""Twenty hits: drawn fairly and the same for everybody on a day, answered one by one, taken back, measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.errors import Conflict, Forbidden, NotFound
from core.queries import calibration as queries
from core.records.calibration import CalibrationHit
from core.rules.vocabulary import Band, Role
from core.services import calibration, intake
from core.services.desk import Actor, Desk
from tests.integration.core.conftest import candidate

FRUIT = "na mít ổi xoài bưởi cam quýt nhãn vải chuối hồng lê táo mận đào".split()


@pytest.fixture
def officer(person: Callable[..., Actor]) -> Actor:
    return person("canbo", Role.OFFICER)


def fill(desk: Desk, press: str) -> None:
    texts = [
        (f"Vườn {x} ở xã Chí Minh, Hải Phòng cho {k} tấn quả", f"Nhà vườn trồng {x} tại xã Chí Minh.")
        for k, x in enumerate(FRUIT)
    ]
    texts += [
        (f"Ông Trần Văn Tố bán {x}", f"Ông Trần Văn Tố, 5{k % 10} tuổi, chở {x} bằng xe đạp.")
        for k, x in enumerate(FRUIT)
    ]
    intake.take(desk, [candidate(press, n, *text) for n, text in enumerate(texts)])


def hits(desk: Desk, run: int) -> list[CalibrationHit]:
    with desk.store.read() as session:
        found = list(
            session.scalars(
                select(CalibrationHit)
                .where(CalibrationHit.calibration_id == run)
                .order_by(CalibrationHit.number)
            )
        )
        session.expunge_all()
    return found


def test_a_run_from_the_store(
    desk: Desk, office: int, press: str, officer: Actor, person: Callable[..., Actor]
) -> None:
    fill(desk, press)
    run = calibration.begin(desk, officer, "11131")
    drawn = hits(desk, run)
    assert len(drawn) == 20 and all(hit.item_id for hit in drawn)
    assert Counter(hit.band for hit in drawn) == {"in": 15, "out": 5}
    assert [hit.band for hit in drawn] != sorted(hit.band for hit in drawn), "bands are mixed"
    assert calibration.begin(desk, person("ban", Role.ADMINISTRATOR), "11131") == run, "an open run goes on"
    with desk.store.read() as session:
        asked = queries.run(session, run, office).asked
        assert asked is not None and asked.number == 1 and any(piece.hit == 0 for piece in asked.pieces)
    for hit in drawn[:-1]:
        assert not calibration.answer(desk, officer, run, hit.number, ours=hit.band == Band.IN)
    with pytest.raises(Conflict):
        calibration.answer(desk, officer, run, 1, ours=True)
    assert calibration.answer(desk, officer, run, drawn[-1].number, ours=drawn[-1].band == Band.IN)
    with desk.store.read() as session:
        page = queries.run(session, run, office)
        assert (
            page.figures is not None
            and page.figures.precision is not None
            and page.figures.recall is not None
        )
        assert page.figures.precision.value == page.figures.recall.value == 1.0
        assert 0.7 < page.figures.precision.low < 1.0 and page.wrong == () and page.samples == 0
        assert queries.never_measured(session, ["11131", "31"], office) == ("31",)
    assert calibration.undo(desk, officer, run) == drawn[-1].number
    with desk.store.read() as session:
        assert queries.run(session, run, office).figures is None
    calibration.answer(desk, officer, run, drawn[-1].number, ours=drawn[-1].band != Band.IN)
    with desk.store.read() as session:
        assert len(queries.run(session, run, office).wrong) == 1
        assert [row.id for row in queries.history(session, "11131", office)] == [run]
    again = calibration.begin(desk, officer, "11131")
    assert again != run
    assert [hit.item_id for hit in hits(desk, again)] == [hit.item_id for hit in drawn], "one draw a day"


def test_sentences_of_our_own_stand_in_where_the_store_has_too_few(
    desk: Desk, office: int, press: str, officer: Actor
) -> None:
    intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh", "Đê qua xã Chí Minh, Hải Phòng đã gia cố.")])
    run = calibration.begin(desk, officer, "11131")
    drawn = hits(desk, run)
    assert len(drawn) == 20 and sum(hit.item_id is None for hit in drawn) == 19
    assert {hit.band for hit in drawn} >= {"in", "out"}
    with desk.store.read() as session:
        assert queries.run(session, run, office).samples == 19


def test_who_may(desk: Desk, office: int, officer: Actor, person: Callable[..., Actor]) -> None:
    with pytest.raises(Forbidden):
        calibration.begin(desk, officer, "38")
    with pytest.raises(Forbidden):
        calibration.begin(desk, person("vanthu", Role.CLERK), "11131")
    with pytest.raises(NotFound):
        calibration.answer(desk, officer, 99, 1, ours=True)
    run = calibration.begin(desk, officer, "11131")
    with pytest.raises(NotFound):
        calibration.answer(desk, officer, run, 99, ours=True)
    assert calibration.undo(desk, officer, run) == 0
