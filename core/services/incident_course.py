"""The course of an incident beside and after its answer: what was said or sent by other means, follow-up checks, the head's moves.

domain.md §2, states 2 and 10–12.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, RuleBroken
from core.records.document import Document
from core.records.incident import Incident
from core.rules.matrix import Answer
from core.rules.vocabulary import DeadlineKind, IncidentState
from core.rules.workflow import OPEN, Act, target
from core.services import acting, audit, moves, standing
from core.services.acting import get, of_own_office, perform, person, take_version, words
from core.services.answer_choice import require_allowed
from core.services.desk import Actor, Desk
from core.text.normalise import clean

#: how a follow-up check ended
FOLLOW_UPS: dict[str, Act] = {
    "quiet": Act.FOLLOW_UP,
    "corrected": Act.FOLLOW_UP,
    "spreading": Act.STILL_SPREADING,
    "new_evidence": Act.NEW_EVIDENCE,
}


def begin(desk: Desk, actor: Actor, incident_id: int, version: int) -> None:
    """Start verifying (state 3). Adding evidence or proposing a verdict does it too."""
    _head_move(desk, actor, incident_id, version, Act.BEGIN, "", act="incident.begin")


def record_statement(
    desk: Desk, actor: Actor, incident_id: int, version: int, note: str, url: str = ""
) -> None:
    """A first statement ("thông tin ban đầu") that the spokesperson gave by the office's own means: stops clocks A and B.

    It does not move the incident (domain.md: a side path of states 2–5). ``note``: where and what was said.
    """

    def work(session: Session) -> None:
        who = person(session, actor, "incident.record_statement")
        incident = own_incident(session, who, incident_id)
        require_open(incident)
        text = words(clean(note), "note", "Thông tin ban đầu đã nêu ở đâu, nội dung gì")
        if url and not url.startswith(("https://", "http://")):
            message = "Địa chỉ phải bắt đầu bằng http:// hoặc https://."
            raise Invalid(message, "Bad address.", fields={"url": message})
        take_version(session, incident, version, ("incident", incident.id))
        moves.stop_clocks(
            session,
            incident.id,
            (DeadlineKind.FIRST_STATEMENT, DeadlineKind.DIVIDED_OPINION),
            desk.clock.now(),
        )
        audit.record(
            session,
            desk,
            actor,
            "incident.record_statement",
            "incident",
            incident.id,
            detail={"note": text, "url": url[:2000]},
        )

    perform(desk, actor, "incident.record_statement", "incident", incident_id, work)


def record_reply(desk: Desk, actor: Actor, incident_id: int, version: int, note: str) -> None:
    """The reply to criticism was sent (number, date, to whom): stops clock D, the incident goes to follow-up."""
    _recorded(
        desk,
        actor,
        incident_id,
        version,
        note,
        Act.RECORD_REPLY,
        "incident.record_reply",
        (DeadlineKind.ANSWER_CRITICISM,),
    )


def record_outside(desk: Desk, actor: Actor, incident_id: int, version: int, note: str) -> None:
    """The chosen answer was given by the office's own means (portal, loudspeaker, Zalo OA) without a document made here.

    Stops clocks A and B. Raises :class:`RuleBroken` when a document is being made.
    """
    _recorded(
        desk,
        actor,
        incident_id,
        version,
        note,
        Act.RECORD_OUTSIDE,
        "incident.record_outside",
        (DeadlineKind.FIRST_STATEMENT, DeadlineKind.DIVIDED_OPINION),
    )


def follow_up(
    desk: Desk, actor: Actor, incident_id: int, version: int, result: str, outcome: str = "quiet"
) -> None:
    """Record a follow-up check (24 h, 72 h, 7 days, 30 days). ``outcome``: quiet, corrected, spreading, new_evidence.

    ``spreading`` leads back to choosing an answer, ``new_evidence`` back to verifying. The first check of a published incident
    opens the follow-up.
    """

    def work(session: Session) -> None:
        who = person(session, actor, "incident.follow_up")
        incident = own_incident(session, who, incident_id)
        text = words(clean(result), "result", "Kết quả theo dõi")
        if outcome not in FOLLOW_UPS:
            raise Invalid(
                "Chọn kết quả theo dõi.",
                f"Unknown outcome {outcome!r}.",
                fields={"outcome": "Chọn kết quả theo dõi."},
            )
        target(Act.FOLLOW_UP, IncidentState(incident.state))
        take_version(session, incident, version, ("incident", incident.id))
        incident.result = text
        audit.record(
            session,
            desk,
            actor,
            "incident.follow_up",
            "incident",
            incident.id,
            detail={"result": text, "outcome": outcome},
        )
        if incident.state == IncidentState.PUBLISHED:
            moves.move(session, desk, actor, incident, Act.FOLLOW_UP, text)
        if FOLLOW_UPS[outcome] != Act.FOLLOW_UP:
            moves.move(session, desk, actor, incident, FOLLOW_UPS[outcome], text)

    perform(desk, actor, "incident.follow_up", "incident", incident_id, work)


def pause(desk: Desk, actor: Actor, incident_id: int, version: int, reason: str) -> None:
    """Pause: nothing moves and nothing leaves until it is resumed."""
    _head_move(desk, actor, incident_id, version, Act.PAUSE, reason)


def resume(desk: Desk, actor: Actor, incident_id: int, version: int, reason: str = "") -> None:
    """Go on where it was paused."""
    _head_move(desk, actor, incident_id, version, Act.RESUME, reason)


def transfer(desk: Desk, actor: Actor, incident_id: int, version: int, reason: str) -> None:
    """Hand the incident up or to the competent body; ``reason`` names it."""
    _head_move(desk, actor, incident_id, version, Act.TRANSFER, reason)


def reopen(desk: Desk, actor: Actor, incident_id: int, version: int, reason: str) -> None:
    """Reopen a closed or handed-over incident to verify again (new evidence)."""
    _head_move(desk, actor, incident_id, version, Act.REOPEN, reason)


def close(desk: Desk, actor: Actor, incident_id: int, version: int, reason: str) -> None:
    """Close with the result in words."""
    _head_move(desk, actor, incident_id, version, Act.CLOSE, reason)


def own_incident(session: Session, who: acting.Person, incident_id: int) -> Incident:
    """The incident, when it is of the person's office. Raises :class:`NotFound`, :class:`Forbidden`."""
    incident = get(session, Incident, incident_id, "vụ việc")
    of_own_office(who, incident.unit_id)
    return incident


