"""Real sets where a folder of them is given (``make evaluate DATA=folder``). Nothing of them is printed but figures and names.

Known by their paths: ``place-match-dev.jsonl``, ``dedupe-clusters/docs.jsonl``, ``news-items/*.jsonl.gz``, ``html/``. A set that is
not there is not measured, and no line pretends otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from core.clock import VIETNAM
from evaluation import groups, pages
from evaluation.cases import lines
from evaluation.scores import Counts
from evaluation.table import Line, figures_of
from evaluation.texts import place_line

#: Every so many items of a large set are read.
_STEP = 16


def measured(data: Path, parts: Sequence[str]) -> Iterator[Line]:
    """A line for each set that is there and whose part is wanted."""

    def wanted(part: str, path: Path) -> bool:
        return path.exists() and (not parts or part in parts)

    if wanted("places", path := data / "place-match-dev.jsonl"):
        yield _places(path)
    if wanted("language", data / "news-items"):
        yield from map(_language, sorted((data / "news-items").glob("*.jsonl.gz")))
    if wanted("trimming", data / "news-items"):
        yield from map(_titles, sorted((data / "news-items").glob("*.jsonl.gz")))
    if wanted("stories", path := data / "dedupe-clusters" / "docs.jsonl"):
        yield _stories(path)
    if wanted("pages", path := data / "html"):
        yield from pages.measured(path)


def _places(path: Path) -> Line:
    rows = [
        {"locality": row["target_code"], "text": row["text"], "want": row["label"] == "mention"}
        for row in lines(path)
        if row["score"]
    ]
    return place_line("real sentences", rows, {"precision": 0.90, "recall": 0.85})


def _language(path: Path) -> Line:
    """Titles of Vietnamese outlets: each is Vietnamese."""
    from indexer.analysis.language import detect

    counts, wrong = Counts(), []
    rows = list(islice(lines(path), 0, None, _STEP))
    for row in rows:
        found = detect(row["title"])
        counts.add(said=found == "vi", want=True)
        if found != "vi":
            wrong.append(f"{found}: {row['link']}")
    figures = figures_of(counts.score, right=counts.score.recall)
    return Line("language", f"titles of {path.name[:14]}", len(rows), figures, {"right": 0.97}, tuple(wrong))


def _titles(path: Path) -> Line:
    """Titles out of the outlets' own feeds, which carry no name of theirs: what is taken off is shown, nearly nothing may be."""
    from core.text.trimming import trim

    rows = list(lines(path))
    wrong = []
    for row in rows:
        found = trim(row["title"], "", outlet=row["outlet"], host=urlsplit(row["link"]).hostname or "")
        if found.title != row["title"]:
            wrong.append(f"{found.title}: {row['link']}")
    figures = {"kept": 1 - len(wrong) / max(1, len(rows))}
    return Line("trimming", f"titles of {path.name[:14]}", len(rows), figures, {"kept": 0.999}, tuple(wrong))


def _stories(path: Path) -> Line:
    """Articles that people put together as one event, segmented words joined again."""
    rows = [
        {
            "id": row["doc"],
            "story": row["cluster"],
            "title": row["title"].replace("_", " ").strip(),
            "text": f"{row['summary'].replace('_', ' ').strip()}\n{row['body']}",
            "published_at": datetime.strptime(row["time"], "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM),
        }
        for row in lines(path)
    ]
    found = {row["id"]: one.story for row, one in zip(rows, groups.placed(rows), strict=True)}
    gold = {row["id"]: row["story"] for row in rows}
    shown = {row["id"]: f"{row['story']} {row['id']}" for row in rows}
    return groups.story_line("real events, B-cubed", gold, found, {"f1": 0.90}, shown)
