"""Incidents: opening, facts, assessing, choosing the answer (domain.md §2 states 2–6; G6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import Invalid, RuleBroken
from core.records.claim import Claim, Evidence
from core.records.incident import FactLine, Incident
from core.records.item import Story
from core.rules.guardrails import require_not_secret
from core.rules.matrix import ANSWER_VI, QUIET, Answer, allowed_answers, needs_reason
from core.rules.vocabulary import DeadlineKind, Harm, IncidentState, Spread
from core.rules.workflow import Act, target
from core.services import acting, audit, judge, moves, office_rows, standing
from core.services.acting import get, of_own_office, perform, person, take_version, words
from core.services.answer_choice import chosen_answers, notice_clock, require_allowed, suggested_answers
from core.services.desk import Actor, Desk
from core.services.incident_course import own_incident, require_open
from core.text.normalise import clean


def open_incident(
    desk: Desk, actor: Actor, story_id: int, title: str = "", received_at: datetime | None = None
) -> int:
    """Open the office's incident on a story; its claims of the story go with it, and clock A (24 h) starts. Returns its id.

    ``received_at``: when the office received the matter (aware; default now; never in the future). Raises :class:`Invalid`,
    :class:`RuleBroken` when the office has one on the story already, :class:`core.errors.Forbidden`.
    """

    def work(session: Session) -> int:
        who = person(session, actor, "incident.open")
        acting.lock(session, who.unit_id)
        story = get(session, Story, story_id, "câu chuyện")
        acting.of_own_places(session, who, story.id)
        own = office_rows.row_of(session, story.id, who.unit_id)
        if own.incident_id is not None:
            raise RuleBroken(
                "workflow",
                f"Câu chuyện này đã có vụ việc (số {own.incident_id}).",
                "The office has an incident on the story already.",
                lawful="Mở vụ việc đang có.",
            )
        now = desk.clock.now()
        received = received_at or now
        if (
            received.tzinfo is None
            or received > now + timedelta(minutes=5)
            or received < now - timedelta(days=365)
        ):
            message = "Thời điểm tiếp nhận phải có múi giờ, không ở tương lai và không quá một năm trước."
            raise Invalid(message, "received_at is out of range.", fields={"received_at": message})
        name = clean(title).strip() or story.title
        require_not_secret([name])
        year = now.astimezone(VIETNAM).year
        last = session.scalar(
            select(func.max(Incident.number)).where(Incident.unit_id == who.unit_id, Incident.year == year)
        )
        incident = Incident(
            unit_id=who.unit_id,
            year=year,
            number=(last or 0) + 1,
            title=name[:300],
            state=IncidentState.RECEIVED,
            opened_by=who.id,
            owner_id=who.id,
            received_at=received,
            suggested=[],
            chosen=[],
        )
        session.add(incident)
        session.flush()
        own.incident_id = incident.id
        own.version += 1
        moved = session.scalars(
            select(Claim)
            .where(
                Claim.story_id == story.id,
                Claim.unit_id == who.unit_id,
                Claim.incident_id.is_(None),
                Claim.withdrawn_at.is_(None),
            )
            .order_by(Claim.id)
        ).all()
        for claim in moved:
            claim.incident_id = incident.id
        session.flush()
        moves.start_clock(session, desk, incident, DeadlineKind.FIRST_STATEMENT, received)
        audit.record(
            session,
            desk,
            actor,
            "incident.open",
            "incident",
            incident.id,
            detail={
                "story": story.id,
                "number": f"{incident.number}/{year}",
                "claims": [claim.id for claim in moved],
            },
        )
        _catch_up(session, desk, actor, incident, list(moved))
        return incident.id

    return perform(desk, actor, "incident.open", "story", story_id, work)


def attach_claim(desk: Desk, actor: Actor, incident_id: int, claim_id: int) -> None:
    """Put a claim of the own office, that belongs to no incident, into one that is open."""

    def work(session: Session) -> None:
        who = person(session, actor, "incident.attach_claim")
        incident = own_incident(session, who, incident_id)
        claim = get(session, Claim, claim_id, "tuyên bố")
        of_own_office(who, claim.unit_id)
        require_open(incident)
        judge.require_not_withdrawn(claim)
        if claim.incident_id is not None:
            raise RuleBroken(
                "workflow", "Tuyên bố này đã thuộc một vụ việc.", "The claim belongs to an incident already."
            )
        claim.incident_id = incident.id
        claim.version += 1
        session.flush()
        audit.record(
            session, desk, actor, "incident.attach_claim", "incident", incident.id, detail={"claim": claim.id}
        )
        _catch_up(session, desk, actor, incident, [claim])

    perform(desk, actor, "incident.attach_claim", "incident", incident_id, work)


def add_fact(
    desk: Desk,
    actor: Actor,
    incident_id: int,
    claim_part: str,
    fact: str,
    evidence_id: int | None,
    as_of: str = "",
) -> int:
    """A row of the claim–fact–evidence table: what is said, what is so, by which evidence, as of when. Returns its id."""

    def work(session: Session) -> int:
        who = person(session, actor, "incident.add_fact")
        incident = own_incident(session, who, incident_id)
        require_open(incident)
        part = words(clean(claim_part), "claim_part", "Phần của tuyên bố", least=2, most=1000)
        text = words(clean(fact), "fact", "Sự thật", least=5, most=2000)
        require_not_secret([part, text])
        if evidence_id is not None:
            _evidence_of(session, incident, evidence_id)
        position = session.scalar(
            select(func.max(FactLine.position)).where(FactLine.incident_id == incident.id)
        )
        row = FactLine(
            incident_id=incident.id,
            claim_part=part,
            fact=text,
            evidence_id=evidence_id,
            as_of=clean(as_of).strip()[:60],
            position=(position or 0) + 1,
            added_by=who.id,
        )
        session.add(row)
        session.flush()
        audit.record(
            session,
            desk,
            actor,
            "incident.add_fact",
            "incident",
            incident.id,
            detail={"fact": row.id, "evidence": evidence_id},
        )
        return row.id

    return perform(desk, actor, "incident.add_fact", "incident", incident_id, work)


def remove_fact(desk: Desk, actor: Actor, fact_id: int) -> None:
    """Take a row out of the table (it stays in the record)."""

    def work(session: Session) -> None:
        who = person(session, actor, "incident.remove_fact")
        row = get(session, FactLine, fact_id, "dòng sự thật")
        incident = own_incident(session, who, row.incident_id)
        require_open(incident)
        if row.removed_at is None:
            row.removed_at = desk.clock.now()
            audit.record(
                session, desk, actor, "incident.remove_fact", "incident", incident.id, detail={"fact": row.id}
            )

    perform(desk, actor, "incident.remove_fact", "fact", fact_id, work)


def suggestion(desk: Desk, incident_id: int) -> tuple[tuple[str, ...], ...]:
    """What the matrix suggests for the incident as it is assessed: alternatives, each a sorted set; empty before the assessment."""
    with desk.store.read() as session:
        incident = get(session, Incident, incident_id, "vụ việc")
        return tuple(tuple(sorted(option)) for option in suggested_answers(session, desk, incident))


def choices(desk: Desk, incident_id: int) -> tuple[str, ...]:
    """The answers that the standing verdicts allow at all (G1)."""
    with desk.store.read() as session:
        incident = get(session, Incident, incident_id, "vụ việc")
        return tuple(sorted(allowed_answers(standing.verdicts(session, incident))))


def assess(
    desk: Desk, actor: Actor, incident_id: int, version: int, spread: str, harm: str, impact: bool = False
) -> None:
    """State 5: how far it spread, how much harm; ``impact`` records that public opinion is affected and starts clock B (24 h).

    With a standing Sai lệch, impact starts clock C as well. Raises :class:`Invalid`, :class:`RuleBroken`, Conflict, Forbidden.
    """

    def work(session: Session) -> None:
        who = person(session, actor, "incident.assess")
        incident = own_incident(session, who, incident_id)
        if spread not in set(Spread) or harm not in set(Harm):
            fields = (
                {"spread": "Chọn mức lan truyền R0–R3."}
                if spread not in set(Spread)
                else {"harm": "Chọn mức ảnh hưởng H0–H3."}
            )
            raise Invalid("Chưa chọn đủ hai mức của ma trận.", "Spread and harm are needed.", fields=fields)
        target(Act.ASSESS, IncidentState(incident.state))
        take_version(session, incident, version, ("incident", incident.id))
        incident.spread, incident.harm, incident.assessed_by = spread, harm, who.id
        now = desk.clock.now()
        if impact and incident.impact_at is None:
            incident.impact_at = now
            moves.start_clock(session, desk, incident, DeadlineKind.DIVIDED_OPINION, now)
        session.flush()
        notice_clock(session, desk, incident)
        incident.suggested = sorted(
            {answer for option in suggested_answers(session, desk, incident) for answer in option}
        )
        audit.record(
            session,
            desk,
            actor,
            "incident.assess",
            "incident",
            incident.id,
            detail={"spread": spread, "harm": harm, "impact": impact, "suggested": incident.suggested},
        )
        moves.move(session, desk, actor, incident, Act.ASSESS)

    perform(desk, actor, "incident.assess", "incident", incident_id, work)


def choose(
    desk: Desk,
    actor: Actor,
    incident_id: int,
    version: int,
    answers: Sequence[str],
    reason: str = "",
    silent: bool = False,
) -> None:
    """The spokesperson decides the answer. Silence, more or less than suggested take a written reason (G6).

    Raises :class:`RuleBroken` "G1" for an answer that the standing verdicts do not allow, "G6" without the reason.
    """

    def work(session: Session) -> None:
        who = person(session, actor, "incident.choose")
        incident = own_incident(session, who, incident_id)
        chosen = chosen_answers(answers, silent=silent)
        target(Act.CHOOSE_QUIET, IncidentState(incident.state))
        verdicts = standing.verdicts(session, incident)
        require_allowed(chosen, verdicts)
        suggested = suggested_answers(session, desk, incident)
        why = clean(reason).strip()
        if needs_reason(chosen, suggested, silent=silent) and not acting.is_reason(why):
            message = "Không phản hồi, hoặc chọn nhiều hơn hay ít hơn ma trận gợi ý, phải ghi lý do."
            raise RuleBroken(
                "G6",
                message,
                "Silence, more or less than the matrix suggests needs a written reason.",
                lawful="Ghi lý do (ít nhất 10 ký tự).",
            )
        take_version(session, incident, version, ("incident", incident.id))
        incident.chosen = sorted(chosen)
        incident.silent = silent
        incident.choice_reason = why[:4000]
        incident.chosen_by, incident.chosen_at = who.id, desk.clock.now()
        audit.record(
            session,
            desk,
            actor,
            "incident.choose",
            "incident",
            incident.id,
            detail={
                "chosen": incident.chosen,
                "silent": silent,
                "reason": why,
                "suggested": [sorted(option) for option in suggested],
            },
        )
        if chosen & {Answer.REPLY, Answer.D18}:
            moves.move(session, desk, actor, incident, Act.CHOOSE_REPLY, why)
            moves.start_clock(session, desk, incident, DeadlineKind.ANSWER_CRITICISM, incident.received_at)
        elif silent or chosen <= QUIET:
            moves.move(
                session,
                desk,
                actor,
                incident,
                Act.CHOOSE_QUIET,
                why or ", ".join(ANSWER_VI[answer] for answer in sorted(chosen)),
            )
        else:
            moves.move(session, desk, actor, incident, Act.CHOOSE_ANSWER, why)

    perform(desk, actor, "incident.choose", "incident", incident_id, work)


# --- inside -----------------------------------------------------------------------------------------------------------


def _evidence_of(session: Session, incident: Incident, evidence_id: int) -> None:
    row = get(session, Evidence, evidence_id, "bằng chứng")
    claim = get(session, Claim, row.claim_id, "tuyên bố")
    if claim.incident_id != incident.id or row.removed_at is not None:
        message = "Bằng chứng này không thuộc vụ việc hoặc đã bị bỏ."
        raise Invalid(message, "The evidence is not of this incident.", fields={"evidence_id": message})


def _catch_up(
    session: Session, desk: Desk, actor: Actor, incident: Incident, claims: Sequence[Claim]
) -> None:
    """Claims that were worked on before the incident existed bring it to where it belongs."""
    if not claims:
        return
    worked = session.scalar(
        select(Evidence.id).where(Evidence.claim_id.in_([claim.id for claim in claims])).limit(1)
    )
    if worked is not None and incident.state == IncidentState.RECEIVED:
        moves.move(session, desk, actor, incident, Act.BEGIN)
    judge.after_verdict(session, desk, actor, claims[0])
