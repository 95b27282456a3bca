"""Handles of private persons are masked (G7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.handles import mask_handle, mask_handles_in


@pytest.mark.parametrize(
    ("handle", "masked"),
    [
        ("nguyenvana88", "ng…8"),
        ("@nguyenvana88", "@ng…8"),
        ("lan", "l…"),
        ("@lan_anh@mastodon.example", "@la…h@mastodon.example"),
        ("ng…8", "ng…8"),
        ("", ""),
        ("@", "@"),
    ],
)
def test_mask(handle: str, masked: str) -> None:
    assert mask_handle(handle) == masked


def test_masking_in_a_post() -> None:
    post = "Hỏi @nguyenvana88, cc @lan và @tên.việt! Thư: phong.vh@example.vn; xem https://example.vn/@trang"
    assert (
        mask_handles_in(post)
        == "Hỏi @ng…8, cc @l… và @tê…t! Thư: phong.vh@example.vn; xem https://example.vn/@trang"
    )


@given(st.text(st.sampled_from("ab@._-… đ9"), max_size=40) | st.text(max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask_handles_in(text)
    assert mask_handles_in(once) == once
    assert mask_handle(mask_handle(text)) == mask_handle(text)
