"""Every reason of the place match says in words what its points say: for the place, against it, or neither."""

from __future__ import annotations

import re

import pytest

from indexer.analysis.places.cues import REASONS, cue
from indexer.analysis.places.matcher import match_text

#: what a sentence that takes points away says: a person, a brand, another place or level, or that the name is hard to be sure of
AGAINST = {
    "vi": r"họ người|cách gọi người|nói về người|tên người|một người|nghệ sĩ|thương hiệu|tên đường|tên dài hơn|khác loại đơn vị\.|không phải (đơn vị này|địa bàn|cấp trên)"
    r"|nơi khác cũng có|dễ nhầm nên|chưa có tên|chỉ có tên ở phần đuôi|không có chữ nào|dễ nhầm\.|khó biết",
    "en": r"surname|form of address|as of a person|person's role|names people|a person|persons|artists|brand|street|longer name|another (type of unit\.|level|unit|area)"
    r"|not (this unit|the locality)|has a “|easily mistaken\.|did not exist|only in what stands|nothing (says|around)|hard to tell",
}
#: sentences for the place that must warn all the same
WARNING = {"name_short", "name_person"}


@pytest.mark.parametrize("code", REASONS)
def test_the_sentence_fits_the_sign(code):
    said = cue(code, "Thiên Hương", "Vạn Xuân")
    for language, words in (("vi", said.vi), ("en", said.en)):
        against = re.search(AGAINST[language], words, re.IGNORECASE) is not None
        assert against == (said.weight < 0) or (code in WARNING and said.weight == 0), words
        assert "{" not in words and words.endswith(".")


def test_no_two_reasons_read_alike():
    for language in ("vi", "en"):
        said = [getattr(cue(code, "Thiên Hương", "Vạn Xuân"), language) for code in REASONS]
        assert len(set(said)) == len(said)


def test_a_name_that_others_bear_is_told_as_ours_with_few_points():
    shared = cue("name_shared", "Thiên Hương")
    assert shared.weight > 0 and shared.vi.startswith("“Thiên Hương” là tên của đơn vị này, điểm thấp")


def test_an_item_about_a_singer_never_says_that_only_the_place_is_called_so():
    found = match_text("Ca sĩ Chí Minh hát trong đêm nhạc tối qua.", ["11131"])
    sentences = [one.vi for one in found[0].why]
    assert any("cách gọi người" in words for words in sentences)
    assert not any("chỉ là tên" in words for words in sentences)
