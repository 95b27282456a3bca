"""What a source would give, tried out before it is saved: the crawler reads it, nothing is stored, the request's result tells.

The result is a JSON object: ``outcome``, ``code``, ``error_vi``, ``error_en``, ``final_url``, ``title`` (what the source calls itself), ``found`` (how many entries the source
holds), ``page_errors``, and ``entries``: title, url, published_at (ISO 8601 or null), date_from, found_by (which rule matched), kind,
words and excerpt of the text where the article was opened.
"""

from __future__ import annotations

from typing import Any

from config.rounds import Crawlers, crawler_log
from config.settings import Settings
from config.tokens import with_tokens
from core.messages import Candidate, CrawlJob, SourceResult
from core.services.crawl_requests import TakenRequest

ENTRIES = 30
EXCERPT = 300
#: A person waits for the answer.
SECONDS = 90.0


def read_preview(settings: Settings, request: TakenRequest, crawlers: Crawlers) -> dict[str, Any]:
    """Read the source that the request describes, and nothing more. The crawler opens a few articles and lists the rest."""
    from crawlers.round import BadLine, run_round

    job = CrawlJob.model_validate(
        {
            "source_id": "preview",
            "kind": request.details.get("kind", ""),
            "url": request.url,
            "language": request.details.get("language", ""),
            "rules": request.details.get("rules", {}),
            "social": request.details.get("social", False),
            "max_entries": ENTRIES,
            "preview": True,
        }
    )
    found: list[Candidate] = []
    result: SourceResult | None = None
    with crawler_log(settings) as log:
        process = run_round(
            with_tokens(settings.home, [job]),
            settings.captures_path,
            settings.environment(),
            timeout=SECONDS,
            log=log,
        )
        with crawlers.watching(process):
            for line in process:
                if isinstance(line, Candidate):
                    found.append(line)
                elif not isinstance(line, BadLine):
                    result = line
    return told(found, result)


def told(found: list[Candidate], result: SourceResult | None) -> dict[str, Any]:
    """The request's result; without a result of the crawler, that it died."""
    if result is None:
        return {
            "outcome": "failed",
            "code": "crawler_died",
            "error_vi": "Bộ đọc tin dừng đột ngột khi đọc thử nguồn này. Kiểm tra lại địa chỉ trước khi lưu.",
            "error_en": "The crawler died while trying this source. Check the address before saving it.",
            "entries": [],
        }
    return {
        "outcome": result.outcome,
        "code": result.code,
        "error_vi": result.error_vi,
        "error_en": result.error_en,
        "final_url": result.final_url,
        "title": result.title,
        "found": result.entries,
        "page_errors": result.page_errors[:10],
        "entries": [_entry(candidate) for candidate in found],
    }


def _entry(candidate: Candidate) -> dict[str, Any]:
    text = " ".join(candidate.text.split())
    return {
        "title": candidate.title,
        "url": candidate.url,
        "published_at": candidate.published_at.isoformat() if candidate.published_at else None,
        "date_from": candidate.date_from,
        "found_by": candidate.found_by,
        "kind": candidate.kind,
        "words": len(text.split()),
        "excerpt": text[:EXCERPT],
    }
