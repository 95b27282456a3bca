"""``lamro gazetteer import`` and ``show``: units, links and names into the database, and a look at one unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.commands.output import print_json, print_table, terminal_safe
from config.gazetteer import take_file, take_shipped
from config.settings import load
from config.wiring import make_desk
from core.clock import VIETNAM
from core.errors import WrongUse
from core.queries import locality as queries

if TYPE_CHECKING:
    from core.services.gazetteer_import import Imported, Progress

_WHAT = {"units": "đơn vị", "links": "liên kết cũ → mới", "names": "tên gọi"}


def run_gazetteer_import(file: Path | None, *, as_json: bool) -> None:
    """Take in the shipped values, or those of a file; says what was new, what changed and what was left to the office."""
    desk = make_desk(load())
    with _progress(quiet=as_json) as progress:
        done = take_shipped(desk, progress) if file is None else take_file(desk, file, progress)
    if as_json:
        print_json(asdict(done) | {"changed": done.changed})
        return
    print(in_words(done))


def in_words(done: Imported) -> str:
    """The figures of an import in sentences."""
    if done.changed:
        said = (
            f"Danh mục địa bàn, bản {done.revision}: thêm {done.units_new} đơn vị, {done.links_new} liên kết cũ → mới, {done.names_new} tên gọi;"
            f" cập nhật {done.units_changed} đơn vị, {done.links_changed + done.links_gone} liên kết, bỏ {done.names_gone} tên gọi."
        )
    else:
        said = f"Danh mục địa bàn, bản {done.revision}: không có gì mới."
    if done.reread:
        said += f"\nTin đã lưu của {done.reread} địa bàn đang theo dõi sẽ được đọc lại theo tên mới; tiến độ ở màn hình Địa bàn."
    if done.renamed:
        said += f"\n{done.renamed} địa bàn đang theo dõi đổi tên theo danh mục; tên cũ vẫn được nhận ra."
    if done.left_alone:
        said += f"\nGiữ nguyên {done.left_alone} mục cơ quan đã sửa hoặc tắt."
    if done.offered:
        said += f"\n{done.offered} đơn vị có giá trị đi kèm khác với giá trị cơ quan đã sửa. Xem và chọn ở màn hình Địa bàn."
    return said


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A moving bar on a terminal, nothing elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(_WHAT[what], total=whole)
            bar.update(tasks[what], completed=done)

        yield tell


def run_gazetteer_show(code: str, on: str, *, as_json: bool) -> None:
    """A unit as it was on a day: names, what stood above it, what it was made of and became, further names."""
    desk = make_desk(load())
    day = _day(on) if on else desk.clock.now().astimezone(VIETNAM).date()
    with desk.store.read() as session:
        found = queries.sheet(session, code, day)
        alike = () if found is not None else queries.suggestions(session, code, limit=5)
    if found is None:
        hint = "; ".join(f"{row.id} {row.full_name}" for row in alike)
        raise WrongUse(
            f"Danh mục không có đơn vị mang mã {code} ngày {day:%d/%m/%Y}."
            + (f" Có phải: {hint}?" if hint else " Ví dụ: 11131 là xã Chí Minh, thành phố Hải Phòng."),
            f"The gazetteer has no unit with code {code} on {day.isoformat()}.",
        )
    if as_json:
        print_json(_json(found, day))
        return
    print(f"{found.unit.id}  {found.full_name}")
    print(f"Ngày xem: {day:%d/%m/%Y}. Hiệu lực: {_period(found.unit.valid_from, found.unit.valid_to)}.")
    if found.unit.note or found.unit.source:
        print("; ".join(part for part in (found.unit.source, found.unit.note) if part))
    for title, lines in (("Trước đó", found.before), ("Sau đó", found.after)):
        if lines:
            print(f"\n{title}:")
            for line in lines:
                until = f"đến {line.unit.valid_to:%d/%m/%Y}" if line.unit.valid_to else ""
                print(
                    f"  {line.unit.id}  {line.full_name}  ({', '.join(filter(None, (NATURES[line.nature], until)))})"
                )
    if found.names:
        print()
        print_table(
            "Tên gọi khác",
            ("Loại", "Tên", "Ngôn ngữ", "Từ", "Đang dùng"),
            (
                (
                    NAME_NATURES[row.nature],
                    terminal_safe(f"{row.type} {row.text}".strip()),
                    row.language,
                    "đi kèm" if row.origin == "shipped" else "cơ quan",
                    "có" if row.active else "tắt",
                )
                for row in found.names
            ),
        )
    if found.namesakes:
        print(f"Cùng tên: {'; '.join(f'{row.id} {row.full_name}' for row in found.namesakes[:10])}")


NATURES = {
    "merged": "nhập",
    "split": "tách, một phần",
    "renamed": "đổi tên",
    "type_changed": "đổi loại",
    "continued": "giữ nguyên",
}
NAME_NATURES = {
    "former": "tên cũ",
    "village": "thôn, làng",
    "landmark": "địa danh",
    "institution": "cơ quan, cơ sở",
    "byname": "tên quen gọi",
    "abbreviation": "viết tắt",
    "foreign": "tiếng nước ngoài",
    "near": "nơi ở gần",
    "excluded": "loại trừ",
}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(
            f"Ngày {text} không đúng: cần dạng 2025-06-30.",
            f"{text} is no day: it needs the form 2025-06-30.",
        ) from error


def _period(start: date | None, end: date | None) -> str:
    begun = f"từ {start:%d/%m/%Y}" if start else "không rõ ngày bắt đầu"
    return f"{begun}, {f'đến {end:%d/%m/%Y}' if end else 'đến nay'}"


def _json(found: queries.Sheet, day: date) -> dict[str, Any]:
    def line(row: queries.Line) -> dict[str, Any]:
        return {"id": row.unit.id, "name": row.full_name, "nature": row.nature, **row.unit.values()}

    return {
        "id": found.unit.id,
        "code": found.unit.code,
        "on": day.isoformat(),
        "full_name": found.full_name,
        **found.unit.values(),
        "source": found.unit.source,
        "parents": [{"id": unit.id, "name": unit.typed_name} for unit in found.parents],
        "before": [line(row) for row in found.before],
        "after": [line(row) for row in found.after],
        "names": [
            {
                "nature": row.nature, "text": row.text, "language": row.language, "type": row.type,
                "until": None if row.until is None else row.until.isoformat(), "origin": row.origin, "active": row.active,
            }
            for row in found.names
        ],
        "namesakes": [{"id": row.id, "name": row.full_name} for row in found.namesakes],
    }  # fmt: skip
