"""What a rule of the office may hang on: the words, places and the source around a locality's names in one text.

Offered is only what can tell one meaning from another by the match's own cues: words that touch the name, place names of several
syllables, names of people and firms. Common words, halves of names and words that are capitalised only because a sentence begins are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from core.places import RuleContext
from core.text.normalise import fold
from core.text.tokens import is_unspaced
from indexer.analysis.places.names import Names, Owner, names
from indexer.analysis.places.reading import Hit, Reading
from indexer.analysis.places.rules import near, sentence
from indexer.analysis.places.surroundings import Surroundings, look_around, person_words
from indexer.analysis.places.words import (
    BRANDS,
    CIVIC,
    LIST_JOINS,
    PLACE_STRONG,
    PLACE_WEAK,
    PLURALS,
    STOPS,
    STREETS,
    SURNAMES,
)

#: of each kind so many, and in all at most twelve: a person chooses among them
MOST = {"phrase": 5, "near": 3, "word": 4, "source": 2}
#: names of the locality that are looked at in one text
HITS = 40
#: cues whose words touch the name on its left
_BEFORE = frozenset(
    {"honorific", "surname_before", "brand", "street_or_school", "capital_before", "place_word"}
)

#: cues of a name that is a part of a longer one
_PART = frozenset({"capital_before", "capital_after", "street_or_school"})


def contexts_of(
    text: str, locality: str, table: Names | None = None, *, source_id: str = "", source_name: str = ""
) -> tuple[RuleContext, ...]:
    """The signs of a text, the surest first. Empty when the text does not name the locality. ``table``: the shipped names when left out."""
    table = table or names()
    reading = Reading(text, table)
    hits = reading.hits()
    ends, starts = {hit.end: hit for hit in hits}, {hit.start: hit for hit in hits}
    found: dict[str, dict[tuple[str, str], RuleContext]] = {kind: {} for kind in MOST}
    looked = 0
    for hit in hits:
        owner = next((one for one in table.owners.get(hit.key, ()) if one.code == locality), None)
        if owner is None:
            continue
        looked += 1
        if looked > HITS:
            break
        seen = look_around(reading, hit, ends, starts)
        signs = [
            *_phrases(reading, hit, owner, seen),
            *_near(
                reading,
                hit,
                hits,
                _known(table, hit, owner),
                lambda other: look_around(reading, other, ends, starts),
            ),
            *_words(reading, hit, seen, starts),
        ]
        if source_id:
            signs.append(RuleContext("source", hit.key, source_id, source_name or source_id))
        for sign in signs:
            kept = found[sign.kind]
            if len(kept) < MOST[sign.kind]:
                kept.setdefault((sign.name, sign.context), sign)
    return tuple(sign for kind in MOST for sign in found[kind].values())[:12]


def _phrases(reading: Reading, hit: Hit, owner: Owner, seen: Surroundings) -> Iterator[RuleContext]:
    """The name with the words that touch it: "ca sĩ Thiên Hương", "Thiên Hương Plaza", "làng Thiên Hương"."""
    if seen.unit and seen.unit not in owner.types and seen.outer < hit.start:
        yield _phrase(reading, hit, seen.outer, hit.end)
    told = False
    for code, words in seen.cues:
        if code in _BEFORE and words and not {words.lower(), fold(words)} & STOPS.exact:
            first = _start_of(reading, hit, words)
            if first is not None:
                told = True
                yield _phrase(reading, hit, first, hit.end)
        elif code in {"capital_after", "brand", "speech_after"} and hit.end < len(reading.tokens):
            yield _phrase(reading, hit, hit.start, hit.end + len(words.split()))
    if seen.unit or told or reading.starts[hit.start] or reading.gaps[hit.start] != " ":
        return
    # "danh cầm Thiên Hương": a title that the match does not know; two words, since one alone is often the half of a word.
    if hit.start > 1 and all(_tells(reading, k, k + 1) for k in (hit.start - 1, hit.start - 2)):
        yield _phrase(reading, hit, hit.start - 2, hit.end)


def _tells(reading: Reading, k: int, before: int) -> bool:
    """True for a small word that stands before token ``before`` with nothing but a blank between and is no word of every text."""
    one = reading.word(k)
    common = (
        STOPS.exact | PLACE_WEAK.exact | PLACE_STRONG.exact | LIST_JOINS.exact | PLURALS.exact | CIVIC.exact
    )
    return (
        reading.gaps[before] == " "
        and not reading.starts[before]
        and not reading.capital[k]
        and len(one) > 1
        and one.isalpha()
        and not common & {one, fold(one)}
    )


def _phrase(reading: Reading, hit: Hit, first: int, end: int) -> RuleContext:
    end = min(end, len(reading.tokens))
    name = hit.key.split()
    words = [
        *(token.exact for token in reading.tokens[first : hit.start]),
        *name,
        *(token.exact for token in reading.tokens[hit.end : end]),
    ]
    return RuleContext("phrase", hit.key, " ".join(words), _as_written(reading, first, end))


def _start_of(reading: Reading, hit: Hit, words: str) -> int | None:
    """Where words that a cue quotes begin, when they end where the name begins."""
    size = len(words.split())
    first = hit.start - size
    if words.startswith("…") or first < 0 or size > 6:
        return None
    return first if _as_written(reading, first, hit.start) == " ".join(words.split()) else None


def _known(table: Names, hit: Hit, owner: Owner) -> Callable[[str], bool]:
    """Whether a name is another one of the locality, or of what it lies in."""
    parents = table.profile(hit.key, owner).parents
    return lambda key: key in parents or any(one.code == owner.code for one in table.owners.get(key, ()))


def _near(
    reading: Reading,
    hit: Hit,
    hits: Sequence[Hit],
    known: Callable[[str], bool],
    around: Callable[[Hit], Surroundings],
) -> Iterator[RuleContext]:
    """Another place name close by: "Thiên Hương, Cao Bằng"; none that is the locality's own or stands above it (``known``)."""
    told: set[int] = set()
    for other in sorted(
        near(hit, hits), key=lambda other: (abs(other.start - hit.start), not other.toneless)
    ):
        # A name of one syllable, or one without its marks, is a word of every day more often than a place.
        lone = " " not in other.key and not is_unspaced(other.key[0])
        if other.key == hit.key or other.start in told or lone or other.toneless or known(other.key):
            continue
        seen = around(other)
        longer = other.start and reading.capital[other.start - 1] and reading.gaps[other.start] == " "
        if seen.unit or not (longer or seen.person or seen.brand or _PART & {code for code, _ in seen.cues}):
            told.add(other.start)
            yield RuleContext("near", hit.key, other.key, _as_written(reading, other.start, other.end))


