"""Forms of a foreign word brought together, so that a glossary term is found in its cases and plurals: "дамбу" is "дамба".

Light on purpose: only endings of nouns and adjectives are taken off, which needs no dictionary and joins few words that have nothing to
do with each other. Verbs and irregular nouns stand in the glossary form by form. Chinese is compared in one script. Languages without such endings are compared as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

#: Case endings of Russian nouns and adjectives, of participles too; what stays has three letters at least.
_RUSSIAN = re.compile(
    r"(?<=\w{3})(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|ией|ием|иям|иях|ах|ях|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|ых|их|ую|юю"
    r"|ом|ем|ам|ям|ью|ия|ии|ию|[аяоеыиуюьй])$"
)
#: Plurals; in French the feminine of a participle too ("évacuées"): "é" before it is sure, other feminines are not.
_PLURAL = {"en": re.compile(r"(?<=\w\w[^\Wsu])s$"), "fr": re.compile(r"(?<=é)es?$|(?<=\w{3})[sx]$")}


def _russian(word: str) -> str:
    return _RUSSIAN.sub("", word.replace("ё", "е"))


def _plurals(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda word: pattern.sub("", word)


#: Characters of Taiwan, Hong Kong and old prints, and those of the mainland in the same order: of words that news of accidents, land and
#: offices use, not all there are.
_TRADITIONAL = (
    "並佈來係個們備傳傷僅價億償兒劃務勞區參員單嗎嚴國圍園圖團執堅報場塊塵墊墳壓壘壞壩壯夠夾奪婦孫學實審寫將專對導層屬島崗帳幫"
    "幾庫廠廢廣張強彈後徑從復徵惡憂應戰戶採損擁擊擔據擠擴斷時暢暫曆書會條業樑樓標樹橋機檢歲歷歸殺汙決沒沖洶淪測湧準溫滅滯滲滾"
    "滿漁漲潰澇澱濁濟濫灣災為無燒營爲獎獲現環產當療發眾瞞瞭確礙礦禍稅種稱約紅純紙組結絕絡經網線緻縣總織繫罰羣義聞聯聲聽臨臺與"
    "萬藥處虛號衆衛衝裏補裡製見視親計訊記訪設訴註詐評話認語誤說誰課調談請論諡謠證議譴護讀變讓豬貨貪責買費貼資賠賣質賬蹤車軍輸"
    "轉辦農這週進遊運過達違遠適遲遷選還邊鄉醫釋釐銀錄錢錯鎖鎮鐵長門閃閉開間闆關闢陸隊際隨險隱隻雜離難雲電靜頂項順須預領頭頻題"
    "願類顧顯風颱飛飯飲養館馬駐騙驗驚體鬥鬧魚鳥鹽麗麵麼黃點齊龍"
)
_SIMPLIFIED = (
    "并布来系个们备传伤仅价亿偿儿划务劳区参员单吗严国围园图团执坚报场块尘垫坟压垒坏坝壮够夹夺妇孙学实审写将专对导层属岛岗账帮"
    "几库厂废广张强弹后径从复征恶忧应战户采损拥击担据挤扩断时畅暂历书会条业梁楼标树桥机检岁历归杀污决没冲汹沦测涌准温灭滞渗滚"
    "满渔涨溃涝淀浊济滥湾灾为无烧营为奖获现环产当疗发众瞒了确碍矿祸税种称约红纯纸组结绝络经网线致县总织系罚群义闻联声听临台与"
    "万药处虚号众卫冲里补里制见视亲计讯记访设诉注诈评话认语误说谁课调谈请论谥谣证议谴护读变让猪货贪责买费贴资赔卖质账踪车军输"
    "转办农这周进游运过达违远适迟迁选还边乡医释厘银录钱错锁镇铁长门闪闭开间板关辟陆队际随险隐只杂离难云电静顶项顺须预领头频题"
    "愿类顾显风台飞饭饮养馆马驻骗验惊体斗闹鱼鸟盐丽面么黄点齐龙"
)
_ONE_SCRIPT = str.maketrans(_TRADITIONAL + "ё", _SIMPLIFIED + "е")


def simplified(word: str) -> str:
    """A word in the characters of the mainland; "ё" as "е"."""
    return word.translate(_ONE_SCRIPT)


_STEMS: dict[str, Callable[[str], str]] = {
    "ru": _russian,
    "zh": simplified,
    **{code: _plurals(pattern) for code, pattern in _PLURAL.items()},
}


def stem(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The words (in lower case) without their endings; as they are in a language without rules here."""
    cut = _STEMS.get(language)
    return words if cut is None else tuple(_stem(word, language) for word in words)


@lru_cache(maxsize=1 << 13)
def _stem(word: str, language: str) -> str:
    return _STEMS[language](word)
