"""``lamro backup`` and ``restore``: what is brought back is what stood there at one moment, or nothing is brought back."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest

from config import backup
from config.cli import main
from config.settings import load
from config.wiring import make_desk
from core.messages import ImportRow
from core.services import intake
from tests.fixtures.product import begin

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out + told.err

    return command


def rows(first: int, last: int) -> list[ImportRow]:
    return [
        ImportRow(
            url=f"http://ben-do.example/{n}",
            title=f"Khơi thông kênh số {n}",
            text=f"Xã Chí Minh khơi thông kênh số {n}. Bà con tổ {n * 7} cùng làm.",
            published_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for n in range(first, last)
    ]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with five items, a capture and something sent."""
    home = tmp_path / "home"
    monkeypatch.setenv("LAMRO_HOME", str(home))
    monkeypatch.setenv("LAMRO_ENV", "test")
    begin(home)
    desk = make_desk(load())
    intake.import_rows(desk, rows(1, 6))
    path, digest = desk.captures.keep(b"%PDF-1.4 chung cu", ".pdf")
    with desk.store.write() as session:
        from core.records.item import Capture

        session.add(Capture(item_id=1, kind="upload", path=path, sha256=digest, fetched_at=desk.clock.now()))
    desk.store.close()
    (home / "outgoing" / "nơi nhận").mkdir(parents=True, exist_ok=True)
    (home / "outgoing" / "nơi nhận" / "thông cáo.docx").write_bytes(b"PK 1")
    (home / "serve.log").write_text("nhật ký", encoding="utf-8")
    return home


