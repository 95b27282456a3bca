"""A gloss never says the opposite of a foreign sentence: what is denied there is denied in Vietnamese, in every shipped language."""

from __future__ import annotations

from collections import Counter

import pytest

from indexer.analysis.gist import gloss, shipped
from indexer.analysis.negation import ALONE
from indexer.analysis.word_forms import simplified

#: language, sentence, a gloss that must not stand there bare, what must stand there instead
NEGATED = [
    ("zh", "堤坝决口（未证实）", "xác nhận", "chưa được xác nhận"),
    ("zh", "消息尚未证实，来源不明。", "xác nhận", "chưa được xác nhận"),
    ("zh", "該消息未經證實。", "xác nhận", "chưa được xác nhận"),
    ("zh", "警方没有证实此事。", "xác nhận", "chưa được xác nhận"),
    ("zh", "傳聞尚未得到官方證實。", "xác nhận", "chưa xác nhận"),
    ("zh", "当地并未决口。", "vỡ đê", "không vỡ đê"),
    ("zh", "尚未發生潰堤。", "vỡ đê", "chưa vỡ đê"),
    ("zh", "沒有任何人死亡。", "chết", "không chết"),
    ("zh", "村里无人受伤。", "bị thương", "không ai bị thương"),
    ("zh", "当局无法核实。", "kiểm chứng", "không thể kiểm chứng"),
    ("zh", "居民不撤离。", "sơ tán", "không sơ tán"),
    ("zh", "網傳不實。", "thật", "sai sự thật"),
    ("zh", "爆料不属实。", "đúng sự thật", "không đúng sự thật"),
    ("en", "The breach was not confirmed.", "xác nhận", "không xác nhận"),
    ("en", "It has not yet been officially confirmed.", "xác nhận", "chưa xác nhận"),
    ("en", "An unconfirmed rumour.", "xác nhận", "chưa được xác nhận"),
    ("en", "There is no evidence of it.", "bằng chứng", "không có bằng chứng"),
    ("en", "The dam did not collapse.", "sập", "không sập"),
    ("en", "Residents weren’t evacuated.", "sơ tán", "không sơ tán"),
    ("en", "No one was killed.", "chết", "không ai chết"),
    ("en", "Nobody was injured.", "bị thương", "không ai bị thương"),
    ("en", "The post could not be verified.", "kiểm chứng", "không thể kiểm chứng"),
    ("en", "That is not true.", "đúng sự thật", "không đúng sự thật"),
    ("fr", "La mairie n’a pas confirmé.", "xác nhận", "không xác nhận"),
    ("fr", "La police ne confirme pas.", "xác nhận", "không xác nhận"),
    ("fr", "Une rumeur non confirmée.", "xác nhận", "không xác nhận"),
    ("fr", "L’ouvrage n’a pas cédé.", "bị vỡ", "không bị vỡ"),
    ("fr", "Ils n’ont pas encore été évacués.", "sơ tán", "không sơ tán"),
    ("fr", "Personne n’a été blessé.", "bị thương", "không bị thương"),
    ("fr", "Sans preuve.", "bằng chứng", "không có bằng chứng"),
    ("fr", "Il n’y a pas de dégâts.", "thiệt hại", "không có thiệt hại"),
    ("ja", "詳細は確認されていない。", "xác nhận", "không xác nhận"),
    ("ja", "当局は確認していません。", "xác nhận", "không xác nhận"),
    ("ja", "未確認の話だ。", "xác nhận", "chưa được xác nhận"),
    ("ja", "堤は決壊しておらず、", "vỡ (đê, đập)", "không vỡ (đê, đập)"),
    ("ja", "被害はなかった。", "thiệt hại", "không thiệt hại"),
    ("ja", "それは事実ではない。", "sự thật", "không đúng sự thật"),
    ("ko", "아직 확인되지 않았다.", "xác nhận", "không xác nhận"),
    ("ko", "확인된 바 없다.", "xác nhận", "không xác nhận"),
    ("ko", "미확인 이야기다.", "xác nhận", "chưa được xác nhận"),
    ("ko", "둑은 무너지지 않았다.", "bị sập, vỡ", "không bị sập, vỡ"),
    ("ko", "피해는 없었다.", "thiệt hại", "không thiệt hại"),
    ("ko", "둑은 안 무너졌다.", "bị sập, vỡ", "không bị sập, vỡ"),
    ("ko", "대피하지 못했다.", "sơ tán", "không sơ tán"),
    ("ru", "Это не подтверждено.", "xác nhận", "không xác nhận"),
    ("ru", "Сведения пока не были подтверждены.", "xác nhận", "chưa xác nhận"),
    ("ru", "Неподтверждённый слух.", "xác nhận", "chưa được xác nhận"),
    ("ru", "Плотина не была прорвана.", "bị vỡ", "không bị vỡ"),
    ("ru", "Никто не погиб.", "chết", "không chết"),
    ("ru", "Ещё не эвакуированы.", "sơ tán", "chưa sơ tán"),
    ("ru", "Нет доказательств.", "bằng chứng", "không có bằng chứng"),
]


