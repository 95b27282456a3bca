r"""The few protocols that the rooms around ``core`` implement, and the plain records that pass through them.

``config.wiring`` hands implementations to services; nothing here does I/O. All datetimes are aware, in UTC; all spans are
code points of ``title + "\\n" + text`` unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Literal, Protocol

from core.groups import CopyKeys, StoryCandidate
from core.messages import NewMail
from core.places import MentionFound, PlaceRule, RuleContext, ToldOfOthers
from core.rules.glossary import Term
from core.rules.need import NeedWeights

# --- understand -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything the machine says of one text; never a decision."""

    language: str
    mentions: tuple[MentionFound, ...]
    keys: CopyKeys
    lead: str = ""
    gist: str = ""
    #: whom the text itself names as its origin
    attributed_to: str = ""
    #: localities asked for whose province is named: the text may tell a story of theirs without naming them
    around: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NeedPart:
    """One part of the need-of-response score, with its sentence: ``value`` = ``amount`` (0–1, of the story) × ``weight``."""

    code: str
    value: float
    vi: str
    en: str
    amount: float
    weight: float

    def as_json(self) -> dict[str, Any]:
        """As a story keeps it."""
        return {"code": self.code, "value": self.value, "vi": self.vi, "en": self.en, "amount": self.amount, "weight": self.weight}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """Explainable need-of-response score, 0–100: orders the queue, never changes a state (G5)."""

    score: float
    parts: tuple[NeedPart, ...]


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """What the need score may look at."""

    title: str
    lead: str
    band: str
    match_score: float
    items: int
    copies: int
    sources: int
    reach_tier: int
    foreign: bool
    social: bool
    views: int
    first_seen_at: datetime
    last_seen_at: datetime
    looks_like_false_claim: bool = False


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A wording of a claim that two people have judged; one claim may come in several wordings."""

    claim_id: int
    text: str


@dataclass(frozen=True, slots=True)
class ClaimLikeness:
    """How a text is like a judged claim: a suggestion for a person, never a decision (decision 6).

    ``span`` is the sentence or sentences of the text. Names and figures are split into those that both have, those of the claim alone
    and those of the text alone; figures are in one form whatever their spelling ("1200", "2.5e+09", "12/9").
    """

    claim_id: int
    score: float
    stance: Literal["repeats", "denies"]
    span: tuple[int, int]
    shared_names: tuple[str, ...] = ()
    claim_names: tuple[str, ...] = ()
    text_names: tuple[str, ...] = ()
    shared_figures: tuple[str, ...] = ()
    claim_figures: tuple[str, ...] = ()
    text_figures: tuple[str, ...] = ()


class Analyst(Protocol):
    """Reads a text: language, places with reasons, copy keys. Implemented by ``indexer.analysis``."""

    def told_of_others(self, name: str, texts: Sequence[str]) -> ToldOfOthers:
        """In how many of the texts the name is a person's, a brand's, a street's."""

    def keep_up(self, revision: int) -> None:
        """Read by this revision of the gazetteer or a later one from now on."""

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
        """Analyse one text for ``localities`` (unit codes), under offices' ``rules``, by the names of the day of ``published_at``.

        Bounded time on any input; never raises on text.
        """

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
        """The mentions of :meth:`analyse` alone."""

    def rule_contexts(
        self, title: str, text: str, locality: str, *, source_id: str = "", source_name: str = ""
    ) -> tuple[RuleContext, ...]:
        """What stands around the names of a locality in a text, as signs that a rule may hang on; the surest first, at most twelve."""

    def is_copy(self, a: CopyKeys, b: CopyKeys) -> bool:
        """True when the two texts are copies (exact hash, or verified overlap)."""

    def same_story(
        self,
        title: str,
        lead: str,
        localities: frozenset[str],
        seen_at: datetime,
        candidates: Sequence[StoryCandidate],
    ) -> int | None:
        """The story this text belongs to, or None for a new one."""

    def story_likeness(self, story: StoryCandidate, others: Sequence[StoryCandidate]) -> Mapping[int, float]:
        """How near each of the others is to a story by its words, 0-1, by story number: orders a list, joins nothing."""

    def like_claims(self, title: str, text: str, claims: Sequence[JudgedClaim]) -> tuple[ClaimLikeness, ...]:
        """The judged claims that the text is like, at most five, best first. Bounded time; never raises on text."""

    def need(self, facts: StoryFacts, now: datetime, weights: NeedWeights) -> Need:
        """How much the story needs an answer by these weights, with the parts that make the sum."""

    def glossary(self) -> tuple[Term, ...]:
        """The shipped terms of foreign languages with their Vietnamese."""

    def gloss(self, sentence: str, language: str, own: Sequence[Term] = ()) -> tuple[tuple[str, str], ...]:
        """(as written, Vietnamese) of numbers, dates, places and known words of a foreign sentence, at most sixteen.

        ``own`` terms stand before the shipped ones.
        """

    def area_names(self, localities: frozenset[str]) -> tuple[str, ...]:
        """The names of the provinces that these localities lie in, former ones too, in every spelling that papers use."""

    def sample_sentences(self, locality: str) -> tuple[str, ...]:
        """Up to twenty sentences of our own with the locality's name, half of them about something else of that name."""

    def unit_name(self, locality: str) -> str:
        """The full Vietnamese name of a unit code ("xã Chí Minh, thành phố Hải Phòng"); the code itself when unknown."""


