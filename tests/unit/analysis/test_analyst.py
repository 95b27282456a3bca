"""The port as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from core.ports import Analyst
from indexer.analysis.analyst import LEAD, LocalAnalyst, lead_of

ANALYST: Analyst = LocalAnalyst()
SEEN = datetime(2026, 11, 20, tzinfo=UTC)
WATCHED = ("11131", "11557", "31")


def test_one_text() -> None:
    title = "Thousands evicted, says blog"
    text = "Officials in Hai Phong said 214 families of Thien Huong ward had agreed to move."
    found = ANALYST.analyse(title, text, localities=WATCHED, seen_at=SEEN)
    assert found.language == "en"
    whole = f"{title}\n{text}"
    by_code = {m.locality: m for m in found.mentions}
    assert {code for code, m in by_code.items() if m.band == "in"} == {"11557", "31"}
    assert [whole[a:b] for a, b in by_code["11557"].spans] == ["Thien Huong"]
    assert found.gist and ("ward", "phường") in LocalAnalyst().gloss(found.gist, "en")
    assert found.keys.body_hash
    assert ANALYST.is_copy(found.keys, ANALYST.analyse("", text, localities=(), seen_at=SEEN).keys)


def test_names_of_units() -> None:
    assert ANALYST.unit_name("11557") == "phường Thiên Hương, thành phố Hải Phòng"
    assert ANALYST.unit_name("x") == "x"


def test_the_lead_is_the_first_real_paragraph() -> None:
    text = (
        "(Báo Mẫu) - Ngắn.\n" + "Đây là đoạn mở đầu đủ dài để người đọc hiểu chuyện gì đã xảy ra.\nĐoạn sau."
    )
    assert lead_of(text).startswith("Đây là đoạn")
    assert len(lead_of("chữ " * 1000)) <= LEAD + 1
    assert lead_of("") == ""


@settings(max_examples=40)
@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=600))
def test_any_text_is_analysed(title: str, text: str) -> None:
    found = ANALYST.analyse(title, text, localities=WATCHED, seen_at=SEEN)
    whole = f"{title}\n{text}"
    for mention in found.mentions:
        assert all(0 <= a < b <= len(whole) for a, b in mention.spans)
    assert len(found.lead) <= LEAD + 1


def test_200_kilobytes_and_nothing_at_all() -> None:
    for text in (
        "",
        "Hải Phòng mưa. " * 14_000,
        "\u0301" * 200_000,
        "海" * 200_000,
        "\n" * 200_000,
        "a" * 200_000,
    ):
        found = ANALYST.analyse(text[:500], text, localities=WATCHED, seen_at=SEEN)
        assert found.language
