"""Files that people hand in: size, type, name and content are judged before anything is kept, and nothing typed is lost."""

from __future__ import annotations

import hashlib
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from core.records.item import Capture, Item
from core.records.source import CrawlRequest
from core.text.urls import canonical_url
from tests.integration.core.test_receiving import bomb, pdf, picture

TYPED = "Có người nói xã Chí Minh, Hải Phòng thu phí vệ sinh hai lần trong một quý."


def send(someone, data=None, name="anh.png", **more):
    fields: dict[str, object] = {
        "kind": "file",
        "text": TYPED,
        "seen_where": "Nhóm thôn Bến",
        "seen_at": "13/9/2026 06:30",
        "note": "ghi chú còn nguyên",
    }
    fields |= more
    if data is not None:
        fields["upload"] = (io.BytesIO(data), name)
    return someone.post("/intake", fields, content_type="multipart/form-data")


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def nothing_kept(office):
    with office.desk.store.read() as session:
        assert session.scalar(select(Item.id).where(Item.received_via != "crawl")) is None
        assert session.scalar(select(Capture.id)) is None
    assert not (office.desk.captures.path("uploads")).exists()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "anh.png", "Tệp trống (0 byte)"),
        (b"MZ\x90\x00", "anh.png", "Chỉ nhận tệp ảnh JPG, PNG hoặc PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "anh.svg", "Chỉ nhận tệp ảnh"),
        (b"GIF89a<script>alert(1)</script>", "anh.gif", "Chỉ nhận tệp ảnh"),
        (picture("PNG"), "cong-van.pdf", "Tệp mang đuôi .pdf nhưng nội dung là PNG"),
        (picture("JPEG"), "anh.html", "Tệp mang đuôi .html nhưng nội dung là JPG"),
        (bomb(), "anh.png", "quá nhiều điểm ảnh"),
        (b"\xff\xd8\xff" + b"broken", "anh.jpg", "bị hỏng"),
        (pdf("x", password="p"), "a.pdf", "có mật khẩu"),
        (pdf(pages=301), "a.pdf", "dài quá 300 trang"),
        (b"%PDF-1.4 junk", "a.pdf", "bị hỏng"),
        (
            b"%PDF-" + b"0" * (21 * 1024 * 1024),
            "quay-man-hinh.pdf",
            "“quay-man-hinh.pdf” lớn 22 MB, mỗi tệp nhiều nhất 20 MB",
        ),
    ],
)
def test_each_has_its_sentence_and_nothing_typed_is_lost(office, person, data, name, said):
    answer = send(person("hanh.dt"), data, name)
    assert answer.status_code == 400
    assert said in words(answer)
    assert TYPED in answer.text and "ghi chú còn nguyên" in answer.text
    assert "chọn lại tệp trước khi lưu" in words(answer)
    nothing_kept(office)


def test_a_body_beyond_all_measure_is_refused_unread(office, person):
    answer = send(person("hanh.dt"), b"%PDF-" + b"0" * (101 * 1024 * 1024), "a.pdf")
    assert answer.status_code == 413 and "quá lớn" in words(answer)
    nothing_kept(office)


def test_other_forms_keep_the_narrow_limit(person):
    someone = person("hanh.dt")
    answer = someone.post("/claims/1/evidence", {"evidence-upload": (io.BytesIO(b"0" * (21 * 1024 * 1024)), "a.pdf")}, content_type="multipart/form-data")  # fmt: skip
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name", ["../../etc/anh.png", "..\\..\\anh.png", "anh\x00.png", "/tmp/anh.png", "ảnh chụp.PNG", ""]
)
def test_the_name_of_a_file_leads_nowhere(office, person, name):
    answer = send(person("hanh.dt"), picture("PNG"), name or "khong-duoi")
    assert answer.status_code == 303, words(answer)
    with office.desk.store.read() as session:
        row = session.scalars(select(Capture)).one()
    assert re.fullmatch(r"uploads/[0-9a-f]{2}/[0-9a-f]{64}\.png", row.path)
    assert office.desk.captures.path(row.path).read_bytes() == picture("PNG")


def test_a_marking_is_refused_with_whom_to_call(office, person):
    for more in ({"text": "Số 12\nTUYỆT MẬT\nKính gửi"}, {"title": "TỐI MẬT"}, {"note": "MẬT"}):
        answer = send(person("hanh.dt"), picture("PNG"), **more)
        assert answer.status_code == 409
        assert "Gọi ngay người phụ trách bảo vệ bí mật nhà nước" in words(answer)
    nothing_kept(office)


def test_a_known_address_leads_to_its_item(office, person):
    someone = person("hanh.dt")
    with office.desk.store.write() as session:
        item = session.get_one(Item, office.items["dien"])
        item.canonical_url = canonical_url(item.url)
        item.url_sha256 = hashlib.sha256(item.canonical_url.encode()).hexdigest()
    for kind in ("link", "text"):
        answer = send(someone, kind=kind, url=f"{item.url}?utm_source=zalo#binh-luan")
        assert answer.status_code == 409 and "Đã có tin này" in words(answer)
        assert f'href="/items/{item.id}"' in answer.text and TYPED in answer.text
    with office.desk.store.read() as session:
        assert session.scalar(select(CrawlRequest.id)) is None
    answer = send(someone, picture("PNG"), url=item.url)
    assert answer.status_code == 303 and answer.location.endswith(f"/items/{item.id}")
    assert "tệp đã được thêm vào tin ấy" in words(someone.get(answer.location))


def test_a_call_needs_its_place_and_keeps_no_number(office, person):
    someone = person("hanh.dt")
    said = {
        "kind": "phone",
        "text": "Trạm bơm thôn Văn Tố, xã Chí Minh hỏng, gọi lại 0912 345 678.",
        "seen_where": "",
    }
    answer = send(someone, **said)
    assert answer.status_code == 400 and "mà người gọi nói tới" in words(answer)
    assert send(someone, place="thôn Văn Tố", **said).status_code == 303
    with office.desk.store.read() as session:
        item = session.scalars(select(Item).where(Item.received_via == "phone")).one()
    assert item.seen_where == "Điện thoại: thôn Văn Tố" and "345 678" not in item.text + item.title


def test_the_bookmark_fills_the_form_and_stores_nothing(office, person):
    page = person("hanh.dt").get("/intake/bookmark")
    code = re.search(r'class="button" href="(javascript:[^"]+)"', page.text)
    assert (
        code and "/intake?url=" in code[1] and "script-src 'self'" in page.headers["Content-Security-Policy"]
    )
    evil = "/intake?url=https%3A%2F%2Fgio-bien.example%2Fa&title=%3Cscript%3Ealert(1)%3C%2Fscript%3E&text=%22%3E%3Cimg%20src%3Dx%3E%20V%E1%BB%A1%20%C4%91%C3%AA"
    filled = person("hanh.dt").get(evil)
    assert 'value="https://gio-bien.example/a"' in filled.text and "Vỡ đê" in filled.text
    assert "<script>alert" not in filled.text and "<img src=x" not in filled.text
    nobody = person().get(evil)
    assert nobody.status_code == 303
    kept = parse_qs(urlsplit(nobody.location).query)["next"][0]
    assert parse_qs(urlsplit(kept).query) == parse_qs(urlsplit(evil).query), (
        "the log-in page hands all of it back"
    )
    with office.desk.store.read() as session:
        assert session.scalar(select(CrawlRequest.id)) is None
        assert session.scalar(select(Item.id).where(Item.received_via != "crawl")) is None
