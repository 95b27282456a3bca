"""``lamro capture list`` and ``show``: what was kept, and a look at it that trusts neither the page nor the disk."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

from config.commands.output import print_json, print_table, short_time, terminal_safe
from config.settings import load
from config.wiring import make_desk
from core.errors import LamroError, WrongUse
from core.queries import capture as queries

STATES = {
    "intact": "Dấu vân tay SHA-256 khớp: đúng như khi lưu. (Intact.)",
    "changed": "CẢNH BÁO: tệp khác với lúc lưu, không dùng làm bằng chứng. Khôi phục từ bản sao lưu. (Changed since it was kept.)",
    "missing": "Tệp không còn trên đĩa. Khôi phục từ bản sao lưu. (The file is gone.)",
    "purged": "Tệp đã được xóa theo quy định, chỉ còn dòng ghi nhận. (Purged on purpose.)",
}


def run_capture_list(item: int, limit: int, *, as_json: bool) -> None:
    """Captures with their time, status and short hash."""
    with make_desk(load()).store.read() as session:
        rows = queries.lines(session, item or None, limit)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    print_table(
        f"{len(rows)} bản chụp",
        ("Số", "Tin", "Lúc", "Mã", "Byte", "SHA-256", "Địa chỉ"),
        (
            (
                row.id,
                row.item_id or "-",
                short_time(row.fetched_at),
                row.status or row.kind,
                row.body_bytes,
                row.sha256[:12],
                "(đã xóa)" if row.purged_at is not None else terminal_safe(row.url or row.path),
            )
            for row in rows
        ),
    )


def run_capture_show(capture_id: int, *, headers: bool, body: bool, text: bool, as_json: bool) -> int:
    """One capture. The state goes to stderr, so that ``--body`` can be piped; 1 unless the file is as it was written."""
    if headers + body + text > 1:
        raise WrongUse(
            "Chọn một trong --headers, --body, --text.", "Choose one of --headers, --body and --text."
        )
    desk = make_desk(load())
    with desk.store.read() as session:
        row = queries.line(session, capture_id)
    played = queries.play(desk.captures, row)
    if as_json:
        print_json(_json(played))
        return 0 if played.state == "intact" else 1
    print(STATES[played.state], file=sys.stderr)
    if headers:
        _print_headers(played)
    elif body:
        _write(played.data)
    elif text:
        _print_words(desk.reader, played)
    else:
        print_table(
            f"Bản chụp {row.id}",
            ("", ""),
            [(name, terminal_safe(str(value))) for name, value in _facts(played)],
        )
    return 0 if played.state == "intact" else 1


def _facts(played: queries.Played) -> list[tuple[str, Any]]:
    row = played.line
    offset = "không rõ" if row.clock_offset is None else f"{row.clock_offset} giây so với máy chủ"
    return [
        ("Tin", f"{row.item_id or '-'} {row.item_title}"),
        ("Địa chỉ", row.url),
        ("Đường đi", " → ".join(row.url_chain)),
        ("Lấy lúc", row.fetched_at.isoformat()),
        ("Đồng hồ lệch", offset),
        ("Mã trả lời", row.status),
        ("Máy chủ", row.peer),
        ("Chứng thư TLS", row.tls_sha256),
        ("Loại", row.content_type),
        ("Kích thước", f"{row.body_bytes} byte"),
        ("SHA-256 nội dung", row.sha256),
        ("SHA-256 tệp", row.file_sha256),
        ("Tệp", row.path),
        ("Đã xóa", "" if row.purged_at is None else f"{row.purged_at.isoformat()}: {row.purge_reason}"),
    ]


def _json(played: queries.Played) -> dict[str, Any]:
    page = played.page
    return asdict(played.line) | {
        "state": played.state,
        "found_sha256": played.found_sha256,
        "status_line": "" if page is None else page.status_line,
        "request_headers": [] if page is None else [list(pair) for pair in page.request_headers],
        "response_headers": [] if page is None else [list(pair) for pair in page.response_headers],
    }


def _print_headers(played: queries.Played) -> None:
    page = played.page
    if page is None:
        return
    lines = [f"> {name}: {value}" for name, value in page.request_headers]
    lines += [f"< {page.status_line}", *(f"< {name}: {value}" for name, value in page.response_headers)]
    print(terminal_safe("\n".join(lines)))


def _write(data: bytes) -> None:
    """Raw into a pipe or a file, escaped onto a terminal: a page must not be able to drive it."""
    if sys.stdout.isatty():
        print(terminal_safe(data.decode("utf-8", "replace")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _print_words(reader: Any, played: queries.Played) -> None:
    row = played.line
    try:
        if row.content_type.startswith("application/pdf"):
            found = reader.pdf(played.data)
        else:
            found = reader.page(played.data, row.content_type, row.url)
    except LamroError as error:
        print(f"{error.vi}\n({error.en})", file=sys.stderr)
        return
    print(terminal_safe("\n\n".join(part for part in (found.title, found.text) if part)))
