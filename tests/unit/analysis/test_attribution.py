"""Whom a text names as its origin: outlets and agencies, never people who are quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.attribution import LONGEST, attributed_to


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("Xã sửa cống.\nTheo Báo Cửa Biển", "Báo Cửa Biển"),
        ("Xã sửa cống.\n(Theo Gió Biển Online)", "Gió Biển Online"),
        ("Xã sửa cống. (Theo Báo Cửa Biển)", "Báo Cửa Biển"),
        ("Xã sửa cống.\nNguồn: cuabien.example", "cuabien.example"),
        ("Xã sửa cống.\nNguồn: Báo Cửa Biển\nẢnh: Bạn đọc", "Báo Cửa Biển"),
        ("(Báo Cửa Biển) - Sáng nay xã sửa cống.", "Báo Cửa Biển"),
        ("Theo Báo Cửa Biển, sáng nay xã sửa cống.", "Báo Cửa Biển"),
        ("Mưa lớn. Theo Báo Cửa Biển đưa tin, xã đã sửa cống.", "Báo Cửa Biển"),
        ("Bài viết dẫn lại từ Báo Cửa Biển hôm qua.", "Báo Cửa Biển"),
        ("Gates were mended. According to Coast Wire, water is falling.", "Coast Wire"),
        ("Gates were mended.\nSource: Coast Wire", "Coast Wire"),
        ("据海岸通讯社报道，水闸已修好。", "海岸通讯社"),
        ("Theo ông Vũ Văn Tạo, xã sẽ sửa cống.", ""),
        ("Theo lời kể của dân, đê vẫn còn.", ""),
        ("Theo kế hoạch năm, xã sửa cống.\nTheo kế hoạch năm", ""),
        ("Theo dõi chúng tôi", ""),
        ("Xã sửa cống sau mưa lớn.", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_origin_is_read(text: str, origin: str) -> None:
    assert attributed_to(text) == origin


@given(st.text(max_size=600))
def test_any_text(text: str) -> None:
    assert len(attributed_to(text)) <= LONGEST


@pytest.mark.parametrize("piece", ["Theo Báo A ", "(", "theo \n", "According to Aaa ", "据", "a b " * 3])
def test_two_hundred_kilobytes(piece: str) -> None:
    attributed_to(piece * (200_000 // len(piece)))
