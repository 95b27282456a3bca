"""Moving an incident along Article 6, and its clocks: used by the services, inside their transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.errors import Invalid
from core.records.incident import Deadline, Incident, IncidentMove
from core.rules import deadlines
from core.rules.vocabulary import DeadlineKind, IncidentState
from core.rules.workflow import ACT_VI, NEEDS_REASON, Act, target
from core.services import audit
from core.services.desk import Actor, Desk


def move(
    session: Session, desk: Desk, actor: Actor | None, incident: Incident, act: Act, reason: str = ""
) -> None:
    """One move with its row and audit row; the incident's version grows, so that an open form notices.

    Raises :class:`core.errors.RuleBroken` ("workflow") when the state does not admit the act, :class:`Invalid` without a needed
    reason.
    """
    before = IncidentState(incident.state)
    after = target(act, before, resume_state=incident.resume_state)
    if act in NEEDS_REASON and not reason.strip():
        message = f"Cần ghi lý do để {ACT_VI[act]}."
        raise Invalid(message, f"{act} needs a reason.", fields={"reason": message})
    if act == Act.PAUSE:
        incident.resume_state = before
    if act == Act.RESUME:
        incident.resume_state = ""
    if after == before:
        return
    incident.state = after
    incident.version = Incident.version + 1
    at = desk.clock.now()
    session.add(
        IncidentMove(
            incident_id=incident.id,
            from_state=before,
            to_state=after,
            account_id=None if actor is None else actor.account_id,
            at=at,
            reason=reason.strip(),
        )
    )
    session.flush()
    session.refresh(incident, ["version"])
    audit.record(
        session,
        desk,
        actor,
        f"incident.move.{act}",
        "incident",
        incident.id,
        detail={"from": before, "to": after, "reason": reason.strip()},
    )


def start_clock(
    session: Session, desk: Desk, incident: Incident, kind: DeadlineKind, starts_at: datetime
) -> None:
    """Start a clock by the legal profile of its day; one that exists keeps its start."""
    if (
        session.scalar(select(Deadline.id).where(Deadline.incident_id == incident.id, Deadline.kind == kind))
        is not None
    ):
        return
    profile = desk.profiles.on(starts_at.astimezone(VIETNAM).date())
    if kind not in profile.terms:
        return
    due = deadlines.clock(kind, starts_at, profile)
    session.add(
        Deadline(
            incident_id=incident.id,
            kind=kind,
            starts_at=starts_at,
            due_at=due.due_at,
            met_at=None,
            basis=due.basis[:200],
        )
    )
    session.flush()


def stop_clocks(session: Session, incident_id: int, kinds: Iterable[DeadlineKind], at: datetime) -> None:
    """The act that a clock waits for was done at ``at``; a clock already stopped keeps its time."""
    wanted = list(kinds)
    for row in session.scalars(
        select(Deadline).where(Deadline.incident_id == incident_id, Deadline.kind.in_(wanted))
    ):
        if row.met_at is None:
            row.met_at = at
