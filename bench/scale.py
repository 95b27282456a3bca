"""One size, one engine, one process: ``python -m bench.scale fts5|elasticsearch ITEMS [URL]`` prints one line of JSON.

With FTS5 all work is in this process and times are its CPU seconds; with Elasticsearch they are seconds by the clock, since the work is
in the node. Clicks are always by the clock. What is compared with each other ran one after the other in this process.
"""

from __future__ import annotations

import json
import re
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.scale_floor import Fed, Floor, RawElastic, RawFts5
from bench.scale_store import PASSWORD, Filled, desk_of, fill, prepare

#: analysed items that are drained into an index of the full size
DRAINED = 4000
REPEATS = 15
CLICKS = 100
#: the paced crawl beside the clicks: a batch as the scheduler hands it over, every so many seconds (432,000 items a day)
CRAWLED, EVERY = 25, 5.0
CLOCK = time.process_time if "fts5" in sys.argv[1:2] else time.perf_counter
PREFIX = "lamro-test-scale-bench-"


def main() -> None:
    """Measure."""
    import logging

    logging.disable(logging.CRITICAL)
    engine, items = sys.argv[1], int(sys.argv[2])
    url = sys.argv[3] if len(sys.argv) > 3 else ""
    with tempfile.TemporaryDirectory(prefix="lamro-scale-") as name:
        print(json.dumps(measure(engine, items, url, Path(name))))


def measure(engine: str, items: int, url: str, folder: Path) -> dict[str, Any]:
    """Every figure of one size: seconds, but for ``memory`` (MB)."""
    from config.indexing import StoreShelf
    from core.services import outbox
    from indexer.search.elastic import ElasticIndex, ElasticSettings
    from indexer.search.feed import drain
    from indexer.search.rebuild import rebuild

    desk = desk_of(folder)
    if engine == "elasticsearch":
        desk = replace(desk, index=ElasticIndex(ElasticSettings(url, PREFIX + "ours")))
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
        told["raw_bulk"] = floor.load(_fed(desk, 0))
        _say(engine, items, "raw bulk", told["raw_bulk"])
        begun = CLOCK()
        rebuild(index, StoreShelf(desk))
        told["reindex"] = CLOCK() - begun
        _say(engine, items, "reindex", told["reindex"])
        filled = fill(desk, officer, DRAINED, first=items + 1, outbox=True, whole=items + DRAINED)
        told["raw_drain"] = floor.load(_fed(desk, items))
        begun = CLOCK()
        drain(index, lambda after, limit: outbox.batch(desk, after, limit), lambda refused: None)
        index.refresh()
        told["drain"] = CLOCK() - begun
        told["search"], told["raw_search"] = _searches(desk, floor, officer)
        _say(engine, items, "search", told["search"])
        told["screens"] = _screens(desk, filled)
        told["click"], told["commit"] = _clicks(desk, filled, folder)
        told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
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

        ours.append(_median(mine))
        raw.append(_median(theirs))
    return median(ours), median(raw)


def _median(act: Callable[[], object], repeats: int = REPEATS) -> float:
    act()
    times = []
    for _ in range(repeats):
        begun = CLOCK()
        act()
        times.append(CLOCK() - begun)
    return median(times)


def _screens(desk: Any, filled: Filled) -> dict[str, float]:
    """Seconds of the server for each page, logged in."""
    from review_app.app import create_app
    from review_app.settings import WebSettings

    client = create_app(desk, WebSettings(secret_key="s" * 48, environment="test")).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    client.post("/login", data={"username": "canbo", "password": PASSWORD, "csrf_token": token[1] if token else ""})  # fmt: skip
    pages = {
        "queue": "/today",
        "inbox": "/inbox",
        "inbox, everything": "/inbox?handled=&named=&days=0",
        "search page": "/inbox?q=chi+minh",
        "story": f"/stories/{filled.story}",
        "incident": f"/incidents/{filled.incident}",
    }
    found = {}
    for name, address in pages.items():
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        found[name] = _median(lambda address=address: client.get(address), 7)  # type: ignore[misc]
    return found


def _clicks(desk: Any, filled: Filled, folder: Path) -> tuple[float, float]:
    """95th percentiles while another thread crawls: a tag given and taken in turn, and one row written durably into a file of its own."""
    from core.records.item import Story
    from core.services import triage

    over = threading.Event()
    writer = threading.Thread(target=_crawl, args=(desk, over), daemon=True)
    writer.start()
    with closing(sqlite3.connect(folder / "one.db", isolation_level=None)) as bare:
        bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE one (n INTEGER)")
        clicks, commits = [], []
        for number in range(CLICKS):
            with desk.store.read() as session:
                version = session.get_one(Story, filled.story).version
            begun = time.perf_counter()
            triage.tag(desk, filled.officer, filled.story, version, "opinion" if number % 2 else "watch")
            clicks.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            bare.execute("INSERT INTO one VALUES (1)")
            commits.append(time.perf_counter() - begun)
            over.wait(0.15)
    over.set()
    writer.join()
    return quantiles(clicks, n=20)[-1], quantiles(commits, n=20)[-1]


def _crawl(desk: Any, over: threading.Event) -> None:
    import random

    from bench.corpus import Words
    from core.messages import Candidate
    from core.services import intake

    words = Words(random.Random(5))
    number = 0
    while not over.wait(EVERY if number else 0.0):
        made = []
        for _ in range(CRAWLED):
            number += 1
            url = f"http://bao-1.example/moi-{number}"
            made.append(
                Candidate(
                    source_id="bao-1", url=url, canonical_url=url, title=words.line(9), text=words.line(300), entry_hash=url[-32:]
                )
            )  # fmt: skip
        with suppress(Exception):
            intake.take(desk, made)


if __name__ == "__main__":
    main()
