"""``lamro verify``: every kind of harm is named in words, mended where that can be, and told by the exit code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.cli import main
from config.settings import load
from config.wiring import make_desk
from core.messages import ImportRow
from core.services import intake
from tests.fixtures.product import begin


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    return int(end.value.code or 0), capsys.readouterr().out


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAMRO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LAMRO_ENV", "test")
    begin(tmp_path / "home")
    desk = make_desk(load())
    rows = [
        ImportRow(
            url=f"http://ben-do.example/{n}",
            title=f"Khơi  thông kênh số {n}",
            text=f"Xã Chí Minh khơi thông kênh số {n}.\n\nBà con tổ {n * 7} cùng làm.",
            published_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for n in range(1, 6)
    ]
    intake.import_rows(desk, rows)
    path, _ = desk.captures.keep(b"%PDF-1.4 chung cu", ".pdf")
    with desk.store.write() as session:
        from core.records.item import Capture

        session.add(
            Capture(
                item_id=1,
                kind="upload",
                path=path,
                sha256=Path(path).stem.rpartition("/")[2],
                fetched_at=desk.clock.now(),
            )
        )
    desk.store.close()
    return tmp_path / "home"


def change(home: Path, statement: str, name: str = "lamro.db") -> None:
    with closing(sqlite3.connect((home / name).resolve())) as database, database:
        database.execute(statement)


def test_a_sound_home_and_an_index_that_was_never_made(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, "verify", "--only", "index")
    assert (code, "thay đổi còn chờ đưa vào" in said) == (0, True), said  # the scheduler has not run yet
    for path in home.glob("index*"):
        path.unlink()
    code, said = run(capsys, "verify")
    assert code == 1
    assert "HỎNG  Chỉ mục: Chưa có chỉ mục tìm kiếm, hoặc tệp của nó đã bị xóa" in said
    assert "(kho có 5 tin)" in said
    assert "lamro verify --mend" in said
    code, said = run(capsys, "verify", "--mend")
    assert (code, "HỎNG" in said) == (0, False), said
    assert "tốt   Chỉ mục: 5 tin, khớp với kho" in said
    assert "tốt   Tin: 5 tin" in said
    assert "tốt   Bằng chứng: 1 bản chụp" in said
    told = json.loads(run(capsys, "verify", "--json")[1])
    assert told["good"] is True
    assert told["evidence"]["audit_rows"] > 0


def test_one_byte_of_a_text_a_capture_or_the_log(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "reindex", "--json")
    change(home, "UPDATE item SET text = replace(text, 'tổ 14', 'tổ 15') WHERE id = 2")
    code, said = run(capsys, "verify", "--only", "evidence")
    assert code == 1
    assert "HỎNG  Tin: 1 tin khác lúc lưu: 2" in said
    kept = next(path for path in (home / "captures").rglob("*.pdf"))
    kept.write_bytes(b"%PDF-1.4 chung cU")
    code, said = run(capsys, "verify", "--only", "evidence", "--mend")
    assert code == 1, "evidence is never mended in silence"
    assert "HỎNG  Bằng chứng: 1 bị đổi: 1" in said
    kept.unlink()
    assert "1 mất tệp: 1" in run(capsys, "verify", "--only", "evidence")[1]
    change(home, "DROP TRIGGER IF EXISTS audit_no_update")
    with closing(sqlite3.connect(home / "lamro.db")) as database:
        names = [
            row[0]
            for row in database.execute(
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit'"
            )
        ]
        for name in names:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit SET act = 'nothing' WHERE id = 1")
        database.commit()
    assert "HỎNG  Nhật ký: chuỗi băm sai từ dòng 1" in run(capsys, "verify")[1]
    assert run(capsys, "verify", "--only", "index")[0] == 0


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM doc WHERE id = 3",  # the text index still finds it
        pytest.param("DELETE FROM doc_text WHERE id = 3", marks=pytest.mark.long),
        "UPDATE doc_text SET body_folded = 'khac' WHERE id = 2",  # past the text index
        pytest.param("INSERT INTO fts (fts) VALUES ('delete-all')", marks=pytest.mark.long),
        pytest.param("DROP TABLE fts", marks=pytest.mark.long),
    ],
)
def test_an_index_file_edited_by_hand_is_made_anew(
    home: Path, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    run(capsys, "reindex", "--json")
    assert run(capsys, "verify", "--only", "index")[0] == 0
    change(home, harm, "index.db")
    code, said = run(capsys, "verify", "--only", "index")
    assert code == 1, said
    code, said = run(capsys, "verify", "--only", "index", "--mend")
    assert code == 0, said
    assert json.loads(run(capsys, "search", "khơi thông", "--json")[1])["total"] == 5


def test_an_index_file_of_other_bytes_is_made_anew(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "reindex", "--json")
    real = (home / "index.db").resolve()
    for suffix in ("-wal", "-shm"):
        Path(f"{real}{suffix}").unlink(missing_ok=True)
    real.write_bytes(b"khong phai co so du lieu" * 400)
    assert json.loads(run(capsys, "search", "khơi thông", "--json")[1])["total"] == 5  # out of the store
    assert run(capsys, "verify", "--only", "index")[0] == 1
    assert run(capsys, "verify", "--only", "index", "--mend")[0] == 0


def test_wrong_use(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "verify", "--only", "kho")[0] == 2
    assert run(capsys, "reindex", "--backend", "solr")[0] == 2
