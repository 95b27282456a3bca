"""What official documents say: blanks of drafts, closing marks, hostile text, equal bytes."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.documents.metrics import bold_width_mm, wrap_bold
from alerts.documents.renderer import OfficialRenderer
from core.errors import Invalid
from core.ports import Addressee, DossierFact, Sentence
from core.text.printable import line, lines, sentence_end
from tests.unit.alerts.form import Docx, W, text_of
from tests.unit.alerts.samples import D1, D3, DOSSIER

OFFICIAL = OfficialRenderer().official


def paragraphs(document) -> list[str]:
    return [text_of(p) for p in Docx(OFFICIAL(document)).body.iter(W + "p")]


def test_a_draft_leaves_the_forms_blanks() -> None:
    found = paragraphs(replace(D1, number="", issued_on=None, signer_name=""))
    assert "Số:      /TC-UBND" in found
    assert "xã Chí Minh, ngày    tháng    năm" in found
    assert not any("DỰ THẢO" in text.upper() for text in found)


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("7", "Số: 07/"),
        ("07", "Số: 07/"),
        ("12", "Số: 12/"),
        ("305", "Số: 305/"),
        ("12a", "Số: 12a/"),
        ("08/TC-UBND", "Số: 08/TC-UBND"),
    ],
)
def test_number_below_ten_gets_its_zero(number, wanted) -> None:
    found = paragraphs(replace(D1, number=number))
    assert any(text.startswith(wanted) for text in found)
    assert not any("TC-UBND/TC-UBND" in text for text in found)


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        (datetime(2026, 1, 8, 17, 0, tzinfo=UTC), "ngày 09 tháng 01 năm 2026"),
        (datetime(2026, 2, 28, 16, 59, tzinfo=UTC), "ngày 28 tháng 02 năm 2026"),
        (datetime(2026, 2, 28, 17, 0, tzinfo=UTC), "ngày 01 tháng 3 năm 2026"),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), "ngày 01 tháng 01 năm 2027"),
    ],
)
def test_the_day_is_the_day_in_viet_nam(at, wanted) -> None:
    assert f"xã Chí Minh, {wanted}" in paragraphs(replace(D1, issued_on=at))


def test_one_addressee_stands_on_the_line_of_the_greeting() -> None:
    found = paragraphs(replace(D3, addressees=(Addressee("Sở Văn hóa, Thể thao và Du lịch"),)))
    assert "Kính gửi: Sở Văn hóa, Thể thao và Du lịch." in found


def test_a_letter_has_no_title_and_a_release_no_subject_under_its_number() -> None:
    assert not any(text == "THÔNG CÁO BÁO CHÍ" for text in paragraphs(D3))
    assert not any(text.startswith("V/v") for text in paragraphs(D1))


def test_subject_is_not_marked_twice() -> None:
    found = paragraphs(replace(D3, subject="V/v thông tin sai lệch."))
    assert "V/v thông tin sai lệch" in found


def test_archive_line_closes_the_list() -> None:
    for archive in ("VT, VHXH", "Lưu: VT, VHXH.", "- Lưu: VT, VHXH"):
        assert "- Lưu: VT, VHXH." in paragraphs(replace(D1, archive=archive))
    assert "- Lưu: VT." in paragraphs(replace(D1, archive=""))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hết", "Hết./."),
        ("Hết.", "Hết./."),
        ("Hết./.", "Hết./."),
        ("Hết;", "Hết./."),
        ("(Hết)", "(Hết)./."),
        ("Hết! ", "Hết!./."),
    ],
)
def test_the_closing_mark_comes_once(text, wanted) -> None:
    assert sentence_end(text, "./.") == wanted


def test_bases_end_with_semicolons_and_a_full_stop() -> None:
    found = paragraphs(replace(D1, bases=("Căn cứ A.", "Luật B;", "Căn cứ C")))
    assert ["Căn cứ A;", "Căn cứ Luật B;", "Căn cứ C."] == [
        text for text in found if text.startswith("Căn cứ ")
    ][:3]


def test_an_unknown_urgency_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid) as refused:
        OFFICIAL(replace(D1, urgency="RẤT GẤP"))
    assert "THƯỢNG KHẨN" in refused.value.vi
    assert "urgency" in refused.value.fields


HOSTILE = [
    "&<>\"']]> <w:p/> <!-- --> <?x?>",
    "{{ 7*7 }} {% raw %} ${x} __import__('os')",
    "a\x00b\x0bc\x1bd\ufffee\uffff",
    unicodedata.normalize("NFD", "Ủy ban nhân dân xã Nghi Dương"),
    "chữ" * 4000,
    "lệch\u202egnơưđ\u202c \u200bẩn",
    "\ud800 lẻ đôi",
    "dòng một\r\ndòng hai\u2028dòng ba\tcuối",
    "中文报道 ລາວ ไทย 🙂",
    "",
    "   ",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("base", [D1, D3], ids=["D1", "D3"])
def test_hostile_text_never_breaks_the_file(base, text) -> None:
    party = Addressee(text, text)
    document = replace(
        base, superior=text, agency=text or "X", code=text, number=text, place=text, subject=text,
        title=text if base.title else "", addressees=(party, party) if base.addressees else (), bases=(text, text),
        paragraphs=((Sentence(text, "fact"), Sentence("và", "fact")), (Sentence(text, "fact"),), (Sentence("Cuối", "fact"),)),
        recipients=(party,), archive=text, signer_authority=(text, text), signer_name=text,
        dossier=replace(DOSSIER, incident_number=text, title=text, claims=(text,), verdict=text, reason=text, facts=(DossierFact(text, text, 1, text),)),
    )  # fmt: skip
    whole = Docx(OFFICIAL(document)).text()
    assert line(text) in whole
    assert unicodedata.is_normalized("NFC", whole)


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_text_can_be_printed(text) -> None:
    document = replace(
        D1, dossier=None, subject=text, paragraphs=((Sentence(text, "fact"),),), signer_name=text
    )
    assert line(text).rstrip(" .;") in Docx(OFFICIAL(document)).text()


def test_markup_and_braces_are_printed_as_they_are() -> None:
    text = "Giá < 5 & > 3, mã {{ x }} ]]> hết"
    assert text in paragraphs(
        replace(D1, paragraphs=((Sentence(text, "fact"),), (Sentence("Cuối", "fact"),)))
    )


def test_equal_input_gives_equal_bytes_and_every_field_counts() -> None:
    first = OFFICIAL(D1)
    assert first == OFFICIAL(replace(D1))
    for change in (
        {"number": "6"}, {"place": "xã Nghi Dương"}, {"subject": "Về việc khác"}, {"archive": "VT"}, {"signer_name": "Lê An"},
        {"superior": ""}, {"urgency": "KHẨN"}, {"dossier": None}, {"bases": ()}, {"issued_on": None}, {"code": "TC-SVHTTDL"},
    ):  # fmt: skip
        assert OFFICIAL(replace(D1, **change)) != first


def test_the_file_tells_nothing_of_the_machine() -> None:
    docx = Docx(OFFICIAL(D1))
    assert {entry.date_time for entry in docx.zip.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    everything = b"".join(docx.zip.read(name) for name in docx.zip.namelist())
    assert b"python-docx" not in everything
    core = docx.zip.read("docProps/core.xml").decode()
    assert "2026-02-04T18:30:00Z" in core


def test_empty_dossier_parts_say_so() -> None:
    empty = replace(DOSSIER, claims=(), facts=(), evidence=(), open_questions=(), items=())
    words = paragraphs(replace(D1, dossier=empty))
    assert words.count("Không có.") == 4
    assert not any("TIN ĐÃ GHI NHẬN" in line for line in words), (
        "a part that is kept from the public leaves no heading"
    )


def test_lines_of_an_agency() -> None:
    assert lines("Ủy ban nhân dân\n\n xã  Chí Minh ") == ["Ủy ban nhân dân", "xã Chí Minh"]


def test_widths_are_those_of_the_font(fonts) -> None:
    """Measured again with Liberation Serif Bold, which has the widths of Times New Roman Bold."""
    import subprocess

    from PIL import ImageFont

    path = subprocess.run(
        ["fc-match", "-f", "%{file}", "Liberation Serif:bold"], capture_output=True, text=True, check=True
    ).stdout
    font = ImageFont.truetype(path, 1000)
    for text in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "SỞ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "Ử Ữ ợ ỡ ậ Đ đ ĩ ỷ",
        "Về tình hình đê Bến Trại đêm 12 tháng 9 năm 2026", "“Q&A” (50%) – J/K: x; y? z! @",
    ):  # fmt: skip
        measured = font.getlength(text, features=["-kern"]) / 1000 * 12 * 25.4 / 72
        assert bold_width_mm(text, 12) == pytest.approx(measured, rel=0.01)


@given(st.lists(st.text("ABCĐƯ", min_size=1, max_size=12), min_size=1, max_size=12))
def test_wrapping_keeps_every_word(words) -> None:
    broken = wrap_bold(" ".join(words), 12, 60)
    assert " ".join(broken).split() == words
    assert all(len(one.split()) == 1 or bold_width_mm(one, 12) <= 60 for one in broken)
