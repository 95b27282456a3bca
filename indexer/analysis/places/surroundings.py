"""What stands around a name, seen once for all localities that the name may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.analysis.places.reading import Hit, Line, Reading
from indexer.analysis.places.words import (
    BRANDS,
    BRANDS_AFTER,
    CIVIC,
    FOLDED_UNIT_WORDS,
    GIVEN_TO,
    HONORIFICS,
    LIST_JOINS,
    PERSON_HEADS,
    PLACE_STRONG,
    PLACE_WEAK,
    PLURALS,
    PRIZES,
    SPEECH_AFTER,
    STAGE,
    STOPS,
    STREETS,
    STREETS_AFTER,
    SURNAMES,
    UNIT_ABBREVIATIONS,
    UNIT_WORDS,
    UNIT_WORDS_AFTER,
    WordSet,
)

_BREAK = re.compile(r"[.;:()\[\]\n\"“”!?|]")
_COMMA = re.compile(r"[,;:()\[\]\n\"“”!?|]")
_DASH = re.compile(r"\s*[-–—]\s*")
_SPACE = re.compile(r"[ \u00a0\t]+")
_DATELINE = re.compile(r"\s*(?:\([^)]{0,30}\)\s*)?(?:[:–—]|-\s|\))")
_QUOTE = re.compile(r"\s*:\s*[“\"‘'«]")
#: lines of a table above a cell in which its head is looked for
TABLE = 60
_AGE = re.compile(
    r"\s*[,(]?\s*(?:\d{1,3}\s*(?:tuổi|tuoi)|SN\s*\d|sinh năm|sn\s*\d|,?\s*aged\s+\d)", re.IGNORECASE
)


@dataclass(slots=True)
class Surroundings:
    """Target-independent facts of one hit. Token numbers, or words as written."""

    unit: str = ""
    unit_words: str = ""
    #: first token of the name with its unit word
    outer: int = 0
    list_unit: str = ""
    list_words: str = ""
    #: the list says that it is one: "các xã …", "… và …"
    list_sure: bool = False
    #: (code, near) of cues that hold for every locality
    cues: list[tuple[str, str]] = field(default_factory=list)
    person: bool = False
    brand: bool = False


def look_around(
    reading: Reading, hit: Hit, place_ends: dict[int, Hit], place_starts: dict[int, Hit]
) -> Surroundings:
    """Read the surroundings of a hit. ``place_ends``/``place_starts``: names of provinces and districts by their token edges."""
    seen = Surroundings(outer=hit.start)
    _unit_word(reading, hit, seen)
    if not seen.unit:
        _table(reading, hit, seen)
    if not (seen.unit or seen.person):
        _list_unit(reading, hit, seen)
    if not (seen.unit or seen.list_unit or seen.person):
        _before(reading, hit, seen, place_ends)
        _after(reading, hit, seen)
        _stage(reading, hit, seen)
        _civic(reading, hit, seen)
    _dateline(reading, hit, seen)
    _capital_after(reading, hit, seen, place_starts)
    return seen


def _unit_at(reading: Reading, k: int) -> tuple[str, int]:
    """The type named by the unit word that ends at token ``k`` and its first token; ("", k) when there is none."""
    if k < 0:
        return "", k
    toneless = reading.line(k).toneless
    table = FOLDED_UNIT_WORDS if toneless else UNIT_WORDS
    for length in (3, 2, 1):
        first = k - length + 1
        if first < 0 or any(_BREAK.search(reading.gaps[j]) for j in range(first + 1, k + 1)):
            continue
        words = tuple(reading.word(j) for j in range(first, k + 1))
        if words in table:
            # "làng xã", "bản thân" are no unit words before a name, but a capital follows here anyway.
            return table[words], first
    word = reading.word(k)
    if word in UNIT_ABBREVIATIONS and k + 1 < len(reading.tokens):
        token = reading.tokens[k]
        written = reading.text[token.start : token.end]
        if "." in reading.gaps[k + 1] or (written.isupper() and word in {"tp", "tx", "tt"}):
            return UNIT_ABBREVIATIONS[word], k
    return "", k


def _unit_word(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    if hit.start and not re.search(r"[,;:()\n]", reading.gaps[hit.start]):
        kind, first = _unit_at(reading, hit.start - 1)
        if kind:
            seen.unit, seen.outer = kind, first
            seen.unit_words = _written(reading, first, hit.start)
            return
        # English: "the commune of Chi Minh"
        if hit.start > 1 and reading.tokens.exact[hit.start - 1] == "of":
            kind = UNIT_WORDS_AFTER.get(reading.tokens.exact[hit.start - 2], "")
            if kind:
                seen.unit, seen.outer = kind, hit.start - 2
                seen.unit_words = _written(reading, hit.start - 2, hit.start - 1)
                return
    after = hit.end
    if (
        after < len(reading.tokens)
        and not _COMMA.search(reading.gaps[after])
        and "," not in reading.gaps[after]
    ):
        word = reading.tokens[after].exact
        kind = UNIT_WORDS_AFTER.get(word, "")
        if kind and (reading.line(after).toneless or not word.isascii()):
            seen.unit, seen.unit_words = kind, _written(reading, after, after + 1)


def _table(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    """A cell of a table takes its kind from the head of its column: "Xã", "Phường", "Họ và tên"."""
    line = reading.line(hit.start)
    text, tokens = reading.text, reading.tokens
    begins = text.rfind("\n", 0, tokens.starts[hit.start]) + 1
    sign = next((sign for sign in ("|", "\t") if sign in text[begins : tokens.ends[line.last - 1] + 2]), "")
    if not sign or begins == 0:
        return
    column = text.count(sign, begins, tokens.starts[hit.start])
    number = reading.line_of[hit.start]
    for above in reading.lines[max(0, number - TABLE) : number][::-1]:
        at = text.rfind("\n", 0, tokens.starts[above.first]) + 1
        cells = text[at : tokens.ends[above.last - 1]].split(sign)
        if len(cells) < 2:
            return
        head = " ".join(cells[column].split()).lower() if column < len(cells) else ""
        kind = UNIT_WORDS.get(tuple(head.split()), "")
        if kind:
            seen.unit, seen.unit_words = kind, head
            return
        if head in PERSON_HEADS:
            seen.cues.append(("table_of_people", head))
            seen.person = True
            return


def _list_unit(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    """Lists such as "các phường A, B và C": walk back over names and joins to the unit word."""
    k = hit.start - 1
    gap = reading.gaps[hit.start]
    toneless = reading.line(hit.start).toneless
    if k < 0 or not ("," in gap or LIST_JOINS.holds(reading.word(k), toneless)):
        return
    joined = LIST_JOINS.holds(reading.word(k), toneless)
    for _ in range(60):
        if k < 0 or re.search(r"[.;:()\n]", reading.gaps[k + 1]):
            return
        kind, first = _unit_at(reading, k)
        if kind:
            plural = (
                first > 0
                and _SPACE.fullmatch(reading.gaps[first]) is not None
                and PLURALS.holds(reading.word(first - 1), toneless)
            )
            if plural or k < hit.start - 1:
                seen.list_unit, seen.list_sure = kind, plural or joined
                seen.list_words = _written(reading, first - 1 if plural else first, k + 1)
            return
        if not (reading.capital[k] or LIST_JOINS.holds(reading.word(k), toneless)):
            return
        k -= 1


def _before(reading: Reading, hit: Hit, seen: Surroundings, place_ends: dict[int, Hit]) -> None:
    start = hit.start
    line = reading.line(start)
    toneless = line.toneless
    run = start
    # Capitalised words that touch the name: a longer name, of which ours is the tail.
    while (
        run > 0
        and start - run < 4
        and _SPACE.fullmatch(reading.gaps[run])
        and reading.capital[run - 1]
        and not reading.upper[run - 1]
        and run not in place_ends
    ):
        run -= 1
    sentence_start = run < start and reading.starts[run]
    words = [reading.word(k) for k in range(run, start)]
    title = line.title_case
    address = 0
    if run > 0 and not _COMMA.search(reading.gaps[run]):
        address = person_words(reading, run - 1, toneless)
    if address:
        seen.cues.append(("honorific", _written(reading, run - address, start)))
        seen.person = True
        return
    if words and _pair(HONORIFICS, words[-2:], toneless):
        seen.cues.append(("honorific", _written(reading, run, start)))
        seen.person = True
        return
    known = [k for k in words if SURNAMES.holds(k, toneless) and not (title and toneless)]
    if known and not (sentence_start and len(words) == 1 and PLACE_WEAK.holds(words[0], toneless)):
        seen.cues.append(("surname_before", _written(reading, run, start)))
        seen.person = True
        return
    if _role_in_brackets(reading, hit, toneless):
        seen.cues.append(("role_in_brackets", ""))
        seen.person = True
        return
    if _kind_before(reading, hit, seen, toneless):
        return
    if prize := _prize(reading, hit, toneless):
        seen.cues.append(("honorific", prize))
        seen.person = True
        return
    for length in (2, 1):
        first = start - length
        if first < 0 or any(_COMMA.search(reading.gaps[k]) for k in range(first + 1, start + 1)):
            continue
        phrase = " ".join(reading.word(k) for k in range(first, start))
        if PLACE_STRONG.holds(phrase, toneless):
            seen.cues.append(("place_word", _written(reading, first, start)))
            return
        if PLACE_WEAK.holds(phrase, toneless):
            seen.cues.append(("weak_place_word", _written(reading, first, start)))
            return
    if words and not title and not (sentence_start and len(words) == 1):
        seen.cues.append(("capital_before", _written(reading, run, start)))


def _prize(reading: Reading, hit: Hit, toneless: bool) -> str:
    """As "Giải nhì thuộc về" right before the name, as written; empty where nothing is won."""
    start = hit.start
    if start < 3 or _COMMA.search(reading.gaps[start]):
        return ""
    if not GIVEN_TO.holds(f"{reading.word(start - 2)} {reading.word(start - 1)}", toneless):
        return ""
    for k in range(start - 3, max(-1, start - 11), -1):
        if _BREAK.search(reading.gaps[k + 1]):
            return ""
        one = reading.word(k)
        if PRIZES.holds(f"{one} {reading.word(k + 1)}", toneless) or PRIZES.holds(one, toneless):
            return _written(reading, k, start)
    return ""


def person_words(reading: Reading, k: int, toneless: bool) -> int:
    """How many words that end at token ``k`` are a form of address or a role ("ca sĩ": 2); 0 for none."""
    one = reading.word(k)
    two = f"{reading.word(k - 1)} {one}" if k > 0 and _SPACE.fullmatch(reading.gaps[k]) else one
    if two in {"bà con", "đồng bào", "công ty mẹ", "bị bạn"}:
        return 0
    three = f"{reading.word(k - 2)} {two}" if k > 1 else two
    for phrase in (three, two):
        if HONORIFICS.holds(phrase, toneless):
            return phrase.count(" ") + 1
    lonely = toneless and one in {"bac", "ten", "me", "ban", "em", "be", "co"}
    return int(HONORIFICS.holds(one, toneless) and not lonely)


def _pair(words: WordSet, tail: list[str], toneless: bool) -> bool:
    return words.holds(" ".join(tail), toneless) or (
        words.holds(tail[-1], toneless) and not (toneless and len(tail[-1]) < 4)
    )


def _role_in_brackets(reading: Reading, hit: Hit, toneless: bool) -> bool:
    """As in "bà Linh (Thiên Hương)": alone in brackets after a capitalised name that a form of address goes before."""
    k = hit.start
    closes = hit.end >= len(reading.tokens) or re.match(r"\s*\)", reading.gaps[hit.end])
    if k < 1 or "(" not in reading.gaps[k] or not closes or not reading.capital[k - 1]:
        return False
    back = k - 1
    while back > 0 and k - back < 5 and reading.capital[back] and _SPACE.fullmatch(reading.gaps[back]):
        back -= 1
        if person_words(reading, back, toneless):
            return True
    return SURNAMES.holds(reading.word(back), toneless) and reading.capital[back] and k - back >= 2


def _kind_before(reading: Reading, hit: Hit, seen: Surroundings, toneless: bool) -> bool:
    """A brand, street or school word in the few words before, in the same breath."""
    lower = 0
    k = hit.start - 1
    while k >= 0 and hit.start - k < 10 and lower < 4:
        gap = reading.gaps[k + 1]
        if _COMMA.search(gap) or ("," in gap) or ("." in gap and not gap.startswith(".")):
            return False
        word = reading.word(k)
        two = f"{reading.word(k - 1)} {word}" if k > 0 else word
        three = f"{reading.word(k - 2)} {two}" if k > 1 else two
        if _unit_at(reading, k)[0]:
            return False
        for code, words in (("brand", BRANDS), ("street_or_school", STREETS)):
            for phrase in (three, two, word):
                if words.holds(phrase, toneless) and not (toneless and len(phrase) < 4 and phrase != "clb"):
                    near = _written(reading, k - phrase.count(" "), hit.start)
                    seen.cues.append((code, near))
                    seen.brand = code == "brand"
                    return True
        if not reading.capital[k]:
            lower += 1
            if STOPS.holds(word, toneless):
                return False
        k -= 1
    return False


def _after(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    if hit.end >= len(reading.tokens):
        return
    end = reading.tokens[hit.end - 1].end
    toneless = reading.line(hit.start).toneless
    if _AGE.match(reading.text, end):
        seen.cues.append(("age_after", ""))
        seen.person = True
        return
    if _COMMA.search(reading.gaps[hit.end]) or "," in reading.gaps[hit.end]:
        return
    one = reading.word(hit.end)
    two = f"{one} {reading.word(hit.end + 1)}"
    said = SPEECH_AFTER.holds(one, toneless) or SPEECH_AFTER.holds(two, toneless)
    if said and any(code == "place_word" for code, _ in seen.cues):
        return  # "người dân Nghi Dương cho biết": the people speak, not a person of this name
    if said:
        near = one if SPEECH_AFTER.holds(one, toneless) else two
        seen.cues.append(("speech_after", near))
        seen.person = seen.person or near != "cho biết"
    elif toneless and BRANDS_AFTER.holds(one, True):
        seen.cues.append(("brand", one))
        seen.brand = True
    elif toneless and STREETS_AFTER.holds(one, True):
        seen.cues.append(("street_or_school", one))


def _phrases_near(reading: Reading, hit: Hit, line: Line) -> Iterator[str]:
    """The words within 15 tokens of a name in its line, each first with the word after it, then alone; the name itself left out."""
    for k in range(max(line.first, hit.start - 15), min(line.last, hit.end + 15)):
        if hit.start <= k < hit.end:
            continue
        one = reading.word(k)
        yield f"{one} {reading.word(k + 1)}"
        yield one


def _stage(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    if seen.person or seen.brand:
        return
    line = reading.line(hit.start)
    for phrase in _phrases_near(reading, hit, line):
        if STAGE.holds(phrase, line.toneless) and not (line.toneless and len(phrase) < 4):
            seen.cues.append(("stage_near", phrase))
            return


def _civic(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    """Words of local life in the same breath: they speak for a place where nothing else does."""
    if seen.person or seen.brand:
        return
    line = reading.line(hit.start)
    for phrase in _phrases_near(reading, hit, line):
        if CIVIC.holds(phrase, line.toneless) and not (line.toneless and " " not in phrase):
            seen.cues.append(("civic_near", phrase))
            return


def _dateline(reading: Reading, hit: Hit, seen: Surroundings) -> None:
    first = seen.outer
    line = reading.line(hit.start)
    if first != line.first and not (
        first == line.first + 1 and reading.gaps[first].strip() in {"(", "-", "–"}
    ):
        return
    end = reading.tokens[hit.end - 1].end
    if _DATELINE.match(reading.text, end) and hit.end < line.last:
        if _QUOTE.match(reading.text, end) and not (seen.unit or seen.list_unit):
            # “Thiên Hương: “Tôi …””: whoever speaks in the first words is a person, or an office with its unit word.
            seen.cues.append(("quote_after", ""))
            return
        seen.cues.append(("dateline", ""))


def _capital_after(reading: Reading, hit: Hit, seen: Surroundings, place_starts: dict[int, Hit]) -> None:
    k = hit.end
    if k >= len(reading.tokens) or reading.line(k).title_case or not _SPACE.fullmatch(reading.gaps[k]):
        return
    if (
        k in place_starts
        or not reading.capital[k]
        or reading.upper[k]
        or reading.tokens[k].exact[0].isdigit()
    ):
        return
    if reading.tokens[k].exact in UNIT_WORDS_AFTER or _is_unspaced_token(reading, k):
        return
    if _unit_at_start(reading, k):
        return
    if SURNAMES.holds(reading.word(k), reading.line(k).toneless) and not seen.person:
        return  # "chủ tịch xã A Nguyễn Văn B": the office holder's name follows the place
    seen.cues.append(("capital_after", _written(reading, k, k + 1)))


def _unit_at_start(reading: Reading, k: int) -> bool:
    return any(
        _unit_at(reading, j)[0] and _unit_at(reading, j)[1] == k
        for j in (k, k + 1, k + 2)
        if j < len(reading.tokens)
    )


def _is_unspaced_token(reading: Reading, k: int) -> bool:
    from core.text.tokens import is_unspaced

    return is_unspaced(reading.tokens[k].exact[0])


def _written(reading: Reading, first: int, end: int) -> str:
    """The words of the text from token ``first`` to ``end``, at most 40 characters."""
    first = max(0, first)
    words = reading.text[reading.tokens[first].start : reading.tokens[end - 1].end]
    return words if len(words) <= 40 else "…" + words[-39:]
