"""What changed between two texts: nothing is lost, and a replaced phrase is told as a phrase."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from core.text.differences import Change, word_changes

TEXT = st.text(max_size=60) | st.lists(
    st.sampled_from("đê vỡ không sơ tán \n . đêm".split(" ")), max_size=30
).map(" ".join)


def joined(changes: tuple[Change, ...], *kinds: str) -> str:
    return "".join(change.text for change in changes if change.kind in kinds)


@given(TEXT, TEXT)
@example("", "")
@example(" \n", "a")
@example("a b c", "a x c")
@example("00 0", "00")
def test_nothing_is_lost(before: str, after: str) -> None:
    changes = word_changes(before, after)
    assert joined(changes, "same", "added") == after
    assert joined(changes, "same", "removed").split() == before.split()
    assert all(one.kind != two.kind for one, two in itertools.pairwise(changes))


@given(TEXT)
def test_the_same_text_has_not_changed(text: str) -> None:
    assert {change.kind for change in word_changes(text, text)} <= {"same"}
    assert {change.kind for change in word_changes(text, text.replace(" ", "  "))} <= {"same"}


def test_a_phrase_in_place_of_a_phrase_is_not_shredded() -> None:
    changes = word_changes(
        "Xã đang [việc đã làm, đang làm].\n\nHết", "Xã đang kiểm tra, đã trực cả đêm.\n\nHết"
    )
    assert [(change.kind, change.text) for change in changes] == [
        ("same", "Xã đang "),
        ("removed", "[việc đã làm, đang làm].\n\n"),
        ("added", "kiểm tra, đã trực cả đêm.\n\n"),
        ("same", "Hết"),
    ]


def test_a_lone_word_at_either_end_stays() -> None:
    assert [change.kind for change in word_changes("Đê vỡ rồi", "Đê không sạt rồi")] == [
        "same",
        "removed",
        "added",
        "same",
    ]


def test_very_long_texts_are_compared_by_lines() -> None:
    before = "\n".join(f"dòng {n} " + "chữ " * 9 for n in range(900))
    changes = word_changes(before, before.replace("dòng 450 ", "hàng 450 "))
    assert [change.kind for change in changes] == ["same", "removed", "added", "same"]
    assert changes[1].text.startswith("dòng 450 ") and changes[1].text.endswith("\n")
