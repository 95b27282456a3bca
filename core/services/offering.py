"""What a page offers: every rule is asked first, so that no button is shown that would be refused.

Read sessions only. The rules are those of the acts themselves, called by the same functions; what is decided here is nothing, and each act
asks again inside its transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Forbidden, LamroError, RuleBroken
from core.records.account import Account, AccountRole
from core.records.claim import Claim, Evidence, VerdictRecord
from core.records.incident import Incident
from core.records.unit import Unit
from core.rules.guardrails import CLARIFICATION
from core.rules.vocabulary import IncidentState, Role, Verdict, VerdictState
from core.rules.workflow import DOCUMENT_STATES, OPEN
from core.services import acting, capturing, claims, gates, incident_course, judge, standing, withdrawing
from core.services.acting import get, person
from core.services.desk import Actor, Desk

#: a sentence names so many people
_NAMED = 3


@dataclass(frozen=True, slots=True)
class ClaimOffers:
    """What the reader may do on the page of a claim. ``confirm`` and ``give_back`` say why not; None: offered.

    ``who``: at most three people with their offices who may confirm in the reader's place. ``verdicts`` may be proposed on the evidence
    of today.
    """

    evidence: bool
    removable: frozenset[int]
    verdicts: frozenset[str]
    confirm: LamroError | None
    give_back: LamroError | None
    who: tuple[str, ...]
    withdraw: LamroError | None
    incident: bool


@dataclass(frozen=True, slots=True)
class IncidentOffers:
    """What the state of an incident admits on its page. ``make``: why a kind of document is not drafted; None: offered."""

    open: bool
    make: dict[str, LamroError | None]
    outside: LamroError | None
    pages: bool
    """There is a kept page or file to take along."""


def on_claim(desk: Desk, actor: Actor, claim_id: int) -> ClaimOffers:
    """Raises :class:`core.errors.NotFound`."""
    with desk.store.read() as session:
        claim = get(session, Claim, claim_id, "tuyên bố")
        pieces = session.scalars(
            select(Evidence).where(Evidence.claim_id == claim.id, Evidence.removed_at.is_(None))
        ).all()
        row = session.scalars(
            select(VerdictRecord)
            .where(VerdictRecord.claim_id == claim.id, VerdictRecord.state == VerdictState.PROPOSED)
            .order_by(VerdictRecord.id.desc())
            .limit(1)
        ).first()
        confirm = give_back = None
        who: tuple[str, ...] = ()
        if row is not None:
            confirm = _why_not(_confirm, session, actor, row, claim)
            give_back = _why_not(_give_back, session, actor, row, claim)
            if confirm is not None and not isinstance(confirm, Conflict):
                who = _confirmers(session, row, claim)
        verdicts: frozenset[str] = frozenset()
        if actor.unit_id == claim.unit_id:
            about = standing.concerned(session, claim)
            verdicts = frozenset(
                verdict
                for verdict in Verdict
                if _why_not(standing.require_enough, session, claim, verdict, about) is None
            )
        return ClaimOffers(
            evidence=_why_not(_work, session, actor, claim) is None,
            removable=frozenset(
                piece.id for piece in pieces if _why_not(_remove, session, actor, piece, claim) is None
            ),
            verdicts=verdicts,
            confirm=confirm,
            give_back=give_back,
            who=who,
            withdraw=_why_not(withdrawing.require_free, session, claim),
            incident=_why_not(_open, session, actor, claim) is None,
        )


def on_incident(desk: Desk, incident_id: int) -> IncidentOffers:
    """Raises :class:`core.errors.NotFound`."""
    with desk.store.read() as session:
        incident = get(session, Incident, incident_id, "vụ việc")
        makes: dict[str, LamroError | None] = {}
        if incident.state in DOCUMENT_STATES:
            makes = {
                str(kind): _why_not(gates.require_clear, session, incident, kind, DOCUMENT_STATES)
                for kind in CLARIFICATION
            }
        outside = None
        if incident.state == IncidentState.DOSSIER:
            outside = _why_not(incident_course.require_outside, session, incident)
        kept = session.scalar(capturing.ids_of(incident_id).limit(1)) is not None
        return IncidentOffers(incident.state in OPEN, makes, outside, kept)


def _why_not(rule: Callable[..., object], *about: object) -> LamroError | None:
    try:
        rule(*about)
    except (Forbidden, RuleBroken, Conflict) as error:
        return error
    return None


def _confirm(session: Session, actor: Actor, row: VerdictRecord, claim: Claim) -> None:
    who = person(session, actor, "verdict.confirm")
    judge.require_confirmer(session, row, claim, who.id, who.unit_id)
    judge.require_carried(session, row, claim)


def _give_back(session: Session, actor: Actor, row: VerdictRecord, claim: Claim) -> None:
    who = person(session, actor, "verdict.return")
    judge.require_returner(session, row, claim, who.id, who.unit_id)


def _open(session: Session, actor: Actor, claim: Claim) -> None:
    acting.of_own_places(session, person(session, actor, "incident.open"), claim.story_id)


def _work(session: Session, actor: Actor, claim: Claim) -> None:
    claims.require_worker(session, person(session, actor, "evidence.add"), claim)
    judge.require_not_withdrawn(claim)


def _remove(session: Session, actor: Actor, piece: Evidence, claim: Claim) -> None:
    claims.require_remover(session, person(session, actor, "evidence.remove"), piece, claim)


def _confirmers(session: Session, row: VerdictRecord, claim: Claim) -> tuple[str, ...]:
    """People of related offices who may confirm, those of the claim's own office first."""
    offices = acting.related(session, {claim.unit_id, *standing.concerned(session, claim)})
    rows = session.execute(
        select(Account.id, Account.display_name, Account.unit_id, Unit.short_name)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .join(Unit, Unit.id == Account.unit_id)
        .where(AccountRole.role == Role.VERIFIER, Account.active.is_(True), Account.unit_id.in_(offices))
        .order_by(Account.unit_id != claim.unit_id, Account.id)
        .limit(30)
    ).all()
    found: list[str] = []
    for account_id, name, unit_id, office in rows:
        if _why_not(judge.require_confirmer, session, row, claim, account_id, unit_id) is None:
            found.append(f"{name} ({office})")
        if len(found) == _NAMED:
            break
    return tuple(found)
