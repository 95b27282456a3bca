"""The gist of a foreign text, for those who cannot read it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.rules.glossary import Term, TermKind, checked
from indexer.analysis.analyst import LocalAnalyst
from indexer.analysis.gist import gist, gloss, shipped
from indexer.analysis.measures import measures
from indexer.analysis.sentences import sentences


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
    assert gloss("Residents lost land by the sluice  gates, the sluice gate stood", "en", terms) == [
        ("Residents", "cư dân"),
        ("sluice  gates", "cống"),
    ]
    assert gloss("Residents lost land", "en") == [("Residents", "người dân"), ("land", "đất đai")]
    assert gloss("L’écluse est fermée", "fr", (own("écluse", "cống", language="fr"),))[0] == (
        "écluse",
        "cống",
    )
    assert gloss("水闸倒塌", "zh", (own("水闸", "cống", language="zh"),)) == [
        ("水闸", "cống"),
        ("倒塌", "sập"),
    ]


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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("東京で。「はい。」と言った。次", ["東京で。", "「はい。」と言った。", "次"]),
        ("「危ない！」水が来た。", ["「危ない！」", "水が来た。"]),
        ("10월 3일 무너졌다. 그는 “아니다.”라고 말했다. 응", ["10월 3일 무너졌다.", "그는 “아니다.”라고 말했다.", "응"]),
        ("Ул. Мира закрыта. В 5 ч. утра 12 тыс. человек ушли.", ["Ул. Мира закрыта.", "В 5 ч. утра 12 тыс. человек ушли."]),
        ("Погибли 3 чел. Власти молчат.", ["Погибли 3 чел.", "Власти молчат."]),
        ("M. Nguyen nie. « Non. » L’art. 5 reste.", ["M. Nguyen nie.", "« Non. »", "L’art. 5 reste."]),
        ("UBND P. Thiên Hương, TP. Hải Phòng trả lời. Dân hỏi…", ["UBND P. Thiên Hương, TP. Hải Phòng trả lời.", "Dân hỏi…"]),
        ("It broke at 3.15 p.m. on Monday. Then U.S. aid came.", ["It broke at 3.15 p.m. on Monday.", "Then U.S. aid came."]),
    ],
)  # fmt: skip
def test_an_abbreviation_or_a_quote_ends_no_sentence(text: str, wanted: list[str]) -> None:
    assert [text[a:b] for a, b in sentences(text)] == wanted


def test_only_the_sentence_of_the_place_in_every_script() -> None:
    for language, before, sentence, name in (
        ("ja", "株価は上がった。", "ハイフォン市で3万人が避難した。", "ハイフォン"),
        ("ko", "주가가 올랐다. ", "하이퐁시에서 3만 명이 대피했다.", "하이퐁"),
        ("ru", "Рынок вырос на 12 тыс. пунктов. ", "В Хайфоне эвакуировали 12 тыс. человек.", "Хайфоне"),
        ("fr", "M. Lê vend. ", "À Haïphong, env. 12 000 habitants sont évacués.", "Haïphong"),
    ):
        text = f"{before}{sentence}"
        at = text.index(name)
        assert gist(text, language, [(at, at + len(name))]) == sentence
        assert LocalAnalyst().analyse("", text, localities=["31"]).gist == sentence


def test_forms_of_a_word_and_parts_of_another() -> None:
    assert gloss("Дамбу, дамбой, дамбы", "ru") == [("Дамбу", "đê, đập")]
    assert gloss("Les digues évacuées", "fr") == [("digues", "đê"), ("évacuées", "sơ tán")]
    assert gloss("문화재 화재", "ko") == [("화재", "cháy")]
    assert gloss("문화재", "ko") == gloss("アムステルダム", "ja") == []
    assert gloss("홍수피해는", "ko") == [("홍수", "lũ lụt"), ("피해", "thiệt hại")]
    assert gloss("ハイフォンのダムが", "ja") == [("ダム", "đập")]
    own_form = (own("шлюз", "cống", language="ru"),)
    assert gloss("У шлюзов", "ru", own_form) == [("шлюзов", "cống")]


def test_places_are_named_as_the_gazetteer_does() -> None:
    said = [LocalAnalyst().gloss(text, language) for language, text in (
        ("ru", "под Хайфоном"), ("ja", "ハイフォン"), ("ko", "하이퐁에서"), ("fr", "à Haïphong"),
    )]  # fmt: skip
    assert [pairs[-1][1] for pairs in said] == ["thành phố Hải Phòng"] * 4


def test_numbers_and_dates_stand_among_the_words() -> None:
    assert gloss("3 октября в общине погибли 12 тыс. свиней", "ru") == [
        ("3 октября", "ngày 3/10"),
        ("общине", "xã"),
        ("погибли", "chết"),
        ("12 тыс.", "12.000"),
    ]
    assert gloss("10月3日、3万人が避難", "ja")[:2] == [("10月3日", "ngày 3/10"), ("3万人", "30.000 người")]


def test_every_language_that_has_terms_has_enough() -> None:
    counts = Counter(term.language for term in shipped())
    assert min(counts[code] for code in ("fr", "ja", "ko", "ru")) >= 100
    for code in counts:
        about = {term.kind for term in shipped() if term.language == code}
        assert about >= set(TermKind) - {TermKind.MEASURE}, code


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
    for language in ("en", "fr", "ja", "ko", "ru", "zh"):
        found = measures(text, language)
        assert all(a.end <= b.start for a, b in pairwise(found))
        gloss(text, language, (own("a", "x"),))


@given(st.text("3,.5 0123十百千万億兆억만천一二年月日월일人명thousandмлн-–/", max_size=60))
def test_any_number(text: str) -> None:
    for language in ("en", "fr", "ja", "ko", "ru", "zh"):
        assert all(text[one.start : one.end] and one.vietnamese for one in measures(text, language))