# --- answer ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a draft with where it comes from; ``source`` empty means advice or form words.

    ``kind``: fact, claim, done, advice, open, contact, basis. ``evidence_id`` links to the dossier. A ``[…]`` in the text is a
    place still to be filled.
    """

    text: str
    kind: str
    source: str = ""
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class Addressee:
    """A line under "Nơi nhận" or "Kính gửi"."""

    name: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class DossierEvidence:
    """A line of the annex: what it is, who made it, when, and its hash."""

    number: int
    title: str
    source: str
    obtained_at: datetime
    sha256: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class DossierFact:
    """A row of the claim–fact–evidence table of the dossier."""

    claim_part: str
    fact: str
    evidence_number: int | None
    as_of: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """The clarification dossier (Article 6 clause 1): claims, facts, evidence, argument, open questions."""

    incident_number: str
    title: str
    claims: tuple[str, ...]
    verdict: str
    reason: str
    proposed_by: str
    confirmed_by: str
    facts: tuple[DossierFact, ...]
    evidence: tuple[DossierEvidence, ...]
    open_questions: tuple[str, ...]
    items: tuple[tuple[str, str, datetime], ...]
    """(title, address, first seen) of the stories' items; behind a title in brackets where the item itself comes from."""
    origins: tuple[str, ...] = ()
    """by claim: where the item it was quoted from comes from ("tin dẫn lại từ Báo X"), empty for its own words."""


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """Everything an official document shows (Decree 30/2020 Annex I); values come from the legal profile and the record.

    ``number`` and ``issued_on`` are empty on a draft; the layout then leaves room and prints DỰ THẢO nowhere (the clerk gives the
    number in the official system). ``signer_authority`` is one of TM., KT., TL., TUQ., Q. with its lines.
    """

    kind: str
    superior: str
    agency: str
    number: str
    code: str
    place: str
    issued_on: datetime | None
    title: str
    subject: str
    addressees: tuple[Addressee, ...]
    bases: tuple[str, ...]
    paragraphs: tuple[tuple[Sentence, ...], ...]
    recipients: tuple[Addressee, ...]
    archive: str
    signer_authority: tuple[str, ...]
    signer_name: str
    urgency: str = ""
    dossier: Dossier | None = None
    unchecked_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WeeklyDigest:
    """A week for the manager: frozen rows, ready to lay out. Counts carry their nouns in the template."""

    unit_name: str
    week: str
    starts_on: datetime
    ends_on: datetime
    made_at: datetime
    headline: tuple[str, ...]
    figures: tuple[tuple[str, int, int], ...]
    """(label, this week, week before)."""
    criticism: tuple[dict[str, Any], ...]
    """accurate criticism waiting for an answer, first: title, source, unit, due, days_waiting, url_path."""
    buried: tuple[dict[str, Any], ...]
    """criticism marked watch for over 7 days."""
    incidents: tuple[dict[str, Any], ...]
    trends: tuple[dict[str, Any], ...]
    upcoming: tuple[str, ...]
    not_watched: tuple[dict[str, Any], ...]
    """sources that failed or fell silent: name, sentence."""
    method: str = ""
    audit_head: str = ""
    answered: tuple[int, int, int, int] = (0, 0, 0, 0)
    """criticism answered on time and all that was due or answered: in the week, then since 1 January."""
    localities: tuple[str, ...] = ()
    """names of the localities watched."""
    missed: str = ""
    """what the blind sample of stories ranked low found; empty when there was none."""


