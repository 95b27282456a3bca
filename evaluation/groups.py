"""Copies and stories on the project's own cases, by the code that ``lamro cluster`` and ingest share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.clustering import Placed, cluster
from core.messages import ImportRow
from evaluation.cases import CASES, cases
from evaluation.scores import Counts, bcubed
from evaluation.table import Line, figures_of


def placed(rows: list[dict[str, Any]]) -> list[Placed]:
    """Rows with ``title``, ``text`` and ``published_at`` as ingest would place them."""
    return cluster(
        [
            ImportRow(url="", title=row["title"], text=row["text"], published_at=row["published_at"])
            for row in rows
        ]
    )


def copies(folder: Path = CASES) -> Line:
    """Groups of copies; ``original`` is the share of copies that name the earliest text of their group."""
    rows = cases("copies", folder)
    found = placed(rows)
    groups = {number: number if one.copy_of is None else one.copy_of for number, one in enumerate(found)}
    gold = {number: row["group"] for number, row in enumerate(rows)}
    earliest: dict[str, int] = {}
    for number in sorted(gold, key=lambda n: (rows[n]["published_at"], n)):
        earliest.setdefault(gold[number], number)
    wanted = [number for number, group in gold.items() if earliest[group] != number]
    right = sum(groups[number] == earliest[gold[number]] for number in wanted)
    wrong = [
        f"{rows[number]['kind']} {rows[number]['id']} of {gold[number]}: with {gold[groups[number]]}"
        for number in gold
        if groups[number] != earliest[gold[number]]
    ]
    return Line(
        "copies",
        "own, B-cubed",
        len(rows),
        figures_of(bcubed(gold, groups), original=right / max(1, len(wanted))),
        {"f1": 0.95, "original": 0.95},
        tuple(wrong),
    )


def stories(folder: Path = CASES) -> list[Line]:
    """Stories of one month of one place: all groups, and the pairs that are listed one by one."""
    rows = cases("stories", folder)
    found = {row["id"]: one.story for row, one in zip(rows, placed(rows), strict=True)}
    shown = {row["id"]: f"{row['story']}: {row['title']}" for row in rows}
    groups = story_line("own, B-cubed", {row["id"]: row["story"] for row in rows}, found, {"f1": 0.91}, shown)
    pairs, counts, wrong = cases("story-pairs", folder), Counts(), []
    for pair in pairs:
        said = found[pair["first"]] == found[pair["second"]]
        counts.add(said=said, want=pair["same"])
        if said != pair["same"]:
            wrong.append(
                f"{pair['kind']}, {'together' if said else 'apart'}: {shown[pair['first']]} / {shown[pair['second']]}"
            )
    single = Line("stories", "own, pairs", len(pairs), figures_of(counts.score), {"f1": 0.92}, tuple(wrong))
    return [groups, single]


def story_line(
    name: str, gold: dict[Any, Any], found: dict[Any, Any], floors: dict[str, float], shown: dict[Any, str]
) -> Line:
    """B-cubed of stories; ``wrong`` names what lies in a story with something else."""
    wrong = []
    for one, story in gold.items():
        others = sorted({gold[two] for two in gold if found[two] == found[one]} - {story})
        apart = sorted({found[two] for two in gold if gold[two] == story} - {found[one]})
        if others or apart:
            wrong.append(f"{shown[one]} (with {others}, parts elsewhere {len(apart)})")
    return Line("stories", name, len(gold), figures_of(bcubed(gold, found)), floors, tuple(wrong))
