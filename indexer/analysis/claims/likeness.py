"""Is a new text like a claim that people have judged? Words, characters, names and figures of its best sentences; nothing is decided.

A claim counts as found where a window of one to three sentences holds most of its words and word pairs and reads alike by characters (rapidfuzz). Names and figures that both have, or only one of them has, are told apart and
shown: "1.200 hộ" beside "214 hộ" is what the officer must see. Texts in another language than the claim share no words with it; there
two names or figures in one window are enough for a low score, when one of them is more than the name of the place.

Sources: sentence windows and claim retrieval as in the check-worthiness and claim-retrieval tasks of CLEF CheckThat!; likeness by
character n-grams after Damashek, Science 267 (1995).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from core.ports import ClaimLikeness, JudgedClaim
from core.text.tokens import tokenise
from indexer.analysis.claims.figures import figures
from indexer.analysis.claims.names import Name, names, same_name
from indexer.analysis.claims.stance import denials
from indexer.analysis.claims.telling import both_hold, date_parts, told_names
from indexer.analysis.sentences import sentences
from indexer.analysis.stories import STOP
from indexer.gazetteer.units import Gazetteer, gazetteer

#: Below this nothing is suggested.
LEAST = 0.5
MOST = 5
#: A claim is looked for in detail when the whole text holds this share of its words.
_PRESENT = 0.45
_WINDOW = 3
MAX_SENTENCES = 400
#: What the score is made of: shares of the claim's words, of its word pairs, and likeness by characters.
_WORDS, _PAIRS, _CHARACTERS = 0.5, 0.2, 0.3
_MISSED_NAMES = 0.72
_MISSED_FIGURES = 0.85
_FOREIGN = 0.52
#: Share of words with marks that tells Vietnamese from another language that is written in Latin letters, or in other ones.
_OTHER_TONGUE = 0.35


@dataclass(frozen=True, slots=True)
class _Features:
    words: frozenset[str]
    pairs: frozenset[str]
    names: Mapping[Name, str]
    figures: frozenset[str]
    dates: frozenset[str]
    """Those of the figures that are only parts of dates: they count, but are not shown."""
    folded: str
    marked: float
    denials: int


@lru_cache(maxsize=20_000)
def _features_of_claim(text: str) -> _Features:
    return _features(text)


def _features(text: str) -> _Features:
    read = tokenise(text)
    tokens = [token.folded for token in read]
    kept = [word for word in tokens if word not in STOP]
    return _Features(
        frozenset(kept),
        frozenset(f"{one} {two}" for one, two in pairwise(tokens) if not {one, two} <= STOP),
        names(text),
        figures(text),
        date_parts(text),
        " ".join(tokens),
        sum(token.exact != token.folded for token in read) / max(1, len(read)),
        denials(text),
    )


def like_claims(
    title: str, text: str, claims: Sequence[JudgedClaim], table: Gazetteer | None = None
) -> tuple[ClaimLikeness, ...]:
    r"""The claims that the text is like, at most :data:`MOST`, best first; spans are code points of ``title + "\\n" + text``.

    Bounded: :data:`MAX_SENTENCES` sentences of the text are looked at. ``table`` says which names are places; the shipped one when it
    is left out. Never raises on text.
    """
    if not claims:
        return ()
    table = table or gazetteer()
    whole = f"{title}\n{text}"
    spans = sentences(whole)[:MAX_SENTENCES]
    read = [_features(whole[start:end]) for start, end in spans]
    words = frozenset[str]().union(*(one.words for one in read))
    marked = sum(one.marked * len(one.words) for one in read) / max(1, sum(len(one.words) for one in read))
    found: dict[int, ClaimLikeness] = {}
    for claim in claims:
        mine = _features_of_claim(claim.text[:2000])
        if not mine.words:
            continue
        best = None
        if len(mine.words & words) >= _PRESENT * len(mine.words):
            best = _best(claim, mine, spans, read)
        elif abs(mine.marked - marked) > _OTHER_TONGUE and _distinctive(mine, table):
            best = _by_names(claim, mine, spans, read, table)
        if best is not None and best.score >= LEAST:
            old = found.get(claim.claim_id)
            if old is None or best.score > old.score:
                found[claim.claim_id] = best
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.claim_id))[:MOST])


def _windows(spans: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for size in range(1, min(_WINDOW, len(spans)) + 1):
        for first in range(len(spans) - size + 1):
            yield first, first + size


def _best(
    claim: JudgedClaim, mine: _Features, spans: Sequence[tuple[int, int]], read: Sequence[_Features]
) -> ClaimLikeness | None:
    top: tuple[float, int, int] | None = None
    for first, after in _windows(spans):
        part = read[first:after]
        words = frozenset[str]().union(*(one.words for one in part))
        pairs = frozenset[str]().union(*(one.pairs for one in part))
        held = _WORDS * _share(mine.words, words) + _PAIRS * _share(mine.pairs, pairs)
        # A window that is long beside the claim holds its words by chance.
        held *= min(1.0, (3.0 * len(mine.words) + 6) / max(1, len(words))) ** 0.5
        if top is None or held > top[0] + 0.02:
            top = (held, first, after)
    if top is None or top[0] < 0.2:
        return None
    held, first, after = top
    shown = " ".join(one.folded for one in read[first:after])
    alike = max(0.0, fuzz.token_set_ratio(mine.folded, shown) - 40) / 60
    return _told(claim, mine, spans, read, first, after, held + _CHARACTERS * alike)


def _share(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / len(mine) if mine else 1.0


def _by_names(
    claim: JudgedClaim,
    mine: _Features,
    spans: Sequence[tuple[int, int]],
    read: Sequence[_Features],
    table: Gazetteer,
) -> ClaimLikeness | None:
    """For a text in another language: two names or figures of the claim in one window, one of them not just the place's name."""
    for first, after in _windows(spans):
        theirs = ChainMap(*(dict(one.names) for one in read[first:after]))
        numbers = frozenset[str]().union(*(one.figures for one in read[first:after]))
        shared = {name for name in mine.names if any(same_name(name, other) for other in theirs)}
        telling = len(shared & _distinctive_names(mine, table)) + sum(
            len(one) > 2 for one in mine.figures & numbers
        )
        if telling and len(shared) + len(mine.figures & numbers) >= 2:
            return _told(claim, mine, spans, read, first, after, _FOREIGN, judged_by_words=False)
    return None


