"""Whom a claim is about, what counts as two sources, and what is quoted word for word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RuleBroken
from core.rules.evidence import (
    ClaimTexts,
    Office,
    Piece,
    evidence_hash,
    find_verbatim,
    is_own_word,
    missing_origins,
    origins,
    own_unit_cues,
    require_enough,
    sensitive_cues,
)
from core.rules.vocabulary import Level, Verdict
from core.text.normalise import fold

WARD = Office(1, Level.COMMUNE, "phường Thiên Hương", "Ủy ban nhân dân phường Thiên Hương")
COMMUNE = Office(2, Level.COMMUNE, "xã Chí Minh", "Ủy ban nhân dân xã Chí Minh")
DYKE = "Đê Bến Trại vỡ rồi, cả xã Chí Minh phải sơ tán ngay trong đêm"

FIRES = [
    "Khoản tiền thu gom rác quý này của tổ dân phố số 4, phường Thiên Hương bị thu hai lần.",
    "Dịch tả lợn về rồi mà xã giấu dịch",
    "Đàn lợn chết vì dịch tả lợn châu Phi, xã biết mà giấu",
    "UBND phường thu tiền rồi không trả biên lai",
    "U.B.N.D phuong lam sai",
    "Chính quyền địa phương làm ngơ suốt ba tháng",
    "Cán bộ phường đòi thêm tiền",
    "chu tich phuong bao ke cho bai xe",
    "Công an phường đứng nhìn",
    "Lãnh đạo nói một đằng làm một nẻo",
    "Phường Thiên Hương chia đất cho người nhà",
    "Thien Huong thu phi hai lan",
    "Ward officials hid the outbreak",
    "The local authorities ignored it",
    "当局隐瞒疫情",
]
SILENT = [
    DYKE,
    "Đê Bến Trại bị vỡ và toàn bộ người dân xã Chí Minh phải sơ tán trong đêm bão.",
    "Video nước ngập tới mái nhà ở xã Nghi Dương sáng nay",
    "Xã Chí Minh giàu đẹp lên từng ngày nhờ cây vải",
    "Ca sĩ Thiên Hương hát ở sân vận động tối nay",
    "Cô gái giấu tên kể lại đêm bão",
    "Giá 25 tỷ đồng cho một ngôi trường",
]


@pytest.mark.parametrize("text", FIRES)
@pytest.mark.parametrize("form", ["nfc", "nfd", "bare"])
def test_claims_about_the_office_are_seen(text: str, form: str) -> None:
    shown = {"nfc": text, "nfd": unicodedata.normalize("NFD", text), "bare": fold(text)}[form]
    assert own_unit_cues(ClaimTexts((shown,)), WARD)


@pytest.mark.parametrize("text", SILENT)
@pytest.mark.parametrize("office", [WARD, COMMUNE])
def test_other_claims_are_not(text: str, office: Office) -> None:
    assert own_unit_cues(ClaimTexts((text,)), office) == ()


def test_a_denial_in_the_story_does_not_make_a_rumour_criticism() -> None:
    denial = "Ủy ban nhân dân xã Chí Minh cho biết đê an toàn. Theo Phó Chủ tịch UBND xã, mực nước thấp hơn mặt đê."
    post = f"KHẨN CẤP! {DYKE}. Ai có người thân gọi ngay."
    assert own_unit_cues(ClaimTexts((DYKE,), (post,), (denial,)), COMMUNE) == ()


def test_a_harmless_quote_from_an_accusing_item_is_seen() -> None:
    item = "Lợn chết rải rác\nNgười dân nói xã biết có dịch mà giấu; chính quyền nói đang chờ kết quả mẫu."
    assert own_unit_cues(ClaimTexts(("Đàn lợn ở thôn Đồng Nẻo chết vì dịch tả",), (item,)), COMMUNE)
    assert own_unit_cues(ClaimTexts(("Đàn lợn ở thôn Đồng Nẻo chết vì dịch tả",), ("x",), (item,)), COMMUNE)


def test_the_city_is_not_the_ward() -> None:
    assert own_unit_cues(ClaimTexts(("UBND thành phố Hải Phòng quyết định mức học phí mới",)), WARD) == ()


def test_a_tag_of_criticism_is_enough() -> None:
    assert own_unit_cues(ClaimTexts((DYKE,)), COMMUNE, tagged_criticism=True) == ("tag:criticism",)


def test_another_office_must_be_named() -> None:
    text = ClaimTexts(("UBND phường thu tiền hai lần",))
    assert own_unit_cues(text, COMMUNE, named_only=True) == ()
    assert own_unit_cues(ClaimTexts(("UBND xã Chí Minh thu tiền hai lần",)), COMMUNE, named_only=True)


@given(st.text(max_size=400))
def test_the_detector_takes_any_text(text: str) -> None:
    own_unit_cues(ClaimTexts((text,), (text,), (text,)), WARD)
    sensitive_cues(ClaimTexts((text,)))


@given(st.sampled_from(FIRES), st.text(max_size=60), st.text(max_size=60))
def test_words_around_do_not_silence_it(text: str, before: str, after: str) -> None:
    assert own_unit_cues(ClaimTexts((f"{before}\n{text}\n{after}",)), WARD)


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("Cửa khẩu đóng từ mai", True), ("human rights report", True), ("边境口岸", True), ("Đê vỡ", False)],
)
def test_sensitive_matters(text: str, is_so: bool) -> None:
    assert bool(sensitive_cues(ClaimTexts((text,)))) is is_so


def piece(number: int, name: str, **more: object) -> Piece:
    values: dict[str, object] = {
        "source_unit": None,
        "competent": False,
        "url": "",
        "sha256": str(number),
    } | more
    return Piece(number, name, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pieces", "count"),
    [
        ([piece(1, "A"), piece(2, "B")], 2),
        ([piece(1, "Báo A"), piece(2, "BÁO  A.")], 1),
        ([piece(1, "A", sha256="x"), piece(2, "B", sha256="x")], 1),
        ([piece(1, "A", url="https://www.bao.vn/1"), piece(2, "B", url="http://bao.vn/2")], 1),
        ([piece(1, "A", source_unit=7), piece(2, "B", source_unit=7)], 1),
        (
            [
                piece(1, "A", sha256="x"),
                piece(2, "B", sha256="x", url="https://bao.vn"),
                piece(3, "C", url="https://bao.vn/3"),
            ],
            1,
        ),
    ],
)
def test_copies_of_one_source_are_one_source(pieces: list[Piece], count: int) -> None:
    assert len(origins(pieces)) == count


OWN = piece(1, "UBND phường", competent=True)
ONE = piece(2, "Người dân")
OTHER = piece(3, "Công ty môi trường")
CITY = piece(4, "Thanh tra thành phố", competent=True)


@pytest.mark.parametrize(
    ("verdict", "pieces", "own", "rule"),
    [
        (Verdict.MISLEADING, [], set(), "evidence"),
        (Verdict.MISLEADING, [ONE], set(), "evidence"),
        (Verdict.MISLEADING, [ONE, OTHER], set(), ""),
        (Verdict.MISLEADING, [CITY], set(), ""),
        (Verdict.MISLEADING, [OWN], set(), ""),
        (Verdict.MISLEADING, [OWN], {1}, "own_unit"),
        (Verdict.MISLEADING, [OWN, piece(5, "Văn phòng UBND phường")], {1, 5}, "own_unit"),
        (Verdict.MISLEADING, [OWN, ONE], {1}, ""),
        (Verdict.MISLEADING, [OWN, CITY], {1}, ""),
        (Verdict.ACCURATE, [ONE], set(), "evidence"),
        (Verdict.ACCURATE, [OWN], {1}, ""),
        (Verdict.UNVERIFIED, [], set(), ""),
        (Verdict.OPINION, [], set(), ""),
    ],
)
def test_what_is_enough(verdict: Verdict, pieces: list[Piece], own: set[int], rule: str) -> None:
    if not rule:
        require_enough(verdict, pieces, own=own)
        return
    with pytest.raises(RuleBroken) as refused:
        require_enough(verdict, pieces, own=own)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("verdict", "pieces", "own", "missing"),
    [
        (Verdict.MISLEADING, [], set(), 2),
        (Verdict.MISLEADING, [ONE], set(), 1),
        (Verdict.MISLEADING, [ONE, OTHER], set(), 0),
        (Verdict.MISLEADING, [CITY], set(), 0),
        (Verdict.MISLEADING, [OWN], {1}, 1),
        (Verdict.ACCURATE, [OWN], {1}, 0),
        (Verdict.UNVERIFIED, [], set(), 0),
    ],
)
def test_how_many_sources_are_missing(
    verdict: Verdict, pieces: list[Piece], own: set[int], missing: int
) -> None:
    assert missing_origins(verdict, pieces, own=own) == missing


@pytest.mark.parametrize(
    ("name", "unit", "own"),
    [
        ("UBND phường Thiên Hương", None, True),
        ("Văn phòng HĐND và UBND phường", None, True),
        ("Cong an phuong Thien Huong", None, True),
        ("bất cứ tên gì", 1, True),
        ("UBND phường Thiên Hương", 8, True),
        ("UBND phường", 8, False),
        ("UBND phường An Dương", None, False),
        ("Thanh tra thành phố Hải Phòng", None, False),
        ("Hạt Quản lý đê", None, False),
    ],
)
def test_the_own_word_by_any_name(name: str, unit: int | None, own: bool) -> None:
    assert is_own_word(piece(1, name, source_unit=unit), WARD, own_units=[1]) is own


def test_the_hash_sees_every_change() -> None:
    base = piece(1, "A")
    changes = [
        piece(1, "B"),
        piece(1, "A", competent=True),
        piece(1, "A", sha256="z"),
        piece(1, "A", body="x"),
        piece(2, "A"),
    ]
    assert len({evidence_hash([one]) for one in [base, *changes]} | {evidence_hash([])}) == len(changes) + 2
    assert evidence_hash([ONE, OTHER]) == evidence_hash([OTHER, ONE])


def test_verbatim() -> None:
    text = f"KHẨN CẤP!\n{unicodedata.normalize('NFD', DYKE)}  nhé"
    assert find_verbatim(DYKE, text) == DYKE
    assert find_verbatim("  Đê Bến Trại\n vỡ   rồi ", text) == "Đê Bến Trại vỡ rồi"
    for wrong in ("Đê Bến Trại sắp vỡ rồi", "đê bến trại vỡ rồi", "", "   "):
        assert find_verbatim(wrong, text) is None
