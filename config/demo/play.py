"""The people of the demo at work: the script's storylines acted through the services, with the very checks that staff meet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta

from config.demo.cast import actors
from config.demo.home import DemoHome
from config.demo.press.newsroom import Newsroom
from config.demo.press.script import ScriptClaim, Storyline, load_storylines
from core.clock import VIETNAM
from core.errors import NotFound
from core.queries import positions
from core.records.claim import Claim
from core.records.incident import Incident
from core.rules.vocabulary import SUB_VERDICTS, Decision, Tag, Verdict
from core.services import answer, approve, claims, draft, intake, judge, publish, triage
from core.services.claim_form import NewEvidence
from core.services.desk import Actor, Desk
from core.services.receiving import ReceivedText

PLACE = re.compile(r"\[[^\[\]]+\]")
APPROVERS = (("content", "quanly"), ("secrecy", "quanly"), ("spokesperson", "nguoiphatngon"))

Act = tuple[datetime, Callable[[], object]]
#: day before today → what the staff do that evening, in order
Evenings = Mapping[int, Sequence[Callable[["Director"], object]]]


class Director:
    """Knows the script, the cast and where each item stands in the store. Acts raise what the services raise."""

    def __init__(self, home: DemoHome, desk: Desk, evenings: Evenings | None = None) -> None:
        self.evenings: Evenings = evenings or {}
        self.home = home
        self.desk = desk
        self.cast = actors(desk)
        self.script = load_storylines(home.today)
        self.newsroom: Newsroom = home.press.newsroom
        self.received: dict[str, int] = {
            str(key): int(value) for key, value in home.state.get("received", {}).items()
        }

    # --- the days ---------------------------------------------------------------------------------------------------

    def morning(self, day: int) -> Iterator[Act]:
        """Texts that people bring on this day, at the time when they bring them, before the evening's round."""
        for text in self.newsroom.catalogue.received.values():
            seen = text.seen_at.resolve(self.home.today, None)
            if text.seen_at.day == day and seen is not None:
                yield seen + timedelta(minutes=47), lambda chosen=text.id: self.receive(chosen)  # type: ignore[misc]

    def evening(self, day: int) -> Iterator[Act]:
        """What the staff do after the evening's round of this day."""
        for minute, act in enumerate(self.evenings.get(day, ())):
            at = datetime.combine(self.home.today + timedelta(days=day), time(21, 50), VIETNAM) + timedelta(
                minutes=3 * minute
            )
            yield at, lambda chosen=act: chosen(self)  # type: ignore[misc]

    # --- single acts ------------------------------------------------------------------------------------------------

    def receive(self, text_id: str) -> int:
        """Enter a hand-received text of the script, once."""
        if text_id not in self.received:
            text = self.newsroom.catalogue.received[text_id]
            self.received[text_id] = intake.receive_text(
                self.desk,
                self.cast["canbo"],
                ReceivedText(
                    url=text.url,
                    title=text.title,
                    text=text.text,
                    seen_where=text.seen_where,
                    seen_at=text.seen_at.resolve(self.home.today, None),
                    note=text.brought_by,
                ),
            )
            self.home.save(received=self.received)
        return self.received[text_id]

    def position(self, item: str, who: str = "canbo") -> positions.Position:
        """Where an item of the press, or a received text, stands for somebody's office. Raises :class:`NotFound`."""
        unit_id = self.cast[who].unit_id
        if item in self.newsroom.catalogue.received:
            return positions.of_item(self.desk, unit_id, item_id=self.received.get(item))
        return positions.of_item(self.desk, unit_id, url=self.home.press.url_of(item))

    def tag(self, item: str, tag: Tag, who: str = "canbo") -> None:
        """Tag the story of an item."""
        where = self.position(item, who)
        triage.tag(self.desk, self.cast[who], where.story_id, where.story_version, tag)

    def open_claim(self, line: Storyline, claim: ScriptClaim, who: str = "canbo") -> int:
        """Open the claim on its story."""
        where = self.position(claim.item or claim.received, who)
        concerns = claim.concerns or "none"
        return claims.open_claim(
            self.desk,
            self.cast[who],
            where.story_id,
            where.story_version,
            where.item_id,
            claim.quote,
            claim.neutral_text,
            concerns,
            claim.sensitive,
        )

    def add_evidence(
        self, line: Storyline, claim: ScriptClaim, claim_id: int, who: str = "canbo"
    ) -> dict[str, int]:
        """Add the claim's evidence; returns script id → evidence id."""
        return {
            piece.id: claims.add_evidence(
                self.desk,
                self.cast[who],
                claim_id,
                NewEvidence(
                    kind=piece.kind,
                    title=piece.title,
                    body=piece.body,
                    source_name=piece.source_name,
                    source_locality=piece.source_locality,
                    competent_authority=piece.competent_authority,
                    as_of=piece.as_of,
                ),
            )
            for piece in line.evidence
            if piece.id in claim.evidence
        }

    def propose(
        self, claim: ScriptClaim, claim_id: int, who: str = "canbo", verdict: Verdict | None = None
    ) -> int:
        """Propose the script's verdict, or another one."""
        return judge.propose(
            self.desk,
            self.cast[who],
            claim_id,
            positions.version(self.desk, Claim, claim_id),
            verdict or claim.verdict,
            SUB_VERDICTS[verdict][0] if verdict else claim.sub_verdict,
            claim.reason,
        )

    def confirm(self, claim_id: int, verdict_id: int, who: str = "quanly") -> bool:
        """Confirm a proposed verdict as the second person."""
        return judge.confirm(
            self.desk,
            self.cast[who],
            verdict_id,
            positions.version(self.desk, Claim, claim_id),
            "Đã đối chiếu bằng chứng với bản gốc.",
        )

    def judge(self, line_id: str, claim_id: str, *, second: str = "quanly") -> int:
        """Claim, evidence, proposal and confirmation in one go; returns the claim's id."""
        line = self.script[line_id]
        claim = next(claim for claim in line.claims if claim.id == claim_id)
        number = self.open_claim(line, claim)
        self.add_evidence(line, claim, number)
        self.confirm(number, self.propose(claim, number), second)
        return number

    def begin_incident(self, line_id: str) -> int:
        """Open an incident on the story of the storyline's first claim, with its facts."""
        line = self.script[line_id]
        where = self.position(line.claims[0].item or line.claims[0].received)
        number = answer.open_incident(self.desk, self.cast["canbo"], where.story_id, line.title)
        self.home.save(incidents={**self.home.state.get("incidents", {}), line_id: number})
        return number

    def assess(self, line: Storyline, incident_id: int, *, impact: bool = False) -> None:
        """The officer's assessment as the script has it."""
        version = positions.version(self.desk, Incident, incident_id)
        answer.assess(self.desk, self.cast["canbo"], incident_id, version, line.spread, line.harm, impact)

    def document(self, incident_id: int, kind: str, fill: Mapping[str, str]) -> int:
        """Draft a document, fill the places left open (``fill``: a word of the place → words), submit it. Returns its id."""
        number = draft.make(self.desk, self.cast["canbo"], incident_id, kind)
        version, content = draft.load(self.desk, number)
        places = {place for text in content.texts() for place in PLACE.findall(text)}
        if places:
            values = {
                place: next((words for word, words in fill.items() if word in place), fill[""])
                for place in places
            }
            draft.save(
                self.desk,
                self.cast["canbo"],
                number,
                version,
                content.filled(values, source="Nhật ký tuần đê số 12"),
            )
        draft.submit(self.desk, self.cast["canbo"], number, positions.of_document(self.desk, number).version)
        return number

    def approve(self, document_id: int, steps: Sequence[tuple[str, str]] = APPROVERS) -> None:
        """Let the approvers read and approve the submitted version, step by step."""
        stands = positions.of_document(self.desk, document_id)
        approve.tick_checked(self.desk, self.cast["quanly"], document_id, stands.version)
        for step, who in steps:
            stands = positions.of_document(self.desk, document_id)
            approve.decide(
                self.desk,
                self.cast[who],
                document_id,
                stands.version,
                stands.content_sha256,
                step,
                Decision.APPROVED,
                "Đã đọc toàn văn.",
            )

    def issue(self, document_id: int, number: str, recipients: Sequence[tuple[str, str, str]]) -> None:
        """Record number and date of an approved document and queue it for its recipients."""
        stands = positions.of_document(self.desk, document_id)
        day = self.desk.clock.now().astimezone(VIETNAM).date()
        publish.issue(
            self.desk, self.cast["canbo"], document_id, stands.version, number, day, "Nguyễn Thế Vinh"
        )
        publish.queue(self.desk, self.cast["canbo"], document_id, recipients)

    def actor(self, who: str) -> Actor:
        """One of the cast."""
        return self.cast[who]

    def known(self, item: str) -> bool:
        """Whether an item has been read yet."""
        with suppress(NotFound):
            self.position(item)
            return True
        return False
