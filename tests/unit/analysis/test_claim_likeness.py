"""A new text against judged claims: what is found, what is told apart, and any bytes that a person can write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports import JudgedClaim
from indexer.analysis.claims.figures import figures
from indexer.analysis.claims.likeness import MOST, like_claims
from indexer.analysis.claims.names import names, same_name
from indexer.analysis.claims.stance import denials

DYKE = JudgedClaim(1, "Đê Bến Trại vỡ rồi, cả xã Chí Minh phải sơ tán ngay trong đêm")
LAND = JudgedClaim(2, "Phường Thiên Hương cưỡng chế 1.200 hộ dân để làm khu công nghiệp")
SCHOOL = JudgedClaim(3, "Ngân sách trường học của thành phố Hải Phòng là 25 tỷ đồng")
FEE = JudgedClaim(4, "Trang Zalo UBND phường Thiên Hương thu 50.000 đồng phí cập nhật căn cước")
CLAIMS = [DYKE, LAND, SCHOOL, FEE]


@pytest.mark.parametrize(
    ("title", "text", "claim", "stance"),
    [
        ("Bà con ơi đê vỡ", "Đê Bến Trại vỡ rồi, cả xã mình phải sơ tán, ai biết tin người nhà báo giúp", 1, "repeats"),
        ("ba con oi", "de ben trai vo roi, ca xa Chi Minh phai so tan trong dem nay, chay di", 1, "repeats"),
        ("Xã lên tiếng", "Chiều nay UBND xã Chí Minh khẳng định không có chuyện vỡ đê Bến Trại, người dân không phải sơ tán.", 1, "denies"),
        ("Tin giả vỡ đê", "Có người đăng đê Bến Trại vỡ, cả xã Chí Minh phải sơ tán ngay.", 1, "denies"),
        ("Hơn 1.200 hộ bị cưỡng chế", "Trang này viết phường Thiên Hương đã cưỡng chế 1,200 hộ dân nhường đất cho khu công nghiệp.", 2, "repeats"),
        ("Ngân sách", "Ngân sách trường học của Hải Phòng năm nay là 2,5 tỷ đồng.", 3, "repeats"),
        ("Dyke breach", "Posts claim the Ben Trai dyke in Chi Minh commune broke and people were moved overnight.", 1, "repeats"),
    ],
)  # fmt: skip
def test_a_claim_is_found_again(title: str, text: str, claim: int, stance: str) -> None:
    found = like_claims(title, text, CLAIMS)
    assert [one.claim_id for one in found][:1] == [claim]
    assert found[0].stance == stance
    start, end = found[0].span
    assert f"{title}\n{text}"[start:end].strip() in f"{title}\n{text}"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Xã Chí Minh khơi thông kênh", "Sáng nay, xã Chí Minh ra quân nạo vét kênh mương nội đồng trước mùa mưa bão tại khu Bến Trại."),
        ("Vỡ đê ở tỉnh khác", "Đêm qua, đê sông Cầu đoạn qua Bắc Ninh bị vỡ, hàng trăm hộ phải sơ tán ngay trong đêm."),
        ("Giá gạo", "Giá gạo hôm nay tăng 3% tại Hải Phòng."),
        ("Lịch tiếp dân", "UBND phường Thiên Hương tiếp công dân vào thứ Năm hằng tuần."),
        ("", ""),
    ],
)  # fmt: skip
def test_another_matter_is_not(title: str, text: str) -> None:
    assert like_claims(title, text, CLAIMS) == ()


def test_figures_and_names_are_told_apart() -> None:
    text = "Phường Thiên Hương nói chỉ 214 hộ dân bị cưỡng chế để làm khu công nghiệp ở Hoàng Lâm."
    (found,) = like_claims("", text, [LAND])
    assert (found.shared_figures, found.claim_figures, found.text_figures) == ((), ("1200",), ("214",))
    assert "Thiên Hương" in found.shared_names
    assert "Hoàng Lâm" in found.text_names


def test_at_most_five_and_each_claim_once() -> None:
    same = [JudgedClaim(number // 2, DYKE.text) for number in range(20)]
    found = like_claims("", DYKE.text, same)
    assert len(found) == MOST
    assert len({one.claim_id for one in found}) == MOST
    assert all(one.score == pytest.approx(1.0) for one in found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.200 hộ", {"1200"}),
        ("1,200 households", {"1200"}),
        ("2,5 tỷ đồng", {"2500000000"}),
        ("2.5 billion", {"2500000000"}),
        ("50 nghìn đồng", {"50000"}),
        ("tăng 3,4%", {"3.4%"}),
        ("12/9 và 12/09/2026", {"12/9", "12/9/2026"}),
        ("lúc 20h15, 7g05 và 6h", {"20:15", "7:05", "6:00"}),
        ("5万元", {"50000"}),
        ("gọi 02253888999", {"2253888999"}),
        ("1.234.567,5 m2", {"1234567.5"}),
    ],
)
def test_figures_have_one_form(text: str, found: set[str]) -> None:
    assert found <= figures(text)


def test_names() -> None:
    found = names("Hôm qua, đê Bến Trại và Công ty Sao Mai ở Hải Phòng.")
    assert set(found.values()) == {"Bến Trại", "Sao Mai", "Hải Phòng"}
    assert found["ben", "trai"] == "Bến Trại"
    assert names("VỠ ĐÊ BẾN TRẠI") == {}
    assert same_name(("ben", "trai"), ("de", "ben", "trai"))
    assert not same_name(("minh",), ("chi", "minh", "duc"))


def test_denials() -> None:
    assert denials("Xã bác bỏ thông tin sai sự thật") >= 2
    assert denials("海防市辟谣") == 1
    assert denials("Xã trồng cây đầu xuân") == 0


@given(st.text(max_size=400), st.text(max_size=2000), st.lists(st.text(max_size=200), max_size=4))
def test_never_raises_and_stays_in_bounds(title: str, text: str, claims: list[str]) -> None:
    whole = f"{title}\n{text}"
    for one in like_claims(title, text, [JudgedClaim(number, words) for number, words in enumerate(claims)]):
        assert 0.5 <= one.score <= 1
        assert 0 <= one.span[0] < one.span[1] <= len(whole)
