"""What a foreign text says in the words of a Vietnamese one, as far as the glossary goes: enough to see that both tell the same event.

Never shown and never quoted: it is no translation. Numbers, dates and known words stand in their order, everything else is left out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from indexer.analysis.gist import gloss
from indexer.analysis.language import UNKNOWN, detect
from indexer.analysis.negation import ALONE
from indexer.analysis.sentences import sentences

#: Of a foreign text only names have these; a Vietnamese one has them all over.
_MARKED = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
#: Two capitals side by side: a name, which Vietnamese papers write the same, accents aside.
_NAME = re.compile(r"\b[A-ZĐ][a-zà-ỹ]+(?: [A-ZĐ][a-zà-ỹ]+)+\b")
_READ = 700


@lru_cache(maxsize=4_096)
def said_in_vietnamese(title: str, lead: str) -> tuple[str, str] | None:
    """(title, lead) of a foreign text in Vietnamese words; None for a Vietnamese text, and for one of which nothing is known."""
    head = f"{title}\n{lead[:_READ]}"
    if len(_MARKED.findall(head)) * 12 > len(head):
        return None
    language = detect(head)
    if language in {"vi", UNKNOWN}:
        return None
    said = tuple(_words(part, language) for part in (title, lead[:_READ]))
    return (said[0], said[1]) if any(said) else None


def _words(text: str, language: str) -> str:
    parts = [text[start:end] for start, end in sentences(text)]
    return ". ".join(
        " ".join((*(said for _, said in gloss(part, language) if said != ALONE), *_NAME.findall(part)))
        for part in parts
    )
