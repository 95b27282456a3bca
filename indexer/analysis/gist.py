"""The gist of a foreign text for staff who cannot read it: the sentences that name the locality, known words glossed in Vietnamese.

Not a translation and never quoted as the source's words: the original sentence stands first, the glosses behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from core.text.tokens import is_unspaced, tokenise

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
    """Lines of the form ``original sentence [term: gloss; …]`` for the sentences that hold ``spans``; empty for Vietnamese.

    ``spans`` are code points of ``text``. Without spans the first sentence stands for the text.
    """
    if language == "vi" or not text.strip():
        return ""
    every = sentences(text)
    chosen = [s for s in every if any(s[0] <= a < s[1] for a, _ in spans)] or every[:1]
    lines = []
    for start, end in chosen[:MAX_SENTENCES]:
        sentence = text[start:end]
        glosses = gloss(sentence, language)
        shown = sentence if len(sentence) <= MAX_SENTENCE else sentence[:MAX_SENTENCE].rsplit(" ", 1)[0] + "…"
        tail = "; ".join(f"{term}: {meaning}" for term, meaning in glosses[:MAX_GLOSSES])
        lines.append(f"{shown} [{tail}]" if tail else shown)
    return "\n".join(lines)


def gloss(sentence: str, language: str) -> list[tuple[str, str]]:
    """(term as written, Vietnamese) for every glossary term of the sentence, longest first where they overlap, in order."""
    table, longest = _glossary().get(language, ({}, 0))
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
    return out


@lru_cache(maxsize=1)
def _glossary() -> dict[str, tuple[dict[tuple[str, ...], str], int]]:
    text = (files("indexer.analysis") / "data" / "glossary.tsv").read_text(encoding="utf-8")
    out: dict[str, tuple[dict[tuple[str, ...], str], int]] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        language, term, meaning = line.split("\t")
        key = tuple(t.exact for t in tokenise(term))
        table, longest = out.get(language, ({}, 0))
        table[key] = meaning
        if language == "en" and len(key) == 1 and not is_unspaced(term[0]) and not term.endswith("s"):
            table.setdefault((f"{key[0]}s",), meaning)
        out[language] = (table, max(longest, len(key)))
    return out
