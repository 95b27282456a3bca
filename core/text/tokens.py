"""The one text chain: from any text to tokens, the same for storing, searching, matching and highlighting (decision 2).

NFKC → invisible characters dropped → ð → đ, Ƣ → Ư → tone mark at its old-style place → split on everything that is neither
letter, number nor mark, each character of an unspaced script its own token → lower case (``exact``) → accents and đ folded
(``folded``). Offsets always point into the text that was given, whatever its form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, overload

from core.text.normalise import fold, stream_safe, tone_key
from core.text.scripts import INVISIBLE, MARKS, UNSPACED, is_unspaced
from core.text.vietnamese_bytes import plain_fields, plain_fields_of, plain_folded, plain_folded_lines

__all__ = [
    "ANALYSIS_VERSION",
    "MAX_TOKEN_BYTES",
    "Token",
    "Tokens",
    "folded_lines",
    "folded_words",
    "index_fields",
    "index_fields_of",
    "is_unspaced",
    "read",
    "tokenise",
]

#: Stored with every index; raise it when the chain changes, so that the index is rebuilt.
ANALYSIS_VERSION = 1

#: Longer tokens are cut, identically in text and query: Elasticsearch splits at 255 characters and refuses terms over 32 kB.
MAX_TOKEN_BYTES = 200


class Token(NamedTuple):
    """One word or unspaced character. ``start`` and ``end`` are code points of the text given to :func:`tokenise`."""

    exact: str
    folded: str
    start: int
    end: int


class Tokens(Sequence[Token]):
    """The tokens of a text, kept as four lists of one length: a :class:`Token` is made only for who asks for one."""

    __slots__ = ("ends", "exact", "folded", "starts")

    def __init__(self, exact: list[str], folded: list[str], starts: list[int], ends: list[int]) -> None:
        self.exact = exact
        self.folded = folded
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return len(self.exact)

    @overload
    def __getitem__(self, index: int) -> Token: ...

    @overload
    def __getitem__(self, index: slice) -> list[Token]: ...

    def __getitem__(self, index: int | slice) -> Token | list[Token]:
        if isinstance(index, slice):
            return list(
                map(Token, self.exact[index], self.folded[index], self.starts[index], self.ends[index])
            )
        return Token(self.exact[index], self.folded[index], self.starts[index], self.ends[index])

    def __iter__(self) -> Iterator[Token]:
        return map(Token, self.exact, self.folded, self.starts, self.ends)


_WORD = re.compile(
    f"[{UNSPACED}][{MARKS}]*|(?:(?![{UNSPACED}])[^\\W_])(?:(?![{UNSPACED}])[^\\W_{MARKS}]|[{MARKS}])*"
)
#: Without any of these a word is a run of letters and numbers, which is found in a third of the time.
_SPECIAL = re.compile(f"[{INVISIBLE}{MARKS}{UNSPACED}]")
#: What Vietnamese and English texts are made of, none of it special: looking for another letter is ten times quicker than for those.
_UNUSUAL = re.compile("[^\x00-\xac\xae-\u02ff\u1e00-\u1eff\u2010-\u2027\u20ab]")
_RUN = re.compile(r"([^\W_]+)")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_TRAILING = re.compile(f"[{INVISIBLE}]+$")
_BOMB = re.compile(f"[{MARKS}]{{31}}")
_PIECE = re.compile(r"[^ \n\t]+")
#: Texts that are worked on together: enough to spread what each step costs, few enough for little memory.
_TOGETHER = 64
#: Longer words than this are not remembered.
_LONGEST = 24
#: A base character with what NFKC may join to it: marks, invisible characters, jamo of the same syllable, half-width voicing.
_CLUSTER = re.compile(
    f"[\u1100-\u115e\ua960-\ua97f]*[\u1161-\u11ff\ud7b0-\ud7fb]+(?:[{MARKS}{INVISIBLE}])*|"
    f"[\u1100-\u115e\ua960-\ua97f]+(?:[{MARKS}{INVISIBLE}])*|"
    f"(?s:.)(?:[{MARKS}{INVISIBLE}\uff9e\uff9f\u11a8-\u11ff])*"
)
_LEGACY = str.maketrans({"\u01a2": "ư", "\u01a3": "ư", "ð": "đ", "Ð": "đ"})


def tokenise(text: str) -> list[Token]:
    """Every token of the text in order. Linear time on any input; never raises."""
    if _is_simple(text):
        return list(_simple(text))
    tokens: list[Token] = []
    for piece in _PIECE.finditer(text):
        tokens.extend(_tokens_of_piece(piece.group(), piece.start()))
    return tokens


def read(text: str) -> Tokens:
    """The tokens of :func:`tokenise` by columns, in half its time: for who reads whole texts."""
    if _is_simple(text):
        return _simple(text)
    tokens = tokenise(text)
    return Tokens(
        [token.exact for token in tokens],
        [token.folded for token in tokens],
        [token.start for token in tokens],
        [token.end for token in tokens],
    )


def folded_words(text: str) -> list[str]:
    """The folded forms of :func:`tokenise` alone, in a tenth of its time, for who needs no places in the text."""
    plain = plain_folded(text)
    if plain is not None:
        return plain
    if not _is_simple(text):
        return [token.folded for token in tokenise(text)]
    return [folded for _, folded in _forms_of(_RUN.findall(text))]


def folded_lines(text: str) -> list[list[str]]:
    r""":func:`folded_words` of each of the lines that ``\n`` ends, in less time than line by line."""
    plain = plain_folded_lines(text)
    return [folded_words(line) for line in text.split("\n")] if plain is None else plain


def _is_simple(text: str) -> bool:
    """True when nothing need be mapped, so that a word is a run of letters and numbers. Nearly every article is so."""
    if text.isascii():
        return True
    if _UNUSUAL.search(text) and _SPECIAL.search(text):
        return False
    # Dots and a space that NFKC spells otherwise stand between words either way.
    return unicodedata.is_normalized("NFKC", text.replace("…", " ").replace("\xa0", " "))


def _simple(text: str) -> Tokens:
    # What lies between the words, and the words, in turn: their lengths say where each begins. All loops run inside the interpreter.
    pieces = _RUN.split(text)
    edges = list(accumulate(map(len, pieces)))
    forms = _forms_of(pieces[1::2])
    return Tokens([exact for exact, _ in forms], [folded for _, folded in forms], edges[:-1:2], edges[1::2])


def _forms_of(words: Sequence[str]) -> list[tuple[str, str]]:
    if max(map(len, words), default=0) <= _LONGEST:
        return list(map(_forms, words))
    return [_forms(word) if len(word) <= _LONGEST else _forms.__wrapped__(word) for word in words]


def _tokens_of_piece(piece: str, offset: int) -> Iterator[Token]:
    plain = not _INVISIBLE.search(piece) and not _BOMB.search(piece)
    if plain and unicodedata.is_normalized("NFKC", piece):
        for m in _WORD.finditer(piece):
            yield _token(m.group(), offset + m.start(), offset + m.end())
        return
    normal, starts, ends = _mapped(piece)
    for m in _WORD.finditer(normal):
        yield _token(m.group(), offset + starts[m.start()], offset + ends[m.end() - 1])


def _mapped(piece: str) -> tuple[str, list[int], list[int]]:
    """NFKC of the piece without invisible characters, and for each of its characters where it came from."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(piece):
        body = unicodedata.normalize("NFKC", stream_safe(_INVISIBLE.sub("", cluster.group())))
        body = _INVISIBLE.sub("", body)
        out.append(body)
        starts.extend([cluster.start()] * len(body))
        visible = _TRAILING.sub("", cluster.group())
        ends.extend([cluster.start() + len(visible)] * len(body))
    return "".join(out), starts, ends


