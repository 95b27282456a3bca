"""The command line as a newcomer meets it: before init, with words it does not know, and the first steps after init."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer.main

from config.cli import app, main
from config.commands.usage import sentence
from core.rules.need import SHIPPED
from core.rules.vocabulary import Role
from crawlers.registry import all_kinds
from tests.fixtures.product import begin

#: every command → arguments that are right but for the missing home; None: it needs none, or makes its own
COMMANDS: dict[str, list[str] | None] = {
    "init": None, "match": None, "cluster": None, "extract": None, "feed": None, "demo": None,
    "serve": [], "schedule": [], "worker": [], "crawl": [], "items": ["--json"], "import": ["FILE"], "search": ["đê"], "doctor": [], "digest": [], "reindex": [], "verify": [],
    "sources": [], "sources add": ["--url", "https://ben-do.example/rss", "--kind", "feed"], "sources kinds": [], "sources import": ["FILE"],
    "sources token": ["kind.facebook"], "sources export": ["-"], "capture list": [], "capture show": ["1"],
    "backup": ["FILE"], "restore": None, "migrate-to": ["postgresql+psycopg://lamro:x@127.0.0.1:5432/lamro"],
    "gazetteer import": [], "gazetteer show": ["11131"], "need show": [], "need refit": [],
    "users": [], "users add": ["hanh", "--role", "officer"], "users reset": ["hanh"],
}  # fmt: skip


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("LAMRO_HOME", str(tmp_path / "nhà"))
    monkeypatch.setenv("LAMRO_ENV", "test")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "nhà"


@pytest.fixture
def begun(home) -> Path:
    return begin(home)


def test_every_command_is_in_the_table():
    def walk(command, name):
        inner = getattr(command, "commands", {})
        here = [name] if not inner or command.invoke_without_command else []
        return here + [
            one for key, child in inner.items() for one in walk(child, f"{name} {key}" if name else key)
        ]

    assert sorted(COMMANDS) == sorted(walk(typer.main.get_command(app), ""))


@pytest.mark.parametrize("command", [name for name, arguments in COMMANDS.items() if arguments is not None])
def test_without_init_every_command_says_what_to_run_first(home, tmp_path, capsys, command):
    file = tmp_path / "tin.jsonl"
    file.write_text("", encoding="utf-8")
    arguments = [str(file) if word == "FILE" else word for word in COMMANDS[command] or []]
    code, out, err = run(capsys, *command.split(), *arguments)
    line = f"Chưa có dữ liệu trong {home}. Chạy trước: lamro init --locality MÃ, ví dụ 11131."
    assert code == 1
    if command == "doctor":
        assert out.splitlines()[0] == f"HỎNG  Cơ sở dữ liệu: {line}"
    else:
        assert err == f"Lỗi: {line}\n       (No database in {home}. Run lamro init --locality CODE first.)\n"
        assert out == ""
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "vietnamese", "english"),
    [
        (["xyz"], "Không có lệnh xyz.", "No such command 'xyz'."),
        (["users", "ad"], "Không có lệnh ad. Có phải 'add'?", "Did you mean 'add'?"),
        (["items", "--bogus"], "Không có tùy chọn --bogus.", "No such option: --bogus"),
        (["items", "--sourc", "a"], "Không có tùy chọn --sourc. Những tùy chọn gần giống: --", "--source"),
        (["sources", "add"], "Thiếu tùy chọn '--url'.", "Missing option '--url'."),
        (["search"], "Thiếu tham số 'query'.", "Missing argument 'query'."),
        (["sources", "add", "--url"], "Tùy chọn '--url' cần một giá trị đi sau.", "requires an argument"),
        (["items", "--json=1"], "Tùy chọn '--json' không nhận giá trị.", "does not take a value"),
        (["users", "reset", "a", "b"], "Thừa tham số: b.", "unexpected extra argument"),
        (["import", "không.jsonl"], "Không có tệp 'không.jsonl' (tham số 'file').", "does not exist"),
        (["sources", "import", "."], "là thư mục; 'file' cần một tệp.", "is a directory"),
        (["items", "--limit", "0"], "Giá trị của '--limit' phải từ 1 trở lên.", "greater than or equal to 1"),
        (["serve", "--port", "70000"], "Giá trị của '--port' không được quá 65535.", "less than or equal to 65535"),
        (["items", "--limit", "ba"], "Giá trị của '--limit' phải là số nguyên.", "valid integer"),
    ],
)  # fmt: skip
def test_wrong_use_is_said_in_both_languages_and_answers_2(home, capsys, arguments, vietnamese, english):
    code, out, err = run(capsys, *arguments)
    first, second, *_ = err.splitlines()
    assert (code, out) == (2, "")
    assert first.startswith("Lỗi: ") and vietnamese in first
    assert second.startswith("       (") and english in second
    assert "Error" not in err and "Usage:" not in err


def test_help_pages_are_in_vietnamese_first(capsys):
    code, page, _ = run(capsys, "users", "add", "--help")
    assert code == 0
    assert page.startswith("Cách dùng (usage): lamro users add ")
    assert "Tùy chọn (options):" in page and "Hiện hướng dẫn này." in page and "[bắt buộc]" in page
    assert [word for word in ("Usage:", "Options:\n", "Show this", "[required]") if word in page] == []
    assert [role for role in Role if role not in page] == []
    code, out, page = run(capsys)
    assert (code, out) == (2, "") and page.startswith("Cách dùng") and "Các lệnh (commands):" in page


def test_a_sentence_of_the_parser_that_is_not_known_is_still_said():
    assert sentence("Something quite new.") == "Lệnh viết chưa đúng."


def test_the_weights_are_named_in_vietnamese_with_their_key(begun, capsys):
    code, out, _ = run(capsys, "need", "show")
    assert code == 0 and "Tầm lan truyền của nguồn [reach]" in out and "cần xem lại [check] 0.6" in out
    assert [part for part in SHIPPED if f"[{part}]" not in out] == []


@pytest.mark.long
def test_an_index_without_items_is_not_called_good(begun, capsys):
    assert "HỎNG  Chỉ mục" not in run(capsys, "doctor")[1]
    file = begun / "tin.jsonl"
    file.write_text(
        json.dumps(
            {
                "url": "https://ben-do.example/1",
                "title": "Xã Chí Minh họp thôn",
                "text": "Xã Chí Minh, Hải Phòng họp thôn.",
            }
        ),
        encoding="utf-8",
    )
    assert run(capsys, "import", str(file))[0] == 0
    for part in begun.glob("index.db*"):
        part.unlink()
    code, out, _ = run(capsys, "doctor")
    assert code == 1 and "HỎNG  Chỉ mục tìm kiếm" in out, out
    assert "lamro reindex" in out
    assert run(capsys, "reindex")[0] == 0
    assert re.search(r"^tốt +Chỉ mục tìm kiếm: .*: 1 tin", run(capsys, "doctor")[1], re.MULTILINE)


def test_an_account_goes_into_the_office_that_init_made(begun, capsys):
    _, out, _ = run(capsys, "users", "add", "hanh", "--role", "officer")
    assert "Đã thêm hanh vào cơ quan xã Chí Minh (mã 11131)." in out
    # An office that is begun later, though it was made earlier as the one above, is not the first.
    assert run(capsys, "init", "--locality", "31", "--admin", "tren")[0] == 0
    run(capsys, "users", "add", "minh", "--role", "officer")
    _, out, _ = run(capsys, "users", "add", "lan", "--role", "clerk", "--unit", "31")
    assert "Hải Phòng (mã 31)" in out
    table = run(capsys, "users")[1]
    assert "cán bộ" in table and "officer" not in table
    rows = {row["username"]: row["locality"] for row in json.loads(run(capsys, "users", "--json")[1])}
    assert rows == {"quantri": "11131", "hanh": "11131", "minh": "11131", "tren": "31", "lan": "31"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["users", "add", "a", "--role", "sep"], [f"{Role.OFFICER}: cán bộ theo dõi", *Role]),
        (["users", "add", "a", "--role", "officer", "--unit", "38"], ["11131 xã Chí Minh", "lamro init"]),
        (["sources", "add", "--url", "https://a.example/", "--kind", "feeeed"], ["page: một trang", *all_kinds()]),
        (["crawl", "--url", "https://a.example/", "--kind", "feeeed"], ["page: một trang", *all_kinds()]),
        (["init", "--locality", "99999"], ["99999", "11131"]),
        (["digest", "--week", "2026-99"], ["2026-99", "2026-W47"]),
        (["digest", "--week", "2025-W53"], ["2025-W53"]),
        (["digest", "--format", "pdf"], ["docx"]),
        (["digest", "--locality", "38"], ["11131"]),
        (["search", "đê", "--sort", "hay"], ["score"]),
        (["items", "--since", "hôm qua"], ["ISO 8601"]),
        (["capture", "show", "1", "--body", "--text"], ["--headers"]),
    ],
)  # fmt: skip
def test_a_word_that_is_not_known_answers_2_and_the_known_ones_are_named(begun, capsys, arguments, said):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert [word for word in said if word not in err] == []


def test_a_feed_file_that_cannot_be_read_is_a_json_line_with_a_plain_sentence(home, tmp_path, capsys):
    (tmp_path / "hỏng.xml").write_bytes(b"\x00\x01")
    code, out, _ = run(capsys, "feed", "thiếu.xml", ".", "hỏng.xml")
    missing, folder, broken = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert missing == {
        "file": "thiếu.xml",
        "error": "Không có tệp thiếu.xml. Kiểm tra lại tên và đường dẫn. (There is no file thiếu.xml.)",
    }
    assert folder["error"] == ". là thư mục, cần một tệp. (. is a directory, not a file.)"
    assert set(broken) == {"file", "error"} and re.fullmatch(r".+ \([A-Z].+\)", broken["error"])


def test_a_digest_file_goes_into_the_home_unless_a_file_is_named(begun, tmp_path, capsys):
    before = sorted(tmp_path.iterdir())
    code, out, _ = run(capsys, "digest", "--week", "2026-W46", "--format", "docx")
    made = begun / "outgoing" / "ban-tin-2026-W46-11131.docx"
    assert (code, out) == (0, f"Đã ghi {made}\n")
    assert made.read_bytes()[:2] == b"PK"
    assert sorted(tmp_path.iterdir()) == before
    named = tmp_path / "tuần.docx"
    code, out, _ = run(capsys, "digest", "--week", "2026-W46", "--format", "docx", "--out", str(named))
    assert (code, out, named.read_bytes()[:2]) == (0, f"Đã ghi {named}\n", b"PK")
    code, _, err = run(
        capsys, "digest", "--week", "2026-W46", "--format", "docx", "--out", str(tmp_path / "không/a.docx")
    )
    assert code == 1 and "Không ghi được" in err


def test_sources_speak_vietnamese_in_the_table_and_their_words_in_json(begun, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    run(capsys, "sources", "add", "--url", "https://ben-do.example/rss", "--kind", "feed", "--id", "ben-do")
    (row,) = json.loads(run(capsys, "sources", "--json")[1])
    assert (row["state"], row["outcome"]) == ("new", "")
    # A read that is refused on the way: nothing of this name can be reached.
    run(capsys, "crawl", "--source", "ben-do", "--json")
    (row,) = json.loads(run(capsys, "sources", "--json")[1])
    _, table, _ = run(capsys, "sources")
    words = {"failed": "không đọc được", "refused": "bị từ chối"}
    assert words[row["outcome"]] in table and row["outcome"] not in table
    states = {"failing": "Lỗi", "new": "Chưa đọc lần nào"}
    assert states[row["state"]] in table and row["state"] not in table


def test_a_search_without_a_hit_says_what_to_try(begun, capsys):
    code, out, _ = run(capsys, "search", "không-có-từ-này")
    assert code == 0
    assert (
        "Không có tin nào khớp 'không-có-từ-này'" in out and "lamro items" in out and "Nothing found" in out
    )
    assert json.loads(run(capsys, "search", "không-có-từ-này", "--json")[1]) == {"total": 0, "hits": []}
