"""Precision, recall, F1: of single answers, and of groups (B-cubed: Bagga and Baldwin, 1998)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Score:
    """0-1 each; a measure with nothing to count is 1, since nothing was missed or wrong."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Counts:
    """Answers as they are counted: ``right`` ones, ``wrong`` ones that were given, ``missed`` ones that were not."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, *, said: bool, want: bool) -> None:
        """A yes-or-no answer; a no that is right counts nothing."""
        self.right += said and want
        self.wrong += said and not want
        self.missed += want and not said

    @property
    def score(self) -> Score:
        """Precision and recall so far."""
        given, wanted = self.right + self.wrong, self.right + self.missed
        return Score(self.right / given if given else 1.0, self.right / wanted if wanted else 1.0)


def bcubed(gold: Mapping[Id, Hashable], found: Mapping[Id, Hashable]) -> Score:
    """Groups found against groups wanted, both given as item → group; each item counts alike."""
    wanted: dict[Hashable, set[Id]] = defaultdict(set)
    given: dict[Hashable, set[Id]] = defaultdict(set)
    for item, group in gold.items():
        wanted[group].add(item)
        given[found[item]].add(item)
    if not gold:
        return Score(1.0, 1.0)
    shares = [
        (len(common), len(given[found[item]]), len(wanted[group]))
        for item, group in gold.items()
        for common in [given[found[item]] & wanted[group]]
    ]
    return Score(
        sum(common / size for common, size, _ in shares) / len(shares),
        sum(common / size for common, _, size in shares) / len(shares),
    )
