"""The digest as .docx, for offices that file it: the same parts in the same order, in the official font."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.ports import WeeklyDigest

_TEXT_PT, _SMALL_PT, _TABLE_PT, _HEADING_PT, _TITLE_PT = 12.0, 11.0, 11.0, 13.0, 16.0


def digest_docx(digest: WeeklyDigest) -> bytes:
    """The file; equal input gives equal bytes."""
    from alerts.digests import wording
    from alerts.documents.package import new_document, to_bytes
    from alerts.documents.pages import lay_out

    file = new_document(
        title=f"{wording.title(digest)} · {digest.unit_name}",
        author=digest.unit_name,
        made_at=digest.made_at,
        size_pt=_TEXT_PT,
    )
    section = lay_out(file)
    for part in [
        *_opening(digest),
        *_criticism(digest),
        *_incidents(digest),
        *_trends(digest),
        *_rest(digest),
    ]:
        section.addprevious(part)
    return to_bytes(file)


def _text(
    text: str,
    *,
    size: float = _TEXT_PT,
    bold: bool = False,
    italic: bool = False,
    after: float = 4,
    keep: bool = False,
) -> Any:
    from alerts.documents.wordxml import paragraph, run
    from core.text.printable import line

    return paragraph(
        [run(line(text), size, bold=bold, italic=italic)], after_pt=after, spacing=1.08, keep_next=keep
    )


def _heading(text: str) -> Any:
    from alerts.documents.wordxml import paragraph, run
    from core.text.printable import line

    return paragraph([run(line(text), _HEADING_PT, bold=True)], before_pt=10, after_pt=4, keep_next=True)


def _bullets(texts: Sequence[str]) -> list[Any]:
    from alerts.documents.wordxml import paragraph, run
    from core.text.printable import line

    return [paragraph([run(f"- {line(text)}", _TEXT_PT)], left_mm=4, after_pt=3) for text in texts]


def _cell(*texts: tuple[str, bool]) -> list[Any]:
    from alerts.documents.wordxml import paragraph, run
    from core.text.printable import line

    kept = [(line(text), bold) for text, bold in texts if line(text)] or [("", False)]
    return [paragraph([run(text, _TABLE_PT, bold=bold)], before_pt=1.5, after_pt=1.5) for text, bold in kept]


def _table(widths: Sequence[float], titles: Sequence[str], rows: Sequence[Sequence[list[Any]]]) -> list[Any]:
    from alerts.documents.wordxml import paragraph, row, table

    made = table(widths, border_pt=0.5, cell_mm=1.5)
    made.append(row(widths, [_cell((title, True)) for title in titles], header=True))
    made.extend([row(widths, cells) for cells in rows])
    return [made, paragraph([], after_pt=4, mark_pt=1.0)]


def _opening(digest: WeeklyDigest) -> list[Any]:
    from alerts.digests import wording

    place = f"{digest.unit_name} · {', '.join(digest.localities)}" if digest.localities else digest.unit_name
    late = sum(row["tone"] == "late" for row in digest.criticism)
    figures = [("phản ánh đúng chờ trả lời", len(digest.criticism), f"{late} quá hạn")]
    figures += [(label, this, wording.change(this, before)) for label, this, before in digest.figures[:3]]
    widths = [40.0] * 4
    return [
        _text(place, size=_SMALL_PT, after=2),
        _text(wording.title(digest), size=_TITLE_PT, bold=True, after=2),
        _text(wording.span(digest), size=_SMALL_PT, after=6),
        _text(" ".join(digest.headline), bold=True, after=8),
        *_table(
            widths,
            [label for label, _, _ in figures],
            [[_cell((str(number), True), (words, False)) for _, number, words in figures]],
        ),
    ]


def _criticism(digest: WeeklyDigest) -> list[Any]:
    from alerts.digests import wording

    made = [_heading("1. Phản ánh đúng đang chờ trả lời")]
    if digest.criticism:
        rows = [
            [
                _cell(
                    (row["title"], True),
                    (f"{row['source']} · {row['items']} tin · chờ {row['days_waiting']} ngày", False),
                ),
                _cell((row["unit"], False)),
                _cell((row["due_words"], row["tone"] == "late"), (row["due_day"], False)),
            ]
            for row in digest.criticism
        ]
        made += _table((86, 40, 34), ("Nội dung", "Đơn vị trả lời", "Hạn"), rows)
    else:
        made.append(_text(wording.NOTHING_WAITS))
    if digest.buried:
        made.append(_text("Phản ánh để “Theo dõi” quá 7 ngày, cần xem lại:", bold=True, keep=True))
        made += _bullets(
            [
                f"{row['title']} ({row['source']}, từ {row['since_day']}, đã {row['days']} ngày)"
                for row in digest.buried
            ]
        )
    return [*made, _text(wording.answered(digest))]


def _incidents(digest: WeeklyDigest) -> list[Any]:
    from alerts.digests import wording

    made = [_heading("2. Vụ việc")]
    if not digest.incidents:
        return [*made, _text(wording.NO_INCIDENT)]
    rows = [
        [
            _cell(
                (row["title"], True),
                (
                    f"vụ {row['number']} · {row['state']}" + (" · không phản hồi" if row["silent"] else ""),
                    False,
                ),
                (row["result"], False),
            ),
            _cell((row["verdict"], False)),
            _cell(
                *[(clock["words"], clock["tone"] == "late") for clock in row["clocks"]]
                or [("không có hạn", False)]
            ),
        ]
        for row in digest.incidents
    ]
    return made + _table((72, 32, 56), ("Vụ", "Kết luận", "Thời hạn"), rows)


def _trends(digest: WeeklyDigest) -> list[Any]:
    days = [row for row in digest.trends if row["kind"] == "day"]
    sources = [row for row in digest.trends if row["kind"] == "source"]
    widths = [34.0, *[18.0] * len(days)]
    week = [_cell(("Tuần này", False)), *[_cell((str(row["this"]), True)) for row in days]]
    before = [_cell(("Tuần trước", False)), *[_cell((str(row["before"]), False)) for row in days]]
    made = [_heading("3. Xu hướng")]
    if days:
        made += _table(widths, ["Tin mỗi ngày", *[str(row["label"]) for row in days]], [week, before])
    if sources:
        named = "; ".join(f"{row['label']} {row['this']} (tuần trước {row['before']})" for row in sources)
        made.append(_text(f"Nguồn nhiều tin nhất: {named}."))
    return made


def _rest(digest: WeeklyDigest) -> list[Any]:
    from alerts.digests import wording

    return [
        _heading("4. Bảy ngày tới"),
        *_bullets(digest.upcoming or (wording.NOTHING_AHEAD,)),
        _heading(f"5. Những gì chưa theo dõi được ({wording.silent_sources(digest)})"),
        *_bullets(
            [f"{row['name']}: {row['sentence']}" for row in digest.not_watched] or [wording.ALL_WATCHED]
        ),
        *([_text(digest.missed)] if digest.missed else []),
        _text(digest.method, size=_SMALL_PT, italic=True, after=3),
        _text(f"Mã nhật ký khi lập: {digest.audit_head}", size=_SMALL_PT, after=0),
    ]
