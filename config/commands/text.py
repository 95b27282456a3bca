"""``lamro match``, ``cluster``, ``extract`` and ``feed``: the same code as ingest, on files, without a home."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from config.commands.output import print_json, print_lines
from core.clock import VIETNAM, clock_from_environment
from core.errors import Invalid, LamroError


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of a JSONL file. Raises :class:`Invalid` naming the line."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise Invalid(
                    f"{path.name}, dòng {number}: không phải JSON ({error}). Sửa dòng này rồi chạy lại.",
                    f"{path.name}, line {number}: not JSON ({error}).",
                ) from error
            if not isinstance(value, dict):
                raise Invalid(
                    f"{path.name}, dòng {number}: cần một đối tượng JSON.",
                    f"{path.name}, line {number}: not a JSON object.",
                )
            yield number, value


def run_match(file: Path, localities: list[str]) -> int:
    """Places in texts; spans in code points of the given text."""
    from config.gazetteer import at_home
    from config.offices import unit_of
    from indexer.analysis.places.matcher import match_text

    held = at_home()
    codes = [unit_of(code, held.table).code for code in localities] or None
    for _, row in json_lines(file):
        text = str(row.get("text", ""))
        mentions = [
            {
                "locality": found.locality,
                "score": round(found.score, 4),
                "band": found.band,
                "spans": [list(span) for span in found.spans],
                "why": [
                    {"code": cue.code, "weight": round(cue.weight, 3), "vi": cue.vi} for cue in found.why
                ],
            }
            for found in match_text(text, codes, table=held.names, dated=_day_of(row))
        ]
        print_lines([{"id": row.get("id"), "mentions": mentions}])
    return 0


def _day_of(row: dict[str, Any]) -> date | None:
    """The day of a text that says when it was published, in Việt Nam; names are judged as of that day."""
    try:
        at = datetime.fromisoformat(str(row["published_at"]))
    except (KeyError, ValueError):
        return None
    return (at if at.tzinfo is None else at.astimezone(VIETNAM)).date()


def run_cluster(file: Path) -> int:
    """Which texts repeat which, and which tell of one event: a line a text, in the order of the file."""
    from pydantic import ValidationError

    from config.clustering import cluster
    from core.messages import ImportRow

    ids, rows = [], []
    for number, row in json_lines(file):
        try:
            rows.append(
                ImportRow(
                    url="",
                    title=str(row.get("title") or "")[:2000],
                    text=str(row.get("text") or ""),
                    published_at=row.get("published_at") or None,
                )
            )
        except ValidationError as error:
            raise Invalid(
                f"{file.name}, dòng {number}: published_at không phải một thời điểm. Viết như 2026-11-21T10:05:00+07:00.",
                f"{file.name}, line {number}: published_at is no moment.",
            ) from error
        ids.append(row.get("id", number))
    print_lines(
        {
            "id": ids[number],
            "copy_of": None if placed.copy_of is None else ids[placed.copy_of],
            "story": placed.story,
        }
        for number, placed in enumerate(cluster(rows))
    )
    return 0


def run_extract(file: Path, url: str) -> int:
    """The article of a saved page, through the same killable parser as ingest."""
    from crawlers.parse_worker import ParseWorker

    with ParseWorker(parsers=("article",)) as worker:
        article = worker.article(file.read_bytes(), url=url, headers={}, now=clock_from_environment().now())
    print_json(
        {
            "title": article.title,
            "text": article.text,
            "published_at": article.published_at,
            "date_from": article.date_from,
            "language": article.language_hint,
            "canonical_url": article.canonical_url,
            "kind": article.kind,
            "warnings": list(article.warnings),
        }
    )
    return 0


def run_feed(files: list[Path]) -> int:
    """What ingest would see in feed files; one bad file never stops the next."""
    from crawlers.parse_worker import ParseWorker

    now = clock_from_environment().now()
    bad = 0
    with ParseWorker(parsers=()) as worker:
        for file in files:
            try:
                parsed = worker.feed(file.read_bytes(), url="", now=now)
            except (LamroError, OSError) as error:
                bad += 1
                print_lines([{"file": str(file), "error": _why(file, error)}])
                continue
            print_lines(
                {
                    "file": str(file),
                    "id": entry.id,
                    "url": entry.url,
                    "title": entry.title,
                    "summary": entry.summary,
                    "published_at": entry.published_at,
                }
                for entry in parsed.entries
            )
            print_lines([{"file": str(file), "entries": len(parsed.entries)}])
            sys.stdout.flush()
    return 1 if bad == len(files) else 0


def _why(file: Path, error: LamroError | OSError) -> str:
    """Why a file was not read, in both languages."""
    if isinstance(error, LamroError):
        return f"{error.vi} ({error.en})"
    if isinstance(error, FileNotFoundError):
        return f"Không có tệp {file}. Kiểm tra lại tên và đường dẫn. (There is no file {file}.)"
    if isinstance(error, IsADirectoryError):
        return f"{file} là thư mục, cần một tệp. ({file} is a directory, not a file.)"
    if isinstance(error, PermissionError):
        return f"Không có quyền đọc tệp {file}. (No permission to read {file}.)"
    return f"Không đọc được tệp {file}: {error.strerror}. (Cannot read {file}: {error.strerror}.)"
