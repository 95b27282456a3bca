"""The people of the demo at work: the script's storylines acted through the services, with the very checks that staff meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, time, timedelta

from config.demo.cast import actors
from config.demo.home import DemoHome
from config.demo.press.newsroom import Newsroom
from config.demo.press.script import ScriptClaim, Storyline, load_storylines
from core.clock import VIETNAM
from core.errors import LamroError, NotFound
from core.queries import positions
from core.records.claim import Claim
from core.records.incident import Incident
from core.rules.vocabulary import Tag, Verdict
from core.services import answer, intake, judge, triage
from core.services.desk import Actor, Desk
from core.services.receiving import ReceivedText

Act = tuple[datetime, Callable[[], object]]


class Director:
    """Knows the script, the cast and where each item stands in the store. Acts raise what the services raise."""

    def __init__(self, home: DemoHome, desk: Desk) -> None:
        assert home.press is not None  # the script plays only beside a press
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
        for minute, act in enumerate(_EVENINGS.get(day, ())):
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

    def position(self, item: str) -> positions.Position:
        """Where an item of the press, or a received text, stands in the store. Raises :class:`NotFound`."""
        if item in self.newsroom.catalogue.received:
            return positions.of_item(self.desk, item_id=self.received.get(item))
        assert self.home.press is not None
        return positions.of_item(self.desk, url=self.home.press.url_of(item))

    def tag(self, item: str, tag: Tag, who: str = "canbo") -> None:
        """Tag the story of an item."""
        where = self.position(item)
        triage.tag(self.desk, self.cast[who], where.story_id, where.story_version, tag)

    def open_claim(self, line: Storyline, claim: ScriptClaim, who: str = "canbo") -> int:
        """Open the claim on its story."""
        where = self.position(claim.item or claim.received)
        concerns = claim.concerns or "none"
        return judge.open_claim(
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
            piece.id: judge.add_evidence(
                self.desk,
                self.cast[who],
                claim_id,
                judge.NewEvidence(
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
            "" if verdict else claim.sub_verdict,
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
        return answer.open_incident(self.desk, self.cast["canbo"], where.story_id, line.title)

    def assess(self, line: Storyline, incident_id: int, *, impact: bool = False) -> None:
        """The officer's assessment as the script has it."""
        version = positions.version(self.desk, Incident, incident_id)
        answer.assess(self.desk, self.cast["canbo"], incident_id, version, line.spread, line.harm, impact)

    def actor(self, who: str) -> Actor:
        """One of the cast."""
        return self.cast[who]

    def known(self, item: str) -> bool:
        """Whether an item has been read yet."""
        with suppress(NotFound):
            self.position(item)
            return True
        return False


# --- what happened in the four weeks --------------------------------------------------------------------------------


def _wrong_name(director: Director) -> None:
    """T4: a newspaper printed names that no longer exist; judged, answered by a note, not counted as misinformation."""
    line = director.script["T4"]
    director.judge("T4", "T4a")
    incident = director.begin_incident("T4")
    director.assess(line, incident)


def _canal_road(director: Director) -> None:
    """T5: true criticism of another office: confirmed accurate, waits for an answer and stands first in the digest."""
    director.tag("bs-duong-ven-kenh", Tag.CRITICISM)
    director.judge("T5", "T5a")
    line = director.script["T5"]
    incident = director.begin_incident("T5")
    director.assess(line, incident)
    version = positions.version(director.desk, Incident, incident)
    answer.choose(
        director.desk,
        director.cast["nguoiphatngon"],
        incident,
        version,
        ["reply"],
        "Phản ánh đúng, cần trả lời và nêu thời hạn sửa.",
    )


def _double_fee(director: Director) -> None:
    """T14: the ward's chairman wants a true complaint called misleading, with a letter of his own office. It is refused."""
    line = director.script["T14"]
    claim = line.claims[0]
    number = director.open_claim(line, claim, "thienhuong")
    director.add_evidence(line, claim, number, "thienhuong")
    with suppress(LamroError):
        director.propose(claim, number, "thienhuong", Verdict.MISLEADING)


def _tags(*pairs: tuple[str, Tag]) -> Callable[[Director], None]:
    def act(director: Director) -> None:
        for item, tag in pairs:
            if director.known(item):
                director.tag(item, tag)

    return act


_EVENINGS: dict[int, tuple[Callable[[Director], object], ...]] = {
    -26: (_tags(("vx-sach-noi", Tag.IRRELEVANT), ("cm-lich-tiep-dan", Tag.ACCURATE)), _wrong_name),
    -23: (_canal_road,),
    -20: (_tags(("vx-bac-tin-vo-de", Tag.ACCURATE)),),
    -18: (_tags(("at-ho-ngheo-qua", Tag.CRITICISM)),),
    -16: (_tags(("at-ho-ngheo-qua", Tag.WATCH), ("zh-gangkou", Tag.IRRELEVANT)),),
    -13: (_tags(("vx-ca-si-thien-huong", Tag.IRRELEVANT)),),
    -11: (_tags(("bs-nha-hang-thien-huong", Tag.IRRELEVANT)),),
    -6: (_double_fee,),
    -2: (_tags(("ms-loa-ca-phe", Tag.OPINION)),),
}
