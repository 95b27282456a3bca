"""``python -m crawlers --captures DIR [--round-seconds N]``: one round of sources.

Reads :class:`CrawlJob` lines on stdin until end of file, writes :class:`Candidate` and :class:`SourceResult` lines on stdout as
they come, logs to stderr. Ends with 0 when every job got its result, failed ones too; 2 on wrong use or a line that is no job.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from pydantic import ValidationError

from core.clock import clock_from_environment
from core.errors import LamroError
from core.messages import Candidate, CrawlJob, SourceResult

DEFAULT_ROUND_SECONDS = 900.0


def read_jobs(lines: list[bytes]) -> list[CrawlJob]:
    """The jobs of a round. Raises ValueError naming the line that is not one, or a source named twice."""
    jobs: list[CrawlJob] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            jobs.append(CrawlJob.model_validate_json(line))
        except ValidationError as error:
            raise ValueError(f"line {number} is not a crawl job: {error.errors()[0]['msg']}") from error
    names = [job.source_id for job in jobs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"source {name} stands twice in one round")
    return jobs


def main(arguments: list[str] | None = None) -> int:
    """Run the round and give the exit status."""
    options = argparse.ArgumentParser(
        prog="python -m crawlers", description="One round of sources (jobs on stdin)."
    )
    options.add_argument("--captures", type=Path, required=True, help="folder that receives the WARC files")
    options.add_argument(
        "--round-seconds",
        type=float,
        default=DEFAULT_ROUND_SECONDS,
        help="after this the rest is interrupted",
    )
    options.add_argument(
        "--page-seconds",
        type=float,
        default=30.0,
        help="the most one answer may take, from request to last byte",
    )
    chosen = options.parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    # Before the jobs: a crawler that was started ahead has its libraries loaded when they come.
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.fetch import resolver
    from crawlers.fetch.addresses import AllowedHosts
    from crawlers.fetch.connect_gate import install_connect_gate
    from crawlers.fetch.settings import crawl_settings
    from crawlers.registry import paces
    from crawlers.spiders.round_spider import RoundSpider

    try:
        jobs = read_jobs(sys.stdin.buffer.readlines())
        clock = clock_from_environment()
    except (ValueError, LamroError) as error:
        print(str(error), file=sys.stderr)
        return 2
    if not jobs:
        return 0
    # Only our lines go to the scheduler: whatever a library prints ends in the log.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    answered: set[str] = set()

    def emit(message: Candidate | SourceResult) -> None:
        out.write(message.model_dump_json().encode("utf-8", "replace") + b"\n")
        if isinstance(message, SourceResult):
            answered.add(message.source_id)

    allowed = AllowedHosts.from_environment(os.environ)
    resolver.policy = allowed
    install_connect_gate(allowed)
    process = AsyncCrawlerProcess(crawl_settings(allowed, os.environ, chosen.page_seconds, paces()))
    # Scrapy resets its own levels while it is built; at its default it logs every address of every article.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    process.crawl(
        RoundSpider,
        jobs=jobs,
        captures=chosen.captures,
        clock=clock,
        allowed=allowed,
        emit=emit,
        seconds=chosen.round_seconds,
    )
    process.start(install_signal_handlers=False)
    return 0 if len(answered) == len(jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
