"""``lamro sources``: list, add, import, export."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from config.commands.output import one_a_line, print_json, print_table, short_time
from config.commands.source_settings import settings_of
from config.settings import load
from config.wiring import make_desk
from core.errors import Invalid, WrongUse
from core.queries import exports
from core.rules.vocabulary import SourceState
from core.services import source_import, sources
from core.services.desk import Desk
from core.services.source_files import MOST_BYTES, read, source_id_of, write_opml

#: faults of a file that are named one by one; the rest is counted
_NAMED = 50


def run_sources(*, as_json: bool) -> None:
    """Sources with their state and the sentence an officer sees."""
    rows = exports.sources(make_desk(load()))
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    from review_app.words import OUTCOMES, SOURCE_STATES

    print_table(
        f"{len(rows)} nguồn",
        ("Mã", "Tên", "Loại", "Trạng thái", "Lần đọc cuối", "Kết quả", "Tình trạng"),
        (
            (
                row.id,
                row.name,
                row.kind,
                SOURCE_STATES[SourceState(row.state)].label,
                short_time(row.last_run),
                OUTCOMES[row.outcome] if row.outcome else "-",
                row.sentence,
            )
            for row in rows
        ),
    )


def run_sources_add(url: str, kind: str, source_id: str, name: str, settings: Sequence[str] = ()) -> None:
    """Add a source that the schedule will read."""
    desk = make_desk(load())
    require_kind(desk, kind)
    made = sources.add_source(
        desk,
        None,
        sources.NewSource(
            id=source_id or source_id_of(url),
            name=name or urlsplit(url).netloc or url,
            kind=kind,
            url=url,
            rules=settings_of(desk.kinds, kind, settings),
        ),
    )
    print(f"Đã thêm nguồn {made}. Đọc thử ngay: lamro crawl --source {made}")


def require_kind(desk: Desk, kind: str) -> None:
    """Raises :class:`WrongUse` naming the kinds with their words unless there is such a kind of source."""
    known = desk.kinds.names()
    if kind in known:
        return
    from review_app.words import SOURCE_KINDS

    words = one_a_line((name, SOURCE_KINDS.get(name, name)) for name in known)
    raise WrongUse(
        f"Không có loại nguồn {kind}. Chọn trong:{words}",
        f"There is no kind of source {kind}. Choose one of the list above.",
    )


def run_sources_import(file: Path, *, dry_run: bool = False) -> int:
    """OPML or YAML in; a bad entry is named with its line and never stops the next. 1 when the file brought nothing."""
    if file.stat().st_size > MOST_BYTES:
        raise Invalid(
            f"{file.name} quá lớn ({file.stat().st_size / 1_000_000:.1f} MB, tối đa {MOST_BYTES // 1_000_000} MB). Chia tệp rồi nhập lại.",
            f"{file.name} is too large.",
        )
    desk = make_desk(load())
    found = source_import.preview(desk, read(file.read_bytes(), file.name))
    wrong = list(found.wrong)
    if dry_run:
        print(
            f"Xem trước: sẽ thêm {len(found.new)} nguồn, {len(found.there)} nguồn đã có, {len(wrong)} mục không nhận."
        )
        for one in found.new:
            if one.source is not None:
                print(f"  + dòng {one.line}: {one.source.name} ({one.source.kind}) {one.source.url}")
        added = len(found.new)
    else:
        made, refused = source_import.add(desk, None, found.new)
        added, wrong = len(made), wrong + refused
        print(f"Đã thêm {added} nguồn, {len(found.there)} nguồn đã có, {len(wrong)} mục không nhận.")
    for one in wrong[:_NAMED]:
        print(f"  - dòng {one.line}: {one.vi}")
    if len(wrong) > _NAMED:
        print(f"  … và {len(wrong) - _NAMED} mục nữa.")
    return 0 if added or found.there else 1


def run_sources_export(file: str) -> int:
    """Every source as OPML, into a file or to the standard output."""
    desk = make_desk(load())
    listed = sources.listed(desk)
    data = write_opml(listed, "Nguồn tin của Làm Rõ", format_datetime(desk.clock.now()))
    if file == "-":
        sys.stdout.buffer.write(data)
        return 0
    path = Path(file)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise Invalid(
            f"Không ghi được {path}: {error.strerror}. Chọn tệp khác hoặc thư mục ghi được.",
            f"{path} cannot be written: {error.strerror}.",
        ) from error
    print(f"Đã ghi {len(listed)} nguồn vào {path}.")
    return 0
