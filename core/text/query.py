"""What a person types in the search box, as a tree that every engine reads alike.

Grammar: words; ``"phrases"``; ``AND``/``OR``/``NOT`` in any case and Vietnamese ``hoặc``; ``-word``; parentheses. Words side by
side are all required. A word typed with accents searches the exact field, without accents the folded one. One piece that the
chain cuts into several tokens (``TP.HCM``, ``covid-19``, a run of Han or Thai) is a phrase. Raw text never reaches an engine:
leaves hold tokens only. Stated for people in docs/search.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from core.text.normalise import clean
from core.text.tokens import Token, tokenise

#: Which field of the index a leaf searches.
Field = Literal["exact", "folded"]

MAX_LENGTH = 2000
MAX_LEAVES = 64
MAX_PHRASE = 64
#: Elasticsearch refuses queries nested over 30 deep, FTS5's parser has a stack of 100: a bracket costs two and four of them
MAX_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Word:
    """One token in one field."""

    token: str
    field: Field


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two or more tokens that follow each other directly, all in one field."""

    tokens: tuple[str, ...]
    field: Field


@dataclass(frozen=True, slots=True)
class And:
    """Every part matches; parts may be :class:`Not`, even all of them."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part matches."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every document that the part does not match; may stand anywhere, alone too. Never holds another Not directly."""

    part: Node


Node: TypeAlias = Word | Phrase | And | Or | Not


@dataclass(frozen=True, slots=True)
class Invalid:
    """A query that asks for nothing: ``empty`` (no letter or figure in it) or ``too_long``. The sentences are for the screen."""

    code: Literal["empty", "too_long"]
    vi: str
    en: str


_EMPTY = Invalid(
    "empty",
    "Hãy gõ ít nhất một chữ hoặc một con số để tìm.",
    "Type at least one letter or figure to search for.",
)
_TOO_LONG = Invalid(
    "too_long",
    f"Câu tìm quá dài: tối đa {MAX_LENGTH} ký tự và {MAX_LEAVES} từ. Hãy rút ngắn lại.",
    f"The query is too long: at most {MAX_LENGTH} characters and {MAX_LEAVES} words. Please shorten it.",
)

_LEX = re.compile(r'(?P<space>\s+)|(?P<quote>["“”„«»])|(?P<paren>[()（）])|(?P<piece>[^\s"“”„«»()（）]+)')
_QUOTES = re.compile(r'["“”„«»]')
_OPERATORS = {"and": "and", "or": "or", "hoặc": "or", "not": "not"}


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: Literal["leaf", "and", "or", "not", "minus", "open", "close"]
    leaf: Word | Phrase | None = None


def parse_query(text: str) -> Node | Invalid:
    """The tree for what was typed, or :class:`Invalid`. Never raises: stray quotes, brackets and operators are forgiven."""
    if len(text) > MAX_LENGTH:
        return _TOO_LONG
    lexemes = list(_lexemes(clean(text)))
    if sum(1 for lexeme in lexemes if lexeme.kind == "leaf") > MAX_LEAVES:
        return _TOO_LONG
    node = _Parser(lexemes).parse()
    if node is None and any(lexeme.kind in {"and", "or", "not"} for lexeme in lexemes):
        # Nothing but operators: then they are the words that were meant.
        node = _all_words(text)
    return _EMPTY if node is None else node


def leaves(node: Node) -> tuple[Word | Phrase, ...]:
    """The words and phrases that a hit may show, in order, without those under a Not: what is highlighted."""
    if isinstance(node, Word | Phrase):
        return (node,)
    if isinstance(node, Not):
        return ()
    return tuple(leaf for part in node.parts for leaf in leaves(part))


def phrase_of(text: str) -> Word | Phrase | None:
    """The text as one word or one phrase; None when it holds no token."""
    return _leaf(tokenise(text))


