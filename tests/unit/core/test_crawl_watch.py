"""``lamro crawl`` as it is watched: lines where no terminal is, a bar and a table where one is, nothing in between for JSON."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime

import pytest
import rich.console

from config.commands import crawl_watch
from core.messages import SourceResult

AT = datetime(2026, 9, 13, tzinfo=UTC)
ROWS = [
    {"source": "bao-a", "outcome": "new", "counts": {"new": 3, "seen": 5}, "error": ""},
    {"source": "bao-b", "outcome": "failed", "counts": {}, "error": "Trang trả lời 404 [bold]."},
]


def result(source: str, outcome: str, **more: object) -> SourceResult:
    return SourceResult.model_validate(
        {"source_id": source, "outcome": outcome, "started_at": AT, "finished_at": AT} | more
    )


def play(*, quiet: bool) -> None:
    with crawl_watch.watching(2, quiet=quiet) as watch:
        watch.grew("bao-a", Counter(new=3))
        watch.ended("bao-a", result("bao-a", "new", seen=5), Counter(new=3))
        watch.ended("bao-b", result("bao-b", "failed", error_vi="Trang trả lời 404 [bold]."), Counter())
    if not quiet:
        watch.sum_up(ROWS)


def test_lines_without_a_terminal(capsys):
    play(quiet=False)
    assert capsys.readouterr().out.splitlines() == [
        "[1/2] bao-a: có tin mới; 3 mới, 5 đã có",
        "[2/2] bao-b: không đọc được; 0 mới; Trang trả lời 404 [bold].",
        "Đã đọc 2 nguồn (1 có tin mới, 1 không đọc được): 3 mới, 5 đã có.",
    ]


def test_nothing_for_json(capsys):
    play(quiet=True)
    assert capsys.readouterr().out == ""


def test_a_bar_and_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys):
    screen = io.StringIO()
    made = rich.console.Console

    def terminal() -> rich.console.Console:
        return made(file=screen, force_terminal=True, width=140)

    monkeypatch.setattr(rich.console, "Console", terminal)
    play(quiet=False)
    shown = screen.getvalue()
    assert "2/2" in shown and "Đang đọc, 3 tin mới" in shown
    table = shown[shown.index("Đã đọc 2 nguồn") :]
    assert "Ngoài địa bàn" in table and "Trang trả lời 404 [bold]." in table and "[1/2]" not in shown
    assert "Đã đọc 2 nguồn (1 có tin mới" in capsys.readouterr().out


def test_every_outcome_has_its_word():
    from typing import get_args

    from core.messages import Outcome

    assert set(crawl_watch.OUTCOMES) == set(get_args(Outcome))
