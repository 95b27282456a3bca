"""``lamro search``, ``doctor``, ``digest``: find, say what is wrong, print the week."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from config.commands.output import print_json, print_table, short_time
from config.offices import office_of
from config.settings import Settings, load
from config.wiring import make_desk, make_index
from core.clock import VIETNAM
from core.errors import Invalid, LamroError, WrongUse
from core.finding import Filters, SortOrder
from core.queries import exports
from core.services import searching
from core.services.desk import Desk

_SORTS: dict[str, SortOrder] = {"date": "newest", "published": "published", "score": "score", "need": "need"}


def run_search(query: str, limit: int, sort: str, backend: str, *, as_json: bool) -> None:
    """The review app's search over everything stored."""
    if sort not in _SORTS:
        raise WrongUse(
            f"--sort {sort!r}: chọn một trong {', '.join(_SORTS)}.",
            f"--sort must be one of {', '.join(_SORTS)}.",
        )
    if backend not in {"", "fts5", "elasticsearch"}:
        raise WrongUse("--backend: chọn fts5 hoặc elasticsearch.", "--backend must be fts5 or elasticsearch.")
    desk = make_desk(load(), backend=backend or None)
    found = searching.search(
        desk, None, query, Filters(), sort=_SORTS[sort], limit=limit, offset=0, facets=False
    )
    if as_json:
        print_json(
            {
                "total": found.total,
                "hits": [
                    {
                        "id": hit.id,
                        "url": hit.url,
                        "title": hit.title,
                        "published_at": hit.published_at,
                        "excerpt": "".join(text for text, _ in hit.excerpt),
                    }
                    for hit in found.hits
                ],
            }
        )
        return
    if found.banner:
        print(found.banner)
    if not found.total:
        print(
            f"Không có tin nào khớp {query!r}. Thử ít từ hơn, bỏ dấu ngoặc kép, viết OR giữa các từ;"
            " xem tin đã lưu: lamro items; đọc nguồn ngay: lamro crawl.\n"
            "(Nothing found. Try fewer words, no quotes, or OR between them; see what is stored: lamro items.)"
        )
        return
    print_table(
        f"{found.total} tin",
        ("Số", "Đăng lúc", "Tiêu đề", "Đoạn khớp"),
        (
            (hit.id, short_time(hit.published_at), hit.title, "".join(text for text, _ in hit.excerpt))
            for hit in found.hits
        ),
    )


#: sources that are named one by one; the rest is counted
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    part: str
    ok: bool
    sentence: str
    to_do: str = ""


def run_doctor(*, as_json: bool) -> int:
    """Look at every part; 1 when something is wrong. Each finding says what to do."""
    findings = list(_examine())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "HỎNG" if not finding.ok else "NÊN " if finding.to_do else "tốt "
            print(f"{mark}  {finding.part}: {finding.sentence}")
            if finding.to_do:
                print(f"      → {finding.to_do}")
    return 0 if all(finding.ok for finding in findings) else 1


def _examine() -> list[Finding]:
    try:
        settings = load()
    except LamroError as error:
        return [Finding("Cấu hình", False, error.vi)]
    findings = [Finding("Cấu hình", True, f"môi trường {settings.env}, thư mục {settings.home}")]
    free = shutil.disk_usage(settings.home if settings.home.exists() else Path()).free / 2**30
    findings.append(
        Finding(
            "Ổ đĩa",
            free > 1,
            f"còn {free:.1f} GB",
            "" if free > 1 else "Dọn ổ đĩa: dưới 1 GB hệ thống ngừng đọc nguồn.",
        )
    )
    try:
        desk = make_desk(settings)
    except LamroError as error:
        # First, since nothing else matters until it is mended; its sentence says what to run.
        return [Finding("Cơ sở dữ liệu", False, error.vi), *findings]
    for part, look in (
        ("Cơ sở dữ liệu", _database),
        ("Nhật ký", _audit),
        ("Chỉ mục tìm kiếm", _index),
        ("Nguồn tin", _sources),
        ("Bộ lịch", _scheduler),
        ("Thư điện tử", _mail),
        ("Hộp thư tiếp nhận", _inbox),
        ("Phông chữ", _fonts),
        ("Liên hệ của bộ đọc tin", _contact),
    ):
        findings.append(_guard(part, look, desk, settings))
    return findings


