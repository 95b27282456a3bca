"""The gist of a foreign text for staff who cannot read it: the sentences that name the locality, known words glossed in Vietnamese.

Not a translation and never quoted as the source's words: the original sentence stands first, the glosses behind it. Sentences are
chosen when a text is stored, words are glossed when it is read: the glossary that the office extends then holds for every item at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from core.rules.glossary import Term, TermKind, combined
from core.text.tokens import Token, tokenise
from indexer.analysis import negation
from indexer.analysis.measures import measures
from indexer.analysis.sentences import sentences
from indexer.analysis.word_forms import simplified, stem

MAX_SENTENCES = 3
MAX_SENTENCE = 300
MAX_GLOSSES = 16

#: letters that one Korean or Japanese word is written in
_HANGUL = re.compile("[\uac00-\ud7a3]")
#: what stands before the Chinese word for a household; elsewhere it is a part of "door", "user" or "account"
_COUNTED = re.compile(r"[\d〇零一二三四五六七八九十百千万萬几幾数數多余餘每]")
_KATAKANA = re.compile("[\u30a1-\u30ff]")


@dataclass(slots=True)
class _Table:
    """Terms of a language with their Vietnamese: as they are written, by their stems, and how long those are that begin with a stem."""

    exact: dict[tuple[str, ...], str] = field(default_factory=dict)
    stems: dict[tuple[str, ...], str] = field(default_factory=dict)
    begins: dict[str, int] = field(default_factory=dict)

    def add(self, words: tuple[str, ...], language: str, meaning: str) -> None:
        """Of two with one stem the first stands."""
        stems = stem(words, language)
        self.exact[words] = meaning
        self.stems.setdefault(stems, meaning)
        self.begins[stems[0]] = max(len(words), self.begins.get(stems[0], 0))


#: names of places abroad by language, as :func:`places_abroad` makes them
Places = Mapping[str, _Table]
_NO_PLACES: Places = MappingProxyType({})


def gist(text: str, language: str, spans: Sequence[tuple[int, int]]) -> str:
    """The sentences that hold ``spans``, a line each; empty for Vietnamese. They are glossed when somebody reads them.

    ``spans`` are code points of ``text``. Without spans the first sentence stands for the text.
    """
    if language == "vi" or not text.strip():
        return ""
    every = sentences(text)
    chosen = [s for s in every if any(s[0] <= a < s[1] for a, _ in spans)] or every[:1]
    lines = []
    for start, end in chosen[:MAX_SENTENCES]:
        sentence = text[start:end]
        lines.append(
            sentence if len(sentence) <= MAX_SENTENCE else sentence[:MAX_SENTENCE].rsplit(" ", 1)[0] + "…"
        )
    return "\n".join(lines)


def gloss(
    sentence: str, language: str, own: Sequence[Term] = (), places: Places = _NO_PLACES
) -> list[tuple[str, str]]:
    """(as written, Vietnamese) for every number, date and known word of the sentence, longest first where they overlap, in order.

    What a negation takes back is glossed with it: see :mod:`indexer.analysis.negation`.

    ``own``: the office's terms, which stand before the shipped ones. ``places``: see :func:`places_abroad`.
    """
    tables = [found[language] for found in (_tables(tuple(own)), places) if language in found]
    tokens = tokenise(sentence)
    said = {measure.start: measure for measure in measures(sentence, language)}
    out: list[tuple[str, str]] = []
    known: set[str] = set()

    def add(start: int, end: int, meaning: str) -> None:
        # A word is glossed once; a negation as often as it stands there.
        if meaning == negation.ALONE or meaning not in known:
            known.add(meaning)
            out.append((sentence[start:end], meaning))

    k, after = 0, 0
    while k < len(tokens) and len(out) < MAX_GLOSSES:
        start = tokens[k].start
        measure = said.get(start)
        if measure is not None:
            add(start, measure.end, measure.vietnamese)
            k = after = _past(tokens, k, measure.end)
            continue
        length, meaning = _longest(sentence, tokens, k, language, tables, joined=k == after)
        no = negation.before(tokens, k, language)
        if no.length >= length + bool(meaning):
            last, meaning = _taken_back(sentence, tokens, k + no.length, language, tables)
            if meaning or not no.bound:
                meaning = f"{no.vietnamese} {meaning}" if meaning else negation.ALONE
                add(start, tokens[last].end, meaning)
            k = after = last + 1
            continue
        if meaning:
            word_end = tokens[k + length - 1].end
            end = negation.behind(sentence, word_end, language)
            add(start, end, f"không {meaning}" if end > word_end else meaning)
            k = after = _past(tokens, k, end)
        elif (end := negation.loose(sentence, start, language)) > start:
            add(start, end, negation.ALONE)
            k = after = _past(tokens, k, end)
        else:
            k += length
    return out


def _past(tokens: Sequence[Token], at: int, end: int) -> int:
    """The first word that begins at ``end`` or behind it."""
    while at < len(tokens) and tokens[at].start < end:
        at += 1
    return at


def _taken_back(
    sentence: str, tokens: Sequence[Token], at: int, language: str, tables: Sequence[_Table]
) -> tuple[int, str]:
    """Behind a negation: the last word of the known one that it takes back, with its Vietnamese; (last of the negation, "") for none."""
    k = at
    while negation.goes_on(sentence, tokens, k):
        length, meaning = _longest(sentence, tokens, k, language, tables, joined=True)
        more = negation.between(tokens, k, language)
        if meaning and length > more:
            return k + length - 1, meaning
        if not more:
            break
        k += more
    return at - 1, ""


def _longest(
    sentence: str, tokens: Sequence[Token], at: int, language: str, tables: Sequence[_Table], *, joined: bool
) -> tuple[int, str]:
    """How many words the longest term that begins here has, and its Vietnamese; (1, "") for none.

    ``joined``: what stands before belongs to another term, so that the parts of a Korean compound are found and the end of a word is not.
    """
    (first,) = stem((tokens[at].exact,), language)
    most = max((table.begins.get(first, 0) for table in tables), default=0)
    for length in range(min(most, len(tokens) - at), 0, -1):
        words = tuple(token.exact for token in tokens[at : at + length])
        stems = stem(words, language)
        meaning = next(
            (said for table in tables if (said := table.exact.get(words) or table.stems.get(stems))), ""
        )
        if meaning and _stands(sentence, tokens[at].start, tokens[at + length - 1].end, language, joined):
            return length, meaning
    return 1, ""


def _stands(sentence: str, start: int, end: int, language: str, joined: bool) -> bool:
    """False in the middle of a word where writing shows it: 화재 in 문화재, ダム in アムステルダム, 户 in 门户."""
    before, behind = sentence[start - 1 : start], sentence[end : end + 1]
    if language == "ko":
        return joined or not _HANGUL.match(before)
    if language == "ja":
        cut = _KATAKANA.match(before) and _KATAKANA.match(sentence[start])
        return not cut and not (_KATAKANA.match(behind) and _KATAKANA.match(sentence[end - 1]))
    if language == "zh" and simplified(sentence[start:end]) == "户":
        return bool(_COUNTED.match(before))
    return True


def places_abroad(names: Iterable[tuple[str, str, str]]) -> Places:
    """(language, name there, Vietnamese name) by language, as :func:`gloss` looks for them."""
    out: dict[str, _Table] = {}
    for language, name, vietnamese in names:
        words = tuple(token.exact for token in tokenise(name))
        if words:
            out.setdefault(language, _Table()).add(words, language, vietnamese)
    return out


@lru_cache(maxsize=1)
def shipped() -> tuple[Term, ...]:
    """The glossary that comes with the program."""
    text = (files("indexer.analysis") / "data" / "glossary.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Term(language, term, meaning, TermKind(kind)) for language, term, meaning, kind in rows)


@lru_cache(maxsize=4)
def _tables(own: tuple[Term, ...]) -> dict[str, _Table]:
    out: dict[str, _Table] = {}
    # The office's first: where two terms have one stem, the first stands.
    for term in sorted(combined(shipped(), own), key=lambda term: term not in own):
        out.setdefault(term.language, _Table()).add(tuple(term.key.split(" ")), term.language, term.gloss)
    return out
