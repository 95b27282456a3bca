"""Incidents of a week with their clocks and their verdicts in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import VIETNAM
from core.records.claim import Claim
from core.records.incident import Deadline, Incident
from core.rules.vocabulary import (
    STATE_VI,
    SUB_VERDICT_VI,
    VERDICT_VI,
    DeadlineKind,
    IncidentState,
    SubVerdict,
    Verdict,
)

CLOCK_VI: dict[DeadlineKind, str] = {
    DeadlineKind.FIRST_STATEMENT: "phát ngôn lần đầu",
    DeadlineKind.DIVIDED_OPINION: "thông tin khi dư luận còn ý kiến khác nhau",
    DeadlineKind.NOTICE: "thông báo cấp trên",
    DeadlineKind.ANSWER_CRITICISM: "trả lời phản ánh",
}


def day_words(at: datetime) -> str:
    """A day such as "22/9", in Viet Nam."""
    here = at.astimezone(VIETNAM)
    return f"{here.day}/{here.month}"


def last_day(due_at: datetime) -> datetime:
    """The day that a deadline is named by: one that ends at midnight belongs to the day before."""
    return due_at - timedelta(seconds=1)


def incidents(
    session: Session, unit_id: int, start: datetime, end: datetime, now: datetime
) -> tuple[dict[str, Any], ...]:
    """Incidents open at the week's end or closed in it, newest first: number, title, state, verdict, clocks, result."""
    rows = session.scalars(
        select(Incident)
        .where(
            Incident.unit_id == unit_id,
            Incident.received_at < end,
            or_(Incident.closed_at.is_(None), Incident.closed_at >= start),
        )
        .order_by(Incident.year.desc(), Incident.number.desc())
    ).all()
    found = []
    for incident in rows:
        verdict, tone = _verdict(session, incident)
        clocks = session.scalars(
            select(Deadline).where(Deadline.incident_id == incident.id).order_by(Deadline.kind)
        )
        state = IncidentState(incident.state)
        found.append(
            {
                "incident_id": incident.id,
                "number": incident.number,
                "title": incident.title,
                "state": STATE_VI[state],
                "closed": state in {IncidentState.CLOSED, IncidentState.TRANSFERRED},
                "verdict": verdict,
                "tone": tone,
                "clocks": [_clock(clock, now) for clock in clocks],
                "result": incident.result,
                "silent": incident.silent,
                "url_path": f"/incidents/{incident.id}",
            }
        )
    return tuple(found)


def _verdict(session: Session, incident: Incident) -> tuple[str, str]:
    """The verdict in words and its tone for the style; a claim found Sai lệch speaks for the incident."""
    claims = session.scalars(select(Claim).where(Claim.incident_id == incident.id).order_by(Claim.id)).all()
    judged = [claim for claim in claims if claim.verdict]
    if not judged:
        return "Chưa kết luận", "none"
    first = next((claim for claim in judged if claim.verdict == Verdict.MISLEADING), judged[0])
    verdict, sub = Verdict(first.verdict), SubVerdict(first.sub_verdict)
    words = SUB_VERDICT_VI[sub] or VERDICT_VI[verdict]
    tone = "criticism" if sub is SubVerdict.CRITICISM else str(verdict)
    return words[:1].upper() + words[1:], tone


def _clock(clock: Deadline, now: datetime) -> dict[str, Any]:
    kind = DeadlineKind(clock.kind)
    label = CLOCK_VI[kind]
    due = f"{clock.due_at.astimezone(VIETNAM):%H:%M} {day_words(clock.due_at)}"
    if kind is DeadlineKind.ANSWER_CRITICISM:
        due = day_words(last_day(clock.due_at))
    if clock.met_at is not None:
        late = clock.met_at > clock.due_at
        return {
            "words": f"{label}: {'đã làm, trễ hạn' if late else 'đúng hạn'}",
            "tone": "late" if late else "met",
        }
    if clock.due_at <= now:
        return {"words": f"{label}: quá hạn từ {due}", "tone": "late"}
    return {
        "words": f"{label}: hạn {due}",
        "tone": "soon" if clock.due_at - now < timedelta(days=1) else "open",
    }


def upcoming(session: Session, unit_id: int, now: datetime, days: int = 7) -> tuple[str, ...]:
    """Clocks of open incidents that run out in the next days, a sentence each, earliest first."""
    rows = session.execute(
        select(Deadline, Incident)
        .join(Incident, Incident.id == Deadline.incident_id)
        .where(
            Incident.unit_id == unit_id,
            Deadline.met_at.is_(None),
            Deadline.due_at > now,
            Deadline.due_at <= now + timedelta(days=days),
            Incident.state.not_in([IncidentState.CLOSED, IncidentState.TRANSFERRED]),
        )
        .order_by(Deadline.due_at, Deadline.id)
    )
    return tuple(
        f"{day_words(last_day(clock.due_at))}: hạn {CLOCK_VI[DeadlineKind(clock.kind)]}, vụ {incident.number} ({incident.title})."
        for clock, incident in rows
    )
