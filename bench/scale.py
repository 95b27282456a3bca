"""One size, one engine, one process: ``python -m bench.scale fts5|elasticsearch ITEMS [URL [RAW]]`` prints one line of JSON.

RAW 0 leaves the bare engine out, which costs as much again in a large store: then only what is ours is measured.

With FTS5 all work is in this process and times are its CPU seconds; with Elasticsearch they are seconds by the clock, since the work is
in the node. Clicks are always by the clock. What is compared with each other ran one after the other in this process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import ROOT
from bench.scale_desk import CLOCK, timed
from bench.scale_floor import Fed, Floor, RawElastic, RawFts5
from bench.scale_report import DRAINED
from bench.scale_store import PREFIX, Filled, desk_of, fill, peak, prepare

REPEATS = 15
CLICKS = 200


def main() -> None:
    """Measure."""
    import logging

    logging.disable(logging.CRITICAL)
    engine, items = sys.argv[1], int(sys.argv[2])
    url = sys.argv[3] if len(sys.argv) > 3 else ""
    with tempfile.TemporaryDirectory(prefix="lamro-scale-") as name:
        print(json.dumps(measure(engine, items, url, Path(name), raw=sys.argv[4:5] != ["0"])))


def measure(engine: str, items: int, url: str, folder: Path, *, raw: bool = True) -> dict[str, Any]:
    """Every figure of one size: seconds, but for ``memory`` (MB, of each process)."""
    from config.indexing import StoreShelf
    from core.services import outbox
    from indexer.search.feed import drain
    from indexer.search.rebuild import rebuild

    desk = desk_of(folder, engine, url)
    index = desk.index
    if index is None:
        raise RuntimeError("no index is configured")
    index.drop()
    floor: Floor = RawFts5(folder / "raw.db") if engine == "fts5" else RawElastic(url, PREFIX + "raw")
    try:
        officer = prepare(desk)
        begun = CLOCK()
        fill(desk, officer, items, whole=items + DRAINED)
        _say(engine, items, "store", CLOCK() - begun)
        told: dict[str, Any] = {"engine": engine, "items": items}
        if raw:
            told["raw_bulk"] = floor.load(_fed(desk, 0))
            _say(engine, items, "raw bulk", told["raw_bulk"])
        begun = CLOCK()
        rebuild(index, StoreShelf(desk))
        told["reindex"] = CLOCK() - begun
        _say(engine, items, "reindex", told["reindex"])
        filled = fill(desk, officer, DRAINED, first=items + 1, outbox=True, whole=items + DRAINED)
        if raw:
            told["raw_drain"] = floor.load(_fed(desk, items))
        begun = CLOCK()
        drain(index, lambda after, limit: outbox.batch(desk, after, limit), lambda refused: None)
        index.refresh()
        told["drain"] = CLOCK() - begun
        _say(engine, items, "drain", told["drain"])
        told["search"], raw_search = _searches(desk, floor, officer)
        if raw:
            told["raw_search"] = raw_search
        _say(engine, items, "search", told["search"])
        own = peak()
        told |= _desk(engine, url, folder, filled)
        told["memory"] = {"reindex": own, **told["memory"]}
        return told
    finally:
        floor.close()
        index.drop()
        index.close()
        desk.store.close()


def _say(engine: str, items: int, what: str, seconds: float) -> None:
    print(f"  {engine} {items}: {what} {seconds:.3f} s", file=sys.stderr, flush=True)


def _fed(desk: Any, above: int) -> Iterator[Fed]:
    from core.services import outbox
    from indexer.search.fields import token_fields

    while True:
        documents, reached = outbox.page(desk, above, 500)
        if reached <= above:
            return
        yield from ((document, token_fields(document)) for document in documents)
        above = reached


def _asked() -> list[str]:
    """Frequent words, less frequent ones, a phrase and a name, as a person types them."""
    import random

    from bench.corpus import Words

    known = Words(random.Random(1)).known
    phrase = f"{known(1)} {known(2)}"
    return [known(0), known(3), known(20), known(200), phrase, "chi minh", "hai phong"]


def _searches(desk: Any, floor: Floor, officer: Any) -> tuple[float, float]:
    """Median over the questions of the median time of our search (ids, total) and of the engine's own."""
    from core.finding import Filters
    from core.services import searching
    from core.text.tokens import tokenise

    ours, raw = [], []
    for words in _asked():
        folded = " ".join(token.folded for token in tokenise(words))

        def mine(words: str = words) -> object:
            return searching.matches(desk, officer, words, Filters(), limit=20, at_most=2000)

        def theirs(folded: str = folded) -> object:
            return floor.ask(folded)

        ours.append(timed(mine, REPEATS))
        raw.append(timed(theirs, REPEATS))
    return median(ours), median(raw)


def _desk(engine: str, url: str, folder: Path, filled: Filled) -> dict[str, Any]:
    """Pages, clicks and the memory of both processes: :mod:`bench.scale_desk`."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.scale_desk", engine, str(folder), str(filled.story), str(filled.incident), str(CLICKS), url],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
