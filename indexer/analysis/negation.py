"""What takes a foreign word back: "not confirmed", 未证实, 確認されていない. A gloss never says the opposite of what stands there.

A negation that stands directly before a known word, or behind it in Japanese and Korean, goes into its gloss ("không xác nhận"); words
like "been" or "officially" may stand between. Any other is a gloss of its own. Double negations and irony are not understood: both
glosses then stand side by side, as in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from core.text.tokens import Token, tokenise
from indexer.analysis.word_forms import simplified

#: the gloss of a negation that belongs to no known word beside it
ALONE = "không, chưa"


class Negation(NamedTuple):
    """How many words it has, its Vietnamese, and whether it is one only before a known word (不 of 不断 is none)."""

    length: int
    vietnamese: str
    bound: bool


_NONE = Negation(0, "", True)
#: negations by language and Vietnamese
_BEFORE: dict[str, dict[str, str]] = {
    "en": {
        "không": "not|never|neither|nor|didn't|doesn't|don't|isn't|wasn't|weren't|aren't|hasn't|haven't|hadn't|won't|wouldn't",
        "không thể": "cannot|can not|can't|couldn't|could not|unable to",
        "không có": "no|without",
        "không ai": "nobody|no one",
        "chưa": "not yet",
    },
    "fr": {
        "không": "ne|n'|pas|jamais|ni|non|personne n'|personne ne|nul ne",
        "không có": "aucun|aucune|sans|pas de|pas d'",
        "chưa": "pas encore",
    },
    "ru": {
        "không": "не|ни|никто не|ничто не|никогда не",
        "không thể": "не может|не могут|не смог|не смогли|не смогла|не удалось",
        "không có": "нет|без|никаких|никакой|не было",
        "chưa": "пока не|еще не",
    },
    "ko": {"không": "안|못"},
    "zh": {
        "không": "没有|并未|并没有|从未|从来没有|不是|并非|并不|不会|不予|不|没",
        "không thể": "无法|不能|未能|没能",
        "không có": "无|毫无|并无",
        "không ai": "无人|没有人",
        "chưa": "未|尚未|仍未|还未|还没有|还没|暂未|至今未|目前未",
    },
}
_BOUND = {
    "ko": frozenset("안못"),
    "zh": frozenset("不没无"),
    "en": frozenset({"nor"}),
    "fr": frozenset({"non"}),
}
#: what may stand between a negation and the word that it takes back
_BETWEEN: dict[str, str] = {
    "en": "been|be|being|yet|officially|immediately|independently|was|were|is|are|have|has|had|so|far|able|to|any|really|actually|even|ever",
    "fr": "a|ont|est|sont|était|étaient|avait|avaient|ait|aient|soit|été|être|pas|plus|jamais|encore|toujours|officiellement"
    "|se|s'|de|d'|pu|peut",
    "ru": "был|была|было|были|быть|пока|еще|официально|стал|стали",
    "zh": "得到|得以|获得|获|被|经|正式|官方|任何|发生|出现|造成|进行|予以|能|曾|对此|有|完全|导致|人|人员",
}
_STOP = re.compile(r"[,.;:!?()…、。，；：！？（）\n]")
#: The second word of a French negation. "Ne … que" is "only" and takes nothing back.
_FRENCH_SECOND = frozenset({"pas", "plus", "jamais", "aucun", "aucune", "ni", "rien", "personne", "guère", "point", "nul"})  # fmt: skip
_FRENCH_FIRST = frozenset({"ne", "n"})

_JAPANESE_END = r"(?:ない|なかった|ません|無い)(?!か|と(?:いけ|なら))"
#: Particle, the verb's own letters, the negation. Not "must", "may" or "is it not": those take nothing back.
_JAPANESE = re.compile(
    r"(?:情報|事実|報告|発表|予定)?(?:では|でも|には|[はがもをので])?"
    r"(?:し|せ|され|でき|出来|られ|れ|出|あり|起き|発生し)?(?:て(?:は|も)?(?:い|おり|お)?)?"
    rf"(?:{_JAPANESE_END}|なく|なし|らず|ず(?![つれ]))"
)
_KOREAN = re.compile(
    r"\s?(?:이|가|은|는|도|을|를)?\s?(?:되|하|시키|당하|받|지)?(?:(?:된|한|할|될)\s)?(?:바|것|적|수|사실)?(?:이|가|은|는|도)?\s?"
    r"(?:(?:지|지는|지도)\s?(?:않|못|아니)|(?:안|못)\s?(?:됐|됨|된|되|했|하|함)|없(?!지)|아니(?!냐)|아닌(?!가)|아닙)[가-힣]*"
)
_BEHIND = {"ja": _JAPANESE, "ko": _KOREAN}
#: Negations of Japanese and Korean wherever else they stand; 危ない (dangerous) and かもしれない (perhaps) are none.
_LOOSE = {
    "ja": re.compile(
        rf"(?<![危少汚切幼])(?<!かもしれ)(?<!ばなら)(?<!はなら)(?<!はいけ)(?:{_JAPANESE_END}|おらず)"
    ),
    "ko": re.compile(
        r"(?<!뿐만 )(?<!뿐 )(?:지\s?(?:않|못)|없(?:다|었|는|이|고|으)|아니(?:다|라|며|고|었)|아닌(?!가)|아닙)[가-힣]*"
    ),
}


def before(tokens: Sequence[Token], at: int, language: str) -> Negation:
    """The negation that begins at this word; one of no words for none."""
    table = _negations(language)
    if simplified(tokens[at].exact) not in _firsts(language):
        return _NONE
    for length in range(min(4, len(tokens) - at), 0, -1):
        words = tuple(simplified(token.exact) for token in tokens[at : at + length])
        if meaning := table.get(words):
            if language == "fr" and not _french(tokens, at, words[-1]):
                return _NONE
            if language == "ko" and not _apart(tokens, at):
                return _NONE
            bound = "".join(words) in _BOUND.get(language, ()) or _second(tokens, at, language)
            return Negation(length, meaning, bound)
    return _NONE


def between(tokens: Sequence[Token], at: int, language: str) -> int:
    """How many words of those that may stand before the one taken back begin here."""
    table = _between(language)
    for length in (2, 1):
        words = tuple(simplified(token.exact) for token in tokens[at : at + length])
        if len(words) == length and (words in table or words in _negations(language)):
            return length
    return 0


def goes_on(sentence: str, tokens: Sequence[Token], at: int) -> bool:
    """True if nothing that ends a clause stands before this word."""
    return 0 < at < len(tokens) and not _STOP.search(sentence, tokens[at - 1].end, tokens[at].start)


def behind(sentence: str, end: int, language: str) -> int:
    """Where the negation ends that stands directly behind a word that ends here; ``end`` itself for none."""
    found = _BEHIND[language].match(sentence, end) if language in _BEHIND else None
    return found.end() if found else end


def loose(sentence: str, start: int, language: str) -> int:
    """Where a Japanese or Korean negation ends that begins here, beside no known word; ``start`` itself for none."""
    found = _LOOSE[language].match(sentence, start) if language in _LOOSE else None
    return found.end() if found else start


def _apart(tokens: Sequence[Token], at: int) -> bool:
    """True for a Korean syllable that is a word of its own: 안 무너졌다, not 안전."""
    joined_before = at > 0 and tokens[at - 1].end == tokens[at].start
    return not joined_before and (at + 1 == len(tokens) or tokens[at].end < tokens[at + 1].start)


def _french(tokens: Sequence[Token], at: int, last: str) -> bool:
    """False for the "ne" of "ne … que"."""
    if last not in _FRENCH_FIRST:
        return True
    around = {token.exact for token in tokens[max(0, at - 8) : at + 10]}
    return bool(around & _FRENCH_SECOND) or not around & {"que", "qu"}


def _second(tokens: Sequence[Token], at: int, language: str) -> bool:
    """True for the "pas" of a "ne … pas" whose "ne" was glossed before."""
    near = {token.exact for token in tokens[max(0, at - 7) : at]}
    return language == "fr" and tokens[at].exact in _FRENCH_SECOND and bool(near & _FRENCH_FIRST)


@lru_cache(maxsize=16)
def _negations(language: str) -> dict[tuple[str, ...], str]:
    return {words: meaning for meaning, given in _BEFORE.get(language, {}).items() for words in _cut(given)}


@lru_cache(maxsize=16)
def _firsts(language: str) -> frozenset[str]:
    return frozenset(words[0] for words in _negations(language))


@lru_cache(maxsize=16)
def _between(language: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_cut(_BETWEEN.get(language, "")))


def _cut(given: str) -> list[tuple[str, ...]]:
    return [tuple(simplified(token.exact) for token in tokenise(word)) for word in given.split("|") if word]
