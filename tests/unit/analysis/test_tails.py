"""Pasted articles and posts: what stands around them joins no place and parts no copies."""

from __future__ import annotations

from core.groups import CopyKeys
from indexer.analysis import copies
from indexer.analysis.analyst import LocalAnalyst

POST = (
    "Bà con ơi mương tiêu tắc từ tối qua, lúa ngập trắng cả cánh đồng, không ai xuống xem. Ai quen trên xã nhắn giúp với, "
    "cứ thế này là mất trắng vụ này, nhà nào cũng khóc vì tiền giống tiền phân còn nợ đại lý chưa trả."
)
EARLY = f"{POST}\n12 giờ · \n1,2K\n340 bình luận · 56 lượt chia sẻ\nThích  Bình luận  Chia sẻ"
LATE = f"{POST}\n2 ngày · \n5,4K\n1.245 bình luận · 310 lượt chia sẻ\nThích  Bình luận  Chia sẻ"
TAIL = "Tin liên quan\nĐê xã Chí Minh, thành phố Hải Phòng giữ vững"


def keys(text: str) -> CopyKeys:
    return LocalAnalyst().analyse("", text, localities=["11131"]).keys


def test_counters_do_not_part_copies() -> None:
    assert copies.compare(copies.copy_keys("", EARLY), copies.copy_keys("", LATE)).kind == "no", (
        "their figures differ"
    )
    assert copies.compare(keys(EARLY), keys(LATE)).kind == "same"
    assert copies.compare(keys(EARLY), keys(POST)).kind == "same"


def test_a_place_in_the_links_alone_is_for_a_person_to_check() -> None:
    text = f"{POST}\n{TAIL}"
    (found,) = LocalAnalyst().analyse("Mương tắc", text, localities=["11131"]).mentions
    assert found.band == "check" and found.why[0].code == "tail_only"
    whole = f"Mương tắc\n{text}"
    assert [whole[a:b] for a, b in found.spans] == ["Chí Minh"]
    (sure,) = LocalAnalyst().place("Mương ở xã Chí Minh, Hải Phòng tắc", text, localities=["11131"])
    assert sure.band == "in" and len(sure.spans) == 1, "the links add nothing"
    assert LocalAnalyst().analyse("", POST, localities=["11131"]).mentions == ()