def contents(folder: Path) -> dict[str, str]:
    """Every file that counts, by its bytes; the database by what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name.startswith(("index", "lamro.db-", "serve", "scheduler", "manifest")):
            continue
        if name == "lamro.db":
            with closing(sqlite3.connect(path)) as database:
                data = "\n".join(database.iterdump()).encode()
        else:
            data = path.read_bytes()
        found[name] = hashlib.sha256(data).hexdigest()
    return found


def elsewhere(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    new = home.with_name("máy mới")
    monkeypatch.setenv("LAMRO_HOME", str(new))
    return new


def test_what_is_brought_back_is_what_was_saved(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(home)
    assert {"lamro.db", "secret.key", "outgoing/nơi nhận/thông cáo.docx"} <= set(before)
    code, said = run("backup", str(tmp_path / "usb"))
    assert code == 0, said
    (copy,) = (tmp_path / "usb").iterdir()
    assert contents(copy) == before
    assert copy.stat().st_mode & 0o077 == (copy / "lamro.db").stat().st_mode & 0o077 == 0
    new = elsewhere(monkeypatch, home)
    code, said = run("restore", str(tmp_path / "usb"))
    assert code == 0, said
    assert contents(new) == before
    assert (new / "secret.key").stat().st_mode & 0o077 == 0
    code, said = run("verify", "--mend")
    assert (code, "HỎNG" in said) == (0, False), said
    assert "5 tin, khớp với kho" in said


def test_a_copy_made_while_people_write_is_of_one_moment(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, begun, written = Event(), Event(), []

    def write() -> None:
        desk = make_desk(load())
        number = 100
        while not stop.is_set():
            intake.import_rows(desk, rows(number, number + 1))
            written.append(number)
            number += 1
            begun.set()
        desk.store.close()

    writer = Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        codes = [run("backup", str(tmp_path / "usb"), "--json")]
    finally:
        stop.set()
        writer.join()
    assert codes[0][0] == 0, codes
    elsewhere(monkeypatch, home)
    assert run("restore", str(tmp_path / "usb"))[0] == 0
    code, said = run("verify", "--only", "evidence")
    assert (code, "HỎNG" in said) == (0, False), said
    with closing(sqlite3.connect(tmp_path / "máy mới" / "lamro.db")) as database:
        held = {row[0] for row in database.execute("SELECT title FROM item")}
    numbers = sorted(int(title.rpartition(" ")[2]) for title in held)
    assert numbers[:5] == [1, 2, 3, 4, 5]
    assert numbers[5:] == written[: len(numbers) - 5]  # no gap: a moment, not a mixture
    assert numbers[5:]


def test_a_harmed_backup_brings_nothing_back(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("backup", str(tmp_path / "usb"))[0] == 0
    (whole,) = (tmp_path / "usb").iterdir()
    new = elsewhere(monkeypatch, home)
    pdf = next((whole / "captures").rglob("*.pdf")).relative_to(whole)
    harms: dict[str, tuple[Path, Callable[[bytes], bytes | None]]] = {
        "changed": (pdf, lambda held: held.replace(b"chung", b"khong")),
        "cut": (pdf, lambda held: held[:-1]),
        "missing": (pdf, lambda held: None),
        "list": (Path(backup.MANIFEST), lambda held: held[:-20]),
    }
    for harm, (relative, change) in harms.items():
        copy = tmp_path / "harmed" / harm
        shutil.copytree(whole, copy)
        changed = change((copy / relative).read_bytes())
        if changed is None:
            (copy / relative).unlink()
        else:
            (copy / relative).write_bytes(changed)
        code, said = run("restore", str(copy))
        assert (code, "Bản sao lưu hỏng" in said.replace("\n", " ")) == (1, True), (harm, said)
        assert relative.name in said.replace("\n", ""), harm
        assert not list(tmp_path.glob(f"{new.name}*")), harm


def test_a_list_that_points_outside_is_refused(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("backup", str(tmp_path / "usb"))[0] == 0
    (copy,) = (tmp_path / "usb").iterdir()
    new = elsewhere(monkeypatch, home)
    held = (copy / backup.MANIFEST).read_text(encoding="utf-8")
    for name in ("../ra-ngoai", "/tmp/ra-ngoai", "a/../../b", "C:\\x", "..\\x"):
        told = json.loads(held)
        told["files"][name] = told["files"]["secret.key"]
        (copy / backup.MANIFEST).write_text(json.dumps(told), encoding="utf-8")
        code, said = run("restore", str(copy))
        assert (code, "Bản sao lưu hỏng" in said.replace("\n", " ")) == (1, True), said
        assert not new.exists()


def test_nothing_is_overwritten(home: Path, tmp_path: Path, run: Run) -> None:
    assert run("backup", str(tmp_path / "usb"))[0] == 0
    before = contents(home)
    code, said = run("restore", str(tmp_path / "usb"))
    assert (code, "không ghi đè" in said.replace("\n", " ")) == (1, True), said
    assert contents(home) == before


def test_a_half_copy_is_never_taken_for_whole(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("backup", str(tmp_path / "usb"))[0] == 0
    (whole,) = (tmp_path / "usb").iterdir()
    # as a kill leaves it just before the last step, and newer than the whole one
    shutil.copytree(whole, tmp_path / "usb" / "lamro-29991231-235959.part")
    assert backup.latest(tmp_path / "usb") == whole
    written = backup._copy

    def full(source: Path, target: Path) -> tuple[int, str]:
        if source.suffix == ".pdf":
            raise OSError(28, "No space left on device")
        return written(source, target)

    monkeypatch.setattr(backup, "_copy", full)
    code, said = run("backup", str(tmp_path / "usb"))
    assert (code, "Không ghi được vào" in said.replace("\n", " ")) == (1, True), said
    assert [path.name for path in (tmp_path / "usb").iterdir()] == [whole.name]


def test_what_cannot_be_is_said_before_anything_is_written(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = run("backup", str(home / "saoluu"))
    assert (code, "nằm trong chính thư mục dữ liệu" in said.replace("\n", " ")) == (1, True), said
    assert not (home / "saoluu").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 9))
    code, said = run("backup", str(tmp_path / "usb"))
    assert (code, "Không đủ chỗ" in said.replace("\n", " ")) == (1, True), said
    assert list((tmp_path / "usb").iterdir()) == []
    code, said = run("restore", str(tmp_path / "usb"))
    assert code == 1
    elsewhere(monkeypatch, home)
    code, said = run("restore", str(tmp_path / "usb"))
    assert (code, "Không thấy bản sao lưu nào" in said.replace("\n", " ")) == (1, True), said
    monkeypatch.setenv("LAMRO_DATABASE_URL", "postgresql+psycopg://lamro@127.0.0.1:1/lamro")
    for command in ("backup", "restore"):
        code, said = run(command, str(tmp_path / "usb"))
        assert (code, "pg_" in said) == (1, True), said


def test_a_backup_of_a_newer_program_is_refused(
    home: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(home / "lamro.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    backup.save(load(), tmp_path / "usb")
    new = elsewhere(monkeypatch, home)
    code, said = run("restore", str(tmp_path / "usb"))
    assert (code, "mới hơn chương trình" in said.replace("\n", " ")) == (1, True), said
    assert not new.exists()
