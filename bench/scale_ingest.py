"""The paced crawl beside the clicks, in a process of its own as the scheduler is: ``python -m bench.scale_ingest ENGINE HOME [URL]``.

A batch as the scheduler hands it over, then the outbox into the index, every few seconds until standard input closes; says "crawling"
after the first, and at the end its peak memory in MB and how many articles it took in, as one line of JSON.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.scale_store import desk_of, peak

if TYPE_CHECKING:
    from core.services.desk import Desk

#: articles of a batch, every so many seconds (432,000 items a day)
CRAWLED, EVERY = 25, 5.0
WORDS = 300


def main() -> None:
    """Crawl until told to end."""
    import logging

    from config.indexing import follow

    logging.disable(logging.CRITICAL)
    engine, home = sys.argv[1], Path(sys.argv[2])
    desk = desk_of(home, engine, sys.argv[3] if len(sys.argv) > 3 else "")
    over = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    taken = 0
    while True:
        taken += _take(desk, taken)
        follow(desk)
        if taken == CRAWLED:
            print("crawling", flush=True)
        if over.wait(EVERY):
            break
    print(json.dumps({"memory": peak(), "taken": taken}))
    desk.store.close()


def _take(desk: Desk, before: int) -> int:
    from bench.corpus import Words
    from core.messages import Candidate
    from core.services import intake

    words = Words(random.Random(1))
    words.draw_by(random.Random(time.time_ns()))
    made = []
    for number in range(before, before + CRAWLED):
        url = f"http://bao-1.example/moi-{time.time_ns()}-{number}"
        made.append(
            Candidate(
                source_id="bao-1", url=url, canonical_url=url, title=words.line(9), text=words.line(WORDS), entry_hash=url[-32:]
            )
        )  # fmt: skip
    return sum(one.outcome == "new" for one in intake.take(desk, made))


if __name__ == "__main__":
    main()