def _words(reading: Reading, hit: Hit, seen: Surroundings, places: dict[int, Hit]) -> Iterator[RuleContext]:
    """Words of the same sentence: what the match took for talk of artists, and names of people and firms."""
    first, end = sentence(hit, reading)
    for code, words in seen.cues:
        if code == "stage_near":
            yield RuleContext("word", hit.key, words, words)
    k = first
    while k < end:
        run = k
        while (
            run < end
            and reading.capital[run]
            and not is_unspaced(reading.tokens[run].exact[0])
            and (run == k or reading.gaps[run] == " ")
        ):
            run += 1
        if (
            2 <= run - k <= 6
            and k not in places
            and not (k < hit.end and run > hit.start)
            and _is_name(reading, k, run)
        ):
            words = " ".join(token.exact for token in reading.tokens[k:run])
            yield RuleContext("word", hit.key, words, _as_written(reading, k, run))
        k = max(run, k + 1)


def _is_name(reading: Reading, k: int, run: int) -> bool:
    """True for capitalised words ``[k, run)`` that are somebody's name by what stands before, by a surname, or by being three words or more."""
    toneless = reading.line(k).toneless
    if reading.line(k).title_case:
        return False
    if k and reading.gaps[k] == " ":
        one, two = reading.word(k - 1), f"{reading.word(k - 2)} {reading.word(k - 1)}" if k > 1 else ""
        if person_words(reading, k - 1, toneless):
            return True
        if any(kinds.holds(words, toneless) for kinds in (BRANDS, STREETS) for words in (one, two) if words):
            return True
    if reading.starts[k] or (k and reading.starts[k - 1] and reading.gaps[k] == " "):
        return False
    return run - k >= 3 or SURNAMES.holds(reading.word(k), toneless)


def _as_written(reading: Reading, first: int, end: int) -> str:
    return " ".join(reading.text[reading.tokens[first].start : reading.tokens[end - 1].end].split())[:120]