def _guard(part: str, look: Callable[[Desk, Settings], Finding], desk: Desk, settings: Settings) -> Finding:
    try:
        return look(desk, settings)
    except LamroError as error:
        return Finding(part, False, error.vi)


def _database(desk: Desk, settings: Settings) -> Finding:
    from core.records.migrate import integrity

    fault = integrity(desk.store)
    return Finding(
        "Cơ sở dữ liệu",
        not fault,
        fault or f"{desk.store.dialect}, nguyên vẹn",
        "Khôi phục từ bản sao lưu gần nhất." if fault else "",
    )


def _audit(desk: Desk, settings: Settings) -> Finding:
    from core.services import audit

    with desk.store.read() as session:
        bad = audit.verify_chain(session)
    return Finding(
        "Nhật ký",
        bad is None,
        "chuỗi băm nguyên vẹn" if bad is None else f"chuỗi băm sai từ dòng {bad}: có người đã sửa nhật ký",
        "" if bad is None else "Giữ nguyên máy, báo người phụ trách an toàn thông tin.",
    )


def _index(desk: Desk, settings: Settings) -> Finding:
    from core.services import outbox

    index = make_index(settings)
    stats = index.stats()
    told = outbox.last_seq(desk)
    behind = told - stats.last_seq
    if told and not stats.documents:
        return Finding(
            "Chỉ mục tìm kiếm",
            False,
            f"{stats.engine}: chưa có tin nào trong chỉ mục, {behind} thay đổi chờ đưa vào",
            "Chạy: lamro reindex",
        )
    return Finding(
        "Chỉ mục tìm kiếm", True, f"{stats.engine}: {stats.documents} tin, còn {behind} thay đổi chờ đưa vào"
    )


def _sources(desk: Desk, settings: Settings) -> Finding:
    rows = [row for row in exports.sources(desk) if row.enabled]
    bad = [row for row in rows if row.state in {"failing", "silent", "disabled"}]
    if not rows:
        return Finding(
            "Nguồn tin",
            False,
            "chưa có nguồn nào đang bật",
            "Thêm nguồn: lamro sources add --url … --kind feed",
        )
    silent = sum(row.state == "silent" for row in bad)
    counts = f"{len(rows)} nguồn đang bật, {len(bad) - silent} nguồn lỗi, {silent} nguồn im lặng"
    named = "; ".join(f"{row.name}: {row.sentence.rstrip('.')}" for row in bad[:_NAMED])
    more = f"; và {len(bad) - _NAMED} nguồn nữa (lamro sources)" if len(bad) > _NAMED else ""
    return Finding(
        "Nguồn tin",
        not bad,
        f"{counts}{'; ' if bad else ''}{named}{more}",
        "; ".join(f"{row.name}: {row.advice.rstrip('.')}" for row in bad[:_NAMED]),
    )


def _scheduler(desk: Desk, settings: Settings) -> Finding:
    from core.services import leases

    with desk.store.read() as session:
        held = leases.holder(session, "scheduler")
    return Finding(
        "Bộ lịch",
        bool(held),
        f"đang chạy ({held})" if held else "không chạy",
        "" if held else "Chạy: lamro serve (hoặc lamro schedule)",
    )


