"""Who or what else bears a name in given texts: people, brands, streets. For the preview of a name that is not saved yet."""

from __future__ import annotations

from collections.abc import Sequence

from core.places import ToldOfOthers
from indexer.analysis.places.names import Names, key_of
from indexer.analysis.places.reading import Hit, Reading
from indexer.analysis.places.surroundings import look_around


def told_of_others(name: str, texts: Sequence[str], table: Names) -> ToldOfOthers:
    """In how many texts the name stands as a person's, a brand's, a street's or school's at least once."""
    wanted = key_of(name).split()
    people = brands = streets = 0
    for text in texts:
        reading = Reading(text, table)
        told = {"person": False, "brand": False, "street": False}
        for start in _places(reading, wanted):
            seen = look_around(reading, Hit(start, start + len(wanted), " ".join(wanted)), {}, {})
            told["person"] |= seen.person
            told["brand"] |= seen.brand
            told["street"] |= any(code == "street_or_school" for code, _ in seen.cues)
        people += told["person"]
        brands += told["brand"]
        streets += told["street"]
    return ToldOfOthers(people, brands, streets)


def _places(reading: Reading, wanted: list[str]) -> list[int]:
    words = reading.tokens.exact
    size = len(wanted)
    return (
        [k for k in range(len(words) - size + 1) if list(words[k : k + size]) == wanted][:200] if size else []
    )
