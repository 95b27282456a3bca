"""``lamro cluster``: copies and stories of a file, by the code that ingest uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.cli import main

BODY = (
    "Sáng nay hơn 150 nông dân xã ra quân nạo vét 4,2 km kênh mương nội đồng trước vụ xuân.\n"
    "Đoạn khó nhất gần cống Ba Ngàn, nơi bùn lắng dày gần một mét, phải dùng hai máy xúc làm cả đêm.\n"
    "Người dân mong xã có lịch nạo vét cố định, công khai kinh phí ở nhà văn hóa thôn hằng năm."
)


def run(capsys, path: Path, *rows: object) -> tuple[int, list[dict[str, object]], str]:
    path.write_text(
        "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8"
    )
    with pytest.raises(SystemExit) as end:
        main(["cluster", str(path)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), [json.loads(line) for line in out.splitlines()], err


def row(name: str, title: str, text: str, at: str | None) -> dict[str, object]:
    return {"id": name, "url": "https://bao.example/mot", "title": title, "text": text, "published_at": at}


def test_copies_and_stories_of_a_file(tmp_path: Path, capsys) -> None:
    code, found, _ = run(
        capsys,
        tmp_path / "tin.jsonl",
        row("later", "Khơi kênh trước vụ xuân", BODY + "\nTheo Báo Mẫu", "2026-11-02T15:00:00+07:00"),
        row("first", "Nông dân nạo vét kênh mương nội đồng", BODY, "2026-11-02T11:00:00+07:00"),
        row("words", "Nạo vét kênh mương nội đồng, nông dân ra quân", "Cả xã ra đồng nạo vét kênh mương từ sớm.", "2026-11-02T18:00:00"),
        row("other", "Buýt 27 tăng chuyến", "Từ tuần sau xe chạy 38 lượt mỗi ngày.", "2026-11-02T18:00:00+07:00"),
        row("nothing", "", "", None),
        row("undated", "Buýt 27 tăng chuyến", "Từ tuần sau xe chạy 38 lượt mỗi ngày.", None),
    )  # fmt: skip
    assert code == 0
    by_name = {one["id"]: one for one in found}
    assert list(by_name) == ["later", "first", "words", "other", "nothing", "undated"]
    assert by_name["later"]["copy_of"] == "first", (
        "the earliest is the original, wherever it stands in the file"
    )
    assert [by_name[name]["copy_of"] for name in ("first", "words", "other", "nothing")] == [None] * 4
    assert by_name["undated"]["copy_of"] == "other"
    stories = {name: one["story"] for name, one in by_name.items()}
    assert stories["later"] == stories["first"] == stories["words"]
    assert stories["other"] == stories["undated"]
    assert len(set(stories.values())) == 3


def test_a_file_that_is_not_what_it_should_be_is_named_by_its_line(tmp_path: Path, capsys) -> None:
    good = row("a", "Một tin", "Nội dung.", None)
    code, found, err = run(capsys, tmp_path / "a.jsonl", good, row("b", "Hai", "Nội dung.", "hôm kia"))
    assert (code, found) == (1, [])
    assert "dòng 2" in err and "published_at" in err
    code, found, err = run(capsys, tmp_path / "b.jsonl", good, "{")
    assert (code, found) == (1, [])
    assert "dòng 2" in err
    assert run(capsys, tmp_path / "c.jsonl")[:2] == (0, [])


def test_whatever_stands_in_the_texts(tmp_path: Path, capsys) -> None:
    """Decomposed, without marks, glued, right to left, invisible, lone surrogates, very long: a line each, and the same group."""
    import unicodedata

    shown = [
        BODY,
        unicodedata.normalize("NFD", BODY),
        BODY.replace(" ", "\u200b "),
        BODY.replace("Ư", "Ƣ").replace("ư", "ƣ"),
        "\u202e" + BODY,
        "\ud800" + BODY,
    ]
    rows = [row(str(n), "Tin", text, f"2026-11-02T1{n}:00:00+07:00") for n, text in enumerate(shown)]
    odd = [
        row("long", "Dài", "chữ viết liền " * 15_000, None),
        row("glued", "Dính", "a" * 200_000, None),
        row("rtl", "שלום", "مرحبا \u202b" * 50, None),
        {"id": "numbers", "title": 5, "text": None},
    ]
    code, found, _ = run(capsys, tmp_path / "tin.jsonl", *rows, *odd)
    assert code == 0
    assert [one["copy_of"] for one in found] == [None, *["0"] * 5, None, None, None, None]