def require_open(incident: Incident) -> None:
    """Raises :class:`RuleBroken` when nothing of the incident may be changed."""
    if incident.state not in {str(state) for state in OPEN}:
        raise RuleBroken(
            "workflow",
            "Vụ việc đang đóng, tạm dừng hoặc đã chuyển nên không sửa được.",
            f"The incident is {incident.state}.",
            lawful="Mở lại hoặc tiếp tục vụ việc trước.",
        )


# --- inside -----------------------------------------------------------------------------------------------------------


def _head_move(
    desk: Desk, actor: Actor, incident_id: int, version: int, step: Act, reason: str, *, act: str = ""
) -> None:
    name = act or f"incident.{step}"

    def work(session: Session) -> None:
        who = person(session, actor, name)
        incident = own_incident(session, who, incident_id)
        target(step, IncidentState(incident.state), resume_state=incident.resume_state)
        why = clean(reason).strip()
        if step in {Act.PAUSE, Act.TRANSFER, Act.REOPEN, Act.CLOSE}:
            why = words(why, "reason", "Lý do" if step != Act.CLOSE else "Kết quả")
        take_version(session, incident, version, ("incident", incident.id))
        moves.move(session, desk, actor, incident, step, why)
        if step == Act.CLOSE:
            incident.closed_at, incident.result = desk.clock.now(), why
        elif step == Act.REOPEN:
            incident.closed_at = None

    perform(desk, actor, name, "incident", incident_id, work)


def _recorded(
    desk: Desk,
    actor: Actor,
    incident_id: int,
    version: int,
    note: str,
    step: Act,
    act: str,
    kinds: tuple[DeadlineKind, ...],
) -> None:
    def work(session: Session) -> None:
        who = person(session, actor, act)
        incident = own_incident(session, who, incident_id)
        text = words(clean(note), "note", "Đã trả lời, thông tin thế nào (số, ngày, nơi nhận, kênh)")
        target(step, IncidentState(incident.state))
        if step == Act.RECORD_OUTSIDE:
            require_outside(session, incident)
        if (
            session.scalar(select(Document.id).where(Document.incident_id == incident.id).limit(1))
            is not None
        ):
            raise RuleBroken(
                "workflow",
                "Vụ việc đang có văn bản; phát hành văn bản thay vì ghi tay.",
                "The incident has documents.",
            )
        take_version(session, incident, version, ("incident", incident.id))
        moves.stop_clocks(session, incident.id, kinds, desk.clock.now())
        incident.result = text
        audit.record(session, desk, actor, act, "incident", incident.id, detail={"note": text})
        moves.move(session, desk, actor, incident, step, text)

    perform(desk, actor, act, "incident", incident_id, work)


def require_outside(session: Session, incident: Incident) -> None:
    """What was chosen must still be lawful (G1), and a document that needs approval is never "given by other means"."""
    chosen = frozenset(Answer(answer) for answer in incident.chosen if answer in set(Answer))
    require_allowed(chosen, standing.verdicts(session, incident))
    if chosen & {Answer.D1, Answer.D3}:
        raise RuleBroken(
            "approval",
            "Phương án đã chọn có thông cáo báo chí hoặc văn bản thông báo; văn bản ấy phải được soạn, duyệt và phát hành.",
            "A press release or a notice was chosen: it must be drafted, approved and issued.",
            lawful="Soạn văn bản, hoặc đề nghị người phát ngôn chọn lại phương án.",
        )
