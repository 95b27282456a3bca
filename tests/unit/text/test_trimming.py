"""What an outlet puts around an article; the cases themselves are in tests/quality/trimming.jsonl."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.trimming import trim

BODY = "Sáng nay bà con dọn kênh.\nĐến trưa thì xong."


@given(st.text(max_size=300), st.text(max_size=600), st.text(max_size=60), st.text(max_size=60))
def test_any_text_keeps_words_and_is_not_trimmed_twice(title: str, text: str, outlet: str, host: str) -> None:
    found = trim(title, text, outlet=outlet, host=host)
    assert bool(found.title) == bool(title) and bool(found.text) == bool(text)
    assert set(found.text) <= set(text) and len(found.title) <= len(title)


@pytest.mark.parametrize(
    "text",
    ["Xem thêm: " + "a " * 100_000, ">" * 200_000, ("(x" * 100 + "\n") * 2_000, "Tin liên quan\n" * 20_000, "- " * 100_000],
)  # fmt: skip
def test_floods_end(text: str) -> None:
    assert trim("- " * 250, text, outlet="- " * 500, host="." * 500).text


def test_nothing_is_left_bare() -> None:
    for only in ("Xem thêm: Giá lúa tăng", "Tin liên quan\nGiá lúa tăng", "(Báo Mẫu) - Vâng."):
        assert trim("Báo Mẫu", only, outlet="Báo Mẫu").text == only
    assert trim("Báo Mẫu", BODY, outlet="Báo Mẫu").title == "Báo Mẫu"


def test_the_name_of_an_outlet_is_its_own_only_where_it_is_its_own() -> None:
    title = "Lúa ngã ở ba xã - Sông Quê"
    assert trim(title, BODY, host="songque.net").title == "Lúa ngã ở ba xã"
    assert trim(title, BODY, host="songque.gov.vn").title == title, "a portal bears the name of a place"
    assert trim(title, BODY, host="gio-bien.example").title == title
