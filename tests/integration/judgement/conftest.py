"""A world that reads: an analyst, and an office that watches itself; on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.services import units
from indexer.analysis.analyst import LocalAnalyst
from tests.integration.judgement.office import build


@pytest.fixture(params=["sqlite", "postgresql"])
def reading(request, tmp_path):
    """The world with an analyst, and the commune watching itself."""
    url = f"sqlite:///{tmp_path / 'lamro.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    world = build(url, tmp_path)
    world.desk = replace(world.desk, analyst=LocalAnalyst())
    units.watch(world.desk, None, world.units["11131"], ["11131"])
    yield world
    world.desk.store.close()


@pytest.fixture
def told(reading):
    """The world, and a claim judged misleading in an open incident."""
    world = reading
    claim = world.judged()
    incident = world.incident(claim)
    world.clock.forward(days=5)
    return world, claim, incident
