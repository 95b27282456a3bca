"""The script of the demo: for each storyline the facts that the driver enters and the results that it must find.

Texts in ``storylines.yaml`` are fictional and ours. Each claim's quote stands word for word in the item or the
hand-received text that it names. Verdicts, levels and tags are those of :mod:`core.rules.vocabulary`; document codes
are D1–D23 of the list of documents (all that the response matrix would ask for, whether or not a maker exists yet).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.demo.press.catalogue import read_yaml
from config.demo.press.moments import fill_dates
from core.errors import Misconfigured
from core.rules.vocabulary import SUB_VERDICTS, EvidenceKind, Harm, Spread, SubVerdict, Tag, Verdict


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScriptEvidence(_Strict):
    """A piece of evidence. ``source_locality`` is set when an office of a watched unit made it."""

    id: str
    kind: EvidenceKind
    title: str
    body: str
    source_name: str
    source_locality: str | None = None
    competent_authority: bool = False
    as_of: str


class ScriptClaim(_Strict):
    """A quoted sentence and what is found about it.

    ``item`` or ``received`` names where the quote stands. ``concerns`` is the unit code whose act the claim is about, or
    empty. ``earlier`` is the verdict that stands first where the story has two. ``before_edit`` is true when the outlet
    later removes the sentence.
    """

    id: str
    item: str = ""
    received: str = ""
    quote: str
    neutral_text: str
    concerns: str = ""
    sensitive: bool = False
    verdict: Verdict
    sub_verdict: SubVerdict = SubVerdict.NONE
    earlier: Verdict | None = None
    reason: str
    evidence: tuple[str, ...]
    before_edit: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> ScriptClaim:
        if bool(self.item) == bool(self.received):
            raise ValueError(f"claim {self.id} must name an item or a received text, not both")
        if self.sub_verdict not in SUB_VERDICTS[self.verdict]:
            raise ValueError(f"claim {self.id}: {self.verdict} cannot be {self.sub_verdict}")
        return self


class ScriptFact(_Strict):
    """One line of the table claim – fact – evidence."""

    claim: str
    part: str
    fact: str
    evidence: str


class ScriptRefusal(_Strict):
    """Something that a person tries and that the rules must refuse."""

    act: Literal["verdict", "document"]
    value: str
    by: str
    why: str


class Storyline(_Strict):
    """One storyline. ``documents`` are made, ``forbidden`` must be impossible, ``silence`` is the reason for no answer."""

    id: str = Field(pattern=r"^T([1-9]|1[0-4])$")
    title: str
    locality: str
    answers_by: str
    tag: Tag
    items: tuple[str, ...] = ()
    received: tuple[str, ...] = ()
    spread: Spread
    harm: Harm
    claims: tuple[ScriptClaim, ...]
    evidence: tuple[ScriptEvidence, ...]
    facts: tuple[ScriptFact, ...] = ()
    documents: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    silence: str = ""
    deviation: str = ""
    refusals: tuple[ScriptRefusal, ...] = ()
    routed_out: tuple[str, ...] = ()
    follow_up: str = ""

    @model_validator(mode="after")
    def _references(self) -> Storyline:
        known = {piece.id for piece in self.evidence}
        claims = {claim.id for claim in self.claims}
        for claim in self.claims:
            if missing := set(claim.evidence) - known:
                raise ValueError(f"{self.id}: claim {claim.id} names unknown evidence {sorted(missing)}")
        for fact in self.facts:
            if fact.evidence not in known or fact.claim not in claims:
                raise ValueError(f"{self.id}: fact line {fact.part!r} names an unknown claim or evidence")
        return self


def load_storylines(today: date) -> dict[str, Storyline]:
    """Storylines by id, with dates written relative to ``today``. Raises Misconfigured when the file is wrong."""
    found: dict[str, Storyline] = {}
    for row in read_yaml("storylines.yaml"):
        try:
            storyline = Storyline.model_validate(_dated(row, today))
        except ValidationError as error:
            raise Misconfigured(
                f"Kịch bản trình diễn có lỗi ở storylines.yaml: {error}. Cài lại gói lamro.",
                f"The demo script is wrong in storylines.yaml: {error}. Install the lamro package again.",
            ) from error
        found[storyline.id] = storyline
    return found


def _dated(value: object, today: date) -> object:
    if isinstance(value, str):
        return fill_dates(value, today)
    if isinstance(value, list):
        return [_dated(one, today) for one in value]
    if isinstance(value, dict):
        return {key: _dated(one, today) for key, one in value.items()}
    return value
