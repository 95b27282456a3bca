"""The port ``Analyst`` on this machine alone: no model that decides, no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock

from core.clock import VIETNAM
from core.groups import CopyKeys, StoryCandidate
from core.places import MentionFound, PlaceRule, RuleContext, ToldOfOthers
from core.ports import Analysis, ClaimLikeness, JudgedClaim, Need, StoryFacts
from core.rules.gazetteer import Everything
from core.rules.glossary import Term
from core.rules.need import NeedWeights
from core.text.normalise import clean
from core.text.trimming import quieted
from indexer.analysis import copies, language, need, stories
from indexer.analysis.attribution import attributed_to
from indexer.analysis.claims.likeness import like_claims
from indexer.analysis.gist import Places, gist, gloss, places_abroad, shipped
from indexer.analysis.places.areas import area_names, areas_of
from indexer.analysis.places.contexts import contexts_of
from indexer.analysis.places.matcher import in_tail, match_text
from indexer.analysis.places.names import SHIPPED, Held
from indexer.analysis.places.others import told_of_others
from indexer.analysis.places.samples import sample_sentences

#: Longest text that is analysed; the same limit as a stored text.
MAX_TEXT = 200_000
LEAD = 400


class LocalAnalyst:
    """Implements :class:`core.ports.Analyst`. One instance may serve every thread.

    Its only state is the gazetteer that it reads by: that of the installation, which ``load`` gives; without one, or before the first
    import, the shipped one.
    """

    def __init__(self, load: Callable[[], Everything] | None = None) -> None:
        self._load = load
        self._held: Held | None = None
        self._abroad: tuple[Held, Places] | None = None
        self._loading = Lock()

    def keep_up(self, revision: int) -> None:
        """Read by this revision of the gazetteer or a later one from now on; loads it when an older one is held."""
        if self._reading_by().revision < revision:
            with self._loading:
                if self._held is None or self._held.revision < revision:
                    self._held = self._read()

    def _read(self) -> Held:
        everything = None if self._load is None else self._load()
        return SHIPPED if everything is None or not everything.units else Held.of(everything)

    def _reading_by(self) -> Held:
        held = self._held
        if held is None:
            with self._loading:
                held = self._held = self._held or self._read()
        return held

    def analyse(
        self,
        title: str,
        text: str,
        *,
        localities: Sequence[str],
        source_locality: str | None = None,
        language_hint: str = "",
        seen_at: datetime | None = None,
        source_id: str = "",
        rules: Sequence[PlaceRule] = (),
        published_at: datetime | None = None,
    ) -> Analysis:
        r"""Analyse one text for the watched ``localities``. Spans are code points of ``title + "\\n" + text``. Never raises on text."""
        whole = f"{title}\n{text}"[:MAX_TEXT]
        spoken = language.detect(whole, language_hint)
        areas = areas_of(self._reading_by().table, localities)
        found = self.place(
            title,
            text,
            localities=[*localities, *areas],
            source_locality=source_locality,
            source_id=source_id,
            rules=rules,
            published_at=published_at,
        )
        asked = set(localities)
        mentions = tuple(
            mention for mention in found if mention.locality in asked or mention.locality not in areas
        )
        named = {mention.locality for mention in found if mention.band != "out"}
        shown = [span for mention in mentions if mention.band != "out" for span in mention.spans]
        return Analysis(
            language=spoken,
            mentions=mentions,
            keys=copies.copy_keys(title, quieted(text[:MAX_TEXT]), seen_at),
            lead=lead_of(text),
            gist=gist(whole, spoken, shown) if spoken != "vi" and shown else "",
            attributed_to=attributed_to(text),
            around=frozenset(code for area in named & set(areas) for code in areas[area]),
        )

    def place(
        self,
        title: str,
        text: str,
        *,
        localities: Sequence[str],
        source_locality: str | None = None,
        source_id: str = "",
        rules: Sequence[PlaceRule] = (),
        published_at: datetime | None = None,
    ) -> tuple[MentionFound, ...]:
        """The mentions of :meth:`analyse` alone.

        Links to other articles and counters around a text that a person pasted are not read as its words: a locality that is named only
        there is "check" at most.
        """
        whole = f"{title}\n{text}"[:MAX_TEXT]
        quiet = quieted(whole)

        def match(words: str, codes: Sequence[str]) -> list[MentionFound]:
            return match_text(
                words,
                codes,
                source_locality=source_locality,
                source_id=source_id,
                rules=rules,
                table=self._reading_by().names,
                dated=None if published_at is None else published_at.astimezone(VIETNAM).date(),
            )

        found = match(quiet, localities)
        if quiet is whole:
            return tuple(found)
        sure = {mention.locality for mention in found if mention.band != "out"}
        rest = [code for code in localities if code not in sure]
        aside = [in_tail(mention) for mention in match(whole, rest)]
        return tuple(
            sorted((*(m for m in found if m.locality in sure), *aside), key=lambda mention: -mention.score)
        )

    def rule_contexts(
        self, title: str, text: str, locality: str, *, source_id: str = "", source_name: str = ""
    ) -> tuple[RuleContext, ...]:
        """What stands around the names of a locality in a text, as signs that a rule may hang on."""
        whole = f"{title}\n{text}"[:MAX_TEXT]
        return contexts_of(
            whole, locality, self._reading_by().names, source_id=source_id, source_name=source_name
        )

    def told_of_others(self, name: str, texts: Sequence[str]) -> ToldOfOthers:
        """In how many of the texts the name is a person's, a brand's, a street's."""
        return told_of_others(name, texts, self._reading_by().names)

    def is_copy(self, a: CopyKeys, b: CopyKeys) -> bool:
        """True when the two texts are copies: equal bodies, or verified overlap."""
        return copies.compare(a, b).is_copy

    def same_story(
        self,
        title: str,
        lead: str,
        localities: frozenset[str],
        seen_at: datetime,
        candidates: Sequence[StoryCandidate],
    ) -> int | None:
        """The story this text belongs to, or None for a new one."""
        return stories.same_story(title, lead, localities, seen_at, candidates, self._reading_by().table)

    def story_likeness(self, story: StoryCandidate, others: Sequence[StoryCandidate]) -> Mapping[int, float]:
        """How near each of the others is to a story by its words, 0-1, by story number."""
        return stories.likeness(story, others, self._reading_by().table)

    def like_claims(self, title: str, text: str, claims: Sequence[JudgedClaim]) -> tuple[ClaimLikeness, ...]:
        """The judged claims that the text is like, at most five, best first."""
        return like_claims(title, text[:MAX_TEXT], claims, self._reading_by().table)

    def need(self, facts: StoryFacts, now: datetime, weights: NeedWeights) -> Need:
        """How much the story needs an answer by these weights, with the parts that make the sum."""
        return need.need_of(facts, now, weights)

    def glossary(self) -> tuple[Term, ...]:
        """The shipped terms of foreign languages with their Vietnamese."""
        return shipped()

    def gloss(self, sentence: str, language: str, own: Sequence[Term] = ()) -> tuple[tuple[str, str], ...]:
        """(as written, Vietnamese) of numbers, dates, places and known words of a foreign sentence, at most sixteen.

        ``own`` terms stand before the shipped ones.
        """
        held = self._reading_by()
        if self._abroad is None or self._abroad[0] is not held:
            self._abroad = held, places_abroad(held.abroad())
        return tuple(gloss(sentence, language, own, self._abroad[1]))

    def area_names(self, localities: frozenset[str]) -> tuple[str, ...]:
        """The names of the provinces that these localities lie in, former ones too, in every spelling that papers use."""
        return area_names(self._reading_by().table, localities)

    def sample_sentences(self, locality: str) -> tuple[str, ...]:
        """Up to twenty sentences of our own with the locality's name, half of them about something else of that name."""
        return sample_sentences(self._reading_by().table, locality)

    def unit_name(self, locality: str) -> str:
        """The full Vietnamese name of a unit code; the code itself when unknown."""
        return self._reading_by().table.full_name(locality)


def lead_of(text: str) -> str:
    """The first paragraph without attribution, cut at a word at :data:`LEAD` characters."""
    body = copies.body_of(text[:8000])
    first = next(
        (line.strip() for line in body.split("\n") if len(line.strip()) > 40), body.strip().split("\n")[0]
    )
    first = clean(first)
    return first if len(first) <= LEAD else first[:LEAD].rsplit(" ", 1)[0] + "…"
