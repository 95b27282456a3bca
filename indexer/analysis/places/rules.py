"""Rules of an office at work: which of them speaks about a name where it stands (decision 4, "Báo nhầm địa bàn")."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from core.places import PlaceRule
from indexer.analysis.places.reading import Hit, Reading

#: Tokens within which another place name counts as near; as in the match itself.
NEAR = 12
#: A sentence is read this far to each side of the name.
SENTENCE = 60
_END = re.compile(r"[!?…\n]|\.(?=[\s\"”)\]]|$)")


class RuleBook:
    """The rules for one text. The rule that was made last speaks first."""

    def __init__(self, rules: Sequence[PlaceRule], source_id: str = "") -> None:
        self.source_id = source_id
        self._by_name: dict[tuple[str, str], list[PlaceRule]] = defaultdict(list)
        for rule in sorted(rules, key=lambda rule: -rule.id):
            self._by_name[rule.locality, rule.sign.name].append(rule)

    def decide(self, locality: str, hit: Hit, reading: Reading, hits: Sequence[Hit]) -> PlaceRule | None:
        """The rule that holds for a name of a locality where it stands, or None."""
        if not self._by_name:
            return None
        # What was said of this very text goes before what was said of its signs.
        rules = (*self._by_name.get((locality, ""), ()), *self._by_name.get((locality, hit.key), ()))
        return next((rule for rule in rules if self._holds(rule, hit, reading, hits)), None)

    def _holds(self, rule: PlaceRule, hit: Hit, reading: Reading, hits: Sequence[Hit]) -> bool:
        sign = rule.sign
        if sign.kind == "item":
            # Whoever asks for a text hands over its own rules only.
            return True
        if sign.kind == "source":
            return sign.context == self.source_id
        if sign.kind == "near":
            return any(other.key == sign.context for other in near(hit, hits))
        words = sign.context.split()
        if sign.kind == "phrase":
            return any(
                reading.says(hit.start - before, words)
                for before in places_of(hit.key.split(), words)
                if hit.start >= before
            )
        first, end = sentence(hit, reading)
        return any(
            reading.says(k, words)
            for k in range(first, end - len(words) + 1)
            if not hit.start - len(words) < k < hit.end
        )


def near(hit: Hit, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Other names within :data:`NEAR` tokens of a hit."""
    for other in hits:
        distance = other.start - hit.end if other.start >= hit.end else hit.start - other.end
        if 0 <= distance <= NEAR:
            yield other


def places_of(name: Sequence[str], phrase: Sequence[str]) -> tuple[int, ...]:
    """At which words of a phrase the name begins."""
    size = len(name)
    return tuple(at for at in range(len(phrase) - size + 1) if list(phrase[at : at + size]) == list(name))


def sentence(hit: Hit, reading: Reading) -> tuple[int, int]:
    """Tokens ``[first, end)`` of the sentence that a name stands in; "TP. Hải Phòng" ends none."""
    first = hit.start
    while first > max(0, hit.start - SENTENCE) and not _ends(reading, first):
        first -= 1
    end = hit.end
    while end < min(len(reading.tokens), hit.end + SENTENCE) and not _ends(reading, end):
        end += 1
    return first, end


def _ends(reading: Reading, k: int) -> bool:
    """True when a sentence ends before token ``k``."""
    if not _END.search(reading.gaps[k]):
        return False
    before = reading.tokens[k - 1].exact if k else ""
    return not (reading.gaps[k].startswith(".") and (len(before) < 3 or before in {"tp", "ubnd", "ths"}))
