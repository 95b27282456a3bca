"""Đo độ đúng bằng hai mươi câu, on screen: offered until it was done, answered, taken back, told in plain words."""

from __future__ import annotations

import re
from datetime import timedelta

from core.records.calibration import CalibrationHit
from tests.fixtures.office import AT, add_item
from tests.fixtures.web import found


def test_twenty_answers(office, person):
    officer = person("hanh.dt")
    assert "Đo bằng hai mươi câu: xã Chí Minh" in officer.get("/today").text
    start = officer.get("/localities/11131/calibration").text
    assert "Bắt đầu hai mươi câu" in start
    address = officer.post("/localities/11131/calibration").location
    for turn in range(20):
        page = officer.get(address).text
        assert f"{turn} / 20" in page and "Đúng, nói về nơi này" in page and "đúng địa bàn</" not in page
        number = found(r'name="number" value="(\d+)"', page)
        sample = "câu mẫu do Làm Rõ soạn" in page
        word = (
            "no"
            if sample
            and re.search("Ca sĩ|đường|Anh Trần|Công ty|Nhà hàng|Bà |Quán|Diễn viên|Tiệm|Họa sĩ", page)
            else "yes"
        )
        assert officer.post(address, {"number": number, "ours": word}).status_code == 303
    result = officer.get(address).text
    assert "Kết quả hai mươi câu" in result and re.search(r"là đúng\.", result) and "trong khoảng" in result
    assert "câu mẫu do Làm Rõ soạn" in result
    assert "Đo bằng hai mươi câu: xã Chí Minh" not in officer.get("/today").text
    assert "trong khoảng" in officer.get("/localities/11131").text
    assert officer.post(f"{address}/undo").status_code == 303
    assert "19 / 20" in officer.get(address).text
    assert person("tu.la").get("/localities/11131/calibration").status_code == 200
    assert person("luc.pv").get("/localities/11131/calibration").status_code == 403
    assert person("xa.ban").get(address).status_code == 404
    assert officer.post(address, {"number": "1", "ours": "maybe"}).status_code == 400


def test_a_foreign_question_has_its_gist_in_vietnamese(office, person):
    with office.desk.store.write() as session:
        item, _ = add_item(
            session, office.desk, "gio-bien", AT - timedelta(minutes=5), "Dyke repairs in Chi Minh commune",
            "The dyke in Chi Minh commune, Hai Phong, was damaged by the flood on Monday, officials said.",
        )  # fmt: skip
        item_id = item.id
    officer = person("hanh.dt")
    address = officer.post("/localities/11131/calibration").location
    with office.desk.store.write() as session:
        first = session.get_one(CalibrationHit, (int(address.rpartition("/")[2]), 1))
        first.item_id, first.text = item_id, ""
    page = officer.get(address).text
    assert "Tiếng Anh" in page and "flood: lũ" in page and "(máy tóm ý, chưa có người kiểm)" in page
