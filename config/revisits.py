"""Visits of watched pages: those that are due go to one crawler process, as page jobs, through the same gates and the same politeness."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from config.rounds import Crawlers, crawler_log
from config.settings import Settings
from core.messages import Candidate, CrawlJob
from core.services import watching
from core.text.urls import canonical_url

if TYPE_CHECKING:
    from core.services.desk import Desk

#: pages of one round: a minute's polite work, so that sources never wait for long
AT_ONCE = 20
_PREFIX = "revisit-"


def revisit_due(desk: Desk, settings: Settings, crawlers: Crawlers | None = None) -> Counter[str]:
    """Take up what was flagged, look at what is due, write down what was seen. Returns counts by word."""
    from crawlers.round import BadLine, run_round

    watching.enrol(desk)
    due = watching.take_due(desk, AT_ONCE)
    seen: Counter[str] = Counter()
    if not due:
        return seen
    crawlers = crawlers or Crawlers()
    jobs = [_job(visit) for visit in due]
    read: dict[str, Candidate] = {}
    with crawler_log(settings) as log:
        process = run_round(
            jobs,
            captures_dir=settings.captures_path,
            env=settings.environment(),
            timeout=float(settings.crawl_round_seconds),
            log=log,
        )
        with crawlers.watching(process):
            for line in process:
                if isinstance(line, Candidate):
                    read[line.source_id] = line
                elif not isinstance(line, BadLine):
                    item_id = int(line.source_id.removeprefix(_PREFIX))
                    seen[watching.record(desk, item_id, read.get(line.source_id), line)] += 1
    if crawlers.ended():
        return seen  # what was not answered is looked at again half an hour later
    for job in process.unanswered:
        seen[watching.record(desk, int(job.source_id.removeprefix(_PREFIX)), None, None)] += 1
    return seen


def _job(visit: watching.DueVisit) -> CrawlJob:
    return CrawlJob(
        source_id=f"{_PREFIX}{visit.item_id}",
        kind="page",
        url=visit.url,
        language=visit.language,
        known={canonical_url(visit.url): visit.known} if visit.known else {},
        revisit=True,
    )
