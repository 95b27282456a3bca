"""``lamro crawl``, ``items``, ``import``: gather and list."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.commands.output import print_json, print_lines, print_table, short_time
from config.commands.sources import require_kind
from config.commands.text import json_lines
from config.settings import load
from config.wiring import make_desk
from core.clock import VIETNAM
from core.errors import NotFound, WrongUse
from core.messages import CrawlJob, ImportRow, SourceResult
from core.queries import exports
from core.services import crawl, intake, sources
from core.services.source_files import source_id_of

#: what every table and JSON answer counts, in this order
COUNTS = ("new", "edited", "seen", "off_topic", "quarantined")


def run_crawl(source_ids: list[str], url: str, kind: str, *, as_json: bool) -> int:
    """Read sources now, or one address that need not be a source; 1 when nothing could be read."""
    from config.commands.crawl_watch import watching
    from config.rounds import Round, lease_minutes, owner_name

    settings = load()
    desk = make_desk(settings)
    owner = owner_name("crawl")
    if url:
        require_kind(desk, kind)
        source_ids = [_temporary_source(desk, url, kind)]
    else:
        known = {row.id for row in exports.sources(desk)}
        missing = [name for name in source_ids if name not in known]
        if missing:
            raise NotFound(
                f"Không có nguồn {', '.join(missing)}. Xem danh sách: lamro sources",
                f"No source {', '.join(missing)}.",
            )
        source_ids = source_ids or [row.id for row in exports.sources(desk) if row.enabled]
    jobs = crawl.lease(desk, owner, source_ids, minutes=lease_minutes(settings))
    if not jobs:
        print(
            "Không có nguồn nào để đọc lúc này: chưa có nguồn, hoặc các nguồn đang được đọc. (Nothing to read.)"
        )
        return 1 if not source_ids else 0
    with watching(len(jobs), quiet=as_json) as watch:
        report = Round(desk, settings, owner, on_source=watch.ended, on_items=watch.grew).run(jobs)
    bring_index_up_to_date(desk)
    rows = [_outcome(job, report.results.get(job.source_id), report.counts[job.source_id]) for job in jobs]
    if as_json:
        print_json(rows)
    else:
        watch.sum_up(rows)
    return 1 if all(row["outcome"] in {"failed", "refused", "quarantined"} for row in rows) else 0


def _outcome(job: CrawlJob, result: SourceResult | None, counts: Counter[str]) -> dict[str, Any]:
    numbers = {word: counts[word] for word in COUNTS}
    if result is None:
        return {
            "source": job.source_id,
            "outcome": "failed",
            "code": "crawler_died",
            "counts": numbers,
            "error": "Bộ đọc tin dừng đột ngột khi đọc nguồn này; lần sau sẽ đọc riêng.",
        }
    numbers |= {
        "seen": max(numbers["seen"], result.seen),
        "entries": result.entries,
        "failed": len(result.page_errors),
    }
    return {
        "source": job.source_id,
        "outcome": result.outcome,
        "code": result.code,
        "counts": numbers,
        "error": result.error_vi,
    }


def _temporary_source(desk: Any, url: str, kind: str) -> str:
    """A source row for ``--url``, switched off so that the schedule leaves it alone; the same address gives the same row."""
    source_id = f"tay-{source_id_of(url)}"[:80].strip("-")
    if source_id not in {row.id for row in exports.sources(desk)}:
        sources.add_source(
            desk, None, sources.NewSource(id=source_id, name=url, kind=kind, url=url, enabled=False)
        )
    return source_id


def bring_index_up_to_date(desk: Any) -> None:
    """Bring the index up to date at once, so that what a command stored can be searched when it ends."""
    from config.indexing import follow

    if desk.index is not None:
        follow(desk)
        desk.index.refresh()


def run_items(source: str, since: str, limit: int, *, as_json: bool) -> None:
    """Stored items; JSON lines with ``--json``."""
    moment: datetime | None = None
    if since:
        try:
            moment = datetime.fromisoformat(since)
        except ValueError:
            raise WrongUse(
                f"--since {since!r} không phải thời điểm ISO 8601, ví dụ 2026-11-22T07:00+07:00.",
                f"--since {since!r} is not ISO 8601.",
            ) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=VIETNAM)
    rows = exports.items(make_desk(load()), source=source, since=moment, limit=limit)
    if as_json:
        print_lines(asdict(row) for row in rows)
        return
    print_table(
        "Tin đã lưu",
        ("Số", "Nguồn", "Thấy lúc", "Khớp", "Tiêu đề"),
        ((row.id, row.source, short_time(row.first_seen_at), row.band, row.title) for row in rows),
    )


def run_import(file: Path) -> int:
    """Items from a JSONL file. Prints a JSON object of counts and a line for each row that was refused."""
    desk = make_desk(load())
    counts: Counter[str] = Counter()
    batch: list[ImportRow] = []

    def flush() -> None:
        if batch:
            counts.update(intake.import_rows(desk, batch))
            batch.clear()

    for number, value in json_lines(file):
        try:
            batch.append(ImportRow.model_validate(value))
        except ValidationError as error:
            counts["refused"] += 1
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            print_lines([{"line": number, "refused": f"trường {where}: {first['msg']}"}])
            continue
        if len(batch) >= 100:
            flush()
    flush()
    bring_index_up_to_date(desk)
    print_lines([dict(counts)])
    return 1 if counts["refused"] and len(counts) == 1 else 0