@pytest.mark.parametrize(("language", "sentence", "opposite", "wanted"), NEGATED)
def test_what_is_denied_is_never_glossed_bare(language, sentence, opposite, wanted) -> None:
    said = [meaning for _, meaning in gloss(sentence, language)]
    assert wanted in said and opposite not in said, said


@pytest.mark.parametrize(
    ("language", "sentence", "wanted"),
    [
        ("zh", "官方证实决口，居民撤离。", ["phía chính quyền", "xác nhận", "vỡ đê", "người dân", "sơ tán"]),
        ("zh", "不断下雨，房屋不久倒塌。", ["liên tục", "không lâu", "sập"]),
        ("en", "Not only residents were evacuated.", ["không chỉ", "người dân", "sơ tán"]),
        ("fr", "Ils n’ont confirmé que deux morts.", ["xác nhận", "hai", "chết"]),
        ("ja", "決壊したかもしれない。", ["vỡ (đê, đập)", "có thể"]),
        ("ja", "決壊したのではないか。避難しなければならない。", ["vỡ (đê, đập)", "sơ tán"]),
        ("ko", "붕괴뿐만 아니라 침수.", ["sập, vỡ", "ngập nước"]),
        ("ru", "Не только жители эвакуированы.", ["không chỉ", "người dân", "sơ tán"]),
    ],
)
def test_what_is_not_denied_stays(language, sentence, wanted) -> None:
    assert [meaning for _, meaning in gloss(sentence, language)] == wanted


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh", "当局并未要求居民撤离。"),
        ("en", "No, residents were evacuated."),
        ("fr", "Il ne croit pas les autorités."),
        ("ja", "報告はない。"),
        ("ko", "필요가 없다."),
        ("ru", "Он не знает, эвакуированы ли жители."),
    ],
)
def test_a_negation_beside_no_known_word_is_a_gloss_of_its_own(language, sentence) -> None:
    assert ALONE in [meaning for _, meaning in gloss(sentence, language)]


def test_both_negations_of_a_sentence_stand_there() -> None:
    said = [meaning for _, meaning in gloss("He does not know, she does not know", "en")]
    assert said == [ALONE, ALONE]


@pytest.mark.parametrize(
    ("mainland", "elsewhere", "wanted"),
    [
        ("决口", "決口", "vỡ đê"),
        ("溃堤", "潰堤", "vỡ đê"),
        ("撤离", "撤離", "sơ tán"),
        ("疏散", "疏散", "sơ tán"),
        ("网传", "網傳", "mạng lan truyền"),
        ("据传", "據傳", "theo lời đồn"),
        ("谣言", "謠言", "tin đồn"),
        ("辟谣", "闢謠", "bác tin đồn"),
        ("否认", "否認", "bác bỏ"),
        ("台风", "颱風", "bão"),
        ("征地", "徵地", "thu hồi đất"),
        ("门户网站", "門戶網站", "cổng thông tin điện tử"),
        ("人民委员会", "人民委員會", "ủy ban nhân dân"),
    ],
)
def test_chinese_in_both_scripts(mainland, elsewhere, wanted) -> None:
    assert simplified(elsewhere) == mainland
    assert gloss(mainland, "zh") == [(mainland, wanted)]
    assert gloss(elsewhere, "zh") == [(elsewhere, wanted)]


def test_a_household_is_counted_and_a_portal_is_none() -> None:
    assert [meaning for _, meaning in gloss("数百户，开户，窗户，门户网站", "zh")] == [
        "hộ",
        "cổng thông tin điện tử",
    ]


def test_chinese_has_words_enough() -> None:
    assert Counter(term.language for term in shipped())["zh"] >= 120
