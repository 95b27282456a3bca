"""The digest's page and file: self-contained, escaped, the same order of parts, equal for equal input."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import html as reader

from alerts.digests.chart import bars
from alerts.digests.wording import change, span
from alerts.documents.renderer import OfficialRenderer
from tests.unit.alerts.form import Docx
from tests.unit.alerts.week import WEEK

RENDERER = OfficialRenderer()
EMPTY = replace(
    WEEK, headline=("Không có phản ánh đúng nào chờ trả lời.",), criticism=(), buried=(), incidents=(), trends=(), upcoming=(), not_watched=(), answered=(0, 0, 0, 0), localities=(),
)  # fmt: skip
PARTS = [
    "1. Phản ánh đúng đang chờ trả lời",
    "2. Vụ việc",
    "3. Xu hướng",
    "4. Bảy ngày tới",
    "5. Những gì chưa theo dõi được",
]


def parsed(page: str) -> Any:
    return reader.fromstring(page)


def words(page: str) -> str:
    tree = parsed(page)
    return " ".join(" ".join(tree.xpath("//body//text()")).split())


def test_the_page_stands_alone() -> None:
    page = RENDERER.digest_html(WEEK)
    tree = parsed(page)
    assert len(tree.xpath("//style")) == 1
    assert tree.xpath("//script|//link|//img|//iframe|//object|//@style|//@src|//@href") == []
    assert [name for name in tree.xpath("//@*/..") for key in name.attrib if key.startswith("on")] == []
    assert "url(" not in page
    assert "@import" not in page
    assert not re.search(r"https?://", page)


@pytest.mark.parametrize("week", [WEEK, EMPTY], ids=["rich", "empty"])
def test_parts_come_in_the_order_that_fairness_wants(week) -> None:
    for text in (words(RENDERER.digest_html(week)), Docx(RENDERER.digest_docx(week)).text()):
        places = [text.index(part) for part in PARTS]
        assert places == sorted(places)


def test_every_row_is_in_both_files() -> None:
    page, file = words(RENDERER.digest_html(WEEK)), Docx(RENDERER.digest_docx(WEEK)).text()
    wanted = [row["title"] for row in (*WEEK.criticism, *WEEK.buried, *WEEK.incidents)]
    wanted += [row["due_words"] for row in WEEK.criticism] + [row["sentence"] for row in WEEK.not_watched]
    wanted += [clock["words"] for row in WEEK.incidents for clock in row["clocks"]]
    wanted += [
        *WEEK.upcoming,
        *WEEK.headline,
        WEEK.method,
        WEEK.audit_head,
        "31 trên 38 (82%)",
        "không phản hồi",
    ]
    for text in wanted:
        assert text in page, text
        assert text in file, text


def test_an_empty_week_says_so() -> None:
    for text in (words(RENDERER.digest_html(EMPTY)), Docx(RENDERER.digest_docx(EMPTY)).text()):
        for sentence in (
            "Không có phản ánh đúng nào chờ trả lời.",
            "Không có vụ việc nào",
            "Không có hạn nào",
            "Mọi nguồn đang bật",
            "chưa việc nào đến hạn",
        ):
            assert sentence in text


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "\"'><img src=x onerror=a>",
        "{{ 7*7 }}{% raw %}",
        "</style><b>",
        "]]>&amp;",
        "chữ" * 3000,
    ],
)
def test_titles_are_text_and_nothing_else(text) -> None:
    week = replace(
        WEEK, unit_name=text, headline=(text,), localities=(text,), upcoming=(text,), method=text,
        criticism=tuple({**row, "title": text, "source": text, "unit": text} for row in WEEK.criticism),
        buried=tuple({**row, "title": text, "source": text} for row in WEEK.buried),
        incidents=tuple({**row, "title": text, "result": text} for row in WEEK.incidents),
        trends=tuple({**row, "label": text} for row in WEEK.trends),
        not_watched=tuple({**row, "name": text, "sentence": text} for row in WEEK.not_watched),
    )  # fmt: skip
    tree = parsed(RENDERER.digest_html(week))
    assert tree.xpath("//script|//img|//@onerror|//@style") == []
    assert len(tree.xpath("//style")) == 1
    assert text in "".join(tree.xpath("//p[@class='headline']/text()"))
    assert text in Docx(RENDERER.digest_docx(week)).text()


def test_equal_weeks_give_equal_files() -> None:
    assert RENDERER.digest_html(WEEK) == RENDERER.digest_html(replace(WEEK))
    assert RENDERER.digest_docx(WEEK) == RENDERER.digest_docx(replace(WEEK))
    assert RENDERER.digest_docx(WEEK) != RENDERER.digest_docx(replace(WEEK, week="2026-W37"))


@pytest.mark.parametrize(
    ("this", "before", "wanted"),
    [
        (148, 252, "giảm 41% so với tuần trước (252)"),
        (20, 10, "tăng 100% so với tuần trước (10)"),
        (5, 5, "bằng tuần trước"),
        (4, 2, "tuần trước: 2"),
        (4, 0, "tuần trước: 0"),
    ],
)
def test_changes_in_words(this, before, wanted) -> None:
    assert change(this, before) == wanted


def test_a_half_week_says_that_it_is_one() -> None:
    assert "Bản tạm" not in span(WEEK)
    assert "Bản tạm" in span(replace(WEEK, made_at=WEEK.starts_on))
    assert "Từ thứ Hai 14/9 đến Chủ nhật 20/9/2026. Lập 07:00 ngày 21/9/2026." in span(WEEK)


def test_bars_stay_in_their_box() -> None:
    days = [row for row in WEEK.trends if row["kind"] == "day"]
    made = bars(days)
    assert max(max(bar.h_this, bar.h_before) for bar in made) == 108
    assert all(bar.y_this >= 0 and bar.y_before >= 0 for bar in made)
    assert [bar.h_this for bar in bars([{**day, "this": 0, "before": 0} for day in days])] == [0] * 7


def test_what_the_blind_sample_found_stands_in_both_files_and_is_left_out_without_one() -> None:
    said = "Xem lại ngẫu nhiên trong tuần: 10 chuyện xếp thấp, đã trả lời 9, trong đó 1 chuyện thật ra cần trả lời (11 %, trong khoảng 2–44 %)."
    told = replace(WEEK, missed=said)
    assert said in RENDERER.digest_html(told) and said in Docx(RENDERER.digest_docx(told)).text()
    assert "Xem lại ngẫu nhiên" not in RENDERER.digest_html(WEEK)
