"""The evaluation kit on the project's own cases: every floor holds, and a machine that reads worse falls below one, by name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from evaluation import __main__ as kit
from evaluation import groups, pages, real, texts
from evaluation.cases import cases
from evaluation.scores import Counts, Score, bcubed
from evaluation.table import Line, as_table

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return list(kit.measured([], None))


def test_no_floor_is_missed(lines: list[Line]) -> None:
    assert [sentence for line in lines for sentence in line.below] == []
    assert {line.part for line in lines} == {
        "places",
        "language",
        "dates",
        "claims",
        "copies",
        "stories",
        "trimming",
        "gist",
    }
    assert all(line.floors for line in lines)


def test_the_cases_ask_in_earnest() -> None:
    assert texts.places().n >= 420
    assert len(cases("dates")) >= 40
    languages = cases("languages")
    assert len(languages) >= 100
    assert len({row["text"] for row in languages}) == len(languages)
    assert {"vi", "en", "zh", "ja", "ko", "fr", "ru", "lo", "km", "th"} <= {
        row["language"] for row in languages
    }
    assert Counter(row["kind"] for row in languages)["no-marks"] >= 10
    glossed = Counter((row["kind"], row["language"]) for row in cases("gist"))
    assert min(glossed[kind, code] for kind in ("measure", "word") for code in ("fr", "ja", "ko", "ru")) >= 8
    dressed = cases("trimming")
    assert len(dressed) >= 60
    assert (
        0.3
        <= sum(row["title"] == row["want_title"] and row["text"] == row["want_text"] for row in dressed)
        / len(dressed)
        <= 0.6
    )
    copies = cases("copies")
    assert len(copies) >= 40
    assert {"bulletin", "price-list", "notice", "embedded", "inserted-paragraph", "trimmed", "no-marks"} <= {
        row["kind"] for row in copies
    }
    pairs = cases("story-pairs")
    assert len({(pair["first"], pair["second"]) for pair in pairs}) == len(pairs) >= 60
    assert 0.3 <= sum(pair["same"] for pair in pairs) / len(pairs) <= 0.7
    assert {"round-up", "weeks-later", "denial", "same-place", "other-words"} <= {
        pair["kind"] for pair in pairs
    }
    known = {row["id"]: row["story"] for row in cases("stories")}
    assert all((known[pair["first"]] == known[pair["second"]]) == pair["same"] for pair in pairs)
    claims = [row for row in cases("claims") if row["kind"] == "text"]
    assert 0.25 <= sum(row["like"] is None for row in claims) / len(claims) <= 0.5


@pytest.mark.parametrize(
    ("part", "broken", "answer"),
    [
        ("places", "indexer.analysis.places.matcher.match_text", lambda text, codes: []),
        ("gist", "indexer.analysis.gist.stem", lambda words, language: words),
        ("gist", "indexer.analysis.gist._stands", lambda *place: True),
        ("gist", "indexer.analysis.measures.east_asian", lambda text: None),
        ("language", "indexer.analysis.language.detect", lambda text: "vi"),
        ("claims", "indexer.analysis.claims.likeness.like_claims", lambda title, text, known: ()),
        ("trimming", "core.text.trimming._without_links", lambda text: text),
        pytest.param("copies", "indexer.analysis.copies._same_figures", lambda a, b: True, marks=pytest.mark.long),
        ("copies", "indexer.analysis.copies.MIN_SHINGLES", 100_000),
        pytest.param("stories", "indexer.analysis.stories.same_story", lambda title, lead, places, at, near, *table: near[0].story_id if near else None, marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_a_machine_that_reads_worse_is_named(part, broken, answer, monkeypatch, capsys) -> None:
    monkeypatch.setattr(broken, answer)
    assert kit.main(["--part", part]) == 1
    assert f"BELOW ITS FLOOR: {part}, " in capsys.readouterr().err


def test_dates_that_are_read_a_day_late_are_named(monkeypatch, capsys) -> None:
    from crawlers.parsers import dates

    true = dates.read_date
    monkeypatch.setattr(dates, "read_date", lambda text, now: true(text.replace("21/11", "22/11"), now))
    assert kit.main(["--part", "dates"]) == 1
    assert "dates, own: precision" in capsys.readouterr().err


def test_the_command_prints_a_table_or_json_and_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evaluation", "--part", "dates", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = json.loads(done.stdout)
    assert (line["part"], line["n"], line["below"]) == ("dates", 180, [])
    assert kit.main(["--data", "/nowhere/at/all"]) == 2


def test_scores_are_what_the_papers_say() -> None:
    counts = Counts()
    for said, want in [(True, True), (True, False), (False, True), (False, False), (True, True)]:
        counts.add(said=said, want=want)
    assert (counts.score.precision, counts.score.recall) == (2 / 3, 2 / 3)
    assert Counts().score == Score(1.0, 1.0)
    # Bagga and Baldwin's own example: one chain too many joined.
    gold = {n: "a" for n in range(5)} | {n: "b" for n in (5, 6)} | {n: "c" for n in range(7, 12)}
    found = {n: 1 for n in range(5)} | {n: 2 for n in range(5, 12)}
    score = bcubed(gold, found)
    assert (round(score.precision, 2), score.recall) == (0.76, 1.0)
    assert bcubed({}, {}).f1 == 1.0


def test_a_floor_is_compared_as_it_is_printed() -> None:
    line = Line("part", "set", 2, {"f1": 0.9496, "more": 0.5}, {"f1": 0.95})
    assert line.below == []
    assert "0.950 [0.950]" in as_table([line])
    assert Line("part", "set", 2, {"f1": 0.9494}, {"f1": 0.95}).below == ["part, set: f1 0.949 < 0.950"]


def test_real_sets_are_read_where_they_are_and_nothing_is_made_of_what_is_not(tmp_path: Path) -> None:
    assert list(real.measured(tmp_path, [])) == []
    (tmp_path / "dedupe-clusters").mkdir()
    rows = [
        {"doc": "1", "cluster": "a", "time": "21/10/2026 07:00", "title": "Cháy chợ Hoàng_Lâm", "summary": "Lửa bùng lên ở dãy ki-ốt quần_áo .", "body": "Không ai bị thương."},
        {"doc": "2", "cluster": "a", "time": "21/10/2026 09:00", "title": "Chợ Hoàng_Lâm bốc cháy", "summary": "Dãy ki-ốt quần_áo cháy rụi , lửa bùng lên lúc rạng sáng .", "body": "Thiệt hại lớn."},
        {"doc": "3", "cluster": "b", "time": "21/10/2026 09:30", "title": "Buýt 27 tăng chuyến", "summary": "Ba mươi tám lượt mỗi ngày .", "body": "Giá vé không đổi."},
    ]  # fmt: skip
    (tmp_path / "dedupe-clusters" / "docs.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8"
    )
    (line,) = real.measured(tmp_path, ["stories"])
    assert (line.n, line.figures["f1"]) == (3, 1.0)


def test_tokens_are_counted_as_often_as_they_stand() -> None:
    assert pages.token_f1("Đê an toàn", "de an toan") == 1.0
    assert pages.token_f1("an an an", "an") == 0.5
    assert pages.token_f1("", "đê") == 0.0


def test_a_row_of_the_groups_says_what_lies_where() -> None:
    line = groups.story_line(
        "x", {1: "a", 2: "a", 3: "b"}, {1: 1, 2: 2, 3: 1}, {}, {1: "một", 2: "hai", 3: "ba"}
    )
    assert line.wrong == (
        "một (with ['b'], parts elsewhere 1)",
        "hai (with [], parts elsewhere 1)",
        "ba (with ['a'], parts elsewhere 0)",
    )
