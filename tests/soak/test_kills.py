"""Long kill loops: two hundred rounds at random moments, and every reading point at each of its first passings."""

from __future__ import annotations

import os

import pytest

from core.faults import POINTS
from tests.fixtures.kills import random_kills
from tests.fixtures.product import Outlets, assert_sound, contents, copy, new_home, until

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

ROUNDS = int(os.environ.get("LAMRO_TEST_KILL_ROUNDS", "200"))
READING = [point for point in POINTS if point.split(".")[0] in {"crawl", "intake", "feed"}]


def test_kills_at_random_moments(tmp_path):
    random_kills(tmp_path, seeds=range(1000, 1000 + ROUNDS))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    outlets = Outlets("abc", number=3)
    yield new_home(tmp_path_factory.mktemp("soak") / "home", outlets)
    outlets.close()


@pytest.fixture(scope="module")
def twin(fresh, tmp_path_factory):
    with copy(fresh, tmp_path_factory.mktemp("twin") / "home") as product:
        product.settle()
        return contents(product)


#: one round leases once, so that only the first passing of that point exists
PASSINGS = [
    (point, passing) for point in READING for passing in ((1,) if point == "crawl.leased" else (1, 2, 3))
]


@pytest.mark.parametrize(("point", "passing"), PASSINGS)
def test_killed_once_and_restarted(point, passing, fresh, twin, tmp_path):
    """One home a kill: killed, restarted without the fault, the same as the undisturbed twin."""
    with copy(fresh, tmp_path / "home") as product:
        process = product.start("schedule", fault=f"{point}:{passing}")
        with product.desk() as desk:
            until("death, or no third passing", lambda: process.poll() is not None or not product.left(desk))
        process.kill()
        process.wait()
        product.settle()
        assert_sound(product)
        assert contents(product) == twin
        until("no process left", lambda: not product.processes())
