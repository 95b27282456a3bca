"""Language: script rules first, the model for what is left."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis.language import UNKNOWN, detect

SAMPLES = [
    ("vi", "Người dân hai thôn đang chờ nước rút để vào đồng."),
    ("vi", "Đê vẫn an toàn"),
    ("vi", "nguoi dan khong duoc qua cau vi nuoc lon"),
    ("vi", "vo de roi ba con oi chay di"),
    ("vi", "UBND xã công khai danh sách hỗ trợ 2026"),
    ("vi", "Ngan sach cua phuong nam nay tang nhieu"),
    ("en", "Residents of the ward said that only a few families had agreed to move."),
    (
        "en",
        "Hải Phòng and Thanh Hóa are the two ports that the ministry wants to expand this year, officials said.",
    ),
    ("en", "Dike failure reported"),
    ("fr", "Les habitants de la commune attendent toujours la réparation de la route."),
    ("zh", "越南海防市工业区征地引发居民投诉"),
    ("ja", "ベトナム北部の港湾都市で洪水が発生した"),
    ("ko", "베트남 하이퐁에서 홍수가 났다"),
    ("th", "น้ำท่วมในเวียดนาม"),
    ("lo", "ດ່ານຊາຍແດນຍັງເປີດຢູ່"),
    ("km", "ព្រំដែននៅតែបើក"),
    ("ru", "Порт Хайфон принял новое судно из Владивостока"),
]


@pytest.mark.parametrize(("code", "text"), SAMPLES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_languages(code: str, text: str, form: str) -> None:
    assert detect(unicodedata.normalize(form, text)) == code  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "   ", "123 456", "…", "\u200b"])
def test_nothing_to_read(text: str) -> None:
    assert detect(text) == UNKNOWN
    assert detect(text, "en-GB") == "en"


def test_the_hint_decides_only_where_the_text_cannot() -> None:
    assert detect("Mastodon", "vi") == "vi"
    assert detect("Người dân hai thôn đang chờ nước rút", "en") == "vi"


@settings(max_examples=40)
@given(st.text(st.characters(), max_size=300))
def test_any_text_gives_a_code(text: str) -> None:
    assert 2 <= len(detect(text)) <= 3