def _token(word: str, start: int, end: int) -> Token:
    exact, folded = _forms(word) if len(word) <= _LONGEST else _forms.__wrapped__(word)
    return Token(exact, folded, start, end)


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> tuple[str, str]:
    """Exact and folded form; syllables repeat so much that remembering them makes the chain six times as fast."""
    if word.isascii():
        exact = word.lower()[:MAX_TOKEN_BYTES]
        return exact, exact
    exact = tone_key(unicodedata.normalize("NFC", stream_safe(word).lower().translate(_LEGACY)))
    return _cut(exact), _cut(fold(exact))


def _cut(word: str) -> str:
    """At most :data:`MAX_TOKEN_BYTES` of UTF-8, never through a character."""
    if len(word) * 4 <= MAX_TOKEN_BYTES:
        return word
    data = word.encode("utf-8", "replace")
    return word if len(data) <= MAX_TOKEN_BYTES else data[:MAX_TOKEN_BYTES].decode("utf-8", "ignore")


def index_fields(text: str) -> tuple[str, str]:
    """The two fields of an index, space-joined: tokens with marks, and without. Both have the same number of tokens."""
    return plain_fields(text) or _fields(text)


def index_fields_of(texts: Sequence[str]) -> list[tuple[str, str]]:
    """:func:`index_fields` of each of a batch, together in a third of the time."""
    return [
        quick or _fields(text)
        for start in range(0, len(texts), _TOGETHER)
        for part in [texts[start : start + _TOGETHER]]
        for quick, text in zip(plain_fields_of(part), part, strict=True)
    ]


def _fields(text: str) -> tuple[str, str]:
    if _is_simple(text):  # nobody asks for places here: see folded_words
        forms = _forms_of(_RUN.findall(text))
        return " ".join([exact for exact, _ in forms]), " ".join([folded for _, folded in forms])
    tokens = read(text)
    return " ".join(tokens.exact), " ".join(tokens.folded)
