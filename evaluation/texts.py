"""Places, languages, dates and judged claims on the project's own cases: what one text says by itself."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.cases import CASES, cases
from evaluation.scores import Counts, Score
from evaluation.table import Line, figures_of

#: Monday, noon in Viet Nam: the moment of the date cases.
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


def places(folder: Path = CASES) -> Line:
    """Every ``places*.jsonl``: is the locality named? ``found`` counts what a person is asked about too."""
    rows = [row for file in sorted(folder.glob("places*.jsonl")) for row in cases(file.stem, folder)]
    return place_line("own", rows, {"precision": 0.98, "recall": 0.96, "found": 0.98})


def place_line(name: str, rows: list[dict[str, Any]], floors: dict[str, float]) -> Line:
    """Rows with ``locality``, ``text`` and ``want``."""
    from indexer.analysis.places.matcher import match_text

    said, seen, wrong = Counts(), Counts(), []
    for row in rows:
        mentions = match_text(row["text"], [row["locality"]])
        band = mentions[0].band if mentions else "out"
        said.add(said=band == "in", want=row["want"])
        seen.add(said=band != "out", want=row["want"])
        if (band == "in") != row["want"]:
            wrong.append(f"{row['locality']} {band}: {row['text']}")
    return Line(
        "places", name, len(rows), figures_of(said.score, found=seen.score.recall), floors, tuple(wrong)
    )


def trimming() -> Line:
    """Titles and texts as outlets dress them: is exactly what the outlet put around them taken off? ``kept``: nothing else is lost."""
    from core.text.trimming import trim

    rows = cases("trimming")
    right, wrong, whole, kept = 0, [], 0, 0
    for row in rows:
        found = trim(row["title"], row["text"], outlet=row["outlet"], host=row["host"])
        got = [found.title, found.text, found.credit]
        want = [row["want_title"], row["want_text"], row["credit"]]
        right += got == want
        if want[:2] == [row["title"], row["text"]]:
            whole += 1
            kept += got[:2] == want[:2]
        if got != want:
            wrong.append(f"{row['id']}: {got}")
    figures = {"right": right / len(rows), "kept": kept / whole}
    return Line("trimming", "own", len(rows), figures, {"right": 0.97, "kept": 1.0}, tuple(wrong))


def languages(folder: Path = CASES) -> Line:
    """Short texts; precision and recall are means over the languages, ``right`` is the share of all texts."""
    from indexer.analysis.language import detect

    rows = cases("languages", folder)
    by_language: dict[str, Counts] = {}
    wrong, right = [], 0
    for row in rows:
        found, want = detect(row["text"]), row["language"]
        right += found == want
        for code in {found, want}:
            by_language.setdefault(code, Counts()).add(said=code == found, want=code == want)
        if found != want:
            wrong.append(f"{want} taken for {found}: {row['text']}")
    wanted = {row["language"] for row in rows}
    scores = [counts.score for code, counts in by_language.items() if code in wanted]
    mean = Score(
        sum(score.precision for score in scores) / len(scores),
        sum(score.recall for score in scores) / len(scores),
    )
    return Line(
        "language",
        "own",
        len(rows),
        figures_of(mean, right=right / len(rows)),
        {"f1": 0.95, "right": 0.97},
        tuple(wrong),
    )


def dates(folder: Path = CASES) -> Line:
    """Dates as outlets write them: the right moment, or none where none may be made."""
    from crawlers.parsers.dates import read_date

    rows, counts, wrong = cases("dates", folder), Counts(), []
    for row in rows:
        found = read_date(row["text"], NOON).at
        said, want = None if found is None else found.isoformat(), row["at"]
        counts.right += said is not None and said == want
        counts.wrong += said is not None and said != want
        counts.missed += want is not None and said != want
        if said != want:
            wrong.append(f"{row['text']}: {said}, not {want}")
    floors = {"precision": 1.0, "recall": 1.0}
    return Line("dates", "own", len(rows), figures_of(counts.score), floors, tuple(wrong))


def claims(folder: Path = CASES) -> Line:
    """Is the judged claim among the five that are suggested; how many texts of another matter get a suggestion; the stance."""
    from core.ports import JudgedClaim
    from indexer.analysis.claims.likeness import like_claims

    rows = cases("claims", folder)
    known = [JudgedClaim(row["claim"], row["text"]) for row in rows if row["kind"] == "claim"]
    texts = [row for row in rows if row["kind"] == "text"]
    counts, wrong, told = Counts(), [], Counter[str]()
    for row in texts:
        found = {one.claim_id: one.stance for one in like_claims(row["title"], row["text"], known)}
        want = row["like"]
        for claim in found:
            counts.add(said=True, want=claim == want)
        told["alarm"] += want is None and bool(found)
        told["other"] += want is None
        if want is not None:
            counts.missed += want not in found
            told["stance"] += want in found
            told["stance right"] += found.get(want) == row["stance"]
        if set(found) != ({want} - {None}) or (want is not None and found[want] != row["stance"]):
            wrong.append(f"wanted {want} {row['stance']}, found {found}: {row['text']}")
    more = {
        "stance": told["stance right"] / max(1, told["stance"]),
        "quiet": 1 - told["alarm"] / max(1, told["other"]),
    }
    floors = {"precision": 0.9, "recall": 0.9, "stance": 0.9, "quiet": 0.9}
    return Line("claims", "own", len(texts), figures_of(counts.score, **more), floors, tuple(wrong))
