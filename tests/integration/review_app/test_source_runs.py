"""The readings of a source, paged; one reading with what it brought, what was held back and what failed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core.records.source import CrawlRun, Quarantine
from tests.fixtures.office import AT


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.fixture
def reading(office):
    """A reading of Gió Biển Online while two of its items were first seen, with a failed page and a record held back."""
    begun = AT - timedelta(hours=20, minutes=1)
    with office.desk.store.write() as session:
        run = CrawlRun(
            source_id="gio-bien", round_id="r:x", state="done", started_at=begun, finished_at=AT - timedelta(hours=11),
            outcome="new", counts={"new": 2, "quarantined": 1, "failed": 1},
            page_errors=[{"url": "https://gio-bien.example/hong", "code": "http_404", "error_vi": "Trang không tồn tại (404).", "error_en": "404."}],
        )  # fmt: skip
        session.add(run)
        for hours in (15, 40):
            session.add(
                Quarantine(
                    kind="record", source_id="gio-bien", reason_vi=f"Ngày đăng ở tương lai, {hours}.", reason_en="x",
                    payload="<script>alert(1)</script>", at=AT - timedelta(hours=hours),
                )
            )  # fmt: skip
        session.flush()
        return run.id


def test_one_reading_says_what_it_brought(office, person, reading):
    page = person("hanh.dt").get(f"/sources/gio-bien/runs/{reading}")
    said = words(page)
    assert "Đọc được 2 tin mới, 1 bị giữ lại, 1 trang lỗi." in said
    assert "Ca khúc mới về thành phố mang tên Bác" in said and "Sạt bờ kênh ở xã Chí Minh" in said
    assert "Gió cấp 9" not in said, "that one came later"
    assert "Trang không tồn tại (404)." in said and "https://gio-bien.example/hong" in said
    assert "Ngày đăng ở tương lai, 15." in said and "tương lai, 40." not in said
    assert "<script>alert" not in page.text
    assert f'href="/items/{office.items["nhac"]}"' in page.text
    # Who may not read stories sees the titles without a way to them.
    assert "/items/" not in person("tu.la").get(f"/sources/gio-bien/runs/{reading}").text


def test_a_reading_of_another_source_is_not_found(person, reading):
    assert person("hanh.dt").get(f"/sources/nong-su/runs/{reading}").status_code == 404
    assert person("hanh.dt").get("/sources/gio-bien/runs/999999").status_code == 404


def test_readings_are_paged(office, person):
    with office.desk.store.write() as session:
        for number in range(45):
            at = AT - timedelta(days=30, minutes=number)
            session.add(
                CrawlRun(source_id="gio-bien", round_id="r", state="done", started_at=at, finished_at=at, outcome="seen", counts={"new": number})
            )  # fmt: skip
    someone = person("hanh.dt")
    seen = []
    for page in (1, 2, 3):
        answer = someone.get(f"/sources/gio-bien?page={page}")
        seen += re.findall(r"/sources/gio-bien/runs/(\d+)", answer.text)
        assert ("Cũ hơn" in words(answer)) == (page < 3) and ("Mới hơn" in words(answer)) == (page > 1)
    assert len(seen) == 14 + 45 - 0 and len(set(seen)) == len(seen)
    assert "Không còn lần đọc nào cũ hơn." in words(someone.get("/sources/gio-bien?page=9"))
    assert someone.get("/sources/gio-bien?page=x").status_code == 200
