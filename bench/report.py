"""The figures as a table, and as the page ``docs/benchmarks.md``."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.rounds import Crawled

#: research goals: the sum of the best parts, and the newspaper4k pipeline
GOALS = {"parts": 1.5, "naive": 0.30}
#: the stage that makes text of a page, by pipeline, and what ours may cost against it
EXTRACTING = {"ours": "parse", "parts": "extract", "naive": "extract"}
EXTRACTION_GOALS = {"parts": 1.05, "naive": 0.40}


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of one run. ``cpu`` is milliseconds of CPU an item, one a round; ``stages`` medians; ``extraction`` as ``cpu``, of one stage; ``peak`` MB."""

    items: int
    cpu: Mapping[str, Sequence[float]]
    stages: Mapping[str, Mapping[str, float]]
    extraction: Mapping[str, Sequence[float]]
    stored: Mapping[str, Sequence[int]]
    peak: int
    feeds: Crawled
    crawled: Crawled
    understanding: Sequence[str]
    """The rows of :mod:`bench.understanding`."""

    def ratio(self, other: str) -> list[float]:
        """Ours over ``other``, a round each (the two ran one after the other)."""
        return _ratio(self.cpu, other)


def table(figures: Figures) -> str:
    """The rows for a terminal and for the page alike."""
    names = {
        "ours": "Làm Rõ, from bytes to the index",
        "parts": "sum of the best parts",
        "naive": "newspaper4k pipeline",
    }
    rows = _compared("pipeline", names, figures.cpu, GOALS)
    extractors = {
        "ours": "Làm Rõ, parse worker: text, date, address, checks",
        "parts": "trafilatura with its metadata",
        "naive": "newspaper4k",
    }
    rows += ["", *_compared("extraction alone", extractors, figures.extraction, EXTRACTION_GOALS)]
    rows += ["", "| pipeline | CPU ms an item, by stage |", "|---|---|"]
    for what, stages in figures.stages.items():
        rows.append(f"| {names[what]} | {', '.join(f'{name} {ms:.2f}' for name, ms in stages.items())} |")
    rows += ["", *figures.understanding]
    feeds, crawled = figures.feeds, figures.crawled
    rows += [
        "",
        "| crawl over loopback, one process | in all | a second | peak memory of crawler and parse child | outcomes |",
        "|---|---|---|---|---|",
        f"| {feeds.sources} feeds that say 304 | {feeds.seconds:.1f} s | {feeds.sources / feeds.seconds:.0f} feeds | {feeds.peak} MB | {_words(feeds)} |",
        f"| {figures.items} articles by {crawled.sources} feeds, captures written | {crawled.seconds:.1f} s | {crawled.candidates / crawled.seconds:.1f} articles | {crawled.peak} MB | {_words(crawled)} |",
    ]
    return "\n".join(rows)


def _compared(
    head: str, names: Mapping[str, str], cpu: Mapping[str, Sequence[float]], goals: Mapping[str, float]
) -> list[str]:
    rows = [
        f"| {head} | CPU ms an item: median [min-max] | ours against it: median [min-max] | goal |",
        "|---|---|---|---|",
    ]
    for what, name in names.items():
        if not cpu[what]:
            rows.append(f"| {name} | not measured (newspaper4k was not installed in this run) | - | - |")
            continue
        ratio = "1" if what == "ours" else _spread(_ratio(cpu, what), 2)
        goal = f"at most {goals[what]:.2f}" if what in goals else "-"
        rows.append(f"| {name} | {_spread(cpu[what], 1)} | {ratio} | {goal} |")
    return rows


def page(figures: Figures) -> str:
    """``docs/benchmarks.md``."""
    memory = next(
        line for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines() if "MemTotal" in line
    )
    libraries = ", ".join(
        f"{name} {version(name)}"
        for name in ("trafilatura", "lxml", "scrapy", "sqlalchemy", "daachorse", "rensa")
    )
    counts = "; ".join(
        f"{what} {', '.join(map(str, found))}" for what, found in figures.stored.items() if found
    )
    return f"""# Benchmarks

In the form of `make bench`, which anybody can repeat and which writes this page: it makes its own pages (`bench/corpus.py`; no text of any outlet), needs no
network but for the one comparison below, and takes some minutes. Figures of different machines do not compare; ratios of one run do.
They are never asserted by a test: `tests/integration/test_bench.py` only shows that the bench runs and that nothing is lost on the way.

{table(figures)}

{figures.items} pages a round, {len(figures.cpu["ours"])} rounds, the pipelines one after the other in each. Items that came out: {counts}.
The ingest process and its parse child held at most {figures.peak} MB.

## What is measured

- **Làm Rõ**: a page's bytes through the parse worker (a second process: sending, parsing, checking what comes back), then
  `intake.take` in batches of 25 as the scheduler does (places with reasons, copies, story, versions, counters, outbox, one transaction a
  batch, SQLite with `synchronous=FULL`), then the outbox into FTS5. Fetching and captures are left out, here and below.
- **Sum of the best parts**: trafilatura in full (its own rules and the two further extractors it compares them with; ours asks those
  only where its rules find under 600 letters, which is most of the difference in extraction) with its metadata, one fold, script rules before py3langid, daachorse over the gazetteer's names,
  rensa's MinHash and LSH in memory, one SQLite file with FTS5 in batches of 100 (`bench/parts.py`): no reasons, stories, versions or
  second process.
- **Understanding**: places in the texts of those pages; copies in texts of the same words, 35 % of them edited copies, 5 % bulletins from
  one template. Ours cleans the body, folds, hashes body, paragraphs and figures, makes the keys, asks a table in memory as the store is
  asked, and proves each candidate. The loop that it is held against folds, cuts, makes strings of three words, sketches, hashes paragraphs,
  asks and inserts, and proves by overlap: that much it takes to hold the recall table. rensa alone leaves out paragraphs and proof.
- **newspaper4k pipeline**: newspaper4k, langdetect, one regular expression, datasketch, a commit an article (`bench/naive.py`), in an
  environment that is thrown away afterwards; none of it is a dependency.

## The machine

{os.cpu_count()} processors ({platform.machine()}), {int(memory.split()[1]) >> 20} GB of memory, {platform.system()}, Python {platform.python_version()}, load {os.getloadavg()[1]:.1f} over the last five minutes; {libraries}.

## Again

`make bench`, or `.venv/bin/python -m bench --items 300 --rounds 3 --feeds 500` with `PYTHONPATH=.`; `--no-naive` asks for no download,
`--peers PYTHON` takes a Python that has newspaper4k, langdetect and datasketch already.
"""


def _ratio(cpu: Mapping[str, Sequence[float]], other: str) -> list[float]:
    return [mine / theirs for mine, theirs in zip(cpu["ours"], cpu[other], strict=False)]


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{median(values):.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def _words(crawled: Crawled) -> str:
    return ", ".join(f"{word} {number}" for word, number in sorted(crawled.outcomes.items()))