def _told(
    claim: JudgedClaim,
    mine: _Features,
    spans: Sequence[tuple[int, int]],
    read: Sequence[_Features],
    first: int,
    after: int,
    score: float,
    *,
    judged_by_words: bool = True,
) -> ClaimLikeness:
    theirs = ChainMap(*(dict(one.names) for one in read[first:after]))
    numbers = frozenset[str]().union(*(one.figures for one in read[first:after]))
    dates = frozenset[str]().union(*(one.dates for one in read[first:after]))
    dates -= frozenset[str]().union(*(one.figures - one.dates for one in read[first:after]))
    shared = {name for name in mine.names if any(same_name(name, other) for other in theirs)}
    if judged_by_words:
        if mine.names and not shared:
            score *= _MISSED_NAMES
        if mine.figures and numbers and not mine.figures & numbers:
            score *= _MISSED_FIGURES
    said, heard = mine.figures - mine.dates, numbers - dates
    around = read[max(0, first - 1) : after + 1]
    denied = max(sum(one.denials for one in around), read[0].denials) > mine.denials
    return ClaimLikeness(
        claim_id=claim.claim_id,
        score=round(min(1.0, score), 3),
        stance="denies" if denied else "repeats",
        span=(spans[first][0], spans[after - 1][1]),
        shared_names=told_names(mine.names[name] for name in shared),
        claim_names=told_names(shown for name, shown in mine.names.items() if name not in shared),
        text_names=told_names(
            shown for name, shown in theirs.items() if not any(same_name(name, other) for other in mine.names)
        ),
        shared_figures=both_hold(said & heard),
        claim_figures=tuple(sorted(said - heard)),
        text_figures=tuple(sorted(heard - said)),
    )


def _distinctive_names(one: _Features, table: Gazetteer) -> set[Name]:
    """Names that are not those of a unit: every text about the place names the place."""
    return {name for name in one.names if not table.named(" ".join(name))}


def _distinctive(one: _Features, table: Gazetteer) -> bool:
    return bool(_distinctive_names(one, table) or one.figures)