def _leaf(tokens: list[Token]) -> Word | Phrase | None:
    if not tokens:
        return None
    tokens = tokens[:MAX_PHRASE]
    exact = any(t.exact != t.folded for t in tokens)
    words = tuple(t.exact if exact else t.folded for t in tokens)
    field: Field = "exact" if exact else "folded"
    return Word(words[0], field) if len(words) == 1 else Phrase(words, field)


def _all_words(text: str) -> Node | None:
    parts = tuple(p for p in (_leaf([t]) for t in tokenise(clean(text))[:MAX_LEAVES]) if p is not None)
    return None if not parts else parts[0] if len(parts) == 1 else And(parts)


def _lexemes(text: str) -> Iterator[_Lexeme]:
    at = 0
    while at < len(text):
        found = _LEX.match(text, at)
        if found is None:  # every character belongs to one of the four kinds; this only guards the loop
            at += 1
            continue
        at = found.end()
        if found.lastgroup == "paren":
            yield _Lexeme("open" if found.group() in "(（" else "close")
        elif found.lastgroup == "quote":
            closing = _QUOTES.search(text, at)
            end = closing.start() if closing else len(text)
            leaf = phrase_of(text[at:end])
            at = closing.end() if closing else end
            if leaf is not None:
                yield _Lexeme("leaf", leaf)
        elif found.lastgroup == "piece":
            piece = found.group()
            operator = _OPERATORS.get(piece.lower())
            if operator == "and":
                yield _Lexeme("and")
            elif operator == "or":
                yield _Lexeme("or")
            elif operator == "not":
                yield _Lexeme("not")
            else:
                # A dash right before a word, a phrase or a bracket takes it out; a dash that stands alone is nothing.
                stands_before = at < len(text) and (text[at] in "(（" or _QUOTES.match(text[at]) is not None)
                if piece[0] in "-−–" and (len(piece) > 1 or stands_before):
                    yield _Lexeme("minus")
                leaf = phrase_of(piece)
                if leaf is not None:
                    yield _Lexeme("leaf", leaf)


class _Parser:
    """Recursive descent with bounded depth; what makes no sense is skipped."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self.lexemes = lexemes
        self.at = 0

    def parse(self) -> Node | None:
        parts: list[Node] = []
        while self.at < len(self.lexemes):
            node = self._either(0)
            if node is not None:
                parts.append(node)
            if self._peek() == "close":  # one bracket too many
                self.at += 1
        return _and(parts)

    def _peek(self) -> str:
        return self.lexemes[self.at].kind if self.at < len(self.lexemes) else ""

    def _either(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while True:
            node = self._all(depth)
            if node is not None:
                parts.append(node)
            if self._peek() != "or":
                return _or(parts)
            self.at += 1

    def _all(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while self._peek() not in {"", "close", "or"}:
            node = self._one(depth)
            if node is not None:
                parts.append(node)
        return _and(parts)

    def _one(self, depth: int) -> Node | None:
        negated = False
        while self._peek() in {"and", "not", "minus"}:
            if self._peek() != "and":
                negated = not negated
            self.at += 1
        kind = self._peek()
        if kind in {"", "close", "or"}:
            return None
        lexeme = self.lexemes[self.at]
        self.at += 1
        node: Node | None = lexeme.leaf
        if kind == "open":
            if depth >= MAX_DEPTH:  # deeper brackets change nothing
                return None
            node = self._either(depth + 1)
            if self._peek() == "close":
                self.at += 1
        if node is None:
            return None
        if not negated:
            return node
        return node.part if isinstance(node, Not) else Not(node)


def _and(parts: list[Node]) -> Node | None:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else (part,))
    unique = tuple(dict.fromkeys(flat))
    return None if not unique else unique[0] if len(unique) == 1 else And(unique)


def _or(parts: list[Node]) -> Node | None:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    unique = tuple(dict.fromkeys(flat))
    return None if not unique else unique[0] if len(unique) == 1 else Or(unique)
