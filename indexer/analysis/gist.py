"""The gist of a foreign text for staff who cannot read it: the sentences that name the locality, known words glossed in Vietnamese.

Not a translation and never quoted as the source's words: the original sentence stands first, the glosses behind it. Sentences are
chosen when a text is stored, words are glossed when it is read: the glossary that the office extends then holds for every item at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from core.rules.glossary import Term, TermKind, combined
from core.text.tokens import tokenise

MAX_SENTENCES = 3
MAX_SENTENCE = 300
MAX_GLOSSES = 12

_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?](?!\s|$)[^.!?。！？\n]*)*[.!?。！？]*\s*")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of a text, without surrounding blanks."""
    out = []
    for found in _SENTENCE.finditer(text):
        body = found.group()
        if body.strip():
            start = found.start() + len(body) - len(body.lstrip())
            out.append((start, start + len(body.strip())))
    return out


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


def gloss(sentence: str, language: str, own: Sequence[Term] = ()) -> list[tuple[str, str]]:
    """(term as written, Vietnamese) for every glossary term of the sentence, longest first where they overlap, in order.

    ``own``: the office's terms, which stand before the shipped ones.
    """
    table, longest = _table(tuple(own)).get(language, ({}, 0))
    tokens = tokenise(sentence)
    out: list[tuple[str, str]] = []
    done: set[str] = set()
    k = 0
    while k < len(tokens):
        for length in range(min(longest, len(tokens) - k), 0, -1):
            key = tuple(t.exact for t in tokens[k : k + length])
            if key in table:
                if table[key] not in done:
                    done.add(table[key])
                    out.append((sentence[tokens[k].start : tokens[k + length - 1].end], table[key]))
                k += length
                break
        else:
            k += 1
    return out[:MAX_GLOSSES]


@lru_cache(maxsize=1)
def shipped() -> tuple[Term, ...]:
    """The glossary that comes with the program."""
    text = (files("indexer.analysis") / "data" / "glossary.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Term(language, term, meaning, TermKind(kind)) for language, term, meaning, kind in rows)


@lru_cache(maxsize=4)
def _table(own: tuple[Term, ...]) -> dict[str, tuple[dict[tuple[str, ...], str], int]]:
    out: dict[str, tuple[dict[tuple[str, ...], str], int]] = {}
    for term in combined(shipped(), own):
        key = tuple(term.key.split(" "))
        table, longest = out.get(term.language, ({}, 0))
        table[key] = term.gloss
        out[term.language] = (table, max(longest, len(key)))
    # Afterwards, so that a term that is written so stands before a plural made of another.
    english, _ = out.get("en", ({}, 0))
    for key, meaning in list(english.items()):
        if len(key) == 1 and not key[0].endswith("s"):
            english.setdefault((f"{key[0]}s",), meaning)
    return out
