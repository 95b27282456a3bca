"""Place match: which localities a text speaks of, how surely, where and why.

Three bands: ``in`` from 0.60, ``check`` from 0.25, below ``out`` (kept, because it stays searchable). The score of a mention is the
sum of its cues within 0 and 1; the score of a text for a locality is its best mention, a little more where there are several.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, Protocol

from core.places import Cue, MentionFound, PlaceRule
from core.text.tokens import is_unspaced
from indexer.analysis.places.cues import cue
from indexer.analysis.places.names import Names, Owner, Profile, is_transcribed, names
from indexer.analysis.places.reading import Hit, Reading
from indexer.analysis.places.rules import RuleBook
from indexer.analysis.places.surroundings import Surroundings, look_around
from indexer.analysis.places.words import (
    COLLECTIVE,
    COMMUNE_TYPES,
    DISTRICT_TYPES,
    GIVEN,
    LIST_JOINS,
    VILLAGE_TYPES,
)
from indexer.gazetteer.units import Unit

IN = 0.60
CHECK = 0.25
#: What a name in the links around a text is worth at most.
_TAIL_ONLY = 0.4
#: Tokens within which another place name counts as near.
NEAR = 12
#: Tokens over which a list of names is followed to the area that it ends with.
LIST = 40
#: Cues that stay with a mention when the text is summed up.
MAX_CUES = 8
MAX_SPANS = 50
#: A name is judged this often in one text; a page that repeats it a thousand times says nothing more.
MAX_TIMES = 200

_CLUBS = ("clb", "câu lạc bộ", "đội bóng", "đội tuyển", "fc ")
_COMMUNE_SCHOOL = re.compile(
    r"(?i)(?:tiểu học|thcs|trung học cơ sở|mầm non|mẫu giáo|tieu hoc|mam non|mau giao)\b(?! tư thục| tu thuc)"
)
_SEPARATOR = re.compile(r"[,(\-–]")
_VIETNAM = frozenset(
    {"việt nam", "vietnam", "viet nam", "越 南", "ベ ト ナ ム", "베 트 남", "вьетнам", "вьетнама", "вьетнаме"}
)
#: kinds of names that stand without a unit word, or hold it
_NO_UNIT_WORD = frozenset({"place", "institution", "abbreviation"})
#: new names are in the news before they hold: the draft of a merger is published months ahead
KNOWN_AHEAD = timedelta(days=150)
_DATED = frozenset({"name_until", "name_of_its_day"})
_PERSON = frozenset({"surname_before", "honorific", "age_after", "role_in_brackets"})


class _Add(Protocol):
    def __call__(self, code: str, near: str = "", *, weight: float | None = None) -> None: ...


@dataclass(slots=True)
class _Scored:
    hit: Hit
    score: float
    cues: list[Cue]
    against: bool
    #: the office's rule that decided, and whether it admits
    rule: PlaceRule | None = None


def match_text(
    text: str,
    localities: Sequence[str] | None = None,
    *,
    source_locality: str | None = None,
    source_id: str = "",
    rules: Sequence[PlaceRule] = (),
    table: Names | None = None,
    dated: date | None = None,
) -> list[MentionFound]:
    """Mentions in a text, best first; spans are code points of ``text``.

    ``localities`` are unit codes; None asks for every unit of the gazetteer. ``source_locality`` is the unit that the source belongs
    to. ``rules`` of offices decide before the score does; ``source_id`` is what rules about a source look at. ``table`` holds the names
    to look for, the shipped ones when it is left out; ``dated`` is the day the text is of, in Việt Nam. Never raises on text; unknown
    codes are ignored.
    """
    book = RuleBook(rules, source_id)
    return _Document(text, source_locality, book, table or names(), dated).mentions(localities)


def band_of(score: float) -> Literal["in", "check", "out"]:
    """The band of a score."""
    return "in" if score >= IN else "check" if score >= CHECK else "out"


def _is_commune_school(one: Cue) -> bool:
    return one.code == "street_or_school" and _COMMUNE_SCHOOL.search(one.vi) is not None


def in_tail(mention: MentionFound) -> MentionFound:
    """A mention in the links and counters around a text alone: nothing sure can be said of it."""
    if mention.score <= _TAIL_ONLY:
        return mention
    aside = cue("tail_only", "", weight=round(_TAIL_ONLY - mention.score, 4))
    why = (aside, *mention.why)[:MAX_CUES]
    return replace(mention, score=_TAIL_ONLY, band=band_of(_TAIL_ONLY), why=why)


class _Document:
    def __init__(
        self, text: str, source_locality: str | None, rules: RuleBook, table: Names, dated: date | None
    ) -> None:
        self.names = table
        self.rules = rules
        self.dated = dated
        self.reading = Reading(text, table)
        self.hits = self.reading.hits()
        self.source = self.names.table.get(source_locality) if source_locality else None
        self.places = [hit for hit in self.hits if self._is_area(hit.key)]
        self.by_end = {hit.end: hit for hit in self.places}
        self.by_start = {hit.start: hit for hit in self.places}
        self.starting: dict[int, list[Hit]] = defaultdict(list)
        for hit in self.places:
            self.starting[hit.start].append(hit)
        self.keys = {hit.key for hit in self.places}
        self.hits_by_end: dict[int, list[Hit]] = defaultdict(list)
        for hit in self.hits:
            self.hits_by_end[hit.end].append(hit)
        self._hit_starts = [hit.start for hit in self.hits]
        self._place_starts = [hit.start for hit in self.places]
        self.seen: dict[tuple[int, int], Surroundings] = {}
        self.vietnam = self._vietnam()

    def _is_area(self, key: str) -> bool:
        return (
            any(unit.level in "pd" for unit in self.names.bearers.get(key, ()))
            or key in self.names.near_keys
            or any(owner.level == "p" for owner in self.names.owners.get(key, ()))
        )

    def _vietnam(self) -> str:
        words = " " + " ".join(self.reading.tokens.exact[:3000]) + " "
        return next((word for word in sorted(_VIETNAM) if f" {word} " in words), "")

    @staticmethod
    def _near(hits: list[Hit], starts: list[int], hit: Hit, reach: int) -> Iterator[Hit]:
        """Other names that begin or end within ``reach`` tokens of a hit, without overlap."""
        first = bisect_left(starts, hit.start - reach - 8)
        for other in hits[first : bisect_left(starts, hit.end + reach + 1)]:
            distance = other.start - hit.end if other.start >= hit.end else hit.start - other.end
            if 0 <= distance <= reach:
                yield other

    def around(self, hit: Hit) -> Surroundings:
        seen = self.seen.get((hit.start, hit.end))
        if seen is None:
            seen = self.seen[hit.start, hit.end] = look_around(self.reading, hit, self.by_end, self.by_start)
        return seen

    def mentions(self, localities: Sequence[str] | None) -> list[MentionFound]:
        wanted = None if localities is None else set(localities)
        found: dict[str, list[_Scored]] = defaultdict(list)
        times: Counter[str] = Counter()
        for hit in self.hits:
            times[hit.key] += 1
            if times[hit.key] > MAX_TIMES:
                continue
            for owner in self.names.owners.get(hit.key, ()):
                if (wanted is None or owner.code in wanted) and owner.code not in hit.excluded:
                    found[owner.code].append(self._score(hit, self.names.profile(hit.key, owner)))
        out = [self._sum_up(code, scored) for code, scored in found.items()]
        return sorted(out, key=lambda mention: (-mention.score, mention.locality))

    # --- one mention ------------------------------------------------------------------------------------------------

    def _score(self, hit: Hit, profile: Profile) -> _Scored:
        reading = self.reading
        span = (reading.tokens[hit.start].start, reading.tokens[hit.end - 1].end)
        name = reading.text[span[0] : span[1]]
        seen = self.around(hit)
        owner = profile.owner
        province = owner.level == "p"
        cues: list[Cue] = [cue(profile.base_code, name, weight=profile.base)]

        def add(code: str, near: str = "", *, weight: float | None = None) -> None:
            cues.append(cue(code, name, near, span=span, weight=weight))

        own = self._unit_cues(owner, profile, seen, add)
        self._date_cues(owner, seen, name, add)
        for code, near in seen.cues:
            if province and code in {"stage_near", "speech_after"}:
                continue
            if province and code == "honorific" and self._is_of_many(hit, near):
                continue
            weight = None
            if province and code in {"brand", "capital_before", "capital_after"}:
                # A sports club bears the name of its province; a restaurant may stand anywhere.
                club = near.lower().startswith(_CLUBS) and not hit.toneless
                weight = -0.02 if club else -0.3 if code == "brand" else -0.2
            if (
                province
                and code == "street_or_school"
                and near.lower().startswith(("trường", "đại học", "cao đẳng"))
            ):
                # "Đại học Y Dược Hải Phòng" stands in Hải Phòng; without accents it may be the one in Beijing.
                weight = -0.25 if hit.toneless else -0.02
            add(code, near, weight=weight)
        placed = self._area_cues(hit, profile, seen, own, add)
        if not province and placed and any(c.code == "parent_beside" for c in cues):
            # "Trường Tiểu học Nghi Dương (Hải Phòng)": a public school up to the ninth year bears the name of its commune.
            cues[:] = [replace(c, weight=-0.2) if _is_commune_school(c) else c for c in cues]
        self._script_cues(hit, owner, own, placed, add)
        if self.source is not None:
            self._source_cues(owner, self.source, add)
        line = reading.line(hit.start)
        alone = not province and profile.base_code in {"name_unique", "name_shared", "name_part"}
        if alone and hit.key.rpartition(" ")[2] in GIVEN and not any(c.weight > 0 for c in cues[1:]):
            add("name_alone")
        if hit.toneless and not province:
            add("no_accents")
        if not line.capitals and name.islower():
            add("no_capitals")
        score = min(1.0, max(0.0, sum(c.weight for c in cues)))
        sure = own and (placed or profile.base_code == "name_unique")
        if name.islower() and not line.capitals and not sure:
            score = min(score, 0.55)
        against = seen.person or seen.brand
        rule = self.rules.decide(owner.code, hit, reading, self.hits)
        if rule is None:
            return _Scored(hit, score, cues, against)
        # A person said so: the score follows, whatever the other cues are.
        said = "rule_in" if rule.admits else "rule_out"
        add(f"{said}_item" if rule.sign.kind == "item" else said, rule.sign.label)
        return _Scored(hit, float(rule.admits), cues, not rule.admits, rule)

    def _is_of_many(self, hit: Hit, near: str) -> bool:
        """True for "học sinh Hải Phòng": a role that many share, before the name of a province that nobody is called by."""
        role = near.lower()
        return COLLECTIVE.holds(role, hit.toneless) and hit.key.rpartition(" ")[2] not in GIVEN

    def _unit_cues(self, owner: Owner, profile: Profile, seen: Surroundings, add: _Add) -> bool:
        unit, words = (seen.unit, seen.unit_words) if seen.unit else (seen.list_unit, seen.list_words)
        if not unit:
            return False
        listed = not seen.unit
        if listed and not seen.list_sure and profile.base_code == "name_wider":
            # "xã Thọ Bình, Triệu Sơn, Thanh Hóa" is an address: the second name is the district.
            return False
        if unit in owner.types or (owner.kind == "foreign" and unit in COMMUNE_TYPES and owner.level == "c"):
            add("unit_list" if listed else "own_unit_word", words)
            return True
        if owner.level == "p" and unit in profile.inside and unit in DISTRICT_TYPES:
            add("unit_list" if listed else "own_unit_word", words, weight=0.2)
            return True
        if owner.level == "c" and unit in COMMUNE_TYPES and unit not in profile.others:
            add("unit_word_differs", words)
            return True
        if owner.kind in _NO_UNIT_WORD or (listed and owner.level == "p" and not seen.list_sure):
            return False
        if listed:
            add("other_list", words)
        elif unit in COMMUNE_TYPES and owner.level == "c":
            add("other_unit", words)
        elif owner.level == "p" and unit in VILLAGE_TYPES | COMMUNE_TYPES:
            add("other_level", words, weight=-0.6)
        else:
            add("other_level", words)
        return False

    def _date_cues(self, owner: Owner, seen: Surroundings, name: str, add: _Add) -> None:
        """Until when the place was called so; a name that nobody could know yet when the text was written speaks against it."""
        word = seen.unit or seen.list_unit
        until = owner.until(word)
        if until is not None:
            of_its_day = self.dated is not None and self.dated <= until
            add("name_of_its_day" if of_its_day else "name_until", f"{until + timedelta(days=1):%d/%m/%Y}")
        elif owner.since is not None and self.dated is not None and self.dated < owner.since - KNOWN_AHEAD:
            add("name_not_yet", f"{owner.since:%d/%m/%Y}")

    def _area_cues(self, hit: Hit, profile: Profile, seen: Surroundings, own: bool, add: _Add) -> bool:
        """Parents, namesakes' parents, children and siblings around. True when the name was placed in its own area."""
        owner = profile.owner
        beside = self._beside(hit) or self._after_list(hit)
        if owner.level == "p":
            child = self._child_before(hit, seen)
            if child:
                add("child_beside", child)
            return bool(child)
        if self._stands_as_parent(hit, seen) and not own:
            child = self._child_before(hit, seen)
            add("as_parent", child)
            return False
        placed = ""
        against = ""
        for group in beside:
            # Without accents a name may be several: one of them being ours is enough.
            own_one = next((other for other in group if self._is_own_area(other, hit, profile)), None)
            if own_one is not None:
                placed = own_one.key
            elif all(other.key not in profile.parents and other.key != hit.key for other in group):
                against = against or group[0].key
        if placed:
            add("parent_beside", self._name(placed))
            return True
        if against:
            add("other_parent_beside", self._name(against))
            return False
        near_own = near_other = ""
        for other in self._near(self.places, self._place_starts, hit, NEAR):
            if self._is_own_area(other, hit, profile):
                near_own = other.key
            elif other.key in profile.foreign and other.key != hit.key:
                near_other = other.key
        if near_own:
            add("parent_near", self._name(near_own))
            return True
        if near_other:
            add("namesake_near", self._name(near_other))
            return False
        in_text = sorted((self.keys & profile.parents) - {hit.key})
        if in_text:
            add("parent_in_text", self._name(in_text[0]))
            return True
        elsewhere = sorted((self.keys & profile.foreign) - {hit.key})
        if elsewhere:
            add("namesake_in_text", self._name(elsewhere[0]))
            return False
        sibling = self._sibling_near(hit, owner)
        if sibling:
            add("sibling_near", sibling)
        return False

    def _is_own_area(self, other: Hit, hit: Hit, profile: Profile) -> bool:
        if other.key not in profile.parents or (other.start, other.end) == (hit.start, hit.end):
            return False
        # A district of the same name counts only when its unit word says that it is the district.
        return other.key != hit.key or self.around(other).unit in DISTRICT_TYPES

    def _group(self, hit: Hit) -> list[Hit]:
        """The names that one stretch of text may be, itself first."""
        return [
            hit,
            *(other for other in self.starting.get(hit.start, ()) if other.end == hit.end and other != hit),
        ]

    def _after_list(self, hit: Hit) -> list[list[Hit]]:
        """The area that a list of names ends with: "tại A, B, C của tỉnh D", "A, B và C (D)"."""
        reading = self.reading
        if reading.line(hit.start).title_case or self.around(hit).person:
            return []
        k, end = hit.end, min(len(reading.tokens), hit.end + LIST)
        listed = False
        while k < end:
            gap, word = reading.gaps[k], reading.word(k)
            closes = "(" in gap or word in {"của", "thuộc", "cua", "thuoc", "of"}
            if closes:
                area = next((self.by_start[j] for j in range(k, min(k + 4, end)) if j in self.by_start), None)
                if not listed or area is None or self._is_commune_here(area):
                    return []
                return [self._group(area)] if self.around(area).outer <= k + 1 else []
            if "\n" in gap or ". " in gap or ")" in gap or ";" in gap or ":" in gap:
                return []
            join = LIST_JOINS.holds(word, reading.line(k).toneless)
            if not (reading.capital[k] or join):
                return []
            listed = listed or join or "," in gap
            k += 1
        return []

    def _beside(self, hit: Hit) -> list[list[Hit]]:
        """Names of provinces and districts that follow at once: "xã A, huyện B, tỉnh C" or "xã A (B, C)"."""
        reading = self.reading
        out: list[list[Hit]] = []
        at = hit.end
        for _ in range(3):
            following = None
            for k in range(at, min(at + 4, len(reading.tokens))):
                if k in self.by_start:
                    following = self.by_start[k]
                    break
            if following is None:
                break
            outer = self.around(following).outer if following is not hit else following.start
            gap = reading.gaps[at] if at < len(reading.tokens) else ""
            direct = outer == at and (
                "," in gap or "(" in gap or "-" in gap or "–" in gap or gap.strip() == ""
            )
            joined = outer == at + 1 and reading.word(at) in {
                "của",
                "thuộc",
                "ở",
                "tại",
                "cua",
                "thuoc",
                "in",
                "of",
                "cũ",
            }
            if not (direct or joined) or "\n" in gap or ". " in gap:
                break
            if self._is_commune_here(following):
                break
            out.append(self._group(following))
            at = following.end
        return out

    def _is_commune_here(self, hit: Hit) -> bool:
        return self.around(hit).unit in COMMUNE_TYPES or bool(self.around(hit).list_unit in COMMUNE_TYPES)

    def _child_before(self, hit: Hit, seen: Surroundings) -> str:
        """As "xã Mao Điền" of "xã Mao Điền, Hải Phòng", when the gazetteer has it there; otherwise empty."""
        reading = self.reading
        at = seen.outer
        if at < 1 or not any(sign in reading.gaps[at] for sign in ",(-–"):
            return ""
        for other in self.hits_by_end.get(at, ()):
            around = self.around(other)
            if around.unit in COMMUNE_TYPES | DISTRICT_TYPES or around.unit in VILLAGE_TYPES:
                return f"{around.unit_words} {self._name(other.key)}"
        return ""

    def _stands_as_parent(self, hit: Hit, seen: Surroundings) -> bool:
        """True in "xã Hợp Tiến (Triệu Sơn, …" where Triệu Sơn is the district."""
        if seen.unit:
            return False
        reading = self.reading
        at = hit.start
        if at < 1 or not _SEPARATOR.search(reading.gaps[at]):
            return False
        for other in self.hits_by_end.get(at, ()):
            return self.around(other).unit in COMMUNE_TYPES | VILLAGE_TYPES
        # an unknown commune or village: unit word, then capitals up to the separator
        k = at - 1
        while k > 0 and reading.capital[k] and at - k < 5:
            k -= 1
            if reading.word(k) in {"xã", "trấn", "thôn", "ấp", "phường", "làng", "bản"}:
                return True
        return False

    def _sibling_near(self, hit: Hit, owner: Owner) -> str:
        unit = self.names.table.by_id[owner.code]
        for other in self._near(self.hits, self._hit_starts, hit, 30):
            if other.key == hit.key:
                continue
            bearers = self.names.bearers.get(other.key, ())
            if self.around(other).unit not in COMMUNE_TYPES:
                continue
            if len(bearers) == 1 and bearers[0].parent == unit.parent:
                return f"{self.around(other).unit_words} {self._name(other.key)}"
        return ""

    def _script_cues(self, hit: Hit, owner: Owner, own: bool, placed: bool, add: _Add) -> None:
        if owner.kind != "foreign" or not is_unspaced(hit.key[0]) or is_transcribed(hit.key):
            return
        others = [k for k in self.keys if k != hit.key and is_unspaced(k[0])]
        if self.vietnam or others:
            add(
                "foreign_context",
                self.vietnam.replace(" ", "")
                if self.vietnam and is_unspaced(self.vietnam[0])
                else self.vietnam or self._name(others[0]),
            )
        elif not own and not placed:
            add("no_context")

    def _source_cues(self, owner: Owner, source: Unit, add: _Add) -> None:
        if source.id == owner.code:
            add("own_source")
        elif owner.level == "c" and self.names.table.by_id[owner.code].parent in {source.id, source.parent}:
            add("area_source")

    def _name(self, key: str) -> str:
        """A key as people write it."""
        bearers = self.names.bearers.get(key)
        if bearers:
            return bearers[0].name
        return key.replace(" ", "") if is_unspaced(key[0]) else key.title()

    # --- the whole text ---------------------------------------------------------------------------------------------

    def _sum_up(self, code: str, scored: list[_Scored]) -> MentionFound:
        self._one_sense_of_rules(scored)
        best = max(scored, key=lambda s: s.score)
        people = {s.hit.key for s in scored if s.against and s.score < CHECK}
        if best.score < IN:
            # Nobody says "xã", somebody says "ca sĩ": then the bare ones are the singer too.
            for s in scored:
                if (
                    not s.against
                    and s.rule is None
                    and s.hit.key in people
                    and not any(c.code in {"own_unit_word", "unit_list"} for c in s.cues)
                ):
                    extra = cue("person_in_text", self._name(s.hit.key))
                    s.cues.append(extra)
                    s.score = max(0.0, s.score + extra.weight)
            best = max(scored, key=lambda s: s.score)
        score = best.score
        if score >= CHECK:
            score = min(1.0, score + 0.05 * min(2, sum(1 for s in scored if s.score >= CHECK) - 1))
        band = band_of(round(score, 4))
        if band == "out":
            shown = scored
        else:
            shown = [
                s for s in scored if s.score >= CHECK or (best.score >= IN and self._same_sense(s, best))
            ]
        tokens = self.reading.tokens
        spans = sorted({(tokens[s.hit.start].start, tokens[s.hit.end - 1].end) for s in shown})[:MAX_SPANS]
        why = sorted(best.cues, key=lambda c: (c.code not in _DATED, -abs(c.weight)))[:MAX_CUES]
        rules = tuple(sorted({s.rule.id for s in scored if s.rule is not None}))
        return MentionFound(code, round(score, 4), band, tuple(spans), tuple(why), rules)

    def _one_sense_of_rules(self, scored: list[_Scored]) -> None:
        """Where a rule says that the name is not ours, the bare ones of the same text are not either; "xã …" stays what it is."""
        turned = {s.hit.key for s in scored if s.rule is not None and not s.rule.admits}
        for s in scored:
            sure = any(c.code in {"own_unit_word", "unit_list", "parent_beside"} for c in s.cues)
            if s.rule is None and s.hit.key in turned and not sure:
                extra = cue("rule_sense", self._name(s.hit.key))
                s.cues.append(extra)
                s.score = max(0.0, s.score + extra.weight)

    @staticmethod
    def _same_sense(one: _Scored, best: _Scored) -> bool:
        """One sense a document: a bare later mention of the same name goes with the best one."""
        negative = any(c.weight <= -0.4 for c in one.cues)
        return one.hit.key == best.hit.key and not one.against and not negative
