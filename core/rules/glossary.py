"""Foreign words with their Vietnamese: what a term is, which there may be, and how the office's stand before the shipped ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Invalid
from core.rules.gazetteer import LANGUAGES
from core.text.normalise import clean
from core.text.tokens import is_unspaced, tokenise

#: letters of a term and of its Vietnamese; words of a term; terms of an office
MAX_LETTERS, MAX_WORDS, MOST_TERMS = 120, 8, 2_000


class TermKind(StrEnum):
    """What a term is about; the screen groups by it."""

    HAZARD = "hazard"
    PEOPLE = "people"
    LAND = "land"
    OFFICE = "office"
    CLAIM = "claim"
    PLACE = "place"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Term:
    """A foreign term and its Vietnamese. Of the office's: ``hidden`` takes the shipped term of the same words out."""

    language: str
    term: str
    gloss: str
    kind: TermKind
    hidden: bool = False

    @property
    def key(self) -> str:
        """How the term is looked for: its words in lower case, a blank between; characters of Chinese and the like one by one."""
        return key_of(self.term)


def key_of(term: str) -> str:
    """The words of a term as the text chain cuts them."""
    return " ".join(token.exact for token in tokenise(term))


def combined(shipped: Iterable[Term], own: Iterable[Term]) -> tuple[Term, ...]:
    """The terms in use: the office's stand before the shipped ones of the same language and words."""
    held = {(term.language, term.key): term for term in shipped}
    held |= {(term.language, term.key): term for term in own}
    return tuple(term for term in held.values() if not term.hidden)


def checked(language: str, term: str, gloss: str, kind: str) -> Term:
    """A term as it was typed, cleaned. Raises :class:`Invalid` with the fields that are wrong."""
    shown, meaning = (" ".join(clean(text).split()) for text in (term, gloss))
    fields: dict[str, str] = {}
    if language not in LANGUAGES:
        fields["language"] = "Chọn tiếng của từ."
    words = tokenise(shown)
    letters = [letter for letter in shown if letter.isalpha()]
    if len(shown) > MAX_LETTERS or len(words) > MAX_WORDS * (3 if letters and is_unspaced(letters[0]) else 1):
        fields["term"] = f"Từ dài quá {MAX_WORDS} tiếng hoặc {MAX_LETTERS} chữ; ghi từ ngắn hơn."
    elif not letters or (len(letters) < 2 and not is_unspaced(letters[0])):
        fields["term"] = "Nhập từ có ít nhất hai chữ cái."
    if not any(letter.isalpha() for letter in meaning):
        fields["gloss"] = "Nhập nghĩa tiếng Việt."
    elif len(meaning) > MAX_LETTERS:
        fields["gloss"] = f"Nghĩa dài quá {MAX_LETTERS} chữ."
    if kind not in set(TermKind):
        fields["kind"] = "Chọn nhóm của từ."
    if fields:
        raise Invalid("Chưa lưu từ: xem các ô được đánh dấu.", "The term was not saved.", fields=fields)
    return Term(language, shown, meaning, TermKind(kind))
