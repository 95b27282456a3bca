"""The layout numbers of D1 and D3, read from the XML; and each number mutated once and caught."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.documents import layout
from alerts.documents.renderer import OfficialRenderer
from tests.unit.alerts import form
from tests.unit.alerts.samples import D1, D3

OFFICIAL = OfficialRenderer().official


def is_caught() -> bool:
    """True when anything is wrong with the sample documents as they are made now; nothing is made after the first fault."""
    try:
        return bool(form.press_release(OFFICIAL(D1)).faults) or any(
            form.letter(OFFICIAL(replace(D3, urgency=urgency)), urgency).faults for urgency in form.STAMPS
        )
    except (IndexError, StopIteration):
        return True  # a part of the form is missing


def test_press_release_has_every_number_of_the_form() -> None:
    report = form.press_release(OFFICIAL(D1))
    assert report.faults == []
    assert len(set(report.made)) >= 150


@pytest.mark.parametrize("urgency", sorted(form.STAMPS))
def test_official_letter_has_every_number_of_the_form(urgency) -> None:
    report = form.letter(OFFICIAL(replace(D3, urgency=urgency)), urgency)
    assert report.faults == []
    assert len(set(report.made)) >= 150


def _mutant(name: str, value):
    if isinstance(value, str):
        return "Arial" if name == "FONT" else "333333"
    if name.endswith("_RATIO"):
        return value * 1.6
    if name.endswith("_SPACING"):
        return value + 0.5
    if name == "HEAD_GUTTER_MM":
        return 0.0
    return value + 0.5 if name.endswith("_CM") else value + 1.0


NUMBERS = sorted(name for name in vars(layout) if name.isupper() and name != "URGENCY_WIDTH_MM")


def test_the_table_of_numbers_is_whole() -> None:
    assert len(NUMBERS) >= 40


@pytest.mark.parametrize("name", NUMBERS)
def test_a_wrong_number_is_caught(monkeypatch, name) -> None:
    monkeypatch.setattr(layout, name, _mutant(name, getattr(layout, name)))
    assert is_caught()


@pytest.mark.parametrize("word", sorted(form.STAMPS))
def test_a_wrong_stamp_is_caught(monkeypatch, word) -> None:
    monkeypatch.setitem(layout.URGENCY_WIDTH_MM, word, layout.URGENCY_WIDTH_MM[word] + 1)
    assert is_caught()
