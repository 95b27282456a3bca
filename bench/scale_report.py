"""The figures of ``--scale`` as a part of ``docs/benchmarks.md``, kept there when the rest of the page is written anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.measure import ROOT

HEAD = "## At scale"
#: analysed items that are drained into an index of the full size
DRAINED = 4000
ENGINES = {"fts5": "FTS5", "elasticsearch": "Elasticsearch"}


def measured_scale(engine: str, items: int, url: str, *, raw: bool = True) -> dict[str, Any]:
    """One size on one engine, in a process of its own; ``raw``: with the bare engine. What it says on the way goes to the terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale", engine, str(items), url, "1" if raw else "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"bench scale {engine} {items} failed")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def part(runs: Sequence[dict[str, Any]]) -> str:
    """The part of the page, from its heading on."""
    rows = ["| engine, items | reindex against raw bulk | drain against raw, of its speed | search against raw | search against the smallest size | peak memory: reindex, web, ingest |", "|---|---|---|---|---|---|"]  # fmt: skip
    for run in runs:
        least = _smallest(runs, run["engine"])
        raw = "raw_bulk" in run
        cells = [
            f"{run['reindex'] / run['raw_bulk']:.1f} ×" if raw else f"- ({run['reindex']:.0f} s)",
            f"{run['raw_drain'] / run['drain']:.0%}"
            if raw
            else f"- ({DRAINED / run['drain']:,.0f} a second)",
            f"{_ms(run['search'])} / {_ms(run['raw_search'])} ms = {run['search'] / run['raw_search']:.1f} ×"
            if raw
            else f"{_ms(run['search'])} / - ms",
            f"{run['search'] / least['search']:.1f} ×",
            ", ".join(str(run["memory"][name]) for name in ("reindex", "web", "ingest")) + " MB",
        ]
        rows.append(f"| {ENGINES[run['engine']]}, {run['items']:,} | {' | '.join(cells)} |")
    names = list(runs[0]["screens"])
    rows += ["", f"| engine, items | {' | '.join(names)} | a click, p95 | without its commit | one durable row, p95 |", "|---" * (len(names) + 4) + "|"]  # fmt: skip
    for run in runs:
        least = _smallest(runs, run["engine"])["screens"]
        cells = [f"{_ms(run['screens'][name])} ms ({run['screens'][name] / least[name]:.1f} ×)" for name in names]  # fmt: skip
        rows.append(f"| {ENGINES[run['engine']]}, {run['items']:,} | {' | '.join(cells)} | {_ms(run['click'])} ms | {_ms(run['undisked'])} ms | {_ms(run['commit'])} ms |")  # fmt: skip
    table = "\n".join(rows)
    return f"""{HEAD}

Stores of made-up items of some 70 words (`bench/scale_store.py`): 300 a day, one in fifty about the watched commune and, when older than 30 days,
tagged; beyond 50,000 the older ones are made of the newest by SQL (`bench/scale_multiply.py`). Each row is a process of its own; FTS5 figures are CPU seconds of that process, Elasticsearch figures seconds by the clock.
Load of the {os.cpu_count()} processors over the last quarter of an hour: {os.getloadavg()[2]:.1f}; figures by the clock are of a busy machine where it is above 1.

{table}

Aims: reindex at most 3 ×, drain at least 60 %, search at the largest size at most 4 × and queue, story and incident at most 2 × the smallest
size, a click at most 5 ms without its commit (which is the disk's) and twice one durable row with it, memory flat (web at most 120 MB, ingest 260 MB). Again: `make bench BENCH_ARGS="--scale 10000,100000"`; `--engines fts5,elasticsearch` with
`--url http://127.0.0.1:9200` measures a node too (indexes named `lamro-test-scale-bench-…` are made and deleted there); above 100,000 the
bare engine is left out (`--raw-up-to`), and seconds of a reindex and documents a second of a drain stand in place of the ratios.

- **raw bulk, raw drain**: the engine alone, fed the same four token fields by transactions or bulk requests of 500 (`bench/scale_floor.py`).
  Ours reads the items from the store, makes the tokens, keeps filters, versions, places and the number in the outbox.
- **search**: seven questions (words in nearly every item, rare ones, phrases), the newest 20 and their number up to 2,000, as the
  search page asks; raw asks for the newest 20 alone.
- **screens**: the server's time for a page, in a process of its own as the review app is. **a click**: a tag given there, with its audit
  row and outbox rows, while a third process, as the scheduler is, takes 25 articles in every five seconds and feeds the index; beside it
  one row written durably into a file of its own, which is what this disk allows.
- **memory**: the peak of the process that makes the index anew, of the one that serves the pages and of the one that takes in.
"""


def _smallest(runs: Sequence[dict[str, Any]], engine: str) -> dict[str, Any]:
    return min((run for run in runs if run["engine"] == engine), key=lambda run: run["items"])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f}" if seconds < 0.01 else f"{seconds * 1000:.0f}"


def kept(page: str) -> str:
    """The part that a page has already; empty when it has none."""
    at = page.find(HEAD)
    return page[at:] if at >= 0 else ""


def merge(path: Path, *, page: str | None = None, scale: str | None = None) -> None:
    """Write either half of the page anew and keep the other."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    part_now = kept(old)
    body = page if page is not None else old.removesuffix(part_now)
    tail = scale if scale is not None else part_now
    path.write_text(body.rstrip("\n") + "\n" + (f"\n{tail}" if tail else ""), encoding="utf-8")
