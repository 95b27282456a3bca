"""Dates of our own wording, labelled by hand: the reader of dates has to get every one of them right.

``now`` is Monday, 23 November 2026, noon in Viet Nam. ``at`` is the moment in UTC, or null where no date may be made of the text.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.parsers.article import extract_article
from crawlers.parsers.dates import read_date

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "dates.jsonl").read_text(encoding="utf-8").splitlines()
]
BODY = (
    "<p>Sáng nay, hơn một trăm hộ dân ra đồng khơi thông dòng chảy trước mùa mưa theo kế hoạch đã niêm yết.</p>"
    * 5
)


def test_every_labelled_date_is_read_right() -> None:
    wrong = {}
    for row in ROWS:
        found = read_date(row["text"], NOW)
        said = (None if found.at is None else found.at.isoformat(), found.has_time, found.warning)
        if said != (row["at"], row["has_time"], row["warning"]):
            wrong[row["text"]] = said
    assert wrong == {}


def test_the_set_asks_in_earnest() -> None:
    kinds = Counter(row["kind"] for row in ROWS)
    assert kinds["byline"] >= 60
    assert {"feed", "day", "relative", "absurd", "no-date"} <= set(kinds)
    assert len({row["text"] for row in ROWS}) == len(ROWS) >= 160
    assert 0.1 <= sum(row["at"] is None for row in ROWS) / len(ROWS) <= 0.3


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["kind"] in {"byline", "relative"}], ids=lambda row: str(row["id"])
)
def test_a_byline_on_a_page_gives_its_moment_and_says_that_it_did(row: dict[str, Any]) -> None:
    """Under the headline, marked as a date; without a zone it is Viet Nam's time."""
    page = f'<html lang="vi"><body><h1>Xã khơi thông kênh mương</h1><div class="date">{row["text"]}</div><article>{BODY}</article></body></html>'
    article = extract_article(page.encode(), "https://bao.example/a.html", None, NOW)
    assert article.published_at is not None
    assert (article.published_at.isoformat(), article.date_from) == (row["at"], "byline")


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["kind"] == "absurd"], ids=lambda row: str(row["id"])
)
def test_an_absurd_date_leaves_the_item_without_one_and_is_flagged(row: dict[str, Any]) -> None:
    """Then the item is placed by the time it was fetched (``first seen``)."""
    page = f'<html lang="vi"><head><meta property="article:published_time" content="{row["text"]}"></head><body><h1>Xã khơi thông kênh mương</h1><article>{BODY}</article></body></html>'
    article = extract_article(page.encode(), "https://bao.example/a.html", None, NOW)
    assert (article.published_at, article.date_from) == (None, "none")
    assert [row["warning"]] == article.warnings or (not row["warning"] and article.warnings == [])
