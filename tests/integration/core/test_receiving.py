from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from core.errors import Forbidden, Invalid, RuleBroken
from core.ports import FileText
from core.records.audit import AuditRow
from core.records.item import Capture, Item, Mention, StoryLocality
from core.records.source import CrawlRequest
from core.rules.vocabulary import Role
from core.services import crawl_requests, intake
from core.services.desk import Actor, Desk
from core.services.intake import ReceivedText
from core.services.receiving import upload_kind
from tests.integration.core.conftest import DYKE, ELSEWHERE, START, StandingClock, candidate

GIVEN = ReceivedText(
    url="",
    title="",
    text="Cả xóm đang sơ tán vì vỡ đê, @nguoidan123 báo tin.",
    seen_where="Nhóm cư dân trên mạng xã hội",
    seen_at=START - timedelta(minutes=20),
    note="Bà con gửi ảnh chụp màn hình",
)


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "white").save(out, form)
    return out.getvalue()


def pdf(text: str = "", pages: int = 1, password: str = "") -> bytes:
    """A small PDF with one line of text, or blank pages."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    for _ in range(pages - 1):
        writer.add_blank_page(300, 300)
    if text:
        font = DictionaryObject(
            {NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"), NameObject("/BaseFont"): NameObject("/Helvetica"),
             NameObject("/Encoding"): NameObject("/WinAnsiEncoding")}
        )  # fmt: skip
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        content = DecodedStreamObject()
        content.set_data(b"BT /F1 12 Tf 10 200 Td (" + text.encode("cp1252", "replace") + b") Tj ET")
        page[NameObject("/Contents")] = content
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of few bytes that promises 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture
def officer(person: Callable[..., Actor]) -> Actor:
    return person("canbo", Role.OFFICER)


def test_a_text_by_hand_reaches_the_queue_with_its_picture(desk: Desk, officer: Actor) -> None:
    item_id = intake.receive_text(
        desk, officer, replace(GIVEN, upload=picture("PNG"), upload_name="../../anh.png")
    )
    with desk.store.read() as session:
        item = session.get_one(Item, item_id)
        assert (item.received_via, item.received_by, item.seen_where, item.band) == (
            "hand",
            officer.account_id,
            GIVEN.seen_where,
            "check",
        )
        assert item.seen_at == GIVEN.seen_at
        assert "nguoidan123" not in item.text + item.title
        mention = session.scalars(select(Mention).where(Mention.band == "check")).one()
        assert (mention.locality, mention.why[0]["code"]) == ("11131", "received_by_hand")
        assert session.scalars(select(StoryLocality)).one().story_id == item.story_id
        upload = session.scalars(select(Capture)).one()
        assert (upload.kind, upload.content_type, upload.item_id) == ("upload", "image/png", item_id)
        assert desk.captures.path(upload.path).read_bytes() == picture("PNG"), (
            "kept as it came, never rewritten"
        )
        row = session.scalars(select(AuditRow).where(AuditRow.act == "item.receive")).one()
        assert (row.object_id, row.content_sha256) == (str(item_id), item.content_sha256)
    assert intake.receive_text(desk, officer, GIVEN) == item_id, "the same text is the same item"


def test_a_text_of_a_known_address_does_not_overwrite_it(desk: Desk, officer: Actor, press: str) -> None:
    known = intake.take(desk, [candidate(press, 1, "Đê xã Chí Minh", DYKE)])[0].item_id
    given = replace(
        GIVEN, url="http://bao-a.example/1?fbclid=x", text="Tôi chép lại khác đi.", upload=pdf("Bản in.")
    )
    assert intake.receive_text(desk, officer, given) == known
    with desk.store.read() as session:
        item = session.get_one(Item, known)
        assert (item.text, item.edits) == (DYKE, 0)
        assert {c.kind for c in session.scalars(select(Capture))} == {"warc", "upload"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " \u200b"}, "text"),
        ({"text": "x" * 200_001}, "text"),
        ({"seen_where": ""}, "seen_where"),
        ({"seen_at": None}, "seen_at"),
        ({"seen_at": START + timedelta(hours=1)}, "seen_at"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"upload": b""}, "upload"),
        ({"upload": picture("PNG"), "upload_name": "cong-van.pdf"}, "upload"),
        ({"upload": b"%PDF-1.7 x"}, "upload"),
        ({"upload": picture("PNG"), "text": ""}, "text"),
        ({"upload": b"MZ\x90\x00"}, "upload"),
        ({"upload": b"<svg onload=alert(1)>"}, "upload"),
        ({"upload": b"\xff\xd8\xff" + b"broken"}, "upload"),
        ({"upload": bomb()}, "upload"),
        ({"upload": b"%PDF-" + b"0" * (20 * 1024 * 1024)}, "upload"),
    ],
)
def test_what_the_law_needs_is_asked_for_by_name(
    desk: Desk, officer: Actor, change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        intake.receive_text(desk, officer, replace(GIVEN, **change))  # type: ignore[arg-type]
    assert list(caught.value.fields) == [field]
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0
    assert desk.captures.kept == []  # type: ignore[attr-defined]


def test_everything_that_is_missing_is_said_at_once(desk: Desk, officer: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        intake.receive_text(desk, officer, ReceivedText("", "", "", "", None))
    assert set(caught.value.fields) == {"text", "seen_where", "seen_at"}


@pytest.mark.parametrize("marked", ["Số 12\nMẬT\nKính gửi", "TỐI MẬT", "TUYỆT MẬT"])
def test_marked_matter_never_enters(desk: Desk, officer: Actor, marked: str, store_url: str) -> None:
    secret = "kế hoạch phòng thủ khu vực"
    with pytest.raises(RuleBroken) as caught:
        intake.receive_text(desk, officer, replace(GIVEN, text=f"{marked}\n{secret}", upload=picture("JPEG")))
    assert caught.value.rule == "secrecy"
    assert desk.captures.kept == []  # type: ignore[attr-defined]
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0
        row = session.scalars(select(AuditRow).where(AuditRow.refused)).one()
        assert secret not in str(vars(row))
    if store_url.startswith("sqlite"):
        raw = b"".join(
            path.read_bytes() for path in Path(store_url.removeprefix("sqlite:///")).parent.glob("lamro.db*")
        )
        assert secret.encode() not in raw


def test_honey_is_no_secret(desk: Desk, officer: Actor) -> None:
    assert intake.receive_text(desk, officer, replace(GIVEN, text="Mật ong rừng và mật độ dân cư của xã."))


def test_only_staff_hand_in(desk: Desk, person: Callable[..., Actor]) -> None:
    admin = person("quantri", Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        intake.receive_text(desk, admin, GIVEN)
    with pytest.raises(Forbidden):
        intake.receive_link(desk, admin, "http://x.example/1", "báo", START)
    with desk.store.read() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.refused)).all()) == 2


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_pictures_by_their_first_bytes(form: str) -> None:
    assert upload_kind(picture(form))[1] == f"image/{form.lower()}"


def test_a_link_is_fetched_by_the_scheduler_and_becomes_an_item(
    desk: Desk, clock: StandingClock, officer: Actor
) -> None:
    request = intake.receive_link(
        desk, officer, "http://la.example/bai?utm_source=z", "Trang lạ", START - timedelta(hours=1), "xem"
    )
    taken = crawl_requests.take_requests(desk, "scheduler:h:1")
    assert [(one.request_id, one.kind, one.url) for one in taken] == [
        (request, "link", "http://la.example/bai?utm_source=z")
    ]
    found = candidate("link", 1, "Chuyện lạ", ELSEWHERE, url="http://la.example/bai")
    item_id = intake.take_link_result(desk, request, found)
    with desk.store.read() as session:
        item = session.get_one(Item, item_id)
        assert (item.received_via, item.seen_where, item.source_id, item.band) == (
            "hand",
            "Trang lạ",
            None,
            "check",
        )
        assert (item.seen_at, item.received_by) == (START - timedelta(hours=1), officer.account_id)
        row = session.get_one(CrawlRequest, request)
        assert (row.state, row.result) == (
            "done",
            {"item_id": item_id, "story_id": item.story_id, "outcome": "new"},
        )


def test_a_link_that_cannot_be_read_says_why(desk: Desk, officer: Actor) -> None:
    request = intake.receive_link(desk, officer, "http://la.example/bai", "Trang lạ", START)
    assert intake.take_link_result(desk, request, None, None) is None
    with desk.store.read() as session:
        row = session.get_one(CrawlRequest, request)
        assert row.state == "failed"
        assert "dán nội dung" in row.result["error_vi"]
    for url in ("", "ftp://x.example", "http://"):
        with pytest.raises(Invalid) as caught:
            intake.receive_link(desk, officer, url, "Trang lạ", START)
        assert list(caught.value.fields) == ["url"]


def test_a_pdf_is_read_behind_a_wall_and_becomes_an_item(desk: Desk, officer: Actor) -> None:
    given = replace(
        GIVEN,
        text="",
        title="",
        way="file",
        upload=pdf("Thong bao lich cat dien o Chi Minh"),
        upload_name="TB.PDF",
    )
    item_id = intake.receive_text(desk, officer, given)
    with desk.store.read() as session:
        item = session.get_one(Item, item_id)
        assert "Thong bao lich cat dien" in item.text and item.received_via == "file"
        upload = session.scalars(select(Capture)).one()
        assert (upload.content_type, upload.path.endswith(".pdf")) == ("application/pdf", True)
    assert intake.receive(desk, officer, given) == intake.ReceivedItem(item_id, known=True)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        (pdf(pages=2), "text", "không có chữ"),
        (pdf("Kin", password="matkhau"), "upload", "mật khẩu"),
        (pdf(pages=301), "upload", "300 trang"),
        (b"%PDF-1.4 " + b"(" * 5000, "upload", "hỏng"),
    ],
)
def test_a_pdf_that_cannot_be_taken_says_why(
    desk: Desk, officer: Actor, data: bytes, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        intake.receive_text(
            desk, officer, replace(GIVEN, text="", way="file", upload=data, upload_name="a.pdf")
        )
    assert words in caught.value.fields[field]
    assert desk.captures.kept == []  # type: ignore[attr-defined]


def test_a_marking_inside_a_pdf_never_enters(desk: Desk, officer: Actor) -> None:
    monkey = FileText("", "Số 12/BC\nTỐI MẬT\nphương án tác chiến", 1)

    class Reader:
        def pdf(self, data: bytes) -> FileText:
            return monkey

        def page(self, body: bytes, content_type: str, url: str) -> FileText:
            raise AssertionError

        article = page

    with pytest.raises(RuleBroken) as caught:
        intake.receive_text(
            replace(desk, reader=Reader()),
            officer,
            replace(GIVEN, way="file", upload=pdf(), upload_name="bc.pdf"),
        )
    assert caught.value.rule == "secrecy" and "Gọi ngay" in caught.value.lawful
    assert desk.captures.kept == []  # type: ignore[attr-defined]
    with desk.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0
        assert "tác chiến" not in str([vars(row) for row in session.scalars(select(AuditRow))])


def test_a_note_of_a_call_never_says_who_called(desk: Desk, officer: Actor) -> None:
    text = "Người dân ở thôn Văn Tố gọi từ 0912 345 678 (nhà riêng +84.225.3842.111) báo trạm bơm hỏng, thiệt hại 25.000.000 đồng, từ 12/11/2026."
    item_id = intake.receive_text(
        desk,
        officer,
        replace(
            GIVEN,
            text=text,
            note="gọi lại (0225) 3842 111",
            way="phone",
            seen_where="Điện thoại: thôn Văn Tố",
        ),
    )
    with desk.store.read() as session:
        item = session.get_one(Item, item_id)
        assert item.received_via == "phone"
        whole = item.title + item.text + item.note
        for number in ("0912", "345 678", "225.3842", "3842 111"):
            assert number not in whole
        assert "25.000.000 đồng" in item.text and "12/11/2026" in item.text
