"""A kept page is other people's bytes: on screen it is words, as a file it is a download, and never a page of ours."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from core.records.audit import AuditRow
from core.records.item import Capture
from crawlers.fetch.captures import Captures
from crawlers.fetch.client import Page
from tests.fixtures.office import AT

EVIL = """<html><head><title>Đê <b>vỡ</b></title><script>alert('x')</script></head><body onload=alert(1)>
<p>Nước lên rất nhanh. Liên hệ @nguoi.bao.tin99 nhé.</p><p>&lt;img src=x onerror=alert(2)&gt;</p></body></html>"""


@pytest.fixture
def capture_id(office):
    body = EVIL.encode()
    record = Captures(office.desk.captures.path("")).write(
        Page(
            url="https://chuyen-que.example/1?<script>alert(3)</script>",
            chain=["https://chuyen-que.example/1"],
            status=200,
            reason_headers=[
                ("Content-Type", "text/html; charset=utf-8"),
                ("X-Evil", "<script>alert(4)</script>"),
            ],
            headers={"content-type": "text/html; charset=utf-8"},
            body=body,
            sha256=hashlib.sha256(body).hexdigest(),
            peer="203.0.113.9",
            fetched_at=AT,
            warnings=[],
        )
    )
    with office.desk.store.write() as session:
        row = Capture(
            item_id=office.items["de"], kind="warc", path=record.path, url=record.url, url_chain=record.url_chain, status=200,
            peer=record.peer, sha256=record.sha256, file_sha256=record.file_sha256, body_bytes=record.body_bytes,
            content_type=record.content_type, fetched_at=AT, headers=[list(pair) for pair in record.headers],
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def test_words_not_markup(person, capture_id):
    page = person("hanh.dt").get(f"/captures/{capture_id}")
    assert page.status_code == 200
    assert "Nước lên rất nhanh." in page.text and "Dấu vân tay SHA-256 khớp" in page.text
    assert "nguoi.bao.tin99" not in page.text, "private handles stay masked"
    for markup in ("<script>alert", "<img src=x", "onload=alert"):
        assert markup not in page.text
    assert "&lt;img src=x onerror=alert(2)&gt;" in page.text
    item = person("hanh.dt").get("/items/1").text
    assert f"/captures/{capture_id}" in item and "Xem bản lưu" in item


def test_the_file_is_a_download_and_is_logged(person, office, capture_id):
    answer = person("hanh.dt").get(f"/captures/{capture_id}/file")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=ban-chup-{capture_id}.warc.gz"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.data[:2] == b"\x1f\x8b"
    with office.desk.store.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.act == "capture.download")).one()
        assert row.object_id == str(capture_id)


def test_who_may(person, capture_id):
    for name, seen, taken in (
        ("kiem.tv", 200, 403),
        ("tu.la", 403, 403),
        ("vinh.nt", 200, 403),
        ("luc.pv", 200, 200),
    ):
        someone = person(name)
        assert someone.get(f"/captures/{capture_id}").status_code == seen, name
        assert someone.get(f"/captures/{capture_id}/file").status_code == taken, name
    assert person().get(f"/captures/{capture_id}").status_code == 303


def test_a_tampered_file_is_called_so(person, office, capture_id):
    with office.desk.store.write() as session:
        row = session.get_one(Capture, capture_id)
        office.desk.captures.path(row.path).write_bytes(b"\x1f\x8bjunk")
    page = person("hanh.dt").get(f"/captures/{capture_id}")
    assert page.status_code == 200 and "không dùng làm bằng chứng" in page.text


def test_a_file_of_evidence_or_a_foreign_path_is_not_served(person, office, capture_id):
    with office.desk.store.write() as session:
        session.get_one(Capture, capture_id).item_id = None
    assert person("hanh.dt").get(f"/captures/{capture_id}").status_code == 404
    assert person("hanh.dt").get(f"/captures/{capture_id}/file").status_code == 404
    assert person("hanh.dt").get("/captures/999/file").status_code == 404


def test_purge_needs_the_role_the_token_and_a_reason(person, office, capture_id):
    address = f"/items/{office.items['de']}/captures/purge"
    assert person("hanh.dt").post(address, {"reason": "Người đăng yêu cầu xóa."}).status_code == 403
    manager = person("luc.pv")
    assert manager.client.post(address, data={"reason": "Người đăng yêu cầu xóa."}).status_code == 400
    assert manager.post(address, {"reason": "."}).status_code == 400
    with office.desk.store.read() as session:
        path = session.get_one(Capture, capture_id).path
    assert office.desk.captures.path(path).exists()
    assert manager.post(address, {"reason": "Người đăng yêu cầu xóa."}).status_code == 303
    assert not office.desk.captures.path(path).exists()
    assert "đã được xóa theo quy định" in manager.get(f"/captures/{capture_id}").text