def _mail(desk: Desk, settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding(
            "Thư điện tử",
            True,
            "chưa đặt máy chủ thư; văn bản chỉ ra thư mục",
            "Muốn gửi thư: đặt LAMRO_SMTP_HOST, LAMRO_MAIL_FROM.",
        )
    return Finding(
        "Thư điện tử",
        bool(settings.mail_from),
        f"qua {settings.smtp_host}:{settings.smtp_port}, từ {settings.mail_from or '(trống)'}",
    )


def _inbox(desk: Desk, settings: Settings) -> Finding:
    """The inbox for forwarded reports, as the scheduler last found it."""
    from config.wiring import make_mailbox
    from core.queries.mailbox import mailbox_health

    part = "Hộp thư tiếp nhận"
    mailbox = make_mailbox(settings)
    if mailbox is None:
        return Finding(part, True, "không đặt; tin nhận được nhập bằng tay")
    found = mailbox_health(desk, mailbox.name)
    if found is None:
        return Finding(
            part, True, f"{mailbox.name}: chưa xem lần nào", "Bộ lịch sẽ xem khi chạy: lamro serve"
        )
    if found.error_vi:
        return Finding(
            part, False, found.error_vi, "Sửa cấu hình rồi khởi động lại; thư vẫn nằm trong hộp thư."
        )
    return Finding(
        part, True, f"{mailbox.name}: {found.stored} thư đã thành tin, {found.refused} thư bị giữ riêng"
    )


def _fonts(desk: Desk, settings: Settings) -> Finding:
    tool = shutil.which("fc-list")
    if tool is None:
        return Finding(
            "Phông chữ",
            True,
            "không kiểm tra được (không có fontconfig); tệp .docx vẫn đúng trên máy có Times New Roman",
        )
    names = subprocess.run(
        [tool, ":", "family"], capture_output=True, text=True, check=False, timeout=30
    ).stdout
    good = "Times New Roman" in names or "Liberation Serif" in names
    return Finding(
        "Phông chữ",
        good,
        "có phông hợp Times New Roman" if good else "thiếu phông hợp Times New Roman",
        "" if good else "Cài gói fonts-liberation2.",
    )


def _contact(desk: Desk, settings: Settings) -> Finding:
    """Outlets are promised to learn from the user agent whom to write to; nothing fails without it, so it is a warning."""
    from crawlers.fetch.settings import user_agent

    part = "Liên hệ của bộ đọc tin"
    sent = user_agent({"LAMRO_CONTACT": settings.contact})
    if settings.env != "production":
        return Finding(part, True, f"{settings.env}: không đọc báo thật")
    if not settings.contact.strip():
        return Finding(
            part,
            True,
            "chưa đặt; tòa soạn không biết viết cho ai khi máy đọc trang của họ",
            "Đặt LAMRO_CONTACT bằng địa chỉ thư hoặc trang của cơ quan, ví dụ vanthu@xa.example.",
        )
    if settings.contact.strip() not in sent:
        return Finding(
            part,
            True,
            f"LAMRO_CONTACT có chữ có dấu hoặc quá dài nên bị cắt: {sent}",
            "Chỉ ghi địa chỉ thư hoặc trang của cơ quan, không dấu, tối đa 120 ký tự.",
        )
    return Finding(part, True, sent)


def run_digest(week: str, form: str, out: Path | None, locality: str) -> None:
    """Make (once) and print the weekly digest of an office."""
    from core.services import digest

    if form not in {"html", "docx"}:
        raise WrongUse("--format: chọn html hoặc docx.", "--format must be html or docx.")
    settings = load()
    desk = make_desk(settings)
    if not week:
        year, number, _ = (desk.clock.now().astimezone(VIETNAM) - timedelta(days=7)).isocalendar()
        week = f"{year}-W{number:02d}"
    found = re.fullmatch(r"(\d{4})-W(\d\d)", week, re.ASCII)
    try:
        if found is None:
            raise ValueError(week)
        date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise WrongUse(
            f"--week {week!r}: không có tuần này; viết như 2026-W47.",
            f"--week {week!r}: there is no such week; write it like 2026-W47.",
        ) from None
    office = office_of(desk, locality)
    made = exports.digest_file(desk, digest.make(desk, office.id, week))
    if form == "html" and out is None:
        sys.stdout.write(made.html)
        return
    target = out or settings.outgoing_path / f"ban-tin-{week}-{office.locality}.{form}"
    try:
        if out is None:
            target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(made.docx if form == "docx" else made.html.encode("utf-8"))
    except OSError as error:
        raise Invalid(
            f"Không ghi được {target}: {error.strerror}. Chọn tệp khác: --out TỆP.",
            f"{target} cannot be written: {error.strerror}. Choose another file: --out FILE.",
        ) from error
    print(f"Đã ghi {target}")
