"""Forms of a foreign word brought together, so that a glossary term is found in its cases and plurals: "дамбу" is "дамба".

Light on purpose: only endings of nouns and adjectives are taken off, which needs no dictionary and joins few words that have nothing to
do with each other. Verbs and irregular nouns stand in the glossary form by form. Languages without such endings are compared as written.
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


_STEMS: dict[str, Callable[[str], str]] = {
    "ru": _russian,
    **{code: _plurals(pattern) for code, pattern in _PLURAL.items()},
}


def stem(words: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The words (in lower case) without their endings; as they are in a language without rules here."""
    cut = _STEMS.get(language)
    return words if cut is None else tuple(_stem(word, language) for word in words)


@lru_cache(maxsize=1 << 13)
def _stem(word: str, language: str) -> str:
    return _STEMS[language](word)
