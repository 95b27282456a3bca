"""The words under which a search engine finds a place: quoted names, with the parent's name beside a name that others bear too.

787 of 3,321 communes share their name with another (research/data.md §3), and name with province is unique; so a commune is never
searched by its bare name. Pure: the names come from the gazetteer and from what staff added.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.text.normalise import clean

#: Engines cut or refuse longer queries; the kinds of source take no more.
WORDS_LIMIT = 300
_LATIN = frozenset({"vi", "en", "fr", "de", "es", "pt"})


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """How a place is called: ``full`` with its unit word ("xã Chí Minh"), ``bare`` without, ``parent`` bare, empty for a province.

    ``aliases`` are former units and by-names in Vietnamese. ``foreign`` and ``foreign_parent`` give spellings by language.
    """

    full: str
    bare: str
    parent: str = ""
    aliases: tuple[str, ...] = ()
    foreign: Mapping[str, Sequence[str]] = field(default_factory=dict)
    foreign_parent: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Words for one language edition of a search engine."""

    language: str
    words: str


def search_queries(place: PlaceNames, languages: Iterable[str] = ("vi",)) -> tuple[SearchQuery, ...]:
    """One query a language, in the order asked for; a language in which the place cannot be told from its namesakes has none.

    Vietnamese: full name and aliases, beside the parent. Others: the spellings known, else (Latin letters) the names without marks.
    Aliases that would make the query longer than 300 characters are left out, the last first.
    """
    found = []
    for language in dict.fromkeys(languages):
        if language == "vi":
            names, parents = [place.full, *place.aliases], [place.parent] if place.parent else []
        else:
            names = _spellings(place.foreign, language, place.bare)
            parents = _spellings(place.foreign_parent, language, place.parent) if place.parent else []
            if not names or (place.parent and not parents):
                continue
        found.append(SearchQuery(language, _words(names, parents)))
    return tuple(found)


def _spellings(known: Mapping[str, Sequence[str]], language: str, name: str) -> list[str]:
    given = [spelling for spelling in known.get(language, ()) if spelling.strip()]
    return given or ([_without_marks(name)] if language in _LATIN and name else [])


def _words(names: Sequence[str], parents: Sequence[str]) -> str:
    chosen = list(dict.fromkeys(_quoted(name) for name in names))
    beside = list(dict.fromkeys(_quoted(name) for name in parents))
    while True:
        words = " ".join(part for part in (_either(chosen, bool(beside)), _either(beside, True)) if part)
        if len(words) <= WORDS_LIMIT or len(chosen) == 1:
            return words
        chosen.pop()


def _either(words: Sequence[str], grouped: bool) -> str:
    joined = " OR ".join(words)
    return f"({joined})" if grouped and len(words) > 1 else joined


def _without_marks(name: str) -> str:
    parts = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _quoted(name: str) -> str:
    # A quote inside a name would end the phrase.
    return '"' + " ".join(clean(name).replace('"', " ").split()) + '"'
