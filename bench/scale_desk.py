"""What staff wait for in a store of a size: ``python -m bench.scale_desk ENGINE HOME STORY INCIDENT CLICKS [URL]`` prints one line of JSON.

A process of its own, as the review app is: the server's time for the pages (CPU seconds with FTS5, by the clock with Elasticsearch),
then tags given and taken in turn while :mod:`bench.scale_ingest` crawls, by the clock, and the peak memory of both processes in MB.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from bench.measure import ROOT
from bench.scale_store import PASSWORD, desk_of, peak

if TYPE_CHECKING:
    from core.services.desk import Desk

REPEATS = 7
#: between two clicks
PAUSE = 0.15
CLOCK = time.process_time if "fts5" in sys.argv[1:2] else time.perf_counter


def main() -> None:
    """Measure."""
    import logging

    logging.disable(logging.CRITICAL)
    engine, home, (story, incident, clicks) = sys.argv[1], Path(sys.argv[2]), map(int, sys.argv[3:6])
    url = sys.argv[6] if len(sys.argv) > 6 else ""
    desk = desk_of(home, engine, url)
    told: dict[str, Any] = {"screens": screens(desk, story, incident)}
    crawl = subprocess.Popen(
        [sys.executable, "-m", "bench.scale_ingest", engine, str(home), url],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with crawl:
        if crawl.stdout is None or crawl.stdout.readline().strip() != "crawling":
            raise RuntimeError("the crawl did not begin")
        told["click"], told["undisked"], told["commit"] = _clicks(desk, story, home, clicks)
        ended = json.loads(crawl.communicate()[0])
    told["memory"] = {"web": peak(), "ingest": ended["memory"]}  # fmt: skip
    told["taken"] = ended["taken"]
    desk.store.close()
    print(json.dumps(told))


def screens(desk: Desk, story: int, incident: int) -> dict[str, float]:
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
        "story": f"/stories/{story}",
        "incident": f"/incidents/{incident}",
    }
    found = {}
    for name, address in pages.items():
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        found[name] = timed(lambda address=address: client.get(address), REPEATS)  # type: ignore[misc]
    return found


def timed(act: Callable[[], object], repeats: int) -> float:
    """The median of some calls after a first one."""
    act()
    times = []
    for _ in range(repeats):
        begun = CLOCK()
        act()
        times.append(CLOCK() - begun)
    return median(times)


def _clicks(desk: Desk, story: int, home: Path, number: int) -> tuple[float, float, float]:
    """95th percentiles: a tag given and taken in turn, the same without its commit, and one row written durably into a file of its own."""
    from core.queries.offices import view
    from core.services import sessions, triage

    officer = sessions.log_in(desk, "canbo", PASSWORD, "127.0.0.1").actor
    with closing(sqlite3.connect(home / "one.db", isolation_level=None)) as bare:
        bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE one (n INTEGER)")
        clicks, undisked, commits = [], [], []
        committing = _timed_commits(desk)
        for turn in range(number):
            with desk.store.read() as session:
                version = view(session, story, officer.unit_id).version
            committing.clear()
            begun = time.perf_counter()
            triage.tag(desk, officer, story, version, "opinion" if turn % 2 else "watch")
            clicks.append(time.perf_counter() - begun)
            undisked.append(clicks[-1] - sum(committing))
            begun = time.perf_counter()
            bare.execute("INSERT INTO one VALUES (1)")
            commits.append(time.perf_counter() - begun)
            time.sleep(PAUSE)
    return quantiles(clicks, n=20)[-1], quantiles(undisked, n=20)[-1], quantiles(commits, n=20)[-1]


def _timed_commits(desk: Desk) -> list[float]:
    """Where the seconds of each commit of the store are put from now on: what they wait for is the disk, or the database server's."""
    spent: list[float] = []
    dialect = desk.store.engine.dialect
    commit = dialect.do_commit

    def timed_commit(connection: Any) -> None:
        begun = time.perf_counter()
        commit(connection)
        spent.append(time.perf_counter() - begun)

    dialect.do_commit = timed_commit  # type: ignore[assignment, method-assign]
    return spent


if __name__ == "__main__":
    main()
