"""``lamro verify``: evidence, audit chain and index against the store; what can be mended is mended on request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from config.commands.indexing import progress_bar
from config.commands.output import print_json
from config.indexing import follow, level
from config.settings import load
from config.wiring import make_desk
from core.errors import LamroError, WrongUse

if TYPE_CHECKING:
    from core.services.desk import Desk
    from core.services.index_check import IndexFindings
    from core.services.verifying import KeptFindings

PARTS = {"", "index", "evidence"}
#: so many numbers are named; the rest is counted
_NAMED = 10


def run_verify(part: str, *, mend: bool, as_json: bool) -> int:
    """0: everything is as it should be, or was mended; 1: something is wrong, and the sentence says what to do."""
    if part not in PARTS:
        raise WrongUse(
            f"--only {part!r}: chọn index (chỉ mục) hoặc evidence (bằng chứng và nhật ký).",
            "--only must be index or evidence.",
        )
    desk = make_desk(load())
    good, told, said = True, {}, []
    if part in {"", "evidence"}:
        from core.services import verifying

        with progress_bar("Đối chiếu bằng chứng", quiet=as_json) as progress:
            kept = verifying.look(desk, progress)
        good = good and kept.good
        told["evidence"] = asdict(kept) | {"good": kept.good}
        said += _kept_sentences(kept)
    if part in {"", "index"} and desk.index is not None:
        index_good, index_told, index_said = _index(desk, mend=mend, quiet=as_json)
        good = good and index_good
        told["index"] = index_told
        said += index_said
    if as_json:
        print_json({"good": good, **told})
    else:
        print("\n".join(said))
    return 0 if good else 1


def _index(desk: Desk, *, mend: bool, quiet: bool) -> tuple[bool, dict[str, Any], list[str]]:
    from core.services import index_check

    index = desk.index
    if index is None:
        raise TypeError("no index is configured")
    try:
        with progress_bar("Đối chiếu chỉ mục", quiet=quiet) as progress:
            if mend:
                follow(desk)
            found = index_check.compare(desk, index, progress)
        if found.good or not mend:
            return found.good, _told(found, mended=False), _index_sentences(found)
        level(desk, found)
        after = index_check.compare(desk, index)
    except LamroError as error:
        return False, {"good": False, "error": error.en}, [f"HỎNG  Chỉ mục: {error.vi}"]
    said = [*_index_sentences(found, advice=False), "      Đã sửa; đối chiếu lại:", *_index_sentences(after)]
    return after.good, _told(after, mended=True) | {"before": _told(found, mended=False)}, said


def _told(found: IndexFindings, *, mended: bool) -> dict[str, Any]:
    return asdict(found) | {"good": found.good, "mended": mended}


def _line(good: bool, part: str, sentence: str) -> str:
    return f"{'tốt ' if good else 'HỎNG'}  {part}: {sentence}"


def _kept_sentences(kept: KeptFindings) -> list[str]:
    lines = [
        _line(
            not kept.changed_texts,
            "Tin",
            f"{kept.texts} tin, nội dung đúng như khi lưu"
            if not kept.changed_texts
            else f"{len(kept.changed_texts)} tin khác lúc lưu: {_numbers(kept.changed_texts)}",
        )
    ]
    wrong = len(kept.changed_captures) + len(kept.missing_captures)
    sentence = f"{kept.captures} bản chụp và tệp, dấu vân tay SHA-256 khớp"
    if wrong:
        parts = [
            f"{len(ids)} {words}: {_numbers(ids)}"
            for ids, words in ((kept.changed_captures, "bị đổi"), (kept.missing_captures, "mất tệp"))
            if ids
        ]
        sentence = "; ".join(parts)
    lines.append(_line(not wrong, "Bằng chứng", sentence))
    if kept.changed_texts or wrong:
        lines.append(
            "      → Không dùng những tin, bản chụp ấy làm căn cứ. Khôi phục từ bản sao lưu gần nhất; xem: lamro capture show SỐ"
        )
    lines.append(
        _line(
            kept.broken_at is None,
            "Nhật ký",
            f"{kept.audit_rows} dòng, chuỗi băm nguyên vẹn"
            if kept.broken_at is None
            else f"chuỗi băm sai từ dòng {kept.broken_at}: có người đã sửa nhật ký",
        )
    )
    if kept.broken_at is not None:
        lines.append("      → Giữ nguyên máy, báo người phụ trách an toàn thông tin.")
    return lines


def _index_sentences(found: IndexFindings, *, advice: bool = True) -> list[str]:
    if found.lost:
        lines = [_line(False, "Chỉ mục", f"{found.lost_vi} (kho có {found.stored} tin)")]
    elif found.good:
        lines = [_line(True, "Chỉ mục", f"{found.held} tin, khớp với kho")]
    else:
        parts = [
            f"{len(ids)} {words} ({_numbers(ids)})"
            for ids, words in (
                (found.missing, "thiếu"),
                ([number for number, _ in found.extra], "thừa"),
                (found.stale, "cũ"),
                (found.ahead, "mới hơn kho"),
            )
            if ids
        ]
        lines = [_line(False, "Chỉ mục", "; ".join(parts))]
    if found.refused:
        lines.append(f"      {len(found.refused)} tin máy tìm kiếm không nhận: {_numbers(found.refused)}")
    if found.waiting:
        lines.append(f"      {found.waiting} thay đổi còn chờ đưa vào, không phải lỗi.")
    if advice and not found.good:
        lines.append("      → Sửa: lamro verify --mend")
    return lines


def _numbers(ids: Sequence[int]) -> str:
    named = ", ".join(str(number) for number in ids[:_NAMED])
    return named + (f" và {len(ids) - _NAMED} số nữa" if len(ids) > _NAMED else "")
