"""Signs that a rule may hang on: what tells one meaning of a name from another, never a word of every text."""

from __future__ import annotations

import pytest

from indexer.analysis.places.contexts import contexts_of


def offered(text: str, locality: str = "11557") -> list[tuple[str, str]]:
    return [(sign.kind, sign.label) for sign in contexts_of(text, locality)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Tối qua ca sĩ Thiên Hương hát ở nhà văn hóa.", ("phrase", "ca sĩ Thiên Hương")),
        ("Đêm qua danh cầm Thiên Hương gảy đàn rất lâu.", ("phrase", "danh cầm Thiên Hương")),
        ("Chị Thiên Hương cùng nhạc sĩ Lê Quang Bình lên sân khấu.", ("word", "Lê Quang Bình")),
        ("Khách nghỉ ở khách sạn Thiên Hương đêm qua.", ("phrase", "khách sạn Thiên Hương")),
        ("Đám rước của làng Thiên Hương dừng ở Đình Vân Ổ đến trưa.", ("word", "Đình Vân Ổ")),
        ("Người dân Thiên Hương, Cao Bằng đi chợ phiên.", ("near", "Cao Bằng")),
    ],
)
def test_what_tells(text, wanted):
    assert wanted in offered(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ban Bạn đọc nhận thư của chị Thiên Hương hỏi về giá vé.",
        "Trang tin cho biết Thiên Hương đã về nhà từ sớm.",
        "Theo Trang, Thiên Hương đã về nhà từ sớm.",
        "Hôm Nay Thiên Hương Về Quê Cùng Ban Nhạc Trẻ",
        "Chuyện lạ ở Thiên Hương, thành phố Hải Phòng đêm qua.",
        "Từ Thiên Hương, người dân các nơi kéo về.",
        "Báo Tin Nhanh viết rằng Thiên Hương đã về. Phòng Văn Hóa chưa trả lời.",
    ],
)
def test_common_words_halves_and_the_capital_of_a_sentence_are_not_offered(text):
    labels = [label for kind, label in offered(text) if kind in {"near", "word"}]
    assert labels == []
    for kind, label in offered(text):
        assert kind == "phrase" and not {"Trang", "Ban", "Bạn", "các", "cho", "biết", "ở"} & set(
            label.split()
        ), label
