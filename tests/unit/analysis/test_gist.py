"""The gist of a foreign text, for those who cannot read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.rules.glossary import Term, TermKind, checked
from indexer.analysis.gist import gist, gloss, sentences, shipped


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
    shown = gist(text, "en", [(at, at + 11)])
    assert shown == "In Thien Huong ward residents lost land."
    assert gloss(shown, "en") == [("ward", "phường"), ("residents", "người dân"), ("land", "đất đai")]


def test_longer_terms_win() -> None:
    assert gloss("The industrial zone floods", "en")[0] == ("industrial zone", "khu công nghiệp")
    assert gloss("非洲猪瘟疫情", "zh") == [("非洲猪瘟", "dịch tả lợn châu Phi"), ("疫情", "dịch bệnh")]


def test_vietnamese_needs_none_and_unknown_languages_get_the_sentence_alone() -> None:
    assert gist("Đê an toàn.", "vi", []) == ""
    assert gist("", "en", []) == ""
    assert gist("Le port est fermé.", "fr", []) == "Le port est fermé."


def own(term: str, meaning: str, *, language: str = "en", hidden: bool = False) -> Term:
    return Term(language, term, meaning, TermKind.CLAIM, hidden)


def test_the_offices_terms_stand_before_the_shipped_ones() -> None:
    terms = (own("residents", "cư dân"), own("land", "", hidden=True), own("Sluice gate", "cống"))
    assert gloss("Residents lost land by the sluice  gates, the sluice gate broke", "en", terms) == [
        ("Residents", "cư dân"),
        ("sluice gate", "cống"),
    ]
    assert gloss("Residents lost land", "en") == [("Residents", "người dân"), ("land", "đất đai")]
    assert gloss("L’écluse est fermée", "fr", (own("écluse", "cống", language="fr"),)) == [("écluse", "cống")]
    assert gloss("水闸倒塌", "zh", (own("水闸", "cống", language="zh"),)) == [("水闸", "cống")]


@pytest.mark.parametrize(
    ("language", "term", "meaning", "kind", "wrong"),
    [
        ("vi", "đê", "đê", "hazard", "language"),
        ("en", "x", "ích", "hazard", "term"),
        ("en", "…!!", "chấm", "hazard", "term"),
        ("en", "a" * 5000, "dài", "hazard", "term"),
        ("en", "one two three four five six seven eight nine", "chín", "hazard", "term"),
        ("en", "dyke", "\u200b\u202e", "hazard", "gloss"),
        ("en", "dyke", "đ" * 500, "hazard", "gloss"),
        ("en", "dyke", "đê", "anything", "kind"),
    ],
)
def test_a_term_that_cannot_be_is_refused(
    language: str, term: str, meaning: str, kind: str, wrong: str
) -> None:
    with pytest.raises(Invalid) as error:
        checked(language, term, meaning, kind)
    assert list(error.value.fields) == [wrong]


def test_a_term_is_cleaned() -> None:
    made = checked("en", "  Sluice\u200b   GATE\x00", "cống\n ngăn ", "place")
    assert (made.term, made.gloss, made.key) == ("Sluice GATE", "cống ngăn", "sluice gate")
    assert checked("zh", "堤", "đê", "place").key == "堤"


def test_the_shipped_glossary_is_in_order() -> None:
    keys = [(term.language, term.key) for term in shipped()]
    assert len(keys) == len(set(keys)) > 120
    assert all(checked(term.language, term.term, term.gloss, term.kind) == term for term in shipped())


@given(st.text(st.characters(), max_size=300), st.integers(0, 300))
def test_any_text(text: str, at: int) -> None:
    spans = sentences(text)
    assert all(text[a:b] == text[a:b].strip() and a < b for a, b in spans)
    gist(text, "en", [(at, at + 1)])
    gist(text, "zh", [])
    gloss(text, "en", (own("a", "x"),))
