"""The product's own way from fetched bytes to a stored and indexed item: parse worker, intake, outbox, index."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

from bench.corpus import Made, pages

#: As the scheduler hands candidates to intake (config.rounds).
BATCH = 25
WARM_UP = 10


def run_ours(made: list[Made], folder: Path, stage: Callable[[str, float], None]) -> int:
    """Run every page; ``stage`` is told the CPU seconds of each part, the child's under ``parse``. Returns how many are in the index."""
    from config.settings import Settings
    from config.wiring import make_desk
    from core.messages import Candidate
    from core.records.engine import Store
    from core.records.migrate import upgrade
    from core.rules.vocabulary import Level
    from core.services import intake, outbox, sources, units
    from crawlers.parse_worker import ParseWorker
    from indexer.search.feed import drain

    settings = Settings(home=folder, env="test")
    store = Store(settings.store_url)
    upgrade(store)
    desk = make_desk(settings, store)
    units.ensure_unit(desk, "31", Level.PROVINCE, "Ủy ban nhân dân thành phố", "Hải Phòng")
    office = units.ensure_unit(desk, "11131", Level.COMMUNE, "Ủy ban nhân dân xã", "xã Chí Minh", "31")
    units.watch(desk, None, office, ["11131", "11557", "11713", "31"])
    sources.add_source(desk, None, sources.NewSource("bao", "Báo Mẫu", "feed", "http://bao.example/rss"))
    desk.analyst.analyse(
        made[0].title, made[0].text, localities=("11131",)
    )  # tables are loaded at the first text
    now = desk.clock.now()
    index = desk.index
    if index is None:
        raise RuntimeError("no index is configured")

    def feed_index() -> None:
        drain(
            index,
            lambda after, limit: outbox.batch(desk, after, limit),
            lambda refused: outbox.quarantine_documents(desk, refused),
        )

    with ParseWorker() as worker:

        def read(page: Made) -> Candidate:
            article = worker.article(page.html, page.url, now, {"content-type": "text/html; charset=utf-8"})
            return Candidate(
                source_id="bao",
                url=page.url,
                canonical_url=article.canonical_url,
                title=article.title,
                text=article.text,
                published_at=article.published_at,
                date_from=article.date_from,
                language_hint=article.language_hint,
                author=article.author,
                entry_hash=page.url[-32:],
                warnings=article.warnings,
            )

        # The start of the child, the tables and the first compilation of each statement are no page's cost.
        intake.take(desk, [read(page) for page in pages(WARM_UP, seed=0, host="khac.example")])
        feed_index()
        child = _child_seconds(worker.pid)
        for at in range(0, len(made), BATCH):
            begun = time.process_time()
            candidates = [read(page) for page in made[at : at + BATCH]]
            seen = _child_seconds(worker.pid)
            stage("parse", time.process_time() - begun + seen - child)
            child = seen
            begun = time.process_time()
            intake.take(desk, candidates)
            stage("intake", time.process_time() - begun)
            begun = time.process_time()
            feed_index()
            stage("index", time.process_time() - begun)
    stored = index.stats().documents - WARM_UP
    store.close()
    return stored


def _child_seconds(pid: int | None) -> float:
    """CPU seconds of a running child."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes() -> int:
    """The most memory this process and the largest of its ended children ever held, in MB."""
    return (
        sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        // 1024
    )
