"""Which answers may be chosen for an incident, and what the matrix suggests: used by the services, inside their transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from core.errors import Invalid, RuleBroken
from core.records.claim import VerdictRecord
from core.records.incident import Incident
from core.rules.matrix import ANSWER_VI, Answer, allowed_answers
from core.rules.vocabulary import DeadlineKind, Harm, Spread, SubVerdict, Verdict
from core.services import moves, standing
from core.services.desk import Desk


def suggested_answers(session: Session, desk: Desk, incident: Incident) -> tuple[frozenset[Answer], ...]:
    """What the matrix suggests for the incident as assessed, as alternatives; empty before the assessment."""
    if not incident.spread or not incident.harm:
        return ()
    return desk.matrix.suggest(
        Spread(incident.spread),
        Harm(incident.harm),
        verdicts=standing.verdicts(session, incident),
        press=standing.carried_by_press(session, incident),
    )


def notice_clock(session: Session, desk: Desk, incident: Incident) -> None:
    """Clock C: Sai lệch that stands and impact, both."""
    if incident.impact_at is None:
        return
    for claim in standing.claims_of(session, incident):
        row: VerdictRecord | None = standing.standing(session, claim)
        if (
            row is not None
            and row.verdict == Verdict.MISLEADING
            and row.sub_verdict != SubVerdict.WRONG_NAME
            and row.decided_at is not None
        ):
            moves.start_clock(
                session, desk, incident, DeadlineKind.NOTICE, max(row.decided_at, incident.impact_at)
            )
            return


def chosen_answers(answers: Sequence[str], *, silent: bool) -> frozenset[Answer]:
    """The answers of a form as words of the rule. Raises :class:`Invalid` for an unknown or a missing answer."""
    wrong = [answer for answer in answers if answer not in set(Answer)]
    if wrong:
        raise Invalid(
            f"Không có phương án “{wrong[0]}”.",
            f"Unknown answer {wrong[0]!r}.",
            fields={"answers": "Chọn lại phương án."},
        )
    chosen = frozenset(Answer(answer) for answer in answers)
    if silent and chosen:
        message = "Đã chọn không phản hồi thì không chọn thêm phương án khác."
        raise Invalid(message, "Silence excludes other answers.", fields={"answers": message})
    if not silent and not chosen:
        message = "Chọn ít nhất một phương án, hoặc chọn “Không phản hồi”."
        raise Invalid(message, "Choose an answer or silence.", fields={"answers": message})
    if chosen & {Answer.REPLY, Answer.D18} and chosen & {Answer.D1, Answer.D3}:
        message = "Trả lời phản ánh và văn bản làm rõ là hai đường khác nhau; tách thành hai vụ việc."
        raise Invalid(
            message, "A reply and a clarification belong to two incidents.", fields={"answers": message}
        )
    return chosen


def require_allowed(chosen: Collection[Answer], verdicts: Collection[tuple[Verdict, SubVerdict]]) -> None:
    """Raises :class:`RuleBroken` "G1" for an answer that the standing verdicts do not allow."""
    refused = sorted(set(chosen) - allowed_answers(verdicts))
    if refused:
        names = ", ".join(ANSWER_VI[answer] for answer in refused)
        possible = ", ".join(ANSWER_VI[answer] for answer in sorted(allowed_answers(verdicts)))
        raise RuleBroken(
            "G1",
            f"Kết luận hiện nay không cho phép: {names}.",
            f"The standing verdicts do not allow {', '.join(refused)}.",
            lawful=f"Có thể chọn: {possible}.",
        )
