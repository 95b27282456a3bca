"""What stands around a text that a person pasted or a page posted: blanked for reading, never taken away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.trimming import quieted

BODY = "Mương tắc, 35 ha lúa ngập. Bà con đắp bờ."


@pytest.mark.parametrize(
    "tail",
    [
        "Tin liên quan\nChợ mới ở xã Chí Minh mở cửa\nGiá lúa tăng",
        ">> Xem thêm: Đê xã Chí Minh giữ vững",
        "Bình luận (45)",
        "1,2K\n340 bình luận · 56 lượt chia sẻ",
        "Tất cả cảm xúc:\n215\n34 bình luận\n12 lượt chia sẻ",
        "Thích  Bình luận  Chia sẻ",
        "All reactions: 1.2K\n340 comments 56 shares\nLike Comment Share",
        "12 giờ · \nXem thêm bình luận",
        "7,8K lượt xem",
        "© 2026 Báo Mẫu",
    ],
)
def test_tails_are_blanked_and_places_stay(tail: str) -> None:
    text = f"{BODY}\n{tail}"
    quiet = quieted(text)
    assert len(quiet) == len(text) and quiet.rstrip() == BODY


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"{BODY}\n1.250\n35",
        f"{BODY}\nNgười dân gửi đơn, có 45 bình luận trái chiều về việc chia sẻ ảnh.",
        f"{BODY}\nXem thêm nhiều hộ cũng bị ngập như thế ở xã Chí Minh.",
        "Bình luận (45)",
        "",
    ],
)
def test_words_stay(text: str) -> None:
    assert quieted(text) is text


def test_a_post_that_was_cut_short_keeps_its_words() -> None:
    assert quieted(f"{BODY} Đang chờ… Xem thêm").rstrip() == f"{BODY} Đang chờ…"
    assert quieted(f"{BODY} >> Đọc thêm: Giá lúa tăng").rstrip() == BODY


@given(st.text("a1,· \n>K…xemthêmTinliênquanbìnhluậnchiasẻthích", max_size=300))
def test_any_text(text: str) -> None:
    quiet = quieted(text)
    assert len(quiet) == len(text)
    assert all(a == b or b == " " for a, b in zip(text, quiet, strict=True))


def test_hostile_lines_are_read_to_their_end() -> None:
    text = "\n".join(["1 thích " * 24 + "!x"] * 2_000 + ["12 giờ · " * 20 + "x"] * 2_000)
    assert quieted(text) is text
