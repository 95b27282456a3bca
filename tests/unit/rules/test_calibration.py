from __future__ import annotations

import pytest

from core.rules.calibration import HITS, figures, share_out, wilson
from core.rules.vocabulary import Band

IN, CHECK, OUT = Band.IN, Band.CHECK, Band.OUT


def test_wilson_agrees_with_the_textbook() -> None:
    # Newcombe 1998, table I: 81 of 263, and the case without a single success (0 of 20)
    share = wilson(81, 263)
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)
    none = wilson(0, 20)
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert wilson(20, 20).high == 1.0
    with pytest.raises(ValueError, match="nothing"):
        wilson(0, 0)


@pytest.mark.parametrize(
    ("stock", "drawn"),
    [
        ({IN: 500, CHECK: 90, OUT: 80}, {IN: 10, CHECK: 5, OUT: 5}),
        ({IN: 3, CHECK: 40, OUT: 80}, {IN: 3, CHECK: 12, OUT: 5}),
        ({IN: 40, CHECK: 0, OUT: 2}, {IN: 18, CHECK: 0, OUT: 2}),
        ({IN: 1, CHECK: 1, OUT: 1}, {IN: 1, CHECK: 1, OUT: 1}),
        ({}, {IN: 0, CHECK: 0, OUT: 0}),
    ],
)
def test_places_of_a_band_that_has_too_few_go_to_the_others(
    stock: dict[Band, int], drawn: dict[Band, int]
) -> None:
    assert share_out(stock) == drawn
    assert sum(drawn.values()) <= HITS


def test_recall_weighs_each_band_by_its_stock() -> None:
    found = figures({IN: 10, CHECK: 5, OUT: 5}, {IN: 10, CHECK: 2, OUT: 1}, {IN: 100, CHECK: 10, OUT: 20})
    assert found.precision is not None and found.precision.value == 1.0
    assert found.recall is not None and found.recall.value == pytest.approx(104 / 108)
    assert found.recall.low < found.recall.value < found.recall.high
    nothing = figures({IN: 0, CHECK: 0, OUT: 5}, {IN: 0, CHECK: 0, OUT: 0}, {IN: 0, CHECK: 0, OUT: 20})
    assert nothing.precision is None and nothing.recall is None