class DocumentRenderer(Protocol):
    """Makes files. Implemented by ``alerts.documents`` and ``alerts.digests``."""

    def official(self, document: OfficialDocument) -> bytes:
        """The .docx of an official document in the exact Decree 30/2020 layout. Deterministic for equal input."""
        ...

    def digest_html(self, digest: WeeklyDigest) -> str:
        """A self-contained HTML page of the digest that prints on A4."""
        ...

    def digest_docx(self, digest: WeeklyDigest) -> bytes:
        """The digest as .docx."""
        ...


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message; ``name`` is a safe file name."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One message to one recipient. ``message_id`` is stable across tries, so that a repeat can be recognised."""

    message_id: str
    recipient: str
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a try ended: sent; retry (try later); failed (never by itself)."""

    state: Literal["sent", "retry", "failed"]
    detail: str = ""


class Channel(Protocol):
    """A way out of the house. Implemented by ``alerts.channels``; never called before the recorded approval (decision 8)."""

    name: str

    def send(self, message: OutgoingMessage) -> Delivery:
        """Try once; never raises for a fault of the other side."""
        ...


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A capture read back from its WARC: the question, the answer, the facts of the fetch. Bytes of outsiders; show them as text only."""

    url: str
    status_line: str
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    body: bytes
    facts: dict[str, Any]


class CaptureStore(Protocol):
    """Where WARC files and uploaded evidence lie. A path never leaves its folder (ValueError), a file is whole or absent."""

    def path(self, relative: str) -> Path:
        """The absolute path of a stored capture. Raises ValueError when it leaves the folder."""
        ...

    def keep(self, data: bytes, suffix: str) -> tuple[str, str]:
        """Store an uploaded file under its hash; returns (relative path, SHA-256)."""
        ...

    def writing(self, relative: str) -> AbstractContextManager[IO[bytes]]:
        """A file that appears under this name, whole, when the block ends without an exception."""
        ...

    def remove(self, relative: str) -> bool:
        """Take a file away for good. False when it was not there."""
        ...

    def page(self, relative: str) -> KeptPage:
        """Read a WARC back. Raises :class:`core.errors.NotFound`, :class:`core.errors.Damaged`."""
        ...


@dataclass(frozen=True, slots=True)
class FileText:
    """The words of a file, plain and cut; ``pages`` is 0 for anything without pages."""

    title: str
    text: str
    pages: int = 0
    warnings: tuple[str, ...] = ()


class FileReader(Protocol):
    """Takes the words out of hostile bytes, behind a wall. Raises :class:`core.errors.LamroError` with the sentence for staff."""

    def pdf(self, data: bytes) -> FileText:
        """The text layer of a PDF, page by page."""
        ...

    def page(self, body: bytes, content_type: str, url: str) -> FileText:
        """All visible words of a page, menus too: for looking, not for analysis."""
        ...

    def article(self, body: bytes, content_type: str, url: str) -> FileText:
        """The article of a page, exactly as a crawl of today would read it. Raises as the others do."""
        ...


# --- kinds of source ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceOption:
    """One setting that a kind of source takes. ``form`` is text, number, yes_no, choice or list; ``choices`` are the words of a choice."""

    name: str
    form: str
    required: bool
    default: Any
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """Address and settings of a source in the form that is stored; ``social`` when the kind can only be public social pages."""

    url: str
    rules: Mapping[str, Any]
    social: bool


class SourceKinds(Protocol):
    """What the crawler can read, without loading it."""

    def names(self) -> tuple[str, ...]:
        """The kinds there are, in alphabetical order."""
        ...

    def options(self, kind: str) -> tuple[SourceOption, ...]:
        """The settings that a kind takes. Raises KeyError for an unknown one."""
        ...

    def check(self, kind: str, url: str, rules: Mapping[str, Any]) -> CheckedSource:
        """Address and settings as they are stored. Raises :class:`core.errors.Invalid` with the fields that are wrong."""
        ...

    def pace(self, url: str) -> float:
        """Seconds for which the address's host asks to be left in peace after a request, by its own published rule; 0 for most."""
        ...


# --- mail in ----------------------------------------------------------------------------------------------------------


class Mailbox(Protocol):
    """The office's inbox for forwarded reports, read only: nothing in it is marked, moved or deleted. Implemented by ``crawlers.mailbox``."""

    name: str
    """Server and folder, for staff and for our place in it; no user name."""

    def new(self, validity: int, after: int, since: date, limit: int) -> NewMail:
        """At most ``limit`` messages, oldest first: those numbered above ``after``, or, when the numbering is not ``validity``, those
        that arrived since the day ``since``.

        Raises :class:`core.errors.Unavailable` with a sentence: not reachable, certificate, refused log-in, no such folder.
        """
        ...


# --- machine translation ----------------------------------------------------------------------------------------------


class Translator(Protocol):
    """A machine that puts foreign words into Vietnamese, for staff to understand. Implemented by ``indexer.translation``.

    What it gives is never stored, indexed, quoted or put into a document: it is not what the source said.
    """

    @property
    def name(self) -> str:
        """Its name for staff, without its address."""
        ...

    def translate(self, text: str, language: str) -> str:
        """``text`` in Vietnamese. ``language`` is the source's, as ISO 639-1.

        Raises :class:`core.errors.Unavailable` with a sentence: not reachable, refused, language unknown to it, too slow.
        """
        ...
