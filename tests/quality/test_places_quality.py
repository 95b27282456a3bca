"""Labelled sentences of our own wording, with floors: a change of words or weights that makes the match worse fails here.

``places.jsonl`` holds the ordinary cases; ``places-hard.jsonl`` what was written afterwards to break the rules.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.analysis.places.matcher import match_text

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line]


def measure(cases: list[dict[str, Any]]) -> dict[str, float]:
    right = wrong = found = wanted = check = 0
    for case in cases:
        mentions = match_text(case["text"], [case["locality"]])
        band = mentions[0].band if mentions else "out"
        wanted += case["want"]
        right += case["want"] and band == "in"
        wrong += (not case["want"]) and band == "in"
        found += case["want"] and band != "out"
        check += band == "check"
    return {
        "precision": right / (right + wrong),
        "recall": right / wanted,
        "found": found / wanted,
        "check": check / len(cases),
    }


@pytest.mark.parametrize(
    ("name", "least", "precision", "recall", "found"),
    [("places.jsonl", 80, 0.97, 0.95, 0.97), ("places-hard.jsonl", 40, 0.95, 0.90, 0.95)],
)
def test_places(name: str, least: int, precision: float, recall: float, found: float) -> None:
    cases = rows(name)
    assert len(cases) >= least
    figures = measure(cases)
    assert figures["precision"] >= precision, figures
    assert figures["recall"] >= recall, figures
    assert figures["found"] >= found, figures
    assert figures["check"] <= 0.15, figures


def test_both_answers_are_asked_for_in_earnest() -> None:
    for name in ("places.jsonl", "places-hard.jsonl"):
        cases = rows(name)
        assert 0.3 <= sum(case["want"] for case in cases) / len(cases) <= 0.75
        assert len({(case["locality"], case["text"]) for case in cases}) == len(cases)
