"""Foreign sentences for those who cannot read them: numbers and dates, and known words, as they are said in Vietnamese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluation.cases import CASES, cases
from evaluation.scores import Counts
from evaluation.table import Line, figures_of


def glossed(folder: Path = CASES) -> list[Line]:
    """What is said of each sentence against what should be; ``whole`` is the share of sentences with nothing missing or too much."""
    from indexer.analysis.analyst import LocalAnalyst
    from indexer.analysis.measures import measures

    rows, analyst = cases("gist", folder), LocalAnalyst()

    def numbers(text: str, language: str) -> list[str]:
        return [one.vietnamese for one in measures(text, language)]

    def words(text: str, language: str) -> list[str]:
        return [meaning for _, meaning in analyst.gloss(text, language)]

    return [
        _line("numbers and dates", [row for row in rows if row["kind"] == "measure"], numbers),
        _line("words", [row for row in rows if row["kind"] == "word"], words),
    ]


def _line(name: str, rows: list[dict[str, Any]], say: Callable[[str, str], list[str]]) -> Line:
    counts, whole, wrong = Counts(), 0, []
    for row in rows:
        said, want = Counter(say(row["text"], row["language"])), Counter(row["want"])
        counts.right += (said & want).total()
        counts.wrong += (said - want).total()
        counts.missed += (want - said).total()
        whole += said == want
        if said != want:
            wrong.append(f"{row['language']}: {row['text']} said {list(said)}")
    figures = figures_of(counts.score, whole=whole / len(rows))
    return Line(
        "gist", name, len(rows), figures, {"precision": 0.98, "recall": 0.95, "whole": 0.95}, tuple(wrong)
    )
