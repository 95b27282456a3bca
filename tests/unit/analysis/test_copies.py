"""Copies: equal bodies, edited copies, excerpts; bulletins of one template stay apart."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.groups import PARAGRAPH, CopyKeys
from core.services.copies import bands_to_ask
from core.text.normalise import fold
from indexer.analysis.copies import body_of, compare, copy_keys

SEEN = datetime(2026, 11, 20, 3, tzinfo=UTC)
SUBJECTS = "Đoàn kiểm tra,Ban quản lý,Tổ công tác,Bà con thôn Đông,Trạm bơm số hai,Hợp tác xã,Đội dân phòng,Trường tiểu học".split(
    ","
)
ACTS = "đã gia cố,vừa rà soát,đang theo dõi,sẽ bàn giao,từng đề nghị,mới hoàn thành,tạm dừng,bắt đầu".split(
    ","
)
THINGS = "kênh tưới phía tây,bờ kè cạnh chợ,danh sách hộ nghèo,tuyến đường liên thôn,cống dưới đê,nhà văn hóa,sổ khám sức khỏe".split(
    ","
)


def article(seed: int, sentences: int = 24) -> str:
    dice = random.Random(seed)
    return "\n".join(
        f"{dice.choice(SUBJECTS)} {dice.choice(ACTS)} {dice.choice(THINGS)} với {dice.randint(2, 999)} lượt người, "
        f"theo ghi nhận lúc {dice.randint(0, 23)} giờ ngày {dice.randint(1, 28)} tháng {dice.randint(1, 12)}."
        for _ in range(sentences)
    )


def keys(text: str, title: str = "") -> CopyKeys:
    return copy_keys(title, text, SEEN)


@pytest.mark.parametrize(
    "copied",
    [
        lambda text: "(Báo Mẫu) - " + text,
        lambda text: "BM.VN - " + text,
        lambda text: text + "\nTheo Báo Mẫu",
        lambda text: text + "\nNguồn: baomau.example",
        lambda text: text + "\nẢnh: Cộng tác viên\nXem thêm: Tin khác trong ngày",
        lambda text: text.upper(),
        lambda text: text.replace("hóa", "hoá"),
        fold,
        lambda text: text.replace(" ", "  \u200b"),
    ],
)
def test_dress_does_not_matter(copied: object) -> None:
    text = article(1)
    verdict = compare(keys(text), keys(copied(text)))  # type: ignore[operator]
    assert verdict.kind == "same"
    assert verdict.is_copy


@pytest.mark.parametrize("seed", range(6))
def test_an_edited_copy_is_near_and_its_bands_meet(seed: int) -> None:
    text = article(seed)
    words = text.split(" ")
    dice = random.Random(seed + 100)
    for place in dice.sample(range(len(words)), len(words) // 20):
        words[place] = "khác"
    one, two = keys(text), keys(" ".join(words))
    verdict = compare(one, two)
    assert verdict.kind == "near"
    assert verdict.jaccard >= 0.4
    assert set(one.bands) & set(two.bands)


def test_the_first_half_is_an_excerpt() -> None:
    text = article(3, 30)
    half = "\n".join(text.split("\n")[:9])
    assert compare(keys(text), keys(half)).kind == "excerpt"


@pytest.mark.parametrize("seed", range(6))
def test_other_texts_of_the_same_words_are_not_copies(seed: int) -> None:
    verdict = compare(keys(article(seed)), keys(article(seed + 50)))
    assert verdict.kind == "no"
    assert not verdict.is_copy


def test_a_text_inside_a_much_longer_one_shares_its_paragraphs() -> None:
    inside, around = article(3, 10), [article(seed, 15) for seed in range(60, 64)]
    long_one = "\n".join([*around[:2], inside, *around[2:]])
    one, two = keys(inside), keys(long_one)
    assert compare(one, two).kind == "excerpt"
    shared = set(one.bands) & set(two.bands)
    assert len({band for band in shared if band[8:].startswith(PARAGRAPH)}) == 10


def test_headings_and_credits_are_no_paragraphs() -> None:
    text = "Vài dòng đầu bài.\n" + article(4, 3) + "\nẢnh của bạn đọc gửi về."
    assert sum(band[8:].startswith(PARAGRAPH) for band in keys(text).bands) == 3


@pytest.mark.parametrize(
    ("changed", "copy"),
    [
        ({"18": "15", "24": "20", "71": "84", "0,5": "1,8", "14/11": "16/11"}, False),
        ({"18": "17"}, True),
        ({"hôm nay": "sáng nay"}, True),
        ({"tàu thuyền": "ghe thuyền"}, True),
    ],
)
def test_figures_tell_a_bulletin_of_another_day_from_an_edited_copy(
    changed: dict[str, str], copy: bool
) -> None:
    text = (
        "Bản tin hôm nay 14/11: nhiệt độ thấp nhất 18 độ, cao nhất 24 độ, độ ẩm 71%, sóng cao từ 0,5 mét, tầm nhìn trên mười cây số. "
        "Bà con đi biển, tàu thuyền nhỏ cần theo dõi các bản tin tiếp theo và giữ liên lạc với bờ trong suốt chuyến đi."
    )
    other = text
    for old, new in changed.items():
        other = other.replace(old, new)
    assert compare(keys(text), keys(other)).is_copy is copy


def test_figures_count_alike_with_and_without_marks() -> None:
    text = " ".join(
        f"Hộ thứ {n} nhận {n},5 triệu đồng và {n} tỷ đồng vay, đạt {n + 40}% định mức." for n in range(2, 9)
    )
    assert compare(keys(text), keys(fold(text) + " het")).kind == "near"


def test_weather_bulletins_of_one_template_stay_apart() -> None:
    def bulletin(place: str, low: int, wind: str, rain: int, day: str) -> str:
        return (
            f"Dự báo {day}: khu vực {place} nhiệt độ thấp nhất {low} độ, gió {wind}, lượng mưa {rain} mm. "
            f"Riêng ven biển {place} sóng cao {rain // 10} mét, gió {wind} giật mạnh; tàu thuyền ở {place} cần chú ý. "
            f"Đêm {day} trời {place} {'quang' if rain < 20 else 'mưa'}, nhiệt độ giảm còn {low - 3} độ."
        )

    one = keys(bulletin("Hải Phòng", 18, "đông bắc cấp 4", 12, "thứ hai"))
    two = keys(bulletin("Thanh Hóa", 24, "tây nam cấp 3", 55, "thứ sáu"))
    assert not compare(one, two).is_copy


def test_short_texts_are_copies_only_when_equal() -> None:
    assert compare(keys("Đê vẫn an toàn."), keys("ĐÊ VẪN AN TOÀN")).kind == "same"
    assert compare(keys("Đê vẫn an toàn."), keys("Đê vẫn chưa an toàn.")).kind == "no"
    assert keys("Đê vẫn an toàn.").bands == ()


def test_two_empty_texts_are_no_copies() -> None:
    assert not compare(keys(""), keys("")).is_copy
    assert compare(keys("", "Một tiêu đề"), keys("", "Một tiêu đề")).kind == "same"


def test_band_keys_wear_the_month_in_vietnam() -> None:
    late = datetime(2026, 10, 31, 18, tzinfo=UTC)  # 1 November in Việt Nam
    found = copy_keys("", article(5), late)
    paragraphs = {band for band in found.bands if band[8:].startswith(PARAGRAPH)}
    assert len(found.bands) - len(paragraphs) == 32
    assert len(paragraphs) == 24
    assert all(band.startswith("2026-11:") for band in found.bands)
    asked = bands_to_ask(found.bands, late)
    assert set(found.bands) < set(asked)
    assert {band[:7] for band in asked} == {"2026-10", "2026-11"}
    assert {band[:7] for band in bands_to_ask(found.bands, datetime(2026, 11, 15, tzinfo=UTC))} == {"2026-11"}
    assert {band[:7] for band in bands_to_ask(found.bands, datetime(2027, 1, 5, tzinfo=UTC))} == {
        "2026-12",
        "2027-01",
    }


def test_the_same_text_gives_the_same_keys() -> None:
    assert keys(article(8)) == keys(article(8))


def test_a_text_of_nothing_but_its_origin_is_kept() -> None:
    assert body_of("Theo Báo Mẫu") == "Theo Báo Mẫu"


@settings(max_examples=50)
@given(st.text(st.characters(), max_size=400), st.text(st.characters(), max_size=400))
def test_any_two_texts_compare_both_ways_alike(a: str, b: str) -> None:
    one, two = keys(a), keys(b)
    assert compare(one, two) == compare(two, one)
    if one.body_hash:
        assert compare(one, one).kind == "same"


@given(st.binary(max_size=40))
def test_a_torn_row_of_shingles_is_no_crash(data: bytes) -> None:
    assert compare(CopyKeys("a", (), data), CopyKeys("b", (), data)).kind in {"no", "near"}


def test_a_text_of_200_kilobytes() -> None:
    found = keys(" ".join(f"từ{number}" for number in range(30_000)))
    assert len(found.shingles) <= 4 * 6000
