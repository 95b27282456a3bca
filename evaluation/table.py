"""What was measured, beside its floors; which lines are below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from evaluation.scores import Score

#: Written floors have this many decimals; a figure is compared as it is printed.
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the machine on one set of ``n`` cases. ``floors`` name measures of ``figures`` that must not fall below."""

    part: str
    cases: str
    n: int
    figures: Mapping[str, float]
    floors: Mapping[str, float] = field(default_factory=dict)
    #: what was answered wrongly, shown with ``--wrong``
    wrong: Sequence[str] = ()

    @property
    def below(self) -> list[str]:
        """One sentence for each floor that is missed."""
        return [
            f"{self.part}, {self.cases}: {name} {self.figures[name]:.{DIGITS}f} < {floor:.{DIGITS}f}"
            for name, floor in self.floors.items()
            if round(self.figures[name], DIGITS) < floor
        ]


def figures_of(score: Score, **more: float) -> dict[str, float]:
    """Precision, recall and F1, and whatever else was measured."""
    return {"precision": score.precision, "recall": score.recall, "f1": score.f1, **more}


def as_table(lines: Sequence[Line]) -> str:
    """For a terminal: a line a set; a floor stands in brackets behind its figure."""
    rows: list[tuple[str, ...]] = [("part", "cases", "n", "precision", "recall", "F1", "more")]
    for line in lines:
        rest = [name for name in line.figures if name not in {"precision", "recall", "f1"}]
        rows.append(
            (
                line.part,
                line.cases,
                str(line.n),
                *(_cell(line, name) for name in ("precision", "recall", "f1")),
                ", ".join(f"{name} {_cell(line, name)}" for name in rest),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_json(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """For tools."""
    return [{**asdict(line), "below": line.below} for line in lines]


def _cell(line: Line, name: str) -> str:
    if name not in line.figures:
        return "-"
    floor = f" [{line.floors[name]:.{DIGITS}f}]" if name in line.floors else ""
    return f"{line.figures[name]:.{DIGITS}f}{floor}"
