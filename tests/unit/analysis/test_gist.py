"""The gist of a foreign text, for those who cannot read it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis.gist import gist, gloss, sentences


def test_sentences_keep_their_place() -> None:
    text = "First one. Cost 1.200 in all!\n第二句。第三句？"
    assert [text[a:b] for a, b in sentences(text)] == [
        "First one.",
        "Cost 1.200 in all!",
        "第二句。",
        "第三句？",
    ]


def test_only_sentences_that_name_the_place_are_shown() -> None:
    text = "Prices rose. In Thien Huong ward residents lost land. Markets fell."
    at = text.index("Thien")
    assert gist(text, "en", [(at, at + 11)]) == (
        "In Thien Huong ward residents lost land. [ward: phường; residents: người dân; land: đất đai]"
    )


def test_longer_terms_win() -> None:
    assert gloss("The industrial zone floods", "en")[0] == ("industrial zone", "khu công nghiệp")
    assert gloss("非洲猪瘟疫情", "zh") == [("非洲猪瘟", "dịch tả lợn châu Phi"), ("疫情", "dịch bệnh")]


def test_vietnamese_needs_none_and_unknown_languages_get_the_sentence_alone() -> None:
    assert gist("Đê an toàn.", "vi", []) == ""
    assert gist("", "en", []) == ""
    assert gist("Le port est fermé.", "fr", []) == "Le port est fermé."


@given(st.text(st.characters(), max_size=300), st.integers(0, 300))
def test_any_text(text: str, at: int) -> None:
    spans = sentences(text)
    assert all(text[a:b] == text[a:b].strip() and a < b for a, b in spans)
    gist(text, "en", [(at, at + 1)])
    gist(text, "zh", [])
