"""``make bench``: ratios of one run, side by side on the same machine; nothing here is a test of time.

``--scale 10000,100000`` measures the index, searches, screens and clicks at those sizes instead (``--engines``, ``--url``).
Options otherwise: ``--items N`` pages, ``--rounds N`` (interleaved, medians are taken), ``--feeds N``, ``--no-naive``, ``--peers PYTHON``,
``--write FILE``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.corpus import pages
from bench.measure import measured, measured_naive, throw_away_python
from bench.report import EXTRACTING, Figures, page, table
from bench.rounds import articles, unchanged_feeds
from bench.scale_report import measured_scale, merge, part
from bench.understanding import rows


def main() -> int:
    """Measure, print the table, and write the page where asked."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--no-naive", action="store_true", help="do not install newspaper4k to compare with")
    parser.add_argument(
        "--peers", type=Path, help="a Python that has newspaper4k, langdetect and datasketch already"
    )
    parser.add_argument("--scale", default="", help="sizes of the store, with commas between them")
    parser.add_argument("--engines", default="fts5", help="fts5, elasticsearch, or both with a comma")
    parser.add_argument(
        "--raw-up-to", type=int, default=100_000, help="leave the bare engine out above this size"
    )
    parser.add_argument("--url", default="", help="the Elasticsearch to measure")
    parser.add_argument("--write", type=Path, help="write the page of results here")
    chosen = parser.parse_args()
    if chosen.scale:
        return _scale(chosen.scale, chosen.engines, chosen.url, chosen.write, chosen.raw_up_to)
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "parts": [], "naive": []}
    with tempfile.TemporaryDirectory(prefix="lamro-bench-") as name:
        folder = Path(name)
        python = chosen.peers or (None if chosen.no_naive else throw_away_python(folder / "venv"))
        for number in range(chosen.rounds):
            for what in ("ours", "parts"):
                _say(f"round {number + 1} of {chosen.rounds}: {what}")
                runs[what].append(measured(what, chosen.items, seed=number + 1))
            if python is not None:
                _say(f"round {number + 1} of {chosen.rounds}: naive")
                runs["naive"].append(measured_naive(python, chosen.items, seed=number + 1))
        _say(f"{chosen.feeds} feeds that say 304")
        feeds = unchanged_feeds(chosen.feeds, folder)
        _say(f"{chosen.items} articles over HTTP")
        crawled = articles(list(pages(chosen.items)), folder)
        _say("places and copies")
        understanding = rows([f"{made.title}\n{made.text}" for made in pages(chosen.items)], chosen.rounds)
    figures = Figures(
        items=chosen.items,
        cpu={what: [run["cpu"] / chosen.items * 1000 for run in done] for what, done in runs.items()},
        stages={
            what: {
                name: median(run["stages"][name] for run in done) / chosen.items * 1000
                for name in done[0]["stages"]
            }
            for what, done in runs.items()
            if done
        },
        extraction={
            what: [run["stages"][name] / chosen.items * 1000 for run in runs[what]]
            for what, name in EXTRACTING.items()
        },
        stored={what: [run["items"] for run in done] for what, done in runs.items()},
        peak=max(run["peak"] for run in runs["ours"]),
        feeds=feeds,
        crawled=crawled,
        understanding=understanding,
    )
    print(table(figures))
    if chosen.write:
        merge(chosen.write, page=page(figures))
        _say(f"written: {chosen.write}")
    return 0


def _scale(sizes: str, engines: str, url: str, write: Path | None, raw_up_to: int) -> int:
    runs = [
        measured_scale(engine, int(size), url, raw=int(size) <= raw_up_to)
        for engine in engines.split(",")
        for size in sizes.split(",")
    ]
    print(part(runs))
    if write:
        merge(write, scale=part(runs))
        _say(f"written: {write}")
    return 0


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
